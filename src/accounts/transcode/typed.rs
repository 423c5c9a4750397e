//! The password as a hash reads it, as far as the import can say it: constant bytes before or behind it, and a charset.
use super::{Told, reason};
use crate::hash::{
    encoding,
    scheme::Site,
    typing::{Charset, FoldCase, Normalize, PepperUse, Typing},
};

/// The bytes of bcrypt's key: cutting a password there changes nothing.
const BCRYPT_BYTES: usize = 72;

/// `password.encoding`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charcode {
    /// The import's default.
    Utf8,
    /// UTF-16, little endian.
    Utf16le,
    /// ISO 8859-1.
    Latin1,
}

/// The password between constant bytes.
#[derive(Clone)]
pub struct Typed {
    /// What stands before it.
    pub before: Vec<u8>,
    /// What stands behind it.
    pub after: Vec<u8>,
    /// How its characters become bytes.
    pub charcode: Charcode,
    /// `password.truncate`.
    cut: Option<usize>,
}

impl Typed {
    /// The password as the configuration says that the application hashed it.
    pub fn of(typing: &Typing, site: &Site) -> Told<Self> {
        if typing.trim || typing.normalize != Normalize::Not || typing.fold_case != FoldCase::Not {
            return Err(reason::CHANGED);
        }
        let charcode = match typing.charset {
            Charset::Utf8 => Charcode::Utf8,
            Charset::Utf16le => Charcode::Utf16le,
            Charset::Latin1 => Charcode::Latin1,
            // `latin1` is another byte for 27 characters, the euro sign among them.
            Charset::Windows1252 => return Err(reason::CHARSET),
        };
        let (mut before, mut after) = (Vec::new(), Vec::new());
        if let Some((pepper, how)) = site.pepper.as_ref().zip(typing.pepper) {
            let pepper = encoded(charcode, pepper.expose());
            match how {
                PepperUse::Append => after = pepper,
                PepperUse::Prepend => before = pepper,
                PepperUse::HmacHex(_) | PepperUse::HmacBase64(_) | PepperUse::HmacRaw(_) => {
                    return Err(reason::PEPPER);
                }
            }
        }
        Ok(Self { before, after, charcode, cut: typing.truncate })
    }

    /// The same in UTF-16, where a formula says so.
    pub fn wide(self) -> Told<Self> {
        if self.charcode != Charcode::Utf8 {
            return Err(reason::CHARSET);
        }
        let widened = |octets: &[u8]| {
            let text = std::str::from_utf8(octets).map_err(|_| reason::CHANGED)?;
            Ok::<_, &'static str>(encoding::utf16le(text).to_vec())
        };
        let (before, after) = (widened(&self.before)?, widened(&self.after)?);
        Ok(Self { before, after, charcode: Charcode::Utf16le, cut: self.cut })
    }

    /// Holds when the password is read as typed, in UTF-8 and nothing beside it.
    pub fn alone(&self) -> Told<()> {
        self.uncut()?;
        self.unsalted()
    }

    /// The same for bcrypt, which cuts by itself.
    pub fn alone_for_bcrypt(&self) -> Told<()> {
        if self.cut.is_some_and(|cut| cut < BCRYPT_BYTES) {
            return Err(reason::CHANGED);
        }
        self.unsalted()
    }

    /// Holds when all of the password is read.
    pub fn uncut(&self) -> Told<()> {
        if self.cut.is_some() { Err(reason::CHANGED) } else { Ok(()) }
    }

    fn unsalted(&self) -> Told<()> {
        if !self.before.is_empty() || !self.after.is_empty() {
            return Err(reason::PEPPER);
        }
        if self.charcode != Charcode::Utf8 {
            return Err(reason::CHARSET);
        }
        Ok(())
    }
}

/// A pepper in the site's charset; one that the charset lacks stays in UTF-8, as it does where logins are verified.
fn encoded(charcode: Charcode, text: &str) -> Vec<u8> {
    let octets = match charcode {
        Charcode::Utf8 => None,
        Charcode::Utf16le => Some(encoding::utf16le(text)),
        Charcode::Latin1 => encoding::latin1(text),
    };
    octets.map_or_else(|| text.as_bytes().to_vec(), |octets| octets.to_vec())
}
