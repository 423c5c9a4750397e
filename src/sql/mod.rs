//! SQL for a schema that is known at run time only: pure text work, no driver connection, no configuration.
//!
//! # Why
//!
//! diesel's own ways for unknown schemas (`sql_query`, the dynamic-schema crate) switch the prepared-statement cache
//! off. A [`statement::Bound`] of our own pieces keeps it, with one copy of code for all backends.
pub mod dialect;
pub mod grants;
pub mod identifier;
pub mod operator_query;
pub mod select_user;
pub mod statement;
