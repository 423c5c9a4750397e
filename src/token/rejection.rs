//! Why a token was not accepted: for the answer, the log and the metrics. Nothing of the token itself.

/// Why a token was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejection {
    /// No token, or not a good one.
    InvalidToken(&'static str),
    /// Genuine, but not a client's own.
    NotAClientToken(&'static str),
    /// The client is not on the operator's list.
    ClientNotAllowed,
    /// The route's scope is missing.
    InsufficientScope,
    /// No keys have ever been fetched, or they are too old to be trusted.
    KeysUnavailable,
}

impl Rejection {
    /// The label of `token_rejections_total{reason}`.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::InvalidToken(reason) | Self::NotAClientToken(reason) => reason,
            Self::ClientNotAllowed => "client_not_allowed",
            Self::InsufficientScope => "insufficient_scope",
            Self::KeysUnavailable => "keys_unavailable",
        }
    }
}
