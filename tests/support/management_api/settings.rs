//! What kind of tenant the stand-in is: its plan, its client, its connection, and how long things take there.
use std::time::Duration;

/// The bulk import's limit for a whole request, in bytes.
pub const MAX_BYTES: usize = 512_000;

/// What happens when an upsert brings a hash for a user who is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpsertedHash {
    /// The profile is updated and the hash ignored.
    Ignored,
    /// The user fails with `A custom_password_hash was provided, but the user already has password hash defined`
    /// (support.auth0.com, "Auth0 Bulk User Import Without Password Hashes"; the code beside it is not documented).
    Refused,
}

/// A tenant.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The only client.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
    /// What its tokens may do.
    pub scopes: Vec<String>,
    /// How long a token is good.
    pub token_lifetime: Duration,
    /// Requests a second that the tenant may make for ever.
    pub rate: f64,
    /// Requests that it may make at once after a rest.
    pub burst: u32,
    /// How long a job waits before its first user.
    pub start_latency: Duration,
    /// How long a job takes for each user.
    pub time_per_user: Duration,
    /// Jobs that may be pending or processing.
    pub max_jobs: usize,
    /// Largest request of an import, in bytes.
    pub max_bytes: usize,
    /// After this a job that is still running has failed.
    pub job_timeout: Duration,
    /// How long a finished job can be asked about.
    pub job_lifetime: Duration,
    /// Whether the connection imports users.
    pub import_mode: bool,
    /// Whether the connection is enabled for a client.
    pub connection_enabled: bool,
    /// What an upsert does with a hash; the sources do not agree.
    pub upserted_hash: UpsertedHash,
    /// Faults by chance come again with the same seed.
    pub seed: u64,
}

impl Default for Settings {
    /// A paid tenant that works as fast as a test wants it.
    fn default() -> Self {
        Self {
            client_id: "management-client".into(),
            client_secret: "management-secret".into(),
            scopes: vec!["create:users".into(), "read:users".into()],
            token_lifetime: Duration::from_secs(86_400),
            rate: 15.0,
            burst: 50,
            start_latency: Duration::from_millis(20),
            time_per_user: Duration::ZERO,
            max_jobs: 2,
            max_bytes: MAX_BYTES,
            job_timeout: Duration::from_secs(2 * 3600),
            job_lifetime: Duration::from_secs(24 * 3600),
            import_mode: true,
            connection_enabled: true,
            upserted_hash: UpsertedHash::Ignored,
            seed: 1,
        }
    }
}

impl Settings {
    /// The limits of a free tenant: 2 requests a second, 10 at once.
    pub fn free() -> Self {
        Self { rate: 2.0, burst: 10, ..Self::default() }
    }

    /// A tenant that never says 429 for frequency.
    pub fn unhurried() -> Self {
        Self { rate: 1e6, burst: 1_000_000, ..Self::default() }
    }
}
