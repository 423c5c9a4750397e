//! What the import takes for the rows of the table.
use super::{Transcoded, reason, transcode};
use crate::{
    accounts::stored_hash::{Texts, named_scheme},
    config::password::Password,
    hash::{
        registry,
        scheme::{Identified, Reason, Stored},
    },
    store::legacy_row::LegacyRow,
};
use std::collections::BTreeSet;

/// Text that only a configuration without a list calls ambiguous.
const AMBIGUOUS: Stored<'_> = Stored { hash: "d41d8cd98f00b204e9800998ecf8427e", salt: None };

/// Transcodes the rows of one table.
pub struct Rows<'a> {
    password: &'a Password,
    /// Whether the configuration lists schemes: then a login tries every one that could have written a text.
    listed: bool,
}

impl<'a> Rows<'a> {
    /// Of the table that this configuration reads.
    #[must_use]
    pub fn of(password: &'a Password) -> Self {
        let of_auto = password.schemes.identify(AMBIGUOUS, &password.site);
        let listed = !matches!(of_auto, Identified::Unverifiable(Reason::Ambiguous));
        Self { password, listed }
    }

    /// What the import takes for a row whose stored hash was identified as of this scheme.
    #[must_use]
    pub fn transcode(&self, row: &LegacyRow, scheme: &str) -> Transcoded {
        let password = self.password;
        let Some(texts) = Texts::of(row, password) else { return Transcoded::No(reason::UNREADABLE) };
        let is_named = named_scheme(row, password).is_some();
        if self.listed && !is_named && self.is_of_several(texts.stored()) {
            return Transcoded::No(reason::READINGS);
        }
        transcode(scheme, texts.stored(), &password.site, &password.typing)
    }

    /// Whether several listed schemes may have written the text: the import has one.
    fn is_of_several(&self, stored: Stored<'_>) -> bool {
        let site = &self.password.site;
        let candidates = self.password.schemes.candidates(stored, site);
        let trimmed = Stored { hash: stored.hash.trim(), ..stored };
        // A candidate that only lacks a salt is none: a login does not try it.
        let tried = |name: &&str| registry::find(name).is_none_or(|scheme| scheme.parse(trimmed, site).is_ok());
        // Two names for one computation are one verification.
        let computation = |name: &'static str| registry::find(name).map_or(name, |scheme| scheme.computes());
        let different: BTreeSet<&str> = candidates.into_iter().filter(tried).map(computation).collect();
        different.len() > 1
    }
}
