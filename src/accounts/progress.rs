//! How far the migration is: the gauge `users{state}`.
//!
//! # Why so rarely
//! Counting reads the whole table. Once in five minutes, within the statement's time limit, costs the legacy database
//! nothing that it would notice; a table too large for that shows no number rather than a slow database.
use crate::{ledger::Ledger, store::Store};
use prometheus::IntGaugeVec;
use std::{sync::Arc, time::Duration};

/// Time between two counts.
const PAUSE: Duration = Duration::from_secs(300);

/// Counts for ever.
pub async fn watch(store: Arc<dyn Store>, ledger: Arc<dyn Ledger>, users: IntGaugeVec) {
    loop {
        let (all, migrated) = tokio::join!(store.count(), ledger.count());
        if let Ok(migrated) = migrated {
            set(&users, "migrated", migrated);
            if let Ok(Some(all)) = all {
                set(&users, "remaining", all.saturating_sub(migrated));
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn set(users: &IntGaugeVec, state: &str, count: u64) {
    users.with_label_values(&[state]).set(i64::try_from(count).unwrap_or(i64::MAX));
}
