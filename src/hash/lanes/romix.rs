//! The mixing of scrypt (RFC 7914, sections 3 to 5) over memory that is lent: one chain, for several would only wait for
//! each other's memory.
//!
//! The sixteen words of a block lie in four registers, by its diagonals, so that a round of Salsa20 is four times the same
//! for whole registers.
//!
//! Rotating by one instruction (AVX-512) was tried, and gains nothing: it is the memory that takes the time.
//!
//! # Why there is unsafe code here
//! One call of what is compiled for SSE2, which every processor of this architecture has: the compiler wants that promise.
#![expect(clippy::indexing_slicing, reason = "a block is within its slice, a word within 16")]
#![expect(clippy::many_single_char_names, reason = "words in their order")]
use super::portions::Portions;
use std::{
    arch::x86_64::{
        __m128i, _mm_add_epi32, _mm_cvtsi128_si32, _mm_or_si128, _mm_set_epi32, _mm_shuffle_epi32, _mm_slli_epi32,
        _mm_srli_epi32, _mm_xor_si128,
    },
    mem::swap,
};

/// One block of Salsa20, its diagonals first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(align(64))]
pub struct Block([u32; 16]);

/// A block in registers.
type Registers = [__m128i; 4];

/// Which word stands where.
const PLACES: [usize; 16] = [0, 5, 10, 15, 4, 9, 14, 3, 8, 13, 2, 7, 12, 1, 6, 11];

impl Block {
    /// Its bytes.
    pub const SIZE: usize = 64;
    /// Zeros.
    pub const ZERO: Self = Self([0; 16]);

    fn read(bytes: &[u8; 64]) -> Self {
        let words = bytes.as_chunks::<4>().0;
        Self(PLACES.map(|place| u32::from_le_bytes(words[place])))
    }

    fn write(&self, bytes: &mut [u8; 64]) {
        let words = bytes.as_chunks_mut::<4>().0;
        for (word, place) in self.0.iter().zip(PLACES) {
            words[place] = word.to_le_bytes();
        }
    }
}

/// Mixes each part of 2·r blocks with a memory of 2^`log_n` times as many; `false` where one does not fit the other. What is
/// in the memory before does not matter.
#[must_use]
pub fn mix(bytes: &mut [u8], memory: &mut [Block], log_n: u32) -> bool {
    let width = memory.len() >> log_n;
    if width == 0 || width << log_n != memory.len() || !bytes.len().is_multiple_of(width * Block::SIZE) {
        return false;
    }
    let (mut state, mut spare) = (vec![Block::ZERO; width], vec![Block::ZERO; width]);
    for part in bytes.chunks_exact_mut(width * Block::SIZE) {
        for (block, bytes) in state.iter_mut().zip(part.as_chunks().0) {
            *block = Block::read(bytes);
        }
        #[expect(unsafe_code, reason = "every processor of this architecture has SSE2")]
        unsafe {
            mix_part(&mut state, &mut spare, memory);
        }
        for (block, bytes) in state.iter().zip(part.as_chunks_mut().0) {
            block.write(bytes);
        }
    }
    true
}

macro_rules! rotated {
    ($by:literal, $words:expr) => {{
        let words = $words;
        _mm_or_si128(_mm_slli_epi32::<$by>(words), _mm_srli_epi32::<{ 32 - $by }>(words))
    }};
}

#[target_feature(enable = "sse2")]
#[inline]
fn load(block: &Block) -> Registers {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = block.0;
    let register = |a: u32, b: u32, c: u32, d: u32| {
        _mm_set_epi32(d.cast_signed(), c.cast_signed(), b.cast_signed(), a.cast_signed())
    };
    [register(a, b, c, d), register(e, f, g, h), register(i, j, k, l), register(m, n, o, p)]
}

#[target_feature(enable = "sse2")]
#[inline]
fn store(registers: Registers, block: &mut Block) {
    for (register, words) in registers.into_iter().zip(block.0.as_chunks_mut().0) {
        *words = [
            _mm_cvtsi128_si32(_mm_shuffle_epi32::<0b00_00_00_00>(register)).cast_unsigned(),
            _mm_cvtsi128_si32(_mm_shuffle_epi32::<0b01_01_01_01>(register)).cast_unsigned(),
            _mm_cvtsi128_si32(_mm_shuffle_epi32::<0b10_10_10_10>(register)).cast_unsigned(),
            _mm_cvtsi128_si32(_mm_shuffle_epi32::<0b11_11_11_11>(register)).cast_unsigned(),
        ];
    }
}

#[target_feature(enable = "sse2")]
#[inline]
fn xor([a, b, c, d]: Registers, [e, f, g, h]: Registers) -> Registers {
    [_mm_xor_si128(a, e), _mm_xor_si128(b, f), _mm_xor_si128(c, g), _mm_xor_si128(d, h)]
}

