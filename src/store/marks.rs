//! A row's mark in the statement that finds the row: one round trip where the ledger lies in the same database.
//!
//! # Why not for every backend and key
//! The `user_id` that is looked up has to be the profile's own, letter for letter, or somebody who has crossed would be
//! found again. PostgreSQL prints whole numbers, texts and UUIDs the way in which we read them; everything else keeps its
//! second question.
use super::{plan::ColumnFacts, shape::Shape};
use crate::sql::{
    dialect::Dialect,
    select_user::{Expression, Selected},
    statement::{Piece, Statement, Wrap},
};

/// The ledger's table; `ledger` is the one that writes it.
const TABLE: &str = "drawbridge_migrated_users";

/// The mark as a selected column: the ledger's own `user_id` of the row, or NULL.
pub(super) fn selected(dialect: Dialect, key: &ColumnFacts, prefix: &str) -> Option<(String, Shape, Selected)> {
    // What a person's id is made of must be selected as text itself: then both are one text.
    let printed = key.select == Wrap::of("cast(", " as text)") && matches!(key.shape, Shape::Int | Shape::Text);
    // SQL of the operator's could name something `m`, too.
    let is_column = matches!(key.expression, Expression::Column(_));
    if dialect != Dialect::Postgres || !printed || !is_column {
        return None;
    }
    let mut pieces: Vec<Piece> = vec!["select m.user_id from ".into(), Piece::Identifier(TABLE.to_owned())];
    pieces.push(Piece::Sql(format!(" as m where m.user_id = ({} || ", dialect.text_literal(prefix)).into()));
    key.select.push(&mut pieces, key.expression.pieces());
    // Whatever collation the key has, the ledger's is the database's own, and so is its index.
    pieces.push(") collate pg_catalog.\"default\"".into());
    let text = Statement::new(dialect, pieces).literal(|_| String::new());
    let selected = Selected { expression: Expression::Operator(text), wrap: Wrap::of("cast(", " as text)") };
    Some(("mark".to_owned(), Shape::Text, selected))
}
