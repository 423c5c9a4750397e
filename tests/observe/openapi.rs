//! The OpenAPI documents: valid, complete, and true of the real service, which schemathesis asks.
use super::tools::{path, python, text, yaml};
use crate::support::{
    bridge::Bridge,
    issuer::{AUDIENCE, Issuer},
    legacy_users::{self, Row},
};
use drawbridge::http::{problem::Problem, zeros::OF_ROUTES};
use regex::Regex;
use serde_json::Value;
use std::{collections::BTreeSet, path::Path};

const BRIDGE: &str = "deploy/openapi/drawbridge.yaml";
const OPS: &str = "deploy/openapi/drawbridge-ops.yaml";

/// The password of the document's examples.
const PASSWORD: &str = "correct horse battery staple";

fn running() -> (Issuer, Bridge, tempfile::TempDir) {
    let issuer = Issuer::start();
    let directory = tempfile::tempdir().expect("a directory");
    // The names of the document's examples: some of what is asked is about somebody.
    let hash = format!("'{}'", bcrypt::hash(PASSWORD, 5).expect("a hash"));
    let person = |id, email, username, password| Row { id, email, username, password, active: 1, plan: "'gold'" };
    let rows = [
        person("'42'", "'ada@example.com'", "'ada'", &hash),
        person("'a|b'", "'unmappable@example.com'", "'0'", &hash),
        person("'7'", "'unverifiable@example.com'", "'00'", "'5f4dcc3b5aa765d61d8327deb882cf99'"),
    ];
    let database = legacy_users::create(directory.path(), &rows);
    let configuration = legacy_users::configuration(&database, &issuer.url, AUDIENCE);
    let bridge = Bridge::start(&format!("{configuration}\n[limits]\nclient_rate = \"off\"\n"));
    (issuer, bridge, directory)
}

#[test]
fn both_documents_are_openapi() {
    for document in [BRIDGE, OPS] {
        let output = python("openapi-spec-validator").arg(path(document)).output().expect("the validator runs");
        assert!(output.status.success(), "{document}: {}", String::from_utf8_lossy(&output.stdout));
        assert_eq!(yaml(document)["info"]["version"], env!("CARGO_PKG_VERSION"), "{document}");
    }
}

/// Status and code of every answer of a route, as the document has them.
fn documented(document: &Value, route: &str) -> BTreeSet<(u16, String)> {
    let mut found = BTreeSet::new();
    for (status, response) in document["paths"][route]["post"]["responses"].as_object().expect("responses") {
        let status: u16 = status.parse().expect("a status");
        if status == 200 {
            continue;
        }
        let name = response["$ref"].as_str().and_then(|link| link.rsplit('/').next()).expect("a shared response");
        let response = &document["components"]["responses"][name];
        let own = &response["content"]["application/problem+json"]["schema"]["allOf"][1]["properties"];
        assert_eq!(own["status"]["const"], status, "{route}: {name}");
        for code in own["code"]["enum"].as_array().expect("codes") {
            found.insert((status, code.as_str().expect("a code").to_owned()));
        }
        let example = &response["content"]["application/problem+json"]["example"];
        assert!(own["code"]["enum"].as_array().expect("codes").contains(&example["code"]), "{name}");
        assert_eq!(example["status"], status, "{name}");
    }
    found
}

