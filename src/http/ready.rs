//! The gauge `ready{check}`: what `/readyz` would say, for who watches metrics alone.
//!
//! # Why in the background
//! `/metrics` must answer at once while the database hangs: the dependencies are asked beside it, one short statement
//! each in a quarter of a minute.
use super::{Bridge, ops::PROBE};
use crate::token::keys::Keys;
use actix_web::web;
use std::{sync::Arc, time::Duration};

/// Time between two looks.
const PAUSE: Duration = Duration::from_secs(15);

/// Asks the dependencies for ever.
pub async fn watch(bridge: web::Data<Bridge>, keys: Arc<Keys>) {
    loop {
        let accounts = &bridge.accounts;
        let (database, ledger) = tokio::join!(
            tokio::time::timeout(PROBE, accounts.store.ping()),
            tokio::time::timeout(PROBE, accounts.ledger.ping())
        );
        let checks = [
            ("database", matches!(database, Ok(Ok(())))),
            ("ledger", matches!(ledger, Ok(Ok(())))),
            ("keys", keys.is_loaded()),
        ];
        for (check, good) in checks {
            bridge.metrics.ready.with_label_values(&[check]).set(i64::from(good));
        }
        tokio::time::sleep(PAUSE).await;
    }
}
