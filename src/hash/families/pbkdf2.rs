//! PBKDF2 (RFC 8018) as Django, passlib and the PHC string format write it.
use crate::hash::{
    attempt::Attempt,
    bounds,
    digest::Digest,
    encoding,
    lanes::{self, Kind, Lane},
    scheme::{Cost, ParseError, Parts, Scheme, Site, Stored, Tell, Verdict, Verifier},
};

/// Shortest output in bytes: below, other passwords would match by chance.
const LEAST_OUTPUT: usize = 16;

/// A PBKDF2 hash, whatever its text looked like.
pub struct Pbkdf2Hash {
    prf: Digest,
    rounds: u32,
    salt: Vec<u8>,
    digest: Vec<u8>,
}

impl Pbkdf2Hash {
    /// A hash within the bounds.
    ///
    /// # Errors
    /// `TooCostly`, or `Malformed` for no rounds or no digest.
    pub fn new(prf: Digest, rounds: u32, salt: Vec<u8>, digest: Vec<u8>) -> Result<Self, ParseError> {
        if digest.len() < LEAST_OUTPUT || !prf.is_keyed() || digest.len() > bounds::OUTPUT_BYTES {
            return Err(ParseError::Malformed);
        }
        let hash = Self { prf, rounds, salt, digest };
        bounds::within(rounds, bounds::PBKDF2_ROUNDS)?;
        if hash.work() > u64::from(bounds::PBKDF2_ROUNDS.1) {
            return Err(ParseError::TooCostly);
        }
        Ok(hash)
    }

    /// Rounds times blocks of output.
    fn work(&self) -> u64 {
        u64::try_from(self.digest.len().div_ceil(self.prf.length()))
            .map_or(u64::MAX, |blocks| blocks.saturating_mul(self.rounds.into()))
    }
}

impl Verifier for Pbkdf2Hash {
    fn cost(&self) -> Cost {
        let kind = match self.prf {
            Digest::Sha1 => "pbkdf2-sha1",
            Digest::Sha224 | Digest::Sha256 => "pbkdf2-sha256",
            Digest::Sha384 | Digest::Sha512 => "pbkdf2-sha512",
            _ => "pbkdf2",
        };
        Cost { kind, rounds: self.work(), memory: 0, label: self.rounds.to_string() }
    }

    fn verify(&self, attempt: &Attempt) -> Verdict {
        let derived = self.prf.pbkdf2(&attempt.password, &self.salt, self.rounds, self.digest.len());
        // `new` takes digests only that have a PBKDF2.
        let derived = derived.unwrap_or_default();
        Verdict::of(encoding::equal(&derived, &self.digest))
    }

    fn lane_kind(&self) -> Option<Kind> {
        Some(lanes::pbkdf2::kind(self.prf.prf()?, self.rounds, self.digest.len()))
    }

    fn lane(&self, attempt: &Attempt) -> Option<Lane> {
        let input = |prf| lanes::pbkdf2::Input::new(prf, &attempt.password, &self.salt, self.rounds, self.digest.len());
        Some(Lane::Pbkdf2(input(self.prf.prf()?)))
    }

    fn of_lane(&self, output: &[u8]) -> Verdict {
        Verdict::of(encoding::equal(output, &self.digest))
    }

    fn decoy(&self) -> Box<dyn Verifier> {
        Box::new(Self {
            prf: self.prf,
            rounds: self.rounds,
            salt: vec![0x5a; self.salt.len()],
            digest: vec![0; self.digest.len()],
        })
    }

    fn parts(&self) -> Option<Parts<'_>> {
        Some(Parts::Pbkdf2 { prf: self.prf, rounds: self.rounds, salt: &self.salt, output: &self.digest })
    }
}

/// How a writer lays out its text.
enum Text {
    /// `pbkdf2_sha256$rounds$salt$base64`, the salt as it stands.
    Django,
    /// `$pbkdf2-sha256$rounds$ab64$ab64`.
    Passlib,
}

/// A PBKDF2 scheme with one prefix.
pub struct Pbkdf2 {
    name: &'static str,
    prefix: &'static str,
    prf: Digest,
    text: Text,
}

/// Django's default since 1.4.
pub const DJANGO_PBKDF2_SHA256: Pbkdf2 =
    Pbkdf2 { name: "django_pbkdf2_sha256", prefix: "pbkdf2_sha256$", prf: Digest::Sha256, text: Text::Django };
