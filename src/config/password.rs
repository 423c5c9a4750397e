//! `[password]`: where the stored hash is and how it is read.
use super::{section::Section, source::Value, users::Users};
use crate::{
    hash::{
        recipe::Recipe,
        scheme::{SaltEncoding, Scheme, Site},
        schemes::Schemes,
        typing::{Charset, FoldCase, Normalize, PepperUse, Typing},
    },
    secret::Secret,
};
use std::{collections::BTreeMap, sync::Arc};

/// The password column and its schemes.
#[derive(Debug, Clone)]
pub struct Password {
    /// Column of the stored hash.
    pub column: String,
    /// Column of the salt, if it has one of its own.
    pub salt: Option<String>,
    /// Column that names the scheme of its row, if there is one.
    pub scheme: Option<SchemeColumn>,
    /// The schemes and recipes that are read.
    pub schemes: Schemes,
    /// What some schemes need beside the row, and how the table writes.
    pub site: Site,
    /// What the application did to a typed password.
    pub typing: Typing,
}

/// A column that decides the scheme per row, as ASP.NET Membership's `PasswordFormat`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemeColumn {
    /// Its name.
    pub column: String,
    /// Its values and the scheme that each means; a value that is not here is a scheme's name.
    pub values: BTreeMap<String, String>,
}

pub(super) fn read(section: &Section<'_>, users: Option<&Users>) -> Password {
    let column = section.required_text("column", "name the column of the stored hash");
    let salt = section.text("salt");
    if let Some(users) = users {
        stays_inside(section, users, &column, salt.as_deref());
    }
    let recipes = recipes(&section.table("recipes"), &users.map(mapped_columns).unwrap_or_default());
    let mut names = section.texts("schemes");
    if names.is_empty() {
        names.push("auto".to_owned());
    }
    let schemes = Schemes::with_recipes(&names, recipes).unwrap_or_else(|unknown| {
        let hint = unknown.nearest.map_or_else(
            || "the README lists the schemes; `auto` tells by itself what can be told".to_owned(),
            |name| format!("the nearest known one is `{name}`"),
        );
        section.problem(
            "schemes",
            format!("`password.schemes` names `{}`, which is no scheme", unknown.name),
            Some(&hint),
        );
        Schemes::auto()
    });
    let scheme = scheme_column(section, &schemes);
    let salt_encoding = section.choice(
        "salt_encoding",
        SaltEncoding::Text,
        &[("text", SaltEncoding::Text), ("hex", SaltEncoding::Hex), ("base64", SaltEncoding::Base64)],
    );
    let cut_to = section.is_set("cut_to").then(|| section.integer("cut_to", 32, 16..=1024));
    let pepper = section.secret("pepper");
    let typing = typing(section, &schemes, pepper.is_some());
    let params = params(&section.table("params"));
    section.finish();
    Password { column, salt, scheme, schemes, site: Site { params, pepper, salt_encoding, cut_to }, typing }
}

/// A hash or a salt is never told. A salt that people type themselves (their username) is no secret.
fn stays_inside(section: &Section<'_>, users: &Users, column: &str, salt: Option<&str>) {
    let typed = |name: &str| users.identifiers.iter().any(|known| known.column.eq_ignore_ascii_case(name));
    for (key, source) in users.sources() {
        for told in source.columns() {
            if told.eq_ignore_ascii_case(column) {
                section.problem("column", format!("`{key}` would tell the stored hash"), Some("remove it"));
            } else if salt.is_some_and(|salt| told.eq_ignore_ascii_case(salt) && !typed(salt)) {
                section.problem("salt", format!("`{key}` would tell the salt"), Some("remove it"));
            }
        }
    }
}

fn typing(section: &Section<'_>, schemes: &Schemes, has_pepper: bool) -> Typing {
    let append = if has_pepper && !schemes.names_pepper() { Some(PepperUse::Append) } else { None };
    let words: Vec<(&str, Option<PepperUse>)> =
        PepperUse::WORDS.iter().map(|(word, how)| (*word, Some(*how))).chain([("scheme", None)]).collect();
    let pepper = section.choice("pepper_use", append, &words);
    if !has_pepper && section.is_set("pepper_use") {
        section.problem("pepper_use", "`password.pepper_use` needs a pepper", Some("set `password.pepper_file`"));
    }
    Typing {
        trim: section.bool("trim", false),
        normalize: section.choice(
            "normalize",
            Normalize::Not,
            &[("none", Normalize::Not), ("nfc", Normalize::Nfc), ("nfkc", Normalize::Nfkc)],
        ),
        fold_case: section.choice(
            "fold_case",
            FoldCase::Not,
            &[("none", FoldCase::Not), ("lower", FoldCase::Lower), ("upper", FoldCase::Upper)],
        ),
        charset: section.choice(
            "charset",
            Charset::Utf8,
            &[
                ("utf-8", Charset::Utf8),
                ("latin1", Charset::Latin1),
                ("windows-1252", Charset::Windows1252),
                ("utf16le", Charset::Utf16le),
            ],
        ),
        truncate: section.is_set("truncate").then(|| section.integer("truncate", 72, 1..=4096)),
        pepper,
    }
}

/// What a value of the scheme column means that leaves the choice to `password.schemes`.
pub const LISTED: &str = "listed";

/// `scheme = "column"`, or `scheme = { column = "…", values = { "1" = "aspnet_membership_sha1" } }`.
fn scheme_column(section: &Section<'_>, schemes: &Schemes) -> Option<SchemeColumn> {
    let node = section.node("scheme")?;
    if !matches!(node.value, Value::Table(_)) {
        return section.text("scheme").map(|column| SchemeColumn { column, values: BTreeMap::new() });
    }
    let table = section.table("scheme");
    let column = table.required_text("column", "name the column that says which scheme its row has");
    let named = table.table("values");
    let mut values = BTreeMap::new();
    for (value, _) in named.entries() {
        let Some(name) = named.text(value) else { continue };
        if name != LISTED && schemes.only(&name).is_none() {
            named.problem(value, format!("`{name}` is no scheme"), Some("the README lists the schemes"));
        }
        values.insert(value.clone(), name);
    }
    table.finish();
    Some(SchemeColumn { column, values })
}

fn recipes(section: &Section<'_>, columns: &[String]) -> Vec<Arc<dyn Scheme>> {
    let mut recipes: Vec<Arc<dyn Scheme>> = Vec::new();
    for (name, _) in section.entries() {
        let Some(source) = section.text(name) else { continue };
        if name == "auto" || Schemes::auto().only(name).is_some() {
            let message = format!("`{name}` is the name of a scheme already");
            section.problem(name, message, Some("give the recipe a name of its own"));
            continue;
        }
        match Recipe::of_operator(name, &source, columns) {
            Ok(recipe) => recipes.push(Arc::new(recipe)),
            Err(error) => {
                let message = super::problem::at_column("formula", &source, error.column, &error.message);
                section.problem(name, message, Some("the README lists what a formula can name and call"));
            }
        }
    }
    recipes
}

/// The columns that the profile, the metadata and the identifiers are read from.
fn mapped_columns(users: &Users) -> Vec<String> {
    let mut columns: Vec<String> = users
        .sources()
        .flat_map(|(_, source)| source.columns().into_iter().map(ToOwned::to_owned).collect::<Vec<_>>())
        .collect();
    columns.extend(users.identifiers.iter().map(|identifier| identifier.column.clone()));
    columns.push(users.id_column.clone());
    columns
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
