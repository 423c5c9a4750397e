//! The contract of a backend, run against SQLite, a real PostgreSQL and a real MariaDB. A server that is not installed
//! is a failure, never a skip.
#![allow(clippy::pedantic, reason = "a test fails loudly; the strict set is for what is shipped")]
#[path = "../support/mod.rs"]
mod support;

mod bench;
mod faults;
mod homes;
mod indexes;
mod ledger;
mod lookups;
mod marking;
mod marks;
mod pages;
mod privileges;
mod sqlserver;
mod transport;
mod types;
mod walks;

/// Runs one function of the contract against every backend.
macro_rules! on_every_backend {
    ($($name:ident),+ $(,)?) => {
        mod sqlite { $(#[tokio::test] async fn $name() { super::$name(&mut crate::bench::Bench::sqlite()).await } )+ }
        mod postgres { $(#[tokio::test] async fn $name() { super::$name(&mut crate::bench::Bench::postgres()).await } )+ }
        mod mariadb { $(#[tokio::test] async fn $name() { super::$name(&mut crate::bench::Bench::mariadb()).await } )+ }
    };
}
pub(crate) use on_every_backend;
