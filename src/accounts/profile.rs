//! The profile: one function builds it for both routes, so that the two answers for one user are equal byte for byte.
//!
//! Whitelist only: a column that is not mapped never leaves the service.
use super::{error::Refusal, metadata, user_id};
use crate::{
    config::{
        computed::Computed,
        users::{ProfileKey, Source, Users},
    },
    store::legacy_row::{LegacyRow, LegacyValue},
};
use serde_json::{Map, Value};

/// Largest profile in bytes.
const MAX_BYTES: usize = 10 * 1024;

/// Auth0's limits of an e-mail address, in characters: local part, whole.
const MAX_EMAIL: (usize, usize) = (64, 254);

/// A user as Auth0 will get it.
pub struct Profile {
    /// The stable id, prefix included.
    pub user_id: String,
    /// The JSON object.
    pub json: Vec<u8>,
}

/// Builds the profile of a row.
///
/// # Errors
/// `UserUnmappable` with the rule that the row breaks.
pub fn of(row: &LegacyRow, users: &Users) -> Result<Profile, Refusal> {
    let key = user_id::key_text(row.get(&users.id_column))?;
    let user_id = user_id::user_id(&users.id_prefix, &key)?;
    let mut profile = Map::new();
    profile.insert("user_id".into(), Value::from(user_id.clone()));
    for key in ProfileKey::ALL {
        if let Some(value) = profile_value(row, users, key)? {
            profile.insert(key.name().into(), value);
        }
    }
    // A flag about a number that is not told says nothing.
    if !profile.contains_key(ProfileKey::PhoneNumber.name()) {
        profile.remove(ProfileKey::PhoneVerified.name());
    }
    profile.insert("metadata".into(), Value::Object(object(row, &users.metadata)?));
    if !users.user_metadata.is_empty() {
        profile.insert("user_metadata".into(), Value::Object(object(row, &users.user_metadata)?));
    }
    if let Some(factors) = users.mfa_factors.as_deref().and_then(|column| mfa_factors(row.get(column))) {
        profile.insert("mfa_factors".into(), factors);
    }
    let json = serde_json::to_vec(&profile).map_err(|_| Refusal::UserUnmappable("the profile is not JSON"))?;
    if json.len() > MAX_BYTES {
        return Err(Refusal::UserUnmappable("the profile is larger than 10 KB"));
    }
    Ok(Profile { user_id, json })
}

/// The text of a profile key for schemes that mix it into the hash; `None` where it is not mapped or empty.
#[must_use]
pub fn text_of(row: &LegacyRow, users: &Users, key: ProfileKey) -> Option<String> {
    match source(users, key)? {
        Source::Column { name, .. } => row.get(name).map(metadata::text).filter(|text| !text.is_empty()),
        Source::Computed(computed) => match evaluated(row, computed).ok()? {
            Some(Value::String(text)) if !text.is_empty() => Some(text),
            _ => None,
        },
        Source::Literal(_) => None,
    }
}

fn evaluated(row: &LegacyRow, computed: &Computed) -> Result<Option<Value>, Refusal> {
    let column = |name: &str| row.get(name).map(metadata::as_typed_by_the_database);
    computed.evaluate(column).map_err(Refusal::UserUnmappable)
}

/// A computed value in the place of a column's.
fn as_column(value: Option<Value>) -> LegacyValue {
    match value {
        None => LegacyValue::Null,
        Some(Value::Bool(answer)) => LegacyValue::Bool(answer),
        Some(Value::String(text)) => LegacyValue::Text(text),
        Some(Value::Number(number)) => number
            .as_i64()
            .map_or_else(|| LegacyValue::Decimal(number.to_string()), |whole| LegacyValue::Int(whole.into())),
        Some(other) => LegacyValue::Json(other),
    }
}

fn source(users: &Users, key: ProfileKey) -> Option<&Source> {
    users.profile.iter().find(|(mapped, _)| *mapped == key).map(|(_, source)| source)
}

