//! How the text of a stored hash is cut into fields: a fixed prefix and a regular expression behind it.
//!
//! # Why regular expressions
//! Three hundred hand-written splitters would each have their own mistakes. The engine is linear in the text, whatever
//! stands in the row, and a field that is not there cannot be read by accident.
use super::{bounds, encoding::Encoding, scheme::ParseError};
use regex::Regex;
use std::{collections::BTreeMap, sync::OnceLock};

/// A text layout; its expression is compiled when the first row needs it.
pub struct Layout {
    prefix: &'static str,
    pattern: &'static str,
    compiled: OnceLock<Option<Regex>>,
}

/// The named fields of a stored hash.
#[derive(Clone, Default)]
pub struct Fields(BTreeMap<&'static str, String>);

impl Fields {
    /// A field that the layout may leave out.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Takes a field out.
    pub fn remove(&mut self, name: &str) -> Option<String> {
        self.0.remove(name)
    }

    /// A field that the layout has.
    ///
    /// # Errors
    /// `Malformed` without it.
    pub fn text(&self, name: &str) -> Result<&str, ParseError> {
        self.get(name).ok_or(ParseError::Malformed)
    }

    /// A decimal number.
    ///
    /// # Errors
    /// `Malformed`, or `TooCostly` beyond 32 bits.
    pub fn number(&self, name: &str) -> Result<u32, ParseError> {
        bounds::number(self.text(name)?)
    }

    /// A number in hex.
    ///
    /// # Errors
    /// `Malformed`, or `TooCostly` beyond 32 bits.
    pub fn hex_number(&self, name: &str) -> Result<u32, ParseError> {
        u32::from_str_radix(self.text(name)?, 16).map_err(|_| ParseError::TooCostly)
    }

    /// The bytes of a field.
    ///
    /// # Errors
    /// `Malformed` when they are not written so.
    pub fn bytes(&self, name: &str, encoding: Encoding) -> Result<Vec<u8>, ParseError> {
        encoding.decode(self.text(name)?).ok_or(ParseError::Malformed)
    }
}

impl Layout {
    /// A layout of a fixed prefix (`{…}` in either case) and an expression for all that follows.
    #[must_use]
    pub const fn new(prefix: &'static str, pattern: &'static str) -> Self {
        Self { prefix, pattern, compiled: OnceLock::new() }
    }

    /// The fields of a text; one that the expression allows to be left out is empty.
    ///
    /// # Errors
    /// `NotMine` when the prefix is another's (or there is none and the expression does not fit), `Malformed` when only
    /// the prefix fits.
    pub fn read(&self, text: &str) -> Result<Fields, ParseError> {
        let rest = self.behind_prefix(text).ok_or(ParseError::NotMine)?;
        let broken = if self.prefix.is_empty() { ParseError::NotMine } else { ParseError::Malformed };
        let regex = self.regex().ok_or(broken)?;
        let found = regex.captures(rest).ok_or(broken)?;
        let field = |name| found.name(name).map_or_else(String::new, |field| field.as_str().to_owned());
        Ok(Fields(names(self.pattern).map(|name| (name, field(name))).collect()))
    }

    /// The names of the fields.
    pub fn fields(&self) -> impl Iterator<Item = &'static str> {
        names(self.pattern)
    }

    fn behind_prefix<'a>(&self, text: &'a str) -> Option<&'a str> {
        let (head, rest) = text.split_at_checked(self.prefix.len())?;
        let same =
            if self.prefix.starts_with('{') { head.eq_ignore_ascii_case(self.prefix) } else { head == self.prefix };
        same.then_some(rest)
    }

    fn regex(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| Regex::new(&format!(r"\A(?:{})\z", self.pattern)).ok()).as_ref()
    }
}

/// The names of the groups, in order: `(?<name>…)`.
fn names(pattern: &'static str) -> impl Iterator<Item = &'static str> {
    pattern.split("(?<").skip(1).filter_map(|rest| rest.split_once('>').map(|(name, _)| name))
}
