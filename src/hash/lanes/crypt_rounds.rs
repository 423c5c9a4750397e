//! The rounds that md5-crypt and sha-crypt have in common: password and salt around the digest, as the round's number
//! goes by 2, 3 and 7.
use super::chain::{Input, Message};
use zeroize::Zeroizing;

const ODD: usize = 1;
const SALTED: usize = 2;
const TWICE: usize = 4;

/// Which message a round takes; after 42 rounds they come again.
const SCHEDULE: [usize; 42] = {
    let mut schedule = [0; 42];
    let mut filled: &mut [usize] = &mut schedule;
    let mut round = 0;
    while let Some((message, behind)) = filled.split_first_mut() {
        let odd = if round % 2 == 1 { ODD } else { 0 };
        let salted = if round % 3 == 0 { 0 } else { SALTED };
        let twice = if round % 7 == 0 { 0 } else { TWICE };
        *message = odd | salted | twice;
        filled = behind;
        round += 1;
    }
    schedule
};

/// The rounds of one hash: `first` is the digest before them, `password` and `salt` are what each round reads.
#[must_use]
pub fn input(first: &Zeroizing<Vec<u8>>, password: &[u8], salt: &[u8], rounds: u64) -> Input {
    let message = |kind: usize| {
        let salt = if kind & SALTED == 0 { &[] } else { salt };
        let again = if kind & TWICE == 0 { &[] } else { password };
        if kind & ODD == 0 {
            Message::around(&[], &[salt, again, password])
        } else {
            Message::around(&[password, salt, again], &[])
        }
    };
    Input { first: first.to_vec(), messages: (0..8).map(message).collect(), schedule: &SCHEDULE, rounds }
}
