//! The decisions about a person: who is it, is it the right password, what may be told.
//!
//! One file per verb. An outage is an `Outage` here and never turns into an answer about a person.
pub mod active;
pub mod decoy;
pub mod error;
pub mod fingerprint;
pub mod get_user;
pub mod json_text;
pub mod login;
pub mod mark_migrated;
pub mod marking;
pub mod marks;
pub mod metadata;
mod mfa_factors;
pub mod pages;
pub mod php;
pub mod plain_profile;
pub mod profile;
pub mod progress;
pub mod stored_hash;
pub mod subject;
pub mod throttle;
pub mod times;
pub mod transcode;
pub mod user_id;
pub mod verification;
pub mod verify_pool;

use crate::{
    config::{migration::Migration, password::Password, users::Users},
    ledger::Ledger,
    store::{Store, legacy_row::LegacyRow, runtime::Background},
    telemetry::metrics::Metrics,
};
use decoy::Decoy;
use marking::Marking;
use progress::Progress;
use std::{sync::Arc, time::Instant};
use throttle::Throttle;
use verify_pool::VerifyPool;

/// Everything that the three verbs decide with.
pub struct Accounts {
    /// The legacy database.
    pub store: Arc<dyn Store>,
    /// Our marks.
    pub ledger: Arc<dyn Ledger>,
    /// What enters them.
    pub marking: Arc<Marking>,
    /// Where passwords are verified.
    pub pool: Arc<VerifyPool>,
    /// What is verified when there is nothing to verify.
    pub decoy: Arc<Decoy>,
    /// Which columns mean what.
    pub users: Users,
    /// Where the stored hash is and how it is read.
    pub password: Password,
    /// Mode and hiding.
    pub migration: Migration,
    /// Failed logins per account.
    pub throttle: Arc<Throttle>,
    /// How far the migration is.
    pub progress: Arc<Progress>,
    /// Most connections of the store.
    pub connections: usize,
    /// Counters.
    pub metrics: Metrics,
    /// What goes on in the background for as long as this store and this ledger are asked.
    pub background: Option<Arc<Background>>,
}

impl Accounts {
    /// Asks the store or the ledger, bounded by the request's deadline and counted.
    ///
    /// The statement itself runs in a task of its own: giving up here leaves it to end there.
    async fn ask<T>(
        &self,
        query: &'static str,
        deadline: Instant,
        answer: impl Future<Output = Result<T, crate::store::error::StoreError>>,
    ) -> Result<T, error::Refusal> {
        let begun = Instant::now();
        let result = tokio::time::timeout_at(deadline.into(), answer).await;
        self.metrics.query_seconds.with_label_values(&[query]).observe(begun.elapsed().as_secs_f64());
        match result {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => {
                self.metrics.db_errors.with_label_values(&[error.kind.word()]).inc();
                tracing::warn!(query, kind = error.kind.word(), %error, "the database did not answer");
                Err(error::Refusal::DatabaseUnavailable)
            }
            Err(_) => {
                self.metrics.db_errors.with_label_values(&["deadline"]).inc();
                tracing::warn!(query, kind = "deadline", "the database did not answer within the request's deadline");
                Err(error::Refusal::DatabaseUnavailable)
            }
        }
    }

    /// Whether the user is marked and marks hide.
    ///
    /// Where the row does not tell, the ledger is asked for nobody, too: an unknown user must cost the same round trip as
    /// a known one.
    async fn is_hidden(
        &self,
        row: Option<&LegacyRow>,
        user_id: Option<&str>,
        deadline: Instant,
    ) -> Result<bool, error::Refusal> {
        if !self.migration.hides_marked() {
            return Ok(false);
        }
        if self.store.tells_marks() {
            return Ok(user_id.is_some() && row.is_some_and(|row| row.mark() == user_id));
        }
        let mark = self.ask("ledger", deadline, self.ledger.migrated_at(user_id.unwrap_or("-"))).await?;
        Ok(user_id.is_some() && mark.is_some())
    }
}
