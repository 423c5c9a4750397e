//! Verifications a second of each kernel, by level of the processor and by lanes, beside the crate that does one at a
//! time: `cargo bench --bench lanes`.
#![allow(clippy::pedantic, reason = "a bench fails loudly")]
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use drawbridge::hash::lanes::{
    pbkdf2::{Input, Prf, run_on},
    processor::{Processor, Vectors, within},
};
use std::{hint::black_box, time::Duration};

/// The same for each digest, and short: what counts is the ratio to the crate.
const ROUNDS: u32 = 10_000;
const PASSWORD: &[u8] = b"a password of usual length";
const SALT: &[u8] = b"sixteen bytes ..";
const LANES: &[usize] = &[1, 2, 3, 4, 8];

/// Levels that differ in the kernels of this digest, as far as this processor has them.
fn pbkdf2_levels(prf: Prf) -> Vec<(&'static str, Processor)> {
    let level = |vectors, sha| Processor { vectors, sha };
    let mut levels = vec![
        ("portable", level(Vectors::Portable, false)),
        ("AVX2", level(Vectors::Avx2, false)),
        ("AVX-512", level(Vectors::Avx512, false)),
    ];
    if prf != Prf::Sha512 {
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
        for (level_name, level) in pbkdf2_levels(prf) {
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

criterion_group!(benches, pbkdf2_lanes);
criterion_main!(benches);
