//! `drawbridge user show`: one user as Auth0 will get it, and where each value comes from. Never the hash.
use super::{
    start,
    terminal::{self, Exit},
};
use crate::{
    accounts::{active, error::Refusal, profile, stored_hash, user_id},
    config::{
        Config,
        load::Needs,
        users::{Active, Source},
    },
    hash::scheme::Identified,
    ledger::{self, Missing},
    store::{
        self, Found,
        error::{StoreError, StoreErrorKind},
        legacy_row::LegacyRow,
        runtime::DatabaseRuntime,
    },
};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};
use std::path::Path;

/// Runs `user show`.
#[must_use]
pub fn show(path: &Path, identifier: &str, as_json: bool) -> Exit {
    let (config, runtime) = match start::start(path, Needs::database()) {
        Ok(started) => started,
        Err(exit) => return exit,
    };
    match runtime.handle().block_on(look_up(&config, &runtime, identifier)) {
        Ok(Some(shown)) => {
            if as_json {
                anstream::println!("{:#}", shown.json());
            } else {
                shown.print();
            }
            if shown.profile.is_ok() { Exit::Done } else { Exit::Failed }
        }
        Ok(None) => Exit::Failed,
        Err(error) => {
            terminal::error(&error.to_string(), Some("`drawbridge check` tells more"));
            terminal::exit_of(&error)
        }
    }
}

/// Runs `user unmark`: the user is asked for again at the next login.
#[must_use]
pub fn unmark(path: &Path, given: &str) -> Exit {
    let (config, runtime) = match start::start(path, Needs::database()) {
        Ok(started) => started,
        Err(exit) => return exit,
    };
    let prefix = &config.users.id_prefix;
    let Ok(user_id) = user_id::user_id(prefix, user_id::key_of(prefix, given)) else {
        terminal::error("this is no `user_id`", Some("write it as Auth0 or the profile has it: `legacy|42`"));
        return Exit::Usage;
    };
    let store = config.migration.store.as_ref();
    let removed = runtime.handle().block_on(async {
        let ledger = ledger::open(store, &config.database, &runtime, Missing::Report).await?;
        match ledger.migrated_at(&user_id).await? {
            Some(_) => ledger.unmark(&user_id).await.map(Some),
            None => Ok(None),
        }
    });
    match removed {
        Ok(Some(_)) => {
            anstream::println!("{user_id} is not marked any more");
            Exit::Done
        }
        Ok(None) => {
            terminal::error(&format!("`{user_id}` is not marked"), None);
            Exit::Failed
        }
        // The service's role has no DELETE, and should have none.
        Err(error) if error.kind == StoreErrorKind::Refused => {
            let dialect = store.unwrap_or(&config.database.url).dialect();
            terminal::error(
                "this role may not take marks away",
                Some(&format!(
                    "let the administrator run: delete from {} where user_id = {};",
                    ledger::TABLE,
                    dialect.text_literal(&user_id)
                )),
            );
            Exit::Failed
        }
        Err(error) => {
            terminal::error(&error.to_string(), Some("`drawbridge check` tells more"));
            terminal::exit_of(&error)
        }
    }
}

/// What is told of a user.
struct Shown {
    profile: Result<Value, &'static str>,
    origin: Map<String, Value>,
    scheme: Option<String>,
    cost: Option<String>,
    unverifiable: Option<&'static str>,
    active: Result<bool, &'static str>,
    migrated_at: Option<DateTime<Utc>>,
}

