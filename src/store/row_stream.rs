//! A whole table on its way from the database: rows in the order of the key, in batches, the next while one is read.
//! What broke off must never look like what is done: every stream says its end.
use super::{
    error::{StoreError, StoreErrorKind},
    legacy_row::{LegacyRow, LegacyValue},
    shape::Shape,
    sql_store::Columns,
    statements::Reading,
};
use tokio::sync::mpsc;
use zeroize::Zeroize;

/// Batches that wait for their reader.
const AHEAD: usize = 2;

/// Why the rows of a table cannot be read to their end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StreamError {
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A page ended at a row whose key cannot be read, or that does not go on.
    #[error("the rows cannot be read in the order of `users.user_id.column`: its values must be unique and not NULL")]
    NoOrder,
}

/// Some rows.
pub(crate) enum Batch {
    /// Decoded.
    Rows(Vec<LegacyRow>),
    /// Tuples of PostgreSQL's binary COPY, one behind the other.
    Tuples(Vec<u8>),
    /// There are no more.
    End,
}

/// Where batches go.
pub(crate) type Sink = mpsc::Sender<Result<Batch, StreamError>>;

/// Rows that come in. Dropped, it ends whoever sends them.
pub struct RowStream {
    batches: mpsc::Receiver<Result<Batch, StreamError>>,
    columns: Columns,
    row: LegacyRow,
}

impl RowStream {
    /// A stream of what a statement reads, and where its batches go.
    pub(crate) fn of(reading: &Reading) -> (Self, Sink) {
        let (sink, batches) = mpsc::channel(AHEAD);
        let row = LegacyRow::of(reading.names.clone(), vec![LegacyValue::Null; reading.columns.len()]);
        (Self { batches, columns: reading.columns.clone(), row }, sink)
    }

    /// Hands the next rows to `read`; whether there may be more.
    ///
    /// # Errors
    /// `StreamError`, and what `read` says.
    pub async fn next<E: From<StreamError>>(
        &mut self,
        mut read: impl FnMut(&LegacyRow) -> Result<(), E>,
    ) -> Result<bool, E> {
        let broken_off = || {
            let error = StoreError::new(StoreErrorKind::Connection, "the rows of the database broke off");
            Err(StreamError::Store(error))
        };
        match self.batches.recv().await.unwrap_or_else(broken_off)? {
            Batch::End => return Ok(false),
            Batch::Rows(rows) => rows.iter().try_for_each(read)?,
            Batch::Tuples(tuples) => {
                let mut rest = tuples.as_slice();
                while !rest.is_empty() {
                    rest = self.decode(rest).ok_or_else(|| {
                        let error = StoreError::new(StoreErrorKind::Schema, "the rows of the database cannot be read");
                        StreamError::Store(error)
                    })?;
                    read(&self.row)?;
                }
            }
        }
        Ok(true)
    }

    /// Reads one tuple into the row; what is behind it.
    fn decode<'a>(&mut self, tuple: &'a [u8]) -> Option<&'a [u8]> {
        let (count, mut rest) = tuple.split_first_chunk::<2>()?;
        if usize::from(u16::from_be_bytes(*count)) != self.columns.len() {
            return None;
        }
        for (value, (_, shape)) in self.row.values_mut().iter_mut().zip(self.columns.iter()) {
            let (length, behind) = rest.split_first_chunk::<4>()?;
            let field = match i32::from_be_bytes(*length) {
                -1 => None,
                length => Some(behind.split_at_checked(usize::try_from(length).ok()?)?),
            };
            rest = field.map_or(behind, |(_, behind)| behind);
            set(value, *shape, field.map(|(field, _)| field));
        }
        Some(rest)
    }
}

