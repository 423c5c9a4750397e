//! Kernels that verify several hashes side by side in one thread.
//!
//! A chain of dependent steps waits most of its time, for the cache or for its own last instruction: independent chains
//! wait together, or lie side by side in vectors. Pure functions over N states, each tested lane by lane against a single
//! implementation; safe Rust but for what `processor`, `sha_ni` and `sha_ni_chain` call.
pub mod bcrypt;
#[cfg(target_arch = "x86_64")]
mod bcrypt_x86;
pub mod chain;
pub mod chained;
mod compression;
pub mod crypt_rounds;
mod md5;
#[cfg(not(target_arch = "x86_64"))]
mod one_by_one;
pub mod pbkdf2;
mod pi;
pub mod processor;
mod sha1;
mod sha2;
mod sha256;
mod sha256_chain;
mod sha512;
#[cfg(target_arch = "x86_64")]
mod sha_ni;
#[cfg(target_arch = "x86_64")]
mod sha_ni_chain;
#[cfg(target_arch = "x86_64")]
mod side_by_side;
mod stretch;

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
    /// PBKDF2-HMAC-SHA-1.
    Pbkdf2Sha1,
    /// PBKDF2-HMAC-SHA-256.
    Pbkdf2Sha256,
    /// PBKDF2-HMAC-SHA-512.
    Pbkdf2Sha512,
}

impl Kernel {
    /// The most lanes of one run that are worth it here: more would keep the first waiting for little.
    #[must_use]
    pub fn widest(self) -> usize {
        match self {
            Self::Bcrypt => bcrypt::widest(processor()),
            Self::Md5Crypt | Self::PhpassMd5 => chained::widest(Digest::Md5, processor()),
            Self::Sha256Crypt => chained::widest(Digest::Sha256, processor()),
            Self::PhpassSha512 | Self::Sha512Crypt => chained::widest(Digest::Sha512, processor()),
            Self::Pbkdf2Sha1 => pbkdf2::Prf::Sha1.widest(processor()),
            Self::Pbkdf2Sha256 => pbkdf2::Prf::Sha256.widest(processor()),
            Self::Pbkdf2Sha512 => pbkdf2::Prf::Sha512.widest(processor()),
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

impl Kind {
    /// The most lanes of one run that are worth it here; one that fills several places of the kernel leaves room for less.
    #[must_use]
    pub fn widest(self) -> usize {
        let places = match self.kernel {
            Kernel::Bcrypt | Kernel::Md5Crypt | Kernel::PhpassMd5 => 1,
            Kernel::PhpassSha512 | Kernel::Sha256Crypt | Kernel::Sha512Crypt => 1,
            Kernel::Pbkdf2Sha1 | Kernel::Pbkdf2Sha256 | Kernel::Pbkdf2Sha512 => pbkdf2::blocks(self.rounds),
        };
        (self.kernel.widest() / places.max(1)).max(1)
    }
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
    /// PBKDF2 of this input.
    Pbkdf2(pbkdf2::Input),
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
            Self::Pbkdf2(input) => input.kind(),
        }
    }
}

/// The outputs of lanes of one kind, in their order; a lane of another kind than the first gives an empty one.
#[must_use]
pub fn run(lanes: &[Lane]) -> Vec<Zeroizing<Vec<u8>>> {
    let Some(first) = lanes.first() else { return Vec::new() };
    let kind = first.kind();
    let alike = lanes.iter().filter(|lane| lane.kind() == kind);
    let mut outputs = match first {
        Lane::Bcrypt(_, cost) => {
            let inputs = alike.filter_map(|lane| if let Lane::Bcrypt(input, _) = lane { Some(input) } else { None });
            bcrypt::run(processor(), &inputs.collect::<Vec<_>>(), *cost)
        }
        Lane::Pbkdf2(_) => {
            let inputs = alike.filter_map(|lane| if let Lane::Pbkdf2(input) = lane { Some(input) } else { None });
            pbkdf2::run(&inputs.collect::<Vec<_>>())
        }
        Lane::Md5Crypt(_) | Lane::PhpassMd5(_) => chained::run(Digest::Md5, processor(), &chains(alike)),
        Lane::Sha256Crypt(_) => chained::run(Digest::Sha256, processor(), &chains(alike)),
        Lane::PhpassSha512(_) | Lane::Sha512Crypt(_) => chained::run(Digest::Sha512, processor(), &chains(alike)),
    }
    .into_iter();
    let output = |lane: &Lane| (lane.kind() == kind).then(|| outputs.next()).flatten().unwrap_or_default();
    lanes.iter().map(output).collect()
}

fn chains<'a>(lanes: impl Iterator<Item = &'a Lane>) -> Vec<&'a Input> {
    let input = |lane: &'a Lane| match lane {
        Lane::Md5Crypt(input) | Lane::PhpassMd5(input) | Lane::PhpassSha512(input) => Some(input),
        Lane::Sha256Crypt(input) | Lane::Sha512Crypt(input) => Some(input),
        Lane::Bcrypt(..) | Lane::Pbkdf2(_) => None,
    };
    lanes.filter_map(input).collect()
}
