//! `init`: from nothing but a database to a first configuration. Reads the catalogue and a few rows, never writes to the
//! database, and says of each choice how sure it is and why.
pub mod columns;
pub mod draft;
pub mod lexicon;
pub mod recognise;
pub mod sample;
pub mod tables;

use std::fmt;

/// How sure a choice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// Nothing speaks for it but that nothing else is better.
    Guess,
    /// Its name or its values speak for it.
    Likely,
    /// Its name and its values speak for it, or the database itself says so.
    Sure,
}

impl fmt::Display for Certainty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Guess => "a guess",
            Self::Likely => "likely",
            Self::Sure => "sure",
        })
    }
}

/// A choice with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice<T> {
    /// What was chosen.
    pub value: T,
    /// How sure that is.
    pub certainty: Certainty,
    /// Why, in words, without any value of a row.
    pub reason: String,
}

impl<T> Choice<T> {
    /// Joins the three.
    pub fn new(value: T, certainty: Certainty, reason: impl Into<String>) -> Self {
        Self { value, certainty, reason: reason.into() }
    }
}
