//! Chains of PBKDF2 on what a processor of x86 does them best with: its own instructions, vectors, or neither.
//!
//! # Why these widths
//! Measured on an AMD EPYC 9004 (`benches/lanes.rs`): as many chains side by side as take at most about one and a half
//! times what one takes alone; SHA-512, which gains most, may take 1.7 times. Wider vectors of SHA-1 yield more than the
//! processor's own instructions, but each of their batches takes three to five times as long as one chain.
#![expect(clippy::indexing_slicing, reason = "a lane is within N, a word within the state or the block")]
use super::{
    portions::Portions,
    processor::{Processor, Vectors, for_each_vectors, within},
    sha1, sha2,
    stretch::{Chain, Stretch},
};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// N chains, one word of all of them beside the other.
#[derive(Zeroize, ZeroizeOnDrop)]
struct Lanes<W: Zeroize, const S: usize, const N: usize> {
    inner: [[W; N]; S],
    outer: [[W; N]; S],
    last: [[W; N]; S],
    sum: [[W; N]; S],
}

impl<W: Zeroize + Copy + Default, const S: usize, const N: usize> Lanes<W, S, N> {
    /// Lanes without a chain compute with zeros.
    fn of(chains: &[&mut Chain<W, S>]) -> Self {
        let zeros = [[W::default(); N]; S];
        let mut lanes = Self { inner: zeros, outer: zeros, last: zeros, sum: zeros };
        for (lane, chain) in chains.iter().enumerate().take(N) {
            for word in 0..S {
                lanes.inner[word][lane] = chain.inner[word];
                lanes.outer[word][lane] = chain.outer[word];
                lanes.last[word][lane] = chain.last[word];
                lanes.sum[word][lane] = chain.sum[word];
            }
        }
        lanes
    }

    fn give_back(&self, chains: &mut [&mut Chain<W, S>]) {
        for (lane, chain) in chains.iter_mut().enumerate().take(N) {
            for word in 0..S {
                chain.sum[word] = self.sum[word][lane];
            }
        }
    }
}

/// The rounds over lanes of one digest, of so many words that are so wide.
macro_rules! rounds_over_lanes {
    ($name:ident = $digest:ident: $words:literal of $word:ident, $bits:literal bits) => {
        #[inline(always)]
        fn $name<const N: usize>(lanes: &mut Lanes<$word, $words, N>, rounds: u32) {
            // A digest behind a block of key: what pads it is always the same.
            let mut block = [[0; N]; 16];
            block[$words] = [1 << ($word::BITS - 1); N];
            block[15] = [(16 + $words) * $bits; N];
            for portion in Portions::of(rounds.into()) {
                for _ in 0..portion {
                    for before in [&lanes.inner, &lanes.outer] {
                        block[..$words].copy_from_slice(&lanes.last);
                        lanes.last = *before;
                        $digest::compress(&mut lanes.last, &block);
                    }
                    for (sum, last) in lanes.sum.iter_mut().zip(&lanes.last) {
                        for lane in 0..N {
                            sum[lane] ^= last[lane];
                        }
                    }
                }
            }
            block.zeroize();
        }
    };
}
rounds_over_lanes!(rounds_of_sha1 = sha1: 5 of u32, 32 bits);
rounds_over_lanes!(rounds_of_sha256 = sha2: 8 of u32, 32 bits);
rounds_over_lanes!(rounds_of_sha512 = sha2: 8 of u64, 64 bits);

for_each_vectors! { fn one_of_sha1(at most processor; lanes: &mut Lanes<u32, 5, 1>, rounds: u32) -> () = rounds_of_sha1::<1> }
for_each_vectors! { fn four_of_sha1(at most processor; lanes: &mut Lanes<u32, 5, 4>, rounds: u32) -> () = rounds_of_sha1::<4> }
for_each_vectors! { fn eight_of_sha1(at most processor; lanes: &mut Lanes<u32, 5, 8>, rounds: u32) -> () = rounds_of_sha1::<8> }
for_each_vectors! { fn one_of_sha256(at most processor; lanes: &mut Lanes<u32, 8, 1>, rounds: u32) -> () = rounds_of_sha256::<1> }
for_each_vectors! { fn eight_of_sha256(at most processor; lanes: &mut Lanes<u32, 8, 8>, rounds: u32) -> () = rounds_of_sha256::<8> }
for_each_vectors! { fn one_of_sha512(at most processor; lanes: &mut Lanes<u64, 8, 1>, rounds: u32) -> () = rounds_of_sha512::<1> }
for_each_vectors! { fn four_of_sha512(at most processor; lanes: &mut Lanes<u64, 8, 4>, rounds: u32) -> () = rounds_of_sha512::<4> }
for_each_vectors! { fn eight_of_sha512(at most processor; lanes: &mut Lanes<u64, 8, 8>, rounds: u32) -> () = rounds_of_sha512::<8> }

