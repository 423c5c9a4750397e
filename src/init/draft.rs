//! The text of a first `drawbridge.toml`, each choice with its certainty and its reason beside it.
use super::{
    Choice,
    columns::{Kind, Mapping, Rule},
    recognise::Recognised,
};
use crate::{
    config::users::Case,
    sql::{
        dialect::Dialect,
        identifier::{quote, quote_path},
    },
    store::catalogue::CatalogueTable,
};
use std::{collections::BTreeMap, fmt::Write};

/// What a draft is made of.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The URL, without a password.
    pub url: String,
    /// The file of its password.
    pub password_file: Option<String>,
    /// The SQL that is spoken there.
    pub dialect: Dialect,
    /// What was found.
    pub found: Found,
    /// Identifiers that are stored in one case.
    pub cases: BTreeMap<String, Case>,
}

/// What was found in the database.
#[derive(Debug, Clone)]
pub enum Found {
    /// A known application.
    Preset(Choice<Recognised>),
    /// A table of nobody's.
    Table(Choice<CatalogueTable>, Box<Mapping>),
}

/// One line of what was chosen, for the terminal: key, value, certainty, reason.
pub type Told = (String, String, String);

impl Draft {
    /// The choices, for the terminal.
    #[must_use]
    pub fn told(&self) -> Vec<Told> {
        fn line<T>(key: &str, value: &str, choice: &Choice<T>) -> Told {
            (key.to_owned(), value.to_owned(), format!("{}: {}", choice.certainty, choice.reason))
        }
        match &self.found {
            Found::Preset(choice) => vec![line("users.preset", choice.value.preset.name, choice)],
            Found::Table(table, mapping) => {
                let mut told = vec![line("users.table", &self.table_name(&table.value), table)];
                let columns = [
                    ("users.user_id", &mapping.id),
                    ("identifier, users.profile.email", &mapping.email),
                    ("identifier, users.profile.username", &mapping.username),
                    ("password.column", &mapping.password),
                    ("password.salt", &mapping.salt),
                ];
                for (key, choice) in columns {
                    told.extend(choice.iter().map(|choice| line(key, &choice.value, choice)));
                }
                told.extend(
                    mapping.schemes.iter().map(|choice| line("password.schemes", &choice.value.join(", "), choice)),
                );
                for (key, rule) in [("users.active", &mapping.active), ("users.where", &mapping.filter)] {
                    told.extend(rule.iter().map(|choice| line(key, &self.rule(&choice.value), choice)));
                }
                told.extend(
                    mapping
                        .profile
                        .iter()
                        .map(|(key, choice)| line(&format!("users.profile.{key}"), &choice.value, choice)),
                );
                told.extend(
                    mapping
                        .metadata
                        .iter()
                        .map(|(key, choice)| line(&format!("users.metadata.{key}"), &choice.value, choice)),
                );
                told
            }
        }
    }

