//! Where each value of the profile and of the metadata comes from.
use crate::config::{
    computed::Computed,
    problem,
    section::Section,
    source::{Node, Value},
    users::{Kind, ProfileKey, Source},
};
use std::sync::Arc;

/// Keys that Auth0 refuses in app_metadata.
pub(super) const PROHIBITED: &[&str] = &[
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

const KINDS: &[(&str, Kind)] = &[
    ("auto", Kind::Auto),
    ("json", Kind::Json),
    ("bool", Kind::Bool),
    ("int", Kind::Int),
    ("float", Kind::Float),
    ("string", Kind::String),
    ("list", Kind::List),
    ("php", Kind::Php),
];

pub(super) fn profile(section: &Section<'_>) -> Vec<(ProfileKey, Source)> {
    let mut mapped = Vec::new();
    for key in ProfileKey::ALL {
        let Some(node) = section.node(key.name()) else { continue };
        let flag = matches!(key, ProfileKey::EmailVerified | ProfileKey::PhoneVerified);
        let source = match (&node.value, node.text()) {
            (Value::Bool(answer), _) if flag => Source::Literal((*answer).into()),
            (Value::Table(_), _) => match computed(&section.table(key.name())) {
                Some(source) => source,
                None => continue,
            },
            (_, Some(column)) if !column.is_empty() => Source::Column { name: column.to_owned(), kind: Kind::Auto },
            _ => {
                let full = section.full(key.name());
                let hint = if flag { "write a column in quotes, or true or false" } else { "write a column in quotes" };
                section.problem(key.name(), format!("`{full}` names no column"), Some(hint));
                continue;
            }
        };
        mapped.push((key, source));
    }
    let has = |key| mapped.iter().any(|(mapped, _)| *mapped == key);
    if !has(ProfileKey::Email) && !has(ProfileKey::Username) {
        section.problem(
            "email",
            "`users.profile.email` is missing",
            Some("name the column; a store without addresses needs `username` instead"),
        );
    }
    section.finish();
    mapped
}

pub(super) fn metadata_of_people(section: &Section<'_>) -> Vec<(String, Source)> {
    metadata(section, &[])
}

pub(super) fn metadata(section: &Section<'_>, prohibited: &[&str]) -> Vec<(String, Source)> {
    let mut mapped = Vec::new();
    for (key, node) in section.entries() {
        section.node(key);
        if prohibited.contains(&key.as_str()) {
            section.problem(
                key,
                format!("`{}` is a key that Auth0 refuses", section.full(key)),
                Some("choose another name"),
            );
        } else if key.is_empty() || key.contains(['.', '$', '\0']) {
            section.problem(
                key,
                format!("`{}` holds a `.` or `$`, which Auth0 refuses", section.full(key)),
                Some("choose another name"),
            );
        }
        if let Some(source) = source(section, key, node) {
            mapped.push((key.clone(), source));
        }
    }
    section.finish();
    mapped
}

fn source(section: &Section<'_>, key: &str, node: &Node) -> Option<Source> {
    if let Some(column) = node.text() {
        return Some(Source::Column { name: column.to_owned(), kind: Kind::Auto });
    }
    if !matches!(node.value, Value::Table(_)) {
        section.problem(
            key,
            format!("`{}` names no column", section.full(key)),
            Some("write a column in quotes, or `{ column = \"…\", type = \"int\" }`"),
        );
        return None;
    }
    let table = section.table(key);
    if table.is_set("cel") {
        return computed(&table);
    }
    let name = table.required_text("column", "write it like `{ column = \"plan_code\", type = \"int\" }`");
    let kind = table.choice("type", Kind::Auto, KINDS);
    table.finish();
    Some(Source::Column { name, kind })
}

/// `{ cel = "row.plan_code == 3 ? 'gold' : 'free'" }`.
fn computed(table: &Section<'_>) -> Option<Source> {
    let source = table.required_text("cel", "write it like `{ cel = \"row.plan_code == 3 ? 'gold' : 'free'\" }`");
    table.finish();
    match Computed::compile(&source) {
        Ok(computed) => Some(Source::Computed(Arc::new(computed))),
        Err(error) => {
            let message = problem::at_column("formula", &source, error.column, &error.message);
            table.problem("cel", message, Some("the README lists what a formula can name and call"));
            None
        }
    }
}
