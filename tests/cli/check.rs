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

/// An issuer whose clock says `date`; its keys are those of nobody.
fn issuer_at(date: &'static str) -> String {
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("its address"));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut stream = stream;
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let body = r#"{"keys":[]}"#;
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\ndate: {date}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
        }
    });
    url
}

#[test]
fn a_clock_that_is_wrong_is_told() {
    let mut case = Case::new();
    case.configuration = case.configuration.replace(&case.issuer.url, &issuer_at("Tue, 01 Jan 2030 00:00:00 GMT"));
    let (_, text) = case.check(&[]);
    assert!(text.contains("clock") && text.contains("s behind the issuer's"), "{text}");
    let right = Case::new();
    assert!(!right.check(&[]).1.contains("behind the issuer's"));
}

fn certificate(case: &mut Case, names: Vec<String>, ends: (i32, u8, u8)) {
    use std::os::unix::fs::PermissionsExt;
    let key = rcgen::KeyPair::generate().expect("a key");
    let mut parameters = rcgen::CertificateParams::new(names).expect("parameters");
    parameters.not_after = rcgen::date_time_ymd(ends.0, ends.1, ends.2);
    let certificate = parameters.self_signed(&key).expect("a certificate");
    fs::write(case.directory.path().join("tls.crt"), certificate.pem()).expect("a file");
    let path = case.directory.path().join("tls.key");
    fs::write(&path, key.serialize_pem()).expect("a file");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("its mode");
    case.configuration.push_str("\n[server]\ntls = { certificate = \"tls.crt\", key = \"tls.key\" }\n");
}

#[test]
fn the_certificate_of_the_listener_is_looked_at() {
    let mut case = Case::new();
    certificate(&mut case, vec!["users.example.com".into()], (2020, 1, 1));
    let (code, text) = case.check(&[]);
    assert_eq!(code, Some(1), "{text}");
    assert!(
        text.contains("the certificate has ended") && text.contains("the certificate is for users.example.com"),
        "{text}"
    );
    let mut case = Case::new();
    certificate(&mut case, vec![], (2199, 1, 1));
    let (code, text) = case.check(&[]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("the certificate is for no host name"), "{text}");
    let mut case = Case::new();
    certificate(&mut case, vec!["users.example.com".into()], (2199, 1, 1));
    let (code, text) = case.check(&[]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("no public authority vouches for the certificate"), "{text}");
}

#[test]
fn secrets_in_an_open_configuration_are_an_error() {
    use std::os::unix::fs::PermissionsExt;
    let mut case = Case::new();
    case.configuration = case.configuration.replace("[password]\n", "[password]\npepper = \"of-the-site\"\n");
    let (code, text) = case.check(&[]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("`password.pepper` and is open to every user"), "{text}");
    let file = case.directory.path().join("drawbridge.toml");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("its mode");
    let (code, text) = case.check(&[]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("move it into a file of its own"), "{text}");
}

#[test]
fn placeholders_of_a_first_configuration_are_a_warning() {
    let mut case = Case::new();
    case.configuration = case.configuration.replace(&case.issuer.url, "https://YOUR_TENANT.eu.auth0.com/");
    let (code, text) = case.check(&[]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("`token.issuer` is still a placeholder"), "{text}");
    let file = case.directory.path().join("drawbridge.toml");
    assert_eq!(run(&["serve", "--config", &file.to_string_lossy()], &[]).status.code(), Some(2));
}

#[test]
fn the_shared_throttle_and_the_audit_stream_are_looked_at() {
    let mut case = Case::new();
    let shared = "\n[limits]\nstore = \"redis://127.0.0.1:1\"\nkey = \"0123456789abcdef0123456789abcdef\"\n";
    case.configuration.push_str(shared);
    let (code, text) = case.check(&[]);
    assert_eq!(code, Some(3), "{text}");
    assert!(text.contains("the shared store 127.0.0.1:1 does not count: "), "{text}");
    let mut case = Case::new();
    case.configuration.push_str("\n[audit]\nfile = \"audit.jsonl\"\n");
    let (code, text) = case.check(&[]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("/audit.jsonl can be written"), "{text}");
    assert!(text.contains("a case cannot be followed over a restart"), "{text}");
    assert!(!case.directory.path().join("audit.jsonl").exists(), "a check creates nothing");
    case.configuration = case.configuration.replace("audit.jsonl", "nowhere/audit.jsonl");
    let (code, text) = case.check(&[]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("cannot be written: ") && text.contains("install -d"), "{text}");
    case.configuration = case.configuration.replace("file = ", "syslog = \"unix:/nowhere\"\n# ");
    let (code, text) = case.check(&[]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("no syslog can be reached at /nowhere"), "{text}");
}

#[test]
fn a_redis_that_counts_and_one_that_refuses() {
    let redis = crate::support::redis::RedisServer::start_new(&["--requirepass", "of-the-store"]);
    let mut case = Case::new();
    case.configuration.push_str(&format!(
        "\n[limits]\nstore = \"redis://127.0.0.1:{}\"\nkey = \"0123456789abcdef0123456789abcdef\"\n",
        redis.port()
    ));
    let (code, text) = case.check(&[]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("look at `limits.store_password_file`"), "{text}");
    case.configuration.push_str("store_password = \"of-the-store\"\n");
    let (_, text) = case.check(&[]);
    assert!(text.contains(&format!("the shared store 127.0.0.1:{} counts", redis.port())), "{text}");
}