async fn look_up(config: &Config, runtime: &DatabaseRuntime, identifier: &str) -> Result<Option<Shown>, StoreError> {
    let store = store::open(&config.database, &config.users, &config.password, runtime).await?;
    let row = match store.find(identifier).await? {
        Found::One(row) => row,
        Found::Nobody => {
            terminal::error(
                "no user answers to this identifier",
                Some("`users.identifiers` says which columns are compared"),
            );
            return Ok(None);
        }
        Found::Several => {
            terminal::error(
                "more than one user answers to this identifier",
                Some("the bridge answers `ambiguous_user` until one of them is changed"),
            );
            return Ok(None);
        }
    };
    let mut shown = of(&row, config);
    if let Ok(Value::String(user_id)) = shown.profile.as_ref().map(|profile| profile["user_id"].clone()) {
        match ledger::open(config.migration.store.as_ref(), &config.database, runtime, Missing::Report).await {
            Ok(ledger) => shown.migrated_at = ledger.migrated_at(&user_id).await?,
            // Before the ledger exists nobody is marked.
            Err(error) if error.kind == StoreErrorKind::Refused => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Some(shown))
}

fn of(row: &LegacyRow, config: &Config) -> Shown {
    let rule = |refusal: Refusal| refusal.rule();
    let profile = profile::of(row, &config.users).map_err(rule);
    let (scheme, cost, unverifiable) = match stored_hash::identify(row, &config.password) {
        Identified::Hash { scheme, verifier } => (Some(scheme.to_owned()), Some(verifier.cost().label), None),
        Identified::NoPassword => (None, None, Some("no_password")),
        Identified::Unverifiable(reason) => (None, None, Some(reason.word())),
    };
    Shown {
        profile: profile
            .and_then(|profile| serde_json::from_slice(&profile.json).map_err(|_| "the profile is not JSON")),
        origin: origin(config),
        scheme,
        cost,
        unverifiable,
        active: active::of(row, &config.users).map_err(rule),
        migrated_at: None,
    }
}

/// Each key of the profile with what it comes from.
fn origin(config: &Config) -> Map<String, Value> {
    let users = &config.users;
    let sql = |name: &str| users.columns.iter().any(|(known, _)| known == name);
    let named = |name: &str| if sql(name) { format!("users.columns.{name}") } else { format!("column {name}") };
    let mut origin = Map::new();
    origin.insert("user_id".into(), json!(format!("`{}` + {}", users.id_prefix, named(&users.id_column))));
    for (key, source) in users.sources() {
        let from = match source {
            Source::Column { name, .. } => named(name),
            Source::Literal(value) => format!("the configuration says {value}"),
            Source::Computed(computed) => format!("formula over {}", computed.columns().join(", ")),
        };
        let key = key.trim_start_matches("users.").trim_start_matches("profile.").to_owned();
        origin.insert(key, json!(from));
    }
    if let Some(name) = &users.mfa_factors {
        origin.insert("mfa_factors".into(), json!(named(name)));
    }
    if let Some(active) = &users.active {
        let from = match active {
            Active::Column(name) => named(name),
            Active::Condition(text) => format!("condition {text}"),
        };
        origin.insert("active".into(), json!(from));
    }
    origin.insert("password".into(), json!(named(&config.password.column)));
    origin
}

impl Shown {
    fn json(&self) -> Value {
        json!({
            "profile": self.profile.as_ref().ok(),
            "problem": self.profile.as_ref().err(),
            "origin": self.origin,
            "scheme": self.scheme,
            "cost": self.cost,
            "unverifiable": self.unverifiable,
            "active": self.active.as_ref().ok(),
            "migrated_at": self.migrated_at.map(moment),
        })
    }

    fn print(&self) {
        match &self.profile {
            Ok(profile) => self.print_profile(profile),
            Err(rule) => terminal::error(&format!("the bridge answers `user_unmappable`: {rule}"), None),
        }
        let hash = match (&self.scheme, self.unverifiable) {
            (Some(scheme), _) => format!("{scheme} {}", self.cost.as_deref().unwrap_or_default()),
            (None, Some("no_password")) => "none: no password can match".to_owned(),
            (None, reason) => format!("password_unverifiable: {}", reason.unwrap_or_default()),
        };
        self.line("password", hash.trim_end(), "password");
        let active = match &self.active {
            Ok(true) => "yes".to_owned(),
            Ok(false) => "no: the bridge answers `account_disabled` after the right password".to_owned(),
            Err(rule) => format!("unknown: {rule}"),
        };
        self.line("active", &active, "active");
        let marked = self.migrated_at.map_or_else(|| "no".to_owned(), moment);
        self.line("migrated", &marked, "migrated");
    }

    fn print_profile(&self, profile: &Value) {
        let Value::Object(entries) = profile else { return };
        for (key, value) in entries {
            match value {
                Value::Object(inner) => {
                    for (name, value) in inner {
                        let key = format!("{key}.{name}");
                        self.line(&key, &value.to_string(), &key);
                    }
                }
                Value::String(text) => self.line(key, text, key),
                other => self.line(key, &other.to_string(), key),
            }
        }
    }

    fn line(&self, key: &str, value: &str, origin: &str) {
        let from = self.origin.get(origin).and_then(Value::as_str).unwrap_or_default();
        anstream::println!("{}", format!("{key:<24} {value:<40} {from}").trim_end());
    }
}

fn moment(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Micros, true)
}
