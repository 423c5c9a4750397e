//! EksBlowfish (Provos and Mazières, "A Future-Adaptable Password Scheme") over N keys at once.
#![expect(clippy::indexing_slicing, reason = "a byte is always within 256, a lane within N, a round within 18")]
#![expect(
    clippy::as_conversions,
    reason = "what a shift leaves is a byte; any other spelling costs 4 to 12 % of the whole"
)]
#![expect(clippy::inline_always, reason = "a call in the innermost step costs 6 %")]
use super::{
    pi,
    portions::Portions,
    processor::{Processor, Vectors, within},
};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// "OrpheanBeholderScryDoubt", the text that is encrypted.
const MAGIC: [u32; 6] = [0x4f72_7068, 0x6561_6e42, 0x6568_6f6c, 0x6465_7253, 0x6372_7944, 0x6f75_6274];

/// What one lane computes with.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Input {
    /// The key, laid out as the cipher reads it: 18 words that repeat the password.
    pub key: [u32; 18],
    /// The salt.
    pub salt: [u32; 4],
}

impl Input {
    /// From the bytes of both.
    #[must_use]
    pub fn new(key: &[u8; 72], salt: [u8; 16]) -> Self {
        let mut input = Self { key: [0; 18], salt: [0; 4] };
        let words = |bytes: &[u8], into: &mut [u32]| {
            for (word, chunk) in into.iter_mut().zip(bytes.chunks_exact(4)) {
                *word = chunk.iter().fold(0, |word, byte| word << 8 | u32::from(*byte));
            }
        };
        words(key, &mut input.key);
        words(&salt, &mut input.salt);
        input
    }
}

/// The cipher's state of one lane; its layout is what assembler relies on.
#[repr(C)]
pub(super) struct State {
    pub(super) p: [u32; 18],
    pub(super) s: [[u32; 256]; 4],
}

/// How one block of each lane is encrypted; the lanes take turns round by round, so that their look-ups overlap.
pub(super) trait Cipher {
    fn encrypt<const N: usize>(states: &[State; N], left: [u32; N], right: [u32; N]) -> ([u32; N], [u32; N]);
}

/// In the compiler's own instructions.
struct Portable;

impl State {
    #[inline(always)]
    fn half(&self, word: u32) -> u32 {
        let [first, second, third, fourth] = &self.s;
        let sum = first[(word >> 24) as usize].wrapping_add(second[(word >> 16 & 0xff) as usize]);
        (sum ^ third[(word >> 8 & 0xff) as usize]).wrapping_add(fourth[(word & 0xff) as usize])
    }

    fn add_key(&mut self, key: &[u32; 18]) {
        for (round, word) in self.p.iter_mut().zip(key) {
            *round ^= word;
        }
    }

    fn wipe(&mut self) {
        self.p.zeroize();
        self.s.zeroize();
    }
}

/// The most lanes of one run that are worth it.
#[must_use]
pub fn widest(processor: Processor) -> usize {
    if has_assembler(processor) { 5 } else { 4 }
}

fn has_assembler(processor: Processor) -> bool {
    // Every processor with these vectors has BMI1, too: `processor` looks.
    cfg!(target_arch = "x86_64") && within(processor).vectors >= Vectors::Avx2
}

/// The digests of any number of lanes at one cost (log2 of rounds), as many side by side as is worth it here.
#[must_use]
pub fn run(processor: Processor, inputs: &[&Input], cost: u32) -> Vec<Zeroizing<Vec<u8>>> {
    let widest = widest(processor);
    #[cfg(target_arch = "x86_64")]
    if has_assembler(processor) {
        return inputs.chunks(widest).flat_map(|lanes| of_few::<super::bcrypt_x86::Assembler>(lanes, cost)).collect();
    }
    inputs.chunks(widest).flat_map(|lanes| of_few::<Portable>(lanes, cost)).collect()
}

/// Of at most five lanes.
fn of_few<C: Cipher>(inputs: &[&Input], cost: u32) -> Vec<Zeroizing<Vec<u8>>> {
    match inputs.len() {
        1 => of_exactly::<C, 1>(inputs, cost),
        2 => of_exactly::<C, 2>(inputs, cost),
        3 => of_exactly::<C, 3>(inputs, cost),
        4 => of_exactly::<C, 4>(inputs, cost),
        _ => of_exactly::<C, 5>(inputs, cost),
    }
}

fn of_exactly<C: Cipher, const N: usize>(inputs: &[&Input], cost: u32) -> Vec<Zeroizing<Vec<u8>>> {
    let Ok(inputs) = <[&Input; N]>::try_from(inputs) else { return Vec::new() };
    bcrypt::<C, N>(inputs, cost).iter().map(|digest| Zeroizing::new(digest.to_vec())).collect()
}

