//! bcrypt in its five versions, and what wraps it without changing it.
//!
//! # Why the key is laid out here
//! EksBlowfish reads its key as 18 words that repeat it. `$2$` repeats it without the final NUL, `$2x$` extends the
//! sign of bytes from 0x80 on (the bug of crypt_blowfish before 1.1), all others do neither. Laying out those 72 bytes
//! here makes every version one call of the same cipher.
use crate::hash::{
    attempt::Attempt,
    bounds,
    digest::Digest,
    encoding,
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

/// What of the password is the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Password,
    HexSha256,
}

/// A bcrypt scheme.
pub struct Bcrypt {
    name: &'static str,
    tell: Tell,
    // What stands before the bcrypt text, and the versions that may follow.
    wrapper: &'static str,
    versions: &'static [&'static str],
    key: Key,
}

const ALL_VERSIONS: &[&str] = &["$2a$", "$2b$", "$2y$"];

const fn version(name: &'static str, versions: &'static [&'static str]) -> Bcrypt {
    Bcrypt { name, tell: Tell::Prefix, wrapper: "", versions, key: Key::Password }
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
/// Rails' `password_digest`.
pub const HAS_SECURE_PASSWORD: Bcrypt = Bcrypt {
    name: "has_secure_password",
    tell: Tell::OnlyByName,
    wrapper: "",
    versions: ALL_VERSIONS,
    key: Key::Password,
};
/// Devise without a pepper.
pub const DEVISE_BCRYPT: Bcrypt =
    Bcrypt { name: "devise_bcrypt", tell: Tell::OnlyByName, wrapper: "", versions: ALL_VERSIONS, key: Key::Password };
/// Django's `bcrypt$`.
pub const DJANGO_BCRYPT: Bcrypt = Bcrypt {
    name: "django_bcrypt",
    tell: Tell::Prefix,
    wrapper: "bcrypt$",
    versions: ALL_VERSIONS,
    key: Key::Password,
};
/// Django's `bcrypt_sha256$`: the key is the hex of the password's SHA-256.
pub const DJANGO_BCRYPT_SHA256: Bcrypt = Bcrypt {
    name: "django_bcrypt_sha256",
    tell: Tell::Prefix,
    wrapper: "bcrypt_sha256$",
    versions: ALL_VERSIONS,
    key: Key::HexSha256,
};

struct BcryptHash {
    layout: Layout,
    key: Key,
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
        let text = stored.hash.strip_prefix(self.wrapper).ok_or(ParseError::NotMine)?;
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
            key: self.key,
            cost,
            salt: bytes(salt)?.try_into().map_err(|_| ParseError::Malformed)?,
            digest: bytes(digest)?.try_into().map_err(|_| ParseError::Malformed)?,
        }))
    }
}

impl Verifier for BcryptHash {
    fn cost(&self) -> Cost {
        Cost { kind: "bcrypt", rounds: 1 << self.cost, memory: 0, label: self.cost.to_string() }
    }

    fn verify(&self, attempt: &Attempt) -> Verdict {
        let hashed;
        let password = match self.key {
            Key::Password => attempt.password.as_bytes(),
            Key::HexSha256 => {
                hashed = Zeroizing::new(hex::encode(Digest::Sha256.of(&[attempt.password.as_bytes()])));
                hashed.as_bytes()
            }
        };
        let key = lay_out(password, self.layout);
        let digest = ::bcrypt::bcrypt(self.cost, self.salt, &*key);
        let equal = digest.get(..self.digest.len()).is_some_and(|digest| encoding::equal(digest, &self.digest));
        // Every writer's language ends the key at a NUL or refuses one: no stored hash is of such a password.
        Verdict::of(equal && !password.contains(&0))
    }

    fn decoy(&self) -> Box<dyn Verifier> {
        decoy_of(self.layout, self.key, self.cost)
    }
}

/// A bcrypt verifier of this cost that matches nobody.
#[must_use]
pub fn decoy(cost: u32) -> Box<dyn Verifier> {
    decoy_of(Layout::Usual, Key::Password, cost)
}

fn decoy_of(layout: Layout, key: Key, cost: u32) -> Box<dyn Verifier> {
    Box::new(BcryptHash { layout, key, cost, salt: [0x5a; 16], digest: [0; 23] })
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
