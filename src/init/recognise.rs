//! Which known application made this database: its tables with their columns are there, behind whatever prefix.
use super::{
    Certainty, Choice,
    columns::{self, Rule},
};
use crate::{
    presets::{self, About, Preset},
    sql::{dialect::Dialect, identifier::quote_path},
    store::{
        catalogue::{CatalogueColumn, CatalogueTable},
        console::Console,
    },
};
use std::collections::BTreeMap;

/// An application that was recognised.
#[derive(Debug, Clone)]
pub struct Recognised {
    /// The preset.
    pub preset: &'static Preset,
    /// What stands before its tables.
    pub table_prefix: String,
    /// Their schema, where the name alone does not find them.
    pub schema: Option<String>,
    /// What the operator would have to say, as the database tells it.
    pub parameters: BTreeMap<String, String>,
    /// Keys and columns that only some installations have, and this one has.
    pub optional: Vec<(String, Rule)>,
    /// The users' table.
    pub table: CatalogueTable,
}

/// Every application whose tables are there, the one with the most to show for it first.
#[must_use]
pub fn recognise(catalogue: &[CatalogueTable]) -> Vec<Choice<Recognised>> {
    let mut found: Vec<(usize, Choice<Recognised>)> = Vec::new();
    for preset in presets::ALL {
        let about = preset.about();
        // The longest name is the least common one, and so the fewest tables end in it.
        let Some(first) = about.recognise.keys().max_by_key(|name| name.len()) else { continue };
        for table in catalogue {
            let Some(prefix) = prefix_of(&table.name, first) else { continue };
            if let Some((columns, users)) = matches(&about, catalogue, &table.schema, prefix) {
                let own = about.table_prefix == prefix || about.table_prefix.is_empty() == prefix.is_empty();
                let tables: Vec<String> = about.recognise.keys().map(|name| format!("{prefix}{name}")).collect();
                let reason = format!("{} have the columns of {}", tables.join(", "), about.title);
                let certainty = if own { Certainty::Sure } else { Certainty::Likely };
                let recognised = Recognised {
                    preset,
                    table_prefix: prefix.to_owned(),
                    schema: (!users.is_visible || about.schema.is_some()).then(|| users.schema.clone()),
                    parameters: BTreeMap::new(),
                    optional: optional(&about, users),
                    table: users.clone(),
                };
                found.push((columns, Choice::new(recognised, certainty, reason)));
            }
        }
    }
    found.sort_by_key(|(columns, choice)| std::cmp::Reverse((choice.certainty, *columns)));
    found.into_iter().map(|(_, choice)| choice).collect()
}

fn prefix_of<'a>(table: &'a str, name: &str) -> Option<&'a str> {
    let at = table.len().checked_sub(name.len())?;
    let (prefix, rest) = table.split_at_checked(at)?;
    rest.eq_ignore_ascii_case(name).then_some(prefix)
}

/// How many columns speak for it, and the users' table; `None` when one is missing.
fn matches<'a>(
    about: &About,
    catalogue: &'a [CatalogueTable],
    schema: &str,
    prefix: &str,
) -> Option<(usize, &'a CatalogueTable)> {
    let mut count = 0;
    let mut users: Option<(&CatalogueTable, usize)> = None;
    for (name, columns) in &about.recognise {
        let whole = format!("{prefix}{name}");
        let table = catalogue.iter().find(|table| table.schema == schema && table.name.eq_ignore_ascii_case(&whole))?;
        // Names of columns are held exactly where the application quotes them, which mixed case tells.
        let known = |column: &&String| table.columns.iter().any(|known| known.name.eq_ignore_ascii_case(column));
        if !columns.iter().all(|column| known(&column)) {
            return None;
        }
        count += columns.len() + 1;
        if users.is_none_or(|(_, most)| columns.len() > most) {
            users = Some((table, columns.len()));
        }
    }
    users.map(|(table, _)| (count, table))
}

fn optional(about: &About, users: &CatalogueTable) -> Vec<(String, Rule)> {
    let found = |(key, column): (&String, &String)| {
        // `!banned`: who has it set may not cross.
        let (says_not, column) = column.strip_prefix('!').map_or((false, column.as_str()), |column| (true, column));
        let known: &CatalogueColumn = users.column(column)?;
        let rule = if says_not {
            Rule::SaysNot(known.name.clone(), columns::kind(known))
        } else {
            Rule::Says(known.name.clone())
        };
        Some((key.clone(), rule))
    };
    about.optional.iter().filter_map(found).collect()
}

/// Asks the database for what the operator would have to say: the values that each parameter could have.
pub async fn parameters(console: &mut Console, recognised: &Recognised) -> BTreeMap<String, Vec<String>> {
    let about = recognised.preset.about();
    let mut choices = BTreeMap::new();
    for (name, default) in &about.parameters {
        let mut values = Vec::new();
        if let Some(sql) = about.choices.get(name) {
            let sql = filled(sql, console.dialect(), recognised);
            values.extend(console.rows(&sql).await.unwrap_or_default().into_iter().flatten().flatten());
        }
        if values.is_empty() && !default.is_empty() {
            values.push(default.clone());
        }
        choices.insert(name.clone(), values);
    }
    choices
}

fn filled(sql: &str, dialect: Dialect, recognised: &Recognised) -> String {
    let mut filled = String::new();
    let mut rest = sql;
    while let Some((before, opened)) = rest.split_once("{@") {
        let Some((name, behind)) = opened.split_once('}') else { break };
        let table = format!("{}{name}", recognised.table_prefix);
        let path: Vec<String> = recognised.schema.iter().cloned().chain([table]).collect();
        filled.push_str(before);
        filled.push_str(&quote_path(dialect, &path));
        rest = behind;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str, columns: &[&str]) -> CatalogueTable {
        let column = |name: &&str| CatalogueColumn { name: (*name).to_owned(), ..CatalogueColumn::default() };
        CatalogueTable {
            schema: "public".into(),
            name: name.into(),
            is_visible: true,
            columns: columns.iter().map(column).collect(),
            ..CatalogueTable::default()
        }
    }

    #[test]
    fn every_preset_recognises_its_own_tables_behind_any_prefix_of_its_kind() {
        for preset in presets::ALL {
            let about = preset.about();
            let prefix = if about.table_prefix.is_empty() { "" } else { "x7_" };
            let tables: Vec<CatalogueTable> = about
                .recognise
                .iter()
                .map(|(name, columns)| {
                    table(&format!("{prefix}{name}"), &columns.iter().map(String::as_str).collect::<Vec<_>>())
                })
                .collect();
            let found = recognise(&tables);
            let own = found.iter().find(|choice| choice.value.preset.name == preset.name);
            let own = own.unwrap_or_else(|| panic!("{} does not recognise itself", preset.name));
            assert_eq!(own.value.table_prefix, prefix, "{}", preset.name);
        }
        assert!(recognise(&[table("users", &["id", "email", "password"])]).is_empty());
    }
}
