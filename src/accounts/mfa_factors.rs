//! The second factors of a user, as the profile tells them. A factor that Auth0 would refuse must never reach it.
use super::{
    metadata,
    profile::{email, is_e164},
};
use crate::{config::users::Kind, store::legacy_row::LegacyValue};
use serde_json::Value;

/// The factors where Auth0 would take them. One bad factor makes the whole login fail there, so all are left out then.
#[must_use]
pub fn of(value: Option<&LegacyValue>) -> Option<Value> {
    let json = metadata::json_of(value?, Kind::Json).ok()??;
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
