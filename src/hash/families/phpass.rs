//! phpass, the "portable" hash: a digest of salt and password, then 2^n times one of digest and password.
//!
//! Format: Openwall's phpass; `$P$` as WordPress, `$H$` as phpBB 3, `$S$` (SHA-512, cut to 55 characters) as Drupal 7.
use crate::hash::{
    attempt::Attempt,
    bounds,
    digest::Digest,
    encoding,
    lanes::{
        self, Kernel, Kind, Lane,
        chain::{Input, Message},
        chained::{self, Round},
    },
    scheme::{Cost, ParseError, Scheme, Site, Stored, Tell, Verdict, Verifier},
};

/// A phpass scheme.
pub struct Phpass {
    name: &'static str,
    prefix: &'static str,
    digest: Digest,
    // Characters of the digest's text.
    length: usize,
}

/// WordPress before 6.8 and many others.
pub const PHPASS_P: Phpass = Phpass { name: "phpass_P", prefix: "$P$", digest: Digest::Md5, length: 22 };
/// phpBB 3.
pub const PHPBB3_H: Phpass = Phpass { name: "phpbb3_H", prefix: "$H$", digest: Digest::Md5, length: 22 };
/// Drupal 7 to 10.0: the last characters did not fit the column.
pub const DRUPAL7: Phpass = Phpass { name: "drupal7", prefix: "$S$", digest: Digest::Sha512, length: 43 };

struct PhpassHash {
    kind: Digest,
    log2: u32,
    salt: Vec<u8>,
    digest: String,
}

impl Scheme for Phpass {
    fn name(&self) -> &'static str {
        self.name
    }

    fn tell(&self) -> Tell {
        Tell::Prefix
    }

    fn parse(&self, stored: Stored<'_>, _site: &Site) -> Result<Box<dyn Verifier>, ParseError> {
        let text = stored.hash.strip_prefix(self.prefix).ok_or(ParseError::NotMine)?;
        let (log2, rest) = text.as_bytes().split_first().ok_or(ParseError::Malformed)?;
        let log2 = encoding::crypt64_value(*log2).ok_or(ParseError::Malformed)?;
        let log2 = bounds::within(log2, bounds::PHPASS_LOG2)?;
        let (salt, digest) = rest.split_at_checked(8).ok_or(ParseError::Malformed)?;
        let digest = std::str::from_utf8(digest).ok().filter(|digest| digest.len() == self.length);
        let digest = digest.filter(|digest| digest.bytes().all(|byte| encoding::crypt64_value(byte).is_some()));
        let digest = digest.ok_or(ParseError::Malformed)?.to_owned();
        Ok(Box::new(PhpassHash { kind: self.digest, log2, salt: salt.to_vec(), digest }))
    }
}

impl Verifier for PhpassHash {
    fn cost(&self) -> Cost {
        let kind = if self.kind == Digest::Md5 { "phpass" } else { "phpass-sha512" };
        Cost { kind, rounds: 1 << self.log2, memory: 0, label: self.log2.to_string() }
    }

    fn verify(&self, attempt: &Attempt) -> Verdict {
        self.of_lane(&chained::alone(self.round().digest(), &self.input(&attempt.password)))
    }

    fn lane_kind(&self) -> Option<Kind> {
        Some(Kind { kernel: Kernel::Chain(self.round()), rounds: 1 << self.log2 })
    }

    fn lane(&self, attempt: &Attempt) -> Option<Lane> {
        let beside_others = attempt.password.len() <= lanes::LONGEST_PASSWORD;
        beside_others.then(|| Lane::Chain(self.round(), self.input(&attempt.password)))
    }

    fn of_lane(&self, digest: &[u8]) -> Verdict {
        let computed = encoding::to_crypt64_low_first(digest);
        let kept = computed.get(..self.digest.len()).unwrap_or_default();
        Verdict::of(encoding::equal(kept.as_bytes(), self.digest.as_bytes()))
    }

    fn decoy(&self) -> Box<dyn Verifier> {
        // No writer produces `-`: nothing matches.
        let digest = "-".repeat(self.digest.len());
        Box::new(Self { kind: self.kind, log2: self.log2, salt: vec![b'.'; 8], digest })
    }
}

impl PhpassHash {
    fn round(&self) -> Round {
        if self.kind == Digest::Md5 { Round::PhpassMd5 } else { Round::PhpassSha512 }
    }

    /// The digest before the rounds, and the message that each of them reads.
    fn input(&self, password: &[u8]) -> Input {
        let first = self.kind.of(&[&self.salt, password]).to_vec();
        Input { first, messages: vec![Message::around(&[], &[password])], schedule: &[0], rounds: 1 << self.log2 }
    }
}
