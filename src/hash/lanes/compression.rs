//! Compression functions as the kernels of chained digests ask for them: of any width, with the reading of their words.
#![expect(clippy::inline_always, reason = "the caller is compiled for each kind of vectors, and these with it")]
use super::{md5, sha2, sha256, sha512};
use std::ops::{BitAnd, BitOr, BitXor};
use zeroize::Zeroize;

/// A word of a state.
pub trait Word:
    Copy + Default + BitAnd<Output = Self> + BitOr<Output = Self> + BitXor<Output = Self> + Zeroize
{
    /// All bits.
    const ONES: Self;
    /// How many they are.
    const BITS: u32;
    /// Bytes of a word.
    const BYTES: usize;
    /// The word that these bytes are, the first one highest.
    fn of(bytes: &[u8]) -> Self;
    /// Its bytes, the highest first.
    fn append_to(self, bytes: &mut Vec<u8>);
    /// Its bytes the other way round.
    #[must_use]
    fn swapped(self) -> Self;
    /// Their sum, without what is beyond its bits.
    #[must_use]
    fn plus(self, other: Self) -> Self;
    /// Turned so many bits towards the lowest.
    #[must_use]
    fn turned(self, bits: u32) -> Self;
    /// Moved so many bits towards the lowest; fewer than it has.
    #[must_use]
    fn lower(self, bits: u32) -> Self;
    /// Moved so many bits towards the highest; fewer than it has.
    #[must_use]
    fn higher(self, bits: u32) -> Self;
}

macro_rules! word {
    ($type:ty) => {
        impl Word for $type {
            const ONES: Self = Self::MAX;
            const BITS: u32 = Self::BITS;
            const BYTES: usize = size_of::<Self>();

            #[inline(always)]
            fn of(bytes: &[u8]) -> Self {
                bytes.iter().fold(0, |word, byte| word << 8 | Self::from(*byte))
            }

            fn append_to(self, bytes: &mut Vec<u8>) {
                bytes.extend_from_slice(&self.to_be_bytes());
            }

            #[inline(always)]
            fn swapped(self) -> Self {
                self.swap_bytes()
            }

            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                self.wrapping_add(other)
            }

            #[inline(always)]
            fn turned(self, bits: u32) -> Self {
                self.rotate_right(bits)
            }

            #[inline(always)]
            fn lower(self, bits: u32) -> Self {
                self.wrapping_shr(bits)
            }

            #[inline(always)]
            fn higher(self, bits: u32) -> Self {
                self.wrapping_shl(bits)
            }
        }
    };
}
word!(u32);
word!(u64);

/// A compression function whose state are W words.
pub trait Compression<const W: usize> {
    /// Of state and block.
    type Word: Word;
    /// The state before the first block.
    const INITIAL: [Self::Word; W];
    /// Whether a word's first byte is its lowest.
    const LOW_FIRST: bool;
    /// Bytes of a message's length at its end.
    const LENGTH_BYTES: usize;
    /// Adds a block of each lane to its state.
    fn compress<const N: usize>(state: &mut [[Self::Word; N]; W], block: &[[Self::Word; N]; 16]);

    /// The word that these bytes are.
    #[inline(always)]
    fn read(bytes: &[u8]) -> Self::Word {
        let word = Self::Word::of(bytes);
        if Self::LOW_FIRST { word.swapped() } else { word }
    }

    /// The bytes of a digest.
    fn digest(state: impl Iterator<Item = Self::Word>) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(W * Self::Word::BYTES);
        for word in state {
            if Self::LOW_FIRST { word.swapped() } else { word }.append_to(&mut bytes);
        }
        bytes
    }

    /// What stands in the place of `word`, which follows `before`, when both are moved so many bits towards the end.
    #[inline(always)]
    fn moved(before: Self::Word, word: Self::Word, bits: u32) -> Self::Word {
        // In two steps: a word cannot be moved by all of its bits at once.
        let rest = (Self::Word::BITS - 1).wrapping_sub(bits);
        if Self::LOW_FIRST {
            word.higher(bits) | before.lower(1).lower(rest)
        } else {
            word.lower(bits) | before.higher(1).higher(rest)
        }
    }

    /// A message with what the digest puts behind it: a bit, zeros, the length in bits.
    fn pad(message: &mut Vec<u8>) {
        let bits = u64::try_from(message.len()).unwrap_or(u64::MAX).wrapping_mul(8);
        message.push(0x80);
        let block = 16 * Self::Word::BYTES;
        let zeros = (2 * block - Self::LENGTH_BYTES - message.len() % block) % block;
        message.resize(message.len() + zeros + Self::LENGTH_BYTES - 8, 0);
        message.extend(if Self::LOW_FIRST { bits.to_le_bytes() } else { bits.to_be_bytes() });
    }
}

/// MD5 (RFC 1321).
pub struct Md5;
/// SHA-256 (FIPS 180).
pub struct Sha256;
/// SHA-512 (FIPS 180).
pub struct Sha512;

impl Compression<4> for Md5 {
    type Word = u32;
    const INITIAL: [u32; 4] = md5::INITIAL;
    const LOW_FIRST: bool = true;
    const LENGTH_BYTES: usize = 8;

    #[inline(always)]
    fn compress<const N: usize>(state: &mut [[u32; N]; 4], block: &[[u32; N]; 16]) {
        md5::compress(state, block);
    }
}

impl Compression<8> for Sha256 {
    type Word = u32;
    const INITIAL: [u32; 8] = sha256::INITIAL;
    const LOW_FIRST: bool = false;
    const LENGTH_BYTES: usize = 8;

    #[inline(always)]
    fn compress<const N: usize>(state: &mut [[u32; N]; 8], block: &[[u32; N]; 16]) {
        sha2::compress(state, block);
    }
}

impl Compression<8> for Sha512 {
    type Word = u64;
    const INITIAL: [u64; 8] = sha512::INITIAL;
    const LOW_FIRST: bool = false;
    const LENGTH_BYTES: usize = 16;

    #[inline(always)]
    fn compress<const N: usize>(state: &mut [[u64; N]; 8], block: &[[u64; N]; 16]) {
        sha2::compress(state, block);
    }
}
