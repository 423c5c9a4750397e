//! Which column is what, once the table is known.
use super::{
    Certainty, Choice,
    lexicon::{Word, likeness},
    sample::Evidence,
    tables::Candidate,
};
use crate::store::catalogue::{CatalogueColumn, CatalogueTable};
use std::collections::BTreeSet;

/// What was found out about a table.
#[derive(Debug, Clone, Default)]
pub struct Mapping {
    /// The primary key.
    pub id: Option<Choice<String>>,
    /// The address.
    pub email: Option<Choice<String>>,
    /// What else a person may type.
    pub username: Option<Choice<String>>,
    /// The stored hash.
    pub password: Option<Choice<String>>,
    /// Its salt.
    pub salt: Option<Choice<String>>,
    /// The schemes.
    pub schemes: Option<Choice<Vec<&'static str>>>,
    /// Who may cross: a column, or a condition over `u`.
    pub active: Option<Choice<Rule>>,
    /// Which rows are users at all.
    pub filter: Option<Choice<Rule>>,
    /// Keys of `[users.profile]` beside the two above.
    pub profile: Vec<(&'static str, Choice<String>)>,
    /// Keys of `[users.metadata]`.
    pub metadata: Vec<(String, Choice<String>)>,
    /// Columns that nothing was made of.
    pub left: Vec<String>,
}

/// A rule over one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// The column says yes.
    Says(String),
    /// The column says no; whether it is a number, a truth value or a moment.
    SaysNot(String, Kind),
}

/// What kind of value a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `not column`.
    Truth,
    /// `column = 0`.
    Number,
    /// `column is null`.
    Moment,
}

/// Chooses.
#[must_use]
pub fn map(candidate: &Candidate) -> Mapping {
    let table = &candidate.table;
    let mut taken = BTreeSet::from([candidate.password.clone()]);
    let mut mapping = Mapping { password: Some(password(candidate)), ..Mapping::default() };
    mapping.salt =
        by_name(table, Word::Salt, &taken, |column| super::sample::is_text(&column.data_type) || is_bytes(column));
    taken.extend(mapping.salt.iter().map(|choice| choice.value.clone()));
    mapping.schemes = Some(schemes(candidate, mapping.salt.is_some()));
    mapping.id = id(table);
    taken.extend(mapping.id.iter().map(|choice| choice.value.clone()));
    mapping.email = email(candidate, &taken);
    taken.extend(mapping.email.iter().map(|choice| choice.value.clone()));
    let typed = |column: &CatalogueColumn| super::sample::is_text(&column.data_type);
    mapping.username = by_name(table, Word::Username, &taken, typed)
        .map(|choice| {
            let unique = table.unique.contains(&choice.value);
            if unique {
                Choice { certainty: Certainty::Sure, reason: format!("{}, and unique", choice.reason), ..choice }
            } else {
                choice
            }
        })
        .filter(|choice| choice.certainty >= Certainty::Likely || mapping.email.is_none());
    taken.extend(mapping.username.iter().map(|choice| choice.value.clone()));
    mapping.filter = deleted(table);
    mapping.active = active(table);
    for choice in [&mapping.filter, &mapping.active].into_iter().flatten() {
        let (Rule::Says(column) | Rule::SaysNot(column, _)) = &choice.value;
        taken.insert(column.clone());
    }
    for (key, word) in [
        ("email_verified", Word::EmailVerified),
        ("given_name", Word::GivenName),
        ("family_name", Word::FamilyName),
        ("name", Word::Name),
        ("nickname", Word::Nickname),
        ("picture", Word::Picture),
        ("phone_number", Word::Phone),
    ] {
        let fits = |column: &CatalogueColumn| key == "email_verified" || super::sample::is_text(&column.data_type);
        if key == "email_verified" && mapping.email.is_none() {
            continue;
        }
        if let Some(choice) = by_name(table, word, &taken, fits).filter(|choice| choice.certainty >= Certainty::Likely)
        {
            taken.insert(choice.value.clone());
            mapping.profile.push((key, choice));
        }
    }
    for (key, word) in [("role", Word::Role), ("plan", Word::Plan), ("locale", Word::Locale)] {
        if let Some(choice) =
            by_name(table, word, &taken, |_| true).filter(|choice| choice.certainty >= Certainty::Likely)
        {
            taken.insert(choice.value.clone());
            mapping.metadata.push((key.to_owned(), choice));
        }
    }
    let left = table.columns.iter().map(|column| column.name.clone()).filter(|name| !taken.contains(name));
    mapping.left = left.collect();
    mapping
}

