//! Chains of digests, N side by side: each digest is of a message that holds the one before it.
//!
//! # Why the messages are laid out once
//! Passwords and salts stay the same: a round only writes its digest into the place that its message has for it, and
//! nothing is copied, padded or allocated. Words of all lanes stand beside one another, as vectors want them. A lane
//! whose message has fewer blocks than its neighbours' keeps its state through the blocks that it does not have.
#![expect(clippy::indexing_slicing, reason = "a lane is within N, a word of a state within W")]
#![expect(clippy::inline_always, reason = "what is not part of its caller is not compiled for the caller's vectors")]
use super::{
    compression::{Compression, Word},
    portions::Portions,
};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// A message around the digest before it.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Message {
    before: Vec<u8>,
    after: Vec<u8>,
}

impl Message {
    /// From the parts that stand before the digest, and those after it.
    #[must_use]
    pub fn around(before: &[&[u8]], after: &[&[u8]]) -> Self {
        Self { before: before.concat(), after: after.concat() }
    }

    /// The padded message with zeros in the digest's place.
    pub(super) fn laid_out<C: Compression<W>, const W: usize>(&self) -> Zeroizing<Vec<u8>> {
        let digest = self.before.len() + W * C::Word::BYTES;
        // Nothing moves later on and leaves a copy behind: the padding takes less than two blocks.
        let mut bytes = Zeroizing::new(Vec::with_capacity(digest + self.after.len() + 32 * C::Word::BYTES));
        bytes.extend_from_slice(&self.before);
        bytes.resize(digest, 0);
        bytes.extend_from_slice(&self.after);
        C::pad(&mut bytes);
        bytes
    }

    /// Where the digest begins.
    pub(super) fn place(&self) -> usize {
        self.before.len()
    }
}

/// What one lane computes with.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Input {
    /// The digest that the first message holds.
    pub first: Vec<u8>,
    /// The messages that there are.
    pub messages: Vec<Message>,
    /// Which of them the rounds take, in turn and over again.
    #[zeroize(skip)]
    pub schedule: &'static [usize],
    /// How many rounds.
    pub rounds: u64,
}

/// One message of every lane.
#[derive(Zeroize, ZeroizeOnDrop)]
struct Laid<T: Word, const N: usize> {
    words: Vec<[T; N]>,
    // Of each block: all bits where the lane's message has it.
    masks: Vec<[T; N]>,
    // Blocks that every lane has.
    common: usize,
    // Whether every digest stands at the beginning.
    in_front: bool,
    // The word in which the digest begins, and behind how many of its bits.
    starts: [usize; N],
    bits: [u32; N],
    // What else stands in that word, and in the one after the digest's last.
    heads: [T; N],
    tails: [T; N],
}

impl<T: Word, const N: usize> Laid<T, N> {
    fn new<C: Compression<W, Word = T>, const W: usize>(messages: [Option<&Message>; N]) -> Self {
        let bytes = messages.map(|message| message.map(Message::laid_out::<C, W>).unwrap_or_default());
        let blocks = bytes.each_ref().map(|bytes| bytes.len() / (16 * T::BYTES));
        let most = blocks.iter().copied().max().unwrap_or(0);
        let mut words = vec![[T::default(); N]; 16 * most];
        for (lane, bytes) in bytes.iter().enumerate() {
            for (word, bytes) in words.iter_mut().zip(bytes.chunks_exact(T::BYTES)) {
                word[lane] = C::read(bytes);
            }
        }
        let mask = |block| blocks.map(|blocks| if block < blocks { T::ONES } else { T::default() });
        let places = messages.map(|message| message.map_or(0, Message::place));
        let starts = places.map(|place| place / T::BYTES);
        let at = |lane: usize, place: usize| words.get(place).map_or(T::default(), |word: &[T; N]| word[lane]);
        Self {
            masks: (0..most).map(mask).collect(),
            common: blocks.iter().copied().min().unwrap_or(0),
            in_front: places.iter().all(|place| *place == 0),
            starts,
            bits: places.map(|place| u32::try_from(place % T::BYTES).unwrap_or(0) * 8),
            heads: std::array::from_fn(|lane| at(lane, starts[lane])),
            tails: std::array::from_fn(|lane| at(lane, starts[lane] + W)),
            words,
        }
    }

    /// Writes each lane's digest into its place.
    #[inline(always)]
    fn hold<C: Compression<W, Word = T>, const W: usize>(&mut self, digests: &[[T; N]; W]) {
        if self.in_front {
            for (word, digest) in self.words.iter_mut().zip(digests) {
                *word = *digest;
            }
            return;
        }
        let mut moved = *digests;
        let mut tails = self.tails;
        for lane in 0..N {
            let bits = self.bits[lane];
            moved[0][lane] = C::moved(T::default(), digests[0][lane], bits) | self.heads[lane];
            for at in 1..W {
                moved[at][lane] = C::moved(digests[at - 1][lane], digests[at][lane], bits);
            }
            tails[lane] = tails[lane] | C::moved(digests[W - 1][lane], T::default(), bits);
        }
        // Word by word: the compiler's own scatter instructions are slower.
        for lane in 0..N {
            let behind = self.words.get_mut(self.starts[lane]..).and_then(|words| words.split_first_chunk_mut::<W>());
            let Some((place, [tail, ..])) = behind else { continue };
            for (word, digest) in place.iter_mut().zip(&moved) {
                word[lane] = digest[lane];
            }
            tail[lane] = tails[lane];
        }
    }

    /// The digest of every lane's message.
    #[inline(always)]
    fn digests<C: Compression<W, Word = T>, const W: usize>(&self) -> [[T; N]; W] {
        let mut state = C::INITIAL.map(|word| [word; N]);
        for (number, (block, mask)) in self.words.as_chunks::<16>().0.iter().zip(&self.masks).enumerate() {
            let before = state;
            C::compress(&mut state, block);
            if number >= self.common {
                for (after, before) in state.iter_mut().zip(&before) {
                    for lane in 0..N {
                        after[lane] = before[lane] ^ ((before[lane] ^ after[lane]) & mask[lane]);
                    }
                }
            }
        }
        state
    }
}

/// The last digest of every lane; rounds and schedule are those of the first.
#[inline(always)]
pub(super) fn run<C: Compression<W>, const W: usize, const N: usize>(inputs: [&Input; N]) -> [Zeroizing<Vec<u8>>; N] {
    let most = inputs.iter().map(|input| input.messages.len()).max().unwrap_or(0);
    let mut laid: Vec<Laid<C::Word, N>> =
        (0..most).map(|number| Laid::new::<C, W>(inputs.map(|input| input.messages.get(number)))).collect();
    let mut digests = C::INITIAL.map(|word| [word; N]);
    for (lane, input) in inputs.iter().enumerate() {
        for (word, bytes) in digests.iter_mut().zip(input.first.chunks_exact(C::Word::BYTES)) {
            word[lane] = C::read(bytes);
        }
    }
    let (rounds, schedule) = inputs.first().map(|input| (input.rounds, input.schedule)).unwrap_or_default();
    let mut schedule = schedule.iter().cycle();
    for portion in Portions::of(rounds) {
        for (_, number) in (0..portion).zip(&mut schedule) {
            let Some(laid) = laid.get_mut(*number) else { continue };
            laid.hold::<C, W>(&digests);
            digests = laid.digests::<C, W>();
        }
    }
    let outputs = std::array::from_fn(|lane| Zeroizing::new(C::digest(digests.iter().map(|word| word[lane]))));
    digests.zeroize();
    outputs
}
