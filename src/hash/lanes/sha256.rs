//! The compression of SHA-256 (FIPS 180-4) over N states at once, one word of all lanes beside the other.
//!
//! # Why the lanes are the outer loop
//! Its body is straight, so the compiler makes vectors of it wherever a caller is compiled for them (`processor`): one
//! loop for each step defeats it.
#![expect(clippy::indexing_slicing, reason = "a lane is within N, a round within 64, a word within 16")]
#![expect(clippy::inline_always, reason = "what is not part of its caller is not compiled for the caller's vectors")]
#![expect(clippy::many_single_char_names, reason = "a to h are the standard's own names")]

/// The state before the first block.
pub const INITIAL: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// The constants of the rounds.
pub(super) const K: [u32; 64] = [
    0x428a_2f98,
    0x7137_4491,
    0xb5c0_fbcf,
    0xe9b5_dba5,
    0x3956_c25b,
    0x59f1_11f1,
    0x923f_82a4,
    0xab1c_5ed5,
    0xd807_aa98,
    0x1283_5b01,
    0x2431_85be,
    0x550c_7dc3,
    0x72be_5d74,
    0x80de_b1fe,
    0x9bdc_06a7,
    0xc19b_f174,
    0xe49b_69c1,
    0xefbe_4786,
    0x0fc1_9dc6,
    0x240c_a1cc,
    0x2de9_2c6f,
    0x4a74_84aa,
    0x5cb0_a9dc,
    0x76f9_88da,
    0x983e_5152,
    0xa831_c66d,
    0xb003_27c8,
    0xbf59_7fc7,
    0xc6e0_0bf3,
    0xd5a7_9147,
    0x06ca_6351,
    0x1429_2967,
    0x27b7_0a85,
    0x2e1b_2138,
    0x4d2c_6dfc,
    0x5338_0d13,
    0x650a_7354,
    0x766a_0abb,
    0x81c2_c92e,
    0x9272_2c85,
    0xa2bf_e8a1,
    0xa81a_664b,
    0xc24b_8b70,
    0xc76c_51a3,
    0xd192_e819,
    0xd699_0624,
    0xf40e_3585,
    0x106a_a070,
    0x19a4_c116,
    0x1e37_6c08,
    0x2748_774c,
    0x34b0_bcb5,
    0x391c_0cb3,
    0x4ed8_aa4a,
    0x5b9c_ca4f,
    0x682e_6ff3,
    0x748f_82ee,
    0x78a5_636f,
    0x84c8_7814,
    0x8cc7_0208,
    0x90be_fffa,
    0xa450_6ceb,
    0xbef9_a3f7,
    0xc671_78f2,
];

/// Takes one block into each state; words are in the order of the standard, big endian already decoded.
#[inline(always)]
pub fn compress<const N: usize>(state: &mut [[u32; N]; 8], block: &[[u32; N]; 16]) {
    for lane in 0..N {
        let mut w: [u32; 16] = [0; 16];
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
                let sum = $h.wrapping_add(big1($e)).wrapping_add(choice).wrapping_add(K[$k]).wrapping_add(w[$at]);
                $d = $d.wrapping_add(sum);
                let majority = ($a & $b) | ($c & ($a | $b));
                $h = sum.wrapping_add(big0($a)).wrapping_add(majority);
            };
        }
        macro_rules! word {
            (first $at:literal) => {
                w[$at] = block[$at][lane];
            };
            (again $at:literal) => {
                w[$at] = w[$at]
                    .wrapping_add(small0(w[($at + 1) % 16]))
                    .wrapping_add(w[($at + 9) % 16])
                    .wrapping_add(small1(w[($at + 14) % 16]));
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
        state[0][lane] = state[0][lane].wrapping_add(a);
        state[1][lane] = state[1][lane].wrapping_add(b);
        state[2][lane] = state[2][lane].wrapping_add(c);
        state[3][lane] = state[3][lane].wrapping_add(d);
        state[4][lane] = state[4][lane].wrapping_add(e);
        state[5][lane] = state[5][lane].wrapping_add(f);
        state[6][lane] = state[6][lane].wrapping_add(g);
        state[7][lane] = state[7][lane].wrapping_add(h);
    }
}

#[inline(always)]
fn big0(x: u32) -> u32 {
    x.rotate_right(2) ^ x.rotate_right(13) ^ x.rotate_right(22)
}

#[inline(always)]
fn big1(x: u32) -> u32 {
    x.rotate_right(6) ^ x.rotate_right(11) ^ x.rotate_right(25)
}

#[inline(always)]
fn small0(x: u32) -> u32 {
    x.rotate_right(7) ^ x.rotate_right(18) ^ (x >> 3)
}

#[inline(always)]
fn small1(x: u32) -> u32 {
    x.rotate_right(17) ^ x.rotate_right(19) ^ (x >> 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn held_against_the_crate<const N: usize>(states: &[[u32; 8]], blocks: &[[u8; 64]]) {
        let mut state: [[u32; N]; 8] = std::array::from_fn(|word| std::array::from_fn(|lane| states[lane][word]));
        let word = |lane: usize, at: usize| u32::from_be_bytes(std::array::from_fn(|byte| blocks[lane][at * 4 + byte]));
        compress(&mut state, &std::array::from_fn(|at| std::array::from_fn(|lane| word(lane, at))));
        for lane in 0..N {
            let mut expected = states[lane];
            sha2::block_api::compress256(&mut expected, &[blocks[lane]]);
            assert_eq!(std::array::from_fn(|word| state[word][lane]), expected, "lane {lane} of {N}");
        }
    }

    proptest! {
        /// Each lane gives what the sha2 crate gives for it alone.
        #[test]
        fn every_lane_is_the_single_implementation(
            states in proptest::collection::vec(proptest::array::uniform8(any::<u32>()), 16),
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
