//! The rounds of PBKDF2 behind the first, over chains of equally many.
//!
//! Here is what a chain is; how many run at once, and on what, is `side_by_side`'s.
use super::processor::Processor;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// One block of output: the states of the keyed digest, and what the rounds so far gave.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub(super) struct Chain<W: Zeroize, const S: usize> {
    /// Behind the inner key.
    pub inner: [W; S],
    /// Behind the outer key.
    pub outer: [W; S],
    /// The last round's output; only the first is kept here.
    pub last: [W; S],
    /// All rounds' outputs, exclusive or.
    pub sum: [W; S],
}

/// A digest whose rounds can run over several chains at once.
pub(super) trait Stretch: Sized {
    /// How many chains are worth it side by side.
    fn widest(processor: Processor) -> usize;
    /// So many further rounds of any number of chains.
    fn stretch(processor: Processor, chains: &mut [&mut Self], rounds: u32);
}
