//! SHA-1 and SHA-256 by the instructions that x86 has for them, N chains in turns.
//!
//! One chain waits for each of its instructions: others fill that time. A chain's state stays in the order that the
//! instructions want from the first round to the last.
//!
//! # Why there is unsafe code here
//! As in `processor`: two calls of what not every processor has, each behind the look whether this one has it.
#![expect(clippy::indexing_slicing, reason = "a chain is within N, a word within its block, a round within 64")]
#![expect(clippy::many_single_char_names, reason = "a to h are the standard's own names")]
use super::{
    portions::Portions,
    processor::{Processor, within},
    sha256::K,
    stretch::Chain,
};
use std::arch::x86_64::{
    __m128i, _mm_add_epi32, _mm_alignr_epi8, _mm_and_si128, _mm_extract_epi32, _mm_or_si128, _mm_set_epi32,
    _mm_sha1msg1_epu32, _mm_sha1msg2_epu32, _mm_sha1nexte_epu32, _mm_sha1rnds4_epu32, _mm_sha256msg1_epu32,
    _mm_sha256msg2_epu32, _mm_sha256rnds2_epu32, _mm_shuffle_epi32, _mm_unpackhi_epi64, _mm_unpacklo_epi64,
    _mm_xor_si128,
};

/// One state in two registers.
pub(super) type Pair = [__m128i; 2];

/// The further rounds of PBKDF2-HMAC-SHA-1; `false` where the processor has no such instructions.
pub(super) fn stretch_sha1<const N: usize>(
    processor: Processor,
    chains: &mut [&mut Chain<u32, 5>; N],
    rounds: u32,
) -> bool {
    let has = within(processor).sha;
    if has {
        #[expect(unsafe_code, reason = "this processor has the instructions: `within` looked")]
        unsafe {
            rounds_of_sha1(chains, rounds);
        }
    }
    has
}

/// The further rounds of PBKDF2-HMAC-SHA-256; `false` where the processor has no such instructions.
pub(super) fn stretch_sha256<const N: usize>(
    processor: Processor,
    chains: &mut [&mut Chain<u32, 8>; N],
    rounds: u32,
) -> bool {
    let has = within(processor).sha;
    if has {
        #[expect(unsafe_code, reason = "this processor has the instructions: `within` looked")]
        unsafe {
            rounds_of_sha256(chains, rounds);
        }
    }
    has
}

/// Four words, the first one in the lowest place.
#[target_feature(enable = "sha,ssse3,sse4.1")]
#[inline]
pub(super) fn register(words: [u32; 4]) -> __m128i {
    let [a, b, c, d] = words.map(u32::cast_signed);
    _mm_set_epi32(d, c, b, a)
}

#[target_feature(enable = "sha,ssse3,sse4.1")]
#[inline]
fn words(register: __m128i) -> [u32; 4] {
    let words = [
        _mm_extract_epi32::<0>(register),
        _mm_extract_epi32::<1>(register),
        _mm_extract_epi32::<2>(register),
        _mm_extract_epi32::<3>(register),
    ];
    words.map(i32::cast_unsigned)
}

#[target_feature(enable = "sha,ssse3,sse4.1")]
#[inline]
pub(super) fn load_sha256(state: &[u32; 8]) -> Pair {
    let [a, b, c, d, e, f, g, h] = *state;
    [register([f, e, b, a]), register([h, g, d, c])]
}

#[target_feature(enable = "sha,ssse3,sse4.1")]
#[inline]
pub(super) fn store_sha256([abef, cdgh]: Pair) -> [u32; 8] {
    let ([f, e, b, a], [h, g, d, c]) = (words(abef), words(cdgh));
    [a, b, c, d, e, f, g, h]
}

/// One block of each chain. `PBKDF2` keeps the callers' copies apart: what two call becomes part of neither, and the
/// registers go through memory.
#[target_feature(enable = "sha,ssse3,sse4.1")]
#[inline]
pub(super) fn sha256_of<const PBKDF2: bool, const N: usize>(
    before: &[Pair; N],
    mut blocks: [[__m128i; 4]; N],
) -> [Pair; N] {
    let mut states = *before;
    macro_rules! four_rounds {
        ($($at:literal)*) => {$(
            let constants = register([K[$at * 4], K[$at * 4 + 1], K[$at * 4 + 2], K[$at * 4 + 3]]);
            for (state, block) in states.iter_mut().zip(&mut blocks) {
                if $at >= 4 {
                    let next = _mm_alignr_epi8::<4>(block[($at + 3) % 4], block[($at + 2) % 4]);
                    let sum = _mm_add_epi32(_mm_sha256msg1_epu32(block[$at % 4], block[($at + 1) % 4]), next);
                    block[$at % 4] = _mm_sha256msg2_epu32(sum, block[($at + 3) % 4]);
                }
                let words = _mm_add_epi32(block[$at % 4], constants);
                let [abef, cdgh] = *state;
                let between = _mm_sha256rnds2_epu32(cdgh, abef, words);
                *state = [_mm_sha256rnds2_epu32(abef, between, _mm_shuffle_epi32::<0x0e>(words)), between];
            }
        )*};
    }
    four_rounds!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
    for (state, before) in states.iter_mut().zip(before) {
        *state = [_mm_add_epi32(state[0], before[0]), _mm_add_epi32(state[1], before[1])];
    }
    states
}

