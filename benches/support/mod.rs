//! What the benches of whole paths start: a PostgreSQL full of users, and a client that keeps its connections. The servers
//! are those of the tests.
#![allow(dead_code, reason = "every bench uses a part of it")]

#[path = "../../tests/support/mod.rs"]
pub mod servers;

pub mod callers;
pub mod legacy_table;
pub mod signers;

use criterion::{BenchmarkGroup, Criterion, measurement::WallTime};
use drawbridge::config::{
    Config,
    load::{self, Needs},
};
use std::time::Duration;

/// Whether something is measured. Without `--bench`, which `cargo bench` says and `cargo test` does not, criterion runs
/// everything once: then small tables will do.
pub fn is_measured() -> bool {
    std::env::args().any(|argument| argument == "--bench")
}

/// A group that takes a second and a half for each of its lines.
pub fn group<'a>(criterion: &'a mut Criterion, name: &str) -> BenchmarkGroup<'a, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group.sample_size(20).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    group
}

/// The configuration that this text is.
pub fn configuration(text: &str, needs: Needs) -> Config {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("drawbridge.toml");
    std::fs::write(&file, text).expect("the configuration is written");
    load::load(&file, std::iter::empty(), needs).expect("a sound configuration")
}
