//! `hash bench`: what one core of this machine verifies a second, so that an operator can size a box.
use super::Exit;
use crate::{
    cli::terminal,
    hash::{
        attempt::Attempt,
        kept_memory,
        lanes::{self, Kind, Lane, processor},
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
    ("drupal7", "$S$Dabcdefgh..........................................."),
    ("yescrypt", "$y$j9T$abcdefghijklmnop$..........................................."),
];

/// What one scheme does a second on one core.
struct Rates {
    /// One verification after the other.
    single: f64,
    /// How many side by side get most done.
    width: usize,
    /// So many side by side.
    in_lanes: f64,
}

/// Runs each scheme for so long, alone and side by side.
#[must_use]
pub fn run(names: &[String], seconds: u64, portable: bool, as_json: bool) -> Exit {
    let unknown = names.iter().find(|name| USUAL.iter().all(|(known, _)| known != name));
    if let Some(unknown) = unknown {
        let known: Vec<_> = USUAL.iter().map(|(name, _)| *name).collect();
        terminal::error(&format!("`{unknown}` is not measured"), Some(&format!("these are: {}", known.join(", "))));
        return Exit::Usage;
    }
    processor::use_portable_only(portable);
    // As the threads of the service do.
    kept_memory::keep_at_most(64 << 20);
    let chosen = |name: &str| names.is_empty() || names.iter().any(|wanted| wanted == name);
    let mut results = Vec::new();
    if !as_json {
        anstream::println!("verifications a second on one core, alone and as many side by side as get most done\n");
        anstream::println!("{:<24} {:<20} {:>10} {:>6} {:>10}", "scheme", "cost", "single", "lanes", "in lanes");
    }
    for (name, text) in USUAL.iter().filter(|(name, _)| chosen(name)) {
        let stored = Stored { hash: text, salt: None };
        let Some(Ok(verifier)) = registry::find(name).map(|scheme| scheme.parse(stored, &Site::default())) else {
            terminal::error(&format!("the sample of `{name}` is not read"), None);
            return Exit::Failed;
        };
        let Rates { single, width, in_lanes } = rates(verifier.as_ref(), Duration::from_secs(seconds.max(1)));
        let cost = verifier.cost().label;
        if as_json {
            results.push(json!({
                "scheme": name, "cost": cost, "single_per_second": single,
                "lanes": width, "lanes_per_second": in_lanes,
            }));
        } else {
            anstream::println!("{name:<24} {cost:<20} {single:>10.1} {width:>6} {in_lanes:>10.1}");
        }
    }
    if as_json {
        anstream::println!("{:#}", json!(results));
    }
    Exit::Done
}

fn rates(verifier: &dyn Verifier, time: Duration) -> Rates {
    let attempt = Attempt::with_password("a password of usual length");
    let single = rate(1, time, || {
        verifier.verify(&attempt);
    });
    let side_by_side = |width: usize, time: Duration| {
        rate(width, time, || {
            let prepared: Vec<Lane> = (0..width).filter_map(|_| verifier.lane(&attempt)).collect();
            std::hint::black_box(lanes::run(&prepared));
        })
    };
    let widest = verifier.lane_kind().map_or(1, Kind::widest);
    let best = (2..=widest).map(|width| (width, side_by_side(width, time / 8))).max_by(|a, b| a.1.total_cmp(&b.1));
    match best {
        Some((width, _)) => Rates { single, width, in_lanes: side_by_side(width, time) },
        None => Rates { single, width: 1, in_lanes: single },
    }
}

/// So many at a time, as often as fits.
fn rate(at_once: usize, time: Duration, work: impl Fn()) -> f64 {
    // Cold caches and the first memory are nobody's cost.
    work();
    let begun = Instant::now();
    let mut runs = 0_u32;
    while runs == 0 || begun.elapsed() < time {
        work();
        runs = runs.saturating_add(1);
    }
    f64::from(runs) * f64::from(u32::try_from(at_once).unwrap_or(u32::MAX)) / begun.elapsed().as_secs_f64()
}
