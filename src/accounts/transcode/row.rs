//! What the import takes for the rows of the table.
use super::{Transcoded, crypt, reason, transcode, typed::Typed};
use crate::{
    accounts::stored_hash::{Texts, named_scheme},
    config::password::Password,
    hash::{
        registry,
        scheme::{Identified, Reason, Stored},
    },
    store::legacy_row::{LegacyRow, LegacyValue},
};
use std::collections::BTreeSet;

/// Text that only a configuration without a list calls ambiguous.
const AMBIGUOUS: Stored<'_> = Stored { hash: "d41d8cd98f00b204e9800998ecf8427e", salt: None };

/// The schemes whose texts may be handed on.
const VERSIONS: [&str; 3] = ["bcrypt_2a", "bcrypt_2b", "bcrypt_2y"];

/// Transcodes the rows of one table.
pub struct Rows<'a> {
    password: &'a Password,
    /// Whether the configuration lists schemes: then a login tries every one that could have written a text.
    listed: bool,
    /// The versions of bcrypt whose exact texts need not be read.
    verbatim: Vec<char>,
}

/// A bcrypt text that goes out as it stands.
pub struct Verbatim<'a> {
    /// The text.
    pub text: &'a str,
    /// Whether it goes into `password_hash`, else into `custom_password_hash`.
    pub at_ten: bool,
}

impl<'a> Rows<'a> {
    /// Of the table that this configuration reads.
    #[must_use]
    pub fn of(password: &'a Password) -> Self {
        let of_auto = password.schemes.identify(AMBIGUOUS, &password.site);
        let listed = !matches!(of_auto, Identified::Unverifiable(Reason::Ambiguous));
        let mut rows = Self { password, listed, verbatim: Vec::new() };
        rows.verbatim = ['a', 'b', 'y'].into_iter().filter(|version| rows.hands_on(*version)).collect();
        rows
    }

    /// The text of a row that is handed on as it stands, which is most of what most tables hold; `None` says nothing.
    #[must_use]
    pub fn verbatim<'r>(&self, row: &'r LegacyRow) -> Option<Verbatim<'r>> {
        self.verbatim_of(row.get(&self.password.column))
    }

    /// The same for the value of the password column.
    #[must_use]
    pub fn verbatim_of<'r>(&self, value: Option<&'r LegacyValue>) -> Option<Verbatim<'r>> {
        let Some(LegacyValue::Text(text)) = value else { return None };
        let exact = crypt::exact(text)?;
        self.verbatim.contains(&exact.version).then_some(Verbatim { text, at_ten: exact.at_ten })
    }

    /// Whether this configuration hands on exact texts of a version, whichever they are: nothing else of the row or the site
    /// has a say, and no recipe of the site's own may have written them.
    fn hands_on(&self, version: char) -> bool {
        let password = self.password;
        let alone = Typed::of(&password.typing, &password.site).is_ok_and(|typed| typed.alone_for_bcrypt().is_ok());
        if password.scheme.is_some() || !alone || (self.listed && !password.schemes.are_of(&VERSIONS)) {
            return false;
        }
        let stored = Stored { hash: &format!("$2{version}$10${}", ".".repeat(53)), salt: None };
        match password.schemes.identify(stored, &password.site) {
            Identified::Hash { scheme, .. } => scheme == format!("bcrypt_2{version}"),
            _ => false,
        }
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