/// The digests of N lanes.
fn bcrypt<C: Cipher, const N: usize>(inputs: [&Input; N], cost: u32) -> [[u8; 24]; N] {
    let mut states: Box<[State; N]> = Box::new(std::array::from_fn(|_| State { p: pi::P, s: pi::S }));
    let salts: [[u32; 18]; N] = std::array::from_fn(|lane| std::array::from_fn(|at| inputs[lane].salt[at % 4]));
    for (state, input) in states.iter_mut().zip(inputs) {
        state.add_key(&input.key);
        expand_salted::<C>(state, &input.salt);
    }
    for portion in Portions::of(1 << cost) {
        for _ in 0..portion {
            for (state, input) in states.iter_mut().zip(inputs) {
                state.add_key(&input.key);
            }
            expand::<C, N>(&mut states);
            for (state, salt) in states.iter_mut().zip(&salts) {
                state.add_key(salt);
            }
            expand::<C, N>(&mut states);
        }
    }
    let mut digests = [[0; 24]; N];
    for (digest, state) in digests.iter_mut().zip(states.iter_mut()) {
        let mut words = MAGIC;
        for pair in words.chunks_exact_mut(2) {
            for _ in 0..64 {
                let ([left], [right]) = C::encrypt(std::array::from_ref(state), [pair[0]], [pair[1]]);
                (pair[0], pair[1]) = (left, right);
            }
        }
        for (bytes, word) in digest.chunks_exact_mut(4).zip(words) {
            bytes.copy_from_slice(&word.to_be_bytes());
        }
    }
    for state in states.iter_mut() {
        state.wipe();
    }
    digests
}

/// Replaces the whole state by its own encryptions.
fn expand<C: Cipher, const N: usize>(states: &mut [State; N]) {
    let (mut left, mut right) = ([0; N], [0; N]);
    for round in (0..18).step_by(2) {
        (left, right) = C::encrypt(states, left, right);
        for lane in 0..N {
            (states[lane].p[round], states[lane].p[round + 1]) = (left[lane], right[lane]);
        }
    }
    for number in 0..4 {
        for place in (0..256).step_by(2) {
            (left, right) = C::encrypt(states, left, right);
            for lane in 0..N {
                (states[lane].s[number][place], states[lane].s[number][place + 1]) = (left[lane], right[lane]);
            }
        }
    }
}

/// The same with the salt mixed into every block: done once, so one lane after the other.
fn expand_salted<C: Cipher>(state: &mut State, salt: &[u32; 4]) {
    let (mut left, mut right) = ([0], [0]);
    let mut next = |state: &mut State, pair: usize| {
        left[0] ^= salt[pair * 2 % 4];
        right[0] ^= salt[(pair * 2 + 1) % 4];
        (left, right) = C::encrypt(std::array::from_mut(state), left, right);
        (left[0], right[0])
    };
    for pair in 0..9 {
        (state.p[2 * pair], state.p[2 * pair + 1]) = next(state, pair);
    }
    for pair in 0..512 {
        let words = next(state, pair + 9);
        let (number, place) = (pair / 128, 2 * pair % 256);
        (state.s[number][place], state.s[number][place + 1]) = words;
    }
}

impl Cipher for Portable {
    #[inline(always)]
    fn encrypt<const N: usize>(states: &[State; N], mut left: [u32; N], mut right: [u32; N]) -> ([u32; N], [u32; N]) {
        macro_rules! both {
        ($($round:literal)*) => {$(
            for lane in 0..N {
                right[lane] = mix::<N>(right[lane], states[lane].p[$round]) ^ states[lane].half(left[lane]);
            }
            for lane in 0..N {
                left[lane] = mix::<N>(left[lane], states[lane].p[$round + 1]) ^ states[lane].half(right[lane]);
            }
        )*};
    }
        for lane in 0..N {
            left[lane] ^= states[lane].p[0];
        }
        both!(1 3 5 7 9 11 13 15);
        for lane in 0..N {
            right[lane] ^= states[lane].p[17];
        }
        (right, left)
    }
}

/// `a ^ b`, which is known before the look-ups that it meets.
///
/// Written as an exclusive or, the compiler moves it behind them, where a chain that runs alone waits for it: 8 % of the
/// whole. Where three or more chains share the thread, the plain form is the faster one.
#[inline(always)]
fn mix<const N: usize>(a: u32, b: u32) -> u32 {
    if N <= 2 { a.wrapping_add(b).wrapping_sub((a & b) << 1) } else { a ^ b }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20))]

        /// Each lane gives what the bcrypt crate gives for it alone, with assembler and without.
        #[test]
        fn every_lane_is_the_single_implementation(
            keys in proptest::collection::vec(proptest::array::uniform32(any::<u8>()), 11),
            salts in proptest::collection::vec(proptest::array::uniform16(any::<u8>()), 11),
            cost in 4_u32..7,
        ) {
            let keys: Vec<[u8; 72]> = keys.iter().map(|key| std::array::from_fn(|at| key[at % 32])).collect();
            let inputs: Vec<Input> = keys.iter().zip(&salts).map(|(key, salt)| Input::new(key, *salt)).collect();
            let expected: Vec<Vec<u8>> =
                keys.iter().zip(&salts).map(|(key, salt)| ::bcrypt::bcrypt(cost, *salt, key).to_vec()).collect();
            for vectors in [Vectors::Portable, Vectors::Avx512] {
                let processor = Processor { vectors, sha: false };
                for count in [1, 2, 3, 4, 5, 11] {
                    let lanes: Vec<&Input> = inputs.iter().take(count).collect();
                    let digests: Vec<Vec<u8>> = run(processor, &lanes, cost).iter().map(|digest| digest.to_vec()).collect();
                    prop_assert_eq!(&digests[..], &expected[..count]);
                }
            }
        }
    }
}
