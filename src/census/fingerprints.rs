//! Counts texts that are equal but for case, in bounded memory.
use std::hash::{BuildHasher, RandomState};

/// Most texts that are compared: eight bytes each, 64 MiB.
const MOST: usize = 8 << 20;

/// Eight bytes of each text: the text itself is not kept.
#[derive(Default)]
pub struct Fingerprints {
    hasher: RandomState,
    seen: Vec<u64>,
    cut: bool,
}

impl Fingerprints {
    /// Takes a text.
    pub fn add(&mut self, text: &str) {
        if self.seen.len() == MOST {
            self.cut = true;
            return;
        }
        let folded = zeroize::Zeroizing::new(text.trim().to_lowercase());
        self.seen.push(self.hasher.hash_one(folded.as_str()));
    }

    /// Whether texts were left out.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.cut
    }

    /// How many texts were there more than once.
    #[must_use]
    pub fn repeated(mut self) -> u64 {
        self.seen.sort_unstable();
        let groups = self.seen.chunk_by(|a, b| a == b).filter(|group| group.len() > 1).count();
        u64::try_from(groups).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_differ_in_case_are_one() {
        let mut seen = Fingerprints::default();
        for text in [
            "Ada@example.com",
            "ada@EXAMPLE.com",
            "bob@example.com",
            "ada@example.com",
            "Élan@example.com",
            "élan@example.com",
        ] {
            seen.add(text);
        }
        assert_eq!(seen.repeated(), 2);
    }
}
