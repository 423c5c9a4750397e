//! A user as the bulk import takes it: the profile of the routes, with the stored hash in Auth0's words.
use crate::{
    accounts::{
        active, profile, stored_hash,
        transcode::{Transcoded, row::Rows},
    },
    config::Config,
    hash::scheme::Identified,
    store::legacy_row::LegacyRow,
};
use serde_json::{Map, Value};

/// What becomes of a row.
pub enum Outcome {
    /// It can be imported.
    User(Map<String, Value>),
    /// It is left out.
    Left(Reason),
}

/// Why a user is left out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The row breaks a rule of the profile.
    Unmappable(&'static str),
    /// The operator's active rule says no.
    Disabled,
    /// The import wants an address.
    NoEmail,
    /// Another user before it has the same address, letter case aside.
    DuplicateEmail,
    /// No password can match, or it cannot be verified: the word of the reason.
    NoPassword(&'static str),
    /// The import does not take this scheme.
    Scheme(&'static str, &'static str),
    /// The object breaks the import's schema, or is larger than a file.
    Refused(&'static str),
}

impl Reason {
    /// The reason in words, for counts.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Unmappable(rule) => format!("user_unmappable: {rule}"),
            Self::Disabled => "account_disabled".to_owned(),
            Self::NoEmail => "no e-mail address, which the import wants".to_owned(),
            Self::DuplicateEmail => "another user has the same e-mail address".to_owned(),
            Self::NoPassword(reason) => format!("no importable password: {reason}"),
            Self::Scheme(scheme, why) => format!("{scheme} is left for login: {why}"),
            Self::Refused(why) => format!("refused by the import's rules: {why}"),
        }
    }
}

/// What becomes of a row; users of the schemes in `without_password` go without their hash.
#[must_use]
pub fn of(row: &LegacyRow, config: &Config, rows: &Rows<'_>, without_password: &[String]) -> Outcome {
    let user = match profile::of(row, &config.users) {
        Ok(profile) => serde_json::from_slice::<Map<String, Value>>(&profile.json),
        Err(refusal) => return Outcome::Left(Reason::Unmappable(refusal.rule())),
    };
    let Ok(mut user) = user else { return Outcome::Left(Reason::Unmappable("the profile is not JSON")) };
    match active::of(row, &config.users) {
        Ok(true) => {}
        Ok(false) => return Outcome::Left(Reason::Disabled),
        Err(refusal) => return Outcome::Left(Reason::Unmappable(refusal.rule())),
    }
    if !user.contains_key("email") {
        return Outcome::Left(Reason::NoEmail);
    }
    if let Some(metadata) = user.remove("metadata") {
        user.insert("app_metadata".into(), metadata);
    }
    let asked = |scheme: &str| without_password.iter().any(|name| name == scheme);
    let password = &config.password;
    let scheme = match stored_hash::identify(row, password) {
        Identified::Hash { scheme, .. } => scheme,
        Identified::NoPassword if asked("none") => return Outcome::User(user),
        Identified::NoPassword => return Outcome::Left(Reason::NoPassword("no_password")),
        Identified::Unverifiable(_) if asked("unverifiable") => return Outcome::User(user),
        Identified::Unverifiable(reason) => return Outcome::Left(Reason::NoPassword(reason.word())),
    };
    match rows.transcode(row, scheme) {
        Transcoded::PasswordHash(hash) => {
            user.insert("password_hash".into(), Value::String(hash));
        }
        Transcoded::Custom(hash) => {
            user.insert("custom_password_hash".into(), hash);
        }
        Transcoded::No(_) if asked(scheme) => {}
        Transcoded::No(why) => return Outcome::Left(Reason::Scheme(scheme, why)),
    }
    Outcome::User(user)
}
