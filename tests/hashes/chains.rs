//! The rounds of md5-crypt, phpass and sha-crypt in lanes beside the plain loop of their specifications, at every level of
//! this processor.
use super::lanes::levels;
use drawbridge::hash::lanes::{
    chain::{Input, Message},
    chained::{self, Digest},
    crypt_rounds,
};
use proptest::prelude::*;
use zeroize::Zeroizing;

const DIGESTS: [Digest; 3] = [Digest::Md5, Digest::Sha256, Digest::Sha512];

/// By the crates.
fn digest_of(digest: Digest, message: &[u8]) -> Vec<u8> {
    use sha2::Digest as _;
    match digest {
        Digest::Md5 => md5::Md5::digest(message).to_vec(),
        Digest::Sha256 => sha2::Sha256::digest(message).to_vec(),
        Digest::Sha512 => sha2::Sha512::digest(message).to_vec(),
    }
}

/// Drepper's "Unix crypt using SHA-256 and SHA-512", step 21, whose rounds are md5-crypt's.
fn rounds_of_crypt(digest: Digest, first: &[u8], password: &[u8], salt: &[u8], rounds: u64) -> Vec<u8> {
    let mut running = first.to_vec();
    for round in 0..rounds {
        let odd = round % 2 == 1;
        let mut message = if odd { password.to_vec() } else { running.clone() };
        if round % 3 != 0 {
            message.extend(salt);
        }
        if round % 7 != 0 {
            message.extend(password);
        }
        message.extend(if odd { &running } else { password });
        running = digest_of(digest, &message);
    }
    running
}

fn bytes(length: impl Into<proptest::collection::SizeRange>) -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), length)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// 1 to 19 lanes whose messages differ in length and in blocks.
    #[test]
    fn every_lane_of_crypt_rounds_is_the_plain_loop(
        people in proptest::collection::vec((bytes(0..=200), bytes(0..=20)), 1..=19),
        rounds in 0_u64..=90,
        digest in proptest::sample::select(DIGESTS.to_vec()),
    ) {
        let first = |password: &[u8], salt: &[u8]| Zeroizing::new(digest_of(digest, &[password, salt].concat()));
        let inputs: Vec<Input> = people
            .iter()
            .map(|(password, salt)| crypt_rounds::input(&first(password, salt), password, salt, rounds))
            .collect();
        let expected: Vec<Vec<u8>> = people
            .iter()
            .map(|(password, salt)| rounds_of_crypt(digest, &first(password, salt), password, salt, rounds))
            .collect();
        for level in levels() {
            let outputs = chained::run(digest, level, &inputs.iter().collect::<Vec<_>>());
            prop_assert_eq!(outputs.len(), people.len());
            for (lane, (output, expected)) in outputs.iter().zip(&expected).enumerate() {
                prop_assert!(**output == *expected, "lane {} of {} at {:?}, {:?}", lane, people.len(), level, digest);
            }
        }
    }

    /// phpass: the digest of digest and password over again.
    #[test]
    fn every_lane_of_phpass_is_the_plain_loop(
        people in proptest::collection::vec(bytes(0..=200), 1..=19),
        rounds in 0_u64..=40,
        digest in proptest::sample::select(DIGESTS.to_vec()),
    ) {
        let inputs: Vec<Input> = people
            .iter()
            .map(|password| Input {
                first: digest_of(digest, password),
                messages: vec![Message::around(&[], &[password])],
                schedule: &[0],
                rounds,
            })
            .collect();
        for level in levels() {
            let outputs = chained::run(digest, level, &inputs.iter().collect::<Vec<_>>());
            prop_assert_eq!(outputs.len(), people.len());
            for (lane, (output, password)) in outputs.iter().zip(&people).enumerate() {
                let chain = (0..rounds).fold(digest_of(digest, password), |running, _| {
                    digest_of(digest, &[running.as_slice(), password].concat())
                });
                prop_assert!(**output == chain, "lane {} of {} at {:?}, {:?}", lane, people.len(), level, digest);
            }
        }
    }
}

/// A digest that begins at every byte of a block, beside lanes of the other end: what is moved within vectors and
/// registers is nowhere off by one.
#[test]
fn a_digest_stands_at_every_place() {
    let salt = b"0123456789abcdef";
    for digest in DIGESTS {
        for length in 0_u8..=64 {
            let lengths = [length, 64 - length, length / 2];
            let people: Vec<Vec<u8>> =
                lengths.iter().map(|length| (0..*length).map(|byte| byte ^ 0xa5).collect()).collect();
            let salts = [&salt[..], &salt[..usize::from(length) % 17], &[]];
            let inputs: Vec<Input> = people
                .iter()
                .zip(salts)
                .map(|(password, salt)| {
                    crypt_rounds::input(&Zeroizing::new(digest_of(digest, salt)), password, salt, 43)
                })
                .collect();
            let expected: Vec<Vec<u8>> = people
                .iter()
                .zip(salts)
                .map(|(password, salt)| rounds_of_crypt(digest, &digest_of(digest, salt), password, salt, 43))
                .collect();
            for (level, lanes) in levels().into_iter().flat_map(|level| [2, 3].map(|lanes| (level, lanes))) {
                let outputs = chained::run(digest, level, &inputs.iter().take(lanes).collect::<Vec<_>>());
                for (lane, (output, expected)) in outputs.iter().zip(&expected).enumerate() {
                    assert!(**output == *expected, "lane {lane} of {lanes}, {length} bytes, {level:?}, {digest:?}");
                }
                assert_eq!(outputs.len(), lanes);
            }
        }
    }
}

/// No width is zero, and nothing comes of no lanes.
#[test]
fn every_level_has_a_width() {
    for level in levels() {
        for digest in DIGESTS {
            assert!(chained::widest(digest, level) >= 1);
            assert!(chained::run(digest, level, &[]).is_empty());
        }
    }
}
