//! The command line, black box: what people see, and the exit codes.
#![allow(clippy::pedantic, reason = "a test fails loudly; the strict set is for what is shipped")]
#[path = "../support/mod.rs"]
mod support;

mod bulk;
mod census;
mod check;
mod configuration;
mod hash;
mod init;
mod reconcile;
mod shards;
mod sql;
mod status;
mod user;

use std::{
    path::Path,
    process::{Command, Output},
};

/// Runs the binary with these arguments and variables and nothing else of ours in the environment.
pub fn run(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_drawbridge"));
    command.args(arguments).env_remove("DRAWBRIDGE_CONFIG").envs(variables.iter().copied());
    command.output().expect("the binary runs")
}

/// What it printed on stderr, with the directory of the test taken out.
pub fn errors(output: &Output, directory: &Path) -> String {
    String::from_utf8_lossy(&output.stderr).replace(&format!("{}/", directory.display()), "")
}

#[test]
fn the_story_of_the_demo_ends_well() {
    let output = run(&["demo", "--story", "--listen", "127.0.0.1:0"], &[]);
    let story = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{story}");
    assert!(story.contains("every answer was right"));
    assert_eq!(story.matches("the stored hash is").count(), 13);
}

#[test]
fn the_demo_stays_on_loopback() {
    let output = run(&["demo", "--listen", "0.0.0.0:8080"], &[]);
    assert_eq!(output.status.code(), Some(2));
    insta::assert_snapshot!(String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_wrong_call_is_exit_code_two() {
    assert_eq!(run(&["servve"], &[]).status.code(), Some(2));
    assert_eq!(run(&["serve", "--password", "x"], &[]).status.code(), Some(2));
    assert_eq!(run(&["--help"], &[]).status.code(), Some(0));
    let missing = run(&["serve", "--config", "/nowhere/drawbridge.toml"], &[]);
    assert_eq!(missing.status.code(), Some(2));
    insta::assert_snapshot!(String::from_utf8_lossy(&missing.stderr));
}
