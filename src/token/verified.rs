//! Tokens whose signature was verified: a caller shows the same one for hours, and verifying it again costs more than the
//! rest of a lookup. Nothing here says that a token may be used: its times and its binding are looked at each time.
//!
//! # Why the plain digest of the whole token
//! Only tokens that an issuer's key has signed come in, so nobody without that key chooses what is stored, and a second
//! token of the same SHA-256 is nothing that anybody can make. A key over the digest would protect from neither more.
//!
//! # Why two halves
//! What is full forgets in one step the half that was not used for longest. An issuer that gives out a token for each
//! request costs an insertion each, never a search through all of them.
use super::{gate::Genuine, keys::Era};
use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

/// SHA-256 of a whole token.
pub type Digest = [u8; 32];

/// Most tokens of a half.
const HALF: usize = 5_000;
/// Longest texts of a token that is remembered, in bytes: all of them together stay below a few megabytes.
const MAX_TEXTS: usize = 512;

/// The tokens that were verified with the keys of one fetch.
#[derive(Default)]
pub struct Verified(RwLock<Halves>);

#[derive(Default)]
struct Halves {
    era: Option<Era>,
    young: HashMap<Digest, Arc<Genuine>>,
    old: HashMap<Digest, Arc<Genuine>>,
}

impl Verified {
    /// What was found about a token when it was verified with the keys of this era.
    #[must_use]
    pub fn get(&self, digest: &Digest, era: Era) -> Option<Arc<Genuine>> {
        let genuine = {
            let halves = self.0.read().unwrap_or_else(PoisonError::into_inner);
            if halves.era != Some(era) {
                return None;
            }
            if let Some(genuine) = halves.young.get(digest) {
                return Some(Arc::clone(genuine));
            }
            Arc::clone(halves.old.get(digest)?)
        };
        self.insert(*digest, Arc::clone(&genuine), era);
        Some(genuine)
    }

    /// Remembers a token. `era` is that of the keys before the one that verified it was looked up: what was fetched
    /// meanwhile may have withdrawn that key.
    pub fn insert(&self, digest: Digest, genuine: Arc<Genuine>, era: Era) {
        if genuine.texts() > MAX_TEXTS {
            return;
        }
        let mut halves = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if halves.era > Some(era) {
            return;
        }
        if halves.era != Some(era) {
            *halves = Halves { era: Some(era), ..Halves::default() };
        }
        if halves.young.len() >= HALF {
            halves.old = std::mem::take(&mut halves.young);
        }
        halves.young.insert(digest, genuine);
    }

    /// How many tokens are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        let halves = self.0.read().unwrap_or_else(PoisonError::into_inner);
        halves.young.len() + halves.old.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(number: usize) -> Digest {
        let mut digest = [0; 32];
        digest[..8].copy_from_slice(&number.to_le_bytes());
        digest
    }

    #[test]
    fn a_flood_keeps_the_bound_and_whoever_is_used_stays() {
        let (verified, genuine) = (Verified::default(), Arc::new(Genuine::default()));
        let favourite = digest(usize::MAX);
        verified.insert(favourite, Arc::clone(&genuine), 1);
        for number in 0..5 * HALF {
            verified.insert(digest(number), Arc::clone(&genuine), 1);
            assert!(verified.len() <= 2 * HALF);
            if number % 1_000 == 0 {
                assert!(verified.get(&favourite, 1).is_some());
            }
        }
        assert!(verified.get(&digest(0), 1).is_none() && verified.get(&digest(5 * HALF - 1), 1).is_some());
    }

    #[test]
    fn other_keys_know_none_of_the_tokens() {
        let (verified, genuine) = (Verified::default(), Arc::new(Genuine::default()));
        verified.insert(digest(1), Arc::clone(&genuine), 1);
        assert!(verified.get(&digest(1), 1).is_some());
        assert!(verified.get(&digest(1), 2).is_none());
        verified.insert(digest(2), Arc::clone(&genuine), 2);
        assert_eq!(verified.len(), 1, "the tokens of the keys before are forgotten");
        // Verified with keys that were replaced while it was.
        verified.insert(digest(1), genuine, 1);
        assert!(verified.get(&digest(1), 1).is_none() && verified.get(&digest(1), 2).is_none());
    }

    #[test]
    fn a_token_with_long_texts_is_not_remembered() {
        let verified = Verified::default();
        let scopes = Some("x".repeat(MAX_TEXTS + 1));
        verified.insert(digest(1), Arc::new(Genuine { scopes, ..Genuine::default() }), 1);
        assert!(verified.is_empty());
    }
}
