//! DES whose expansion exchanges the bits that a salt names.
use std::sync::LazyLock;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The initial permutation; bits are counted from 1, the highest first.
const INITIAL: [u8; 64] = [
    58, 50, 42, 34, 26, 18, 10, 2, 60, 52, 44, 36, 28, 20, 12, 4, 62, 54, 46, 38, 30, 22, 14, 6, 64, 56, 48, 40, 32,
    24, 16, 8, 57, 49, 41, 33, 25, 17, 9, 1, 59, 51, 43, 35, 27, 19, 11, 3, 61, 53, 45, 37, 29, 21, 13, 5, 63, 55, 47,
    39, 31, 23, 15, 7,
];
/// Its inverse.
const FINAL: [u8; 64] = [
    40, 8, 48, 16, 56, 24, 64, 32, 39, 7, 47, 15, 55, 23, 63, 31, 38, 6, 46, 14, 54, 22, 62, 30, 37, 5, 45, 13, 53, 21,
    61, 29, 36, 4, 44, 12, 52, 20, 60, 28, 35, 3, 43, 11, 51, 19, 59, 27, 34, 2, 42, 10, 50, 18, 58, 26, 33, 1, 41, 9,
    49, 17, 57, 25,
];
/// The permutation behind the boxes.
const SPREAD: [u8; 32] = [
    16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10, 2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22, 11, 4,
    25,
];
/// The bits of a key without its parity.
const CHOICE_1: [u8; 56] = [
    57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36, 63, 55,
    47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4,
];
/// The bits of a round key.
const CHOICE_2: [u8; 48] = [
    14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2, 41, 52, 31, 37, 47, 55, 30,
    40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
];
/// How far the halves of the key turn before each round.
const SHIFTS: [u32; 16] = [1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1];
/// The substitution boxes, four rows of sixteen each.
const BOXES: [[u8; 64]; 8] = [
    [
        14, 4, 13, 1, 2, 15, 11, 8, 3, 10, 6, 12, 5, 9, 0, 7, 0, 15, 7, 4, 14, 2, 13, 1, 10, 6, 12, 11, 9, 5, 3, 8, 4,
        1, 14, 8, 13, 6, 2, 11, 15, 12, 9, 7, 3, 10, 5, 0, 15, 12, 8, 2, 4, 9, 1, 7, 5, 11, 3, 14, 10, 0, 6, 13,
    ],
    [
        15, 1, 8, 14, 6, 11, 3, 4, 9, 7, 2, 13, 12, 0, 5, 10, 3, 13, 4, 7, 15, 2, 8, 14, 12, 0, 1, 10, 6, 9, 11, 5, 0,
        14, 7, 11, 10, 4, 13, 1, 5, 8, 12, 6, 9, 3, 2, 15, 13, 8, 10, 1, 3, 15, 4, 2, 11, 6, 7, 12, 0, 5, 14, 9,
    ],
    [
        10, 0, 9, 14, 6, 3, 15, 5, 1, 13, 12, 7, 11, 4, 2, 8, 13, 7, 0, 9, 3, 4, 6, 10, 2, 8, 5, 14, 12, 11, 15, 1, 13,
        6, 4, 9, 8, 15, 3, 0, 11, 1, 2, 12, 5, 10, 14, 7, 1, 10, 13, 0, 6, 9, 8, 7, 4, 15, 14, 3, 11, 5, 2, 12,
    ],
    [
        7, 13, 14, 3, 0, 6, 9, 10, 1, 2, 8, 5, 11, 12, 4, 15, 13, 8, 11, 5, 6, 15, 0, 3, 4, 7, 2, 12, 1, 10, 14, 9, 10,
        6, 9, 0, 12, 11, 7, 13, 15, 1, 3, 14, 5, 2, 8, 4, 3, 15, 0, 6, 10, 1, 13, 8, 9, 4, 5, 11, 12, 7, 2, 14,
    ],
    [
        2, 12, 4, 1, 7, 10, 11, 6, 8, 5, 3, 15, 13, 0, 14, 9, 14, 11, 2, 12, 4, 7, 13, 1, 5, 0, 15, 10, 3, 9, 8, 6, 4,
        2, 1, 11, 10, 13, 7, 8, 15, 9, 12, 5, 6, 3, 0, 14, 11, 8, 12, 7, 1, 14, 2, 13, 6, 15, 0, 9, 10, 4, 5, 3,
    ],
    [
        12, 1, 10, 15, 9, 2, 6, 8, 0, 13, 3, 4, 14, 7, 5, 11, 10, 15, 4, 2, 7, 12, 9, 5, 6, 1, 13, 14, 0, 11, 3, 8, 9,
        14, 15, 5, 2, 8, 12, 3, 7, 0, 4, 10, 1, 13, 11, 6, 4, 3, 2, 12, 9, 5, 15, 10, 11, 14, 1, 7, 6, 0, 8, 13,
    ],
    [
        4, 11, 2, 14, 15, 0, 8, 13, 3, 12, 9, 7, 5, 10, 6, 1, 13, 0, 11, 7, 4, 9, 1, 10, 14, 3, 5, 12, 2, 15, 8, 6, 1,
        4, 11, 13, 12, 3, 7, 14, 10, 15, 6, 8, 0, 5, 9, 2, 6, 11, 13, 8, 1, 4, 10, 7, 9, 5, 0, 15, 14, 2, 3, 12,
    ],
    [
        13, 2, 8, 4, 6, 15, 11, 1, 10, 9, 3, 14, 5, 0, 12, 7, 1, 15, 13, 8, 10, 3, 7, 4, 12, 5, 6, 11, 0, 14, 9, 2, 7,
        11, 4, 1, 9, 12, 14, 2, 0, 6, 10, 13, 15, 3, 5, 8, 2, 1, 14, 7, 4, 10, 8, 13, 15, 12, 9, 0, 3, 5, 6, 11,
    ],
];

