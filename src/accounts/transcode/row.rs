//! What the import takes for a row of the table.
use super::{Transcoded, reason, transcode};
use crate::{
    accounts::stored_hash::text,
    config::password::{LISTED, Password},
    hash::{
        registry,
        scheme::{Identified, Reason, Stored},
    },
    store::legacy_row::LegacyRow,
};

/// Text that only a configuration without a list calls ambiguous.
const AMBIGUOUS: Stored<'_> = Stored { hash: "d41d8cd98f00b204e9800998ecf8427e", salt: None };

/// What the import takes for a row whose stored hash was identified as of this scheme.
#[must_use]
pub fn transcode_row(row: &LegacyRow, scheme: &str, password: &Password) -> Transcoded {
    let Some(hash) = row.get(&password.column).and_then(text) else { return Transcoded::No(reason::UNREADABLE) };
    let salt = password.salt.as_deref().and_then(|column| row.get(column)).and_then(text);
    let stored = Stored { hash: &hash, salt: salt.as_ref().map(|salt| salt.as_str()) };
    if !names_its_scheme(row, password) && is_ambiguous(stored, password) {
        return Transcoded::No(reason::READINGS);
    }
    transcode(scheme, stored, &password.site, &password.typing)
}

/// Whether a column of the row decides its scheme.
fn names_its_scheme(row: &LegacyRow, password: &Password) -> bool {
    let Some(deciding) = &password.scheme else { return false };
    let Some(named) = row.get(&deciding.column).and_then(text).filter(|named| !named.is_empty()) else { return false };
    deciding.values.get(named.trim()).map_or(named.trim(), String::as_str) != LISTED
}

/// Whether several listed schemes may have written the text: a login tries them all, the import has one.
fn is_ambiguous(stored: Stored<'_>, password: &Password) -> bool {
    // Without a list the first scheme that the text tells is the only one.
    if matches!(password.schemes.identify(AMBIGUOUS, &password.site), Identified::Unverifiable(Reason::Ambiguous)) {
        return false;
    }
    let candidates = password.schemes.candidates(stored, &password.site);
    let computation = |name: &'static str| registry::find(name).map_or(name, |scheme| scheme.computes());
    let mut computed: Vec<&str> = candidates.into_iter().map(computation).collect();
    computed.sort_unstable();
    computed.dedup();
    computed.len() > 1
}
