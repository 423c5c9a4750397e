//! How schemes write bytes as text, and how bytes are compared.
use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use subtle::ConstantTimeEq;

/// Padding or none, and stray bits behind the last byte: writers differ in both.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);

const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const BCRYPT: GeneralPurpose = GeneralPurpose::new(&alphabet::BCRYPT, LENIENT);

/// The 64 characters of crypt(3), lowest first.
const CRYPT64: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Hex in either case.
#[must_use]
pub fn hex(text: &str) -> Option<Vec<u8>> {
    hex::decode(text).ok()
}

/// Standard base64, padded or not.
#[must_use]
pub fn base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// passlib's base64 with `.` for `+`; `+` is read, too.
#[must_use]
pub fn ab64(text: &str) -> Option<Vec<u8>> {
    base64(&text.replace('.', "+"))
}

/// bcrypt's own base64.
#[must_use]
pub fn bcrypt64(text: &str) -> Option<Vec<u8>> {
    BCRYPT.decode(text).ok()
}

/// The value of one crypt(3) character.
#[must_use]
pub fn crypt64_value(character: u8) -> Option<u32> {
    CRYPT64.iter().position(|known| *known == character).and_then(|at| u32::try_from(at).ok())
}

/// crypt(3)'s base64 with the lowest bits first, as phpass writes it.
#[must_use]
pub fn crypt64_low_first(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    for group in text.as_bytes().chunks(4) {
        let mut word = 0;
        for (at, character) in group.iter().enumerate() {
            word |= crypt64_value(*character)? << (6 * at);
        }
        let [first, second, third, _] = word.to_le_bytes();
        match group.len() {
            4 => bytes.extend([first, second, third]),
            3 => bytes.extend([first, second]),
            2 => bytes.push(first),
            _ => return None,
        }
    }
    Some(bytes)
}

/// Whether two digests are equal, in a time that does not tell where they differ.
#[must_use]
pub fn equal(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}
