//! Credentials that are JSON: Keycloak's, and the `credential` package's of npm.
use super::{
    Told, Transcoded, crypt,
    object::{self, Pbkdf2},
    reason,
    typed::Typed,
};
use crate::hash::{digest::Digest, encoding};
use serde_json::Value;

/// Keycloak's credential: JSON texts inside JSON.
pub fn keycloak(text: &str, typed: &Typed) -> Told<Transcoded> {
    let credential = serde_json::from_str(text).map_err(|_| reason::UNREADABLE)?;
    let (secret, data) = (nested(&credential, "secretData")?, nested(&credential, "credentialData")?);
    let (value, salt) = (field(&secret, "value")?, field(&secret, "salt")?);
    let (algorithm, rounds) = (field(&data, "algorithm")?, number(&data, "hashIterations")?);
    if algorithm == "argon2" {
        let additional = data.get("additionalParameters").ok_or(reason::UNREADABLE)?;
        let parameter = |name: &str| additional.get(name)?.get(0)?.as_str();
        let (Some(version), Some(kind), Some(memory), Some(lanes)) =
            (parameter("version"), parameter("type"), parameter("memory"), parameter("parallelism"))
        else {
            return Err(reason::UNREADABLE);
        };
        let version = if version == "1.0" { 16 } else { 19 };
        let text = format!("$argon2{kind}$v={version}$m={memory},t={rounds},p={lanes}${salt}${value}");
        return crypt::argon2(&text, typed);
    }
    let name = algorithm.strip_prefix("pbkdf2").ok_or(reason::ALGORITHM)?.trim_start_matches('-');
    let prf = if name.is_empty() { Some(Digest::Sha1) } else { Digest::named(name) };
    let (salt, output) = encoding::base64(salt).zip(encoding::base64(value)).ok_or(reason::UNREADABLE)?;
    object::pbkdf2(&Pbkdf2 { prf: prf.ok_or(reason::DIGEST)?, rounds, salt, output }, typed)
}

/// npm's credential, whose salt is the base64 text itself.
pub fn npm_credential(text: &str, typed: &Typed) -> Told<Transcoded> {
    let credential: Value = serde_json::from_str(text).map_err(|_| reason::UNREADABLE)?;
    let salt = field(&credential, "salt")?.as_bytes().to_vec();
    let output = encoding::base64(field(&credential, "hash")?).ok_or(reason::UNREADABLE)?;
    let rounds = number(&credential, "iterations")?;
    object::pbkdf2(&Pbkdf2 { prf: Digest::Sha1, rounds, salt, output }, typed)
}

fn nested(value: &Value, key: &str) -> Told<Value> {
    match value.get(key) {
        Some(Value::String(text)) => serde_json::from_str(text).map_err(|_| reason::UNREADABLE),
        Some(object) => Ok(object.clone()),
        None => Err(reason::UNREADABLE),
    }
}

fn field<'a>(value: &'a Value, key: &str) -> Told<&'a str> {
    value.get(key).and_then(Value::as_str).ok_or(reason::UNREADABLE)
}

fn number(value: &Value, key: &str) -> Told<u32> {
    value.get(key).and_then(Value::as_u64).and_then(|number| u32::try_from(number).ok()).ok_or(reason::UNREADABLE)
}
