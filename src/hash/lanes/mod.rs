//! Kernels that verify several hashes side by side in one thread.
//!
//! A chain of dependent table look-ups waits for the cache most of its time: independent chains wait together. Pure
//! functions over N states, safe Rust; each is tested lane by lane against a single implementation.
pub mod bcrypt;
mod pi;
pub mod processor;
pub mod sha256;
pub mod sha512;

use zeroize::Zeroizing;

/// A function over lanes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kernel {
    /// EksBlowfish.
    Bcrypt,
}

impl Kernel {
    /// The most lanes of one run that are worth it here: more would keep the first waiting for little.
    #[must_use]
    pub fn widest(self) -> usize {
        match self {
            // Four chains take little longer than one.
            Self::Bcrypt => 4,
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
}

impl Lane {
    /// What it can run beside.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Bcrypt(_, cost) => Kind { kernel: Kernel::Bcrypt, rounds: 1 << cost },
        }
    }
}

/// The outputs of lanes of one kind, in their order; a lane of another kind than the first gives an empty one.
#[must_use]
pub fn run(lanes: &[Lane]) -> Vec<Zeroizing<Vec<u8>>> {
    match lanes.first() {
        None => Vec::new(),
        Some(Lane::Bcrypt(_, cost)) => {
            let inputs: Vec<&bcrypt::Input> = lanes.iter().map(|Lane::Bcrypt(input, _)| input).collect();
            bcrypt::run(&inputs, *cost)
        }
    }
}