/// Overwrites a value with the next row's, in its place: what a text took stays its room.
fn set(value: &mut LegacyValue, shape: Shape, field: Option<&[u8]>) {
    match (shape, field, &mut *value) {
        (Shape::Text, Some(field), LegacyValue::Text(text)) => {
            if let Ok(next) = std::str::from_utf8(field) {
                text.clear();
                text.push_str(next);
                return;
            }
        }
        (Shape::Int, Some(field), LegacyValue::Int(number)) => {
            if let Some(whole) = whole(field) {
                *number = whole;
                return;
            }
        }
        (Shape::Bool, Some(field), LegacyValue::Bool(truth)) => {
            *truth = field != [0];
            return;
        }
        (_, None, LegacyValue::Null) => return,
        _ => {}
    }
    if let LegacyValue::Text(text) = value {
        text.zeroize();
    }
    *value = match (shape, field) {
        (_, None) => LegacyValue::Null,
        (Shape::Int, Some(field)) => {
            whole(field).map_or_else(|| LegacyValue::Undecodable("bigint".to_owned()), LegacyValue::Int)
        }
        (Shape::Bool, Some(field)) => LegacyValue::Bool(field != [0]),
        (_, Some(field)) => shape.of_bytes(field, "text"),
    };
}

fn whole(field: &[u8]) -> Option<i128> {
    <[u8; 8]>::try_from(field).ok().map(|whole| i64::from_be_bytes(whole).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::{dialect::Dialect, statement::Statement};

    fn reading() -> Reading {
        let columns = [("id", Shape::Int), ("name", Shape::Text), ("active", Shape::Bool)];
        let columns = columns.map(|(name, shape)| (name.to_owned(), shape)).to_vec();
        Reading::new(Statement::new(Dialect::Postgres, Vec::new()), columns)
    }

    fn tuple(id: i64, name: Option<&str>, active: u8) -> Vec<u8> {
        let mut tuple = vec![0, 3, 0, 0, 0, 8];
        tuple.extend(id.to_be_bytes());
        match name {
            Some(name) => {
                tuple.extend(u32::try_from(name.len()).expect("short").to_be_bytes());
                tuple.extend(name.as_bytes());
            }
            None => tuple.extend((-1_i32).to_be_bytes()),
        }
        tuple.extend([0, 0, 0, 1, active]);
        tuple
    }

    async fn read(batches: Vec<Batch>) -> Result<Vec<(LegacyValue, LegacyValue, LegacyValue)>, StreamError> {
        let (mut stream, sink) = RowStream::of(&reading());
        let send = async move {
            for batch in batches {
                sink.send(Ok(batch)).await.expect("somebody reads");
            }
        };
        let mut rows = Vec::new();
        let receive = async {
            let told = |row: &LegacyRow, name| row.get(name).cloned().unwrap_or(LegacyValue::Null);
            let keep = |row: &LegacyRow| {
                rows.push((told(row, "id"), told(row, "name"), told(row, "active")));
                Ok::<_, StreamError>(())
            };
            let mut keep = keep;
            while stream.next(&mut keep).await? {}
            Ok::<_, StreamError>(())
        };
        let ((), received) = tokio::join!(send, receive);
        received.map(|()| rows)
    }

    #[tokio::test]
    async fn tuples_are_read_as_they_were_sent() {
        let tuples = [tuple(-7, Some("a longer name"), 1), tuple(8, None, 0), tuple(9, Some("é"), 1)].concat();
        let rows = read(vec![Batch::Tuples(tuples), Batch::End]).await.expect("whole tuples");
        let text = |text: &str| LegacyValue::Text(text.to_owned());
        let expected = [
            (LegacyValue::Int(-7), text("a longer name"), LegacyValue::Bool(true)),
            (LegacyValue::Int(8), LegacyValue::Null, LegacyValue::Bool(false)),
            (LegacyValue::Int(9), text("é"), LegacyValue::Bool(true)),
        ];
        assert!(rows == expected);
    }

    #[tokio::test]
    async fn what_broke_off_is_not_done() {
        assert!(matches!(read(vec![Batch::Tuples(tuple(1, None, 1))]).await, Err(StreamError::Store(_))));
        let mut half = tuple(1, Some("name"), 1);
        half.pop();
        assert!(matches!(read(vec![Batch::Tuples(half), Batch::End]).await, Err(StreamError::Store(_))));
    }
}
