//! Chains of SHA-256 by the instructions that x86 has for it, N in turns: each digest is of a message that holds the one
//! before it.
//!
//! # Why messages are kept as registers
//! A digest may begin at any byte. It is moved there within registers, and only whole ones are written: a block that is
//! read in other pieces than it was written in waits until the processor has put them together.
//!
//! # Why there is unsafe code here
//! As in `processor`: two calls of what not every processor has, each behind the look whether this one has it.
#![expect(clippy::indexing_slicing, reason = "a lane is within N")]
use super::{
    chain::{Input, Message},
    compression::{Compression, Sha256},
    portions::Portions,
    processor::{Processor, within},
    sha_ni::{Pair, load_sha256, register, sha256_of, store_sha256},
};
use std::arch::x86_64::{
    __m128i, _mm_blendv_epi8, _mm_or_si128, _mm_shuffle_epi8, _mm_unpackhi_epi64, _mm_unpacklo_epi64,
};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Bytes of a register.
const BYTES: usize = 16;

/// The last digests of two or three chains, rounds and schedule those of the first; `None` of any other number, and where
/// the processor has no such instructions.
#[must_use]
pub(super) fn run(processor: Processor, inputs: &[&Input]) -> Option<Vec<Zeroizing<Vec<u8>>>> {
    let has = within(processor).sha;
    #[expect(unsafe_code, reason = "this processor has the instructions: `within` looked")]
    match *inputs {
        [first, second] if has => Some(unsafe { rounds_of([first, second]) }.into()),
        [first, second, third] if has => Some(unsafe { rounds_of([first, second, third]) }.into()),
        _ => None,
    }
}

/// One message of every lane.
#[derive(Zeroize, ZeroizeOnDrop)]
struct Laid<const N: usize> {
    // Four of them are a block.
    registers: Vec<[__m128i; N]>,
    // Of each block: all bits where the lane's message has it. No branch: the compiler would compute that lane by itself.
    masks: Vec<[__m128i; N]>,
    // The register in which the digest begins.
    starts: [usize; N],
    // Where a half of the digest goes: its bytes that stay within a register, and those that fall into the next one.
    stays: [__m128i; N],
    falls: [__m128i; N],
    // What else stands in the register in which the digest begins, and in the second behind it.
    heads: [__m128i; N],
    tails: [__m128i; N],
}

impl<const N: usize> Laid<N> {
    #[target_feature(enable = "sha,ssse3,sse4.1")]
    fn new(messages: [Option<&Message>; N]) -> Self {
        let bytes = messages.map(|message| message.map(Message::laid_out::<Sha256, 8>).unwrap_or_default());
        let most = bytes.iter().map(|bytes| bytes.len() / BYTES).max().unwrap_or(0);
        let blocks = bytes.each_ref().map(|bytes| bytes.len() / (4 * BYTES));
        let (none, all) = (register([0; 4]), register([u32::MAX; 4]));
        let mut registers = vec![[none; N]; most];
        for (lane, bytes) in bytes.iter().enumerate() {
            for (register, bytes) in registers.iter_mut().zip(bytes.as_chunks().0) {
                register[lane] = of_bytes(*bytes, u32::from_be_bytes);
            }
        }
        let places = messages.map(|message| message.map_or(0, Message::place));
        let at = |lane: usize, place: usize| registers.get(place).map_or(none, |register| register[lane]);
        Self {
            masks: (0..most / 4).map(|block| blocks.map(|blocks| if block < blocks { all } else { none })).collect(),
            starts: places.map(|place| place / BYTES),
            stays: places.map(|place| moving(|byte| byte.checked_sub(place % BYTES))),
            falls: places.map(|place| moving(|byte| (byte + BYTES).checked_sub(place % BYTES))),
            heads: std::array::from_fn(|lane| at(lane, places[lane] / BYTES)),
            tails: std::array::from_fn(|lane| at(lane, places[lane] / BYTES + 2)),
            registers,
        }
    }

