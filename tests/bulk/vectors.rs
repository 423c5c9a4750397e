//! Every vector of every family, transcoded and then verified as Auth0 would.
use super::{auth0_verifier::accepts, imported, schema_errors};
use drawbridge::{
    accounts::transcode::{Transcoded, reason, transcode},
    hash::{
        registry,
        scheme::{Site, Stored},
        typing::Typing,
    },
    secret::Secret,
};
use serde::Deserialize;
use std::{collections::BTreeMap, fmt::Write, fs, path::Path};

#[derive(Deserialize)]
struct Vector {
    id: String,
    scheme: String,
    hash: String,
    salt: Option<String>,
    params: Option<BTreeMap<String, serde_json::Value>>,
    password: String,
    valid: bool,
}

impl Vector {
    fn transcode(&self) -> Transcoded {
        let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
        let params = self.params.iter().flatten().map(|(key, value)| (key.clone(), Secret::new(text(value)))).collect();
        let site = Site { params, ..Site::default() };
        let stored = Stored { hash: &self.hash, salt: self.salt.as_deref() };
        transcode(&self.scheme, stored, &site, &Typing::default())
    }
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

/// What is wrong with the import of a vector; failures name vectors by id, never a password or a hash.
fn wrong(vector: &Vector) -> Option<String> {
    let user = imported(vector.transcode())?;
    let name = format!("{} ({})", vector.id, vector.scheme);
    let errors = schema_errors(&user);
    if !errors.is_empty() {
        return Some(format!("{name}: {errors}"));
    }
    match accepts(&user, &vector.password) {
        Ok(accepted) if accepted != vector.valid => Some(format!("{name}: accepted {accepted}")),
        Ok(true) if accepts(&user, &format!("~{}", vector.password)) != Ok(false) => {
            Some(format!("{name}: another password"))
        }
        Ok(_) => None,
        Err(rule) => Some(format!("{name}: {rule}")),
    }
}

#[test]
fn auth0_accepts_what_the_writer_would_and_nothing_else() {
    let vectors = vectors();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let part = |first| vectors.iter().skip(first).step_by(threads).filter_map(wrong).collect::<Vec<_>>();
        let running: Vec<_> = (0..threads).map(|first| scope.spawn(move || part(first))).collect();
        running.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A change of what can be imported shows here, scheme by scheme.
#[test]
fn what_each_scheme_becomes() {
    let mut table: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    let mut importable = 0;
    let vectors = vectors();
    let valid: Vec<&Vector> = vectors.iter().filter(|vector| vector.valid).collect();
    for vector in &valid {
        let becomes = match vector.transcode() {
            Transcoded::PasswordHash(_) => "password_hash".to_owned(),
            Transcoded::Custom(object) => {
                let field = |field: &str, key: &str| object[field][key].as_str().map(|text| format!(" {text}"));
                let algorithm = object["algorithm"].as_str().expect("an algorithm");
                let details = [field("hash", "digest"), field("salt", "position"), field("password", "encoding")];
                format!("custom {algorithm}{}", details.into_iter().flatten().collect::<String>())
            }
            Transcoded::No(reason) => {
                assert!(reason::ALL.contains(&reason), "{reason}");
                format!("no: {reason}")
            }
        };
        importable += usize::from(!becomes.starts_with("no"));
        *table.entry(vector.scheme.clone()).or_default().entry(becomes).or_default() += 1;
    }
    let taken = |outcomes: &BTreeMap<String, usize>| outcomes.keys().any(|outcome| !outcome.starts_with("no"));
    let schemes = table.values().filter(|outcomes| taken(outcomes)).count();
    let mut text =
        format!("{schemes} of {} schemes, {importable} of {} hashes that a writer wrote\n\n", table.len(), valid.len());
    for (scheme, outcomes) in &table {
        let outcomes: Vec<String> = outcomes.iter().map(|(outcome, count)| format!("{outcome} ({count})")).collect();
        writeln!(text, "{scheme:<32} {}", outcomes.join(", ")).expect("a line");
    }
    assert_eq!(table.len(), registry::all().count(), "every scheme has a valid vector");
    insta::assert_snapshot!(text);
}
