//! `users.preset`: lays a known application's mapping under what the operator wrote.
use super::{
    section::{Context, Section, nearest_hint},
    source::{self, Node, Value},
};
use crate::{
    presets::{self, Preset},
    sql::{dialect::Dialect, identifier},
};
use std::collections::BTreeMap;

/// Keys of a preset's `[users]` that hold SQL, and so names to quote.
const SQL_KEYS: &[&str] = &["joins", "where", "active", "columns"];

/// Lays the preset that the tree names under it; its name.
pub(super) fn apply(tree: &mut Node, dialect: Dialect, context: &Context) -> Option<String> {
    let asked = tree.get("users")?.get("preset")?.clone();
    let origin = asked.origin.clone();
    let holder = tree.get("users").cloned();
    let users = Section::new("users", holder.as_ref(), context);
    let (name, given) = match &asked.value {
        Value::Table(entries) => {
            let table = Section::new("users.preset", Some(&asked), context);
            let name =
                table.required_text("name", "write it like `{ name = \"wordpress\", table_prefix = \"blog_\" }`");
            let given = entries.iter().map(|(key, _)| key.clone()).filter(|key| key != "name");
            (name, given.filter_map(|key| Some((key.clone(), table.text(&key)?))).collect())
        }
        _ => (users.text("preset")?, BTreeMap::new()),
    };
    let Some(preset) = presets::find(&name) else {
        let near = nearest_hint(&name, presets::ALL.iter().map(|preset| preset.name));
        users.problem("preset", format!("`{name}` is no known application"), Some(&near.unwrap_or_else(known)));
        return None;
    };
    let settings = match Settings::of(preset, given, dialect) {
        Ok(settings) => settings,
        Err((message, hint)) => {
            users.problem("preset", message, Some(&hint));
            return None;
        }
    };
    let Ok(written) = source::tree(preset.text, std::iter::empty()) else { return None };
    let mut written = settings.fill(written).at(&origin);
    let own = tree.get("users").is_some_and(|users| users.get("query").is_some());
    for key in ["users", "password"] {
        let Some(mut below) = written.remove(key) else { continue };
        if own && key == "users" {
            // The operator's SELECT stands for table, joins and conditions alike.
            for replaced in ["table", "joins", "where", "identifiers", "columns", "reads"] {
                below.remove(replaced);
            }
        }
        if let Some(node) = tree.entry(key, &origin) {
            // Sections are joined, their entries are not: `plan = { cel = … }` replaces `plan = { column = … }`.
            node.lay_over(below, 1);
        }
    }
    Some(name)
}

fn known() -> String {
    let names: Vec<String> = presets::ALL.iter().map(|preset| format!("`{}`", preset.name)).collect();
    format!("known are {}", names.join(", "))
}

/// What the operator says about his installation.
struct Settings {
    dialect: Dialect,
    table_prefix: String,
    schema: Option<String>,
    parameters: BTreeMap<String, String>,
}

impl Settings {
    fn of(preset: &Preset, mut given: BTreeMap<String, String>, dialect: Dialect) -> Result<Self, (String, String)> {
        let about = preset.about();
        let table_prefix = given.remove("table_prefix").unwrap_or(about.table_prefix);
        let schema = given.remove("schema").or(about.schema);
        let mut parameters = BTreeMap::new();
        for (name, default) in about.parameters {
            let value = given.remove(&name).or(if default.is_empty() { None } else { Some(default) });
            let missing = || {
                let message = format!("the preset `{}` needs `{name}`", preset.name);
                (message, format!("write `preset = {{ name = \"{}\", {name} = \"…\" }}`", preset.name))
            };
            parameters.insert(name.clone(), value.ok_or_else(missing)?);
        }
        match given.keys().next() {
            Some(unknown) => Err((
                format!("the preset `{}` knows no `{unknown}`", preset.name),
                format!(
                    "it takes `name`, `table_prefix`, `schema`{}",
                    parameters.keys().fold(String::new(), |known, name| known + ", `" + name + "`")
                ),
            )),
            None => Ok(Self { dialect, table_prefix, schema, parameters }),
        }
    }

    /// Puts names and parameters into the places of the preset's SQL.
    fn fill(&self, mut written: Node) -> Node {
        let Some(mut users) = written.remove("users") else { return written };
        if let Some(mut table) = users.remove("table") {
            table.texts(&mut |text| *text = self.quoted(text));
            users.insert("table", table);
        }
        if let Some(mut reads) = users.remove("reads") {
            if let Value::Table(entries) = &mut reads.value {
                for (table, _) in entries {
                    *table = self.quoted(table);
                }
            }
            users.insert("reads", reads);
        }
        for key in SQL_KEYS {
            if let Some(mut node) = users.remove(key) {
                node.texts(&mut |text| *text = self.filled(text));
                users.insert(key, node);
            }
        }
        written.insert("users", users);
        written
    }

    fn quoted(&self, table: &str) -> String {
        let name = format!("{}{table}", self.table_prefix);
        let path: Vec<String> = self.schema.iter().cloned().chain([name]).collect();
        identifier::quote_path(self.dialect, &path)
    }

    /// `{@table}` becomes the table's quoted path, `{'text}` the prefix and a text as an SQL text, `{=parameter}` a
    /// parameter as one, `{name}` a quoted name, `{{` a brace.
    fn filled(&self, sql: &str) -> String {
        let mut filled = String::new();
        let mut rest = sql;
        while let Some((before, opened)) = rest.split_once('{') {
            filled.push_str(before);
            if let Some(behind) = opened.strip_prefix('{') {
                filled.push('{');
                rest = behind;
                continue;
            }
            let Some((name, behind)) = opened.split_once('}') else {
                rest = opened;
                break;
            };
            filled.push_str(&match (name.chars().next(), name.get(1..).unwrap_or_default()) {
                (Some('@'), table) => self.quoted(table),
                (Some('\''), text) => self.dialect.text_literal(&format!("{}{text}", self.table_prefix)),
                (Some('='), parameter) => {
                    self.dialect.text_literal(self.parameters.get(parameter).map(String::as_str).unwrap_or_default())
                }
                _ => identifier::quote(self.dialect, name),
            });
            rest = behind;
        }
        filled.push_str(rest);
        filled
    }
}
