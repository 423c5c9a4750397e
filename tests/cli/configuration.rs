//! Configurations that are wrong, and what is said of them.
use super::{errors, run};
use drawbridge::config::{
    database::{DatabaseTls, DatabaseUrl},
    load::{Needs, load},
};
use proptest::prelude::*;
use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf, time::Duration};

const RIGHT: &str = r#"
[token]
issuer = "https://acme.eu.auth0.com/"
audience = "https://legacy-users.acme.example"

[database]
url = "postgres://drawbridge@db.internal/legacy"

[users]
table = "auth.\"My Users\""
identifiers = ["email"]
user_id = { column = "id" }

[users.profile]
email = "email"

[password]
column = "password"
"#;

fn written(text: &str) -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("drawbridge.toml");
    fs::write(&file, text).expect("the file is written");
    (directory, file)
}

fn variables(pairs: &[(&str, &str)]) -> impl Iterator<Item = (String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<Vec<_>>().into_iter()
}

#[test]
fn every_problem_is_told_at_once() {
    let (directory, file) = written(include_str!("wrong.toml"));
    let output = run(&["check", "--config", &file.to_string_lossy()], &[("DRAWBRIDGE__SERVER__DEADLINE", "fast")]);
    assert_eq!(output.status.code(), Some(2));
    let errors = errors(&output, directory.path());
    assert!(!errors.contains("geheim"), "the password of the URL is not shown");
    insta::assert_snapshot!(errors);
}

#[test]
fn a_file_that_is_not_toml_is_told_with_its_line() {
    let (directory, file) = written("[server]\nlisten = \n");
    let output = run(&["check", "--config", &file.to_string_lossy()], &[]);
    assert_eq!(output.status.code(), Some(2));
    insta::assert_snapshot!(errors(&output, directory.path()));
}

#[test]
fn defaults_and_variables() {
    let (_directory, file) = written(RIGHT);
    let config = load(&file, variables(&[]), Needs::token()).expect("a right configuration");
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.users.id_prefix, "legacy|");
    assert_eq!(format!("{:?}", config.password.schemes), "[\"auto\"]");
    let DatabaseUrl::Postgres(url) = &config.database.url else { panic!("another backend") };
    assert_eq!(url.tls, DatabaseTls::Verified { root: None });
    let overridden = [
        ("DRAWBRIDGE__SERVER__DEADLINE", "2s"),
        ("DRAWBRIDGE__DATABASE__PASSWORD", "12345"),
        ("DRAWBRIDGE__PASSWORD__SCHEMES", "[\"bcrypt_2y\", \"raw_md5\"]"),
        ("DRAWBRIDGE__USERS__PROFILE__NAME", "full_name"),
        ("DRAWBRIDGE_CONFIG", "ignored"),
    ];
    let config = load(&file, variables(&overridden), Needs::token()).expect("a right configuration");
    assert_eq!(config.server.deadline, Duration::from_secs(2));
    let DatabaseUrl::Postgres(url) = &config.database.url else { panic!("another backend") };
    assert_eq!(url.password.as_ref().map(|password| password.expose()), Some("12345"));
    assert_eq!(format!("{:?}", config.password.schemes), "[\"bcrypt_2y\", \"raw_md5\"]");
    assert_eq!(config.users.profile.len(), 2);
}

#[test]
fn secrets_come_from_files_that_few_may_read() {
    let (directory, file) = written(&RIGHT.replace("[users]\n", "password_file = \"db\"\n[users]\n"));
    let secret = directory.path().join("db");
    let mut text = String::new();
    for (content, mode) in [(None, 0), (Some("geheim\n"), 0o644), (Some(""), 0o600)] {
        if let Some(content) = content {
            fs::write(&secret, content).expect("the secret is written");
            fs::set_permissions(&secret, fs::Permissions::from_mode(mode)).expect("permissions");
        }
        let problems = load(&file, variables(&[]), Needs::token()).expect_err("refused");
        text.push_str(&problems.to_string().replace(&directory.path().display().to_string(), ""));
        text.push('\n');
    }
    insta::assert_snapshot!(text);
    fs::write(&secret, "geheim\r\n").expect("the secret is written");
    let config = load(&file, variables(&[]), Needs::token()).expect("a right configuration");
    let DatabaseUrl::Postgres(url) = &config.database.url else { panic!("another backend") };
    assert_eq!(url.password.as_ref().map(|password| password.expose()), Some("geheim"));
    assert!(!format!("{config:?}").contains("geheim"));
    let both = load(&file, variables(&[("DRAWBRIDGE__DATABASE__PASSWORD", "x")]), Needs::token());
    assert!(both.expect_err("refused").to_string().contains("both `database.password` and"));
}

