//! What a legacy application did to a typed password before it hashed it.
use super::{attempt::Attempt, digest::Digest, encoding};
use crate::secret::Secret;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// The steps, in the order in which they are taken; by default none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Typing {
    /// White space at both ends is cut.
    pub trim: bool,
    /// Unicode normalisation.
    pub normalize: Normalize,
    /// Letter case.
    pub fold_case: FoldCase,
    /// The charset of the bytes.
    pub charset: Charset,
    /// Bytes of the password that count.
    pub truncate: Option<usize>,
    /// Where the pepper goes; `None` leaves it to schemes and recipes that name it.
    pub pepper: Option<PepperUse>,
}

/// Unicode normalisation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Normalize {
    /// As typed.
    #[default]
    Not,
    /// Composed.
    Nfc,
    /// Composed, compatibility forms replaced.
    Nfkc,
}

/// Letter case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FoldCase {
    /// As typed.
    #[default]
    Not,
    /// To lower case.
    Lower,
    /// To upper case.
    Upper,
}

/// The charset of a password's bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Charset {
    /// UTF-8.
    #[default]
    Utf8,
    /// ISO 8859-1.
    Latin1,
    /// Windows' Western code page, which many pages that said ISO 8859-1 really used.
    Windows1252,
    /// UTF-16, little endian.
    Utf16le,
}

/// How the site's pepper gets into the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PepperUse {
    /// password + pepper.
    Append,
    /// pepper + password.
    Prepend,
    /// Hex of the HMAC of the password under the pepper.
    HmacHex(Digest),
    /// base64 of the same.
    HmacBase64(Digest),
    /// Its bytes.
    HmacRaw(Digest),
}

impl PepperUse {
    /// The words of the configuration.
    pub const WORDS: &'static [(&'static str, Self)] = &[
        ("append", Self::Append),
        ("prepend", Self::Prepend),
        ("hmac-sha1", Self::HmacHex(Digest::Sha1)),
        ("hmac-sha256", Self::HmacHex(Digest::Sha256)),
        ("hmac-sha384", Self::HmacHex(Digest::Sha384)),
        ("hmac-sha512", Self::HmacHex(Digest::Sha512)),
        ("hmac-sha256-base64", Self::HmacBase64(Digest::Sha256)),
        ("hmac-sha384-base64", Self::HmacBase64(Digest::Sha384)),
        ("hmac-sha512-base64", Self::HmacBase64(Digest::Sha512)),
        ("hmac-sha256-raw", Self::HmacRaw(Digest::Sha256)),
        ("hmac-sha384-raw", Self::HmacRaw(Digest::Sha384)),
        ("hmac-sha512-raw", Self::HmacRaw(Digest::Sha512)),
    ];
}

impl Typing {
    /// The attempt with the password as the application would have hashed it.
    #[must_use]
    pub fn apply(&self, typed: &str, pepper: Option<&Secret>, attempt: Attempt) -> Attempt {
        let typed = if self.trim { typed.trim() } else { typed };
        let text = Zeroizing::new(match self.normalize {
            Normalize::Not => typed.to_owned(),
            Normalize::Nfc => typed.nfc().collect(),
            Normalize::Nfkc => typed.nfkc().collect(),
        });
        let text = match self.fold_case {
            FoldCase::Not => text,
            FoldCase::Lower => Zeroizing::new(text.to_lowercase()),
            FoldCase::Upper => Zeroizing::new(text.to_uppercase()),
        };
        let (text, bytes) = self.truncated(text);
        let Some((pepper, how)) = pepper.zip(self.pepper) else {
            return Attempt { password: bytes, text, ..attempt };
        };
        let pepper = pepper.expose();
        let encoded = encode(self.charset, pepper);
        match how {
            PepperUse::Append => Attempt {
                password: Zeroizing::new([bytes.as_slice(), &encoded].concat()),
                text: Zeroizing::new(format!("{}{pepper}", *text)),
                ..attempt
            },
            PepperUse::Prepend => Attempt {
                password: Zeroizing::new([encoded.as_slice(), &bytes].concat()),
                text: Zeroizing::new(format!("{pepper}{}", *text)),
                ..attempt
            },
            PepperUse::HmacHex(digest) | PepperUse::HmacBase64(digest) | PepperUse::HmacRaw(digest) => {
                let mac = digest.hmac(pepper.as_bytes(), &[&bytes]).unwrap_or_default();
                let password = match how {
                    PepperUse::HmacHex(_) => Zeroizing::new(hex::encode(&*mac).into_bytes()),
                    PepperUse::HmacBase64(_) => Zeroizing::new(encoding::to_base64(&mac).into_bytes()),
                    _ => mac,
                };
                attempt.with_bytes(password)
            }
        }
    }

