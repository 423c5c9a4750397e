//! `[token]`: who is let in.
use jsonwebtoken::Algorithm;
use std::time::Duration;

/// The rules for access tokens.
#[derive(Debug, Clone)]
pub struct Token {
    /// The exact `iss`, trailing slash included. https, or http on loopback.
    pub issuer: String,
    /// The audience that `aud` must hold.
    pub audience: String,
    /// Allowed client ids; empty means every client of the tenant.
    pub clients: Vec<String>,
    /// Whether each route asks for its scope; true by default.
    pub scopes: bool,
    /// Where the keys are; issuer + `.well-known/jwks.json` by default.
    pub jwks_url: String,
    /// Allowed signature algorithms, asymmetric only; `[RS256]` by default.
    pub algorithms: Vec<Algorithm>,
    /// How often keys are fetched anew; 10 min by default.
    pub jwks_refresh: Duration,
    /// At most one fetch for unknown keys in this time; 30 s by default.
    pub jwks_cooldown: Duration,
    /// How long the last good keys are used while the endpoint is out of reach; 24 h by default.
    pub max_stale: Duration,
    /// Clock leeway; 30 s by default.
    pub leeway: Duration,
}
