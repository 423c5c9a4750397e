//! The stored hash of a row, with what the configuration says of it.
use crate::{
    config::password::{LISTED, Password},
    hash::scheme::{Identified, Reason, Stored},
    store::legacy_row::{LegacyRow, LegacyValue},
};
use zeroize::Zeroizing;

/// Lengths of digests: bytes of such a length are told as the hex that other tables have.
const DIGESTS: [usize; 6] = [16, 20, 28, 32, 48, 64];

/// The texts of a row's stored hash and of its salt.
pub struct Texts {
    hash: Zeroizing<String>,
    salt: Option<Zeroizing<String>>,
}

impl Texts {
    /// Of this row; `None` where its password column holds no text.
    #[must_use]
    pub fn of(row: &LegacyRow, password: &Password) -> Option<Self> {
        let hash = row.get(&password.column).and_then(text)?;
        let salt = password.salt.as_deref().and_then(|column| row.get(column)).and_then(text);
        Some(Self { hash, salt })
    }

    /// As schemes read them.
    #[must_use]
    pub fn stored(&self) -> Stored<'_> {
        Stored { hash: &self.hash, salt: self.salt.as_ref().map(|salt| salt.as_str()) }
    }
}

/// The scheme that a column of the row names; `None` where the configured ones are tried.
#[must_use]
pub fn named_scheme(row: &LegacyRow, password: &Password) -> Option<String> {
    let deciding = password.scheme.as_ref()?;
    let named = row.get(&deciding.column).and_then(text).filter(|named| !named.is_empty())?;
    let name = deciding.values.get(named.trim()).map_or(named.trim(), String::as_str);
    (name != LISTED).then(|| name.to_owned())
}

/// What the row's stored hash is.
#[must_use]
pub fn identify(row: &LegacyRow, password: &Password) -> Identified {
    if matches!(row.get(&password.column), None | Some(LegacyValue::Null)) {
        return Identified::NoPassword;
    }
    let Some(texts) = Texts::of(row, password) else { return Identified::Unverifiable(Reason::Malformed) };
    let Some(name) = named_scheme(row, password) else {
        return password.schemes.identify(texts.stored(), &password.site);
    };
    match password.schemes.only(&name) {
        Some(only) => only.identify(texts.stored(), &password.site),
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
