//! The SELECTs over the users' table: only named columns, never `*`, never an unlimited number of rows.
use super::statement::{Piece, Wrap};

/// What is selected from.
#[derive(Debug, Clone)]
pub enum Origin {
    /// A table or view.
    Table(Vec<String>),
    /// The operator's own SELECT, split by [`super::operator_query::split`].
    Query(Vec<Piece>),
}

/// One selected expression.
#[derive(Debug, Clone)]
pub struct Selected {
    /// A column, or a condition that the operator wrote.
    pub expression: Expression,
    /// What stands around it, such as a cast.
    pub wrap: Wrap,
}

/// What is selected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expression {
    /// A column by its name.
    Column(String),
    /// A condition of the operator's.
    Condition(String),
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
        let inner = match &selected.expression {
            Expression::Column(name) => vec!["u.".into(), Piece::Identifier(name.clone())],
            // The line break ends a comment with which the operator's text may close.
            Expression::Condition(text) => vec!["(".into(), Piece::Operator(text.clone()), "\n)".into()],
        };
        selected.wrap.push(&mut pieces, inner);
    }
    pieces.push(" from ".into());
    push_origin(&mut pieces, origin);
    pieces
}

/// The origin as `… as u`.
pub fn push_origin(pieces: &mut Vec<Piece>, origin: &Origin) {
    match origin {
        Origin::Table(path) => pieces.push(Piece::Path(path.clone())),
        Origin::Query(query) => {
            pieces.push("(".into());
            pieces.extend(query.iter().cloned());
            pieces.push("\n)".into());
        }
    }
    pieces.push(" as u".into());
}

/// `where a or b …`: column `i` is compared with slot `2 i` and, where it has a second value, with slot `2 i + 1`;
/// columns are counted from `first`.
pub fn push_where(pieces: &mut Vec<Piece>, columns: &[(String, Comparison)], first: usize) {
    for (index, (name, comparison)) in (first..).zip(columns) {
        pieces.push(if index == first { " where " } else { " or " }.into());
        let column = vec!["u.".into(), Piece::Identifier(name.clone())];
        comparison.column.push(pieces, column);
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
}

/// `where key > slot 0 order by key`, or the order alone for the first rows.
pub fn push_behind(pieces: &mut Vec<Piece>, key: &str, comparison: &Comparison, behind_a_key: bool) {
    let column = || vec!["u.".into(), Piece::Identifier(key.to_owned())];
    if behind_a_key {
        pieces.push(" where ".into());
        comparison.column.push(pieces, column());
        pieces.push(" > ".into());
        comparison.value.push(pieces, [Piece::Bind(0)]);
    }
    pieces.push(" order by ".into());
    comparison.column.push(pieces, column());
}

/// ` limit n`.
pub fn push_limit(pieces: &mut Vec<Piece>, rows: u32) {
    pieces.push(Piece::Sql(format!(" limit {rows}").into()));
}