    /// Writes each lane's digest into its place.
    #[target_feature(enable = "sha,ssse3,sse4.1")]
    #[inline]
    fn hold(&mut self, digests: &[Pair; N]) {
        for lane in 0..N {
            let behind = self.registers.get_mut(self.starts[lane]..);
            let Some([first, second, third, ..]) = behind else { continue };
            let [abef, cdgh] = digests[lane];
            let (stays, falls) = (self.stays[lane], self.falls[lane]);
            let (left, right) = (_mm_unpackhi_epi64(abef, cdgh), _mm_unpacklo_epi64(abef, cdgh));
            first[lane] = _mm_or_si128(_mm_shuffle_epi8(left, stays), self.heads[lane]);
            second[lane] = _mm_or_si128(_mm_shuffle_epi8(left, falls), _mm_shuffle_epi8(right, stays));
            third[lane] = _mm_or_si128(_mm_shuffle_epi8(right, falls), self.tails[lane]);
        }
    }

    /// The digest of every lane's message.
    #[target_feature(enable = "sha,ssse3,sse4.1")]
    #[inline]
    fn digests(&self) -> [Pair; N] {
        let mut states = [load_sha256(&Sha256::INITIAL); N];
        // Loops alone: `map` is not compiled for these instructions, so what it is given would not become part of this.
        for (registers, mask) in self.registers.as_chunks::<4>().0.iter().zip(&self.masks) {
            let mut blocks = [[states[0][0]; 4]; N];
            for lane in 0..N {
                for at in 0..4 {
                    blocks[lane][at] = registers[at][lane];
                }
            }
            let after = sha256_of::<false, N>(&states, blocks);
            for lane in 0..N {
                for half in 0..2 {
                    states[lane][half] = _mm_blendv_epi8(states[lane][half], after[lane][half], mask[lane]);
                }
            }
        }
        states
    }
}

/// Four words of these bytes.
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn of_bytes(bytes: [u8; BYTES], word: fn([u8; 4]) -> u32) -> __m128i {
    let mut words = [0; 4];
    for (into, bytes) in words.iter_mut().zip(bytes.as_chunks().0) {
        *into = word(*bytes);
    }
    register(words)
}

/// A register's bytes in another order: `from` says which byte of a half of a digest a byte of a message is, if it is
/// any.
///
/// The first byte of a word is its highest, and the halves come with the words of each pair exchanged.
#[target_feature(enable = "sha,ssse3,sse4.1")]
fn moving(from: impl Fn(usize) -> Option<usize>) -> __m128i {
    let none = 0x80;
    let byte = |at: usize| from(at ^ 3).filter(|byte| *byte < BYTES).and_then(|byte| u8::try_from(byte ^ 7).ok());
    of_bytes(std::array::from_fn(|at| byte(at).unwrap_or(none)), u32::from_le_bytes)
}

#[target_feature(enable = "sha,ssse3,sse4.1")]
fn rounds_of<const N: usize>(inputs: [&Input; N]) -> [Zeroizing<Vec<u8>>; N] {
    let most = inputs.iter().map(|input| input.messages.len()).max().unwrap_or(0);
    let mut laid: Vec<Laid<N>> =
        (0..most).map(|number| Laid::new(inputs.map(|input| input.messages.get(number)))).collect();
    let mut digests = inputs.map(|input| {
        let mut words = Zeroizing::new(Sha256::INITIAL);
        for (word, bytes) in words.iter_mut().zip(input.first.as_chunks().0) {
            *word = u32::from_be_bytes(*bytes);
        }
        load_sha256(&words)
    });
    let (rounds, schedule) = inputs.first().map(|input| (input.rounds, input.schedule)).unwrap_or_default();
    let mut schedule = schedule.iter().cycle();
    for portion in Portions::of(rounds) {
        for (_, number) in (0..portion).zip(&mut schedule) {
            let Some(laid) = laid.get_mut(*number) else { continue };
            laid.hold(&digests);
            digests = laid.digests();
        }
    }
    let outputs = digests.map(|digest| Zeroizing::new(Sha256::digest(store_sha256(digest).into_iter())));
    digests.zeroize();
    outputs
}
