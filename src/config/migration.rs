//! `[migration]`: the mode and the ledger.
use super::{
    database::{DatabaseUrl, note_root},
    database_url::{self, TlsKeys},
    section::Section,
};

/// How users cross.
#[derive(Debug, Clone)]
pub struct Migration {
    /// `import` (default) or `proxy`.
    pub mode: Mode,
    /// In import mode: a migrated user is not found any more; true by default.
    pub hide_migrated: bool,
    /// Where the ledger is: `None` means in the legacy database.
    pub store: Option<DatabaseUrl>,
}

/// Whether users move or stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Users move to Auth0 with their first login.
    Import,
    /// Users stay in the legacy store; nobody is ever hidden.
    Proxy,
}

impl Migration {
    /// Whether a marked user is answered as not found.
    #[must_use]
    pub fn hides_marked(&self) -> bool {
        self.mode == Mode::Import && self.hide_migrated
    }
}

pub(super) fn read(section: &Section<'_>) -> Migration {
    let mode = section.choice("mode", Mode::Import, &[("import", Mode::Import), ("proxy", Mode::Proxy)]);
    let hide_migrated = section.bool("hide_migrated", true);
    let password = section.secret("store_password");
    let store = match section.text("store").as_deref() {
        None | Some("same") => None,
        Some(text) => match database_url::parse(text, password, &TlsKeys::default(), section.context()) {
            Ok(url) => {
                note_root(section, "store", Some(&url));
                Some(url)
            }
            Err((message, hint)) => {
                section.problem("store", format!("`migration.store`: {message}"), Some(&hint));
                None
            }
        },
    };
    section.finish();
    Migration { mode, hide_migrated, store }
}
