//! Which table holds the users: by its name, its columns' names, and what a sample of its rows looks like.
use super::{
    Certainty, Choice,
    lexicon::{Word, likeness, table_likeness},
    sample::{self, Evidence},
};
use crate::{
    ledger,
    store::{catalogue::CatalogueTable, console::Console},
};
use std::collections::BTreeMap;

/// Tables of which rows are looked at.
const LOOKED_AT: usize = 60;

/// A table that could hold the users.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The table.
    pub table: CatalogueTable,
    /// What its text columns look like.
    pub evidence: BTreeMap<String, Evidence>,
    /// The column of the stored hash.
    pub password: String,
}

/// The candidates, the best first.
pub async fn rank(console: &mut Console, catalogue: &[CatalogueTable]) -> Vec<Choice<Candidate>> {
    let mut by_name: Vec<(i64, &CatalogueTable)> = catalogue
        .iter()
        .filter(|table| table.name != ledger::TABLE)
        .map(|table| (by_its_names(table), table))
        .collect();
    by_name.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    let mut ranked: Vec<(i64, Choice<Candidate>)> = Vec::new();
    for (score, table) in by_name.into_iter().take(LOOKED_AT) {
        let evidence = sample::look_at(console, table).await;
        let Some((password, by_hashes)) = password_column(table, &evidence) else { continue };
        let sampled = evidence.values().map(|evidence| evidence.values).max().unwrap_or(0);
        let hashes = evidence.get(&password).map_or(0, Evidence::hashes);
        let addresses = evidence.values().map(Evidence::addresses).max().unwrap_or(0);
        let score = score + by_hashes + i64::try_from(addresses / 2).unwrap_or(0) + if sampled > 0 { 15 } else { 0 };
        let certainty = match (hashes, sampled) {
            (80.., 1..) if addresses >= 50 || table_likeness(&table.name) > 0 => Certainty::Sure,
            (50.., 1..) => Certainty::Likely,
            _ => Certainty::Guess,
        };
        let rows = table.rows.map(|rows| format!(", about {rows} rows")).unwrap_or_default();
        let reason = if sampled == 0 {
            format!("its columns are called as those of users are; it is empty{rows}")
        } else {
            format!("{hashes} % of the sampled values of `{password}` are stored hashes{rows}")
        };
        let candidate = Candidate { table: table.clone(), evidence, password };
        ranked.push((score, Choice::new(candidate, certainty, reason)));
    }
    ranked.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    let others: Vec<String> =
        ranked.iter().skip(1).take(3).map(|(_, choice)| format!("`{}`", choice.value.table.path().join("."))).collect();
    let mut ranked: Vec<Choice<Candidate>> = ranked.into_iter().map(|(_, choice)| choice).collect();
    if let Some(best) = ranked.first_mut().filter(|_| !others.is_empty()) {
        best.reason = format!("{}; it could also be {}", best.reason, others.join(", "));
    }
    ranked
}

fn by_its_names(table: &CatalogueTable) -> i64 {
    let best = |word| table.columns.iter().map(|column| likeness(&column.name, word)).max().unwrap_or(0);
    let names =
        i64::from(best(Word::Password)) + i64::from(best(Word::Email)) / 2 + i64::from(best(Word::Username)) / 3;
    // Of a table and a view over it, the table has the key.
    let keyed = if table.primary.is_some() { 60 } else { 0 };
    // The database of the URL is meant before others of the same server.
    let near = if table.is_visible { 30 } else { 0 };
    names + table_likeness(&table.name) + keyed + near - if table.is_view { 40 } else { 0 }
}

/// The column of the stored hash, and how much speaks for it.
fn password_column(table: &CatalogueTable, evidence: &BTreeMap<String, Evidence>) -> Option<(String, i64)> {
    let score = |name: &str| {
        let by_name = i64::from(likeness(name, Word::Password)) - i64::from(likeness(name, Word::Salt));
        let seen = evidence.get(name);
        let by_value = match seen {
            Some(seen) if seen.values > 0 => i64::try_from(seen.hashes()).unwrap_or(0),
            _ => 0,
        };
        // A name alone is enough where there is nothing to look at; values alone where they tell their scheme.
        let told = seen.is_some_and(|seen| 2 * seen.told > seen.values);
        let empty = seen.is_none_or(|seen| seen.values == 0);
        let plausible =
            (by_name >= 70 && (empty || by_value > 0)) || (by_value >= 50 && (told || by_name >= 45)) || by_name >= 85;
        plausible.then_some(by_name + 2 * by_value)
    };
    let text = table.columns.iter().filter(|column| sample::is_text(&column.data_type));
    text.filter_map(|column| Some((column.name.clone(), score(&column.name)?))).max_by_key(|(_, score)| *score)
}
