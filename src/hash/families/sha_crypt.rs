//! sha256-crypt and sha512-crypt (Drepper's "Unix crypt using SHA-256 and SHA-512"), and MySQL's use of the first.
use crate::hash::{
    attempt::Attempt,
    bounds,
    digest::Digest,
    encoding,
    lanes::{
        self, Kernel, Kind, Lane, chain,
        chained::{self, Round},
        crypt_rounds,
    },
    scheme::{Cost, ParseError, Reason, Scheme, Site, Stored, Tell, Verdict, Verifier},
};
use zeroize::Zeroizing;

/// Rounds where the text names none.
const DEFAULT_ROUNDS: u32 = 5000;
/// The specification raises fewer rounds to these.
const LEAST_ROUNDS: u32 = 1000;
/// Characters of a salt that count.
const SALT: usize = 16;

/// A SHA-crypt scheme.
pub struct ShaCrypt {
    name: &'static str,
    prefix: &'static str,
    digest: Digest,
}

/// `$5$`.
pub const SHA256_CRYPT: ShaCrypt = ShaCrypt { name: "sha256_crypt", prefix: "$5$", digest: Digest::Sha256 };
/// `$6$`.
pub const SHA512_CRYPT: ShaCrypt = ShaCrypt { name: "sha512_crypt", prefix: "$6$", digest: Digest::Sha512 };

struct ShaCryptHash {
    digest: Digest,
    rounds: u32,
    salt: Vec<u8>,
    stored: String,
}

impl Scheme for ShaCrypt {
    fn name(&self) -> &'static str {
        self.name
    }

    fn tell(&self) -> Tell {
        Tell::Prefix
    }

    fn parse(&self, stored: Stored<'_>, _site: &Site) -> Result<Box<dyn Verifier>, ParseError> {
        let text = stored.hash.strip_prefix(self.prefix).ok_or(ParseError::NotMine)?;
        let (rounds, text) = match text.strip_prefix("rounds=").and_then(|rest| rest.split_once('$')) {
            Some((rounds, rest)) => (bounds::number(rounds)?, rest),
            None => (DEFAULT_ROUNDS, text),
        };
        let rounds = bounds::within(rounds, bounds::SHA_CRYPT_ROUNDS)?.max(LEAST_ROUNDS);
        let (salt, digest) = text.rsplit_once('$').ok_or(ParseError::Malformed)?;
        let length = if self.digest == Digest::Sha256 { 43 } else { 86 };
        if digest.len() != length || !digest.bytes().all(|byte| encoding::crypt64_value(byte).is_some()) {
            return Err(ParseError::Malformed);
        }
        let salt = salt.bytes().take(SALT).collect();
        Ok(Box::new(ShaCryptHash { digest: self.digest, rounds, salt, stored: digest.to_owned() }))
    }
}

/// MySQL's `caching_sha2_password`: sha256-crypt with 20 raw bytes of salt, thousands of rounds in three digits.
pub struct CachingSha2;

impl Scheme for CachingSha2 {
    fn name(&self) -> &'static str {
        "mysql_caching_sha2"
    }

    fn tell(&self) -> Tell {
        Tell::Prefix
    }

    fn parse(&self, stored: Stored<'_>, _site: &Site) -> Result<Box<dyn Verifier>, ParseError> {
        // Dumps have the whole text in hex, since the salt is no text.
        let decoded;
        let bytes = match stored.hash.strip_prefix("0x").or_else(|| stored.hash.strip_prefix("0X")) {
            Some(digits) if digits.starts_with("244124") => {
                decoded = encoding::hex(digits).ok_or(ParseError::Malformed)?;
                decoded.as_slice()
            }
            _ => stored.hash.as_bytes(),
        };
        let rest = bytes.strip_prefix(b"$A$").ok_or(ParseError::NotMine)?;
        let (thousands, rest) = rest.split_at_checked(3).ok_or(ParseError::Malformed)?;
        let rest = rest.strip_prefix(b"$").ok_or(ParseError::Malformed)?;
        let (salt, digest) = rest.split_at_checked(20).ok_or(ParseError::Malformed)?;
        let thousands = std::str::from_utf8(thousands).ok().and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let rounds = thousands.ok_or(ParseError::Malformed)?.saturating_mul(1000);
        let rounds = bounds::within(rounds, bounds::SHA_CRYPT_ROUNDS)?;
        let digest =
            std::str::from_utf8(digest).ok().filter(|digest| digest.len() == 43).ok_or(ParseError::Malformed)?;
        let stored = digest.to_owned();
        Ok(Box::new(ShaCryptHash { digest: Digest::Sha256, rounds, salt: salt.to_vec(), stored }))
    }
}

