//! Kernels that verify several hashes side by side in one thread.
//!
//! A chain of dependent steps waits most of its time, for the cache or for its own last instruction: independent chains
//! wait together, or lie side by side in vectors. Functions of N states alone, which give way between rounds (`portions`),
//! each tested lane by lane against a single implementation; safe Rust but for what `processor`, `sha_ni`, `sha_ni_chain`
//! and `romix` call.
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
pub mod portions;
pub mod processor;
#[cfg(target_arch = "x86_64")]
pub mod romix;
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
use chained::Round;
use pbkdf2::Prf;
use processor::processor;
use zeroize::Zeroizing;

/// Longest password whose rounds run beside others': they would wait for all blocks of a longer one.
pub const LONGEST_PASSWORD: usize = 64;

/// A function over lanes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kernel {
    /// EksBlowfish.
    Bcrypt,
    /// A chain of such rounds.
    Chain(Round),
    /// PBKDF2 with the HMAC of this digest.
    Pbkdf2(Prf),
}

impl Kernel {
    /// The most lanes of one run that are worth it here: more would keep the first waiting for little.
    #[must_use]
    pub fn widest(self) -> usize {
        match self {
            Self::Bcrypt => bcrypt::widest(processor()),
            Self::Chain(round) => chained::widest(round.digest(), processor()),
            Self::Pbkdf2(prf) => prf.widest(processor()),
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
            Kernel::Bcrypt | Kernel::Chain(_) => 1,
            Kernel::Pbkdf2(_) => pbkdf2::blocks(self.rounds),
        };
        (self.kernel.widest() / places.max(1)).max(1)
    }
}

/// One hash's work in a kernel.
pub enum Lane {
    /// bcrypt of this input at this cost.
    Bcrypt(bcrypt::Input, u32),
    /// A chain of such rounds over this input.
    Chain(Round, Input),
    /// PBKDF2 of this input.
    Pbkdf2(pbkdf2::Input),
}

impl Lane {
    /// What it can run beside.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Bcrypt(_, cost) => Kind { kernel: Kernel::Bcrypt, rounds: 1 << cost },
            Self::Chain(round, input) => Kind { kernel: Kernel::Chain(*round), rounds: input.rounds },
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
        Lane::Chain(round, _) => {
            let inputs = alike.filter_map(|lane| if let Lane::Chain(_, input) = lane { Some(input) } else { None });
            chained::run(round.digest(), processor(), &inputs.collect::<Vec<_>>())
        }
    }
    .into_iter();
    let output = |lane: &Lane| (lane.kind() == kind).then(|| outputs.next()).flatten().unwrap_or_default();
    lanes.iter().map(output).collect()
}