fn profile_value(row: &LegacyRow, users: &Users, key: ProfileKey) -> Result<Option<Value>, Refusal> {
    let Some(source) = source(users, key) else {
        let unknown = key == ProfileKey::EmailVerified && self::source(users, ProfileKey::Email).is_some();
        return Ok(unknown.then_some(Value::Bool(false)));
    };
    let computed;
    let column = match source {
        Source::Literal(value) => return Ok(Some(value.clone())),
        Source::Computed(formula) => {
            computed = as_column(evaluated(row, formula)?);
            &computed
        }
        Source::Column { name, .. } => row.get(name).ok_or(Refusal::UserUnmappable("a mapped column is missing"))?,
    };
    if let LegacyValue::Undecodable(_) = column {
        return Err(Refusal::UserUnmappable("a mapped column could not be decoded"));
    }
    match key {
        ProfileKey::EmailVerified => {
            Ok(Some(Value::Bool(metadata::bool(column).or_else(|_| verified_moment(column)).unwrap_or(false))))
        }
        ProfileKey::PhoneVerified => {
            Ok(metadata::bool(column).or_else(|_| verified_moment(column)).ok().map(Value::Bool))
        }
        // A formula says that this user has no address: the store goes by usernames.
        ProfileKey::Email if matches!((source, column), (Source::Computed(_), LegacyValue::Null)) => Ok(None),
        ProfileKey::Email => email(metadata::text(column).trim()).map(Some),
        _ => text(key, metadata::text(column)),
    }
}

/// Many applications store *when* an address was verified: a moment means yes.
fn verified_moment(value: &LegacyValue) -> Result<bool, &'static str> {
    match value {
        LegacyValue::Moment(_) => Ok(true),
        _ => Err("not a moment"),
    }
}

fn email(address: &str) -> Result<Value, Refusal> {
    let Some((local, domain)) = address.rsplit_once('@') else {
        return Err(Refusal::UserUnmappable(if address.is_empty() {
            "the e-mail address is empty"
        } else {
            "the e-mail address has no `@`"
        }));
    };
    if local.is_empty() || domain.is_empty() || address.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(Refusal::UserUnmappable("the e-mail address is malformed"));
    }
    if local.chars().count() > MAX_EMAIL.0 || address.chars().count() > MAX_EMAIL.1 {
        return Err(Refusal::UserUnmappable("the e-mail address is too long"));
    }
    Ok(Value::from(address))
}

/// A text key within Auth0's length. Display texts that break it are left out rather than keeping the person out;
/// the username is what the person types, so it is refused.
fn text(key: ProfileKey, text: String) -> Result<Option<Value>, Refusal> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let characters = text.chars().count();
    let fits = match key {
        ProfileKey::Username if characters > 128 => {
            return Err(Refusal::UserUnmappable("the username is longer than 128 characters"));
        }
        ProfileKey::GivenName | ProfileKey::FamilyName => characters <= 150,
        ProfileKey::Name | ProfileKey::Nickname => characters <= 300,
        ProfileKey::PhoneNumber => is_e164(&text),
        _ => true,
    };
    Ok(fits.then(|| Value::from(text)))
}

fn is_e164(number: &str) -> bool {
    number
        .strip_prefix('+')
        .is_some_and(|digits| (1..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

fn object(row: &LegacyRow, mapping: &[(String, Source)]) -> Result<Map<String, Value>, Refusal> {
    let mut object = Map::new();
    for (key, source) in mapping {
        let value = match source {
            Source::Literal(value) => Some(value.clone()),
            Source::Computed(computed) => evaluated(row, computed)?,
            Source::Column { name, kind } => {
                let column = row.get(name).ok_or(Refusal::UserUnmappable("a mapped column is missing"))?;
                metadata::json_of(column, *kind).map_err(Refusal::UserUnmappable)?
            }
        };
        if let Some(value) = value {
            object.insert(key.clone(), value);
        }
    }
    Ok(object)
}

/// The factors where Auth0 would take them. One bad factor makes the whole login fail there, so all are left out then.
fn mfa_factors(value: Option<&LegacyValue>) -> Option<Value> {
    let json = metadata::json_of(value?, crate::config::users::Kind::Json).ok()??;
    let factors = json.as_array()?;
    let valid = (1..=10).contains(&factors.len()) && factors.iter().all(is_factor);
    valid.then_some(json)
}

fn is_factor(factor: &Value) -> bool {
    let field = |kind: &str, name: &str| {
        let object = factor.as_object().filter(|object| object.len() == 1)?;
        let inner = object.get(kind)?.as_object().filter(|inner| inner.len() == 1)?;
        inner.get(name)?.as_str().map(ToOwned::to_owned)
    };
    let base32 = |secret: &str| {
        !secret.is_empty() && secret.bytes().all(|byte| byte.is_ascii_uppercase() || (b'2'..=b'7').contains(&byte))
    };
    field("totp", "secret").is_some_and(|secret| base32(&secret))
        || field("phone", "value").is_some_and(|number| is_e164(&number))
        || field("email", "value").is_some_and(|address| email(&address).is_ok())
}
