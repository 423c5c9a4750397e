//! `[password]`: where the stored hash is and how it is read.
use super::{section::Section, source::Value};
use crate::{hash::registry::Schemes, secret::Secret};
use std::collections::BTreeMap;

/// The password column and its schemes.
#[derive(Debug, Clone)]
pub struct Password {
    /// Column of the stored hash.
    pub column: String,
    /// Column of the salt, if it has one of its own.
    pub salt: Option<String>,
    /// Names of schemes in order of preference, or `["auto"]`. The loader has checked the names against the registry.
    pub schemes: Vec<String>,
    /// The site's pepper.
    pub pepper: Option<Secret>,
    /// `[password.params]`: site-wide values that a scheme needs.
    pub params: BTreeMap<String, Secret>,
}

pub(super) fn read(section: &Section<'_>) -> Password {
    let column = section.required_text("column", "name the column of the stored hash");
    let salt = section.text("salt");
    let mut schemes = section.texts("schemes");
    if schemes.is_empty() {
        schemes.push("auto".to_owned());
    }
    if let Err(unknown) = Schemes::from_names(&schemes) {
        let hint = unknown.nearest.map_or_else(
            || "the README lists the schemes; `auto` tells by itself what can be told".to_owned(),
            |name| format!("the nearest known one is `{name}`"),
        );
        section.problem(
            "schemes",
            format!("`password.schemes` names `{}`, which is no scheme", unknown.name),
            Some(&hint),
        );
    }
    section.not_supported("recipes", "use the schemes of the README");
    section.not_supported("scheme", "use an explicit list in `schemes`");
    let pepper = section.secret("pepper");
    let params = params(&section.table("params"));
    section.finish();
    Password { column, salt, schemes, pepper, params }
}

fn params(section: &Section<'_>) -> BTreeMap<String, Secret> {
    let mut params = BTreeMap::new();
    for (key, node) in section.entries() {
        let secret = match (key.strip_suffix("_file"), &node.value) {
            (Some(_), _) => section.path(key).and_then(|path| section.secret_of_file(key, &path)),
            (None, Value::Integer(number)) => Some(Secret::new(number.to_string())),
            (None, _) => section.text(key).map(Secret::new),
        };
        if let Some(secret) = secret {
            params.insert(key.strip_suffix("_file").unwrap_or(key).to_owned(), secret);
        }
    }
    params
}
