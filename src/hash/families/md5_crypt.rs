//! FreeBSD's MD5 crypt (`$1$`) and Apache's (`$apr1$`): a thousand rounds, the salt up to eight characters.
use crate::hash::{
    attempt::Attempt,
    digest::Digest,
    encoding,
    lanes::{
        self, Kernel, Kind, Lane, chain,
        chained::{self, Round},
        crypt_rounds,
    },
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
        self.of_lane(&chained::alone(Round::Md5Crypt.digest(), &self.input(&attempt.password)))
    }

    fn lane_kind(&self) -> Option<Kind> {
        Some(Kind { kernel: Kernel::Chain(Round::Md5Crypt), rounds: ROUNDS.into() })
    }

    fn lane(&self, attempt: &Attempt) -> Option<Lane> {
        let beside_others = attempt.password.len() <= lanes::LONGEST_PASSWORD;
        beside_others.then(|| Lane::Chain(Round::Md5Crypt, self.input(&attempt.password)))
    }

    fn of_lane(&self, digest: &[u8]) -> Verdict {
        let at = |index: usize| digest.get(index).copied().unwrap_or(0);
        // Five threes, each with its last byte lowest, and the byte that is left.
        let mut shuffled: Vec<u8> = [(0, 6, 12), (1, 7, 13), (2, 8, 14), (3, 9, 15), (4, 10, 5)]
            .iter()
            .flat_map(|(a, b, c)| [at(*c), at(*b), at(*a)])
            .collect();
        shuffled.push(at(11));
        let text = encoding::to_crypt64_low_first(&shuffled);
        Verdict::of(digest.len() == 16 && encoding::equal(text.as_bytes(), self.stored.as_bytes()))
    }

    fn decoy(&self) -> Box<dyn Verifier> {
        Box::new(Self { magic: self.magic, salt: self.salt.clone(), stored: "-".repeat(self.stored.len()) })
    }
}

impl Md5CryptHash {
    /// The digest before the rounds, and what they read.
    fn input(&self, password: &[u8]) -> chain::Input {
        let other = Digest::Md5.of(&[password, &self.salt, password]);
        let filled: Zeroizing<Vec<u8>> = Zeroizing::new(other.iter().copied().cycle().take(password.len()).collect());
        let mut parts: Vec<&[u8]> = vec![password, self.magic.as_bytes(), &self.salt, &filled];
        let first = password.get(..1).unwrap_or_default();
        let mut length = password.len();
        while length > 0 {
            // The original took a zero byte here where it meant the digest.
            parts.push(if length & 1 == 1 { &[0] } else { first });
            length >>= 1;
        }
        crypt_rounds::input(&Digest::Md5.of(&parts), password, &self.salt, ROUNDS.into())
    }
}
