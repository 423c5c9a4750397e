//! Django's single digests before 1.4: `sha1$salt$hex` and `md5$salt$hex`, both of salt + password.
use super::salted_digest::{Position, SaltedHash};
use crate::hash::{
    digest::Digest,
    scheme::{ParseError, Scheme, Site, Stored, Tell, Verifier},
};

/// A Django digest.
pub struct DjangoDigest {
    name: &'static str,
    prefix: &'static str,
    digest: Digest,
}

/// `sha1$`.
pub const DJANGO_SHA1: DjangoDigest = DjangoDigest { name: "django_sha1", prefix: "sha1$", digest: Digest::Sha1 };
/// `md5$`.
pub const DJANGO_MD5: DjangoDigest = DjangoDigest { name: "django_md5", prefix: "md5$", digest: Digest::Md5 };

impl Scheme for DjangoDigest {
    fn name(&self) -> &'static str {
        self.name
    }

    fn tell(&self) -> Tell {
        // Werkzeug writes the same text of an HMAC: only the operator knows which it is.
        Tell::OnlyByName
    }

    fn parse(&self, stored: Stored<'_>, _site: &Site) -> Result<Box<dyn Verifier>, ParseError> {
        let text = stored.hash.strip_prefix(self.prefix).ok_or(ParseError::NotMine)?;
        let (salt, digest) = text.rsplit_once('$').ok_or(ParseError::Malformed)?;
        if salt.is_empty() || digest.len() != 2 * self.digest.length() {
            // `sha1$$…` is another of Django's schemes.
            return Err(ParseError::NotMine);
        }
        let digest = self.digest.decode(digest).ok_or(ParseError::Malformed)?;
        Ok(Box::new(SaltedHash::new(self.digest, Position::Before, salt.as_bytes(), digest)))
    }
}
