//! FreeBSD's MD5 crypt (`$1$`) and Apache's (`$apr1$`): a thousand rounds, the salt up to eight characters.
use crate::hash::{
    attempt::Attempt,
    digest::Digest,
    encoding,
    scheme::{Cost, ParseError, Scheme, Site, Stored, Tell, Verdict, Verifier},
};
use zeroize::Zeroizing;

const ROUNDS: u32 = 1000;

/// An MD5 crypt scheme.
pub struct Md5Crypt {
    name: &'static str,
    magic: &'static str,
}

/// `$1$`.
pub const MD5_CRYPT: Md5Crypt = Md5Crypt { name: "md5_crypt", magic: "$1$" };
/// `$apr1$`.
pub const APR1: Md5Crypt = Md5Crypt { name: "apr1", magic: "$apr1$" };

struct Md5CryptHash {
    magic: &'static str,
    salt: Vec<u8>,
    stored: String,
}

impl Scheme for Md5Crypt {
    fn name(&self) -> &'static str {
        self.name
    }

    fn tell(&self) -> Tell {
        Tell::Prefix
    }

    fn parse(&self, stored: Stored<'_>, _site: &Site) -> Result<Box<dyn Verifier>, ParseError> {
        let text = stored.hash.strip_prefix(self.magic).ok_or(ParseError::NotMine)?;
        let (salt, digest) = text.rsplit_once('$').ok_or(ParseError::Malformed)?;
        if digest.len() != 22 || !digest.bytes().all(|byte| encoding::crypt64_value(byte).is_some()) {
            return Err(ParseError::Malformed);
        }
        let salt = salt.bytes().take(8).collect();
        Ok(Box::new(Md5CryptHash { magic: self.magic, salt, stored: digest.to_owned() }))
    }
}

impl Verifier for Md5CryptHash {
    fn cost(&self) -> Cost {
        Cost { kind: "md5-crypt", rounds: ROUNDS.into(), memory: 0, label: ROUNDS.to_string() }
    }

    fn verify(&self, attempt: &Attempt) -> Verdict {
        let digest = md5_crypt(self.magic.as_bytes(), &attempt.password, &self.salt);
        let at = |index: usize| digest.get(index).copied().unwrap_or(0);
        // Five threes, each with its last byte lowest, and the byte that is left.
        let mut shuffled: Vec<u8> = [(0, 6, 12), (1, 7, 13), (2, 8, 14), (3, 9, 15), (4, 10, 5)]
            .iter()
            .flat_map(|(a, b, c)| [at(*c), at(*b), at(*a)])
            .collect();
        shuffled.push(at(11));
        let text = encoding::to_crypt64_low_first(&shuffled);
        Verdict::of(encoding::equal(text.as_bytes(), self.stored.as_bytes()))
    }

    fn decoy(&self) -> Box<dyn Verifier> {
        Box::new(Self { magic: self.magic, salt: self.salt.clone(), stored: "-".repeat(self.stored.len()) })
    }
}

fn md5_crypt(magic: &[u8], password: &[u8], salt: &[u8]) -> Zeroizing<Vec<u8>> {
    let other = Digest::Md5.of(&[password, salt, password]);
    let filled: Zeroizing<Vec<u8>> = Zeroizing::new(other.iter().copied().cycle().take(password.len()).collect());
    let mut parts: Vec<&[u8]> = vec![password, magic, salt, &filled];
    let first = password.get(..1).unwrap_or_default();
    let mut length = password.len();
    while length > 0 {
        // The original took a zero byte here where it meant the digest.
        parts.push(if length & 1 == 1 { &[0] } else { first });
        length >>= 1;
    }
    let mut running = Digest::Md5.of(&parts);
    let mut buffer = Zeroizing::new(Vec::with_capacity(16 + 2 * password.len() + salt.len()));
    for round in 0..ROUNDS {
        let odd = round & 1 == 1;
        buffer.clear();
        buffer.extend_from_slice(if odd { password } else { &running });
        if round % 3 != 0 {
            buffer.extend_from_slice(salt);
        }
        if round % 7 != 0 {
            buffer.extend_from_slice(password);
        }
        buffer.extend_from_slice(if odd { &running } else { password });
        running.clear();
        running.extend_from_slice(&<md5::Md5 as md5::Digest>::digest(&*buffer));
    }
    running
}