impl Verifier for ShaCryptHash {
    fn cost(&self) -> Cost {
        let kind = if self.digest == Digest::Sha256 { "sha256-crypt" } else { "sha512-crypt" };
        Cost { kind, rounds: self.rounds.into(), memory: 0, label: self.rounds.to_string() }
    }

    fn verify(&self, attempt: &Attempt) -> Verdict {
        if self.too_costly(&attempt.password) {
            return Verdict::Unverifiable(Reason::TooCostly);
        }
        self.of_lane(&chained::alone(self.round().digest(), &self.input(&attempt.password)))
    }

    fn lane_kind(&self) -> Option<Kind> {
        Some(Kind { kernel: Kernel::Chain(self.round()), rounds: self.rounds.into() })
    }

    fn lane(&self, attempt: &Attempt) -> Option<Lane> {
        let alone = attempt.password.len() > lanes::LONGEST_PASSWORD || self.too_costly(&attempt.password);
        (!alone).then(|| Lane::Chain(self.round(), self.input(&attempt.password)))
    }

    fn of_lane(&self, digest: &[u8]) -> Verdict {
        Verdict::of(encoding::equal(encode(self.digest, digest).as_bytes(), self.stored.as_bytes()))
    }

    fn decoy(&self) -> Box<dyn Verifier> {
        let stored = "-".repeat(self.stored.len());
        Box::new(Self { digest: self.digest, rounds: self.rounds, salt: self.salt.clone(), stored })
    }
}

impl ShaCryptHash {
    fn round(&self) -> Round {
        if self.digest == Digest::Sha256 { Round::Sha256Crypt } else { Round::Sha512Crypt }
    }

    fn input(&self, password: &[u8]) -> chain::Input {
        input(self.digest, password, &self.salt, self.rounds)
    }

    fn too_costly(&self, password: &[u8]) -> bool {
        let blocks = 1 + (2 * password.len() + self.salt.len() + self.digest.length()) / 64;
        let blocks = u64::try_from(blocks).unwrap_or(u64::MAX).saturating_mul(self.rounds.into());
        blocks > bounds::SHA_CRYPT_BLOCKS
    }
}

/// The digest before the rounds, and what they read. The numbers in comments are the specification's steps.
fn input(digest: Digest, password: &[u8], salt: &[u8], rounds: u32) -> chain::Input {
    // 4 to 8
    let other = digest.of(&[password, salt, password]);
    // 1 to 3, 9 to 12
    let mut parts: Vec<&[u8]> = vec![password, salt];
    let filled = fill(&other, password.len());
    parts.push(&filled);
    let mut length = password.len();
    while length > 0 {
        parts.push(if length & 1 == 1 { &other } else { password });
        length >>= 1;
    }
    let running = digest.of(&parts);
    // 13 to 20
    let times = 16 + usize::from(running.first().copied().unwrap_or(0));
    let p = fill(&digest.of(&vec![password; password.len()]), password.len());
    let s = fill(&digest.of(&vec![salt; times]), salt.len());
    // 21
    crypt_rounds::input(&running, &p, &s, rounds.into())
}

/// As much of a digest, repeated, as is asked for.
fn fill(digest: &[u8], length: usize) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(digest.iter().copied().cycle().take(length).collect())
}

/// The digest as text: bytes are taken in threes from its thirds, which turn by one each time.
fn encode(digest: Digest, bytes: &[u8]) -> String {
    let third = bytes.len() / 3;
    let mut shuffled = Vec::with_capacity(bytes.len());
    for at in 0..third {
        let threes = match (digest, at % 3) {
            (_, 0) => [at, at + third, at + 2 * third],
            (Digest::Sha256, 1) => [at + 2 * third, at, at + third],
            (Digest::Sha256, _) => [at + third, at + 2 * third, at],
            (_, 1) => [at + third, at + 2 * third, at],
            (_, _) => [at + 2 * third, at, at + third],
        };
        // Each three is written with its last byte lowest.
        shuffled.extend(threes.iter().rev().filter_map(|index| bytes.get(*index)));
    }
    let tail: Vec<u8> = bytes.iter().skip(3 * third).rev().copied().collect();
    shuffled.extend(match tail.as_slice() {
        [last, before] => vec![*before, *last],
        other => other.to_vec(),
    });
    encoding::to_crypt64_low_first(&shuffled)
}
