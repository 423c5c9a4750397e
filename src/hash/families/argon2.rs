//! argon2 (RFC 9106) as PHC strings.
use crate::hash::{
    attempt::Attempt,
    bounds, encoding, kept_memory,
    scheme::{Cost, ParseError, Scheme, Site, Stored, Tell, Verdict, Verifier},
};
use ::argon2::{Algorithm, Argon2, Params, Version};

/// Shortest output in bytes: below, other passwords would match by chance.
const LEAST_OUTPUT: usize = 12;

/// An argon2 scheme.
pub struct Argon2Scheme {
    name: &'static str,
    prefix: &'static str,
    algorithm: Algorithm,
}

/// `$argon2id$`.
pub const ARGON2ID: Argon2Scheme =
    Argon2Scheme { name: "argon2id", prefix: "$argon2id$", algorithm: Algorithm::Argon2id };
/// `$argon2i$`.
pub const ARGON2I: Argon2Scheme = Argon2Scheme { name: "argon2i", prefix: "$argon2i$", algorithm: Algorithm::Argon2i };
/// `$argon2d$`.
pub const ARGON2D: Argon2Scheme = Argon2Scheme { name: "argon2d", prefix: "$argon2d$", algorithm: Algorithm::Argon2d };
struct Argon2Hash {
    algorithm: Algorithm,
    version: Version,
    memory: u32,
    passes: u32,
    lanes: u32,
    salt: Vec<u8>,
    digest: Vec<u8>,
}

impl Scheme for Argon2Scheme {
    fn name(&self) -> &'static str {
        self.name
    }

    fn tell(&self) -> Tell {
        Tell::Prefix
    }

    fn parse(&self, stored: Stored<'_>, _site: &Site) -> Result<Box<dyn Verifier>, ParseError> {
        let algorithm = self.algorithm;
        let text = stored.hash.strip_prefix(self.prefix).ok_or(ParseError::NotMine)?;
        // Before version 1.3 there was no version field.
        let (version, text) = match text.strip_prefix("v=").map(|rest| rest.split_once('$')) {
            None => (Version::V0x10, text),
            Some(Some(("16", rest))) => (Version::V0x10, rest),
            Some(Some(("19", rest))) => (Version::V0x13, rest),
            Some(_) => return Err(ParseError::Malformed),
        };
        let mut fields = text.split('$');
        let (Some(parameters), Some(salt), Some(digest), None) =
            (fields.next(), fields.next(), fields.next(), fields.next())
        else {
            return Err(ParseError::Malformed);
        };
        let decode = |text| encoding::base64(text).ok_or(ParseError::Malformed);
        let (memory, passes, lanes) = costs(parameters)?;
        let hash =
            Argon2Hash { algorithm, version, memory, passes, lanes, salt: decode(salt)?, digest: decode(digest)? };
        if hash.digest.len() < LEAST_OUTPUT || hash.digest.len() > bounds::OUTPUT_BYTES {
            return Err(ParseError::Malformed);
        }
        // The crate's own bounds: salt, digest and memory that the algorithm does not allow.
        hash.parameters().ok_or(ParseError::Malformed)?;
        if hash.salt.len() < 8 {
            return Err(ParseError::Malformed);
        }
        Ok(Box::new(hash))
    }
}

/// `m=…,t=…,p=…` in any order.
fn costs(text: &str) -> Result<(u32, u32, u32), ParseError> {
    let (mut memory, mut passes, mut lanes) = (None, None, None);
    for field in text.split(',') {
        match field.split_once('=') {
            Some(("m", value)) if memory.is_none() => memory = Some(bounds::number(value)?),
            Some(("t", value)) if passes.is_none() => passes = Some(bounds::number(value)?),
            Some(("p", value)) if lanes.is_none() => lanes = Some(bounds::number(value)?),
            // Key ids and associated data need what no table holds.
            _ => return Err(ParseError::Malformed),
        }
    }
    let (Some(memory), Some(passes), Some(lanes)) = (memory, passes, lanes) else {
        return Err(ParseError::Malformed);
    };
    bounds::within(memory, (1, bounds::ARGON2_MEMORY))?;
    bounds::within(lanes, (1, bounds::ARGON2_LANES))?;
    bounds::within(u64::from(memory) * u64::from(passes), (1, bounds::ARGON2_WORK))?;
    Ok((memory, passes, lanes))
}

impl Argon2Hash {
    fn parameters(&self) -> Option<Params> {
        Params::new(self.memory, self.passes, self.lanes, Some(self.digest.len())).ok()
    }
}

impl Verifier for Argon2Hash {
    fn cost(&self) -> Cost {
        let kind = match self.algorithm {
            Algorithm::Argon2d => "argon2d",
            Algorithm::Argon2i => "argon2i",
            Algorithm::Argon2id => "argon2id",
        };
        Cost {
            kind,
            rounds: u64::from(self.memory) * u64::from(self.passes),
            memory: u64::from(self.memory) * 1024,
            label: format!("m={},t={},p={}", self.memory, self.passes, self.lanes),
        }
    }

    fn verify(&self, attempt: &Attempt) -> Verdict {
        let mut derived = zeroize::Zeroizing::new(vec![0; self.digest.len()]);
        let done = self.parameters().and_then(|parameters| {
            let (blocks, argon2) = (parameters.block_count(), Argon2::new(self.algorithm, self.version, parameters));
            let password = &attempt.password;
            kept_memory::with_argon2_blocks(blocks, |blocks| {
                argon2.hash_password_into_with_memory(password, &self.salt, &mut derived, blocks)
            })
        });
        if let Some(Ok(())) = done { Verdict::of(encoding::equal(&derived, &self.digest)) } else { Verdict::Undecided }
    }

    fn decoy(&self) -> Box<dyn Verifier> {
        Box::new(Self { salt: vec![0x5a; self.salt.len()], digest: vec![0; self.digest.len()], ..*self })
    }
}
