//! The two traits that every scheme implements, and what they say.
use super::{
    attempt::Attempt,
    digest::Digest,
    lanes::{self, Lane},
};
use crate::secret::Secret;
use std::{collections::BTreeMap, fmt};

/// A stored hash as it stands in the row.
#[derive(Clone, Copy)]
pub struct Stored<'a> {
    /// The text of the password column.
    pub hash: &'a str,
    /// The text of the salt column, where there is one.
    pub salt: Option<&'a str>,
}

/// Values of the site that some schemes need, and how its table writes salts and hashes.
#[derive(Debug, Clone, Default)]
pub struct Site {
    /// `[password.params]`.
    pub params: BTreeMap<String, Secret>,
    /// `password.pepper_file`.
    pub pepper: Option<Secret>,
    /// How the salt column is written, where recipes read it.
    pub salt_encoding: SaltEncoding,
    /// How many characters of a hash the column kept, where it cut longer ones.
    pub cut_to: Option<usize>,
}

/// How a salt column holds its bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SaltEncoding {
    /// The text itself is the salt, even where it looks like hex.
    #[default]
    Text,
    /// Hex of the salt.
    Hex,
    /// base64 of the salt.
    Base64,
}

/// How a scheme is recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tell {
    /// By a prefix that no other scheme writes.
    Prefix,
    /// By a shape that no other scheme has.
    Shape,
    /// Only when the configuration names it: its text could be another scheme's.
    OnlyByName,
}

/// One named format of stored hashes.
pub trait Scheme: Sync + Send {
    /// The name in the configuration, the metrics and the vectors.
    fn name(&self) -> &'static str;
    /// How it is recognised.
    fn tell(&self) -> Tell;
    /// What it computes: equal for names that mean the same verification.
    fn computes(&self) -> &'static str {
        self.name()
    }
    /// What a row or the site must have beside the hash: `salt`, `username`, `params.realm` …
    fn needs(&self) -> Vec<String> {
        Vec::new()
    }
    /// Reads a stored hash; every cost is held against its ceiling before any work.
    ///
    /// # Errors
    /// `NotMine` when another scheme may try, else what is wrong with the row.
    fn parse(&self, stored: Stored<'_>, site: &Site) -> Result<Box<dyn Verifier>, ParseError>;
}

/// A stored hash that was understood.
pub trait Verifier: Send + Sync {
    /// What one verification costs.
    fn cost(&self) -> Cost;
    /// Whether the password belongs to the hash; compares in constant time.
    fn verify(&self, attempt: &Attempt) -> Verdict;
    /// A verifier that costs the same and matches nobody.
    fn decoy(&self) -> Box<dyn Verifier>;
    /// What a verification could run beside in one thread; without one, `verify` is all.
    fn lane_kind(&self) -> Option<lanes::Kind> {
        None
    }
    /// The part of a verification that can run beside others of its kind; `None` where this password cannot.
    fn lane(&self, _attempt: &Attempt) -> Option<Lane> {
        None
    }
    /// The verdict from what the lane gave.
    fn of_lane(&self, _output: &[u8]) -> Verdict {
        Verdict::Undecided
    }
    /// What the hash is made of, for whoever writes it in another form; `None` where the parts do not say all of it.
    fn parts(&self) -> Option<Parts<'_>> {
        None
    }
}

/// What a stored hash of the password as it was typed is made of, whatever its text looked like.
#[derive(Clone, Copy)]
pub enum Parts<'a> {
    /// PBKDF2 (RFC 8018).
    Pbkdf2 {
        /// The digest of its HMAC.
        prf: Digest,
        /// How often.
        rounds: u32,
        /// Its salt, a site's secret included.
        salt: &'a [u8],
        /// Its output.
        output: &'a [u8],
    },
    /// scrypt (RFC 7914).
    Scrypt {
        /// N itself.
        n: u64,
        /// Block size.
        r: u32,
        /// Parallelism.
        p: u32,
        /// Its salt.
        salt: &'a [u8],
        /// Its output.
        output: &'a [u8],
    },
}

/// The cost of one verification.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cost {
    /// What is computed, equal for work that takes equal time a unit: `bcrypt`, `pbkdf2-sha256`, `argon2id` …
    pub kind: &'static str,
    /// How much of it: rounds, or passes times KiB.
    pub rounds: u64,
    /// Memory in bytes.
    pub memory: u64,
    /// The cost as people write it, for reports: `10`, `600000`, `m=19456,t=2,p=1`.
    pub label: String,
}

/// Why a stored hash was not read by a scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParseError {
    /// The text is not of this scheme.
    NotMine,
    /// The text is of this scheme and broken.
    Malformed,
    /// A cost is over its ceiling.
    TooCostly,
    /// The text is of this scheme; its salt or a value of the site is missing.
    Incomplete,
}

impl ParseError {
    /// What it means for the row; `None` when the row is not of the scheme.
    #[must_use]
    pub fn reason(self) -> Option<Reason> {
        match self {
            Self::NotMine => None,
            Self::Malformed => Some(Reason::Malformed),
            Self::TooCostly => Some(Reason::TooCostly),
            Self::Incomplete => Some(Reason::Incomplete),
        }
    }
}

/// The answer about a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It belongs to the hash.
    Match,
    /// It does not.
    Mismatch,
    /// Nobody can say: the work could not be done, for want of memory. Never a "no".
    Undecided,
    /// Only the work itself showed that the row cannot be verified.
    Unverifiable(Reason),
}

impl Verdict {
    /// `Match` where it is true.
    #[must_use]
    pub fn of(matches: bool) -> Self {
        if matches { Self::Match } else { Self::Mismatch }
    }
}

/// What a stored value turned out to be.
pub enum Identified {
    /// A hash that can be verified.
    Hash {
        /// Name of the scheme.
        scheme: &'static str,
        /// Its verifier.
        verifier: Box<dyn Verifier>,
    },
    /// A value that says that no password can match: empty, `!`, `*` …
    NoPassword,
    /// A value that cannot be verified.
    Unverifiable(Reason),
}

/// Why a stored value cannot be verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// No scheme knows the text.
    Unknown,
    /// Several schemes could have written it, and the configuration names none.
    Ambiguous,
    /// The scheme is known, the text is broken.
    Malformed,
    /// A cost is over its ceiling.
    TooCostly,
    /// The scheme is known and not on the configured list.
    NotAllowed,
    /// The scheme needs a salt, a username or a value of the site that is missing.
    Incomplete,
}

impl Reason {
    /// The word in logs and reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Ambiguous => "ambiguous",
            Self::Malformed => "malformed",
            Self::TooCostly => "too_costly",
            Self::NotAllowed => "not_allowed",
            Self::Incomplete => "incomplete",
        }
    }
}

impl fmt::Debug for Stored<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stored(…)")
    }
}
