//! phpass, the "portable" hash: MD5 of salt and password, then 2^n times MD5 of digest and password.
//!
//! Format: Openwall's phpass; `$P$` as WordPress, `$H$` as phpBB 3 writes it.
use crate::hash::{
    attempt::Attempt,
    bounds,
    digest::Digest,
    encoding,
    scheme::{Cost, ParseError, Scheme, Site, Stored, Tell, Verdict, Verifier},
};

/// A phpass scheme.
pub struct Phpass {
    name: &'static str,
    prefix: &'static str,
}

/// WordPress before 6.8 and many others.
pub const PHPASS_P: Phpass = Phpass { name: "phpass_P", prefix: "$P$" };
/// phpBB 3.
pub const PHPBB3_H: Phpass = Phpass { name: "phpbb3_H", prefix: "$H$" };

struct PhpassHash {
    log2: u32,
    salt: Vec<u8>,
    digest: Vec<u8>,
}

impl Scheme for Phpass {
    fn name(&self) -> &'static str {
        self.name
    }

    fn tell(&self) -> Tell {
        Tell::Prefix
    }

    fn parse(&self, stored: Stored<'_>, _site: &Site) -> Result<Box<dyn Verifier>, ParseError> {
        let text = stored.hash.strip_prefix(self.prefix).ok_or(ParseError::NotMine)?;
        let (log2, rest) = text.as_bytes().split_first().ok_or(ParseError::Malformed)?;
        let log2 = encoding::crypt64_value(*log2).ok_or(ParseError::Malformed)?;
        let log2 = bounds::within(log2, bounds::PHPASS_LOG2)?;
        let (salt, digest) = rest.split_at_checked(8).ok_or(ParseError::Malformed)?;
        let digest = std::str::from_utf8(digest).ok().filter(|digest| digest.len() == 22);
        let digest = digest.and_then(encoding::crypt64_low_first).ok_or(ParseError::Malformed)?;
        Ok(Box::new(PhpassHash { log2, salt: salt.to_vec(), digest }))
    }
}

impl Verifier for PhpassHash {
    fn cost(&self) -> Cost {
        Cost { kind: "phpass", rounds: 1 << self.log2, memory: 0, label: self.log2.to_string() }
    }

    fn verify(&self, attempt: &Attempt) -> Verdict {
        let password = attempt.password.as_bytes();
        let mut digest = Digest::Md5.of(&[&self.salt, password]);
        for _ in 0..1_u32 << self.log2 {
            digest = Digest::Md5.of(&[&digest, password]);
        }
        Verdict::of(encoding::equal(&digest, &self.digest))
    }

    fn decoy(&self) -> Box<dyn Verifier> {
        Box::new(Self { log2: self.log2, salt: vec![b'.'; 8], digest: vec![0; 16] })
    }
}
