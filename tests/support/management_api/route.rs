//! The routes of the stand-in, as tests count them and aim faults at them.
use hyper::Method;
use percent_encoding::percent_decode_str;

/// A route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Route {
    /// `POST /oauth/token`
    Token,
    /// `POST /api/v2/jobs/users-imports`
    Imports,
    /// `GET /api/v2/jobs/{id}`
    Job,
    /// `GET /api/v2/jobs/{id}/errors`
    JobErrors,
    /// `GET /api/v2/users/{id}`
    User,
    /// `GET /api/v2/users`
    Users,
    /// Anything else.
    Unknown,
}

impl Route {
    /// The route of a request, and the `{id}` in its path, decoded.
    pub fn of(method: &Method, path: &str) -> (Self, String) {
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let get = method == Method::GET;
        let (route, id) = match parts.as_slice() {
            ["oauth", "token"] if method == Method::POST => (Self::Token, ""),
            ["api", "v2", "jobs", "users-imports"] if method == Method::POST => (Self::Imports, ""),
            ["api", "v2", "jobs", id] if get => (Self::Job, *id),
            ["api", "v2", "jobs", id, "errors"] if get => (Self::JobErrors, *id),
            ["api", "v2", "users"] if get => (Self::Users, ""),
            ["api", "v2", "users", id] if get && !id.is_empty() => (Self::User, *id),
            _ => (Self::Unknown, ""),
        };
        (route, percent_decode_str(id).decode_utf8_lossy().into_owned())
    }

    /// The scopes of which a token needs one; none for the token endpoint itself and for what does not exist.
    pub fn scopes(self) -> &'static [&'static str] {
        match self {
            Self::Imports => &["create:users"],
            Self::Job | Self::JobErrors => &["create:users", "read:users"],
            Self::User | Self::Users => &["read:users"],
            Self::Token | Self::Unknown => &[],
        }
    }
}
