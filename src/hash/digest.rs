//! The plain digests that schemes and recipes are composed of, alone, keyed (HMAC) and stretched (PBKDF2).
use super::{
    encoding,
    lanes::pbkdf2::{self as kernel, Prf},
    scheme::{Cost, Verdict},
};
use hmac::{KeyInit, Mac, SimpleHmac};
use zeroize::Zeroizing;

/// A digest by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Digest {
    /// MD4 (RFC 1320), 16 bytes.
    Md4,
    /// MD5 (RFC 1321), 16 bytes.
    Md5,
    /// SHA-1 (FIPS 180), 20 bytes.
    Sha1,
    /// SHA-224 (FIPS 180), 28 bytes.
    Sha224,
    /// SHA-256 (FIPS 180), 32 bytes.
    Sha256,
    /// SHA-384 (FIPS 180), 48 bytes.
    Sha384,
    /// SHA-512 (FIPS 180), 64 bytes.
    Sha512,
    /// SHA3-224 (FIPS 202), 28 bytes.
    Sha3_224,
    /// SHA3-256 (FIPS 202), 32 bytes.
    Sha3_256,
    /// SHA3-384 (FIPS 202), 48 bytes.
    Sha3_384,
    /// SHA3-512 (FIPS 202), 64 bytes.
    Sha3_512,
    /// Keccak-256 as it was before FIPS 202 changed its padding, 32 bytes.
    Keccak256,
    /// RIPEMD-160, 20 bytes.
    Ripemd160,
    /// Whirlpool (ISO/IEC 10118-3), 64 bytes.
    Whirlpool,
    /// BLAKE2b (RFC 7693), 64 bytes.
    Blake2b,
    /// BLAKE2s (RFC 7693), 32 bytes.
    Blake2s,
}

/// Calls a generic function with the digest's type.
macro_rules! dispatch {
    ($digest:expr, $function:ident($($argument:expr),*), without $unsupported:expr) => {
        match $digest {
            Digest::Md4 => $function::<md4::Md4>($($argument),*),
            Digest::Md5 => $function::<md5::Md5>($($argument),*),
            Digest::Sha1 => $function::<sha1::Sha1>($($argument),*),
            Digest::Sha224 => $function::<sha2::Sha224>($($argument),*),
            Digest::Sha256 => $function::<sha2::Sha256>($($argument),*),
            Digest::Sha384 => $function::<sha2::Sha384>($($argument),*),
            Digest::Sha512 => $function::<sha2::Sha512>($($argument),*),
            Digest::Ripemd160 => $function::<ripemd::Ripemd160>($($argument),*),
            Digest::Whirlpool => $function::<whirlpool::Whirlpool>($($argument),*),
            Digest::Sha3_224 | Digest::Sha3_256 | Digest::Sha3_384 | Digest::Sha3_512 => $unsupported,
            Digest::Keccak256 | Digest::Blake2b | Digest::Blake2s => $unsupported,
        }
    };
}

/// Nothing is allocated inside the loop: the rounds are most of what old hashes cost.
fn chain_of<D: sha2::Digest>(first: &[u8], rounds: u32, before: &[u8], after: &[u8]) -> Zeroizing<Vec<u8>> {
    if rounds == 0 {
        return Zeroizing::new(first.to_vec());
    }
    let mut digest = D::new().chain_update(before).chain_update(first).chain_update(after).finalize();
    for _ in 1..rounds {
        digest = D::new().chain_update(before).chain_update(&digest).chain_update(after).finalize();
    }
    Zeroizing::new(digest.to_vec())
}

fn digest_of<D: sha2::Digest>(parts: &[&[u8]]) -> Zeroizing<Vec<u8>> {
    let mut digest = D::new();
    for part in parts {
        digest.update(part);
    }
    Zeroizing::new(digest.finalize().to_vec())
}

