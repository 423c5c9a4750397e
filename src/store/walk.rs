//! Where a walk by pages is, and how it goes on: behind the last row, or at the next stripe of its reader.
use super::{
    legacy_row::LegacyValue,
    matching::{self, Parse},
    row_stream::StreamError,
    stripes::Stripes,
};

/// A walk over the rows in the order of the key.
pub(crate) struct Walk {
    stripes: Option<Stripes>,
    parse: Parse,
    page: u32,
    after: Option<String>,
    /// Rows that are asked for next.
    limit: u32,
}

impl Walk {
    /// From the first row on, whosever it is: the next step jumps.
    pub fn new(parse: Parse, page: u32, stripes: Option<Stripes>) -> Self {
        Self { stripes, parse, page, after: None, limit: page }
    }

    /// The value of the key behind which the next page begins, and how many rows it may have.
    pub fn next(&self) -> (Option<&str>, u32) {
        (self.after.as_deref(), self.limit)
    }

    /// Goes on behind a page of so many rows that ended with this key; whether there may be more.
    pub fn go_on(&mut self, last: Option<&LegacyValue>, rows: usize) -> Result<bool, StreamError> {
        if u32::try_from(rows).unwrap_or(u32::MAX) < self.limit {
            return Ok(false);
        }
        let after = if let (Some(stripes), Some(LegacyValue::Int(key))) = (self.stripes, last) {
            let next = stripes.from(key.saturating_add(1));
            // No more rows of this stripe than it has keys: beyond it they are another reader's.
            self.limit = u32::try_from(Stripes::rest(next)).unwrap_or(u32::MAX).min(self.page);
            let Some(before) = self.parse.bindable(&next.saturating_sub(1).to_string()) else {
                // The column cannot hold such keys.
                return Ok(false);
            };
            before
        } else {
            last.and_then(matching::key).and_then(|key| self.parse.bindable(&key)).ok_or(StreamError::NoOrder)?
        };
        if self.after.as_ref() == Some(&after) {
            return Err(StreamError::NoOrder);
        }
        self.after = Some(after);
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    const SIGNED: Parse = Parse::Integer { unsigned: false };

    /// What a reader keeps of a table of these keys, and how often it asked.
    fn walked(keys: &BTreeSet<i64>, stripes: Stripes, page: u32) -> (Vec<i64>, usize) {
        let (mut walk, mut kept, mut asked) = (Walk::new(SIGNED, page, Some(stripes)), Vec::new(), 0);
        loop {
            let (after, limit) = walk.next();
            let after: Option<i64> = after.map(|key| key.parse().expect("a whole number"));
            let limit = usize::try_from(limit).expect("small");
            let behind = keys.iter().filter(|key| after.is_none_or(|after| **key > after));
            let rows: Vec<i64> = behind.take(limit).copied().collect();
            asked += 1;
            kept.extend(rows.iter().filter(|key| stripes.hold(i128::from(**key))));
            let last = rows.last().map(|key| LegacyValue::Int((*key).into()));
            if !walk.go_on(last.as_ref(), rows.len()).expect("whole numbers") {
                return (kept, asked);
            }
        }
    }

    fn keys() -> impl Strategy<Value = BTreeSet<i64>> {
        let dense = proptest::collection::btree_set(-40_000_i64..40_000, 0..400);
        let sparse = proptest::collection::btree_set(any::<i64>(), 0..100);
        let ends = proptest::sample::subsequence(vec![i64::MIN, i64::MIN + 1, -1, 0, i64::MAX - 1, i64::MAX], 0..6);
        (dense, sparse, ends).prop_map(|(dense, sparse, ends)| dense.into_iter().chain(sparse).chain(ends).collect())
    }

    proptest! {
        #[test]
        fn together_the_readers_see_every_key_once(keys in keys(), of in 1_u32..12, page in 1_u32..50) {
            let mut seen = Vec::new();
            for index in 0..of {
                seen.extend(walked(&keys, Stripes { index, of }, page).0);
            }
            seen.sort_unstable();
            prop_assert_eq!(seen, keys.into_iter().collect::<Vec<_>>());
        }
    }

    #[test]
    fn nobody_asks_for_every_empty_stripe() {
        let keys: BTreeSet<i64> = (0..100).map(|n| n * 1_000_000_007).collect();
        let (kept, asked) = walked(&keys, Stripes { index: 2, of: 5 }, 50);
        assert!(!kept.is_empty() && asked <= 4, "{asked} pages");
    }

    #[test]
    fn a_key_that_does_not_go_on_is_said() {
        let mut walk = Walk::new(Parse::Text, 1, None);
        let last = LegacyValue::Text("a".into());
        assert_eq!(walk.go_on(Some(&last), 1), Ok(true));
        assert_eq!(walk.go_on(Some(&last), 1), Err(StreamError::NoOrder));
        assert_eq!(walk.go_on(Some(&LegacyValue::Null), 1), Err(StreamError::NoOrder));
        assert_eq!(walk.go_on(None, 0), Ok(false));
    }
}
