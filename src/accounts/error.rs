//! Why a verb did not end in a profile. The outer answer (`http/problem`) is a type of its own.
use crate::hash::scheme::Reason;
use std::time::Duration;

/// Every way in which a verb ends without success.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Nobody, an inactive user on `get_user`, or one who has crossed and is hidden.
    UserNotFound,
    /// More than one row answers to the identifier.
    AmbiguousUser,
    /// The hash was understood and does not match.
    WrongPassword,
    /// The active rule says no; said only after the password matched.
    AccountDisabled,
    /// The stored value says that no password can match.
    NoPassword,
    /// The account is over its limit.
    TooManyAttempts(Duration),
    /// The stored hash cannot be verified.
    PasswordUnverifiable(Reason),
    /// The row breaks a rule of the profile; which one.
    UserUnmappable(&'static str),
    /// The verification queue cannot answer in time.
    Overloaded(Duration),
    /// The database did not answer.
    DatabaseUnavailable,
}

impl Refusal {
    /// The machine's word: the `code` of the answer and the `outcome` of the metrics.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::UserNotFound => "user_not_found",
            Self::AmbiguousUser => "ambiguous_user",
            Self::WrongPassword => "wrong_password",
            Self::AccountDisabled => "account_disabled",
            Self::NoPassword => "no_password",
            Self::TooManyAttempts(_) => "too_many_attempts",
            Self::PasswordUnverifiable(_) => "password_unverifiable",
            Self::UserUnmappable(_) => "user_unmappable",
            Self::Overloaded(_) => "overloaded",
            Self::DatabaseUnavailable => "database_unavailable",
        }
    }

    /// The rule that an unmappable user breaks; the code of every other refusal.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        match self {
            Self::UserUnmappable(rule) => rule,
            other => other.code(),
        }
    }
}
