//! The statements of a store, once they are planned: what is looked up, sampled, paged and counted.
use super::{
    key_lookup::KeyLookup,
    legacy_row::Names,
    matching::{self, Parse},
    plan::ColumnFacts,
    shape::Shape,
};
use crate::sql::{
    dialect::Dialect,
    select_user::{self, Comparison, Expression, Origin, Selected},
    statement::{Piece, Statement, Wrap},
};
use std::sync::Arc;

/// A statement and how its columns are decoded.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    pub statement: Arc<Statement>,
    pub columns: Arc<[(String, Shape)]>,
    pub names: Names,
}

impl Reading {
    pub fn new(statement: Statement, columns: Vec<(String, Shape)>) -> Self {
        let names = columns.iter().map(|(name, _)| name.clone()).collect();
        Self { statement: Arc::new(statement), columns: columns.into(), names }
    }
}

/// The statements of one store.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// The lookup. Its last columns are the identifier columns, for the sieve.
    pub find: Reading,
    /// The same with the mark behind the told columns, where one statement can tell it.
    pub find_marked: Option<Reading>,
    /// Each identifier column by name, with what makes two of its values one.
    pub folded: Vec<(String, Expression, Wrap)>,
    /// For each identifier column how it is parsed and whether it has a second value.
    pub identifiers: Vec<(Parse, bool)>,
    /// Rows that the lookup reads at most.
    pub rows: usize,
    /// The key lookup of a table.
    pub key: Option<KeyLookup>,
    /// Where samples come from.
    pub origin: Origin,
    pub password: Vec<ColumnFacts>,
    /// Every mapped column.
    pub mapped: Vec<(String, Shape, Selected)>,
    /// The key and how it is compared.
    pub key_order: (Expression, Comparison),
    pub dialect: Dialect,
}

impl Plan {
    /// The statement that reads the password columns of some rows.
    pub fn sample(&self, limit: u32) -> Reading {
        let selected: Vec<_> =
            self.password.iter().map(|column| (column.name.clone(), column.shape, select(column))).collect();
        reading(self.dialect, &selected, &self.origin, &[], usize::try_from(limit).unwrap_or(usize::MAX))
    }

    /// The lookup of an identifier as one text, for `explain`. Not for anybody's identifier but a made-up one.
    pub fn lookup(&self, identifier: &str) -> String {
        let mut values = Vec::new();
        for (parse, second) in &self.identifiers {
            values.push(parse.bindable(identifier));
            values.push(second.then(|| matching::folded(identifier)));
        }
        if self.identifiers.is_empty() {
            values.push(Some(identifier.to_owned()));
        }
        self.find.statement.literal(|slot| match values.get(slot).cloned().flatten() {
            Some(value) => self.dialect.text_literal(&value),
            None => "null".to_owned(),
        })
    }

    /// For each identifier column the statement that counts values which more than one row has.
    pub fn duplicates(&self) -> Vec<(String, String)> {
        let counted = |expression: &Expression, fold: &Wrap| {
            let mut pieces: Vec<Piece> = vec!["select count(*) from (".into()];
            let selected = Selected { expression: expression.clone(), wrap: fold.clone() };
            pieces.extend(select_user::select(std::slice::from_ref(&selected), &self.origin));
            select_user::push_where(&mut pieces, &self.origin, &[], 0);
            pieces.push(" group by ".into());
            fold.push(&mut pieces, expression.pieces());
            pieces.push(" having count(*) > 1 and ".into());
            fold.push(&mut pieces, expression.pieces());
            pieces.push(" is not null and ".into());
            fold.push(&mut pieces, expression.pieces());
            pieces.push(" <> '') as d".into());
            Statement::new(self.dialect, pieces).literal(|_| String::new())
        };
        let text = |(name, expression, fold): &(String, Expression, Wrap)| (name.clone(), counted(expression, fold));
        self.folded.iter().map(text).collect()
    }

    /// The statement that reads rows in the order of the key; of a table only.
    pub fn page(&self, behind_a_key: bool, limit: u32) -> Option<Reading> {
        let Origin::Table(_) = &self.origin else { return None };
        let expressions: Vec<_> = self.mapped.iter().map(|(_, _, selected)| selected.clone()).collect();
        let mut pieces = select_user::select(&expressions, &self.origin);
        let (key, comparison) = &self.key_order;
        select_user::push_behind(&mut pieces, &self.origin, key, comparison, behind_a_key);
        select_user::push_limit(&mut pieces, self.dialect, limit, true);
        Some(Reading::new(Statement::new(self.dialect, pieces), self.mapped_columns()))
    }

