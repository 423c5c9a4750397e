//! `bulk reconcile`: the tenant's own export against the legacy table and the ledger.
use super::tenant_export::{InTenant, TenantExport};
use crate::{
    accounts::{
        marks::Marks,
        pages::{NoPages, Pages},
        profile,
    },
    config::Config,
    ledger::Ledger,
    store::{Store, error::StoreError, legacy_row::LegacyRow},
};
use serde::Serialize;
use serde_json::{Map, Value};
use std::{
    collections::HashSet,
    hash::{BuildHasher, RandomState},
    io,
    sync::Arc,
};

/// How the three agree. Users stand here by their ids alone.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reconciliation {
    /// Users of the legacy table.
    pub legacy: u64,
    /// Users of the tenant who came from it.
    pub tenant: u64,
    /// Users of the tenant who came from elsewhere.
    pub tenant_others: u64,
    /// In the tenant and marked.
    pub crossed: u64,
    /// Neither in the tenant nor marked.
    pub remaining: u64,
    /// Rows that no profile can be made of.
    pub unmappable: u64,
    /// Marked, but not in the tenant: the bridge hides somebody whom Auth0 does not know.
    pub missing: Vec<String>,
    /// In the tenant, but not marked.
    pub unmarked: Vec<String>,
    /// In the tenant, but not in the legacy table.
    pub extra: Vec<String>,
    /// In both, with other values.
    pub differing: Vec<Differing>,
    /// Legacy users whose address another one before them has, letter case aside.
    pub duplicated: Vec<String>,
    /// Not in the tenant, where another user has their address.
    pub address_taken: Vec<String>,
    /// Marks of users who are not in the legacy table.
    pub marks_of_nobody: u64,
    /// Lines of the export that are no user, counted from one.
    pub unreadable_lines: Vec<usize>,
}

/// A user whose values differ.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Differing {
    /// The user.
    pub user_id: String,
    /// The keys.
    pub keys: Vec<&'static str>,
}

impl Reconciliation {
    /// Whether there is nothing to look at.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.missing.is_empty()
            && self.unmarked.is_empty()
            && self.extra.is_empty()
            && self.differing.is_empty()
            && self.duplicated.is_empty()
            && self.address_taken.is_empty()
            && self.marks_of_nobody == 0
            && self.unreadable_lines.is_empty()
    }
}

/// Why the three cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum NoReconciliation {
    /// The users cannot be read.
    #[error(transparent)]
    Pages(#[from] NoPages),
    /// The export cannot be read.
    #[error("the export cannot be read: {0}")]
    Export(#[from] io::Error),
}

impl From<StoreError> for NoReconciliation {
    fn from(error: StoreError) -> Self {
        Self::Pages(NoPages::Store(error))
    }
}

/// Compares them; `seen` hears how many rows were read. In memory are about 150 bytes for each user of the tenant.
///
/// # Errors
/// `NoReconciliation`.
pub async fn reconcile(
    mut export: TenantExport,
    store: &Arc<dyn Store>,
    ledger: &dyn Ledger,
    config: &Config,
    seen: &mut dyn FnMut(u64),
) -> Result<Reconciliation, NoReconciliation> {
    let mut found = Reconciliation {
        tenant: u64::try_from(export.len()).unwrap_or(u64::MAX),
        tenant_others: export.others,
        unreadable_lines: std::mem::take(&mut export.unreadable),
        ..Reconciliation::default()
    };
    let (mut addresses, state) = (HashSet::new(), RandomState::new());
    let (held, mut marks) = (Marks::read(ledger).await?, 0);
    let mut pages = Pages::new(store, None)?;
    let mut compare = |row: &LegacyRow, found: &mut Reconciliation| {
        found.legacy += 1;
        let profile = profile::of(row, &config.users).ok();
        let user = profile.and_then(|profile| Some((profile.user_id, serde_json::from_slice(&profile.json).ok()?)));
        let Some((user_id, profile)): Option<(String, Map<String, Value>)> = user else {
            found.unmappable += 1;
            return;
        };
        let address = profile.get("email").and_then(Value::as_str).map(str::to_lowercase);
        if address.is_some_and(|address| !addresses.insert(state.hash_one(address))) {
            found.duplicated.push(user_id.clone());
        }
        let is_marked = held.hold(&user_id);
        marks += u64::from(is_marked);
        match (export.find(&user_id, &profile), is_marked) {
            (InTenant::Here(keys), _) => {
                found.note_crossed(&user_id, is_marked);
                if !keys.is_empty() {
                    found.differing.push(Differing { user_id, keys });
                }
            }
            (_, true) => found.missing.push(user_id),
            (InTenant::AddressTaken, false) => found.address_taken.push(user_id),
            (InTenant::Missing, false) => found.remaining += 1,
        }
    };
    let mut each = |row: &LegacyRow, found: &mut Reconciliation| {
        compare(row, found);
        Ok::<_, NoPages>(())
    };
    while pages.next(|row| each(row, &mut found)).await? {
        seen(found.legacy);
    }
    found.extra = export.unseen()?;
    found.marks_of_nobody = ledger.count().await?.saturating_sub(marks);
    Ok(found)
}

impl Reconciliation {
    fn note_crossed(&mut self, user_id: &str, is_marked: bool) {
        if is_marked {
            self.crossed += 1;
        } else {
            self.unmarked.push(user_id.to_owned());
        }
    }
}
