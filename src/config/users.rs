//! `[users]`: which table and columns, or which SELECT.
use serde_json::Value;

/// Where users are and what is told of them.
#[derive(Debug, Clone)]
pub struct Users {
    /// Table, view, or the operator's own SELECT.
    pub from: From,
    /// Columns that a person may type; used with a table only.
    pub identifiers: Vec<String>,
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
}

/// The name under which a condition is selected.
pub const ACTIVE_CONDITION: &str = "drawbridge_active";

/// What is selected from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum From {
    /// A table or view, as `name`, `schema.name` or a quoted form of these, split into its parts.
    Table(Vec<String>),
    /// A SELECT with one or more `:identifier`; its result columns are the columns that the other keys name.
    Query(String),
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
    /// A list: a JSON array, an SQL array, or text separated by commas.
    List,
}
