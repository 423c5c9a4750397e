//! The compression of SHA-256 and SHA-512 (FIPS 180-4) over N states at once, one word of all lanes beside the other.
//!
//! # Why the lanes are the outer loop
//! Its body is straight, so the compiler makes vectors of it wherever a caller is compiled for them (`processor`): one
//! loop for each step defeats it.
#![expect(clippy::indexing_slicing, reason = "a lane is within N, a round within 64 or 80, a word within 16")]
#![expect(clippy::inline_always, reason = "what is not part of its caller is not compiled for the caller's vectors")]
#![expect(clippy::many_single_char_names, reason = "a to h are the standard's own names")]
use super::{compression::Word, sha256, sha512};

/// A word by which the two differ.
pub trait Sha2: Word + 'static {
    /// The constants of the rounds.
    const K: &'static [Self];
    /// By how many bits the terms of the standard's Σ0 and Σ1 are turned.
    const BIG: [[u32; 3]; 2];
    /// By how many those of its σ0 and σ1 are turned, and the last one moved.
    const SMALL: [[u32; 3]; 2];
}

impl Sha2 for u32 {
    const K: &'static [Self] = &sha256::K;
    const BIG: [[u32; 3]; 2] = [[2, 13, 22], [6, 11, 25]];
    const SMALL: [[u32; 3]; 2] = [[7, 18, 3], [17, 19, 10]];
}

impl Sha2 for u64 {
    const K: &'static [Self] = &sha512::K;
    const BIG: [[u32; 3]; 2] = [[28, 34, 39], [14, 18, 41]];
    const SMALL: [[u32; 3]; 2] = [[1, 8, 7], [19, 61, 6]];
}

/// Takes one block into each state; words are in the order of the standard, big endian already decoded.
#[inline(always)]
pub fn compress<W: Sha2, const N: usize>(state: &mut [[W; N]; 8], block: &[[W; N]; 16]) {
    for lane in 0..N {
        let mut w = [W::default(); 16];
        let mut a = state[0][lane];
        let mut b = state[1][lane];
        let mut c = state[2][lane];
        let mut d = state[3][lane];
        let mut e = state[4][lane];
        let mut f = state[5][lane];
        let mut g = state[6][lane];
        let mut h = state[7][lane];
        macro_rules! round {
            ($a:ident $b:ident $c:ident $d:ident $e:ident $f:ident $g:ident $h:ident, $k:expr, $at:literal) => {
                let choice = $g ^ ($e & ($f ^ $g));
                let sum = $h.plus(big($e, W::BIG[1])).plus(choice).plus(W::K[$k]).plus(w[$at]);
                $d = $d.plus(sum);
                let majority = ($a & $b) | ($c & ($a | $b));
                $h = sum.plus(big($a, W::BIG[0])).plus(majority);
            };
        }
        macro_rules! word {
            (first $at:literal) => {
                w[$at] = block[$at][lane];
            };
            (again $at:literal) => {
                w[$at] = w[$at]
                    .plus(small(w[($at + 1) % 16], W::SMALL[0]))
                    .plus(w[($at + 9) % 16])
                    .plus(small(w[($at + 14) % 16], W::SMALL[1]));
            };
        }
        macro_rules! eight {
            ($kind:ident $from:expr, $i:literal $j:literal $k:literal $l:literal $m:literal $n:literal $o:literal $p:literal) => {
                word!($kind $i);
                round!(a b c d e f g h, $from + $i, $i);
                word!($kind $j);
                round!(h a b c d e f g, $from + $j, $j);
                word!($kind $k);
                round!(g h a b c d e f, $from + $k, $k);
                word!($kind $l);
                round!(f g h a b c d e, $from + $l, $l);
                word!($kind $m);
                round!(e f g h a b c d, $from + $m, $m);
                word!($kind $n);
                round!(d e f g h a b c, $from + $n, $n);
                word!($kind $o);
                round!(c d e f g h a b, $from + $o, $o);
                word!($kind $p);
                round!(b c d e f g h a, $from + $p, $p);
            };
        }
        macro_rules! sixteen {
            ($kind:ident $from:expr) => {
                eight!($kind $from, 0 1 2 3 4 5 6 7);
                eight!($kind $from, 8 9 10 11 12 13 14 15);
            };
        }
        sixteen!(first 0);
        sixteen!(again 16);
        sixteen!(again 32);
        sixteen!(again 48);
        if W::K.len() > 64 {
            sixteen!(again 64);
        }
        state[0][lane] = state[0][lane].plus(a);
        state[1][lane] = state[1][lane].plus(b);
        state[2][lane] = state[2][lane].plus(c);
        state[3][lane] = state[3][lane].plus(d);
        state[4][lane] = state[4][lane].plus(e);
        state[5][lane] = state[5][lane].plus(f);
        state[6][lane] = state[6][lane].plus(g);
        state[7][lane] = state[7][lane].plus(h);
    }
}

#[inline(always)]
fn big<W: Word>(x: W, [i, j, k]: [u32; 3]) -> W {
    x.turned(i) ^ x.turned(j) ^ x.turned(k)
}

#[inline(always)]
fn small<W: Word>(x: W, [i, j, k]: [u32; 3]) -> W {
    x.turned(i) ^ x.turned(j) ^ x.lower(k)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::fmt::Debug;

    /// Each of N lanes gives what the sha2 crate gives for it alone.
    fn held_against_the_crate<W: Sha2 + Debug + PartialEq, const BYTES: usize, const N: usize>(
        states: &[[W; 8]],
        blocks: &[[u8; BYTES]],
        single: fn(&mut [W; 8], &[[u8; BYTES]]),
    ) {
        let mut state: [[W; N]; 8] = std::array::from_fn(|word| std::array::from_fn(|lane| states[lane][word]));
        let word = |lane: usize, at: usize| W::of(&blocks[lane][at * W::BYTES..(at + 1) * W::BYTES]);
        compress(&mut state, &std::array::from_fn(|at| std::array::from_fn(|lane| word(lane, at))));
        for lane in 0..N {
            let mut expected = states[lane];
            single(&mut expected, &[blocks[lane]]);
            assert_eq!(std::array::from_fn(|word| state[word][lane]), expected, "lane {lane} of {N}");
        }
    }

    macro_rules! every_lane_is_the_single_implementation {
        ($name:ident of $word:ty, $bytes:literal bytes: $single:path) => {
            proptest! {
                #[test]
                fn $name(
                    states in proptest::collection::vec(proptest::array::uniform8(any::<$word>()), 16),
                    blocks in proptest::collection::vec(proptest::collection::vec(any::<u8>(), $bytes), 16),
                ) {
                    let blocks: Vec<[u8; $bytes]> =
                        blocks.iter().map(|block| std::array::from_fn(|at| block[at])).collect();
                    held_against_the_crate::<$word, $bytes, 1>(&states, &blocks, $single);
                    held_against_the_crate::<$word, $bytes, 3>(&states, &blocks, $single);
                    held_against_the_crate::<$word, $bytes, 8>(&states, &blocks, $single);
                    held_against_the_crate::<$word, $bytes, 16>(&states, &blocks, $single);
                }
            }
        };
    }
    every_lane_is_the_single_implementation!(sha256 of u32, 64 bytes: ::sha2::block_api::compress256);
    every_lane_is_the_single_implementation!(sha512 of u64, 128 bytes: ::sha2::block_api::compress512);
}
