//! How wide chains of each digest run: alone, or as many side by side as the processor makes worth it.
//!
//! # Why these widths
//! Measured (`benches/lanes.rs`): the widest at which a batch takes at most about 1.5 times as long as one hash alone,
//! or twice where that is below a millisecond. Lanes that no hash is there for compute the first one again.
#[cfg(target_arch = "x86_64")]
use super::sha_ni_chain;
use super::{
    chain::{self, Input},
    compression::{Md5, Sha256, Sha512},
    processor::{Processor, Vectors, for_each_vectors},
    sha256_chain,
};
use zeroize::Zeroizing;

type Outputs<const N: usize> = [Zeroizing<Vec<u8>>; N];

/// The digest of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Digest {
    /// MD5.
    Md5,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

/// What a chain does in each round; those that do the same can run side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Round {
    /// MD5 crypt.
    Md5Crypt,
    /// phpass over MD5.
    PhpassMd5,
    /// phpass over SHA-512.
    PhpassSha512,
    /// sha256-crypt.
    Sha256Crypt,
    /// sha512-crypt.
    Sha512Crypt,
}

impl Round {
    /// The digest that it takes.
    #[must_use]
    pub fn digest(self) -> Digest {
        match self {
            Self::Md5Crypt | Self::PhpassMd5 => Digest::Md5,
            Self::Sha256Crypt => Digest::Sha256,
            Self::PhpassSha512 | Self::Sha512Crypt => Digest::Sha512,
        }
    }
}

for_each_vectors! {
    fn md5_by_4(at most processor; inputs: [&Input; 4]) -> Outputs<4> = chain::run::<Md5, 4, 4>
}
for_each_vectors! {
    fn md5_by_8(at most processor; inputs: [&Input; 8]) -> Outputs<8> = chain::run::<Md5, 4, 8>
}
for_each_vectors! {
    fn md5_by_16(at most processor; inputs: [&Input; 16]) -> Outputs<16> = chain::run::<Md5, 4, 16>
}
for_each_vectors! {
    fn sha256_by_8(at most processor; inputs: [&Input; 8]) -> Outputs<8> = chain::run::<Sha256, 8, 8>
}
for_each_vectors! {
    fn sha256_by_16(at most processor; inputs: [&Input; 16]) -> Outputs<16> = chain::run::<Sha256, 8, 16>
}
for_each_vectors! {
    fn sha512_by_4(at most processor; inputs: [&Input; 4]) -> Outputs<4> = chain::run::<Sha512, 8, 4>
}
for_each_vectors! {
    fn sha512_by_8(at most processor; inputs: [&Input; 8]) -> Outputs<8> = chain::run::<Sha512, 8, 8>
}

/// The most hashes of one run.
#[must_use]
pub fn widest(digest: Digest, processor: Processor) -> usize {
    match (digest, processor.vectors) {
        (Digest::Md5, Vectors::Portable) => 4,
        (Digest::Md5, Vectors::Avx2) => 8,
        (Digest::Md5, Vectors::Avx512) => 16,
        (Digest::Sha256, _) if processor.sha => 3,
        (Digest::Sha256 | Digest::Sha512, Vectors::Portable) => 1,
        (Digest::Sha256, Vectors::Avx2) => 8,
        (Digest::Sha256, Vectors::Avx512) => 16,
        (Digest::Sha512, Vectors::Avx2) => 4,
        (Digest::Sha512, Vectors::Avx512) => 8,
    }
}

/// The last digests of any number of chains, all with the rounds and the schedule of the first, by at most what
/// `processor` has.
#[must_use]
pub fn run(digest: Digest, processor: Processor, inputs: &[&Input]) -> Vec<Zeroizing<Vec<u8>>> {
    let mut outputs = Vec::with_capacity(inputs.len());
    for inputs in inputs.chunks(widest(digest, processor)) {
        match inputs {
            [] => {}
            [one] => outputs.push(alone(digest, one)),
            [first, ..] => {
                let several = by_instructions(digest, processor, inputs);
                let several = several.unwrap_or_else(|| side_by_side(digest, processor, first, inputs));
                outputs.extend(several.into_iter().take(inputs.len()));
            }
        }
    }
    outputs
}

/// The last digest of one chain.
#[must_use]
pub fn alone(digest: Digest, input: &Input) -> Zeroizing<Vec<u8>> {
    let [output] = match digest {
        Digest::Md5 => chain::run::<Md5, 4, 1>([input]),
        Digest::Sha256 => return sha256_chain::run(input),
        Digest::Sha512 => chain::run::<Sha512, 8, 1>([input]),
    };
    output
}

/// By the instructions that the processor has for the digest itself.
#[cfg(target_arch = "x86_64")]
fn by_instructions(digest: Digest, processor: Processor, inputs: &[&Input]) -> Option<Vec<Zeroizing<Vec<u8>>>> {
    (digest == Digest::Sha256).then(|| sha_ni_chain::run(processor, inputs)).flatten()
}

/// No other architecture's are used for several.
#[cfg(not(target_arch = "x86_64"))]
fn by_instructions(_: Digest, _: Processor, _: &[&Input]) -> Option<Vec<Zeroizing<Vec<u8>>>> {
    None
}

fn side_by_side(digest: Digest, processor: Processor, first: &Input, inputs: &[&Input]) -> Vec<Zeroizing<Vec<u8>>> {
    // Half as wide takes less time, and is wide enough for half as many.
    let narrow = inputs.len() <= widest(digest, processor) / 2;
    // Eight words are one vector of AVX2: those of AVX-512 only cost clock.
    let halved = Processor { vectors: processor.vectors.min(Vectors::Avx2), ..processor };
    match (digest, processor.vectors) {
        (Digest::Md5, Vectors::Portable) => md5_by_4(processor, filled(first, inputs)).into(),
        (Digest::Md5, Vectors::Avx512) if !narrow => md5_by_16(processor, filled(first, inputs)).into(),
        (Digest::Md5, _) => md5_by_8(halved, filled(first, inputs)).into(),
        (Digest::Sha256, Vectors::Avx512) if !narrow => sha256_by_16(processor, filled(first, inputs)).into(),
        (Digest::Sha256, _) => sha256_by_8(processor, filled(first, inputs)).into(),
        (Digest::Sha512, Vectors::Avx512) if !narrow => sha512_by_8(processor, filled(first, inputs)).into(),
        (Digest::Sha512, _) => sha512_by_4(processor, filled(first, inputs)).into(),
    }
}

/// So many lanes, the first one again where there are fewer.
fn filled<'a, const N: usize>(first: &'a Input, inputs: &[&'a Input]) -> [&'a Input; N] {
    std::array::from_fn(|lane| inputs.get(lane).copied().unwrap_or(first))
}
