//! The profile: one function builds it for both routes, so that the two answers for one user are equal byte for byte.
//!
//! Whitelist only: a column that is not mapped never leaves the service.
use super::{error::Refusal, json_text, metadata, mfa_factors, user_id};
use crate::{
    config::{
        computed::Computed,
        users::{Kind, ProfileKey, Source, Users},
    },
    store::legacy_row::{LegacyRow, LegacyValue},
};
use serde_json::Value;
use std::borrow::Cow;

/// Largest profile in bytes.
pub(super) const MAX_BYTES: usize = 10 * 1024;

/// Auth0's limits of an e-mail address, in characters: local part, whole.
pub(super) const MAX_EMAIL: (usize, usize) = (64, 254);

/// Auth0's limit of a username, in characters; no other text has a lower one.
pub(super) const MAX_USERNAME: usize = 128;

/// A user as Auth0 will get it.
#[derive(Default)]
pub struct Profile {
    /// The stable id, prefix included; there as soon as the key is one, even where the rest is refused.
    pub user_id: String,
    /// The address; empty where there is none.
    pub email: String,
    /// The JSON object.
    pub json: Vec<u8>,
    /// Where `"metadata"` begins in it.
    pub(super) metadata: usize,
}

/// The key of the metadata, as it stands in the object.
pub(super) const METADATA: &str = "metadata";

impl Profile {
    /// The object before and behind the key of its metadata, quotes included; the last brace is left out.
    #[must_use]
    pub fn around_metadata(&self) -> (&[u8], &[u8]) {
        let (before, rest) = self.json.split_at_checked(self.metadata).unwrap_or_default();
        let behind = rest.get(METADATA.len() + 2..rest.len().saturating_sub(1)).unwrap_or_default();
        (before, behind)
    }

    pub(super) fn clear(&mut self) {
        self.user_id.clear();
        self.email.clear();
        self.json.clear();
        self.metadata = 0;
    }
}

/// Builds the profile of a row.
///
/// # Errors
/// `UserUnmappable` with the rule that the row breaks.
pub fn of(row: &LegacyRow, users: &Users) -> Result<Profile, Refusal> {
    let mut profile = Profile::default();
    write(row, users, &mut profile)?;
    Ok(profile)
}

/// Builds the profile of a row in the place of another's.
///
/// # Errors
/// `UserUnmappable` with the rule that the row breaks.
pub fn write(row: &LegacyRow, users: &Users, profile: &mut Profile) -> Result<(), Refusal> {
    profile.clear();
    user_id::write(row.get(&users.id_column), &users.id_prefix, &mut profile.user_id)?;
    let json = &mut profile.json;
    json.push(b'{');
    json_text::push_key(json, "user_id");
    json_text::push(json, &profile.user_id);
    let mut has_phone = false;
    for key in ProfileKey::ALL {
        let Some(source) = source(users, key) else {
            // Whether an address was verified is told wherever there is one.
            if key == ProfileKey::EmailVerified && source(users, ProfileKey::Email).is_some() {
                json_text::push_key(json, key.name());
                json.extend_from_slice(b"false");
            }
            continue;
        };
        if let Some(text) = as_it_stands(row, source, key) {
            json_text::push_key(json, key.name());
            json_text::push(json, text);
            if key == ProfileKey::Email {
                profile.email.push_str(text);
            }
            continue;
        }
        let value = profile_value(row, source, key)?;
        // A flag about a number that is not told says nothing.
        let Some(value) = value.filter(|_| key != ProfileKey::PhoneVerified || has_phone) else { continue };
        json_text::push_key(json, key.name());
        has_phone |= key == ProfileKey::PhoneNumber;
        match &value {
            Told::Text(text) => {
                json_text::push(json, text);
                if key == ProfileKey::Email {
                    profile.email.push_str(text);
                }
            }
            Told::Flag(flag) => json.extend_from_slice(if *flag { b"true" } else { b"false" }),
            Told::Json(value) => json_text::push_value(json, value),
        }
    }
    json.push(b',');
    profile.metadata = json.len();
    json_text::push(json, METADATA);
    json.push(b':');
    push_object(row, &users.metadata, json)?;
    if !users.user_metadata.is_empty() {
        json_text::push_key(json, "user_metadata");
        push_object(row, &users.user_metadata, json)?;
    }
    if let Some(factors) = users.mfa_factors.as_deref().and_then(|column| mfa_factors::of(row.get(column))) {
        json_text::push_key(json, "mfa_factors");
        json_text::push_value(json, &factors);
    }
    json.push(b'}');
    if json.len() > MAX_BYTES {
        return Err(Refusal::UserUnmappable("the profile is larger than 10 KB"));
    }
    Ok(())
}

/// One value of a profile.
enum Told<'a> {
    Text(Cow<'a, str>),
    Flag(bool),
    Json(Value),
}

