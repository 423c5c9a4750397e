//! The users of the tenant's connection: how an import inserts and updates them, and what else is counted about them.
use super::{import_rules::error, settings::UpsertedHash};
use serde_json::{Map, Value, json};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Instant,
};

/// What an import made of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It is new.
    Inserted,
    /// It was there, and has another profile now.
    Updated,
}

/// A user.
#[derive(Debug, Clone)]
pub struct StoredUser {
    /// As the file had it, with the `user_id` of Auth0, the e-mail in lower case, and the hash that was imported. Shared
    /// between snapshots: tests take many of them while a job works.
    pub fields: Arc<Map<String, Value>>,
    /// How often an import inserted it.
    pub inserted: u32,
    /// How often an import updated it.
    pub updated: u32,
    /// In how many accepted jobs it was.
    pub sent: u32,
    /// When it was inserted; none for users that were there before.
    pub(super) inserted_at: Option<Instant>,
    created_at: Arc<str>,
}

/// All users.
#[derive(Default)]
pub struct Directory {
    users: BTreeMap<String, StoredUser>,
    emails: HashMap<String, String>,
    usernames: HashMap<String, String>,
    /// In how many accepted jobs a user was, by `user_id`, or by e-mail where the file had none.
    pub sent: BTreeMap<String, u32>,
}

/// The `user_id` that a user of the file will have.
pub fn id_of(user: &Value) -> Option<String> {
    user.get("user_id").and_then(Value::as_str).map(|id| format!("auth0|{id}"))
}

/// A field in lower case: addresses and usernames are one, whatever their case.
pub fn lower(user: &Value, field: &str) -> Option<String> {
    user.get(field).and_then(Value::as_str).map(str::to_lowercase)
}

impl Directory {
    /// A user that was there before any import.
    pub fn put(&mut self, user_id: &str, email: &str) {
        let id = if user_id.starts_with("auth0|") { user_id.to_owned() } else { format!("auth0|{user_id}") };
        let email = email.to_lowercase();
        let fields = json!({"user_id": id, "email": email, "email_verified": true});
        self.emails.insert(email, id.clone());
        let fields = fields.as_object().cloned().unwrap_or_default();
        self.users.insert(id, StoredUser { inserted: 0, ..new_user(fields, None) });
    }

    /// Counts that an accepted job has this user.
    pub fn count_sent(&mut self, user: &Value) {
        if let Some(key) = id_of(user).or_else(|| lower(user, "email")) {
            *self.sent.entry(key).or_default() += 1;
        }
    }

    /// Imports a user that keeps all rules of the file.
    pub fn import(&mut self, user: &Value, upsert: bool, hash: UpsertedHash) -> Result<Change, Value> {
        let email = lower(user, "email").unwrap_or_default();
        let username = lower(user, "username");
        let id = id_of(user).unwrap_or_else(|| format!("auth0|{}", uuid::Uuid::new_v4().simple()));
        let owner = self.emails.get(&email).cloned();
        let others_name = |directory: &Self, id: &str| {
            username.as_ref().and_then(|name| directory.usernames.get(name)).is_some_and(|owner| owner != id)
        };
        if let (Some(owner), true) = (&owner, upsert) {
            if others_name(self, owner) {
                return Err(error("CONFLICT_USERNAME", "The username is in use by another user", "username"));
            }
            return self.update(owner, user, hash);
        }
        if owner.is_some() || self.users.contains_key(&id) || others_name(self, &id) {
            return Err(json!({"code": "DUPLICATED_USER", "message": "User already exists"}));
        }
        let mut fields = user.as_object().cloned().unwrap_or_default();
        fields.insert("user_id".into(), id.clone().into());
        fields.insert("email".into(), email.clone().into());
        fields.entry("email_verified").or_insert(Value::Bool(false));
        self.emails.insert(email, id.clone());
        if let Some(username) = username {
            self.usernames.insert(username, id.clone());
        }
        self.users.insert(id, new_user(fields, Some(Instant::now())));
        Ok(Change::Inserted)
    }

    /// Metadata that the file has replaces all of the old; the password never changes, the `user_id` neither.
    fn update(&mut self, id: &str, user: &Value, hash: UpsertedHash) -> Result<Change, Value> {
        let Some(stored) = self.users.get_mut(id) else {
            return Err(error("CONFLICT", "The user is being changed", ""));
        };
        let brings_hash = ["password_hash", "custom_password_hash"].into_iter().find(|key| user.get(key).is_some());
        if let (Some(key), UpsertedHash::Refused) = (brings_hash, hash) {
            let message = format!("A {key} was provided, but the user already has password hash defined");
            return Err(error("CONFLICT", &message, key));
        }
        for (key, value) in user.as_object().into_iter().flatten() {
            if matches!(key.as_str(), "user_id" | "email" | "password_hash" | "custom_password_hash") {
                continue;
            }
            if key == "username" {
                let name = stored.fields.get("username").and_then(Value::as_str).unwrap_or_default().to_lowercase();
                self.usernames.remove(&name);
                self.usernames.insert(value.as_str().unwrap_or_default().to_lowercase(), id.to_owned());
            }
            Arc::make_mut(&mut stored.fields).insert(key.clone(), value.clone());
        }
        stored.updated += 1;
        Ok(Change::Updated)
    }

    /// One user.
    pub fn get(&self, id: &str) -> Option<&StoredUser> {
        self.users.get(id)
    }

    /// The owner of an address or a username, in any case.
    pub fn owner(&self, field: &str, value: &str) -> Option<&StoredUser> {
        let owners = if field == "email" { &self.emails } else { &self.usernames };
        owners.get(&value.to_lowercase()).and_then(|id| self.users.get(id))
    }

    /// All users, with the counts of what was sent.
    pub fn snapshot(&self) -> BTreeMap<String, StoredUser> {
        let mut users = self.users.clone();
        for (id, user) in &mut users {
            user.sent = self.sent.get(id).copied().unwrap_or_default();
        }
        users
    }
}

fn new_user(fields: Map<String, Value>, inserted_at: Option<Instant>) -> StoredUser {
    let created_at = super::jobs::now_text().into();
    StoredUser { fields: Arc::new(fields), inserted: 1, updated: 0, sent: 0, inserted_at, created_at }
}

impl StoredUser {
    /// The `user_id`.
    pub fn user_id(&self) -> &str {
        self.fields.get("user_id").and_then(Value::as_str).unwrap_or_default()
    }

    /// The user as the API shows it: never with a password.
    pub fn shown(&self) -> Map<String, Value> {
        let mut shown = Map::clone(&self.fields);
        shown.shift_remove("password_hash");
        shown.shift_remove("custom_password_hash");
        shown.shift_remove("mfa_factors");
        let email = shown.get("email").and_then(Value::as_str).unwrap_or_default().to_owned();
        let nickname = email.split('@').next().unwrap_or_default().to_owned();
        shown.entry("name").or_insert(Value::String(email));
        shown.entry("nickname").or_insert(Value::String(nickname));
        let own_id = self.user_id().trim_start_matches("auth0|");
        let identity =
            json!({"connection": super::CONNECTION_NAME, "provider": "auth0", "user_id": own_id, "isSocial": false});
        shown.insert("identities".into(), json!([identity]));
        shown.insert("created_at".into(), (*self.created_at).into());
        shown.insert("updated_at".into(), (*self.created_at).into());
        shown
    }
}
