//! Reads `[users]` and holds it against the rules of the profile.
use super::{
    section::Section,
    source::{Node, Value},
    users::{Active, From, Kind, ProfileKey, Source, Users},
};

/// Keys that Auth0 refuses in app_metadata.
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

const KINDS: &[(&str, Kind)] = &[
    ("auto", Kind::Auto),
    ("json", Kind::Json),
    ("bool", Kind::Bool),
    ("int", Kind::Int),
    ("float", Kind::Float),
    ("string", Kind::String),
    ("list", Kind::List),
];

pub(super) fn read(section: &Section<'_>) -> Option<Users> {
    section.not_supported("preset", "describe the table with `table`, `identifiers` and `[users.profile]`");
    let from = from(section);
    let identifiers = section.texts("identifiers");
    if matches!(from, Some(From::Table(_))) && identifiers.is_empty() {
        section.problem(
            "identifiers",
            "`users.identifiers` is missing",
            Some("name the columns that a person may type, like `[\"email\"]`"),
        );
    }
    let (id_column, id_prefix) = user_id(section);
    let active =
        section.text("active").map(|text| if is_name(&text) { Active::Column(text) } else { Active::Condition(text) });
    let profile = profile(&section.table("profile"));
    let metadata = metadata(&section.table("metadata"), PROHIBITED);
    let user_metadata = metadata_of_people(&section.table("user_metadata"));
    let mfa_factors = section.text("mfa_factors");
    section.finish();
    Some(Users {
        from: from?,
        identifiers,
        id_column,
        id_prefix,
        active,
        profile,
        metadata,
        user_metadata,
        mfa_factors,
    })
}

fn metadata_of_people(section: &Section<'_>) -> Vec<(String, Source)> {
    metadata(section, &[])
}

fn from(section: &Section<'_>) -> Option<From> {
    match (section.text("table"), section.text("query")) {
        (Some(_), Some(_)) => {
            section.problem("query", "both `users.table` and `users.query` are set", Some("keep one of them"));
            None
        }
        (Some(table), None) => {
            let parts = table_parts(&table);
            if parts.is_none() {
                section.problem(
                    "table",
                    "`users.table` is not the name of a table",
                    Some("write it like `users`, `auth.users` or `auth.\"My Users\"`"),
                );
            }
            parts.map(From::Table)
        }
        (None, Some(query)) => {
            if !query.contains(":identifier") {
                section.problem(
                    "query",
                    "`users.query` holds no `:identifier`",
                    Some("write `WHERE lower(u.email) = lower(:identifier)`"),
                );
            }
            Some(From::Query(query))
        }
        (None, None) => {
            if !section.is_set("preset") {
                section.problem(
                    "table",
                    "`users.table` is missing",
                    Some("name the table or view, or write `users.query`"),
                );
            }
            None
        }
    }
}

/// The parts of `schema.table`, each bare or in double quotes, backticks or brackets.
fn table_parts(text: &str) -> Option<Vec<String>> {
    let mut parts = Vec::new();
    let mut rest = text.trim();
    loop {
        let close = match rest.chars().next()? {
            '"' => Some('"'),
            '`' => Some('`'),
            '[' => Some(']'),
            _ => None,
        };
        let (part, after) = match close {
            Some(close) => {
                let mut characters = rest.char_indices().skip(1).peekable();
                let mut part = String::new();
                let end = loop {
                    let (at, c) = characters.next()?;
                    if c != close {
                        part.push(c);
                    } else if characters.peek().is_some_and(|(_, next)| *next == close) {
                        characters.next();
                        part.push(c);
                    } else {
                        break at + c.len_utf8();
                    }
                };
                (part, rest.get(end..)?)
            }
            None => {
                let end = rest.find('.').unwrap_or(rest.len());
                (rest.get(..end)?.trim().to_owned(), rest.get(end..)?)
            }
        };
        if part.is_empty() || part.contains('\0') {
            return None;
        }
        parts.push(part);
        if after.is_empty() {
            break;
        }
        rest = after.strip_prefix('.')?;
    }
    (parts.len() <= 3).then_some(parts)
}

fn user_id(section: &Section<'_>) -> (String, String) {
    const HINT: &str = "name the primary key, like `user_id = { column = \"id\", prefix = \"legacy|\" }`";
    let is_text = section.node("user_id").is_some_and(|node| node.text().is_some());
    let (column, prefix) = if is_text {
        (section.text("user_id").unwrap_or_default(), None)
    } else {
        let table = section.table("user_id");
        let column = table.required_text("column", HINT);
        let prefix = table.text("prefix");
        table.finish();
        (column, prefix)
    };
    let prefix = prefix.unwrap_or_else(|| "legacy|".to_owned());
    if prefix.chars().any(|c| c.is_whitespace() || c.is_control()) || prefix.chars().count() > 100 {
        section.problem("user_id", "`users.user_id.prefix` holds whitespace or is longer than 100 characters", None);
    }
    if prefix.starts_with("auth0|") {
        section.problem(
            "user_id",
            "`users.user_id.prefix` begins with `auth0|`, which Auth0 puts there itself",
            Some("write `legacy|`"),
        );
    }
    (column, prefix)
}

fn profile(section: &Section<'_>) -> Vec<(ProfileKey, Source)> {
    let mut mapped = Vec::new();
    for key in ProfileKey::ALL {
        let Some(node) = section.node(key.name()) else { continue };
        let flag = matches!(key, ProfileKey::EmailVerified | ProfileKey::PhoneVerified);
        let source = match (&node.value, node.text()) {
            (Value::Bool(answer), _) if flag => Source::Literal((*answer).into()),
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

fn metadata(section: &Section<'_>, prohibited: &[&str]) -> Vec<(String, Source)> {
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
    table.not_supported("cel", "name a column");
    let name = table.required_text("column", "write it like `{ column = \"plan_code\", type = \"int\" }`");
    let kind = table.choice("type", Kind::Auto, KINDS);
    table.finish();
    Some(Source::Column { name, kind })
}

/// Whether a text is the bare name of a column and no condition.
fn is_name(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && characters.all(|c| c.is_alphanumeric() || c == '_')
}
