//! Digests of password and salt, the salt in a column of its own. Never guessed: the text says neither order nor digest.
//!
//! The salt is the column's text as it stands, unless `password.salt_encoding` says that it is hex or base64 of bytes.
use super::line;
use crate::hash::scheme::{Scheme, Tell};

/// Name, hex digits of the stored text, formula.
const IN_HEX: &[(&str, usize, &str)] = &[
    ("md5_salt_pass", 32, "md5(salt + password)"),
    ("md5_pass_salt", 32, "md5(password + salt)"),
    ("md5_salt_pass_salt", 32, "md5(salt + password + salt)"),
    ("md5_salt_utf16le_pass", 32, "md5(salt + utf16le(password))"),
    ("md5_utf16le_pass_salt", 32, "md5(utf16le(password) + salt)"),
    ("md5_md5_salt", 32, "md5(hex(md5(password)) + salt)"),
    ("md5_salt_md5", 32, "md5(salt + hex(md5(password)))"),
    ("md5_sha1_salt", 32, "md5(hex(sha1(password)) + salt)"),
    ("md5_md5pass_md5salt", 32, "md5(hex(md5(password)) + hex(md5(salt)))"),
    ("md5_md5salt_md5pass", 32, "md5(hex(md5(salt)) + hex(md5(password)))"),
    ("sha1_salt_pass", 40, "sha1(salt + password)"),
    ("sha1_pass_salt", 40, "sha1(password + salt)"),
    ("sha1_salt_pass_salt", 40, "sha1(salt + password + salt)"),
    ("sha1_salt_utf16le_pass", 40, "sha1(salt + utf16le(password))"),
    ("sha1_utf16le_pass_salt", 40, "sha1(utf16le(password) + salt)"),
    ("sha1_sha1_salt", 40, "sha1(hex(sha1(password)) + salt)"),
    ("sha1_salt_sha1", 40, "sha1(salt + hex(sha1(password)))"),
    ("sha1_md5_salt", 40, "sha1(hex(md5(password)) + salt)"),
    ("sha256_salt_pass", 64, "sha256(salt + password)"),
    ("sha256_pass_salt", 64, "sha256(password + salt)"),
    ("sha256_salt_pass_salt", 64, "sha256(salt + password + salt)"),
    ("sha256_salt_utf16le_pass", 64, "sha256(salt + utf16le(password))"),
    ("sha256_utf16le_pass_salt", 64, "sha256(utf16le(password) + salt)"),
    ("sha256_sha256_salt", 64, "sha256(hex(sha256(password)) + salt)"),
    ("sha256_salt_sha256", 64, "sha256(salt + hex(sha256(password)))"),
    ("sha512_salt_pass", 128, "sha512(salt + password)"),
    ("sha512_pass_salt", 128, "sha512(password + salt)"),
    ("hmac_md5_key_salt", 32, "hmac(\"md5\", salt, password)"),
    ("hmac_md5_key_pass", 32, "hmac(\"md5\", password, salt)"),
    ("hmac_sha1_key_salt", 40, "hmac(\"sha1\", salt, password)"),
    ("hmac_sha1_key_pass", 40, "hmac(\"sha1\", password, salt)"),
    ("hmac_sha256_key_salt", 64, "hmac(\"sha256\", salt, password)"),
    ("hmac_sha256_key_pass", 64, "hmac(\"sha256\", password, salt)"),
    ("hmac_sha512_key_salt", 128, "hmac(\"sha512\", salt, password)"),
    ("hmac_sha512_key_pass", 128, "hmac(\"sha512\", password, salt)"),
];

/// The schemes of this family.
#[must_use]
pub fn schemes() -> Vec<Box<dyn Scheme>> {
    IN_HEX
        .iter()
        .map(|(name, digits, formula)| line(name, Tell::OnlyByName, "", super::hex(*digits), formula))
        .collect()
}
