//! The plain digests that several families are composed of.
use super::{
    encoding,
    scheme::{Cost, Verdict},
};
use md5::Md5;
use sha1::Sha1;
use sha2::{Sha256, Sha512};

/// A digest by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Digest {
    /// MD5, 16 bytes.
    Md5,
    /// SHA-1, 20 bytes.
    Sha1,
    /// SHA-256, 32 bytes.
    Sha256,
    /// SHA-512, 64 bytes.
    Sha512,
}

impl Digest {
    /// Length in bytes.
    #[must_use]
    pub fn length(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }

    /// The digest of the parts, one behind the other.
    #[must_use]
    pub fn of(self, parts: &[&[u8]]) -> Vec<u8> {
        fn run<D: sha2::Digest>(parts: &[&[u8]]) -> Vec<u8> {
            let mut digest = D::new();
            for part in parts {
                digest.update(part);
            }
            digest.finalize().to_vec()
        }
        match self {
            Self::Md5 => run::<Md5>(parts),
            Self::Sha1 => run::<Sha1>(parts),
            Self::Sha256 => run::<Sha256>(parts),
            Self::Sha512 => run::<Sha512>(parts),
        }
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