#[test]
fn every_code_of_the_service_is_in_the_document_and_no_other() {
    let document = yaml(BRIDGE);
    let of_service: BTreeSet<(u16, String)> =
        OF_ROUTES.iter().map(|problem| (problem.status().as_u16(), problem.code().to_owned())).collect();
    let of_document: BTreeSet<(u16, String)> =
        ["/login", "/get_user", "/mark_migrated"].iter().flat_map(|route| documented(&document, route)).collect();
    assert_eq!(of_document, of_service);
    assert_eq!(documented(&document, "/login"), of_service, "a login can end in every way");

    let enumerated: BTreeSet<&str> = document["components"]["schemas"]["Problem"]["properties"]["code"]["enum"]
        .as_array()
        .expect("codes")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    // The source itself: a code that is added there and nowhere else is found.
    let arm = Regex::new(r#"(?m)^\s+Self::[A-Z]\w+(?:\([^)]*\))?(?:\s*\|[^=]*)? => "([a-z_]+)","#).expect("a pattern");
    let source = text("src/http/problem.rs") + &text("src/accounts/error.rs");
    let written: BTreeSet<&str> =
        arm.captures_iter(&source).map(|found| found.get(1).expect("a word").as_str()).collect();
    assert_eq!(enumerated, written);
    assert!(enumerated.contains(Problem::NoSuchRoute.code()));
    // And the reader's table.
    let readme = text("README.md");
    for code in enumerated {
        assert!(readme.contains(&format!("`{code}`")), "the README lacks `{code}`");
    }
}

#[test]
fn each_route_asks_for_its_scope() {
    let document = yaml(BRIDGE);
    let flow = &document["components"]["securitySchemes"]["client_credentials"]["flows"]["clientCredentials"];
    let mut scopes = BTreeSet::new();
    for (route, methods) in document["paths"].as_object().expect("paths") {
        let scope = &methods["post"]["security"][0]["client_credentials"][0];
        assert_eq!(scope, &format!("legacy:{}", route.trim_start_matches('/')));
        scopes.insert(scope.as_str().expect("a scope").to_owned());
    }
    let known: BTreeSet<String> = flow["scopes"].as_object().expect("scopes").keys().cloned().collect();
    assert_eq!(scopes, known);
}

/// What a request that keeps to the document may be answered with: about the person or the row, never about the request.
const SETTINGS: &str =
    "[checks]\npositive_data_acceptance.expected-statuses = [\"2xx\", \"404\", \"409\", \"422\", \"429\", \"500\"]\n";

/// Runs schemathesis and panics with its report when an answer is not the document's.
fn ask(document: &str, url: &str, checks: &str, examples: &str, headers: &[String]) {
    let directory = tempfile::tempdir().expect("a directory");
    let settings: &Path = &directory.path().join("schemathesis.toml");
    std::fs::write(settings, SETTINGS).expect("written");
    let mut command = python("schemathesis");
    command
        .args(["--config-file", &settings.to_string_lossy(), "run"])
        .arg(path(document))
        .args(["--url", url, "--checks", checks, "--max-examples", examples, "--no-color"])
        .args(["--phases", "examples,coverage,fuzzing", "--generation-deterministic", "--continue-on-failure"])
        .args(["--suppress-health-check", "all", "--request-timeout", "20", "--workers", "1"])
        .current_dir(directory.path());
    for header in headers {
        command.args(["--header", header]);
    }
    let output = command.output().expect("schemathesis runs");
    let said = String::from_utf8_lossy(&output.stdout);
    let bare = said.lines().skip(2).collect::<Vec<_>>().join("\n");
    assert!(output.status.success(), "{bare}\n{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn no_answer_of_the_bridge_is_outside_of_its_document() {
    let (issuer, bridge, _directory) = running();
    let shape =
        "status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance";
    let input = "negative_data_rejection,positive_data_acceptance,unsupported_method,allow_header_conformance";
    ask(
        BRIDGE,
        &bridge.url,
        &format!("{shape},{input}"),
        "100",
        &[format!("Authorization: Bearer {}", issuer.token())],
    );
    // Without a token, which it would not leave out by itself.
    ask(BRIDGE, &bridge.url, shape, "3", &[]);
    // What was asked came through: profiles, refusals of each kind, and no fault of the program.
    let log = bridge.log();
    for code in
        ["ok", "invalid_request", "invalid_token", "method_not_allowed", "unsupported_media_type", "user_not_found"]
    {
        assert!(log.contains(&format!("\"code\":\"{code}\"")), "nothing was answered with {code}");
    }
    let login = log.lines().any(|line| line.contains("\"code\":\"ok\"") && line.contains("\"route\":\"login\""));
    assert!(login, "nobody was let in");
    assert!(!log.contains("panicked"), "a thread has panicked");
    for line in log.lines().filter(|line| line.contains("\"status\":5")) {
        let of_row = line.contains("password_unverifiable") || line.contains("user_unmappable");
        assert!(of_row, "an input has caused an outage: {line}");
    }
}

#[test]
fn no_answer_of_the_ops_listener_is_outside_of_its_document() {
    let (_issuer, bridge, _directory) = running();
    let checks = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance";
    ask(OPS, &bridge.ops, checks, "5", &[]);
}
