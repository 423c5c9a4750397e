//! `[users]`: which table and columns, or which SELECT.
use super::computed::Computed;
use crate::sql::select_user::Table;
use serde_json::Value;
use std::sync::Arc;

/// Where users are and what is told of them.
#[derive(Debug, Clone)]
pub struct Users {
    /// Table, view, or the operator's own SELECT.
    pub from: From,
    /// Columns that a person may type; used with a table only.
    pub identifiers: Vec<Identifier>,
    /// SQL of the operator's over `u` and its joins, each a column by this name from then on.
    pub columns: Vec<(String, String)>,
    /// Other tables and columns that the operator's SQL reads: what the role needs beside the mapped columns.
    pub reads: Vec<(Vec<String>, Vec<String>)>,
    /// The application whose preset was taken, by its name.
    pub preset: Option<String>,
    /// The column of the primary key.
    pub id_column: String,
    /// What stands before the key in `user_id`; `legacy|` by default.
    pub id_prefix: String,
    /// The column or condition that says who may cross; `None` when everybody may.
    pub active: Option<Active>,
    /// Profile key and where its value comes from, in the order of the profile.
    pub profile: Vec<(ProfileKey, Source)>,
    /// Keys of `metadata`.
    pub metadata: Vec<(String, Source)>,
    /// Keys of `user_metadata`.
    pub user_metadata: Vec<(String, Source)>,
    /// Column with the `mfa_factors` array as JSON.
    pub mfa_factors: Option<String>,
}

impl Users {
    /// The column of a row that holds the answer of the active rule.
    #[must_use]
    pub fn active_column(&self) -> Option<&str> {
        match self.active.as_ref()? {
            Active::Column(name) => Some(name),
            Active::Condition(_) => Some(ACTIVE_CONDITION),
        }
    }

    /// Every expression that is selected under a name: the operator's own, and the active condition.
    pub fn expressions(&self) -> impl Iterator<Item = (&str, &str)> {
        let condition = match &self.active {
            Some(Active::Condition(text)) => Some((ACTIVE_CONDITION, text.as_str())),
            _ => None,
        };
        self.columns.iter().map(|(name, sql)| (name.as_str(), sql.as_str())).chain(condition)
    }

    /// The key of the configuration that an expression stands under.
    #[must_use]
    pub fn key_of_expression(name: &str) -> String {
        if name == ACTIVE_CONDITION { "users.active".to_owned() } else { format!("users.columns.{name}") }
    }

    /// Every mapped value with the key that maps it.
    pub fn sources(&self) -> impl Iterator<Item = (String, &Source)> {
        let profile = self.profile.iter().map(|(key, source)| (format!("users.profile.{}", key.name()), source));
        let metadata = self.metadata.iter().map(|(key, source)| (format!("users.metadata.{key}"), source));
        let of_people = self.user_metadata.iter().map(|(key, source)| (format!("users.user_metadata.{key}"), source));
        profile.chain(metadata).chain(of_people)
    }
}

/// A column that a person may type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identifier {
    /// Its name, or that of an expression.
    pub column: String,
    /// How the application stores it.
    pub case: Case,
}

impl std::convert::From<&str> for Identifier {
    fn from(column: &str) -> Self {
        Self { column: column.to_owned(), case: Case::Mixed }
    }
}

/// In which case an identifier is stored. Whoever promises one has a plain index used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Case {
    /// As people wrote it: compared without case.
    #[default]
    Mixed,
    /// Always in lower case.
    Lower,
    /// Always in upper case.
    Upper,
}

/// The name under which a condition is selected.
pub const ACTIVE_CONDITION: &str = "drawbridge_active";

/// What is selected from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum From {
    /// A table or view, as `name`, `schema.name` or a quoted form of these, with its joins and its condition.
    Table(Table),
    /// A SELECT with one or more `:identifier`; its result columns are the columns that the other keys name.
    Query(String),
}

impl From {
    /// The parts of the table's name; `None` of a SELECT.
    #[must_use]
    pub fn path(&self) -> Option<&[String]> {
        match self {
            Self::Table(table) => Some(&table.path),
            Self::Query(_) => None,
        }
    }
}

/// The active rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Active {
    /// A column whose value says it: true, non-zero, `t`, `y`, `yes`, `true`, `1`, `active`, `enabled` mean yes.
    Column(String),
    /// A SQL condition over the row (anything that is not a bare identifier); it becomes a selected column.
    Condition(String),
}

/// The closed list of profile keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ProfileKey {
    /// `email`.
    Email,
    /// `email_verified`.
    EmailVerified,
    /// `username`.
    Username,
    /// `name`.
    Name,
    /// `nickname`.
    Nickname,
    /// `given_name`.
    GivenName,
    /// `family_name`.
    FamilyName,
    /// `picture`.
    Picture,
    /// `phone_number`.
    PhoneNumber,
    /// `phone_verified`.
    PhoneVerified,
}

impl ProfileKey {
    /// All keys in the order in which a profile shows them.
    pub const ALL: [Self; 10] = [
        Self::Email,
        Self::EmailVerified,
        Self::Username,
        Self::Name,
        Self::Nickname,
        Self::GivenName,
        Self::FamilyName,
        Self::Picture,
        Self::PhoneNumber,
        Self::PhoneVerified,
    ];

    /// The key as Auth0 spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::EmailVerified => "email_verified",
            Self::Username => "username",
            Self::Name => "name",
            Self::Nickname => "nickname",
            Self::GivenName => "given_name",
            Self::FamilyName => "family_name",
            Self::Picture => "picture",
            Self::PhoneNumber => "phone_number",
            Self::PhoneVerified => "phone_verified",
        }
    }
}

/// Where one value comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// A column of the row, as the type that the configuration gives it.
    Column {
        /// Name of the column.
        name: String,
        /// How it is told; `Auto` by default.
        kind: Kind,
    },
    /// A constant of the operator.
    Literal(Value),
    /// A formula over the row.
    Computed(Arc<Computed>),
}

impl Source {
    /// The columns that the value is read from.
    #[must_use]
    pub fn columns(&self) -> Vec<&str> {
        match self {
            Self::Column { name, .. } => vec![name],
            Self::Literal(_) => Vec::new(),
            Self::Computed(computed) => computed.columns().iter().map(String::as_str).collect(),
        }
    }
}

/// The JSON type of a metadata value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    /// As the database types it.
    #[default]
    Auto,
    /// Text that holds JSON, or a JSON column.
    Json,
    /// A truth value.
    Bool,
    /// A whole number.
    Int,
    /// A number.
    Float,
    /// Text.
    String,
    /// A list: a JSON array, an SQL array, the true keys or the values of a PHP array, or text separated by commas.
    List,
    /// What PHP's `serialize` wrote.
    Php,
}
