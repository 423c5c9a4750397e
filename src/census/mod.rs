//! The census: what is in the password column, and what follows from it for the migration.
//!
//! One pass over the table in the order of its key, a page at a time; no hash, no identifier and no key is kept.
pub mod fingerprints;
pub mod status;

use crate::{
    accounts::{
        pages::{NoPages, Pages},
        profile, stored_hash,
        transcode::row::Rows,
    },
    config::{Config, users::ProfileKey},
    hash::scheme::{Identified, Reason},
    store::{Store, legacy_row::LegacyRow},
};
use fingerprints::Fingerprints;
use serde::Serialize;
use std::{collections::BTreeMap, sync::Arc};

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Census {
    /// Rows of the table.
    pub rows: u64,
    /// Each scheme and cost, the most frequent first.
    pub schemes: Vec<Group>,
    /// Rows that say that no password can match.
    pub no_password: u64,
    /// Rows that cannot be verified, by reason; `too_costly` is over a ceiling.
    pub unverifiable: BTreeMap<&'static str, u64>,
    /// Identifiers that stand in several rows when their case is not looked at: nobody of them can log in by it.
    pub identifiers_equal_but_for_case: u64,
    /// Whether there were more identifiers than are compared.
    pub identifiers_cut: bool,
    /// Rows without an e-mail address, where one is mapped.
    pub without_email: u64,
    /// Rows that break a rule of the profile, by rule.
    pub broken_profiles: BTreeMap<&'static str, u64>,
    /// What can be done with whom.
    pub plan: Plan,
}

/// Rows of one scheme at one cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Group {
    /// Name of the scheme.
    pub scheme: &'static str,
    /// Its cost as people write it.
    pub cost: String,
    /// How many rows.
    pub rows: u64,
    /// Whether Auth0's bulk import takes it.
    pub importable: bool,
}

/// The plan of a migration.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// Can go in bulk today.
    pub in_bulk: u64,
    /// Cross when they log in.
    pub by_login: u64,
    /// Need a new password, or a repaired row.
    pub by_reset: u64,
}

/// Counts while rows come in.
pub struct Counting<'a> {
    config: &'a Config,
    importable: Rows<'a>,
    rows: u64,
    groups: BTreeMap<(&'static str, String, bool), u64>,
    no_password: u64,
    unverifiable: BTreeMap<&'static str, u64>,
    identifiers: Fingerprints,
    without_email: u64,
    broken: BTreeMap<&'static str, u64>,
    plan: Plan,
}

impl<'a> Counting<'a> {
    /// Nothing counted yet.
    #[must_use]
    pub fn new(config: &'a Config) -> Self {
        Self {
            config,
            importable: Rows::of(&config.password),
            rows: 0,
            groups: BTreeMap::new(),
            no_password: 0,
            unverifiable: BTreeMap::new(),
            identifiers: Fingerprints::default(),
            without_email: 0,
            broken: BTreeMap::new(),
            plan: Plan::default(),
        }
    }

    /// Counts one row.
    pub fn add(&mut self, row: &LegacyRow) {
        self.rows += 1;
        let users = &self.config.users;
        for known in &users.identifiers {
            if let Some(identifier) = row.get(&known.column).and_then(stored_hash::text) {
                self.identifiers.add(&identifier);
            }
        }
        let has_email = profile::text_of(row, users, ProfileKey::Email).is_some();
        let maps_email = users.profile.iter().any(|(key, _)| *key == ProfileKey::Email);
        if maps_email && !has_email {
            self.without_email += 1;
        }
        let sound = match profile::of(row, users) {
            Ok(_) => true,
            Err(refusal) => {
                *self.broken.entry(refusal.rule()).or_default() += 1;
                false
            }
        };
        match stored_hash::identify(row, &self.config.password) {
            Identified::NoPassword => {
                self.no_password += 1;
                self.plan.by_reset += 1;
            }
            Identified::Unverifiable(reason) => {
                *self.unverifiable.entry(reason.word()).or_default() += 1;
                self.plan.by_reset += 1;
            }
            Identified::Hash { verifier, .. } if verifier.cost().memory > self.config.limits.verify_memory => {
                *self.unverifiable.entry(Reason::TooCostly.word()).or_default() += 1;
                self.plan.by_reset += 1;
            }
            Identified::Hash { scheme, verifier } => {
                let cost = verifier.cost();
                let importable = self.importable.transcode(row, scheme).is_importable();
                *self.groups.entry((scheme, cost.label, importable)).or_default() += 1;
                match (sound, importable && has_email) {
                    (false, _) => self.plan.by_reset += 1,
                    (true, true) => self.plan.in_bulk += 1,
                    (true, false) => self.plan.by_login += 1,
                }
            }
        }
    }

    /// The result.
    #[must_use]
    pub fn finish(self) -> Census {
        let mut schemes: Vec<Group> = self
            .groups
            .into_iter()
            .map(|((scheme, cost, importable), rows)| Group { scheme, cost, rows, importable })
            .collect();
        schemes.sort_by(|a, b| b.rows.cmp(&a.rows).then_with(|| a.scheme.cmp(b.scheme)));
        Census {
            rows: self.rows,
            schemes,
            no_password: self.no_password,
            unverifiable: self.unverifiable,
            identifiers_cut: self.identifiers.is_cut(),
            identifiers_equal_but_for_case: self.identifiers.repeated(),
            without_email: self.without_email,
            broken_profiles: self.broken,
            plan: self.plan,
        }
    }
}

/// Reads the whole table; `seen` hears after every page how many rows were read.
///
/// # Errors
/// `NoPages`.
pub async fn take(store: &Arc<dyn Store>, config: &Config, seen: &mut dyn FnMut(u64)) -> Result<Census, NoPages> {
    let mut counting = Counting::new(config);
    let mut pages = Pages::new(store, None)?;
    let add = |counting: &mut Counting<'_>, row: &LegacyRow| {
        counting.add(row);
        Ok::<_, NoPages>(())
    };
    while pages.next(|row| add(&mut counting, row)).await? {
        seen(counting.rows);
    }
    Ok(counting.finish())
}