#[test]
fn wrong_stores_and_audit_streams_say_what_would_be_right() {
    let wrong = [
        "[limits]\nstore = \"redis://redis.internal\"",
        "[limits]\nstore = \"http://redis.internal\"\nkey = \"0123456789abcdef0123456789abcdef\"",
        "[limits]\nstore = \"rediss://:geheim@redis.internal/0#insecure\"\nkey = \"0123456789abcdef0123456789abcdef\"",
        "[limits]\nstore = \"redis://:geheim@redis.internal\"\nstore_password = \"geheim\"\nkey = \"short\"",
        "[limits]\nstore_password = \"geheim\"",
        "[audit]\nrequired = true",
        "[audit]\nfile = \"audit.jsonl\"\nstdout = true",
        "[audit]\nsyslog = \"udp:localhost\"",
        "[audit]\nfile = \"audit.jsonl\"\nkey = \"short\"\nrequird = true",
    ];
    let mut text = String::new();
    for section in wrong {
        let (directory, file) = written(&RIGHT.replace("[password]", &format!("{section}\n[password]")));
        let problems = load(&file, variables(&[]), Needs::token()).expect_err("refused");
        text.push_str(&problems.to_string().replace(&format!("{}/", directory.path().display()), ""));
        text.push_str("\n\n");
    }
    assert!(!text.contains("geheim"), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn wrong_password_sections_say_what_would_be_right() {
    let wrong = [
        "charset = \"ebcdic\"",
        "schemes = [\"bcrypt_2z\"]",
        "pepper_use = \"append\"",
        "truncate = 0",
        "scheme = { column = \"kind\", values = { \"1\" = \"raw_md55\" } }",
        "[password.recipes]\nforum = \"hex(md5(password) + slat)\"",
        "[password.recipes]\nraw_md5 = \"md5(password)\"",
        "[password.recipes]\nforum = \"md5(password + no_such_column)\"",
    ];
    let mut text = String::new();
    for keys in wrong {
        let right = RIGHT.replace("column = \"password\"", &format!("column = \"password\"\n{keys}\n"));
        let (directory, file) = written(&right);
        let problems = load(&file, variables(&[]), Needs::token()).expect_err("refused");
        text.push_str(&problems.to_string().replace(&directory.path().display().to_string(), ""));
        text.push('\n');
    }
    insta::assert_snapshot!(text);
}

#[test]
fn a_recipe_may_name_what_the_profile_maps() {
    let keys = "schemes = [\"forum\"]\n[password.recipes]\nforum = \"md5(email + id + password)\"\n";
    let (_directory, file) =
        written(&RIGHT.replace("column = \"password\"", &format!("column = \"password\"\n{keys}")));
    let config = load(&file, variables(&[]), Needs::token()).expect("a right configuration");
    assert_eq!(format!("{:?}", config.password.schemes), "[\"forum\"]");
}

#[test]
fn database_urls_of_every_kind() {
    let rows = [
        ("sqlite:legacy.db", true),
        ("sqlite:", false),
        ("sqlite::memory:", false),
        ("mysql://r:p%40ss@127.0.0.1:3307/shop?ssl-mode=REQUIRED", true),
        ("mariadb://r@h/shop?ssl-mode=PREFERRED", false),
        ("postgresql://r@[::1]/db", true),
        ("postgres://r@localhost/db?host=/run/postgresql", true),
        ("postgres://r@h/db?sslmode=verify-full&sslrootcert=/nowhere.pem", false),
        ("postgres://r@h/db?application_name=x", false),
        ("postgres://h/db", false),
        ("postgres://r@h/", false),
        ("mssql://r@h/db", true),
        ("oracle://r@h/db", false),
        ("nonsense", false),
    ];
    for (url, right) in rows {
        let (_directory, file) = written(&RIGHT.replace("postgres://drawbridge@db.internal/legacy", url));
        assert_eq!(load(&file, variables(&[]), Needs::token()).is_ok(), right, "{url}");
    }
}

proptest! {
    /// Whatever stands in the file or the environment is an answer, never a panic.
    #[test]
    fn no_text_breaks_the_loader(
        text in "(\\[(server|users|database|password|limits|token)\\]\n|[a-z_.]{1,8} = (\"\\PC{0,12}\"|-?[0-9]{1,20}|\\[\\]|\\{\\}|true)\n){0,12}",
        value in "\\PC{0,20}",
    ) {
        let (_directory, file) = written(&text);
        let _ = load(&file, variables(&[("DRAWBRIDGE__USERS__TABLE", &value), ("DRAWBRIDGE__A__B", &value)]), Needs::token());
        let (_directory, file) = written(&RIGHT.replace("auth.\\\"My Users\\\"", &value).replace("email", &value));
        let _ = load(&file, variables(&[("DRAWBRIDGE__DATABASE__URL", &value)]), Needs::token());
    }
}
