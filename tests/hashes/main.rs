//! Every vector beside the families: what other implementations wrote must match, what is derived from it must not.
//!
//! A failure names vectors by id; passwords and hashes are never printed.
#![allow(clippy::pedantic, reason = "a test fails loudly; the strict set is for what is shipped")]
mod ceilings;
mod chains;
mod lanes;
mod readme;
mod recipes;

use drawbridge::{
    hash::{
        attempt::Attempt,
        registry,
        scheme::{Identified, Site, Stored, Tell, Verdict},
        schemes::Schemes,
    },
    secret::Secret,
};
use serde::Deserialize;
use std::{collections::BTreeMap, fs, path::Path};
use zeroize::Zeroizing;

#[derive(Deserialize)]
struct Vector {
    id: String,
    scheme: String,
    hash: String,
    salt: Option<String>,
    username: Option<String>,
    params: Option<BTreeMap<String, serde_json::Value>>,
    password: String,
    valid: bool,
}

fn vectors() -> Vec<Vector> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/hash/families");
    let mut vectors = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder of the families") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "jsonl") {
            let text = fs::read_to_string(&path).expect("a vector file");
            vectors.extend(text.lines().map(|line| serde_json::from_str::<Vector>(line).expect("a vector")));
        }
    }
    assert!(vectors.len() > 1000, "the vectors were not found");
    vectors
}

fn attempt(vector: &Vector) -> Attempt {
    Attempt { username: vector.username.clone().map(Zeroizing::new), ..Attempt::with_password(&vector.password) }
}

fn site(vector: &Vector) -> Site {
    let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
    let params = vector.params.iter().flatten().map(|(key, value)| (key.clone(), Secret::new(text(value)))).collect();
    Site { params, ..Site::default() }
}

fn verdict(vector: &Vector, schemes: &Schemes) -> Option<Verdict> {
    let stored = Stored { hash: &vector.hash, salt: vector.salt.as_deref() };
    match schemes.identify(stored, &site(vector)) {
        Identified::Hash { verifier, .. } => Some(verifier.verify(&attempt(vector))),
        Identified::NoPassword | Identified::Unverifiable(_) => None,
    }
}

#[test]
fn every_vector_is_judged_as_its_writer_would() {
    let wrong: Vec<_> = vectors()
        .iter()
        .filter(|vector| {
            let schemes = Schemes::from_names(std::slice::from_ref(&vector.scheme)).expect("a known scheme");
            (verdict(vector, &schemes) == Some(Verdict::Match)) != vector.valid
        })
        .map(|vector| format!("{} ({})", vector.id, vector.scheme))
        .collect();
    assert!(wrong.is_empty(), "wrong verdicts: {wrong:?}");
}

#[test]
fn what_can_be_told_apart_needs_no_name() {
    let told = |name: &str| registry::all().any(|scheme| scheme.name() == name && scheme.tell() != Tell::OnlyByName);
    let wrong: Vec<_> = vectors()
        .iter()
        .filter(|vector| vector.valid && told(&vector.scheme))
        .filter(|vector| verdict(vector, &Schemes::auto()) != Some(Verdict::Match))
        .map(|vector| format!("{} ({})", vector.id, vector.scheme))
        .collect();
    assert!(wrong.is_empty(), "not told apart: {wrong:?}");
}

#[test]
fn a_decoy_costs_the_same_and_matches_nobody() {
    for vector in vectors().iter().filter(|vector| vector.valid) {
        let schemes = Schemes::from_names(std::slice::from_ref(&vector.scheme)).expect("a known scheme");
        let stored = Stored { hash: &vector.hash, salt: vector.salt.as_deref() };
        let Identified::Hash { verifier, .. } = schemes.identify(stored, &Site::default()) else { continue };
        let decoy = verifier.decoy();
        assert_eq!(decoy.cost(), verifier.cost(), "{}", vector.id);
        assert_eq!(decoy.verify(&attempt(vector)), Verdict::Mismatch, "{}", vector.id);
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(2000))]

    /// Whatever stands in a password column is an answer, never a panic.
    #[test]
    fn no_text_breaks_a_parser(text in "\\PC{0,120}", salt in proptest::option::of("\\PC{0,20}")) {
        for scheme in registry::all() {
            let _ = scheme.parse(Stored { hash: &text, salt: salt.as_deref() }, &Site::default());
        }
        let _ = Schemes::auto().identify(Stored { hash: &text, salt: salt.as_deref() }, &Site::default());
    }

    /// Real hashes with a piece replaced reach deeper into the parsers than random text does.
    #[test]
    fn no_mutation_of_a_vector_breaks_a_parser(pick in 0_usize..10_000, at in 0_usize..120, piece in "\\PC{0,6}", cut in 0_usize..8) {
        let all = vectors();
        let vector = &all[pick % all.len()];
        let characters: Vec<char> = vector.hash.chars().collect();
        let at = at.min(characters.len());
        let end = (at + cut).min(characters.len());
        let mutated: String =
            characters[..at].iter().copied().chain(piece.chars()).chain(characters[end..].iter().copied()).collect();
        for scheme in registry::all() {
            let _ = scheme.parse(Stored { hash: &mutated, salt: vector.salt.as_deref() }, &Site::default());
        }
    }
}
