//! How schemes write bytes as text, and how bytes are compared.
use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Padding or none, and stray bits behind the last byte: writers differ in both.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);

const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);
const BCRYPT: GeneralPurpose = GeneralPurpose::new(&alphabet::BCRYPT, LENIENT);

/// The 64 characters of crypt(3), lowest first.
const CRYPT64: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// How a field of a stored text holds its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// The text itself.
    Text,
    /// Hex in either case.
    Hex,
    /// Standard base64, padded or not.
    Base64,
    /// base64 with `.` for `+`.
    Ab64,
    /// base64 with `-` and `_`.
    UrlBase64,
}

impl Encoding {
    /// The bytes of a field.
    #[must_use]
    pub fn decode(self, text: &str) -> Option<Vec<u8>> {
        match self {
            Self::Text => Some(text.as_bytes().to_vec()),
            Self::Hex => hex(text),
            Self::Base64 => base64(text),
            Self::Ab64 => ab64(text),
            Self::UrlBase64 => base64_url(text),
        }
    }
}

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

/// base64 for URLs and files: `-` and `_`.
#[must_use]
pub fn base64_url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE.decode(text).ok()
}

/// Standard base64, padded, as most writers have it.
#[must_use]
pub fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// A text in UTF-16, little endian.
#[must_use]
pub fn utf16le(text: &str) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(text.encode_utf16().flat_map(u16::to_le_bytes).collect())
}

/// A text in UTF-16, big endian.
#[must_use]
pub fn utf16be(text: &str) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(text.encode_utf16().flat_map(u16::to_be_bytes).collect())
}

/// A text in ISO 8859-1; `None` when it has a character beyond.
#[must_use]
pub fn latin1(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    text.chars().map(|character| u8::try_from(u32::from(character)).ok()).collect::<Option<_>>().map(Zeroizing::new)
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

/// Bytes in bcrypt's own base64.
#[must_use]
pub fn to_bcrypt64(bytes: &[u8]) -> String {
    BCRYPT.encode(bytes).trim_end_matches('=').to_owned()
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

/// One crypt(3) character for six bits; higher bits are cut.
#[must_use]
pub fn crypt64_character(value: u32) -> u8 {
    usize::try_from(value & 0x3f).ok().and_then(|at| CRYPT64.get(at)).copied().unwrap_or(b'.')
}

/// A number of several crypt(3) characters, the lowest first.
#[must_use]
pub fn crypt64_number(text: &str) -> Option<u32> {
    let mut number = 0;
    for (at, character) in text.bytes().enumerate() {
        number |= crypt64_value(character)?.checked_shl(u32::try_from(6 * at).ok()?)?;
    }
    Some(number)
}

/// Bytes in crypt(3)'s base64, the lowest bits first.
#[must_use]
pub fn to_crypt64_low_first(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let word = group.iter().rev().fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
        for at in 0..=group.len() {
            text.push(char::from(crypt64_character(word >> (6 * at))));
        }
    }
    text
}

/// Whether two digests are equal, in a time that does not tell where they differ.
#[must_use]
pub fn equal(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}