/// Boxes and permutation in one look-up each.
static SUBSTITUTED: LazyLock<[[u32; 64]; 8]> = LazyLock::new(|| {
    let mut tables = [[0; 64]; 8];
    for (number, (table, values)) in tables.iter_mut().zip(BOXES).enumerate() {
        for (six, slot) in (0_usize..).zip(table.iter_mut()) {
            let row = (six >> 4 & 2) | (six & 1);
            let value = values.get(row * 16 + (six >> 1 & 15)).copied().unwrap_or(0);
            let placed = u64::from(value) << (28 - 4 * number);
            *slot = u32::try_from(permute(placed, 32, &SPREAD)).unwrap_or(0);
        }
    }
    tables
});

/// The sixteen round keys of a key.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct SaltedDes {
    rounds: [(u32, u32); 16],
}

impl SaltedDes {
    /// The round keys; the lowest bit of each byte is not looked at.
    #[must_use]
    pub fn new(key: [u8; 8]) -> Self {
        let chosen = permute(u64::from_be_bytes(key), 64, &CHOICE_1);
        let (mut left, mut right) = (chosen >> 28, chosen & 0x0fff_ffff);
        let mut rounds = [(0, 0); 16];
        for (round, shift) in rounds.iter_mut().zip(SHIFTS) {
            let turn = |half: u64| (half << shift | half >> (28 - shift)) & 0x0fff_ffff;
            (left, right) = (turn(left), turn(right));
            let bits = permute(left << 28 | right, 56, &CHOICE_2);
            *round = (low(bits >> 24), low(bits & 0x00ff_ffff));
        }
        Self { rounds }
    }

    /// The block of zeros after so many encryptions, as crypt(3) has it.
    #[must_use]
    pub fn encrypt_zeros(&self, salt: u32, times: u32) -> u64 {
        // A salt's lowest bit exchanges the expansion's highest.
        let exchanged = salt.reverse_bits() >> 8;
        let (left, right) = self.run(0, 0, exchanged, times);
        permute(u64::from(left) << 32 | u64::from(right), 64, &FINAL)
    }

    /// Plain DES of one block.
    #[must_use]
    pub fn encrypt_block(&self, block: [u8; 8]) -> [u8; 8] {
        let permuted = permute(u64::from_be_bytes(block), 64, &INITIAL);
        let (left, right) = self.run(low(permuted >> 32), low(permuted & 0xffff_ffff), 0, 1);
        permute(u64::from(left) << 32 | u64::from(right), 64, &FINAL).to_be_bytes()
    }

    /// Between two encryptions the final and the initial permutation undo each other.
    fn run(&self, mut left: u32, mut right: u32, exchanged: u32, times: u32) -> (u32, u32) {
        let tables = &*SUBSTITUTED;
        for _ in 0..times {
            for (high_key, low_key) in &self.rounds {
                let six = |number: u32| right.rotate_left(5 + 4 * number) & 0x3f;
                let high = six(0) << 18 | six(1) << 12 | six(2) << 6 | six(3);
                let lower = six(4) << 18 | six(5) << 12 | six(6) << 6 | six(7);
                let swapped = (high ^ lower) & exchanged;
                let (high, lower) = (high ^ swapped ^ high_key, lower ^ swapped ^ low_key);
                let mut mixed = 0;
                for (number, table) in (0_u32..).zip(tables) {
                    let half = if number < 4 { high } else { lower };
                    let index = half >> (18 - 6 * (number % 4)) & 0x3f;
                    mixed |= usize::try_from(index).ok().and_then(|index| table.get(index)).copied().unwrap_or(0);
                }
                (left, right) = (right, left ^ mixed);
            }
            (left, right) = (right, left);
        }
        (left, right)
    }
}

/// The named bits of a number of so many bits, counted from 1, the highest first.
fn permute(number: u64, width: u32, bits: &[u8]) -> u64 {
    bits.iter().fold(0, |permuted, bit| permuted << 1 | (number >> (width - u32::from(*bit)) & 1))
}

fn low(number: u64) -> u32 {
    u32::try_from(number & 0xffff_ffff).unwrap_or(0)
}
