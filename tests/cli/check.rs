//! `drawbridge check`: findings for people and machines, and the exit code.
use super::run;
use crate::support::{
    issuer::{AUDIENCE, Answer, Issuer},
    legacy_users::{self, Row},
};
use std::fs;

const ROW: Row<'static> = Row {
    id: "'1'",
    email: "'ada@example.com'",
    username: "'ada'",
    password: "'5f4dcc3b5aa765d61d8327deb882cf99'",
    active: 1,
    plan: "NULL",
};

struct Case {
    issuer: Issuer,
    directory: tempfile::TempDir,
    configuration: String,
}

impl Case {
    fn new() -> Self {
        let (issuer, directory) = (Issuer::start(), tempfile::tempdir().expect("a directory"));
        let database = legacy_users::create(directory.path(), &[ROW]);
        let configuration = legacy_users::configuration(&database, &issuer.url, AUDIENCE);
        Self { issuer, directory, configuration }
    }

    fn check(&self, more: &[&str]) -> (Option<i32>, String) {
        let file = self.directory.path().join("drawbridge.toml");
        fs::write(&file, &self.configuration).expect("the configuration");
        let file = file.to_string_lossy();
        let output = run(&[&["check", "--config", &*file], more].concat(), &[]);
        let text = String::from_utf8_lossy(&output.stdout).replace(&self.issuer.url, "https://issuer.example/");
        (output.status.code(), text)
    }
}

#[test]
fn what_is_right_and_what_could_be_better() {
    let case = Case::new();
    let (code, text) = case.check(&[]);
    assert_eq!(code, Some(0), "{text}");
    insta::assert_snapshot!("check", text);
    let (code, json) = case.check(&["--json"]);
    assert_eq!(code, Some(0));
    insta::assert_snapshot!("check_json", json);
}

#[test]
fn a_check_creates_nothing() {
    let case = Case::new();
    let before = fs::read(case.directory.path().join("legacy.db")).expect("the database");
    case.check(&[]);
    assert_eq!(fs::read(case.directory.path().join("legacy.db")).expect("the database"), before);
}

#[test]
fn columns_that_are_missing_are_all_told_with_the_nearest() {
    let mut case = Case::new();
    case.configuration =
        case.configuration.replace("\"full_name\"", "\"fullname\"").replace("\"password\"\n", "\"passwd\"\n");
    let (code, text) = case.check(&[]);
    assert_eq!(code, Some(1), "{text}");
    insta::assert_snapshot!("columns", text);
}

#[test]
fn what_is_out_of_reach_is_exit_code_three() {
    let case = Case::new();
    case.issuer.answers(Answer::Closes);
    assert_eq!(case.check(&[]).0, Some(3));
    let mut case = Case::new();
    let start = case.configuration.find("sqlite:").expect("the URL");
    let end = start + case.configuration[start..].find('"').expect("its end");
    case.configuration.replace_range(start..end, "postgres://nobody@127.0.0.1:1/legacy");
    let (code, text) = case.check(&[]);
    assert_eq!(code, Some(3), "{text}");
    assert!(text.contains("database_unreachable"), "{text}");
}
