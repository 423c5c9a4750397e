//! Kernels that verify several hashes side by side in one thread.
//!
//! A chain of dependent table look-ups waits for the cache most of its time: independent chains wait together. Pure
//! functions over N states, safe Rust; each is tested lane by lane against a single implementation.
pub mod bcrypt;
pub mod chain;
pub mod chained;
mod compression;
pub mod crypt_rounds;
mod md5;
mod pi;
pub mod processor;
pub mod sha256;
mod sha256_chain;
pub mod sha512;

use chain::Input;
use chained::Digest;
use processor::processor;
use zeroize::Zeroizing;

/// Longest password whose rounds run beside others': they would wait for all blocks of a longer one.
pub const LONGEST_PASSWORD: usize = 64;

/// A function over lanes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kernel {
    /// EksBlowfish.
    Bcrypt,
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

impl Kernel {
    /// The most lanes of one run that are worth it here: more would keep the first waiting for little.
    #[must_use]
    pub fn widest(self) -> usize {
        match self {
            // Four chains take little longer than one.
            Self::Bcrypt => 4,
            Self::Md5Crypt | Self::PhpassMd5 => chained::widest(Digest::Md5, processor()),
            Self::Sha256Crypt => chained::widest(Digest::Sha256, processor()),
            Self::PhpassSha512 | Self::Sha512Crypt => chained::widest(Digest::Sha512, processor()),
        }
    }
}

/// Which lanes can run side by side: those of one kernel that are equally long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Kind {
    /// The kernel.
    pub kernel: Kernel,
    /// How long, in its own unit.
    pub rounds: u64,
}

/// One hash's work in a kernel.
pub enum Lane {
    /// bcrypt of this input at this cost.
    Bcrypt(bcrypt::Input, u32),
    /// The rounds of MD5 crypt.
    Md5Crypt(Input),
    /// The rounds of phpass over MD5.
    PhpassMd5(Input),
    /// The rounds of phpass over SHA-512.
    PhpassSha512(Input),
    /// The rounds of sha256-crypt.
    Sha256Crypt(Input),
    /// The rounds of sha512-crypt.
    Sha512Crypt(Input),
}

impl Lane {
    /// What it can run beside.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Bcrypt(_, cost) => Kind { kernel: Kernel::Bcrypt, rounds: 1 << cost },
            Self::Md5Crypt(input) => Kind { kernel: Kernel::Md5Crypt, rounds: input.rounds },
            Self::PhpassMd5(input) => Kind { kernel: Kernel::PhpassMd5, rounds: input.rounds },
            Self::PhpassSha512(input) => Kind { kernel: Kernel::PhpassSha512, rounds: input.rounds },
            Self::Sha256Crypt(input) => Kind { kernel: Kernel::Sha256Crypt, rounds: input.rounds },
            Self::Sha512Crypt(input) => Kind { kernel: Kernel::Sha512Crypt, rounds: input.rounds },
        }
    }
}

/// The outputs of lanes of one kind, in their order; a lane of another kind than the first gives an empty one.
#[must_use]
pub fn run(lanes: &[Lane]) -> Vec<Zeroizing<Vec<u8>>> {
    let Some(first) = lanes.first() else { return Vec::new() };
    let mut of_bcrypt = Vec::new();
    let mut of_chains = Vec::new();
    for lane in lanes.iter().filter(|lane| lane.kind() == first.kind()) {
        match lane {
            Lane::Bcrypt(input, _) => of_bcrypt.push(input),
            Lane::Md5Crypt(input) | Lane::PhpassMd5(input) => of_chains.push(input),
            Lane::Sha256Crypt(input) => of_chains.push(input),
            Lane::PhpassSha512(input) | Lane::Sha512Crypt(input) => of_chains.push(input),
        }
    }
    let chains = |digest| chained::run(digest, processor(), &of_chains);
    let outputs = match first {
        Lane::Bcrypt(_, cost) => bcrypt::run(&of_bcrypt, *cost),
        Lane::Md5Crypt(_) | Lane::PhpassMd5(_) => chains(Digest::Md5),
        Lane::Sha256Crypt(_) => chains(Digest::Sha256),
        Lane::PhpassSha512(_) | Lane::Sha512Crypt(_) => chains(Digest::Sha512),
    };
    let mut outputs = outputs.into_iter();
    let output = |lane: &Lane| (lane.kind() == first.kind()).then(|| outputs.next()).flatten().unwrap_or_default();
    lanes.iter().map(output).collect()
}
