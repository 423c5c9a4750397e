//! A few rows of a table, and what their values look like. Only counts leave this file.
use crate::{
    hash::{
        scheme::{Identified, Reason, Site, Stored},
        schemes::Schemes,
    },
    sql::identifier::{quote, quote_path},
    store::{catalogue::CatalogueTable, console::Console},
};
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// Rows of a sample.
const ROWS: usize = 200;

/// What the values of one column look like.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Values that are neither NULL nor empty.
    pub values: usize,
    /// Those with one `@` and a dot behind it.
    pub addresses: usize,
    /// Those without an upper-case letter.
    pub lower: usize,
    /// Stored hashes whose text tells their scheme.
    pub told: usize,
    /// Those that say that no password can match.
    pub no_password: usize,
    /// Texts that schemes known only by name could have written: their length, and how many.
    pub ambiguous: BTreeMap<usize, usize>,
    /// Schemes, and how many values each could have written.
    pub candidates: BTreeMap<&'static str, usize>,
}

impl Evidence {
    /// How many of the values are stored hashes, in percent.
    #[must_use]
    pub fn hashes(&self) -> usize {
        let hashes = self.told + self.ambiguous.values().sum::<usize>();
        (100 * hashes).checked_div(self.values.saturating_sub(self.no_password)).unwrap_or(0)
    }

    /// How many of the values are addresses, in percent.
    #[must_use]
    pub fn addresses(&self) -> usize {
        (100 * self.addresses).checked_div(self.values).unwrap_or(0)
    }

    fn add(&mut self, value: &str) {
        let value = value.trim();
        if value.is_empty() {
            return;
        }
        self.values += 1;
        let domain = value.split_once('@').map(|(_, domain)| domain);
        self.addresses += usize::from(domain.is_some_and(|domain| domain.contains('.') && !domain.contains('@')));
        self.lower += usize::from(!value.chars().any(char::is_uppercase));
        let stored = Stored { hash: value, salt: None };
        match Schemes::auto().identify(stored, &Site::default()) {
            Identified::Hash { .. } => self.told += 1,
            Identified::NoPassword => self.no_password += 1,
            // Short digests are as likely to be something else: ids, colours, postcodes.
            Identified::Unverifiable(Reason::Ambiguous) if value.len() >= 16 => {
                *self.ambiguous.entry(value.len()).or_default() += 1;
                for scheme in Schemes::auto().candidates(stored, &Site::default()) {
                    *self.candidates.entry(scheme).or_default() += 1;
                }
            }
            Identified::Unverifiable(_) => {}
        }
    }
}

/// Whether a column of this type can hold text or bytes.
#[must_use]
pub fn is_text(data_type: &str) -> bool {
    ["char", "text", "clob", "blob", "binary", "bytea", "name", "string"].iter().any(|kind| data_type.contains(kind))
        || data_type.is_empty()
}

/// Looks at some rows; a table that may not be read, or that takes too long, tells nothing.
pub async fn look_at(console: &mut Console, table: &CatalogueTable) -> BTreeMap<String, Evidence> {
    let dialect = console.dialect();
    let columns: Vec<&str> =
        table.columns.iter().filter(|column| is_text(&column.data_type)).map(|column| column.name.as_str()).collect();
    if columns.is_empty() {
        return BTreeMap::new();
    }
    let listed: Vec<String> = columns.iter().map(|name| quote(dialect, name)).collect();
    let statement =
        dialect.limited(&format!("{} from {}", listed.join(", "), quote_path(dialect, &table.path())), ROWS);
    let mut evidence: BTreeMap<String, Evidence> = BTreeMap::new();
    for row in console.rows(&statement).await.unwrap_or_default() {
        for (name, value) in columns.iter().zip(row) {
            let entry = evidence.entry((*name).to_owned()).or_default();
            if let Some(value) = value.map(Zeroizing::new) {
                entry.add(&printed(&value));
            }
        }
    }
    evidence
}

/// PostgreSQL prints bytes as `\x…`: text where they are text, hex where not.
fn printed(value: &str) -> Zeroizing<String> {
    let bytes = value.strip_prefix("\\x").and_then(|digits| hex::decode(digits).ok());
    Zeroizing::new(match bytes {
        Some(bytes) => String::from_utf8(bytes).unwrap_or_else(|error| hex::encode(error.as_bytes())),
        None => value.to_owned(),
    })
}
