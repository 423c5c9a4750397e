//! A user as the bulk import takes it: the profile of the routes, with the stored hash in Auth0's words.
//!
//! # Why the schema is asked about hashes alone
//! The profile's own rules are as strict as the import's schema: its keys are in the schema, of the schema's types, and its
//! enrolments have the schema's patterns (`tests/bulk/users.rs` holds one against the other). Objects of hashes are many and
//! made in many places: each is held against its part of the schema, except the one of a bcrypt text, which is constant.
use crate::{
    accounts::{
        active, json_text,
        plain_profile::Profiles,
        profile::Profile,
        stored_hash,
        transcode::{
            Transcoded,
            row::{Rows, Verbatim},
        },
    },
    config::Config,
    hash::scheme::Identified,
    store::legacy_row::{LegacyRow, Names},
};
use serde_json::Value;

/// Why a user is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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
    pub fn words(self) -> String {
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

/// The import's schema cannot be compiled.
#[derive(Debug, thiserror::Error)]
#[error("the import's schema cannot be read")]
pub struct NoSchema;

/// Makes users of rows, one after the other.
pub struct Writer<'a> {
    config: &'a Config,
    rows: Rows<'a>,
    without_password: &'a [String],
    hashes: jsonschema::Validator,
    profiles: Profiles<'a>,
    profile: Profile,
    places: Places,
}

/// Where the columns are that are looked at in every row.
#[derive(Default)]
struct Places {
    of: Option<Names>,
    active: Option<usize>,
    password: Option<usize>,
}

impl<'a> Writer<'a> {
    /// Of the table that this configuration reads; users of the schemes in `without_password` go without their hash.
    ///
    /// # Errors
    /// `NoSchema`.
    pub fn new(config: &'a Config, without_password: &'a [String]) -> Result<Self, NoSchema> {
        let schema: Value = serde_json::from_str(include_str!("import_schema.json")).map_err(|_| NoSchema)?;
        let hashes = schema.pointer("/properties/custom_password_hash").ok_or(NoSchema)?;
        let hashes = jsonschema::validator_for(hashes).map_err(|_| NoSchema)?;
        Ok(Self {
            config,
            rows: Rows::of(&config.password),
            without_password,
            hashes,
            profiles: Profiles::of(&config.users),
            profile: Profile::default(),
            places: Places::default(),
        })
    }

    /// Reads the profile of a row.
    ///
    /// # Errors
    /// The rule of the profile that the row breaks; its `user_id` may be known all the same.
    pub fn read(&mut self, row: &LegacyRow) -> Result<(), Reason> {
        if !self.places.of.as_ref().is_some_and(|names| Names::ptr_eq(names, row.names())) {
            self.places = Places {
                of: Some(Names::clone(row.names())),
                active: self.config.users.active_column().and_then(|column| row.place(column)),
                password: row.place(&self.config.password.column),
            };
        }
        self.profiles.write(row, &mut self.profile).map_err(|refusal| Reason::Unmappable(refusal.rule()))
    }

    /// The `user_id` of the row that was read, where its key is one.
    #[must_use]
    pub fn user_id(&self) -> Option<&str> {
        Some(self.profile.user_id.as_str()).filter(|user_id| !user_id.is_empty())
    }

    /// The address of the row that was read.
    #[must_use]
    pub fn email(&self) -> &str {
        &self.profile.email
    }

    /// Appends the user of the row that was read.
    ///
    /// # Errors
    /// Why the import cannot take it; part of it may be appended all the same.
    pub fn write(&self, row: &LegacyRow, json: &mut Vec<u8>) -> Result<(), Reason> {
        if self.config.users.active.is_some() {
            match active::read(row.at(self.places.active)) {
                Ok(true) => {}
                Ok(false) => return Err(Reason::Disabled),
                Err(refusal) => return Err(Reason::Unmappable(refusal.rule())),
            }
        }
        if self.profile.email.is_empty() {
            return Err(Reason::NoEmail);
        }
        let (before, behind) = self.profile.around_metadata();
        json.extend_from_slice(before);
        json.extend_from_slice(b"\"app_metadata\"");
        json.extend_from_slice(behind);
        match self.rows.verbatim_of(row.at(self.places.password)) {
            Some(bcrypt) => push_bcrypt(json, &bcrypt),
            None => self.push_hash(row, json)?,
        }
        json.push(b'}');
        Ok(())
    }

    fn push_hash(&self, row: &LegacyRow, json: &mut Vec<u8>) -> Result<(), Reason> {
        let asked = |scheme: &str| self.without_password.iter().any(|name| name == scheme);
        let scheme = match stored_hash::identify(row, &self.config.password) {
            Identified::Hash { scheme, .. } => scheme,
            Identified::NoPassword if asked("none") => return Ok(()),
            Identified::NoPassword => return Err(Reason::NoPassword("no_password")),
            Identified::Unverifiable(_) if asked("unverifiable") => return Ok(()),
            Identified::Unverifiable(reason) => return Err(Reason::NoPassword(reason.word())),
        };
        match self.rows.transcode(row, scheme) {
            Transcoded::PasswordHash(hash) => {
                json_text::push_key(json, "password_hash");
                json_text::push(json, &hash);
            }
            Transcoded::Custom(hash) if self.hashes.is_valid(&hash) => {
                json_text::push_key(json, "custom_password_hash");
                json_text::push_value(json, &hash);
            }
            Transcoded::Custom(_) => return Err(Reason::Refused("the object breaks its schema")),
            Transcoded::No(_) if asked(scheme) => {}
            Transcoded::No(why) => return Err(Reason::Scheme(scheme, why)),
        }
        Ok(())
    }
}

/// No character of a bcrypt text is escaped in JSON.
fn push_bcrypt(json: &mut Vec<u8>, bcrypt: &Verbatim<'_>) {
    let (before, behind): (&[u8], &[u8]) = if bcrypt.at_ten {
        (b",\"password_hash\":\"", b"\"")
    } else {
        (b",\"custom_password_hash\":{\"algorithm\":\"bcrypt\",\"hash\":{\"value\":\"", b"\",\"encoding\":\"utf8\"}}")
    };
    json.extend_from_slice(before);
    json.extend_from_slice(bcrypt.text.as_bytes());
    json.extend_from_slice(behind);
}
