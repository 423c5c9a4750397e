//! One digest of salt and password, the salt in a column of its own and used as its text stands there.
use crate::hash::{
    attempt::Attempt,
    digest::Digest,
    scheme::{Cost, ParseError, Scheme, Site, Stored, Tell, Verdict, Verifier},
};
use zeroize::Zeroizing;

/// Where the salt stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// salt + password.
    Before,
    /// password + salt.
    Behind,
}

/// A salted digest.
pub struct Salted {
    name: &'static str,
    digest: Digest,
    position: Position,
}

const fn scheme(name: &'static str, digest: Digest, position: Position) -> Salted {
    Salted { name, digest, position }
}

/// md5(salt + password).
pub const MD5_SALT_PASS: Salted = scheme("md5_salt_pass", Digest::Md5, Position::Before);
/// md5(password + salt).
pub const MD5_PASS_SALT: Salted = scheme("md5_pass_salt", Digest::Md5, Position::Behind);
/// sha1(salt + password).
pub const SHA1_SALT_PASS: Salted = scheme("sha1_salt_pass", Digest::Sha1, Position::Before);
/// sha1(password + salt).
pub const SHA1_PASS_SALT: Salted = scheme("sha1_pass_salt", Digest::Sha1, Position::Behind);
/// sha256(salt + password).
pub const SHA256_SALT_PASS: Salted = scheme("sha256_salt_pass", Digest::Sha256, Position::Before);
/// sha256(password + salt).
pub const SHA256_PASS_SALT: Salted = scheme("sha256_pass_salt", Digest::Sha256, Position::Behind);
/// sha512(salt + password).
pub const SHA512_SALT_PASS: Salted = scheme("sha512_salt_pass", Digest::Sha512, Position::Before);
/// sha512(password + salt).
pub const SHA512_PASS_SALT: Salted = scheme("sha512_pass_salt", Digest::Sha512, Position::Behind);

/// A stored digest with its salt.
pub struct SaltedHash {
    digest: Digest,
    position: Position,
    salt: Zeroizing<Vec<u8>>,
    stored: Vec<u8>,
}

impl SaltedHash {
    /// A digest of salt and password.
    #[must_use]
    pub fn new(digest: Digest, position: Position, salt: &[u8], stored: Vec<u8>) -> Self {
        Self { digest, position, salt: Zeroizing::new(salt.to_vec()), stored }
    }
}

impl Scheme for Salted {
    fn name(&self) -> &'static str {
        self.name
    }

    fn tell(&self) -> Tell {
        Tell::OnlyByName
    }

    fn parse(&self, stored: Stored<'_>, _site: &Site) -> Result<Box<dyn Verifier>, ParseError> {
        let digest = self.digest.decode(stored.hash).ok_or(ParseError::NotMine)?;
        // Without its salt the digest is another scheme's.
        let salt = stored.salt.ok_or(ParseError::NotMine)?;
        Ok(Box::new(SaltedHash::new(self.digest, self.position, salt.as_bytes(), digest)))
    }
}

impl Verifier for SaltedHash {
    fn cost(&self) -> Cost {
        self.digest.cost()
    }

    fn verify(&self, attempt: &Attempt) -> Verdict {
        let password = attempt.password.as_bytes();
        let parts: [&[u8]; 2] = match self.position {
            Position::Before => [&self.salt, password],
            Position::Behind => [password, &self.salt],
        };
        self.digest.verdict(&self.stored, &parts)
    }

    fn decoy(&self) -> Box<dyn Verifier> {
        Box::new(Self::new(self.digest, self.position, &self.salt, vec![0; self.stored.len()]))
    }
}