    /// The configuration.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::from(
            "# A first configuration, made from the database's catalogue and a look at some rows.\n\
             # Behind each choice stands how sure it is. `drawbridge check` tells what is missing.\n\n\
             [server]\n\
             # Auth0 calls over HTTPS: listen = \"0.0.0.0:8443\" with tls = { certificate = \"tls.crt\", key = \"tls.key\" }\n\
             listen = \"127.0.0.1:8080\"\n\n\
             [token]\n\
             # Your tenant, and the identifier of the API that you make for the bridge in Auth0.\n\
             issuer = \"https://YOUR_TENANT.eu.auth0.com/\"\n\
             audience = \"https://legacy-users.YOUR_COMPANY.example\"\n\n\
             [database]\n\
             # A role that can do nothing else: `drawbridge sql` prints it for your administrator.\n",
        );
        line(&mut text, format_args!("url = {}", quoted(&self.url)));
        if let Some(file) = &self.password_file {
            line(&mut text, format_args!("password_file = {}", quoted(file)));
        }
        text.push('\n');
        match &self.found {
            Found::Preset(choice) => self.preset(&mut text, choice),
            Found::Table(table, mapping) => self.table(&mut text, table, mapping),
        }
        text
    }

    fn preset(&self, text: &mut String, choice: &Choice<Recognised>) {
        let recognised = &choice.value;
        let about = recognised.preset.about();
        let mut entries = vec![format!("name = {}", quoted(recognised.preset.name))];
        if recognised.table_prefix != about.table_prefix {
            entries.push(format!("table_prefix = {}", quoted(&recognised.table_prefix)));
        }
        if let Some(schema) = recognised.schema.as_ref().filter(|schema| Some(*schema) != about.schema.as_ref()) {
            entries.push(format!("schema = {}", quoted(schema)));
        }
        let told = recognised.parameters.iter().filter(|(name, value)| about.parameters.get(*name) != Some(value));
        entries.extend(told.map(|(name, value)| format!("{} = {}", key(name), quoted(value))));
        let preset = match entries.as_slice() {
            [_] => quoted(recognised.preset.name),
            _ => format!("{{ {} }}", entries.join(", ")),
        };
        text.push_str("[users]\n");
        line(text, format_args!("# {}: {}", choice.certainty, choice.reason));
        line(text, format_args!("preset = {preset}"));
        let (own, sections): (Vec<_>, Vec<_>) =
            recognised.optional.iter().partition(|(path, _)| path.trim_start_matches("users.").split('.').count() == 1);
        for (path, rule) in own {
            line(text, format_args!("{} = {}", path.trim_start_matches("users."), quoted(&self.rule(rule))));
        }
        text.push_str("# What it stands for; every key that you write replaces it:\n");
        for known in recognised.preset.text.lines().skip_while(|line| *line != "[users]") {
            line(text, format_args!("#   {known}"));
        }
        let mut section = "";
        for (path, rule) in sections {
            let (Rule::Says(column) | Rule::SaysNot(column, _)) = rule;
            let Some((table, name)) = path.rsplit_once('.') else { continue };
            if table != section {
                line(text, format_args!("\n[{table}]\n# this installation has these, too"));
                section = table;
            }
            line(text, format_args!("{} = {}", key(name), quoted(column)));
        }
        if !recognised.preset.text.contains("[password.params]") {
            text.push_str("\n[password]\n# schemes, pepper_file and site-wide values in [password.params] go here\n");
        }
    }

    fn table(&self, text: &mut String, table: &Choice<CatalogueTable>, mapping: &Mapping) {
        fn entry(text: &mut String, key: &str, value: &str, certainty: &str, reason: &str) {
            line(text, format_args!("{:<44} # {certainty}: {reason}", format!("{key} = {value}")));
        }
        fn chosen<T>(text: &mut String, key: &str, value: &str, choice: &Choice<T>) {
            entry(text, key, value, &choice.certainty.to_string(), &choice.reason);
        }
        text.push_str("[users]\n");
        chosen(text, "table", &quoted(&self.table_name(&table.value)), table);
        let identifiers: Vec<String> = [&mapping.email, &mapping.username]
            .into_iter()
            .flatten()
            .map(|choice| self.identifier(&choice.value))
            .collect();
        line(text, format_args!("identifiers = [{}]", identifiers.join(", ")));
        if let Some(id) = &mapping.id {
            chosen(text, "user_id", &format!("{{ column = {}, prefix = \"legacy|\" }}", quoted(&id.value)), id);
        }
        for (key, rule) in [("active", &mapping.active), ("where", &mapping.filter)] {
            if let Some(rule) = rule {
                chosen(text, key, &quoted(&self.rule(&rule.value)), rule);
            }
        }
        text.push_str("\n[users.profile]\n");
        for (key, choice) in [("email", &mapping.email), ("username", &mapping.username)] {
            if let Some(choice) = choice {
                chosen(text, key, &quoted(&choice.value), choice);
            }
        }
        for (key, choice) in &mapping.profile {
            chosen(text, key, &quoted(&choice.value), choice);
        }
        text.push_str("\n[users.metadata]\n");
        for (name, choice) in &mapping.metadata {
            chosen(text, &key(name), &quoted(&choice.value), choice);
        }
        if !mapping.left.is_empty() {
            text.push_str("# Columns that were left; what is not mapped never leaves the database:\n");
            for name in &mapping.left {
                line(text, format_args!("# {} = {}", key(&metadata_key(name)), quoted(name)));
            }
        }
        text.push_str("\n[password]\n");
        if let Some(choice) = &mapping.password {
            chosen(text, "column", &quoted(&choice.value), choice);
        }
        if let Some(choice) = &mapping.salt {
            chosen(text, "salt", &quoted(&choice.value), choice);
        }
        if let Some(choice) = &mapping.schemes {
            let names: Vec<String> = choice.value.iter().map(|name| quoted(name)).collect();
            chosen(text, "schemes", &format!("[{}]", names.join(", ")), choice);
        }
    }

    fn table_name(&self, table: &CatalogueTable) -> String {
        let path = table.path();
        let bare = |part: &String| {
            part.chars().next().is_some_and(char::is_alphabetic)
                && part.chars().all(|c| c.is_alphanumeric() || c == '_')
        };
        if path.iter().all(bare) { path.join(".") } else { quote_path(self.dialect, &path) }
    }

    fn identifier(&self, column: &str) -> String {
        match self.cases.get(column) {
            Some(Case::Lower) => format!("{{ column = {}, case = \"lower\" }}", quoted(column)),
            Some(Case::Upper) => format!("{{ column = {}, case = \"upper\" }}", quoted(column)),
            Some(Case::Mixed) | None => quoted(column),
        }
    }

    fn rule(&self, rule: &Rule) -> String {
        match rule {
            Rule::Says(column) => {
                let bare = column.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_')
                    && column.chars().all(|c| c.is_alphanumeric() || c == '_');
                if bare { column.clone() } else { format!("u.{}", quote(self.dialect, column)) }
            }
            Rule::SaysNot(column, kind) => {
                let column = format!("u.{}", quote(self.dialect, column));
                match kind {
                    Kind::Truth if self.dialect == Dialect::Postgres => format!("{column} is not true"),
                    Kind::Truth | Kind::Number if self.dialect == Dialect::SqlServer => {
                        format!("isnull({column}, 0) = 0")
                    }
                    Kind::Truth | Kind::Number => format!("coalesce({column}, 0) = 0"),
                    Kind::Moment => format!("{column} is null"),
                }
            }
        }
    }
}

/// A key of app_metadata that Auth0 takes.
fn metadata_key(column: &str) -> String {
    let key = column.replace(['.', '$'], "_");
    if ["email", "email_verified", "user_id", "blocked", "metadata", "identities", "created_at", "updated_at", "_id"]
        .contains(&key.as_str())
    {
        format!("legacy_{key}")
    } else {
        key
    }
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn key(name: &str) -> String {
    let bare = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if bare { name.to_owned() } else { quoted(name) }
}

fn line(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{arguments}");
}
