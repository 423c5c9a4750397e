//! Texts as fingerprints: eight or sixteen bytes instead of the text, under keys of this process.
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};

/// Eight bytes of a text.
#[derive(Default)]
pub struct Keyed(RandomState);

impl Keyed {
    /// The fingerprint.
    #[must_use]
    pub fn of(&self, text: &[u8]) -> u64 {
        let mut hasher = self.0.build_hasher();
        hasher.write(text);
        hasher.finish()
    }
}

/// Sixteen bytes of a text: among a billion texts two share them with a likelihood of one in 10^20.
#[derive(Default)]
pub struct TwiceKeyed(Keyed, Keyed);

impl TwiceKeyed {
    /// The fingerprint.
    #[must_use]
    pub fn of(&self, text: &[u8]) -> (u64, u64) {
        (self.0.of(text), self.1.of(text))
    }
}

/// Places fingerprints in a set: they are spread already.
#[derive(Default)]
pub struct AsItIs(u64);

/// A set of fingerprints.
pub type Set<T> = std::collections::HashSet<T, BuildHasherDefault<AsItIs>>;

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            self.0 = chunk.iter().fold(self.0, |spread, byte| spread.rotate_left(8) ^ u64::from(*byte));
        }
    }

    fn write_u64(&mut self, fingerprint: u64) {
        // Of sixteen bytes the last eight are enough to find a place.
        self.0 = fingerprint;
    }
}