fn is_bytes(column: &CatalogueColumn) -> bool {
    ["bytea", "blob", "binary"].iter().any(|kind| column.data_type.contains(kind))
}

fn by_name(
    table: &CatalogueTable,
    word: Word,
    taken: &BTreeSet<String>,
    fits: impl Fn(&CatalogueColumn) -> bool,
) -> Option<Choice<String>> {
    let free = table.columns.iter().filter(|column| !taken.contains(&column.name) && fits(column));
    let (likeness, column) = free
        .map(|column| (likeness(&column.name, word), column))
        .filter(|(like, _)| *like > 0)
        .max_by(|one, other| {
            // Of two that are alike the first one counts.
            one.0.cmp(&other.0).then(std::cmp::Ordering::Greater)
        })?;
    let certainty = match likeness {
        70.. => Certainty::Likely,
        _ => Certainty::Guess,
    };
    Some(Choice::new(column.name.clone(), certainty, "its name says so"))
}

fn password(candidate: &Candidate) -> Choice<String> {
    let evidence = candidate.evidence.get(&candidate.password).cloned().unwrap_or_default();
    let by_name = likeness(&candidate.password, Word::Password);
    let (certainty, reason) = match (by_name, evidence.hashes(), evidence.values) {
        (70.., 80.., _) => {
            (Certainty::Sure, format!("its name says so, and {} % of a sample are stored hashes", evidence.hashes()))
        }
        (_, 50.., _) => (Certainty::Likely, format!("{} % of a sample are stored hashes", evidence.hashes())),
        (70.., _, 0) => (Certainty::Likely, "its name says so; there are no rows to look at".to_owned()),
        _ => (Certainty::Guess, "its name says so, but its values look like no stored hash".to_owned()),
    };
    Choice::new(candidate.password.clone(), certainty, reason)
}

fn email(candidate: &Candidate, taken: &BTreeSet<String>) -> Option<Choice<String>> {
    let table = &candidate.table;
    let named = by_name(table, Word::Email, taken, |column| super::sample::is_text(&column.data_type));
    let addresses = |name: &str| candidate.evidence.get(name).map_or(0, Evidence::addresses);
    let by_value = candidate
        .evidence
        .iter()
        .filter(|(name, evidence)| !taken.contains(*name) && evidence.addresses() >= 50)
        .max_by_key(|(name, evidence)| (evidence.addresses(), likeness(name, Word::Email)));
    match (named, by_value) {
        (Some(choice), _) if addresses(&choice.value) >= 50 => {
            let reason = format!("its name says so, and {} % of a sample are addresses", addresses(&choice.value));
            Some(Choice { certainty: Certainty::Sure, reason, ..choice })
        }
        (_, Some((name, evidence))) => {
            let reason = format!("{} % of a sample are addresses", evidence.addresses());
            Some(Choice::new(name.clone(), Certainty::Likely, reason))
        }
        (named, None) => named,
    }
}

fn id(table: &CatalogueTable) -> Option<Choice<String>> {
    if let Some(primary) = &table.primary {
        return Some(Choice::new(primary.clone(), Certainty::Sure, "it is the primary key"));
    }
    let unique = |column: &&CatalogueColumn| table.unique.contains(&column.name) && !column.is_nullable;
    let by_likeness = |column: &&CatalogueColumn| likeness(&column.name, Word::Id);
    if let Some(column) = table.columns.iter().filter(unique).max_by_key(by_likeness) {
        return Some(Choice::new(column.name.clone(), Certainty::Likely, "it is unique and never NULL"));
    }
    let column = table.columns.iter().filter(|column| by_likeness(column) > 0).max_by_key(by_likeness)?;
    let reason = "its name says so; the database does not say that it is unique, which it has to be";
    Some(Choice::new(column.name.clone(), Certainty::Guess, reason))
}

