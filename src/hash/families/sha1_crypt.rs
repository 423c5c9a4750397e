//! NetBSD's sha1-crypt: a chain of HMAC-SHA-1 under the password.
use crate::hash::{
    attempt::Attempt,
    bounds,
    digest::Digest,
    encoding,
    scheme::{Cost, ParseError, Scheme, Site, Stored, Tell, Verdict, Verifier},
};

/// `$sha1$rounds$salt$digest`.
pub struct Sha1Crypt;

struct Sha1CryptHash {
    rounds: u32,
    salt: String,
    stored: String,
}

impl Scheme for Sha1Crypt {
    fn name(&self) -> &'static str {
        "sha1_crypt"
    }

    fn tell(&self) -> Tell {
        Tell::Prefix
    }

    fn parse(&self, stored: Stored<'_>, _site: &Site) -> Result<Box<dyn Verifier>, ParseError> {
        let text = stored.hash.strip_prefix("$sha1$").ok_or(ParseError::NotMine)?;
        let (rounds, text) = text.split_once('$').ok_or(ParseError::Malformed)?;
        let (salt, digest) = text.rsplit_once('$').ok_or(ParseError::Malformed)?;
        let rounds = bounds::within(bounds::number(rounds)?, bounds::SHA1_CRYPT_ROUNDS)?;
        if digest.len() != 28 || salt.is_empty() {
            return Err(ParseError::Malformed);
        }
        Ok(Box::new(Sha1CryptHash { rounds, salt: salt.to_owned(), stored: digest.to_owned() }))
    }
}

impl Verifier for Sha1CryptHash {
    fn cost(&self) -> Cost {
        Cost { kind: "sha1-crypt", rounds: self.rounds.into(), memory: 0, label: self.rounds.to_string() }
    }

    fn verify(&self, attempt: &Attempt) -> Verdict {
        let first = format!("{}$sha1${}", self.salt, self.rounds);
        let Some(mut digest) = Digest::Sha1.hmac(&attempt.password, &[first.as_bytes()]) else {
            return Verdict::Undecided;
        };
        for _ in 1..self.rounds {
            let Some(next) = Digest::Sha1.hmac(&attempt.password, &[&digest]) else { return Verdict::Undecided };
            digest = next;
        }
        // Threes with their last byte lowest; the last three begins again with the first byte.
        let mut shuffled: Vec<u8> =
            digest.get(..18).unwrap_or_default().chunks(3).flat_map(|three| three.iter().rev().copied()).collect();
        let at = |index: usize| digest.get(index).copied().unwrap_or(0);
        shuffled.extend([at(0), at(19), at(18)]);
        let text = encoding::to_crypt64_low_first(&shuffled);
        Verdict::of(encoding::equal(text.as_bytes(), self.stored.as_bytes()))
    }

    fn decoy(&self) -> Box<dyn Verifier> {
        let stored = "-".repeat(self.stored.len());
        Box::new(Self { rounds: self.rounds, salt: self.salt.clone(), stored })
    }
}
