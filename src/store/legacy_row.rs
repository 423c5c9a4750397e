//! One record of the legacy database: names and values whose types are known at run time only.
use std::{fmt, sync::Arc};
use zeroize::Zeroize;

/// The names of a row's columns, which all rows of one statement share.
pub(crate) type Names = Arc<[String]>;

/// A row; wiped on drop, since one of its values is the stored hash.
pub struct LegacyRow {
    names: Names,
    // Never more than there are names.
    values: Vec<LegacyValue>,
    // The ledger's `user_id` of this row, where the statement asked for it and there is one.
    mark: Option<String>,
}

impl LegacyRow {
    /// Makes a row of its columns.
    #[must_use]
    pub fn new(columns: Vec<(String, LegacyValue)>) -> Self {
        let (names, values): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
        Self { names: names.into(), values, mark: None }
    }

    /// Makes a row of the names of its statement and as many values, or fewer.
    pub(crate) fn of(names: Names, values: Vec<LegacyValue>) -> Self {
        Self { names, values, mark: None }
    }

    /// The same with what the ledger has of it.
    pub(crate) fn marked(self, mark: Option<String>) -> Self {
        let mut row = self;
        row.mark = mark;
        row
    }

    /// The `user_id` under which the ledger has this row; says nothing where the store does not tell marks.
    #[must_use]
    pub fn mark(&self) -> Option<&str> {
        self.mark.as_deref()
    }

    /// The value of the first column, which of mapped rows is the key.
    pub(crate) fn first(&self) -> Option<&LegacyValue> {
        self.values.first()
    }

    /// The values, to be overwritten by those of the next row.
    pub(crate) fn values_mut(&mut self) -> &mut Vec<LegacyValue> {
        &mut self.values
    }

    /// The value of a column; names compare exactly, then without case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&LegacyValue> {
        let found = self.columns().find(|(column, _)| *column == name);
        found.or_else(|| self.columns().find(|(column, _)| column.eq_ignore_ascii_case(name))).map(|(_, value)| value)
    }

    /// The names of the columns, the same for all rows of a statement.
    pub(crate) fn names(&self) -> &Names {
        &self.names
    }

    /// Where `get` finds a column, for rows that share their names.
    pub(crate) fn place(&self, name: &str) -> Option<usize> {
        let exact = self.names.iter().position(|column| column == name);
        exact.or_else(|| self.names.iter().position(|column| column.eq_ignore_ascii_case(name)))
    }

    /// The value at a place.
    pub(crate) fn at(&self, place: Option<usize>) -> Option<&LegacyValue> {
        self.values.get(place?)
    }

    /// All columns in their order.
    pub fn columns(&self) -> impl Iterator<Item = (&str, &LegacyValue)> {
        self.names.iter().map(String::as_str).zip(&self.values)
    }
}

impl fmt::Debug for LegacyRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.columns().map(|(name, _)| name)).finish()
    }
}

impl Drop for LegacyRow {
    fn drop(&mut self) {
        for value in &mut self.values {
            match value {
                LegacyValue::Text(text) => text.zeroize(),
                LegacyValue::Bytes(bytes) => bytes.zeroize(),
                _ => {}
            }
        }
    }
}

/// A value of one column.
#[derive(Clone, PartialEq)]
pub enum LegacyValue {
    /// SQL NULL.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number of any width.
    Int(i128),
    /// A finite floating-point number.
    Float(f64),
    /// An exact decimal, as the database prints it.
    Decimal(String),
    /// Text; `char(n)` without its padding, uuid in lower case, enums and everything else that has a text form.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A JSON document.
    Json(serde_json::Value),
    /// An SQL array.
    List(Vec<LegacyValue>),
    /// A date, a time or a moment in ISO 8601; with `Z` where the column knows its zone.
    Moment(String),
    /// A value that could not be decoded; holds the type's name.
    Undecodable(String),
}

impl fmt::Debug for LegacyValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LegacyValue(…)")
    }
}
