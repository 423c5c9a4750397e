//! Whether the ledger's table is there, and can be written.
use super::Finding;
use crate::{
    config::{Config, database::Database},
    ledger::{self, Missing},
    sql::identifier::quote,
    store::{
        console::{Console, Said},
        error::{StoreError, StoreErrorKind},
        runtime::DatabaseRuntime,
    },
};

/// Nobody's `user_id`: no prefix of ours begins so.
const NOBODY: &str = "drawbridge-check|nobody";

/// Reads the ledger, and enters a mark that is taken back; creates nothing.
pub async fn probe(config: &Config, runtime: &DatabaseRuntime) -> Vec<Finding> {
    let opened = ledger::open(config.migration.store.as_ref(), &config.database, runtime, Missing::Report).await;
    let refused = |message: String| {
        let hint = "let the administrator run what `drawbridge sql` prints";
        vec![Finding::error("ledger", message, Some(hint.into()))]
    };
    match opened {
        Ok(_) => {}
        Err(error) if error.kind == StoreErrorKind::Refused => {
            return vec![Finding::warning(
                "ledger",
                error.message,
                Some(
                    "`serve` creates it where its role may; else the administrator runs what `drawbridge sql` prints"
                        .into(),
                ),
            )];
        }
        Err(error) => return vec![Finding::of_store("ledger", &error, "look at `migration.store`")],
    }
    let url = config.migration.store.as_ref().unwrap_or(&config.database.url).clone();
    let database = Database { url, ..config.database.clone() };
    match runtime.run(async move { rehearse(&database).await }).await {
        Ok(Ok(())) => vec![Finding::note("ledger", "the ledger can be read and written")],
        Ok(Err(said)) => refused(format!("no mark can be entered into the ledger: {}", said.message)),
        Err(error) => vec![Finding::of_store("ledger", &error, "look at `migration.store`")],
    }
}

/// Enters a mark and takes it back; an outage is the outer error.
async fn rehearse(database: &Database) -> Result<Result<(), Said>, StoreError> {
    let mut console = Console::open(database, false).await?;
    let dialect = console.dialect();
    let insert = format!(
        "insert into {} (user_id, migrated_at, marked_by) values ({}, {}, 'check')",
        quote(dialect, ledger::TABLE),
        dialect.text_literal(NOBODY),
        dialect.text_literal("2000-01-01 00:00:00")
    );
    console.run(dialect.begin()).await.map_err(Said::into_error)?;
    let answer = console.run(&insert).await;
    let back = console.run("rollback").await;
    match answer {
        Err(said) if said.outage => Err(said.into_error()),
        answer => back.map_err(Said::into_error).map(|()| answer),
    }
}
