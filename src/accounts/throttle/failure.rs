//! Why the shared store did not decide: a word for the metrics, and a sentence for the log.
use deadpool_redis::{
    HookError, PoolError,
    redis::{ErrorKind, RedisError, ServerErrorKind},
};

/// Why the store did not decide.
pub struct Failure {
    /// A word of a closed list, for the metrics.
    pub kind: &'static str,
    /// In words.
    pub message: String,
}

impl Failure {
    /// Of a connection that was not had.
    #[must_use]
    pub fn of_pool(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error)) => Self::of(error),
            PoolError::Timeout(_) => Self { kind: "timeout", message: error.to_string() },
            _ => Self { kind: "other", message: error.to_string() },
        }
    }

    /// Of an error of the driver or the server.
    #[must_use]
    pub fn of(error: RedisError) -> Self {
        let kind = match (error.kind(), error.code()) {
            _ if error.is_timeout() => "timeout",
            (ErrorKind::Io, _) => "connection",
            (ErrorKind::AuthenticationFailed | ErrorKind::Server(ServerErrorKind::NoPerm), _)
            | (_, Some("NOAUTH" | "WRONGPASS")) => "refused",
            (ErrorKind::Server(ServerErrorKind::ReadOnly), _) | (_, Some("MISCONF" | "NOREPLICAS")) => "read_only",
            (_, Some("OOM")) => "out_of_memory",
            (
                ErrorKind::Server(
                    ServerErrorKind::BusyLoading
                    | ServerErrorKind::MasterDown
                    | ServerErrorKind::ClusterDown
                    | ServerErrorKind::TryAgain,
                ),
                _,
            ) => "not_ready",
            (ErrorKind::Parse | ErrorKind::UnexpectedReturnType, _) => "answer",
            _ => "other",
        };
        Self { kind, message: error.to_string() }
    }
}
