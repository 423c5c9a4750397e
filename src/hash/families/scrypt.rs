//! scrypt (RFC 7914), whatever its text looked like, and what some applications do with its output.
use crate::hash::{
    attempt::Attempt,
    bounds,
    digest::Digest,
    encoding,
    scheme::{Cost, ParseError, Parts, Verdict, Verifier},
};
#[cfg(target_arch = "x86_64")]
use crate::hash::{
    kept_memory,
    lanes::romix::{self, Block},
};
use aes::Aes256;
use ctr::{
    Ctr128BE,
    cipher::{KeyIvInit, StreamCipher},
};
#[cfg(target_arch = "x86_64")]
use pbkdf2::pbkdf2_hmac;
#[cfg(target_arch = "x86_64")]
use sha2::Sha256;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// What the stored digest is of.
#[derive(Debug, Clone)]
pub enum Of {
    /// The output itself, as long as the digest.
    Output,
    /// SHA-1 of 256 bytes of output.
    Sha1OfOutput,
    /// HMAC-SHA-256 of this header under the second half of 64 bytes of output (Tarsnap's file format).
    Header(Vec<u8>),
    /// This key, encrypted under the first 32 bytes of 64 of output (Firebase).
    SignerKey(Vec<u8>),
}

/// The three numbers.
#[derive(Debug, Clone, Copy)]
pub struct Numbers {
    /// log2 of N.
    pub log_n: u32,
    /// Block size.
    pub r: u32,
    /// Parallelism.
    pub p: u32,
}

impl Numbers {
    /// From N itself.
    ///
    /// # Errors
    /// `Malformed` when it is no power of two.
    pub fn of_n(n: u32, r: u32, p: u32) -> Result<Self, ParseError> {
        if n < 2 || !n.is_power_of_two() {
            return Err(ParseError::Malformed);
        }
        Ok(Self { log_n: n.trailing_zeros(), r, p })
    }

    fn memory(self) -> u64 {
        // The blocks before and behind the mixing, one for each p, beside the mixed ones.
        let blocks = 1_u64.checked_shl(self.log_n).unwrap_or(u64::MAX).saturating_add(self.p.into());
        128_u64.saturating_mul(self.r.into()).saturating_mul(blocks)
    }

    fn work(self) -> u64 {
        let n = 1_u64.checked_shl(self.log_n).unwrap_or(u64::MAX);
        n.saturating_mul(self.r.into()).saturating_mul(self.p.into())
    }
}

/// A scrypt hash within the bounds.
pub struct ScryptHash {
    numbers: Numbers,
    salt: Vec<u8>,
    digest: Vec<u8>,
    of: Of,
    nfkc: bool,
}

impl ScryptHash {
    /// A hash within the bounds; `nfkc` where the application normalises the password.
    ///
    /// # Errors
    /// `TooCostly`, or `Malformed` for numbers that scrypt does not allow.
    pub fn new(numbers: Numbers, salt: Vec<u8>, digest: Vec<u8>, of: Of, nfkc: bool) -> Result<Self, ParseError> {
        if numbers.log_n > 40 {
            return Err(ParseError::TooCostly);
        }
        bounds::within(numbers.memory(), (1, bounds::SCRYPT_MEMORY))?;
        bounds::within(numbers.work(), (1, bounds::SCRYPT_WORK))?;
        if digest.len() < 16 || digest.len() > bounds::OUTPUT_BYTES {
            return Err(ParseError::Malformed);
        }
        let log_n = u8::try_from(numbers.log_n).map_err(|_| ParseError::TooCostly)?;
        ::scrypt::Params::new(log_n, numbers.r, numbers.p).map_err(|_| ParseError::Malformed)?;
        Ok(Self { numbers, salt, digest, of, nfkc })
    }

    fn output(&self, password: &[u8], length: usize) -> Option<Zeroizing<Vec<u8>>> {
        let mut output = Zeroizing::new(vec![0; length]);
        self.derive(password, &mut output)?;
        Some(output)
    }

    /// In memory that the thread keeps.
    #[cfg(target_arch = "x86_64")]
    fn derive(&self, password: &[u8], output: &mut [u8]) -> Option<()> {
        let Numbers { log_n, r, p } = self.numbers;
        let width = 2 * usize::try_from(r).ok()?;
        let mut parts = Zeroizing::new(vec![0; width * Block::SIZE * usize::try_from(p).ok()?]);
        pbkdf2_hmac::<Sha256>(password, &self.salt, 1, &mut parts);
        let mix = |memory: &mut [Block]| romix::mix(&mut parts, memory, log_n);
        let is_mixed = kept_memory::with_scrypt_blocks(width.checked_mul(1 << log_n)?, mix)?;
        is_mixed.then(|| pbkdf2_hmac::<Sha256>(password, &parts, 1, output))
    }

    /// By the crate, which asks for new memory each time.
    #[cfg(not(target_arch = "x86_64"))]
    fn derive(&self, password: &[u8], output: &mut [u8]) -> Option<()> {
        let Numbers { log_n, r, p } = self.numbers;
        let parameters = ::scrypt::Params::new(u8::try_from(log_n).ok()?, r, p).ok()?;
        ::scrypt::scrypt(password, &self.salt, &parameters, output).ok()
    }

    fn matches(&self, password: &[u8]) -> Option<bool> {
        let computed = match &self.of {
            Of::Output => self.output(password, self.digest.len())?,
            Of::Sha1OfOutput => Digest::Sha1.of(&[&self.output(password, 256)?]),
            Of::Header(header) => Digest::Sha256.hmac(self.output(password, 64)?.get(32..)?, &[header])?,
            Of::SignerKey(key) => {
                let output = self.output(password, 64)?;
                let mut encrypted = Zeroizing::new(key.clone());
                let mut cipher = Ctr128BE::<Aes256>::new_from_slices(output.get(..32)?, &[0; 16]).ok()?;
                cipher.apply_keystream(&mut encrypted);
                encrypted
            }
        };
        Some(encoding::equal(&computed, &self.digest))
    }
}

impl Verifier for ScryptHash {
    fn cost(&self) -> Cost {
        let Numbers { log_n, r, p } = self.numbers;
        Cost {
            kind: "scrypt",
            rounds: self.numbers.work(),
            memory: self.numbers.memory(),
            label: format!("N=2^{log_n},r={r},p={p}"),
        }
    }

    fn verify(&self, attempt: &Attempt) -> Verdict {
        let normalised;
        let password: &[u8] = if self.nfkc {
            normalised = Zeroizing::new(attempt.text.nfkc().collect::<String>());
            normalised.as_bytes()
        } else {
            &attempt.password
        };
        self.matches(password).map_or(Verdict::Undecided, Verdict::of)
    }

    fn decoy(&self) -> Box<dyn Verifier> {
        Box::new(Self {
            numbers: self.numbers,
            salt: vec![0x5a; self.salt.len()],
            digest: vec![0; self.digest.len()],
            of: self.of.clone(),
            nfkc: self.nfkc,
        })
    }

    fn parts(&self) -> Option<Parts<'_>> {
        if self.nfkc || !matches!(self.of, Of::Output) {
            return None;
        }
        let Numbers { log_n, r, p } = self.numbers;
        Some(Parts::Scrypt { n: 1_u64.checked_shl(log_n)?, r, p, salt: &self.salt, output: &self.digest })
    }
}
