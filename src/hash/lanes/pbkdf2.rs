//! PBKDF2 (RFC 8018) over HMAC (RFC 2104) with SHA-1, SHA-256 or SHA-512, several outputs at once.
//!
//! The states behind the two keys are computed once and stay; each block of output is a chain of its own, so a long
//! output runs its blocks side by side. The first round, with what is long in it, is left to the `pbkdf2` crate.
use super::{
    Kernel, Kind,
    compression::Word,
    processor::{Processor, processor},
    sha1, sha2, sha256, sha512,
    stretch::{Chain, Stretch},
};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// The digest of the HMAC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Prf {
    /// 20 bytes.
    Sha1,
    /// 32 bytes.
    Sha256,
    /// 64 bytes.
    Sha512,
}

impl Prf {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Sha1, Self::Sha256, Self::Sha512];

    /// Bytes of one block of output.
    fn bytes(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }

    /// How many chains are worth it side by side.
    #[must_use]
    pub fn widest(self, processor: Processor) -> usize {
        match self {
            Self::Sha1 => <Chain<u32, 5>>::widest(processor),
            Self::Sha256 => <Chain<u32, 8>>::widest(processor),
            Self::Sha512 => <Chain<u64, 8>>::widest(processor),
        }
    }
}

/// What an output of this length can run beside: rounds below, blocks of output above the 32nd bit of the length.
#[must_use]
pub fn kind(prf: Prf, rounds: u32, length: usize) -> Kind {
    let blocks = u64::try_from(length.div_ceil(prf.bytes())).unwrap_or(u64::MAX);
    Kind { kernel: Kernel::Pbkdf2(prf), rounds: blocks.saturating_mul(1 << 32).saturating_add(rounds.into()) }
}

/// Blocks of output, each a chain, of a length that `kind` gave.
pub(super) fn blocks(rounds: u64) -> usize {
    usize::try_from(rounds >> 32).unwrap_or(usize::MAX)
}

/// What one output is computed from: keyed states and first blocks, not the password.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Input {
    chains: Chains,
    #[zeroize(skip)]
    prf: Prf,
    rounds: u32,
    length: usize,
}

#[derive(Clone, Zeroize, ZeroizeOnDrop)]
enum Chains {
    Sha1(Vec<Chain<u32, 5>>),
    Sha256(Vec<Chain<u32, 8>>),
    Sha512(Vec<Chain<u64, 8>>),
}

impl Input {
    /// Of any password and salt; no round counts as one.
    #[must_use]
    pub fn new(prf: Prf, password: &[u8], salt: &[u8], rounds: u32, length: usize) -> Self {
        let blocks = length.div_ceil(prf.bytes());
        let chains = match prf {
            Prf::Sha1 => Chains::Sha1(SHA1.chains(password, salt, blocks)),
            Prf::Sha256 => Chains::Sha256(SHA256.chains(password, salt, blocks)),
            Prf::Sha512 => Chains::Sha512(SHA512.chains(password, salt, blocks)),
        };
        Self { chains, prf, rounds, length }
    }

    /// What it can run beside.
    #[must_use]
    pub fn kind(&self) -> Kind {
        kind(self.prf, self.rounds, self.length)
    }

    fn output(&self) -> Zeroizing<Vec<u8>> {
        fn of<W: Word, const S: usize>(chains: &[Chain<W, S>], length: usize) -> Zeroizing<Vec<u8>> {
            // Has room for whole blocks: nothing moves later on and leaves a copy behind.
            let mut output = Zeroizing::new(Vec::with_capacity(chains.len() * S * W::BYTES));
            for word in chains.iter().flat_map(|chain| &chain.sum) {
                word.append_to(&mut output);
            }
            output.truncate(length);
            output
        }
        match &self.chains {
            Chains::Sha1(chains) => of(chains, self.length),
            Chains::Sha256(chains) => of(chains, self.length),
            Chains::Sha512(chains) => of(chains, self.length),
        }
    }
}

/// The outputs of inputs of one kind; one of another kind than the first gives an empty one.
#[must_use]
pub fn run(inputs: &[&Input]) -> Vec<Zeroizing<Vec<u8>>> {
    run_on(processor(), inputs)
}

