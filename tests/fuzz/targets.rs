//! What the fuzzer calls: each takes any bytes and must return. Shared by the smoke run and by cargo-fuzz.
use drawbridge::hash::{
    attempt::Attempt,
    recipe::Recipe,
    registry,
    scheme::{Identified, Scheme, Site, Stored, Verifier},
    schemes::Schemes,
};
use drawbridge::secret::Secret;
use std::collections::BTreeMap;

/// Work that a run may spend on verifying what it parsed.
const CHEAP: u64 = 2000;

fn site() -> Site {
    let names = [
        "cookie_key",
        "site_salt",
        "stretches",
        "rounds",
        "mem_cost",
        "signer_key",
        "salt_separator",
        "pepper",
        "realm",
    ];
    let params = names.iter().map(|name| ((*name).to_owned(), Secret::new("8".to_owned()))).collect();
    Site { params, ..Site::default() }
}

fn attempt(password: &str) -> Attempt {
    let text = |text: &str| Some(zeroize::Zeroizing::new(text.to_owned()));
    Attempt {
        username: text("ada"),
        email: text("ada@example.com"),
        user_id: text("7"),
        columns: BTreeMap::new(),
        ..Attempt::with_password(password)
    }
}

fn spend(verifier: &dyn Verifier, password: &str) {
    let cost = verifier.cost();
    if cost.rounds <= CHEAP && cost.memory <= 1 << 22 {
        let _ = verifier.verify(&attempt(password));
        let _ = verifier.decoy().verify(&attempt(password));
    }
}

/// A stored text, its salt and a password, separated by NULs: every parser, `auto`, and what they found.
pub fn stored_hash(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut fields = text.split('\0');
    let (hash, salt, password) = (fields.next().unwrap_or(""), fields.next(), fields.next().unwrap_or("x"));
    let stored = Stored { hash, salt };
    for scheme in registry::all() {
        if let Ok(verifier) = scheme.parse(stored, &site()) {
            spend(verifier.as_ref(), password);
        }
    }
    if let Identified::Hash { verifier, .. } = Schemes::auto().identify(stored, &site()) {
        spend(verifier.as_ref(), password);
    }
    let _ = Schemes::auto().candidates(stored, &site());
}

/// A formula, a stored text, a salt and a password, separated by NULs.
pub fn recipe(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut fields = text.split('\0');
    let formula = fields.next().unwrap_or("");
    let (hash, salt, password) = (fields.next().unwrap_or(""), fields.next(), fields.next().unwrap_or("x"));
    if let Ok(recipe) = Recipe::of_operator("own", formula, &[])
        && let Ok(verifier) = recipe.parse(Stored { hash, salt }, &site())
    {
        spend(verifier.as_ref(), password);
    }
}

/// The operator's own SELECT.
pub fn operator_query(data: &[u8]) {
    use drawbridge::sql::{dialect::Dialect, operator_query};
    let text = String::from_utf8_lossy(data);
    for dialect in [Dialect::Postgres, Dialect::Mysql, Dialect::Sqlite] {
        let _ = operator_query::split(dialect, &text);
    }
}
