//! The built-in recipes, read for what they compute instead of being run: the same text layouts, the same formulas.
use super::{Told, reason};
use crate::hash::{
    encoding,
    families::{aspnet, bcrypt_wrapped, database, django, forum, java, ldap, php_application, ruby},
    layout::{Fields, Layout},
    recipe::{
        evaluate::Values,
        formula::{self, Formula, Names, VARIABLES},
        value::Octets,
    },
    registry,
    scheme::{SaltEncoding, Site, Stored, Verdict},
};
use std::{
    cell::Cell,
    collections::BTreeMap,
    sync::{LazyLock, OnceLock},
};
use zeroize::Zeroizing;

/// The text of a recipe that says no more than its digest.
const DIGEST_ALONE: &str = "(?s)(?<digest>.*)";
/// What a person types, or the row says of a person.
const OF_THE_PERSON: [&str; 4] = ["username", "identifier", "email", "user_id"];

/// A built-in recipe.
pub struct Line {
    layout: Layout,
    source: &'static str,
    compiled: OnceLock<Option<Formula>>,
}

static LINES: LazyLock<BTreeMap<&str, Line>> = LazyLock::new(|| {
    let line =
        |prefix, pattern, source| Line { layout: Layout::new(prefix, pattern), source, compiled: OnceLock::new() };
    let tables = [
        bcrypt_wrapped::LINES,
        django::LINES,
        ldap::LINES,
        aspnet::LINES,
        php_application::LINES,
        forum::LINES,
        java::LINES,
        ruby::LINES,
        database::LINES,
    ];
    let mut lines: BTreeMap<&str, Line> = tables
        .into_iter()
        .flatten()
        .map(|(name, _, prefix, pattern, source)| (*name, line(prefix, pattern, source)))
        .collect();
    for scheme in registry::all().filter(|scheme| scheme.computes() != scheme.name()) {
        lines.entry(scheme.name()).or_insert_with(|| line("", DIGEST_ALONE, scheme.computes()));
    }
    lines
});

impl Line {
    /// The recipe of this name.
    pub fn find(scheme: &str) -> Option<&'static Self> {
        LINES.get(scheme)
    }

    /// Its formula.
    pub fn formula(&self) -> Option<&Formula> {
        let compile = || {
            let variables = |name: &str| VARIABLES.contains(&name) || self.layout.fields().any(|field| field == name);
            let names = Names { variables: &variables, schemes: &registry::is_name_or_group };
            formula::compile(self.source, &names).ok()
        };
        self.compiled.get_or_init(compile).as_ref()
    }

    /// What a row gives it.
    pub fn row<'a>(&self, stored: Stored<'a>, site: &'a Site) -> Told<Row<'a>> {
        let mut fields = self.layout.read(stored.hash).map_err(|_| reason::UNREADABLE)?;
        let expected = fields.remove("digest").unwrap_or_else(|| stored.hash.to_owned());
        let salt = match (fields.remove("salt"), stored.salt) {
            (Some(captured), _) => Some(captured.into_bytes()),
            (None, Some(column)) => Some(match site.salt_encoding {
                SaltEncoding::Text => column.as_bytes().to_vec(),
                SaltEncoding::Hex => encoding::hex(column).ok_or(reason::UNREADABLE)?,
                SaltEncoding::Base64 => encoding::base64(column).ok_or(reason::UNREADABLE)?,
            }),
            (None, None) => None,
        };
        Ok(Row { fields, expected, salt: salt.map(Zeroizing::new), stored, site, person: Cell::new(false) })
    }
}

/// The values that are known before anybody typed a password.
pub struct Row<'a> {
    fields: Fields,
    /// The text that a formula's result is held against.
    pub expected: String,
    salt: Option<Octets>,
    /// The row's texts.
    pub stored: Stored<'a>,
    /// The site's values.
    pub site: &'a Site,
    /// Whether somebody asked for what the row says of the person, which is not known here.
    pub person: Cell<bool>,
}

impl Row<'_> {
    fn of_the_site(&self, name: &str) -> Option<Octets> {
        let secret = match name.strip_prefix("params.") {
            // Devise calls its pepper what everybody calls it.
            Some("pepper") => self.site.params.get("pepper").or(self.site.pepper.as_ref()),
            Some(key) => self.site.params.get(key),
            None => self.site.pepper.as_ref(),
        };
        secret.map(|secret| Zeroizing::new(secret.expose().as_bytes().to_vec()))
    }
}

impl Values for Row<'_> {
    fn get(&self, name: &str) -> Option<Octets> {
        if OF_THE_PERSON.contains(&name) {
            self.person.set(true);
            return None;
        }
        match name {
            "salt" => self.salt.clone(),
            "stored" => Some(Zeroizing::new(self.stored.hash.as_bytes().to_vec())),
            "pepper" => self.of_the_site(name),
            _ if name.starts_with("params.") => self.of_the_site(name),
            _ => self.fields.get(name).map(|field| Zeroizing::new(field.as_bytes().to_vec())),
        }
    }

    fn verify(&self, _inner: usize, _password: &Octets) -> Verdict {
        Verdict::Undecided
    }
}
