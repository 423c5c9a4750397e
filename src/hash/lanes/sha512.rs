//! The compression of SHA-512 (FIPS 180-4) over N states at once, one word of all lanes beside the other.
//!
//! # Why the lanes are the outer loop
//! Its body is straight, so the compiler makes vectors of it wherever a caller is compiled for them (`processor`): one
//! loop for each step defeats it.
#![expect(clippy::indexing_slicing, reason = "a lane is within N, a round within 80, a word within 16")]
#![expect(clippy::inline_always, reason = "what is not part of its caller is not compiled for the caller's vectors")]
#![expect(clippy::many_single_char_names, reason = "a to h are the standard's own names")]

/// The state before the first block.
pub const INITIAL: [u64; 8] = [
    0x6a09_e667_f3bc_c908,
    0xbb67_ae85_84ca_a73b,
    0x3c6e_f372_fe94_f82b,
    0xa54f_f53a_5f1d_36f1,
    0x510e_527f_ade6_82d1,
    0x9b05_688c_2b3e_6c1f,
    0x1f83_d9ab_fb41_bd6b,
    0x5be0_cd19_137e_2179,
];

/// The constants of the rounds.
pub(super) const K: [u64; 80] = [
    0x428a_2f98_d728_ae22,
    0x7137_4491_23ef_65cd,
    0xb5c0_fbcf_ec4d_3b2f,
    0xe9b5_dba5_8189_dbbc,
    0x3956_c25b_f348_b538,
    0x59f1_11f1_b605_d019,
    0x923f_82a4_af19_4f9b,
    0xab1c_5ed5_da6d_8118,
    0xd807_aa98_a303_0242,
    0x1283_5b01_4570_6fbe,
    0x2431_85be_4ee4_b28c,
    0x550c_7dc3_d5ff_b4e2,
    0x72be_5d74_f27b_896f,
    0x80de_b1fe_3b16_96b1,
    0x9bdc_06a7_25c7_1235,
    0xc19b_f174_cf69_2694,
    0xe49b_69c1_9ef1_4ad2,
    0xefbe_4786_384f_25e3,
    0x0fc1_9dc6_8b8c_d5b5,
    0x240c_a1cc_77ac_9c65,
    0x2de9_2c6f_592b_0275,
    0x4a74_84aa_6ea6_e483,
    0x5cb0_a9dc_bd41_fbd4,
    0x76f9_88da_8311_53b5,
    0x983e_5152_ee66_dfab,
    0xa831_c66d_2db4_3210,
    0xb003_27c8_98fb_213f,
    0xbf59_7fc7_beef_0ee4,
    0xc6e0_0bf3_3da8_8fc2,
    0xd5a7_9147_930a_a725,
    0x06ca_6351_e003_826f,
    0x1429_2967_0a0e_6e70,
    0x27b7_0a85_46d2_2ffc,
    0x2e1b_2138_5c26_c926,
    0x4d2c_6dfc_5ac4_2aed,
    0x5338_0d13_9d95_b3df,
    0x650a_7354_8baf_63de,
    0x766a_0abb_3c77_b2a8,
    0x81c2_c92e_47ed_aee6,
    0x9272_2c85_1482_353b,
    0xa2bf_e8a1_4cf1_0364,
    0xa81a_664b_bc42_3001,
    0xc24b_8b70_d0f8_9791,
    0xc76c_51a3_0654_be30,
    0xd192_e819_d6ef_5218,
    0xd699_0624_5565_a910,
    0xf40e_3585_5771_202a,
    0x106a_a070_32bb_d1b8,
    0x19a4_c116_b8d2_d0c8,
    0x1e37_6c08_5141_ab53,
    0x2748_774c_df8e_eb99,
    0x34b0_bcb5_e19b_48a8,
    0x391c_0cb3_c5c9_5a63,
    0x4ed8_aa4a_e341_8acb,
    0x5b9c_ca4f_7763_e373,
    0x682e_6ff3_d6b2_b8a3,
    0x748f_82ee_5def_b2fc,
    0x78a5_636f_4317_2f60,
    0x84c8_7814_a1f0_ab72,
    0x8cc7_0208_1a64_39ec,
    0x90be_fffa_2363_1e28,
    0xa450_6ceb_de82_bde9,
    0xbef9_a3f7_b2c6_7915,
    0xc671_78f2_e372_532b,
    0xca27_3ece_ea26_619c,
    0xd186_b8c7_21c0_c207,
    0xeada_7dd6_cde0_eb1e,
    0xf57d_4f7f_ee6e_d178,
    0x06f0_67aa_7217_6fba,
    0x0a63_7dc5_a2c8_98a6,
    0x113f_9804_bef9_0dae,
    0x1b71_0b35_131c_471b,
    0x28db_77f5_2304_7d84,
    0x32ca_ab7b_40c7_2493,
    0x3c9e_be0a_15c9_bebc,
    0x431d_67c4_9c10_0d4c,
    0x4cc5_d4be_cb3e_42b6,
    0x597f_299c_fc65_7e2a,
    0x5fcb_6fab_3ad6_faec,
    0x6c44_198c_4a47_5817,
];

/// Takes one block into each state; words are in the order of the standard, big endian already decoded.
#[inline(always)]
pub fn compress<const N: usize>(state: &mut [[u64; N]; 8], block: &[[u64; N]; 16]) {
    for lane in 0..N {
        let mut w: [u64; 16] = [0; 16];
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
        sixteen!(again 64);
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
fn big0(x: u64) -> u64 {
    x.rotate_right(28) ^ x.rotate_right(34) ^ x.rotate_right(39)
}

#[inline(always)]
fn big1(x: u64) -> u64 {
    x.rotate_right(14) ^ x.rotate_right(18) ^ x.rotate_right(41)
}

#[inline(always)]
fn small0(x: u64) -> u64 {
    x.rotate_right(1) ^ x.rotate_right(8) ^ (x >> 7)
}

#[inline(always)]
fn small1(x: u64) -> u64 {
    x.rotate_right(19) ^ x.rotate_right(61) ^ (x >> 6)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn held_against_the_crate<const N: usize>(states: &[[u64; 8]], blocks: &[[u8; 128]]) {
        let mut state: [[u64; N]; 8] = std::array::from_fn(|word| std::array::from_fn(|lane| states[lane][word]));
        let word = |lane: usize, at: usize| u64::from_be_bytes(std::array::from_fn(|byte| blocks[lane][at * 8 + byte]));
        compress(&mut state, &std::array::from_fn(|at| std::array::from_fn(|lane| word(lane, at))));
        for lane in 0..N {
            let mut expected = states[lane];
            sha2::block_api::compress512(&mut expected, &[blocks[lane]]);
            assert_eq!(std::array::from_fn(|word| state[word][lane]), expected, "lane {lane} of {N}");
        }
    }

    proptest! {
        /// Each lane gives what the sha2 crate gives for it alone.
        #[test]
        fn every_lane_is_the_single_implementation(
            states in proptest::collection::vec(proptest::array::uniform8(any::<u64>()), 16),
            blocks in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 128), 16),
        ) {
            let blocks: Vec<[u8; 128]> = blocks.iter().map(|block| std::array::from_fn(|at| block[at])).collect();
            held_against_the_crate::<1>(&states, &blocks);
            held_against_the_crate::<3>(&states, &blocks);
            held_against_the_crate::<8>(&states, &blocks);
            held_against_the_crate::<16>(&states, &blocks);
        }
    }
}
