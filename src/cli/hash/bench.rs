//! `hash bench`: what one core of this machine verifies a second, so that an operator can size a box.
use super::Exit;
use crate::{
    cli::terminal,
    hash::{
        attempt::Attempt,
        registry,
        scheme::{Site, Stored, Verifier},
    },
};
use serde_json::json;
use std::time::{Duration, Instant};

/// Schemes at the cost that applications usually write; the digests are of nothing.
const USUAL: &[(&str, &str)] = &[
    ("bcrypt_2b", "$2b$10$abcdefghijklmnopqrstuuOuvuEB8yOWqrtta0jWB10wzwfcx.sGe"),
    ("django_pbkdf2_sha256", "pbkdf2_sha256$600000$abcdefghijklmnop$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
    (
        "pbkdf2_sha512_passlib",
        "$pbkdf2-sha512$210000$YWJjZGVmZ2hpamtsbW5vcA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ),
    ("pbkdf2_sha1_passlib", "$pbkdf2$10000$YWJjZGVmZ2hpamtsbW5vcA$AAAAAAAAAAAAAAAAAAAAAAAAAAA"),
    ("argon2id", "$argon2id$v=19$m=19456,t=2,p=1$YWJjZGVmZ2hpamtsbW5vcA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
    ("scrypt_phc", "$scrypt$ln=14,r=8,p=1$YWJjZGVmZ2hpamtsbW5vcA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
    (
        "sha512_crypt",
        "$6$abcdefghijklmnop$......................................................................................",
    ),
    ("sha256_crypt", "$5$abcdefghijklmnop$..........................................."),
    ("md5_crypt", "$1$abcdefgh$......................"),
    ("phpass_P", "$P$Babcdefgh......................"),
    ("yescrypt", "$y$j9T$abcdefghijklmnop$..........................................."),
];

/// Runs each scheme for so long.
#[must_use]
pub fn run(names: &[String], seconds: u64, as_json: bool) -> Exit {
    let unknown = names.iter().find(|name| USUAL.iter().all(|(known, _)| known != name));
    if let Some(unknown) = unknown {
        let known: Vec<_> = USUAL.iter().map(|(name, _)| *name).collect();
        terminal::error(&format!("`{unknown}` is not measured"), Some(&format!("these are: {}", known.join(", "))));
        return Exit::Usage;
    }
    let chosen = |name: &str| names.is_empty() || names.iter().any(|wanted| wanted == name);
    let mut results = Vec::new();
    if !as_json {
        anstream::println!("{:<24} {:<20} {:>12} a second and core", "scheme", "cost", "single");
    }
    for (name, text) in USUAL.iter().filter(|(name, _)| chosen(name)) {
        let stored = Stored { hash: text, salt: None };
        let Some(Ok(verifier)) = registry::find(name).map(|scheme| scheme.parse(stored, &Site::default())) else {
            terminal::error(&format!("the sample of `{name}` is not read"), None);
            return Exit::Failed;
        };
        let rate = rate(verifier.as_ref(), Duration::from_secs(seconds.max(1)));
        let cost = verifier.cost().label;
        if as_json {
            // One at a time is all that this version does.
            results.push(json!({
                "scheme": name, "cost": cost, "single_per_second": rate, "lanes": 1, "lanes_per_second": rate,
            }));
        } else {
            anstream::println!("{name:<24} {cost:<20} {rate:>12.1}");
        }
    }
    if as_json {
        anstream::println!("{:#}", json!(results));
    }
    Exit::Done
}

fn rate(verifier: &dyn Verifier, time: Duration) -> f64 {
    let attempt = Attempt::with_password("a password of usual length");
    // Cold caches and the first memory are nobody's cost.
    verifier.verify(&attempt);
    let begun = Instant::now();
    let mut runs = 0_u32;
    while begun.elapsed() < time {
        verifier.verify(&attempt);
        runs = runs.saturating_add(1);
    }
    f64::from(runs) / begun.elapsed().as_secs_f64()
}
