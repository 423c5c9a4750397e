//! Credentials that are JSON: Keycloak's, and the `credential` package's of npm.
use super::pbkdf2::Pbkdf2Hash;
use crate::hash::{
    digest::Digest,
    encoding, registry,
    scheme::{ParseError, Scheme, Site, Stored, Tell, Verifier},
};
use serde_json::Value;

/// A realm export's credential: two JSON texts inside a third.
pub struct Keycloak;

/// `{"hash", "salt", "keyLength", "hashMethod", "iterations"}`.
pub struct NpmCredential;

impl Scheme for Keycloak {
    fn name(&self) -> &'static str {
        "keycloak_json"
    }

    fn tell(&self) -> Tell {
        Tell::Shape
    }

    fn parse(&self, stored: Stored<'_>, site: &Site) -> Result<Box<dyn Verifier>, ParseError> {
        let (secret, data) = secret_and_data(stored.hash)?;
        let (value, salt) = (text(&secret, "value")?, text(&secret, "salt")?);
        let algorithm = text(&data, "algorithm")?;
        if algorithm == "argon2" {
            return registry::parse_inner("argon2", Stored { hash: &argon2(value, salt, &data)?, salt: None }, site);
        }
        let name = algorithm.strip_prefix("pbkdf2").ok_or(ParseError::Malformed)?.trim_start_matches('-');
        let prf = if name.is_empty() { Digest::Sha1 } else { Digest::named(name).ok_or(ParseError::Malformed)? };
        let decode = |text| encoding::base64(text).ok_or(ParseError::Malformed);
        Ok(Box::new(Pbkdf2Hash::new(prf, number(&data, "hashIterations")?, decode(salt)?, decode(value)?)?))
    }
}

/// The text of the argon2 family for a credential of Keycloak's.
///
/// # Errors
/// `Malformed` for a credential without argon2's parameters.
pub fn argon2_text(stored: &str) -> Result<String, ParseError> {
    let (secret, data) = secret_and_data(stored)?;
    argon2(text(&secret, "value")?, text(&secret, "salt")?, &data)
}

/// Keycloak 25 and later: the parameters stand as text in lists.
fn argon2(value: &str, salt: &str, data: &Value) -> Result<String, ParseError> {
    let additional = data.get("additionalParameters").ok_or(ParseError::Malformed)?;
    let parameter = |name: &str| {
        let first = additional.get(name).and_then(|list| list.get(0)).and_then(Value::as_str);
        first.ok_or(ParseError::Malformed)
    };
    let version = if parameter("version")? == "1.0" { 16 } else { 19 };
    Ok(format!(
        "$argon2{}$v={version}$m={},t={},p={}${salt}${value}",
        parameter("type")?,
        parameter("memory")?,
        number(data, "hashIterations")?,
        parameter("parallelism")?,
    ))
}

fn secret_and_data(stored: &str) -> Result<(Value, Value), ParseError> {
    let credential = json(stored)?;
    Ok((nested(&credential, "secretData")?, nested(&credential, "credentialData")?))
}

impl Scheme for NpmCredential {
    fn name(&self) -> &'static str {
        "npm_credential_json"
    }

    fn tell(&self) -> Tell {
        Tell::Shape
    }

    fn parse(&self, stored: Stored<'_>, _site: &Site) -> Result<Box<dyn Verifier>, ParseError> {
        let credential = json(stored.hash)?;
        if text(&credential, "hashMethod").map_err(|_| ParseError::NotMine)? != "pbkdf2" {
            return Err(ParseError::NotMine);
        }
        let digest = encoding::base64(text(&credential, "hash")?).ok_or(ParseError::Malformed)?;
        // The package hands the base64 text itself to PBKDF2.
        let salt = text(&credential, "salt")?.as_bytes().to_vec();
        Ok(Box::new(Pbkdf2Hash::new(Digest::Sha1, number(&credential, "iterations")?, salt, digest)?))
    }
}

fn json(stored: &str) -> Result<Value, ParseError> {
    if !stored.starts_with('{') {
        return Err(ParseError::NotMine);
    }
    serde_json::from_str(stored).map_err(|_| ParseError::NotMine)
}

fn nested(value: &Value, key: &str) -> Result<Value, ParseError> {
    match value.get(key) {
        Some(Value::String(text)) => serde_json::from_str(text).map_err(|_| ParseError::Malformed),
        Some(object) => Ok(object.clone()),
        None => Err(ParseError::NotMine),
    }
}

fn text<'a>(value: &'a Value, key: &str) -> Result<&'a str, ParseError> {
    value.get(key).and_then(Value::as_str).ok_or(ParseError::Malformed)
}

fn number(value: &Value, key: &str) -> Result<u32, ParseError> {
    let number = value.get(key).and_then(Value::as_u64).ok_or(ParseError::Malformed)?;
    u32::try_from(number).map_err(|_| ParseError::TooCostly)
}
