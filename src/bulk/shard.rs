//! A part of the users, so that several machines share an export.
//!
//! # Why no lines are drawn from the rows
//! Two machines that begin at different times see different rows. Whose a key is follows from the key alone: whole numbers
//! lie in stripes of 16,384 that the shards take in turn, and every other key goes by the first eight bytes of its SHA-256. A
//! user who is there all the time is in exactly one shard, whatever is inserted meanwhile.
use crate::{
    accounts::user_id,
    store::{legacy_row::LegacyValue, stripes::Stripes},
};
use sha2::{Digest, Sha256};
use std::{fmt, str::FromStr};

/// Most shards.
const MOST: u32 = 1000;

/// Shard `index` of `of`, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    index: u32,
    of: u32,
}

impl Shard {
    /// Its stripes of whole keys.
    #[must_use]
    pub fn stripes(self) -> Stripes {
        Stripes { index: self.index - 1, of: self.of }
    }

    /// Into how many shards the users are split.
    #[must_use]
    pub fn of(self) -> u32 {
        self.of
    }

    /// Whether the row of this key is in it. A key without a text is the first shard's, which tells of it.
    #[must_use]
    pub fn holds(self, key: Option<&LegacyValue>) -> bool {
        if let Some(LegacyValue::Int(key)) = key {
            return self.stripes().hold(*key);
        }
        let Ok(text) = user_id::key_text(key) else { return self.index == 1 };
        let digest = Sha256::digest(text.as_bytes());
        let first = digest.first_chunk::<8>().map_or(0, |first| u64::from_be_bytes(*first));
        first % u64::from(self.of) == u64::from(self.index - 1)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str| text.parse::<u32>().ok().filter(|number| (1..=MOST).contains(number));
        let told = text.split_once('/').and_then(|(index, of)| Some((number(index)?, number(of)?)));
        match told {
            Some((index, of)) if index <= of => Ok(Self { index, of }),
            _ => Err(format!("a shard is `I/N` with 1 ≤ I ≤ N ≤ {MOST}, such as `3/8`")),
        }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key() -> impl Strategy<Value = LegacyValue> {
        prop_oneof![
            any::<i64>().prop_map(|key| LegacyValue::Int(key.into())),
            (-100_000_i128..100_000).prop_map(LegacyValue::Int),
            any::<String>().prop_map(LegacyValue::Text),
            proptest::collection::vec(any::<u8>(), 0..20).prop_map(LegacyValue::Bytes),
            Just(LegacyValue::Null),
            any::<bool>().prop_map(LegacyValue::Bool),
        ]
    }

    proptest! {
        #[test]
        fn every_key_is_in_one_shard(key in key(), of in 1..=MOST) {
            let holders = (1..=of).filter(|index| Shard { index: *index, of }.holds(Some(&key))).count();
            prop_assert_eq!(holders, 1);
        }
    }

    /// The assignment is a contract between machines of different versions.
    /// Source of the digests: `printf %s KEY | sha256sum`.
    #[test]
    fn the_assignment_stays() {
        let shard = |index| Shard { index, of: 8 };
        let text = |text: &str| LegacyValue::Text(text.to_owned());
        // 2cf24dba5fb0a30e…, and 0xe mod 8 is 6.
        assert!(shard(7).holds(Some(&text("hello"))));
        // e3b0c44298fc1c14…, and 4 mod 8 is 4.
        assert!(shard(5).holds(Some(&text(""))));
        for (key, index) in [(0, 1), (16_383, 1), (16_384, 2), (131_071, 8), (131_072, 1), (-1, 8), (-16_385, 7)] {
            assert!(shard(index).holds(Some(&LegacyValue::Int(key))), "{key}");
        }
    }

    #[test]
    fn only_shards_are_shards() {
        for text in ["1/1", "3/8", "1000/1000"] {
            assert_eq!(text.parse::<Shard>().map(|shard| shard.to_string()), Ok(text.to_owned()));
        }
        for text in ["", "3", "0/8", "9/8", "1/1001", "3/8/2", "-1/8", "a/b", "3 / 8"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }
}
