//! bcrypt in its five versions, and hashed twice.
//!
//! # Why the key is laid out here
//! EksBlowfish reads its key as 18 words that repeat it. `$2$` repeats it without the final NUL, `$2x$` extends the
//! sign of bytes from 0x80 on (the bug of crypt_blowfish before 1.1), all others do neither. Laying out those 72 bytes
//! here makes every version one call of the same cipher.
use crate::hash::{
    attempt::Attempt,
    bounds, encoding,
    lanes::{self, Kernel, Kind, Lane, processor::processor},
    scheme::{Cost, ParseError, Scheme, Site, Stored, Tell, Verdict, Verifier},
};
use zeroize::Zeroizing;

/// How a version lays out its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    Usual,
    WithoutNul,
    SignExtended,
}

/// A bcrypt scheme: one version, or any of the usual three hashed twice.
pub struct Bcrypt {
    name: &'static str,
    tell: Tell,
    versions: &'static [&'static str],
    twice: bool,
}

const fn version(name: &'static str, versions: &'static [&'static str]) -> Bcrypt {
    Bcrypt { name, tell: Tell::Prefix, versions, twice: false }
}

/// `$2a$`: OpenBSD's, and what most libraries wrote until 2014.
pub const BCRYPT_2A: Bcrypt = version("bcrypt_2a", &["$2a$"]);
/// `$2b$`: OpenBSD's since 2014.
pub const BCRYPT_2B: Bcrypt = version("bcrypt_2b", &["$2b$"]);
/// `$2y$`: crypt_blowfish's and PHP's.
pub const BCRYPT_2Y: Bcrypt = version("bcrypt_2y", &["$2y$"]);
/// `$2x$`: written by crypt_blowfish before 1.1, sign extension included.
pub const BCRYPT_2X: Bcrypt = version("bcrypt_2x", &["$2x$"]);
/// `$2$`: the first version, without the final NUL.
pub const BCRYPT_2: Bcrypt = version("bcrypt_2", &["$2$"]);
/// WoltLab's second: the bcrypt text of the password, hashed again with the same salt.
pub const WCF2: Bcrypt =
    Bcrypt { name: "wcf2_double_bcrypt", tell: Tell::OnlyByName, versions: &["$2a$", "$2b$", "$2y$"], twice: true };

struct BcryptHash {
    layout: Layout,
    // The text before the digest, for a hash of its own text.
    head: Option<String>,
    cost: u32,
    salt: [u8; 16],
    digest: [u8; 23],
}

impl Scheme for Bcrypt {
    fn name(&self) -> &'static str {
        self.name
    }

    fn tell(&self) -> Tell {
        self.tell
    }

    fn parse(&self, stored: Stored<'_>, _site: &Site) -> Result<Box<dyn Verifier>, ParseError> {
        let text = stored.hash;
        let (version, rest) = self
            .versions
            .iter()
            .find_map(|version| Some((*version, text.strip_prefix(version)?)))
            .ok_or(ParseError::NotMine)?;
        let layout = match version {
            "$2$" => Layout::WithoutNul,
            "$2x$" => Layout::SignExtended,
            _ => Layout::Usual,
        };
        let (cost, rest) = rest.split_once('$').ok_or(ParseError::Malformed)?;
        if cost.len() != 2 || rest.len() != 53 {
            return Err(ParseError::Malformed);
        }
        let cost = bounds::within(bounds::number(cost)?, bounds::BCRYPT_COST)?;
        let (salt, digest) = rest.split_at_checked(22).ok_or(ParseError::Malformed)?;
        let bytes = |text: &str| encoding::bcrypt64(text).ok_or(ParseError::Malformed);
        Ok(Box::new(BcryptHash {
            layout,
            head: text.get(..29).filter(|_| self.twice).map(ToOwned::to_owned),
            cost,
            salt: bytes(salt)?.try_into().map_err(|_| ParseError::Malformed)?,
            digest: bytes(digest)?.try_into().map_err(|_| ParseError::Malformed)?,
        }))
    }
}

impl Verifier for BcryptHash {
    fn cost(&self) -> Cost {
        let times = if self.head.is_some() { 2 } else { 1 };
        Cost { kind: "bcrypt", rounds: times << self.cost, memory: 0, label: self.cost.to_string() }
    }

    fn verify(&self, attempt: &Attempt) -> Verdict {
        let password = &attempt.password;
        let mut digest = self.run(password);
        if let Some(head) = &self.head {
            let first = Zeroizing::new(format!("{head}{}", encoding::to_bcrypt64(&*digest)));
            digest = self.run(first.as_bytes());
        }
        // Every writer's language ends the key at a NUL or refuses one: no stored hash is of such a password.
        Verdict::of(encoding::equal(&*digest, &self.digest) && !password.contains(&0))
    }

    fn lane_kind(&self) -> Option<Kind> {
        self.head.is_none().then_some(Kind { kernel: Kernel::Bcrypt, rounds: 1 << self.cost })
    }

    fn lane(&self, attempt: &Attempt) -> Option<Lane> {
        let alone = self.head.is_some() || attempt.password.contains(&0);
        let input = || lanes::bcrypt::Input::new(&lay_out(&attempt.password, self.layout), self.salt);
        (!alone).then(|| Lane::Bcrypt(input(), self.cost))
    }

    fn of_lane(&self, output: &[u8]) -> Verdict {
        let digest = output.get(..self.digest.len()).unwrap_or_default();
        Verdict::of(encoding::equal(digest, &self.digest))
    }

    fn decoy(&self) -> Box<dyn Verifier> {
        Box::new(Self {
            layout: self.layout,
            head: self.head.clone(),
            cost: self.cost,
            salt: [0x5a; 16],
            digest: [0; 23],
        })
    }
}

impl BcryptHash {
    fn run(&self, password: &[u8]) -> Zeroizing<[u8; 23]> {
        let key = lay_out(password, self.layout);
        let input = lanes::bcrypt::Input::new(&key, self.salt);
        let whole = lanes::bcrypt::run(processor(), &[&input], self.cost);
        let mut digest = Zeroizing::new([0; 23]);
        for (byte, computed) in digest.iter_mut().zip(whole.iter().flat_map(|whole| whole.iter())) {
            *byte = *computed;
        }
        digest
    }
}

/// A bcrypt verifier of this cost that matches nobody.
#[must_use]
pub fn decoy(cost: u32) -> Box<dyn Verifier> {
    Box::new(BcryptHash { layout: Layout::Usual, head: None, cost, salt: [0x5a; 16], digest: [0; 23] })
}

/// The 72 bytes that the cipher reads.
fn lay_out(password: &[u8], layout: Layout) -> Zeroizing<[u8; 72]> {
    let nul: &[u8] = if layout == Layout::WithoutNul && !password.is_empty() { &[] } else { &[0] };
    let mut bytes = password.iter().chain(nul).copied().cycle();
    let mut key = Zeroizing::new([0; 72]);
    for word in key.chunks_exact_mut(4) {
        let mut value = 0_u32;
        for byte in bytes.by_ref().take(4) {
            value <<= 8;
            value |= match layout {
                // What a signed `char` does when it is widened.
                Layout::SignExtended if byte >= 0x80 => 0xffff_ff00 | u32::from(byte),
                _ => u32::from(byte),
            };
        }
        word.copy_from_slice(&value.to_be_bytes());
    }
    key
}
