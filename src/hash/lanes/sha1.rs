//! The compression of SHA-1 (FIPS 180-4) over N states at once, one word of all lanes beside the other.
//!
//! # Why the lanes are the outer loop
//! Its body is straight, so the compiler makes vectors of it wherever a caller is compiled for them (`processor`): one
//! loop for each step defeats it.
#![expect(clippy::indexing_slicing, reason = "a lane is within N, a word within 16")]
#![expect(clippy::inline_always, reason = "what is not part of its caller is not compiled for the caller's vectors")]
#![expect(clippy::many_single_char_names, reason = "a to e are the standard's own names")]

/// The state before the first block.
pub const INITIAL: [u32; 5] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];

/// Takes one block into each state; words are in the order of the standard, big endian already decoded.
#[inline(always)]
pub fn compress<const N: usize>(state: &mut [[u32; N]; 5], block: &[[u32; N]; 16]) {
    for lane in 0..N {
        let mut w: [u32; 16] = [0; 16];
        let mut a = state[0][lane];
        let mut b = state[1][lane];
        let mut c = state[2][lane];
        let mut d = state[3][lane];
        let mut e = state[4][lane];
        macro_rules! word {
            (first $at:expr) => {
                w[$at] = block[$at][lane];
            };
            (again $at:expr) => {
                w[$at] = (w[($at + 13) % 16] ^ w[($at + 8) % 16] ^ w[($at + 2) % 16] ^ w[$at]).rotate_left(1);
            };
        }
        macro_rules! round {
            ($kind:ident $f:ident $k:literal, $a:ident $b:ident $c:ident $d:ident $e:ident, $at:expr) => {
                word!($kind $at);
                let sum = $a.rotate_left(5).wrapping_add($e).wrapping_add(w[$at]).wrapping_add($k);
                $e = sum.wrapping_add($f($b, $c, $d));
                $b = $b.rotate_left(30);
            };
        }
        macro_rules! five {
            ($kind:ident $f:ident $k:literal, $i:literal $j:literal $l:literal $m:literal $n:literal) => {
                round!($kind $f $k, a b c d e, $i);
                round!($kind $f $k, e a b c d, $j);
                round!($kind $f $k, d e a b c, $l);
                round!($kind $f $k, c d e a b, $m);
                round!($kind $f $k, b c d e a, $n);
            };
        }
        five!(first choice 0x5a82_7999, 0 1 2 3 4);
        five!(first choice 0x5a82_7999, 5 6 7 8 9);
        five!(first choice 0x5a82_7999, 10 11 12 13 14);
        round!(first choice 0x5a82_7999, a b c d e, 15);
        round!(again choice 0x5a82_7999, e a b c d, 0);
        round!(again choice 0x5a82_7999, d e a b c, 1);
        round!(again choice 0x5a82_7999, c d e a b, 2);
        round!(again choice 0x5a82_7999, b c d e a, 3);
        five!(again parity 0x6ed9_eba1, 4 5 6 7 8);
        five!(again parity 0x6ed9_eba1, 9 10 11 12 13);
        five!(again parity 0x6ed9_eba1, 14 15 0 1 2);
        five!(again parity 0x6ed9_eba1, 3 4 5 6 7);
        five!(again majority 0x8f1b_bcdc, 8 9 10 11 12);
        five!(again majority 0x8f1b_bcdc, 13 14 15 0 1);
        five!(again majority 0x8f1b_bcdc, 2 3 4 5 6);
        five!(again majority 0x8f1b_bcdc, 7 8 9 10 11);
        five!(again parity 0xca62_c1d6, 12 13 14 15 0);
        five!(again parity 0xca62_c1d6, 1 2 3 4 5);
        five!(again parity 0xca62_c1d6, 6 7 8 9 10);
        five!(again parity 0xca62_c1d6, 11 12 13 14 15);
        state[0][lane] = state[0][lane].wrapping_add(a);
        state[1][lane] = state[1][lane].wrapping_add(b);
        state[2][lane] = state[2][lane].wrapping_add(c);
        state[3][lane] = state[3][lane].wrapping_add(d);
        state[4][lane] = state[4][lane].wrapping_add(e);
    }
}

#[inline(always)]
fn choice(x: u32, y: u32, z: u32) -> u32 {
    z ^ (x & (y ^ z))
}

#[inline(always)]
fn parity(x: u32, y: u32, z: u32) -> u32 {
    x ^ y ^ z
}

#[inline(always)]
fn majority(x: u32, y: u32, z: u32) -> u32 {
    (x & y) | (z & (x | y))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn held_against_the_crate<const N: usize>(states: &[[u32; 5]], blocks: &[[u8; 64]]) {
        let mut state: [[u32; N]; 5] = std::array::from_fn(|word| std::array::from_fn(|lane| states[lane][word]));
        let word = |lane: usize, at: usize| u32::from_be_bytes(std::array::from_fn(|byte| blocks[lane][at * 4 + byte]));
        compress(&mut state, &std::array::from_fn(|at| std::array::from_fn(|lane| word(lane, at))));
        for lane in 0..N {
            let mut expected = states[lane];
            sha1::block_api::compress(&mut expected, &[blocks[lane]]);
            assert_eq!(std::array::from_fn(|word| state[word][lane]), expected, "lane {lane} of {N}");
        }
    }

    proptest! {
        /// Each lane gives what the sha1 crate gives for it alone.
        #[test]
        fn every_lane_is_the_single_implementation(
            states in proptest::collection::vec(proptest::array::uniform5(any::<u32>()), 16),
            blocks in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 64), 16),
        ) {
            let blocks: Vec<[u8; 64]> = blocks.iter().map(|block| std::array::from_fn(|at| block[at])).collect();
            held_against_the_crate::<1>(&states, &blocks);
            held_against_the_crate::<3>(&states, &blocks);
            held_against_the_crate::<8>(&states, &blocks);
            held_against_the_crate::<16>(&states, &blocks);
        }
    }
}