#[target_feature(enable = "sha,ssse3,sse4.1")]
fn rounds_of_sha256<const N: usize>(chains: &mut [&mut Chain<u32, 8>; N], rounds: u32) {
    let inner: [Pair; N] = std::array::from_fn(|chain| load_sha256(&chains[chain].inner));
    let outer: [Pair; N] = std::array::from_fn(|chain| load_sha256(&chains[chain].outer));
    let mut last: [Pair; N] = std::array::from_fn(|chain| load_sha256(&chains[chain].last));
    let mut sum: [Pair; N] = std::array::from_fn(|chain| load_sha256(&chains[chain].sum));
    // A digest behind a block of key: what pads it is always the same.
    let (end, none) = (register([1 << 31, 0, 0, 0]), register([0; 4]));
    let length = register([0, 0, 0, (64 + 32) * 8]);
    for portion in Portions::of(rounds.into()) {
        for _ in 0..portion {
            for before in [&inner, &outer] {
                let mut blocks = [[none, none, end, length]; N];
                for (block, [abef, cdgh]) in blocks.iter_mut().zip(last) {
                    block[0] = _mm_shuffle_epi32::<0xb1>(_mm_unpackhi_epi64(abef, cdgh));
                    block[1] = _mm_shuffle_epi32::<0xb1>(_mm_unpacklo_epi64(abef, cdgh));
                }
                last = sha256_of::<true, N>(before, blocks);
            }
            for (sum, last) in sum.iter_mut().zip(last) {
                *sum = [_mm_xor_si128(sum[0], last[0]), _mm_xor_si128(sum[1], last[1])];
            }
        }
    }
    for (chain, sum) in chains.iter_mut().zip(sum) {
        chain.sum = store_sha256(sum);
    }
}

/// The last word alone, in the highest place of the second register.
#[target_feature(enable = "sha,ssse3,sse4.1")]
#[inline]
fn load_sha1(state: &[u32; 5]) -> Pair {
    let [a, b, c, d, e] = *state;
    [register([d, c, b, a]), register([0, 0, 0, e])]
}

#[target_feature(enable = "sha,ssse3,sse4.1")]
#[inline]
fn store_sha1([abcd, e]: Pair) -> [u32; 5] {
    let ([d, c, b, a], [_, _, _, e]) = (words(abcd), words(e));
    [a, b, c, d, e]
}

/// One block of each chain, its words from the highest place down.
#[target_feature(enable = "sha,ssse3,sse4.1")]
#[inline]
fn sha1_of<const N: usize>(before: &[Pair; N], mut blocks: [[__m128i; 4]; N]) -> [Pair; N] {
    let mut states = *before;
    macro_rules! four_rounds {
        ($function:literal: $($at:literal)*) => {$(
            for (state, block) in states.iter_mut().zip(&mut blocks) {
                if $at >= 4 {
                    let half = _mm_sha1msg1_epu32(block[$at % 4], block[($at + 1) % 4]);
                    let mixed = _mm_xor_si128(half, block[($at + 2) % 4]);
                    block[$at % 4] = _mm_sha1msg2_epu32(mixed, block[($at + 3) % 4]);
                }
                let [abcd, e] = *state;
                let words =
                    if $at == 0 { _mm_add_epi32(e, block[0]) } else { _mm_sha1nexte_epu32(e, block[$at % 4]) };
                *state = [_mm_sha1rnds4_epu32::<$function>(abcd, words), abcd];
            }
        )*};
    }
    four_rounds!(0: 0 1 2 3 4);
    four_rounds!(1: 5 6 7 8 9);
    four_rounds!(2: 10 11 12 13 14);
    four_rounds!(3: 15 16 17 18 19);
    for (state, before) in states.iter_mut().zip(before) {
        *state = [_mm_add_epi32(state[0], before[0]), _mm_sha1nexte_epu32(state[1], before[1])];
    }
    states
}

#[target_feature(enable = "sha,ssse3,sse4.1")]
fn rounds_of_sha1<const N: usize>(chains: &mut [&mut Chain<u32, 5>; N], rounds: u32) {
    let inner: [Pair; N] = std::array::from_fn(|chain| load_sha1(&chains[chain].inner));
    let outer: [Pair; N] = std::array::from_fn(|chain| load_sha1(&chains[chain].outer));
    let mut last: [Pair; N] = std::array::from_fn(|chain| load_sha1(&chains[chain].last));
    let mut sum: [Pair; N] = std::array::from_fn(|chain| load_sha1(&chains[chain].sum));
    let (end, none) = (register([0, 0, 1 << 31, 0]), register([0; 4]));
    let (length, highest) = (register([(64 + 20) * 8, 0, 0, 0]), register([0, 0, 0, u32::MAX]));
    for portion in Portions::of(rounds.into()) {
        for _ in 0..portion {
            for before in [&inner, &outer] {
                let mut blocks = [[none, none, none, length]; N];
                for (block, [abcd, e]) in blocks.iter_mut().zip(last) {
                    block[0] = abcd;
                    block[1] = _mm_or_si128(_mm_and_si128(e, highest), end);
                }
                last = sha1_of(before, blocks);
            }
            for (sum, last) in sum.iter_mut().zip(last) {
                *sum = [_mm_xor_si128(sum[0], last[0]), _mm_xor_si128(sum[1], last[1])];
            }
        }
    }
    for (chain, sum) in chains.iter_mut().zip(sum) {
        chain.sum = store_sha1(sum);
    }
}
