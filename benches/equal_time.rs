//! Promise 3 with a stopwatch: what a login takes whoever it is about, as a ratio to the unknown user.
//!
//! `cargo bench --bench equal_time`. The kinds take turns, so that a noisy machine is noisy for all of them.
#![allow(clippy::pedantic, reason = "a bench fails loudly")]
use drawbridge::{
    accounts::{decoy::Decoy, stored_hash, verification::Job, verify_pool::VerifyPool},
    config::password::Password,
    hash::{
        attempt::Attempt,
        scheme::{Identified, Site},
        schemes::Schemes,
        typing::Typing,
    },
    store::legacy_row::{LegacyRow, LegacyValue},
    telemetry::metrics::Metrics,
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

const SAMPLES: usize = 500;
/// bcrypt at cost 8: a fifth of the time of today's usual cost, so that 500 samples of everybody take a minute.
const USUAL: &str = "$2b$08$abcdefghijklmnopqrstuuOuvuEB8yOWqrtta0jWB10wzwfcx.sGe";

/// Who logs in, and the stored hash.
const KINDS: &[(&str, Option<&str>)] = &[
    ("unknown user", None),
    ("wrong password", Some(USUAL)),
    ("no password", Some("!")),
    ("unverifiable", Some("what is this")),
    ("raw MD5", Some("5f4dcc3b5aa765d61d8327deb882cf99")),
    ("cheaper bcrypt", Some("$2b$05$abcdefghijklmnopqrstuuOuvuEB8yOWqrtta0jWB10wzwfcx.sGe")),
    ("md5-crypt", Some("$1$abcdefgh$......................")),
    ("phpass", Some("$P$Babcdefgh......................")),
];

fn row(hash: &str) -> LegacyRow {
    LegacyRow::new(vec![("password".to_owned(), LegacyValue::Text(hash.to_owned()))])
}

fn main() {
    let names = ["bcrypt_2b", "raw_md5", "md5_crypt", "phpass_P"].map(ToOwned::to_owned);
    let password = Password {
        column: "password".into(),
        salt: None,
        scheme: None,
        schemes: Schemes::from_names(&names).expect("known names"),
        site: Site::default(),
        typing: Typing::default(),
    };
    let decoy = Decoy::of_sample(&[row(USUAL), row(USUAL)], &password, 1 << 30);
    decoy.measure();
    let metrics = Metrics::new().expect("metrics");
    let pool = VerifyPool::start(2, 16, 1 << 30, metrics).expect("threads");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let mut taken: Vec<Vec<Duration>> = vec![Vec::new(); KINDS.len()];
    for turn in 0..SAMPLES {
        for place in 0..KINDS.len() {
            // Another order every turn: nobody is always behind the same neighbour.
            let kind = (place * 3 + turn) % KINDS.len();
            let begun = Instant::now();
            let verifier = KINDS[kind].1.and_then(|hash| match stored_hash::identify(&row(hash), &password) {
                Identified::Hash { verifier, .. } => Some(verifier),
                _ => None,
            });
            let attempt = Attempt::with_password("a wrong password");
            let job = Job { verifier, usual: Arc::clone(&decoy.usual()), scheme: "bench", attempt };
            let deadline = Instant::now() + Duration::from_secs(60);
            runtime.block_on(pool.verify(job, deadline)).expect("a verdict");
            taken[kind].push(begun.elapsed());
        }
    }
    let median = |times: &mut Vec<Duration>| {
        times.sort_unstable();
        times[times.len() / 2].as_secs_f64() * 1000.0
    };
    let unknown = median(&mut taken[0].clone());
    println!("| who | median ms | ratio to the unknown user |\n|---|---|---|");
    for ((who, _), times) in KINDS.iter().zip(&mut taken) {
        let median = median(times);
        println!("| {who} | {median:.3} | {:.3} |", median / unknown);
    }
}
