//! One digest of the password alone, in hex or base64. Never guessed: the text could be half a dozen other things.
use super::salted_digest::{Position, SaltedHash};
use crate::hash::{
    digest::Digest,
    scheme::{ParseError, Scheme, Site, Stored, Tell, Verifier},
};

/// An unsalted digest.
pub struct Raw {
    name: &'static str,
    digest: Digest,
    hex: bool,
}

const fn scheme(name: &'static str, digest: Digest, hex: bool) -> Raw {
    Raw { name, digest, hex }
}

/// md5 in hex.
pub const RAW_MD5: Raw = scheme("raw_md5", Digest::Md5, true);
/// sha1 in hex.
pub const RAW_SHA1: Raw = scheme("raw_sha1", Digest::Sha1, true);
/// sha256 in hex.
pub const RAW_SHA256: Raw = scheme("raw_sha256", Digest::Sha256, true);
/// sha512 in hex.
pub const RAW_SHA512: Raw = scheme("raw_sha512", Digest::Sha512, true);
/// md5 in base64.
pub const RAW_MD5_B64: Raw = scheme("raw_md5_b64", Digest::Md5, false);
/// sha1 in base64.
pub const RAW_SHA1_B64: Raw = scheme("raw_sha1_b64", Digest::Sha1, false);
/// sha256 in base64.
pub const RAW_SHA256_B64: Raw = scheme("raw_sha256_b64", Digest::Sha256, false);
/// sha512 in base64.
pub const RAW_SHA512_B64: Raw = scheme("raw_sha512_b64", Digest::Sha512, false);

impl Scheme for Raw {
    fn name(&self) -> &'static str {
        self.name
    }

    fn tell(&self) -> Tell {
        Tell::OnlyByName
    }

    fn parse(&self, stored: Stored<'_>, _site: &Site) -> Result<Box<dyn Verifier>, ParseError> {
        if (stored.hash.len() == 2 * self.digest.length()) != self.hex {
            return Err(ParseError::NotMine);
        }
        let digest = self.digest.decode(stored.hash).ok_or(ParseError::NotMine)?;
        Ok(Box::new(SaltedHash::new(self.digest, Position::Before, b"", digest)))
    }
}
