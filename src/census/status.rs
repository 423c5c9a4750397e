//! How far the migration is: who has crossed and how, who remains by scheme, how fast it goes and when it would be done.
use crate::{
    accounts::{
        marks::Marks,
        pages::{NoPages, Pages},
        profile::{self, Profile},
        stored_hash,
    },
    config::Config,
    hash::scheme::Identified,
    ledger::Ledger,
    store::{Store, legacy_row::LegacyRow},
};
use chrono::{DateTime, Duration, Utc};
use serde::Serialize;
use std::{collections::BTreeMap, sync::Arc};

/// The days over which the rate is taken.
const DAYS: i64 = 7;

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
    let since = now - Duration::days(DAYS);
    let recent = ledger.count_since(since, true).await? + ledger.count_since(since, false).await?;
    project(&mut status, recent, now);
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

fn project(status: &mut Status, recent: u64, now: DateTime<Utc>) {
    let (Ok(recent), Ok(remaining)) = (u32::try_from(recent), u32::try_from(status.remaining)) else { return };
    let days = f64::from(u32::try_from(DAYS).unwrap_or(1));
    status.per_day = f64::from(recent) / days;
    if recent == 0 || remaining == 0 {
        return;
    }
    // In seconds, as whole numbers: the day is what people read of it.
    let seconds = i64::from(remaining).saturating_mul(DAYS * 86_400) / i64::from(recent);
    status.projected_end = Duration::try_seconds(seconds).and_then(|rest| now.checked_add_signed(rest));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_projected_from_the_last_week() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).expect("a moment");
        let mut status = Status {
            total: 1000,
            migrated_by_login: 300,
            migrated_in_bulk: 0,
            remaining: 700,
            remaining_by_scheme: BTreeMap::new(),
            unmappable: 0,
            per_day: 0.0,
            projected_end: None,
        };
        project(&mut status, 70, now);
        assert!((status.per_day - 10.0).abs() < f64::EPSILON);
        assert_eq!(status.projected_end, Some(now + Duration::days(70)));
        status.projected_end = None;
        project(&mut status, 0, now);
        assert_eq!(status.projected_end, None);
    }
}
