//! Every user of the table, page by page, in the order of the key: constant memory, whatever the table.
use super::user_id;
use crate::{
    config::users::Users,
    store::{Store, error::StoreError, legacy_row::LegacyRow},
};

/// Rows of a page.
const PAGE: u32 = 1000;

/// Why the users cannot be read one after the other.
#[derive(Debug, thiserror::Error)]
pub enum NoPages {
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The operator's own SELECT finds one person only.
    #[error("`users.query` finds one person at a time: this needs `users.table`")]
    NoTable,
    /// A page ended at a row whose key cannot be read, or that does not go on.
    #[error("the rows cannot be read in the order of `users.user_id.column`: its values must be unique and not NULL")]
    NoOrder,
}

/// A walk over the table.
pub struct Pages<'a> {
    store: &'a dyn Store,
    users: &'a Users,
    after: Option<String>,
    ended: bool,
}

impl<'a> Pages<'a> {
    /// From the first row on.
    #[must_use]
    pub fn new(store: &'a dyn Store, users: &'a Users) -> Self {
        Self { store, users, after: None, ended: false }
    }

    /// The next rows; `None` behind the last one.
    ///
    /// # Errors
    /// `NoPages`.
    pub async fn next(&mut self) -> Result<Option<Vec<LegacyRow>>, NoPages> {
        if self.ended {
            return Ok(None);
        }
        let page = self.store.page(self.after.as_deref(), PAGE).await?.ok_or(NoPages::NoTable)?;
        match page.last().filter(|_| u32::try_from(page.len()) == Ok(PAGE)) {
            Some(last) => {
                let key = user_id::key_text(last.get(&self.users.id_column)).map_err(|_| NoPages::NoOrder)?;
                if self.after.as_ref() == Some(&key) {
                    return Err(NoPages::NoOrder);
                }
                self.after = Some(key);
            }
            None => self.ended = true,
        }
        Ok(if page.is_empty() { None } else { Some(page) })
    }
}