/// The text of a profile key for schemes that mix it into the hash; `None` where it is not mapped or empty.
#[must_use]
pub fn text_of(row: &LegacyRow, users: &Users, key: ProfileKey) -> Option<String> {
    match source(users, key)? {
        Source::Column { name, .. } => {
            row.get(name).map(metadata::text).filter(|text| !text.is_empty()).map(Cow::into_owned)
        }
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

pub(super) fn source(users: &Users, key: ProfileKey) -> Option<&Source> {
    users.profile.iter().find(|(mapped, _)| *mapped == key).map(|(_, source)| source)
}

/// A text that breaks no rule of its key, which most do not; `None` says nothing.
fn as_it_stands<'a>(row: &'a LegacyRow, source: &Source, key: ProfileKey) -> Option<&'a str> {
    let Source::Column { name, .. } = source else { return None };
    let Some(LegacyValue::Text(text)) = row.get(name) else { return None };
    match key {
        ProfileKey::Email => email(text.trim()).ok(),
        ProfileKey::EmailVerified | ProfileKey::PhoneNumber | ProfileKey::PhoneVerified => None,
        // No more bytes than any key may have characters.
        _ => (text.len() <= MAX_USERNAME && !text.trim().is_empty()).then_some(text),
    }
}

fn profile_value<'a>(row: &'a LegacyRow, source: &'a Source, key: ProfileKey) -> Result<Option<Told<'a>>, Refusal> {
    match source {
        Source::Literal(Value::String(text)) => Ok(Some(Told::Text(Cow::Borrowed(text)))),
        Source::Literal(value) => Ok(Some(Told::Json(value.clone()))),
        Source::Column { name, .. } => {
            let column = row.get(name).ok_or(Refusal::UserUnmappable("a mapped column is missing"))?;
            of_column(key, column)
        }
        // A formula says that this user has no address: the store goes by usernames.
        Source::Computed(formula) => match as_column(evaluated(row, formula)?) {
            LegacyValue::Null if key == ProfileKey::Email => Ok(None),
            column => Ok(of_column(key, &column)?.map(|told| match told {
                Told::Text(text) => Told::Text(Cow::Owned(text.into_owned())),
                Told::Flag(flag) => Told::Flag(flag),
                Told::Json(value) => Told::Json(value),
            })),
        },
    }
}

fn of_column(key: ProfileKey, column: &LegacyValue) -> Result<Option<Told<'_>>, Refusal> {
    if let LegacyValue::Undecodable(_) = column {
        return Err(Refusal::UserUnmappable("a mapped column could not be decoded"));
    }
    let flag = || metadata::bool(column).or_else(|_| verified_moment(column)).ok();
    match key {
        ProfileKey::EmailVerified => Ok(Some(Told::Flag(flag().unwrap_or(false)))),
        ProfileKey::PhoneVerified => Ok(flag().map(Told::Flag)),
        ProfileKey::Email => match metadata::text(column) {
            Cow::Borrowed(address) => email(address.trim()).map(|address| Some(Told::Text(Cow::Borrowed(address)))),
            Cow::Owned(address) => {
                email(address.trim()).map(|address| Some(Told::Text(Cow::Owned(address.to_owned()))))
            }
        },
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

/// An address within the rules of the contract.
pub(super) fn email(address: &str) -> Result<&str, Refusal> {
    let Some((local, domain)) = address.rsplit_once('@') else {
        return Err(Refusal::UserUnmappable(if address.is_empty() {
            "the e-mail address is empty"
        } else {
            "the e-mail address has no `@`"
        }));
    };
    if local.is_empty() || domain.is_empty() || !user_id::is_one_word(address) {
        return Err(Refusal::UserUnmappable("the e-mail address is malformed"));
    }
    if local.chars().count() > MAX_EMAIL.0 || address.chars().count() > MAX_EMAIL.1 {
        return Err(Refusal::UserUnmappable("the e-mail address is too long"));
    }
    Ok(address)
}

/// A text key within Auth0's length. Display texts that break it are left out rather than keeping the person out;
/// the username is what the person types, so it is refused.
fn text(key: ProfileKey, text: Cow<'_, str>) -> Result<Option<Told<'_>>, Refusal> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let characters = text.chars().count();
    let fits = match key {
        ProfileKey::Username if characters > MAX_USERNAME => {
            return Err(Refusal::UserUnmappable("the username is longer than 128 characters"));
        }
        ProfileKey::GivenName | ProfileKey::FamilyName => characters <= 150,
        ProfileKey::Name | ProfileKey::Nickname => characters <= 300,
        ProfileKey::PhoneNumber => is_e164(&text),
        _ => true,
    };
    Ok(fits.then_some(Told::Text(text)))
}

pub(super) fn is_e164(number: &str) -> bool {
    number
        .strip_prefix('+')
        .is_some_and(|digits| (1..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

fn push_object(row: &LegacyRow, mapping: &[(String, Source)], json: &mut Vec<u8>) -> Result<(), Refusal> {
    json.push(b'{');
    for (key, source) in mapping {
        let value = match source {
            Source::Literal(value) => Some(value.clone()),
            Source::Computed(computed) => evaluated(row, computed)?,
            Source::Column { name, kind } => {
                let column = row.get(name).ok_or(Refusal::UserUnmappable("a mapped column is missing"))?;
                if let (LegacyValue::Text(text), Kind::Auto | Kind::String) = (column, kind) {
                    json_text::push_key(json, key);
                    json_text::push(json, text);
                    continue;
                }
                metadata::json_of(column, *kind).map_err(Refusal::UserUnmappable)?
            }
        };
        if let Some(value) = value {
            json_text::push_key(json, key);
            json_text::push_value(json, &value);
        }
    }
    json.push(b'}');
    Ok(())
}
