//! What the import asks of a user, and what it says of one that breaks a rule.
//!
//! The schema is the documented one. The codes are those of "Bulk User Imports", "Retrieve failed entries"
//! (auth0.com/docs/manage-users/user-migration/bulk-user-imports, 2026); the texts are those of the JSON Schema library
//! whose text stands in the one complete example found (community.auth0.com/t/102951: `Error in … property - Object
//! didn't pass validation for format email: …`). That example says `INVALID_FORMAT` where the documentation has
//! `FORMAT`. No documented code fits a property that the schema does not know: the library's own stands for it.
use super::faults::Masking;
use jsonschema::{ValidationError, Validator, error::ValidationErrorKind};
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

static SCHEMA: LazyLock<Validator> = LazyLock::new(|| {
    let schema = serde_json::from_str(include_str!("../../../src/bulk/import_schema.json")).expect("JSON");
    jsonschema::options().should_validate_formats(true).build(&schema).expect("a schema")
});

/// "Bulk User Import Database Schema and Examples": the only bcrypt that `password_hash` takes.
static PASSWORD_HASH: LazyLock<regex::Regex> =
    LazyLock::new(|| regex::Regex::new(r"^\$2[ab]?\$10+\$[./A-Za-z0-9]{53}$").expect("a pattern"));
static PHONE: LazyLock<regex::Regex> = LazyLock::new(|| regex::Regex::new(r"^\+[0-9]{1,15}$").expect("a pattern"));

/// Longest texts, in characters: "User Profile Structure".
const LENGTHS: &[(&str, usize)] = &[
    ("user_id", 255),
    ("email", 254),
    ("username", 128),
    ("given_name", 150),
    ("family_name", 150),
    ("name", 300),
    ("nickname", 300),
];

/// "User Metadata": keys that `app_metadata` must not have.
const PROHIBITED: &[&str] = &[
    "__tenant",
    "_id",
    "blocked",
    "clientID",
    "created_at",
    "email_verified",
    "email",
    "globalClientID",
    "global_client_id",
    "identities",
    "lastIP",
    "lastLogin",
    "loginsCount",
    "metadata",
    "multifactor_last_modified",
    "multifactor",
    "updated_at",
    "user_id",
];

/// An error of the list.
pub fn error(code: &str, message: &str, path: &str) -> Value {
    json!({"code": code, "message": message, "path": path})
}

/// What is wrong with a user; nothing when it can be imported.
pub fn errors(user: &Value) -> Vec<Value> {
    let mut found: Vec<Value> = SCHEMA.iter_errors(user).map(|broken| explain(&broken)).collect();
    let text = |key: &str| user.get(key).and_then(Value::as_str);
    for (key, longest) in LENGTHS {
        let length = text(key).map_or(1, |value| value.chars().count());
        if length > *longest {
            found.push(property("MAX_LENGTH", &format!("String is too long ({length} chars), maximum {longest}"), key));
        } else if length == 0 && *key != "email" {
            found.push(property("MIN_LENGTH", "String is too short (0 chars), minimum 1", key));
        }
    }
    for (key, pattern) in [("password_hash", &*PASSWORD_HASH), ("phone_number", &*PHONE)] {
        if text(key).is_some_and(|value| !pattern.is_match(value)) {
            found.push(property("PATTERN", &format!("String does not match pattern {pattern}"), key));
        }
    }
    let metadata = user.get("app_metadata").and_then(Value::as_object);
    for key in metadata.into_iter().flat_map(Map::keys) {
        if PROHIBITED.contains(&key.as_str()) {
            let path = format!("app_metadata.{key}");
            found.push(property("NOT_PASSED", "Data matched schema from \"not\"", &path));
        }
    }
    found
}

fn property(code: &str, message: &str, path: &str) -> Value {
    error(code, &format!("Error in {path} property - {message}"), path)
}

fn explain(broken: &ValidationError<'_>) -> Value {
    let place = dotted(&broken.instance_path().to_string());
    let inside = |name: &str| if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") };
    let value = match broken.instance().as_ref() {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let (code, message, path) = match broken.kind() {
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or("?");
            ("OBJECT_REQUIRED", format!("Missing required property: {name}"), inside(name))
        }
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            let names = unexpected.join(",");
            ("OBJECT_ADDITIONAL_PROPERTIES", format!("Additional properties not allowed: {names}"), inside(&names))
        }
        ValidationErrorKind::Format { format } => {
            ("FORMAT", format!("Object didn't pass validation for format {format}: {value}"), place)
        }
        ValidationErrorKind::Type { .. } => ("INVALID_TYPE", "Object is of another type".into(), place),
        ValidationErrorKind::Enum { .. } => ("ENUM_MISMATCH", format!("No enum match for: {value}"), place),
        ValidationErrorKind::Pattern { pattern } => {
            ("PATTERN", format!("String does not match pattern {pattern}: {value}"), place)
        }
        ValidationErrorKind::MinItems { limit } => {
            ("ARRAY_LENGTH_SHORT", format!("Array is too short, minimum {limit}"), place)
        }
        ValidationErrorKind::MaxItems { limit } => {
            ("ARRAY_LENGTH_LONG", format!("Array is too long, maximum {limit}"), place)
        }
        ValidationErrorKind::MaxProperties { limit } => {
            ("MAXIMUM", format!("Too many properties, maximum {limit}"), place)
        }
        _ => ("NOT_PASSED", "Object didn't pass validation".into(), place),
    };
    property(code, &message, &path)
}

/// `/mfa_factors/0/totp` as the error list writes it: `mfa_factors[0].totp`.
fn dotted(pointer: &str) -> String {
    let mut path = String::new();
    for part in pointer.split('/').skip(1) {
        if part.parse::<usize>().is_ok() {
            path.push_str(&format!("[{part}]"));
        } else {
            path.push_str(if path.is_empty() { "" } else { "." });
            path.push_str(part);
        }
    }
    path
}

/// The user as the error list shows it.
pub fn masked(user: &Value, masking: Masking) -> Value {
    let mut user = user.clone();
    if masking == Masking::Hashes {
        hide(user.get_mut("password_hash"));
        if let Some(hash) = user.get_mut("custom_password_hash") {
            for place in ["/hash/value", "/hash/key/value", "/salt/value"] {
                hide(hash.pointer_mut(place));
            }
        }
        return user;
    }
    let user_id = user.get("user_id").cloned();
    hide_texts(&mut user);
    if let (Some(user_id), Masking::AllButUserId) = (user_id, masking) {
        user["user_id"] = user_id;
    }
    user
}

fn hide(text: Option<&mut Value>) {
    if let Some(text) = text {
        *text = Value::String("*****".into());
    }
}

fn hide_texts(value: &mut Value) {
    match value {
        Value::String(_) => hide(Some(value)),
        Value::Array(values) => values.iter_mut().for_each(hide_texts),
        Value::Object(values) => values.values_mut().for_each(hide_texts),
        _ => {}
    }
}