/// Salsa20/8, added to what it began with.
#[target_feature(enable = "sse2")]
#[inline]
fn salsa(before: Registers) -> Registers {
    let [mut a, mut b, mut c, mut d] = before;
    for _ in 0..8 {
        b = _mm_xor_si128(b, rotated!(7, _mm_add_epi32(a, d)));
        c = _mm_xor_si128(c, rotated!(9, _mm_add_epi32(b, a)));
        d = _mm_xor_si128(d, rotated!(13, _mm_add_epi32(c, b)));
        a = _mm_xor_si128(a, rotated!(18, _mm_add_epi32(d, c)));
        // The rows of one round are the columns of the next.
        (b, c, d) = (
            _mm_shuffle_epi32::<0b00_11_10_01>(d),
            _mm_shuffle_epi32::<0b01_00_11_10>(c),
            _mm_shuffle_epi32::<0b10_01_00_11>(b),
        );
    }
    let [e, f, g, h] = before;
    [_mm_add_epi32(a, e), _mm_add_epi32(b, f), _mm_add_epi32(c, g), _mm_add_epi32(d, h)]
}

#[target_feature(enable = "sse2")]
fn mix_part(state: &mut Vec<Block>, spare: &mut Vec<Block>, memory: &mut [Block]) {
    let (width, half) = (state.len(), state.len() / 2);
    let count = memory.len() / width;
    let rounds = u64::try_from(count).unwrap_or(u64::MAX);
    let mut empty = memory.chunks_exact_mut(width);
    for portion in Portions::of(rounds) {
        for (_, kept) in (0..portion).zip(&mut empty) {
            kept.copy_from_slice(state);
            let mut last = load(&kept[width - 1]);
            for (at, block) in kept.iter().enumerate() {
                last = salsa(xor(last, load(block)));
                store(last, &mut state[at / 2 + at % 2 * half]);
            }
        }
    }
    for portion in Portions::of(rounds) {
        for _ in 0..portion {
            // The number of blocks is a power of two; the word is the first of the last block.
            let at = usize::try_from(state[width - 1].0[0]).unwrap_or(0) & (count - 1);
            let kept = &memory[at * width..(at + 1) * width];
            let mut last = xor(load(&state[width - 1]), load(&kept[width - 1]));
            for (at, (block, kept)) in state.iter().zip(kept).enumerate() {
                last = salsa(xor(xor(last, load(block)), load(kept)));
                store(last, &mut spare[at / 2 + at % 2 * half]);
            }
            swap(state, spare);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::sha2::Sha256;
    use proptest::prelude::*;

    /// RFC 7914, section 9: N of 16, r of 1.
    #[test]
    fn it_mixes_like_the_example_of_the_standard() {
        let bytes = |text: &str| hex::decode(text).unwrap();
        let before = bytes(
            "f7ce0b653d2d72a4108cf5abe912ffdd777616dbbb27a70e8204f3ae2d0f6fad89f68f4811d1e87bcc3bd7400a9ffd29\
             094f0184639574f39ae5a1315217bcd7894991447213bb226c25b54da86370fbcd984380374666bb8ffcb5bf40c254b0\
             67d27c51ce4ad5fed829c90b505a571b7f4d1cad6a523cda770e67bceaaf7e89",
        );
        let after = bytes(
            "79ccc193629debca047f0b70604bf6b62ce3dd4a9626e355fafc6198e6ea2b46d58413673b99b029d665c357601fb426\
             a0b2f4bba200ee9f0a43d19b571a9c71ef1142e65d5a266fddca832ce59faa7cac0b9cf1be2bffca300d01ee387619c4\
             ae12fd4438f203a0e4e1c47ec314861f4e9087cb33396a6873e8f9d2539a4b8e",
        );
        let mut mixed = before;
        // Memory as somebody else left it.
        assert!(mix(&mut mixed, &mut [Block([7; 16]); 32], 4));
        assert_eq!(mixed, after);
    }

    proptest! {
        /// The whole of scrypt gives what the scrypt crate gives.
        #[test]
        fn it_is_the_single_implementation(
            password in proptest::collection::vec(any::<u8>(), 0..40),
            salt in proptest::collection::vec(any::<u8>(), 0..40),
            (log_n, r, p) in (1_u8..7, 1_u32..12, 1_u32..4),
        ) {
            let mut expected = [0; 64];
            ::scrypt::scrypt(&password, &salt, &::scrypt::Params::new(log_n, r, p).unwrap(), &mut expected).unwrap();
            let width = 2 * r as usize;
            let mut parts = vec![0; width * Block::SIZE * p as usize];
            ::pbkdf2::pbkdf2_hmac::<Sha256>(&password, &salt, 1, &mut parts);
            prop_assert!(mix(&mut parts, &mut vec![Block([7; 16]); width << log_n], log_n.into()));
            let mut output = [0; 64];
            ::pbkdf2::pbkdf2_hmac::<Sha256>(&password, &parts, 1, &mut output);
            prop_assert_eq!(output, expected);
        }
    }

    #[test]
    fn what_does_not_fit_is_not_mixed() {
        let mut memory = [Block::ZERO; 33];
        assert!(!mix(&mut [0; 128], &mut memory, 4), "33 blocks are no whole times 16");
        assert!(!mix(&mut [0; 100], &mut memory[..32], 4));
        assert!(!mix(&mut [0; 128], &mut [], 4));
    }
}