    fn truncated(&self, text: Zeroizing<String>) -> (Zeroizing<String>, Zeroizing<Vec<u8>>) {
        let mut bytes = encode(self.charset, &text);
        let Some(most) = self.truncate.filter(|most| *most < bytes.len()) else { return (text, bytes) };
        bytes.truncate(most);
        let end = (0..=most.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        (Zeroizing::new(text.get(..end).unwrap_or_default().to_owned()), bytes)
    }
}

/// A text in a charset. One with characters that the charset lacks stays in UTF-8, which no stored hash is of: a
/// substitute like `?` would let every such text in for every other.
fn encode(charset: Charset, text: &str) -> Zeroizing<Vec<u8>> {
    let utf8 = || Zeroizing::new(text.as_bytes().to_vec());
    match charset {
        Charset::Utf8 => utf8(),
        Charset::Utf16le => encoding::utf16le(text),
        Charset::Latin1 => encoding::latin1(text).unwrap_or_else(utf8),
        Charset::Windows1252 => {
            let octets = text.chars().map(windows_1252).collect::<Option<Vec<u8>>>();
            octets.map_or_else(utf8, Zeroizing::new)
        }
    }
}

/// The characters of Windows-1252 between 0x80 and 0x9f; blanks are not assigned.
const WINDOWS_1252: &str = "€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ";

fn windows_1252(character: char) -> Option<u8> {
    let code = u32::from(character);
    if code < 0x80 || (0xa0..=0xff).contains(&code) {
        return u8::try_from(code).ok();
    }
    let place = WINDOWS_1252.chars().position(|known| known == character)?;
    u8::try_from(place).ok().map(|place| 0x80 + place)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(typing: Typing, text: &str, pepper: Option<&str>) -> Vec<u8> {
        let pepper = pepper.map(|pepper| Secret::new(pepper.into()));
        typing.apply(text, pepper.as_ref(), Attempt::default()).password.to_vec()
    }

    #[test]
    fn charsets_write_their_own_bytes() {
        let of = |charset| Typing { charset, ..Typing::default() };
        assert_eq!(bytes(of(Charset::Utf8), "é€", None), [0xc3, 0xa9, 0xe2, 0x82, 0xac]);
        assert_eq!(bytes(of(Charset::Latin1), "é", None), [0xe9]);
        assert_eq!(bytes(of(Charset::Windows1252), "é€Ÿ", None), [0xe9, 0x80, 0x9f]);
        assert_eq!(bytes(of(Charset::Utf16le), "é€", None), [0xe9, 0, 0xac, 0x20]);
        assert_ne!(bytes(of(Charset::Latin1), "пароль", None), b"??????");
    }

    #[test]
    fn every_step_is_taken_in_its_order() {
        let typing = Typing {
            trim: true,
            normalize: Normalize::Nfkc,
            fold_case: FoldCase::Lower,
            truncate: Some(4),
            pepper: Some(PepperUse::Append),
            ..Typing::default()
        };
        assert_eq!(bytes(typing, "  Ａbcdef ", Some("-p")), b"abcd-p");
        let hmac = Typing { pepper: Some(PepperUse::HmacHex(Digest::Sha256)), ..Typing::default() };
        // From `openssl dgst -sha256 -hmac key` of "The quick brown fox jumps over the lazy dog".
        let expected = b"f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8";
        assert_eq!(bytes(hmac, "The quick brown fox jumps over the lazy dog", Some("key")), expected);
    }
}