/// Runs chains by the kernel of so many lanes.
macro_rules! by_lanes {
    ($kernel:ident($processor:ident, $chains:expr, $rounds:ident)) => {{
        let chains = $chains;
        let mut lanes = Lanes::of(chains);
        $kernel($processor, &mut lanes, $rounds);
        lanes.give_back(chains);
    }};
}

/// Runs chains by the processor's own instructions, four or fewer at a time, none much fewer than the others.
macro_rules! by_instructions {
    ($kernel:ident($processor:ident, $chains:ident, $rounds:ident)) => {
        if within($processor).sha {
            let groups = $chains.len().div_ceil(4).max(1);
            for group in $chains.chunks_mut($chains.len().div_ceil(groups).max(1)) {
                if let Ok(four) = <&mut [_; 4]>::try_from(&mut *group) {
                    super::sha_ni::$kernel($processor, four, $rounds);
                } else if let Ok(three) = <&mut [_; 3]>::try_from(&mut *group) {
                    super::sha_ni::$kernel($processor, three, $rounds);
                } else if let Ok(two) = <&mut [_; 2]>::try_from(&mut *group) {
                    super::sha_ni::$kernel($processor, two, $rounds);
                } else if let Ok(one) = <&mut [_; 1]>::try_from(&mut *group) {
                    super::sha_ni::$kernel($processor, one, $rounds);
                }
            }
            return;
        }
    };
}

impl Stretch for Chain<u32, 5> {
    fn widest(processor: Processor) -> usize {
        match within(processor) {
            Processor { sha: true, .. } => 3,
            Processor { vectors: Vectors::Portable, .. } => 4,
            _ => 8,
        }
    }

    fn stretch(processor: Processor, chains: &mut [&mut Self], rounds: u32) {
        by_instructions!(stretch_sha1(processor, chains, rounds));
        for group in chains.chunks_mut(8) {
            match (group.len(), within(processor).vectors) {
                (1, _) => by_lanes!(one_of_sha1(processor, group, rounds)),
                (_, Vectors::Portable) => {
                    for group in group.chunks_mut(4) {
                        by_lanes!(four_of_sha1(processor, group, rounds));
                    }
                }
                _ => by_lanes!(eight_of_sha1(processor, group, rounds)),
            }
        }
    }
}

impl Stretch for Chain<u32, 8> {
    fn widest(processor: Processor) -> usize {
        match within(processor) {
            Processor { sha: true, .. } => 3,
            Processor { vectors: Vectors::Portable, .. } => 1,
            _ => 8,
        }
    }

    fn stretch(processor: Processor, chains: &mut [&mut Self], rounds: u32) {
        by_instructions!(stretch_sha256(processor, chains, rounds));
        let together = if within(processor).vectors == Vectors::Portable { 1 } else { 8 };
        for group in chains.chunks_mut(together) {
            match group.len() {
                1 => by_lanes!(one_of_sha256(processor, group, rounds)),
                _ => by_lanes!(eight_of_sha256(processor, group, rounds)),
            }
        }
    }
}

impl Stretch for Chain<u64, 8> {
    fn widest(processor: Processor) -> usize {
        match within(processor).vectors {
            Vectors::Portable => 1,
            Vectors::Avx2 => 4,
            Vectors::Avx512 => 8,
        }
    }

    fn stretch(processor: Processor, chains: &mut [&mut Self], rounds: u32) {
        for group in chains.chunks_mut(Self::widest(processor)) {
            match group.len() {
                1 => by_lanes!(one_of_sha512(processor, group, rounds)),
                2..=4 => by_lanes!(four_of_sha512(processor, group, rounds)),
                _ => by_lanes!(eight_of_sha512(processor, group, rounds)),
            }
        }
    }
}
