//! What the role needs: the mapped columns, those that the operator's SQL reads, and the ledger. `drawbridge sql` grants
//! exactly this, and `drawbridge check` takes everything beyond it for one privilege too many.
use crate::{
    config::{Config, users::From},
    sql::grants::Readable,
    store::{catalogue::CatalogueTable, named_columns},
};
use std::collections::BTreeSet;

/// What the role reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needed {
    /// The users' table first.
    pub tables: Vec<Readable>,
    /// Keys with SQL whose tables are neither told by `users.reads` nor found in the catalogue.
    pub unknown: Vec<String>,
}

/// What a configuration reads. With the catalogue at hand, names are told as the database spells them, and the tables of
/// the operator's SQL are those whose names stand in it.
#[must_use]
pub fn of(config: &Config, catalogue: Option<&[CatalogueTable]>) -> Needed {
    let users = &config.users;
    let mut needed = Needed { tables: Vec::new(), unknown: Vec::new() };
    if let Some(path) = users.from.path() {
        let is_expression = |name: &str| users.expressions().any(|(known, _)| known == name);
        let mapped = named_columns(users, &config.password).into_iter().map(|(_, name)| name);
        let typed = users.identifiers.iter().map(|known| known.column.clone());
        needed.add(path, mapped.chain(typed).filter(|name| !is_expression(name)), catalogue);
    }
    for (path, columns) in &users.reads {
        needed.add(path, columns.iter().cloned(), catalogue);
    }
    let texts = own_sql(config);
    if let Some(path) = users.from.path() {
        // `u` is always the users' table: what stands behind it is a column of it.
        needed.add(path, texts.iter().flat_map(|(_, sql)| columns_of_u(sql)), catalogue);
    }
    let (alone, texts): (Vec<_>, Vec<_>) =
        texts.into_iter().partition(|(_, sql)| users.from.path().is_some() && is_alone(sql));
    if let Some(path) = users.from.path() {
        // Without another table in it, every bare name is a column, too: `status = 3`.
        let table = catalogue.and_then(|tables| tables.iter().find(|table| is_at(table, path)));
        // Beside joined tables a bare name may be a column of theirs: there `u.` and `users.reads` tell.
        let joined = matches!(&users.from, From::Table(table) if table.joins.is_some());
        let is_column = |name: &String| !joined && table.is_none_or(|table| table.column(name).is_some());
        needed.add(path, alone.iter().flat_map(|(_, sql)| bare_names(sql)).filter(is_column), catalogue);
    }
    if users.reads.is_empty() && !texts.is_empty() {
        match catalogue {
            Some(catalogue) => needed.add_named_in(&texts, catalogue),
            None => needed.unknown.extend(texts.into_iter().map(|(key, _)| key)),
        }
    }
    needed
}

/// The operator's own SQL, with the key that it stands under.
fn own_sql(config: &Config) -> Vec<(String, String)> {
    let users = &config.users;
    let mut texts = Vec::new();
    match &users.from {
        From::Query(query) => texts.push(("users.query".to_owned(), query.clone())),
        From::Table(table) => {
            texts.extend(table.joins.clone().map(|sql| ("users.joins".to_owned(), sql)));
            texts.extend(table.filter.clone().map(|sql| ("users.where".to_owned(), sql)));
        }
    }
    let keyed = |(name, sql): (&str, &str)| (crate::config::users::Users::key_of_expression(name), sql.to_owned());
    texts.extend(users.expressions().map(keyed));
    texts
}

impl Needed {
    fn add(&mut self, path: &[String], columns: impl Iterator<Item = String>, catalogue: Option<&[CatalogueTable]>) {
        let table = catalogue.and_then(|tables| tables.iter().find(|table| is_at(table, path)));
        let path = table.map_or_else(|| path.to_vec(), CatalogueTable::path);
        let spelled = |name: String| {
            let known = table.and_then(|table| table.column(&name)).map(|column| column.name.clone());
            known.unwrap_or(name)
        };
        let columns: BTreeSet<String> = columns.map(spelled).collect();
        match self.tables.iter_mut().find(|known| known.path == path) {
            Some(known) => known.columns.extend(columns),
            None => self.tables.push(Readable { path, columns }),
        }
    }

    fn add_named_in(&mut self, texts: &[(String, String)], catalogue: &[CatalogueTable]) {
        for table in catalogue {
            let own = self.tables.first().is_some_and(|first| first.path == table.path());
            if !own && !texts.iter().any(|(_, sql)| names(sql, &table.name)) {
                continue;
            }
            let read = table.columns.iter().filter(|column| texts.iter().any(|(_, sql)| names(sql, &column.name)));
            let read: Vec<String> = read.map(|column| column.name.clone()).collect();
            if !read.is_empty() {
                self.add(&table.path(), read.into_iter(), Some(catalogue));
            }
        }
    }

    /// The columns that may be read of a table; `None` when it is not needed at all.
    #[must_use]
    pub fn columns_of(&self, table: &CatalogueTable) -> Option<&BTreeSet<String>> {
        self.tables.iter().find(|needed| is_at(table, &needed.path)).map(|needed| &needed.columns)
    }
}

