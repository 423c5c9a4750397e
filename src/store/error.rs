//! What can go wrong with a database. Never an answer about a person.
use std::fmt;

/// A failed lookup: the kind for metrics and status, and a message without any value of a row or a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreError {
    /// What happened.
    pub kind: StoreErrorKind,
    /// In words, for the log: no identifier, no row, no password.
    pub message: String,
}

/// The kinds of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StoreErrorKind {
    /// No connection was free in time.
    PoolExhausted,
    /// The server cannot be reached or has gone.
    Connection,
    /// The statement took too long.
    Timeout,
    /// The server refused the statement or the role.
    Refused,
    /// Table, column or statement do not fit: the operator's to mend.
    Schema,
}

impl StoreError {
    /// Joins a kind and a message; the message must not hold a value of a row or a statement.
    pub fn new(kind: StoreErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }
}

impl StoreErrorKind {
    /// The label of `db_errors_total{kind}`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::PoolExhausted => "pool_exhausted",
            Self::Connection => "connection",
            Self::Timeout => "timeout",
            Self::Refused => "refused",
            Self::Schema => "schema",
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for StoreError {}
