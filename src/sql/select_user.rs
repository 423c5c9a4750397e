//! The SELECTs over the users' table: only named columns, never `*`, never an unlimited number of rows.
use super::{
    dialect::Dialect,
    statement::{Piece, Wrap},
};

/// What is selected from.
#[derive(Debug, Clone)]
pub enum Origin {
    /// A table or view, with what is joined to it.
    Table(Table),
    /// The operator's own SELECT, split by [`super::operator_query::split`].
    Query(Vec<Piece>),
}

/// A table or view as `u`, what is joined to it, and which of its rows are users.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// `table`, or `schema.table` in its parts.
    pub path: Vec<String>,
    /// The operator's `join … on …`, which may name the table as `u`.
    pub joins: Option<String>,
    /// The operator's condition that makes a row a user; every row is one without it.
    pub filter: Option<String>,
}

/// One selected expression.
#[derive(Debug, Clone)]
pub struct Selected {
    /// A column, or SQL that the operator wrote.
    pub expression: Expression,
    /// What stands around it, such as a cast.
    pub wrap: Wrap,
}

/// What is selected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expression {
    /// A column by its name.
    Column(String),
    /// SQL of the operator's over `u` and what is joined to it.
    Operator(String),
}

impl Expression {
    /// The expression as it stands in a statement.
    #[must_use]
    pub fn pieces(&self) -> Vec<Piece> {
        match self {
            Self::Column(name) => vec!["u.".into(), Piece::Identifier(name.clone())],
            // The line break ends a comment with which the operator's text may close.
            Self::Operator(text) => vec!["(".into(), Piece::Operator(text.clone()), "\n)".into()],
        }
    }
}

/// How a column is compared with a bound value, so that its index is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// Around the column, such as `lower(…)`.
    pub column: Wrap,
    /// Around the bound value.
    pub value: Wrap,
    /// A second value that is right as well, with what stands around it.
    pub second: Option<Wrap>,
}

/// `select …` of the expressions from the origin; binds of the operator's SELECT are slot 0.
#[must_use]
pub fn select(columns: &[Selected], origin: &Origin) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = vec!["select ".into()];
    for (index, selected) in columns.iter().enumerate() {
        if index > 0 {
            pieces.push(", ".into());
        }
        selected.wrap.push(&mut pieces, selected.expression.pieces());
        // Two columns of one name could not be selected from again.
        pieces.push(Piece::Sql(format!(" as c{index}").into()));
    }
    pieces.push(" from ".into());
    push_origin(&mut pieces, origin);
    pieces
}

/// The origin as `… as u`, with its joins.
pub fn push_origin(pieces: &mut Vec<Piece>, origin: &Origin) {
    match origin {
        Origin::Table(table) => pieces.push(Piece::Path(table.path.clone())),
        Origin::Query(query) => {
            pieces.push("(".into());
            pieces.extend(query.iter().cloned());
            pieces.push("\n)".into());
        }
    }
    pieces.push(" as u".into());
    if let Origin::Table(Table { joins: Some(joins), .. }) = origin {
        pieces.extend([" ".into(), Piece::Operator(joins.clone()), "\n".into()]);
    }
}

/// Pushes ` where ` and the condition that makes a row a user; whether it did, so that ` and ` has to follow.
fn push_filter(pieces: &mut Vec<Piece>, origin: &Origin) -> bool {
    let Origin::Table(Table { filter: Some(filter), .. }) = origin else { return false };
    pieces.extend([" where (".into(), Piece::Operator(filter.clone()), "\n)".into()]);
    true
}

/// `where a or b …` within the origin's own condition: expression `i` is compared with slot `2 i` and, where it has a
/// second value, with slot `2 i + 1`; expressions are counted from `first`.
pub fn push_where(pieces: &mut Vec<Piece>, origin: &Origin, compared: &[(Expression, Comparison)], first: usize) {
    let filtered = push_filter(pieces, origin);
    if compared.is_empty() {
        return;
    }
    pieces.push(if filtered { " and (" } else { " where (" }.into());
    for (index, (expression, comparison)) in (first..).zip(compared) {
        if index > first {
            pieces.push(" or ".into());
        }
        comparison.column.push(pieces, expression.pieces());
        if let Some(second) = &comparison.second {
            pieces.push(" in (".into());
            comparison.value.push(pieces, [Piece::Bind(2 * index)]);
            pieces.push(", ".into());
            second.push(pieces, [Piece::Bind(2 * index + 1)]);
            pieces.push(")".into());
        } else {
            pieces.push(" = ".into());
            comparison.value.push(pieces, [Piece::Bind(2 * index)]);
        }
    }
    pieces.push(")".into());
}

/// `where key in (…)` so many values: key `i` is compared with slot `2 i`, and with slot `2 i + 1` where it has a second.
pub fn push_among(
    pieces: &mut Vec<Piece>,
    origin: &Origin,
    (key, comparison): &(Expression, Comparison),
    count: usize,
) {
    let filtered = push_filter(pieces, origin);
    pieces.push(if filtered { " and " } else { " where " }.into());
    comparison.column.push(pieces, key.pieces());
    for index in 0..count {
        pieces.push(if index > 0 { ", " } else { " in (" }.into());
        comparison.value.push(pieces, [Piece::Bind(2 * index)]);
        if let Some(second) = &comparison.second {
            pieces.push(", ".into());
            second.push(pieces, [Piece::Bind(2 * index + 1)]);
        }
    }
    pieces.push(")".into());
}

/// `where key > slot 0 order by key`, or the order alone for the first rows.
pub fn push_behind(
    pieces: &mut Vec<Piece>,
    origin: &Origin,
    key: &Expression,
    comparison: &Comparison,
    behind_a_key: bool,
) {
    let filtered = push_filter(pieces, origin);
    if behind_a_key {
        pieces.push(if filtered { " and " } else { " where " }.into());
        comparison.column.push(pieces, key.pieces());
        pieces.push(" > ".into());
        comparison.value.push(pieces, [Piece::Bind(0)]);
    }
    pieces.push(" order by ".into());
    comparison.column.push(pieces, key.pieces());
}

/// ` limit n`, behind an order or without one.
pub fn push_limit(pieces: &mut Vec<Piece>, dialect: Dialect, rows: u32, ordered: bool) {
    pieces.push(Piece::Sql(match dialect {
        Dialect::SqlServer => {
            let order = if ordered { "" } else { " order by (select null)" };
            format!("{order} offset 0 rows fetch next {rows} rows only").into()
        }
        Dialect::Postgres | Dialect::Mysql | Dialect::Sqlite => format!(" limit {rows}").into(),
    }));
}
