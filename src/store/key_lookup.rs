//! Which of some keys have a row: many are asked for by one statement.
use super::{
    legacy_row::LegacyValue,
    matching::{self, Parse},
    plan::ColumnFacts,
    statements::{Reading, reading, select},
};
use crate::sql::{
    dialect::Dialect,
    select_user::{self, Origin},
    statement::Statement,
};
use std::collections::HashSet;

/// Keys of one statement: fewer are filled up, which costs each a little.
const SEVERAL: usize = 16;
/// Rows for one key: a collation may find others that do not match.
const ROWS: usize = 20;

/// How rows of a table are found by their keys.
#[derive(Debug, Clone)]
pub(crate) struct KeyLookup {
    /// By one key.
    pub one: Reading,
    /// By [`SEVERAL`] keys.
    pub several: Reading,
    /// How a key is parsed.
    pub parse: Parse,
}

/// Some keys and the statement that asks for them.
pub(super) struct Question<'a> {
    pub keys: &'a [String],
    pub reading: &'a Reading,
    pub values: Vec<Option<String>>,
    limit: usize,
}

impl KeyLookup {
    pub fn new(dialect: Dialect, origin: &Origin, key: &ColumnFacts) -> Self {
        let selected = [(key.name.clone(), key.shape, select(key))];
        let compared = (key.expression.clone(), key.key.clone());
        let mut pieces = select_user::select(&[select(key)], origin);
        select_user::push_among(&mut pieces, origin, &compared, SEVERAL);
        let rows = u32::try_from(SEVERAL * ROWS).unwrap_or(u32::MAX);
        select_user::push_limit(&mut pieces, dialect, rows, false);
        Self {
            one: reading(dialect, &selected, origin, &[compared], ROWS),
            several: Reading::new(Statement::new(dialect, pieces), vec![(key.name.clone(), key.shape)]),
            parse: key.parse,
        }
    }

    /// Those of the keys that a row could have, as they are bound.
    pub fn possible(&self, keys: &[&str]) -> Vec<String> {
        // No column can hold a NUL, and PostgreSQL would answer with an error.
        keys.iter().filter(|key| !key.contains('\0')).filter_map(|key| self.parse.bindable(key)).collect()
    }

    /// The statements that ask for these keys.
    pub fn questions<'a>(&'a self, keys: &'a [String]) -> impl Iterator<Item = Question<'a>> {
        keys.chunks(SEVERAL).map(|keys| self.question(keys))
    }

    /// The statement that asks for up to [`SEVERAL`] keys.
    pub fn question<'a>(&'a self, keys: &'a [String]) -> Question<'a> {
        let (reading, count) = if keys.len() > 1 { (&self.several, SEVERAL) } else { (&self.one, 1) };
        // The last one again and again: a text that is no key may be none of the column's values.
        let filled = keys.iter().chain(keys.last().into_iter().cycle()).take(count);
        // Where the comparison has a second value, it is the same one.
        let values = filled.flat_map(|key| [Some(key.clone()), Some(key.clone())]).collect();
        Question { keys, reading, values, limit: count * ROWS }
    }
}

impl Question<'_> {
    /// The keys that these rows have; `None` where there may be more rows than were read.
    pub fn told(&self, rows: Vec<Vec<LegacyValue>>) -> Option<HashSet<String>> {
        let all = rows.len() < self.limit || self.keys.len() == 1;
        all.then(|| rows.iter().flatten().filter_map(matching::printed).collect())
    }
}
