//! The bulk import: what is exported is exactly what Auth0 would compute, or nothing.
//!
//! `src/bulk/import_schema.json`, which the export holds every user against, and `auth0_import_examples.json` are the
//! JSON Schema and the examples of "Bulk User Import Database Schema and Examples" in Auth0's documentation (August
//! 2026); the passwords beside the examples were found by trying.
#![allow(clippy::pedantic, reason = "a test fails loudly; the strict set is for what is shipped")]
#[path = "../support/mod.rs"]
mod support;

mod auth0_verifier;
mod corners;
mod formulas;
mod import;
mod round_trip;
mod rows;
mod users;
mod vectors;

use serde_json::Value;
use std::sync::LazyLock;

static SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
    let schema = serde_json::from_str(include_str!("../../src/bulk/import_schema.json")).expect("JSON");
    jsonschema::validator_for(&schema).expect("a schema")
});

/// What is wrong with an imported user by the documented schema; empty when nothing is.
fn schema_errors(user: &Value) -> String {
    SCHEMA.iter_errors(user).map(|error| format!("{}: {error}; ", error.instance_path())).collect()
}

/// A user of the import with what was transcoded; `None` when it cannot be imported.
fn imported(transcoded: drawbridge::accounts::transcode::Transcoded) -> Option<Value> {
    use drawbridge::accounts::transcode::Transcoded;
    match transcoded {
        Transcoded::PasswordHash(hash) => Some(serde_json::json!({ "email": "a@example.com", "password_hash": hash })),
        Transcoded::Custom(object) => {
            Some(serde_json::json!({ "email": "a@example.com", "custom_password_hash": object }))
        }
        Transcoded::No(_) => None,
    }
}

#[test]
fn the_verifier_agrees_with_the_documentations_examples() {
    let examples: Vec<Value> = serde_json::from_str(include_str!("auth0_import_examples.json")).expect("JSON");
    let mut with_password = 0;
    for example in &examples {
        let user = &example["user"];
        assert_eq!(schema_errors(user), "");
        let Some(password) = example["password"].as_str() else { continue };
        with_password += 1;
        assert_eq!(auth0_verifier::accepts(user, password), Ok(true), "{}", user["email"]);
        assert_eq!(auth0_verifier::accepts(user, "another"), Ok(false), "{}", user["email"]);
    }
    assert_eq!(with_password, 9);
}

#[test]
fn the_schema_refuses_what_the_import_does_not_know() {
    for wrong in [
        serde_json::json!({ "email": "a@example.com", "custom_password_hash": { "algorithm": "crypt", "hash": {} } }),
        serde_json::json!({ "email": "a@example.com", "custom_password_hash": { "algorithm": "md5", "hash": {}, "x": 1 } }),
        serde_json::json!({ "email": "a@example.com", "custom_password_hash": { "algorithm": "md5" } }),
    ] {
        assert_ne!(schema_errors(&wrong), "");
    }
}
