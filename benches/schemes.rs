//! One verification of each scheme at its usual cost, and the cheap work before it: `cargo bench --bench schemes`.
//!
//! Beside other implementations: `benches/compare/hashes.py`.
#![allow(clippy::pedantic, reason = "a bench fails loudly")]
use criterion::{Criterion, criterion_group, criterion_main};
use drawbridge::hash::{
    attempt::Attempt,
    recipe::Recipe,
    registry,
    scheme::{Scheme, Site, Stored},
    schemes::Schemes,
};
use std::{hint::black_box, time::Duration};

/// Schemes and stored texts at the cost that applications write.
const USUAL: &[(&str, &str)] = &[
    ("bcrypt_2b", "$2b$10$abcdefghijklmnopqrstuuOuvuEB8yOWqrtta0jWB10wzwfcx.sGe"),
    ("django_pbkdf2_sha256", "pbkdf2_sha256$600000$abcdefghijklmnop$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
    ("argon2id", "$argon2id$v=19$m=19456,t=2,p=1$YWJjZGVmZ2hpamtsbW5vcA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
    ("scrypt_phc", "$scrypt$ln=14,r=8,p=1$YWJjZGVmZ2hpamtsbW5vcA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
    (
        "sha512_crypt",
        "$6$abcdefghijklmnop$......................................................................................",
    ),
    ("sha256_crypt", "$5$abcdefghijklmnop$..........................................."),
    ("md5_crypt", "$1$abcdefgh$......................"),
    ("phpass_P", "$P$Babcdefgh......................"),
    ("raw_md5", "5f4dcc3b5aa765d61d8327deb882cf99"),
    ("mybb", "5f4dcc3b5aa765d61d8327deb882cf99"),
];

fn schemes(criterion: &mut Criterion) {
    let attempt = Attempt::with_password("a password of usual length");
    let mut group = criterion.benchmark_group("verify");
    group.sample_size(10).measurement_time(Duration::from_secs(2));
    for (name, text) in USUAL {
        let stored = Stored { hash: text, salt: Some("salt") };
        let scheme = registry::find(name).expect("a scheme");
        let verifier = scheme.parse(stored, &Site::default()).expect("a sample");
        group.bench_function(*name, |bencher| bencher.iter(|| black_box(verifier.verify(&attempt))));
    }
    group.finish();
}

fn reading(criterion: &mut Criterion) {
    let auto = Schemes::auto();
    for (name, text) in USUAL {
        let stored = Stored { hash: text, salt: Some("salt") };
        let name = format!("identify/{name}");
        criterion.bench_function(&name, |bencher| bencher.iter(|| black_box(auto.identify(stored, &Site::default()))));
    }
    let formula = "hex(md5(hex(md5(password)) + salt))";
    criterion.bench_function("recipe/compile", |bencher| {
        bencher.iter(|| black_box(Recipe::of_operator("own", formula, &[]).is_ok()))
    });
    let recipe = Recipe::of_operator("own", formula, &[]).expect("a formula");
    let attempt = Attempt::with_password("a password of usual length");
    let stored = Stored { hash: "5f4dcc3b5aa765d61d8327deb882cf99", salt: Some("salt") };
    criterion.bench_function("recipe/parse and verify", |bencher| {
        bencher
            .iter(|| black_box(recipe.parse(stored, &Site::default()).ok().map(|verifier| verifier.verify(&attempt))))
    });
}

criterion_group!(benches, schemes, reading);
criterion_main!(benches);
