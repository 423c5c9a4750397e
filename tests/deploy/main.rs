//! What `deploy/` holds: the unit, the package, the image, compose and Kubernetes, each held against what it speaks of.
#![allow(clippy::pedantic, reason = "a test fails loudly; the strict set is for what is shipped")]
#[path = "../support/mod.rs"]
mod support;

mod compose;
mod kubernetes;
mod packages;
mod supervised;
mod unit;

use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// A file of the repository.
pub fn path(inside: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(inside)
}

/// Its text.
pub fn text(inside: &str) -> String {
    std::fs::read_to_string(path(inside)).unwrap_or_else(|error| panic!("{inside}: {error}"))
}

/// The documents of a YAML file.
pub fn yaml(inside: &str) -> Vec<Value> {
    serde_saphyr::from_multiple(&text(inside)).unwrap_or_else(|error| panic!("{inside}: {error}"))
}

/// Runs the binary with these arguments.
pub fn drawbridge(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_drawbridge"))
        .args(arguments)
        .env_remove("DRAWBRIDGE_CONFIG")
        .output()
        .expect("the binary runs")
}

/// Writes a configuration of `deploy/` into this directory, with these words replaced and every file that it names.
pub fn configuration(directory: &Path, inside: &str, changes: &[(&str, &str)]) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let mut configuration = text(inside);
    for (from, to) in changes {
        assert!(configuration.contains(from), "{inside} has no `{from}`");
        configuration = configuration.replace(from, to);
    }
    for name in ["password", "tls.crt", "tls.key"] {
        let file = directory.join(name);
        std::fs::write(&file, "secret").expect("written");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).expect("permissions");
    }
    let file = directory.join("drawbridge.toml");
    std::fs::write(&file, configuration).expect("written");
    file
}
