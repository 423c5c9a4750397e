//! The values of a formula, and the types that they are checked against before anything runs.
use std::fmt;
use zeroize::Zeroizing;

/// Bytes that are wiped when they are no longer needed.
pub type Octets = Zeroizing<Vec<u8>>;

/// Longest text or byte string that a formula may build.
pub const LONGEST: usize = 64 * 1024;

/// What a piece of a formula gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// Characters; digests read them in UTF-8 (the password: in the site's charset).
    Text,
    /// Bytes.
    Bytes,
    /// A whole number.
    Int,
    /// Yes or no.
    Bool,
    /// Several texts.
    Texts,
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Bytes => "bytes",
            Self::Int => "a number",
            Self::Bool => "yes or no",
            Self::Texts => "a list of texts",
        })
    }
}

/// A value while a formula runs.
#[derive(Clone)]
pub enum Value {
    /// Of a text or of bytes: the check before knows which.
    Octets(Octets),
    /// A number.
    Int(i64),
    /// Yes or no.
    Bool(bool),
    /// Texts.
    Texts(Vec<Octets>),
}

impl Value {
    /// A text or bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self::Octets(Zeroizing::new(bytes.to_vec()))
    }

    /// The bytes; none of another type, which the check has excluded.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        match self {
            Self::Octets(octets) => octets,
            _ => &[],
        }
    }

    /// The characters; bytes that are no UTF-8 are read as ISO 8859-1.
    #[must_use]
    pub fn text(&self) -> Zeroizing<String> {
        let octets = self.octets();
        Zeroizing::new(match std::str::from_utf8(octets) {
            Ok(text) => text.to_owned(),
            Err(_) => octets.iter().map(|octet| char::from(*octet)).collect(),
        })
    }

    /// The number; 0 of another type.
    #[must_use]
    pub fn int(&self) -> i64 {
        match self {
            Self::Int(number) => *number,
            _ => 0,
        }
    }

    /// Yes or no; no of another type.
    #[must_use]
    pub fn bool(&self) -> bool {
        matches!(self, Self::Bool(true))
    }
}

/// Why a formula gave nothing for a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The row has not the shape that the formula reads: a missing field, no number, no hex.
    Row,
    /// A value that the formula needs is not there.
    Missing,
    /// More work or memory than a verification may take.
    TooCostly,
    /// An inner hash could not be decided.
    Undecided,
}
