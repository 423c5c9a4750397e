//! Verifications a second of each kernel, by level of the processor and by lanes, beside the crate that does one at a
//! time: `cargo bench --bench lanes`.
#![allow(clippy::pedantic, reason = "a bench fails loudly")]
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use drawbridge::hash::lanes::{
    bcrypt,
    chain::{self, Message},
    chained::{self, Digest},
    crypt_rounds,
    pbkdf2::{Input, Prf, run_on},
    processor::{Processor, Vectors, within},
};
use std::{hint::black_box, time::Duration};

/// The same for each digest, and short: what counts is the ratio to the crate.
const ROUNDS: u32 = 10_000;
const PASSWORD: &[u8] = b"a password of usual length";
const SALT: &[u8] = b"sixteen bytes ..";
const LANES: &[usize] = &[1, 2, 3, 4, 8];

/// Levels that differ in the kernels of a digest, which may have `instructions` of its own, as far as this processor has
/// them.
fn levels(instructions: bool) -> Vec<(&'static str, Processor)> {
    let level = |vectors, sha| Processor { vectors, sha };
    let mut levels = vec![
        ("portable", level(Vectors::Portable, false)),
        ("AVX2", level(Vectors::Avx2, false)),
        ("AVX-512", level(Vectors::Avx512, false)),
    ];
    if instructions {
        levels.push(("SHA-NI", level(Vectors::Portable, true)));
    }
    levels.retain(|(_, level)| within(*level) == *level);
    levels
}

fn pbkdf2_of_the_crate(prf: Prf, output: &mut [u8]) {
    match prf {
        Prf::Sha1 => pbkdf2::pbkdf2_hmac::<sha1::Sha1>(PASSWORD, SALT, ROUNDS, output),
        Prf::Sha256 => pbkdf2::pbkdf2_hmac::<sha2::Sha256>(PASSWORD, SALT, ROUNDS, output),
        Prf::Sha512 => pbkdf2::pbkdf2_hmac::<sha2::Sha512>(PASSWORD, SALT, ROUNDS, output),
    }
}

fn pbkdf2_lanes(criterion: &mut Criterion) {
    for (prf, name, length) in [(Prf::Sha1, "sha1", 20), (Prf::Sha256, "sha256", 32), (Prf::Sha512, "sha512", 64)] {
        let mut group = criterion.benchmark_group(format!("pbkdf2-{name}"));
        group.sample_size(20).warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_millis(500));
        group.throughput(Throughput::Elements(1));
        group.bench_function("pbkdf2 crate", |bencher| {
            bencher.iter(|| {
                let mut output = [0; 64];
                pbkdf2_of_the_crate(prf, &mut output[..length]);
                black_box(output)
            })
        });
        for (level_name, level) in levels(prf != Prf::Sha512) {
            for lanes in LANES {
                let inputs: Vec<Input> = (0..*lanes).map(|_| Input::new(prf, PASSWORD, SALT, ROUNDS, length)).collect();
                let inputs: Vec<&Input> = inputs.iter().collect();
                group.throughput(Throughput::Elements(inputs.len() as u64));
                group.bench_function(format!("{level_name}/{lanes}"), |bencher| {
                    bencher.iter(|| black_box(run_on(level, black_box(&inputs))))
                });
            }
        }
        group.finish();
    }
}

fn bcrypt_lanes(criterion: &mut Criterion) {
    let inputs: Vec<bcrypt::Input> = (0..6).map(|lane| bcrypt::Input::new(&[lane; 72], [lane; 16])).collect();
    let mut group = criterion.benchmark_group("bcrypt");
    group.sample_size(20).warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_millis(500));
    group.throughput(Throughput::Elements(1));
    group.bench_function("bcrypt crate", |bencher| bencher.iter(|| black_box(::bcrypt::bcrypt(6, [1; 16], &[1; 72]))));
    for (name, vectors) in [("portable", Vectors::Portable), ("assembler", Vectors::Avx2)] {
        let level = within(Processor { vectors, sha: false });
        for lanes in 1..=bcrypt::widest(level) {
            let inputs: Vec<&bcrypt::Input> = inputs.iter().take(lanes).collect();
            group.throughput(Throughput::Elements(lanes as u64));
            group.bench_function(format!("{name}/{lanes}"), |bencher| {
                bencher.iter(|| black_box(bcrypt::run(level, black_box(&inputs), 6)))
            });
        }
    }
    group.finish();
}

/// Rounds that are laid out before the measurement, in as many lanes as there are and in fewer; beside one alone.
fn of_chains(criterion: &mut Criterion, name: &str, digest: Digest, input: &chain::Input) {
    let mut group = criterion.benchmark_group(name);
    group.sample_size(20).warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_millis(500));
    group.throughput(Throughput::Elements(1));
    group.bench_function("alone", |bencher| bencher.iter(|| black_box(chained::alone(digest, black_box(input)))));
    for (level_name, level) in levels(digest == Digest::Sha256) {
        let widest = chained::widest(digest, level);
        for lanes in [2, 3, 4, 8, 16].into_iter().filter(|lanes| *lanes <= widest) {
            let inputs = vec![input; lanes];
            group.throughput(Throughput::Elements(inputs.len() as u64));
            group.bench_function(format!("{level_name}/{lanes}"), |bencher| {
                bencher.iter(|| black_box(chained::run(digest, level, black_box(&inputs))))
            });
        }
    }
    group.finish();
}

fn md5_crypt(criterion: &mut Criterion) {
    let input = crypt_rounds::input(&vec![7; 16].into(), PASSWORD, b"abcdefgh", 1000);
    of_chains(criterion, "md5_crypt", Digest::Md5, &input);
}

fn sha_crypt(criterion: &mut Criterion) {
    let input = crypt_rounds::input(&vec![7; 32].into(), PASSWORD, SALT, 5000);
    of_chains(criterion, "sha256_crypt", Digest::Sha256, &input);
    let input = crypt_rounds::input(&vec![7; 64].into(), PASSWORD, SALT, 5000);
    of_chains(criterion, "sha512_crypt", Digest::Sha512, &input);
}

fn phpass(criterion: &mut Criterion) {
    for (name, digest, length) in [("phpass_md5", Digest::Md5, 16), ("phpass_sha512", Digest::Sha512, 64)] {
        let messages = vec![Message::around(&[], &[PASSWORD])];
        let input = chain::Input { first: vec![7; length], messages, schedule: &[0], rounds: 1 << 13 };
        of_chains(criterion, name, digest, &input);
    }
}

criterion_group!(benches, bcrypt_lanes, pbkdf2_lanes, md5_crypt, sha_crypt, phpass);
criterion_main!(benches);