/// What kind of value a rule over this column looks at.
#[must_use]
pub fn kind(column: &CatalogueColumn) -> Kind {
    let data_type = column.data_type.as_str();
    if data_type.contains("bool") || data_type == "bit" {
        Kind::Truth
    } else if ["date", "time"].iter().any(|kind| data_type.contains(kind)) {
        Kind::Moment
    } else {
        Kind::Number
    }
}

fn exact(table: &CatalogueTable, word: Word) -> Option<&CatalogueColumn> {
    table
        .columns
        .iter()
        .filter(|column| likeness(&column.name, word) >= 85)
        .max_by_key(|column| likeness(&column.name, word))
}

fn active(table: &CatalogueTable) -> Option<Choice<Rule>> {
    let reason = "its name says so";
    if let Some(column) = exact(table, Word::Active).filter(|column| kind(column) != Kind::Moment) {
        return Some(Choice::new(Rule::Says(column.name.clone()), Certainty::Likely, reason));
    }
    let column = exact(table, Word::Blocked)?;
    // A text such as `never` or `until Monday` would need somebody who knows what it means.
    if super::sample::is_text(&column.data_type) {
        return None;
    }
    Some(Choice::new(Rule::SaysNot(column.name.clone(), kind(column)), Certainty::Likely, reason))
}

fn deleted(table: &CatalogueTable) -> Option<Choice<Rule>> {
    let column = exact(table, Word::Deleted).filter(|column| !super::sample::is_text(&column.data_type))?;
    Some(Choice::new(Rule::SaysNot(column.name.clone(), kind(column)), Certainty::Likely, "its name says so"))
}

/// The schemes: told by the values, or for digests that could be anything the ones that are met most.
fn schemes(candidate: &Candidate, salted: bool) -> Choice<Vec<&'static str>> {
    let evidence = candidate.evidence.get(&candidate.password).cloned().unwrap_or_default();
    let mut names: Vec<&'static str> = Vec::new();
    for length in evidence.ambiguous.keys() {
        names.extend(match (length, salted) {
            (32, false) => &["raw_md5"][..],
            (32, true) => &["md5_pass_salt", "md5_salt_pass", "md5_md5_salt"],
            (40, false) => &["raw_sha1"],
            (40, true) => &["sha1_pass_salt", "sha1_salt_pass"],
            (64, false) => &["raw_sha256"],
            (64, true) => &["sha256_pass_salt", "sha256_salt_pass"],
            (128, false) => &["raw_sha512"],
            (128, true) => &["sha512_pass_salt", "sha512_salt_pass"],
            _ => &[],
        });
    }
    if names.is_empty() && !evidence.ambiguous.is_empty() {
        let all: usize = evidence.ambiguous.values().sum();
        names.extend(evidence.candidates.iter().filter(|(_, count)| **count == all).map(|(name, _)| *name).take(4));
    }
    let (certainty, reason) = if names.is_empty() {
        let told =
            if evidence.told > 0 { "the hashes tell their schemes" } else { "the hashes will tell their schemes" };
        (if evidence.told > 0 { Certainty::Sure } else { Certainty::Likely }, told.to_owned())
    } else {
        let lengths: Vec<String> = evidence.ambiguous.keys().map(ToString::to_string).collect();
        let reason = format!(
            "{} characters could have been written by many schemes; try one password that you know with \
             `drawbridge hash verify`",
            lengths.join(" or ")
        );
        (Certainty::Guess, reason)
    };
    names.push("auto");
    Choice::new(names, certainty, reason)
}
