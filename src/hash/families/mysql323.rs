//! MySQL's `PASSWORD()` before 4.1, `OLD_PASSWORD()` after: 62 bits of arithmetic, blanks and tabs left out.
use crate::hash::{
    attempt::Attempt,
    encoding,
    scheme::{Cost, ParseError, Scheme, Site, Stored, Tell, Verdict, Verifier},
};

/// 16 hex digits.
pub struct Mysql323;

struct Mysql323Hash {
    digest: Vec<u8>,
}

impl Scheme for Mysql323 {
    fn name(&self) -> &'static str {
        "mysql323"
    }

    fn tell(&self) -> Tell {
        Tell::OnlyByName
    }

    fn parse(&self, stored: Stored<'_>, _site: &Site) -> Result<Box<dyn Verifier>, ParseError> {
        let digest = encoding::hex(stored.hash).filter(|digest| digest.len() == 8).ok_or(ParseError::NotMine)?;
        Ok(Box::new(Mysql323Hash { digest }))
    }
}

impl Verifier for Mysql323Hash {
    fn cost(&self) -> Cost {
        Cost { kind: "digest", rounds: 1, memory: 0, label: "1".into() }
    }

    fn verify(&self, attempt: &Attempt) -> Verdict {
        let (mut first, mut second, mut add) = (1_345_345_333_u32, 0x1234_5671_u32, 7_u32);
        for octet in attempt.password.iter().filter(|octet| !matches!(octet, b' ' | b'\t')) {
            let value = u32::from(*octet);
            let mixed = (first & 63).wrapping_add(add).wrapping_mul(value).wrapping_add(first << 8);
            first ^= mixed;
            second = second.wrapping_add((second << 8) ^ first);
            add = add.wrapping_add(value);
        }
        let halves = [(first & 0x7fff_ffff).to_be_bytes(), (second & 0x7fff_ffff).to_be_bytes()];
        Verdict::of(encoding::equal(halves.as_flattened(), &self.digest))
    }

    fn decoy(&self) -> Box<dyn Verifier> {
        // The highest bit of either half is never set.
        Box::new(Self { digest: vec![0xff; 8] })
    }
}
