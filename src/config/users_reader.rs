//! Reads `[users]` and holds it against the rules of the profile.
mod sources;

use self::sources::{PROHIBITED, metadata, metadata_of_people, profile};
use super::{
    section::Section,
    source::{Node, Value},
    table_name,
    users::{Active, Case, From, Identifier, Users},
};
use crate::sql::{dialect::Dialect, select_user::Table};

const CASES: &[(&str, Case)] = &[("mixed", Case::Mixed), ("lower", Case::Lower), ("upper", Case::Upper)];

pub(super) fn read(section: &Section<'_>, dialect: Dialect, preset: Option<String>) -> Option<Users> {
    section.node("preset");
    let from = from(section);
    let identifiers = identifiers(section);
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
    let columns = columns(&section.table("columns"), dialect);
    let reads = reads(&section.table("reads"));
    let profile = profile(&section.table("profile"));
    let metadata = metadata(&section.table("metadata"), PROHIBITED);
    let user_metadata = metadata_of_people(&section.table("user_metadata"));
    let mfa_factors = section.text("mfa_factors");
    section.finish();
    Some(Users {
        from: from?,
        identifiers,
        columns,
        reads,
        preset,
        id_column,
        id_prefix,
        active,
        profile,
        metadata,
        user_metadata,
        mfa_factors,
    })
}

/// `identifiers = ["email", { column = "username_lower", case = "lower" }]`.
fn identifiers(section: &Section<'_>) -> Vec<Identifier> {
    const HINT: &str = "write it like `[\"email\", { column = \"username_lower\", case = \"lower\" }]`";
    let Some(node) = section.node("identifiers") else { return Vec::new() };
    let single = [node.clone()];
    let listed: &[Node] = match &node.value {
        Value::List(entries) => entries,
        _ => &single,
    };
    let mut identifiers = Vec::new();
    for entry in listed {
        match (entry.text(), &entry.value) {
            (Some(column), _) => identifiers.push(Identifier { column: column.to_owned(), case: Case::Mixed }),
            (None, Value::Table(_)) => {
                let table = Section::new("users.identifiers", Some(entry), section.context());
                let column = table.required_text("column", HINT);
                let case = table.choice("case", Case::Mixed, CASES);
                table.finish();
                identifiers.push(Identifier { column, case });
            }
            _ => section.problem("identifiers", "`users.identifiers` is not a list of columns", Some(HINT)),
        }
    }
    identifiers
}

/// `NAME = "SQL"`, or `NAME = { list = "g.name", from = "groups g where g.user_id = u.id" }`.
fn columns(section: &Section<'_>, dialect: Dialect) -> Vec<(String, String)> {
    let mut columns = Vec::new();
    for (name, node) in section.entries() {
        let sql = if matches!(node.value, Value::Table(_)) {
            const HINT: &str = "write it like `{ list = \"g.name\", from = \"groups g where g.user_id = u.id\" }`";
            let table = section.table(name);
            let (element, from) = (table.required_text("list", HINT), table.required_text("from", HINT));
            table.finish();
            dialect.json_list(&element, &from)
        } else {
            section.text(name).unwrap_or_default()
        };
        if sql.trim().is_empty() || sql.contains('\0') {
            section.problem(name, format!("`{}` holds no SQL", section.full(name)), None);
        } else if name.eq_ignore_ascii_case(super::users::ACTIVE_CONDITION) {
            section.problem(name, format!("`{name}` is a name of our own"), Some("choose another one"));
        }
        columns.push((name.clone(), sql));
    }
    section.finish();
    columns
}

/// `reads = { auth_group = ["id", "name"] }`.
fn reads(section: &Section<'_>) -> Vec<(Vec<String>, Vec<String>)> {
    let mut reads = Vec::new();
    for (table, _) in section.entries() {
        let columns = section.texts(table);
        match table_name::parts(table) {
            Some(path) => reads.push((path, columns)),
            None => section.problem(table, format!("`{}` is not the name of a table", section.full(table)), None),
        }
    }
    section.finish();
    reads
}

fn from(section: &Section<'_>) -> Option<From> {
    let (joins, filter) = (section.text("joins"), section.text("where"));
    match (section.text("table"), section.text("query")) {
        (Some(_), Some(_)) => {
            section.problem("query", "both `users.table` and `users.query` are set", Some("keep one of them"));
            None
        }
        (Some(table), None) => {
            let parts = table_name::parts(&table);
            if parts.is_none() {
                section.problem(
                    "table",
                    "`users.table` is not the name of a table",
                    Some("write it like `users`, `auth.users` or `auth.\"My Users\"`"),
                );
            }
            parts.map(|path| From::Table(Table { path, joins, filter }))
        }
        (None, Some(query)) => {
            if !query.contains(":identifier") {
                section.problem(
                    "query",
                    "`users.query` holds no `:identifier`",
                    Some("write `WHERE lower(u.email) = lower(:identifier)`"),
                );
            }
            for (key, given) in [("joins", joins), ("where", filter)] {
                if given.is_some() {
                    let message = format!("`users.{key}` belongs to `users.table`");
                    section.problem(key, message, Some("write it into `users.query`"));
                }
            }
            Some(From::Query(query))
        }
        (None, None) => {
            section.problem(
                "table",
                "`users.table` is missing",
                Some("name the table or view, write `users.query`, or take a known application's `users.preset`"),
            );
            None
        }
    }
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

/// Whether a text is the bare name of a column and no condition.
fn is_name(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && characters.all(|c| c.is_alphanumeric() || c == '_')
}
