//! One chain of SHA-256, by the crate: it has the instructions for SHA-256 of each architecture, which no vectors equal
//! while a hash is alone. `sha_ni_chain` gains a few hundredths with one lane: not worth a second way.
use super::{
    chain::Input,
    compression::{Compression, Sha256},
    portions::Portions,
};
use zeroize::{Zeroize, Zeroizing};

/// The last digest.
pub(super) fn run(input: &Input) -> Zeroizing<Vec<u8>> {
    let mut messages: Vec<_> =
        input.messages.iter().map(|message| (message.place(), message.laid_out::<Sha256, 8>())).collect();
    let mut digest = Sha256::INITIAL;
    for (word, bytes) in digest.iter_mut().zip(input.first.as_chunks::<4>().0) {
        *word = u32::from_be_bytes(*bytes);
    }
    let mut schedule = input.schedule.iter().cycle();
    for portion in Portions::of(input.rounds) {
        for (_, number) in (0..portion).zip(&mut schedule) {
            let Some((place, message)) = messages.get_mut(*number) else { continue };
            let place = message.get_mut(*place..).map(|behind| behind.as_chunks_mut().0).unwrap_or_default();
            for (bytes, word) in place.iter_mut().zip(digest) {
                *bytes = word.to_be_bytes();
            }
            digest = Sha256::INITIAL;
            sha2::block_api::compress256(&mut digest, message.as_chunks().0);
        }
    }
    let output = Zeroizing::new(Sha256::digest(digest.into_iter()));
    digest.zeroize();
    output
}