impl Digest {
    /// The name that recipes and stored hashes call it by, lower case.
    pub const NAMES: &'static [(&'static str, Self)] = &[
        ("md4", Self::Md4),
        ("md5", Self::Md5),
        ("sha1", Self::Sha1),
        ("sha224", Self::Sha224),
        ("sha256", Self::Sha256),
        ("sha384", Self::Sha384),
        ("sha512", Self::Sha512),
        ("sha3_224", Self::Sha3_224),
        ("sha3_256", Self::Sha3_256),
        ("sha3_384", Self::Sha3_384),
        ("sha3_512", Self::Sha3_512),
        ("keccak256", Self::Keccak256),
        ("ripemd160", Self::Ripemd160),
        ("whirlpool", Self::Whirlpool),
        ("blake2b", Self::Blake2b),
        ("blake2s", Self::Blake2s),
    ];

    /// The digest of this name, however it is spelt: `SHA-256`, `sha256`, `Sha_256`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let plain = |text: &str| text.replace(['-', '_'], "").to_ascii_lowercase();
        let wanted = plain(name);
        Self::NAMES.iter().find(|(known, _)| plain(known) == wanted).map(|(_, digest)| *digest)
    }

    /// The digest whose output is so long, of those that old applications write without saying which.
    #[must_use]
    pub fn of_length(length: usize) -> Option<Self> {
        [Self::Md5, Self::Sha1, Self::Sha256, Self::Sha384, Self::Sha512]
            .into_iter()
            .find(|digest| digest.length() == length)
    }

    /// Length in bytes.
    #[must_use]
    pub fn length(self) -> usize {
        match self {
            Self::Md4 | Self::Md5 => 16,
            Self::Sha1 | Self::Ripemd160 => 20,
            Self::Sha224 | Self::Sha3_224 => 28,
            Self::Sha256 | Self::Sha3_256 | Self::Keccak256 | Self::Blake2s => 32,
            Self::Sha384 | Self::Sha3_384 => 48,
            Self::Sha512 | Self::Sha3_512 | Self::Whirlpool | Self::Blake2b => 64,
        }
    }

    /// Whether `hmac` and `pbkdf2` are defined over it here.
    #[must_use]
    pub fn is_keyed(self) -> bool {
        self.hmac(b"", &[]).is_some()
    }

    /// The digest of the parts, one behind the other.
    #[must_use]
    pub fn of(self, parts: &[&[u8]]) -> Zeroizing<Vec<u8>> {
        match self {
            Self::Sha3_224 => digest_of::<sha3::Sha3_224>(parts),
            Self::Sha3_256 => digest_of::<sha3::Sha3_256>(parts),
            Self::Sha3_384 => digest_of::<sha3::Sha3_384>(parts),
            Self::Sha3_512 => digest_of::<sha3::Sha3_512>(parts),
            Self::Keccak256 => digest_of::<sha3::Keccak256>(parts),
            Self::Blake2b => digest_of::<blake2::Blake2b512>(parts),
            Self::Blake2s => digest_of::<blake2::Blake2s256>(parts),
            other => dispatch!(other, digest_of(parts), without Zeroizing::default()),
        }
    }

    /// `before || digest || after` digested so many times over, beginning with `first`.
    #[must_use]
    pub fn chain(self, first: &[u8], rounds: u32, before: &[u8], after: &[u8]) -> Zeroizing<Vec<u8>> {
        match self {
            Self::Sha3_224 => chain_of::<sha3::Sha3_224>(first, rounds, before, after),
            Self::Sha3_256 => chain_of::<sha3::Sha3_256>(first, rounds, before, after),
            Self::Sha3_384 => chain_of::<sha3::Sha3_384>(first, rounds, before, after),
            Self::Sha3_512 => chain_of::<sha3::Sha3_512>(first, rounds, before, after),
            Self::Keccak256 => chain_of::<sha3::Keccak256>(first, rounds, before, after),
            Self::Blake2b => chain_of::<blake2::Blake2b512>(first, rounds, before, after),
            Self::Blake2s => chain_of::<blake2::Blake2s256>(first, rounds, before, after),
            other => dispatch!(other, chain_of(first, rounds, before, after), without Zeroizing::default()),
        }
    }

    /// HMAC (RFC 2104) of the parts; `None` over digests that no application keys this way.
    #[must_use]
    pub fn hmac(self, key: &[u8], parts: &[&[u8]]) -> Option<Zeroizing<Vec<u8>>> {
        fn run<D: sha2::Digest + hmac::digest::block_api::BlockSizeUser>(
            key: &[u8],
            parts: &[&[u8]],
        ) -> Option<Zeroizing<Vec<u8>>> {
            let mut mac = <SimpleHmac<D> as KeyInit>::new_from_slice(key).ok()?;
            for part in parts {
                mac.update(part);
            }
            Some(Zeroizing::new(mac.finalize().into_bytes().to_vec()))
        }
        dispatch!(self, run(key, parts), without None)
    }

    /// The kernel of its PBKDF2, where it has one.
    #[must_use]
    pub fn prf(self) -> Option<Prf> {
        match self {
            Self::Sha1 => Some(Prf::Sha1),
            Self::Sha256 => Some(Prf::Sha256),
            Self::Sha512 => Some(Prf::Sha512),
            _ => None,
        }
    }

    /// PBKDF2 (RFC 8018) over HMAC; `None` over digests that no application stretches this way.
    #[must_use]
    pub fn pbkdf2(self, password: &[u8], salt: &[u8], rounds: u32, length: usize) -> Option<Zeroizing<Vec<u8>>> {
        if let Some(prf) = self.prf() {
            return Some(kernel::derive(prf, password, salt, rounds, length));
        }
        let mut derived = Zeroizing::new(vec![0; length]);
        match self {
            Self::Md5 => pbkdf2::pbkdf2_hmac::<md5::Md5>(password, salt, rounds, &mut derived),
            Self::Sha224 => pbkdf2::pbkdf2_hmac::<sha2::Sha224>(password, salt, rounds, &mut derived),
            Self::Sha384 => pbkdf2::pbkdf2_hmac::<sha2::Sha384>(password, salt, rounds, &mut derived),
            Self::Ripemd160 => pbkdf2::pbkdf2_hmac::<ripemd::Ripemd160>(password, salt, rounds, &mut derived),
            Self::Whirlpool => pbkdf2::pbkdf2_hmac::<whirlpool::Whirlpool>(password, salt, rounds, &mut derived),
            _ => return None,
        }
        Some(derived)
    }

    /// A stored digest in hex, or in base64: their lengths tell them apart.
    #[must_use]
    pub fn decode(self, text: &str) -> Option<Vec<u8>> {
        let bytes = if text.len() == 2 * self.length() { encoding::hex(text) } else { encoding::base64(text) };
        bytes.filter(|bytes| bytes.len() == self.length())
    }

    /// The cost of a single digest.
    #[must_use]
    pub fn cost(self) -> Cost {
        Cost { kind: "digest", rounds: 1, memory: 0, label: "1".into() }
    }

    /// Whether the digest of the parts is the stored one.
    #[must_use]
    pub fn verdict(self, stored: &[u8], parts: &[&[u8]]) -> Verdict {
        Verdict::of(encoding::equal(stored, &self.of(parts)))
    }
}