/// Django's second choice.
pub const DJANGO_PBKDF2_SHA1: Pbkdf2 =
    Pbkdf2 { name: "django_pbkdf2_sha1", prefix: "pbkdf2_sha1$", prf: Digest::Sha1, text: Text::Django };
/// passlib's `pbkdf2_sha1`.
pub const PBKDF2_SHA1_PASSLIB: Pbkdf2 =
    Pbkdf2 { name: "pbkdf2_sha1_passlib", prefix: "$pbkdf2$", prf: Digest::Sha1, text: Text::Passlib };
/// passlib's `pbkdf2_sha256`.
pub const PBKDF2_SHA256_PASSLIB: Pbkdf2 =
    Pbkdf2 { name: "pbkdf2_sha256_passlib", prefix: "$pbkdf2-sha256$", prf: Digest::Sha256, text: Text::Passlib };
/// passlib's `pbkdf2_sha512`.
pub const PBKDF2_SHA512_PASSLIB: Pbkdf2 =
    Pbkdf2 { name: "pbkdf2_sha512_passlib", prefix: "$pbkdf2-sha512$", prf: Digest::Sha512, text: Text::Passlib };

impl Scheme for Pbkdf2 {
    fn name(&self) -> &'static str {
        self.name
    }

    fn tell(&self) -> Tell {
        Tell::Prefix
    }

    fn parse(&self, stored: Stored<'_>, _site: &Site) -> Result<Box<dyn Verifier>, ParseError> {
        let text = stored.hash.strip_prefix(self.prefix).ok_or(ParseError::NotMine)?;
        if matches!(self.text, Text::Passlib) && text.starts_with(|c: char| !c.is_ascii_digit()) {
            // `i=` behind the same prefix is the PHC format's.
            return Err(ParseError::NotMine);
        }
        let mut fields = text.split('$');
        let (Some(rounds), Some(salt), Some(digest), None) =
            (fields.next(), fields.next(), fields.next(), fields.next())
        else {
            return Err(ParseError::Malformed);
        };
        let rounds = bounds::number(rounds)?;
        let (salt, digest) = match self.text {
            Text::Django => (Some(salt.as_bytes().to_vec()), encoding::base64(digest)),
            Text::Passlib => (encoding::ab64(salt), encoding::ab64(digest)),
        };
        let (salt, digest) = (salt.ok_or(ParseError::Malformed)?, digest.ok_or(ParseError::Malformed)?);
        Ok(Box::new(Pbkdf2Hash::new(self.prf, rounds, salt, digest)?))
    }
}

/// `$pbkdf2-sha256$i=rounds[,l=length]$base64$base64`: the PHC string format.
pub struct PhcPbkdf2;

impl Scheme for PhcPbkdf2 {
    fn name(&self) -> &'static str {
        "phc_pbkdf2"
    }

    fn tell(&self) -> Tell {
        Tell::Prefix
    }

    fn parse(&self, stored: Stored<'_>, _site: &Site) -> Result<Box<dyn Verifier>, ParseError> {
        let (prf, text) = [
            ("$pbkdf2-sha256$i=", Digest::Sha256),
            ("$pbkdf2-sha512$i=", Digest::Sha512),
            ("$pbkdf2-sha1$i=", Digest::Sha1),
            ("$pbkdf2$i=", Digest::Sha1),
        ]
        .into_iter()
        .find_map(|(prefix, prf)| Some((prf, stored.hash.strip_prefix(prefix)?)))
        .ok_or(ParseError::NotMine)?;
        let mut fields = text.split('$');
        let (Some(parameters), Some(salt), Some(digest), None) =
            (fields.next(), fields.next(), fields.next(), fields.next())
        else {
            return Err(ParseError::Malformed);
        };
        let (rounds, length) = match parameters.split_once(",l=") {
            Some((rounds, length)) => (rounds, Some(bounds::number(length)?)),
            None => (parameters, None),
        };
        let decode = |text| encoding::base64(text).ok_or(ParseError::Malformed);
        let (salt, digest) = (decode(salt)?, decode(digest)?);
        if length.is_some_and(|length| usize::try_from(length) != Ok(digest.len())) {
            return Err(ParseError::Malformed);
        }
        Ok(Box::new(Pbkdf2Hash::new(prf, bounds::number(rounds)?, salt, digest)?))
    }
}
