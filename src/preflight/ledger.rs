//! Whether the ledger's table is there.
use super::Finding;
use crate::{
    config::Config,
    ledger::{self, Missing},
    store::{error::StoreErrorKind, runtime::DatabaseRuntime},
};

/// Reads the ledger once; creates nothing.
pub async fn probe(config: &Config, runtime: &DatabaseRuntime) -> Vec<Finding> {
    let opened = ledger::open(config.migration.store.as_ref(), &config.database, runtime, Missing::Report).await;
    vec![match opened {
        Ok(_) => Finding::note("ledger", "the ledger answers"),
        Err(error) if error.kind == StoreErrorKind::Refused => Finding::warning(
            "ledger",
            error.message,
            Some(
                "`serve` creates it where its role may; else the administrator runs what `drawbridge sql` prints"
                    .into(),
            ),
        ),
        Err(error) => Finding::of_store("ledger", &error, "look at `migration.store`"),
    }]
}
