//! Every user of the table, in the order of the key: constant memory, whatever the table.
use crate::store::{
    Store,
    error::StoreError,
    legacy_row::LegacyRow,
    row_stream::{RowStream, StreamError},
    stripes::Stripes,
};
use std::sync::Arc;

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

impl From<StreamError> for NoPages {
    fn from(error: StreamError) -> Self {
        match error {
            StreamError::Store(error) => Self::Store(error),
            StreamError::NoOrder => Self::NoOrder,
        }
    }
}

/// A walk over the table.
pub struct Pages {
    rows: RowStream,
}

impl Pages {
    /// From the first row on; with stripes, only what may be in them.
    ///
    /// # Errors
    /// `NoTable`.
    pub fn new(store: &Arc<dyn Store>, stripes: Option<Stripes>) -> Result<Self, NoPages> {
        let rows = Arc::clone(store).walk(stripes).ok_or(NoPages::NoTable)?;
        Ok(Self { rows })
    }

    /// Hands the next rows to `read`; whether there may be more.
    ///
    /// # Errors
    /// `NoPages`, and what `read` says.
    pub async fn next<E: From<NoPages>>(
        &mut self,
        mut read: impl FnMut(&LegacyRow) -> Result<(), E>,
    ) -> Result<bool, E> {
        let mut told = Ok(());
        let more = self.rows.next(|row| {
            // Handing the whole result on for each row would take longer than the JSON of the row.
            match read(row) {
                Ok(()) => Ok(()),
                Err(error) => {
                    told = Err(error);
                    Err(NoPages::NoOrder)
                }
            }
        });
        let more = more.await;
        told?;
        Ok(more?)
    }
}
