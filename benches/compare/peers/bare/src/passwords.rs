//! A password against a stored hash of one of five schemes, each by the usual crate.
use argon2::{
    Argon2,
    password_hash::{PasswordVerifier, phc::PasswordHash},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use md5::{Digest, Md5};
use sha_crypt::ShaCrypt;

/// What is verified when there is nothing to verify.
pub const DECOY: &str = "$2b$10$abcdefghijklmnopqrstuuOuvuEB8yOWqrtta0jWB10wzwfcx.sGe";

/// Blocks: for a thread of its own.
pub fn matches(password: &str, stored: &str) -> bool {
    match stored.split('$').nth(1) {
        _ if stored.starts_with("pbkdf2_sha256$") => pbkdf2_sha256(password, stored).unwrap_or(false),
        Some("6") => ShaCrypt::default().verify_password(password.as_bytes(), stored).is_ok(),
        Some("P") => phpass(password, stored).is_some_and(|text| text == stored),
        Some("argon2id") => PasswordHash::new(stored)
            .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok()),
        _ => bcrypt::verify(password, stored).unwrap_or(false),
    }
}

/// Django: `pbkdf2_sha256$rounds$salt$digest`.
fn pbkdf2_sha256(password: &str, stored: &str) -> Option<bool> {
    let mut parts = stored.split('$').skip(1);
    let (rounds, salt, digest) = (parts.next()?.parse().ok()?, parts.next()?, STANDARD.decode(parts.next()?).ok()?);
    let mut computed = [0; 32];
    pbkdf2::pbkdf2_hmac::<sha2::Sha256>(password.as_bytes(), salt.as_bytes(), rounds, &mut computed);
    Some(computed.as_slice() == digest)
}

/// WordPress up to 6.7: MD5 in rounds.
fn phpass(password: &str, stored: &str) -> Option<String> {
    const ALPHABET: &[u8] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let (setting, cost) = (stored.get(..12)?, *stored.as_bytes().get(3)?);
    let rounds = 1_u32.checked_shl(u32::try_from(ALPHABET.iter().position(|&letter| letter == cost)?).ok()?)?;
    let mut digest = Md5::new().chain_update(&setting[4..]).chain_update(password).finalize();
    for _ in 0..rounds {
        digest = Md5::new().chain_update(digest).chain_update(password).finalize();
    }
    let mut text = setting.to_string();
    for group in digest.chunks(3) {
        let number = group.iter().rev().fold(0_usize, |number, &byte| number << 8 | usize::from(byte));
        text.extend((0..=group.len()).map(|at| char::from(ALPHABET[number >> (6 * at) & 63])));
    }
    Some(text)
}
