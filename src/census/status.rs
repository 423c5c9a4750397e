//! How far the migration is: who has crossed and how, who remains by scheme, how fast it goes and when it would be done.
use crate::{
    accounts::{
        marks::Marks,
        pages::{NoPages, Pages},
        profile::{self, Profile},
        progress, stored_hash,
    },
    config::Config,
    hash::scheme::Identified,
    ledger::Ledger,
    store::{Store, legacy_row::LegacyRow},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use std::{collections::BTreeMap, sync::Arc};

/// The state of a migration.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Status {
    /// Users of the legacy database.
    pub total: u64,
    /// Marked after a login.
    pub migrated_by_login: u64,
    /// Marked by a bulk import.
    pub migrated_in_bulk: u64,
    /// Not marked yet.
    pub remaining: u64,
    /// Those that remain, by the scheme of their hash; `none` has no password, `unverifiable` cannot be verified.
    pub remaining_by_scheme: BTreeMap<String, u64>,
    /// Users that the profile's rules keep from crossing.
    pub unmappable: u64,
    /// Marks a day, over the last seven days.
    pub per_day: f64,
    /// When the last one would cross at this rate; `None` while nobody does.
    pub projected_end: Option<DateTime<Utc>>,
}

/// Reads the whole table and the ledger; `seen` hears after every page how many rows were read.
///
/// # Errors
/// `NoPages`.
pub async fn take(
    store: &Arc<dyn Store>,
    ledger: &dyn Ledger,
    config: &Config,
    now: DateTime<Utc>,
    seen: &mut dyn FnMut(u64),
) -> Result<Status, NoPages> {
    let mut status = Status {
        total: 0,
        migrated_by_login: 0,
        migrated_in_bulk: ledger.count_since(DateTime::UNIX_EPOCH, true).await?,
        remaining: 0,
        remaining_by_scheme: BTreeMap::new(),
        unmappable: 0,
        per_day: 0.0,
        projected_end: None,
    };
    status.migrated_by_login = ledger.count_since(DateTime::UNIX_EPOCH, false).await?;
    let marks = Marks::read(ledger).await?;
    let mut pages = Pages::new(store, None)?;
    let mut user = Profile::default();
    let mut each = |row: &LegacyRow, status: &mut Status| {
        count(row, config, &marks, &mut user, status);
        Ok::<_, NoPages>(())
    };
    while pages.next(|row| each(row, &mut status)).await? {
        seen(status.total);
    }
    let since = now - TimeDelta::days(7);
    let recent = ledger.count_since(since, true).await? + ledger.count_since(since, false).await?;
    status.per_day = f64::from(u32::try_from(recent).unwrap_or(u32::MAX)) / 7.0;
    let end = progress::projected_end(status.remaining, recent, u64::try_from(now.timestamp()).unwrap_or(0));
    status.projected_end = end.and_then(|end| DateTime::from_timestamp(i64::try_from(end).ok()?, 0));
    Ok(status)
}

fn count(row: &LegacyRow, config: &Config, marks: &Marks, user: &mut Profile, status: &mut Status) {
    status.total += 1;
    match profile::write(row, &config.users, user) {
        Ok(()) if marks.hold(&user.user_id) => return,
        Ok(()) => {}
        Err(_) => status.unmappable += 1,
    }
    status.remaining += 1;
    let scheme = match stored_hash::identify(row, &config.password) {
        Identified::Hash { scheme, .. } => scheme,
        Identified::NoPassword => "none",
        Identified::Unverifiable(_) => "unverifiable",
    };
    match status.remaining_by_scheme.get_mut(scheme) {
        Some(count) => *count += 1,
        None => drop(status.remaining_by_scheme.insert(scheme.to_owned(), 1)),
    }
}