/// The same with no more than this of the processor.
#[must_use]
pub fn run_on(processor: Processor, inputs: &[&Input]) -> Vec<Zeroizing<Vec<u8>>> {
    let Some(first) = inputs.first() else { return Vec::new() };
    let mut inputs: Vec<Input> = inputs.iter().copied().cloned().collect();
    let (kind, further) = (first.kind(), first.rounds.saturating_sub(1));
    let (mut of_sha1, mut of_sha256, mut of_sha512) = (Vec::new(), Vec::new(), Vec::new());
    for input in inputs.iter_mut().filter(|input| input.kind() == kind) {
        match &mut input.chains {
            Chains::Sha1(chains) => of_sha1.extend(chains.iter_mut()),
            Chains::Sha256(chains) => of_sha256.extend(chains.iter_mut()),
            Chains::Sha512(chains) => of_sha512.extend(chains.iter_mut()),
        }
    }
    Stretch::stretch(processor, &mut of_sha1, further);
    Stretch::stretch(processor, &mut of_sha256, further);
    Stretch::stretch(processor, &mut of_sha512, further);
    let output = |input: &Input| if input.kind() == kind { input.output() } else { Zeroizing::default() };
    inputs.iter().map(output).collect()
}

/// One output alone, its blocks side by side.
#[must_use]
pub fn derive(prf: Prf, password: &[u8], salt: &[u8], rounds: u32, length: usize) -> Zeroizing<Vec<u8>> {
    run(&[&Input::new(prf, password, salt, rounds, length)]).pop().unwrap_or_default()
}

/// What is done once for each output.
struct Function<W, const S: usize> {
    initial: [W; S],
    compress: fn(&mut [[W; 1]; S], &[[W; 1]; 16]),
    digest: fn(&[u8]) -> Zeroizing<Vec<u8>>,
    pbkdf2: fn(&[u8], &[u8], u32, &mut [u8]),
}

const SHA1: Function<u32, 5> = Function {
    initial: sha1::INITIAL,
    compress: sha1::compress,
    digest: digest::<::sha1::Sha1>,
    pbkdf2: ::pbkdf2::pbkdf2_hmac::<::sha1::Sha1>,
};
const SHA256: Function<u32, 8> = Function {
    initial: sha256::INITIAL,
    compress: sha2::compress,
    digest: digest::<::sha2::Sha256>,
    pbkdf2: ::pbkdf2::pbkdf2_hmac::<::sha2::Sha256>,
};
const SHA512: Function<u64, 8> = Function {
    initial: sha512::INITIAL,
    compress: sha2::compress,
    digest: digest::<::sha2::Sha512>,
    pbkdf2: ::pbkdf2::pbkdf2_hmac::<::sha2::Sha512>,
};

fn digest<D: ::sha2::Digest>(bytes: &[u8]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(D::digest(bytes).to_vec())
}

impl<W: Word, const S: usize> Function<W, S> {
    fn chains(&self, password: &[u8], salt: &[u8], blocks: usize) -> Vec<Chain<W, S>> {
        let long = (password.len() > 16 * W::BYTES).then(|| (self.digest)(password));
        let key = long.as_deref().map_or(password, Vec::as_slice);
        let (inner, outer) = (self.keyed(key, 0x36), self.keyed(key, 0x5c));
        let mut first = Zeroizing::new(vec![0; blocks * S * W::BYTES]);
        (self.pbkdf2)(password, salt, 1, &mut first);
        let mut chains = Vec::with_capacity(blocks);
        for block in first.chunks_exact(S * W::BYTES) {
            let mut chain = Chain { inner: *inner, outer: *outer, last: self.initial, sum: self.initial };
            for ((last, sum), bytes) in chain.last.iter_mut().zip(&mut chain.sum).zip(block.chunks_exact(W::BYTES)) {
                (*last, *sum) = (W::of(bytes), W::of(bytes));
            }
            chains.push(chain);
        }
        chains
    }

    /// The state behind the block that holds the key.
    fn keyed(&self, key: &[u8], pad: u8) -> Zeroizing<[W; S]> {
        let mut padded = Zeroizing::new([pad; 16 * 8]);
        for (into, byte) in padded.iter_mut().zip(key) {
            *into ^= byte;
        }
        let mut block = Zeroizing::new([[W::default()]; 16]);
        for ([word], bytes) in block.iter_mut().zip(padded.chunks_exact(W::BYTES)) {
            *word = W::of(bytes);
        }
        let mut state = Zeroizing::new(self.initial.map(|word| [word]));
        (self.compress)(&mut state, &block);
        Zeroizing::new(state.map(|[word]| word))
    }
}
