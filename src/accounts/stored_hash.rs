//! The stored hash of a row, with what the configuration says of it.
use crate::{
    config::password::{LISTED, Password},
    hash::scheme::{Identified, Reason, Stored},
    store::legacy_row::{LegacyRow, LegacyValue},
};
use zeroize::Zeroizing;

/// Lengths of digests: bytes of such a length are told as the hex that other tables have.
const DIGESTS: [usize; 6] = [16, 20, 28, 32, 48, 64];

/// Gives the stored hash and its salt, as they were identified, to whoever reads them; `None` where there is none.
pub fn with_stored<T>(row: &LegacyRow, password: &Password, read: impl FnOnce(Stored<'_>) -> T) -> Option<T> {
    let hash = row.get(&password.column).and_then(text)?;
    let salt = password.salt.as_deref().and_then(|column| row.get(column)).and_then(text);
    Some(read(Stored { hash: hash.trim(), salt: salt.as_ref().map(|salt| salt.as_str()) }))
}

/// What the row's stored hash is.
#[must_use]
pub fn identify(row: &LegacyRow, password: &Password) -> Identified {
    let hash = match row.get(&password.column) {
        None | Some(LegacyValue::Null) => return Identified::NoPassword,
        Some(value) => text(value),
    };
    let Some(hash) = hash else { return Identified::Unverifiable(Reason::Malformed) };
    let salt = password.salt.as_deref().and_then(|column| row.get(column)).and_then(text);
    let stored = Stored { hash: &hash, salt: salt.as_ref().map(|salt| salt.as_str()) };
    let Some(deciding) = &password.scheme else { return password.schemes.identify(stored, &password.site) };
    let Some(named) = row.get(&deciding.column).and_then(text).filter(|named| !named.is_empty()) else {
        return password.schemes.identify(stored, &password.site);
    };
    let name = deciding.values.get(named.trim()).map_or(named.trim(), String::as_str);
    if name == LISTED {
        return password.schemes.identify(stored, &password.site);
    }
    match password.schemes.only(name) {
        Some(only) => only.identify(stored, &password.site),
        // What the row says is not known: anything else would be a guess.
        None => Identified::Unverifiable(Reason::Unknown),
    }
}

/// The text of a password or salt value. Bytes that are no text are told in hex.
#[must_use]
pub fn text(value: &LegacyValue) -> Option<Zeroizing<String>> {
    match value {
        LegacyValue::Text(text) => Some(Zeroizing::new(text.clone())),
        LegacyValue::Bytes(bytes) => Some(Zeroizing::new(of_bytes(bytes))),
        LegacyValue::Int(number) => Some(Zeroizing::new(number.to_string())),
        _ => None,
    }
}

fn of_bytes(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.chars().any(char::is_control) => text.to_owned(),
        _ if DIGESTS.contains(&bytes.len()) => hex::encode(bytes),
        _ => format!("0x{}", hex::encode(bytes)),
    }
}