/// Whether a path of the configuration is this table.
#[must_use]
pub fn is_at(table: &CatalogueTable, path: &[String]) -> bool {
    match path {
        [name] => table.is_visible && table.name == *name,
        [.., schema, name] => table.schema == *schema && table.name == *name,
        [] => false,
    }
}

/// Whether SQL reads no table but the users' own.
fn is_alone(sql: &str) -> bool {
    !names(sql, "select") && !names(sql, "join")
}

/// Words of SQL that are no columns.
const KEYWORDS: &[&str] = &[
    "both",
    "day",
    "for",
    "from",
    "hour",
    "leading",
    "minute",
    "month",
    "second",
    "trailing",
    "using",
    "year",
    "and",
    "as",
    "at",
    "between",
    "case",
    "cast",
    "collate",
    "current_date",
    "current_timestamp",
    "date",
    "distinct",
    "else",
    "end",
    "escape",
    "false",
    "ilike",
    "in",
    "interval",
    "is",
    "like",
    "not",
    "null",
    "or",
    "regexp",
    "rlike",
    "similar",
    "then",
    "time",
    "timestamp",
    "to",
    "true",
    "u",
    "unknown",
    "when",
    "xor",
    "zone",
];

/// The names of an expression that are neither words of SQL, nor called, nor qualified.
fn bare_names(sql: &str) -> Vec<String> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let mut found = Vec::new();
    let mut rest = sql;
    let mut before = ' ';
    while let Some(first) = rest.chars().next() {
        let close = match first {
            '\'' | '"' | '`' => Some(first),
            '[' => Some(']'),
            _ => None,
        };
        let (length, name) = if let Some(close) = close {
            let inside = rest.get(first.len_utf8()..).unwrap_or_default();
            let end = inside.find(close).unwrap_or(inside.len());
            let name = inside.get(..end).unwrap_or_default();
            (end + first.len_utf8() + close.len_utf8(), (first != '\'').then_some(name))
        } else if is_word(first) {
            let end = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
            let word = rest.get(..end).unwrap_or_default();
            let called = rest.get(end..).unwrap_or_default().trim_start().starts_with('(');
            let plain = !first.is_numeric() && !called && !KEYWORDS.contains(&word.to_lowercase().as_str());
            (end, plain.then_some(word))
        } else {
            (first.len_utf8(), None)
        };
        let behind = rest.get(length..).unwrap_or_default();
        found.extend(name.filter(|_| before != '.' && !behind.starts_with('.')).map(ToOwned::to_owned));
        before = first;
        rest = behind;
    }
    found
}

/// The names behind `u.`, in quotes or not.
fn columns_of_u(sql: &str) -> Vec<String> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let mut columns = Vec::new();
    for (at, _) in sql.match_indices("u.") {
        if sql.get(..at).and_then(|before| before.chars().next_back()).is_some_and(|c| is_word(c) || c == '.') {
            continue;
        }
        let rest = sql.get(at + 2..).unwrap_or_default();
        let close = rest.chars().next().and_then(|mark| match mark {
            '"' | '`' => Some(mark),
            '[' => Some(']'),
            _ => None,
        });
        let name = match close {
            Some(close) => rest.get(1..).and_then(|inside| inside.split(close).next()),
            None => rest.split(|c: char| !is_word(c)).next(),
        };
        columns.extend(name.filter(|name| !name.is_empty()).map(ToOwned::to_owned));
    }
    columns
}

/// Whether SQL names something as a word of its own, in quotes or not.
fn names(sql: &str, name: &str) -> bool {
    let (sql, name) = (sql.to_lowercase(), name.to_lowercase());
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    sql.match_indices(&name).any(|(at, found)| {
        let before = sql.get(..at).and_then(|text| text.chars().next_back());
        let after = sql.get(at + found.len()..).and_then(|text| text.chars().next());
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}

#[cfg(test)]
mod tests {
    use super::{bare_names, columns_of_u, names};

    #[test]
    fn columns_of_the_users_table_are_found() {
        let sql = "u.status = 1 and u.\"Is Active\" and u.`x` <> u.[y z] and menu.id = a.u.id";
        assert_eq!(columns_of_u(sql), ["status", "Is Active", "x", "y z"]);
    }

    #[test]
    fn only_whole_names_are_names() {
        assert!(names("select u.\"E-Mail\" from Users u", "users"));
        assert!(names("select u.\"E-Mail\" from Users u", "e-mail"));
        assert!(!names("select user_id from t", "user"));
        assert!(!names("select user_id from t", "id"));
    }

    #[test]
    fn bare_names_of_a_condition_are_columns() {
        let sql = "status = 3 and \"E-Mail\" is not null and lower(kind) <> 'closed off' and u.x = 1 and until > now()";
        assert_eq!(bare_names(sql), ["status", "E-Mail", "kind", "until"]);
    }
}
