//! sha256-crypt and sha512-crypt (Drepper's "Unix crypt using SHA-256 and SHA-512"), and MySQL's use of the first.
use crate::hash::{
    attempt::Attempt,
    bounds,
    digest::Digest,
    encoding,
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
        let blocks = 1 + (2 * attempt.password.len() + self.salt.len() + self.digest.length()) / 64;
        let blocks = u64::try_from(blocks).unwrap_or(u64::MAX).saturating_mul(self.rounds.into());
        if blocks > bounds::SHA_CRYPT_BLOCKS {
            return Verdict::Unverifiable(Reason::TooCostly);
        }
        let text = encode(self.digest, &sha_crypt(self.digest, &attempt.password, &self.salt, self.rounds));
        Verdict::of(encoding::equal(text.as_bytes(), self.stored.as_bytes()))
    }

    fn decoy(&self) -> Box<dyn Verifier> {
        let stored = "-".repeat(self.stored.len());
        Box::new(Self { digest: self.digest, rounds: self.rounds, salt: self.salt.clone(), stored })
    }
}

/// The digest after all rounds. The numbers in comments are the specification's steps.
fn sha_crypt(digest: Digest, password: &[u8], salt: &[u8], rounds: u32) -> Zeroizing<Vec<u8>> {
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
    match digest {
        Digest::Sha256 => run_rounds::<sha2::Sha256>(&running, &p, &s, rounds),
        _ => run_rounds::<sha2::Sha512>(&running, &p, &s, rounds),
    }
}

/// The rounds, in one buffer: nothing is allocated inside the loop.
fn run_rounds<D: sha2::Digest>(first: &[u8], p: &[u8], s: &[u8], rounds: u32) -> Zeroizing<Vec<u8>> {
    let mut running = Zeroizing::new(first.to_vec());
    let mut buffer = Zeroizing::new(Vec::with_capacity(first.len() + 2 * p.len() + s.len()));
    for round in 0..rounds {
        let odd = round & 1 == 1;
        buffer.clear();
        buffer.extend_from_slice(if odd { p } else { &running });
        if round % 3 != 0 {
            buffer.extend_from_slice(s);
        }
        if round % 7 != 0 {
            buffer.extend_from_slice(p);
        }
        buffer.extend_from_slice(if odd { &running } else { p });
        running.clear();
        running.extend_from_slice(&D::digest(&*buffer));
    }
    running
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