    /// The statement that reads all rows in the order of the key, without a limit; of a table only.
    pub fn walk(&self) -> Option<Reading> {
        let Origin::Table(_) = &self.origin else { return None };
        let expressions: Vec<_> = self.mapped.iter().map(|(_, _, selected)| selected.clone()).collect();
        Some(Reading::new(self.in_order(&expressions, false), self.mapped_columns()))
    }

    /// The same for PostgreSQL's binary COPY, behind a key and with a limit where there are such: `(select …)`. Whole
    /// numbers and truth values come as they are, which costs the server less than to print them.
    pub fn copy(&self, after: Option<&str>, limit: Option<u32>) -> Option<Reading> {
        let Origin::Table(_) = &self.origin else { return None };
        let bare = |(_, shape, selected): &(String, Shape, Selected)| {
            let wrap = match shape {
                Shape::Int => Wrap::of("cast(", " as pg_catalog.int8)"),
                Shape::Bool => Wrap::of("cast(", " as pg_catalog.bool)"),
                _ => selected.wrap.clone(),
            };
            Selected { expression: selected.expression.clone(), wrap }
        };
        let expressions: Vec<_> = self.mapped.iter().map(bare).collect();
        let mut text = self.in_order(&expressions, after.is_some()).literal(|_| {
            // The only bind is the key: COPY takes no parameters.
            after.map_or_else(|| "null".to_owned(), |key| self.dialect.text_literal(key))
        });
        if let Some(limit) = limit {
            text.push_str(&format!(" limit {limit}"));
        }
        let text = format!("copy ({text}\n) to stdout (format binary)");
        Some(Reading::new(Statement::new(self.dialect, vec![Piece::Sql(text.into())]), self.mapped_columns()))
    }

    fn in_order(&self, expressions: &[Selected], behind_a_key: bool) -> Statement {
        let mut pieces = select_user::select(expressions, &self.origin);
        let (key, comparison) = &self.key_order;
        select_user::push_behind(&mut pieces, &self.origin, key, comparison, behind_a_key);
        Statement::new(self.dialect, pieces)
    }

    fn mapped_columns(&self) -> Vec<(String, Shape)> {
        self.mapped.iter().map(|(name, shape, _)| (name.clone(), *shape)).collect()
    }

    /// The statement that counts all rows.
    pub fn count(&self) -> Reading {
        // Every database prints a number alike; how it sends one differs.
        let text = match self.dialect {
            Dialect::Mysql => "char",
            Dialect::SqlServer => "nvarchar(30)",
            Dialect::Postgres | Dialect::Sqlite => "text",
        };
        let mut pieces: Vec<Piece> = vec!["select cast(count(*) as ".into(), text.into(), ") as users from ".into()];
        select_user::push_origin(&mut pieces, &self.origin);
        select_user::push_where(&mut pieces, &self.origin, &[], 0);
        Reading::new(Statement::new(self.dialect, pieces), vec![("users".to_owned(), Shape::Text)])
    }
}

/// A column as it is selected.
pub(super) fn select(column: &ColumnFacts) -> Selected {
    Selected { expression: column.expression.clone(), wrap: column.select.clone() }
}

/// A SELECT of these columns where one of the comparisons holds.
pub(super) fn reading(
    dialect: Dialect,
    selected: &[(String, Shape, Selected)],
    origin: &Origin,
    compared: &[(Expression, Comparison)],
    rows: usize,
) -> Reading {
    let expressions: Vec<_> = selected.iter().map(|(_, _, selected)| selected.clone()).collect();
    let mut pieces: Vec<Piece> = Vec::new();
    let rows = u32::try_from(rows).unwrap_or(u32::MAX);
    // An OR over the columns of several tables uses the index of none, and SQLite's scans when the collation of a column
    // is not its index's: there each half alone. A row that is found twice is sieved by whoever reads.
    let apart = dialect == Dialect::Sqlite || compared.iter().any(|(expression, _)| is_operator(expression));
    if apart && compared.len() > 1 {
        for (index, one) in compared.iter().enumerate() {
            pieces.push(if index > 0 { " union all select * from (" } else { "select * from (" }.into());
            pieces.extend(select_user::select(&expressions, origin));
            select_user::push_where(&mut pieces, origin, std::slice::from_ref(one), index);
            select_user::push_limit(&mut pieces, dialect, rows, false);
            pieces.push(Piece::Sql(format!(") as found{index}").into()));
        }
    } else {
        pieces.extend(select_user::select(&expressions, origin));
        select_user::push_where(&mut pieces, origin, compared, 0);
        select_user::push_limit(&mut pieces, dialect, rows, false);
    }
    let columns = selected.iter().map(|(name, shape, _)| (name.clone(), *shape)).collect();
    Reading::new(Statement::new(dialect, pieces), columns)
}

/// Whether an expression is the operator's SQL.
pub(super) fn is_operator(expression: &Expression) -> bool {
    matches!(expression, Expression::Operator(_))
}
