//! A statement made of pieces, and its diesel face. It must never opt out of the prepared-statement cache, and a value
//! must never become part of its text.
use super::{dialect::Dialect, identifier};
use diesel::{
    backend::Backend,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    result::QueryResult,
    serialize::ToSql,
    sql_types::{HasSqlType, Nullable, Text, Untyped},
};
use std::{borrow::Cow, fmt, sync::Arc};
use zeroize::Zeroize;

/// A part of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Text of our own, or of the catalogue where it names a type, a character set or a collation.
    Sql(Cow<'static, str>),
    /// A name; quoted when the statement is written.
    Identifier(String),
    /// A path of names, such as schema and table.
    Path(Vec<String>),
    /// Text that the operator wrote in the configuration.
    Operator(String),
    /// The value in this place of [`Bound::new`]'s list; every value is sent as text.
    Bind(usize),
}

impl From<&'static str> for Piece {
    fn from(text: &'static str) -> Self {
        Self::Sql(Cow::Borrowed(text))
    }
}

/// SQL around one expression: `before` expression `after`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wrap {
    /// What stands before.
    pub before: Cow<'static, str>,
    /// What stands behind.
    pub after: Cow<'static, str>,
}

impl Wrap {
    /// Nothing around.
    pub const NONE: Self = Self { before: Cow::Borrowed(""), after: Cow::Borrowed("") };

    /// Puts constant text around.
    #[must_use]
    pub const fn of(before: &'static str, after: &'static str) -> Self {
        Self { before: Cow::Borrowed(before), after: Cow::Borrowed(after) }
    }

    /// Puts text around that was made from the catalogue.
    #[must_use]
    pub fn made(before: String, after: String) -> Self {
        Self { before: Cow::Owned(before), after: Cow::Owned(after) }
    }

    /// Pushes the wrapped piece.
    pub fn push(&self, pieces: &mut Vec<Piece>, inner: impl IntoIterator<Item = Piece>) {
        pieces.push(Piece::Sql(self.before.clone()));
        pieces.extend(inner);
        pieces.push(Piece::Sql(self.after.clone()));
    }
}

/// A statement whose text is constant for the life of a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    segments: Vec<Segment>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    Text(String),
    Bind(usize),
}

impl Statement {
    /// Writes the pieces in a dialect.
    #[must_use]
    pub fn new(dialect: Dialect, pieces: Vec<Piece>) -> Self {
        let mut segments = Vec::new();
        let mut text = String::new();
        for piece in pieces {
            match piece {
                Piece::Sql(part) => text.push_str(&part),
                Piece::Operator(part) => text.push_str(&part),
                Piece::Identifier(name) => text.push_str(&identifier::quote(dialect, &name)),
                Piece::Path(parts) => text.push_str(&identifier::quote_path(dialect, &parts)),
                Piece::Bind(slot) => {
                    segments.push(Segment::Text(std::mem::take(&mut text)));
                    segments.push(Segment::Bind(slot));
                }
            }
        }
        segments.push(Segment::Text(text));
        Self { segments }
    }

    /// The text, binds written by `placeholder`, which is given the count from 1.
    pub fn text(&self, mut placeholder: impl FnMut(usize) -> String) -> String {
        let mut count = 0;
        self.segments
            .iter()
            .map(|segment| match segment {
                Segment::Text(text) => text.clone(),
                Segment::Bind(_) => {
                    count += 1;
                    placeholder(count)
                }
            })
            .collect()
    }

    /// The text with `value` of each slot in its place, for statements about a statement.
    pub fn literal(&self, mut value: impl FnMut(usize) -> String) -> String {
        self.segments
            .iter()
            .map(|segment| match segment {
                Segment::Text(text) => text.clone(),
                Segment::Bind(slot) => value(*slot),
            })
            .collect()
    }

    /// How many values are bound.
    #[must_use]
    pub fn bind_count(&self) -> usize {
        self.segments.iter().filter(|segment| matches!(segment, Segment::Bind(_))).count()
    }
}

/// A statement with its values; they are wiped on drop and never printed.
#[derive(Clone)]
pub struct Bound {
    statement: Arc<Statement>,
    values: Vec<Option<String>>,
}

impl Bound {
    /// Joins a statement and its values; a slot without a value is NULL.
    #[must_use]
    pub fn new(statement: Arc<Statement>, values: Vec<Option<String>>) -> Self {
        Self { statement, values }
    }
}

impl Bound {
    /// The statement.
    #[must_use]
    pub fn statement(&self) -> &Statement {
        &self.statement
    }

    /// The statement, to be known again: the same one has the same address.
    #[must_use]
    pub fn shared(&self) -> &Arc<Statement> {
        &self.statement
    }

    /// The values in the order of their places.
    pub fn in_order(&self) -> impl Iterator<Item = Option<&str>> {
        self.statement.segments.iter().filter_map(|segment| match segment {
            Segment::Bind(slot) => Some(self.values.get(*slot).and_then(Option::as_deref)),
            Segment::Text(_) => None,
        })
    }
}

impl fmt::Debug for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Bound").field(&self.statement).finish()
    }
}

impl Drop for Bound {
    fn drop(&mut self) {
        self.values.iter_mut().flatten().for_each(Zeroize::zeroize);
    }
}

impl QueryId for Bound {
    type QueryId = ();
    // The text differs from store to store, so the cache goes by text.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Bound {
    type SqlType = Untyped;
}

impl<DB> QueryFragment<DB> for Bound
where
    DB: Backend + HasSqlType<Text> + HasSqlType<Nullable<Text>>,
    Option<String>: ToSql<Nullable<Text>, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        for segment in &self.statement.segments {
            match segment {
                Segment::Text(text) => out.push_sql(text),
                Segment::Bind(slot) => {
                    out.push_bind_param::<Nullable<Text>, _>(self.values.get(*slot).unwrap_or(&None))?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_never_become_text() {
        let statement = Statement::new(
            Dialect::Postgres,
            vec!["select ".into(), Piece::Identifier("a\"".into()), " = ".into(), Piece::Bind(0)],
        );
        assert_eq!(statement.text(|n| format!("${n}")), "select \"a\"\"\" = $1");
        let bound = Bound::new(Arc::new(statement), vec![Some("'; drop table x".into())]);
        let shown = diesel::query_builder::QueryBuilder::<diesel::pg::Pg>::finish;
        let mut builder = diesel::pg::PgQueryBuilder::new();
        QueryFragment::<diesel::pg::Pg>::to_sql(&bound, &mut builder, &diesel::pg::Pg).unwrap();
        assert_eq!(shown(builder), "select \"a\"\"\" = $1");
        assert!(QueryFragment::<diesel::pg::Pg>::is_safe_to_cache_prepared(&bound, &diesel::pg::Pg).unwrap());
        assert!(!format!("{bound:?}").contains("drop"));
    }
}
