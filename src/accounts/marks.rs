//! All marks of the ledger at once, for those who read the whole table: sixteen bytes each, asked without a statement.
//!
//! # Why not a question for each page
//! A million users would be two thousand statements. A fingerprint that two ids share would keep a user out of an export
//! without a word: hence sixteen bytes, with which that does not happen.
use super::fingerprint::{Set, TwiceKeyed};
use crate::{ledger::Ledger, store::error::StoreError};

/// The marks as they stood when they were read.
#[derive(Default)]
pub struct Marks {
    keys: TwiceKeyed,
    marked: Set<(u64, u64)>,
}

impl Marks {
    /// Reads the whole ledger.
    ///
    /// # Errors
    /// When the ledger does not answer.
    pub async fn read(ledger: &dyn Ledger) -> Result<Self, StoreError> {
        let mut marks = Self::default();
        let mut after = String::new();
        loop {
            let page = ledger.marked_behind(&after).await?;
            let Some(last) = page.last() else { return Ok(marks) };
            // A page that does not go on would be read for ever.
            if *last == after {
                return Ok(marks);
            }
            marks.marked.extend(page.iter().map(|user_id| marks.keys.of(user_id.as_bytes())));
            after.clone_from(last);
        }
    }

    /// Whether this user is marked.
    #[must_use]
    pub fn hold(&self, user_id: &str) -> bool {
        !self.marked.is_empty() && self.marked.contains(&self.keys.of(user_id.as_bytes()))
    }
}
