//! Chains of PBKDF2 one after the other, where there are no kernels of our own: the crates know their processors.
use super::{
    portions::Portions,
    processor::Processor,
    stretch::{Chain, Stretch},
};
use zeroize::Zeroizing;

macro_rules! one_by_one {
    ($words:literal of $word:ty, $bytes:literal bytes, $bits:literal bits: $compress:path) => {
        impl Stretch for Chain<$word, $words> {
            fn widest(_: Processor) -> usize {
                1
            }

            fn stretch(_: Processor, chains: &mut [&mut Self], rounds: u32) {
                // A digest behind a block of key: what pads it is always the same.
                let length: [u8; 8] = u64::to_be_bytes($bits);
                let mut block = Zeroizing::new([0; 16 * $bytes]);
                for (into, byte) in block.iter_mut().skip($words * $bytes).zip([0x80]) {
                    *into = byte;
                }
                for (into, byte) in block.iter_mut().rev().zip(length.into_iter().rev()) {
                    *into = byte;
                }
                for chain in chains {
                    for portion in Portions::of(rounds.into()) {
                        for _ in 0..portion {
                            for before in [chain.inner, chain.outer] {
                                for (bytes, word) in block.chunks_exact_mut($bytes).zip(chain.last) {
                                    bytes.copy_from_slice(&word.to_be_bytes());
                                }
                                chain.last = before;
                                $compress(&mut chain.last, std::slice::from_ref(&*block));
                            }
                            for (sum, last) in chain.sum.iter_mut().zip(chain.last) {
                                *sum ^= last;
                            }
                        }
                    }
                }
            }
        }
    };
}
one_by_one!(5 of u32, 4 bytes, 672 bits: sha1::block_api::compress);
one_by_one!(8 of u32, 4 bytes, 768 bits: sha2::block_api::compress256);
one_by_one!(8 of u64, 8 bytes, 1536 bits: sha2::block_api::compress512);
