//! `drawbridge hash`, as a script uses it.
use serde_json::{Value, json};
use std::{
    io::Write,
    process::{Command, Output, Stdio},
};

fn hash(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_drawbridge"))
        .arg("hash")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    child.stdin.take().expect("stdin").write_all(input.as_bytes()).expect("it reads");
    child.wait_with_output().expect("it ends")
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn identify_says_what_the_text_tells_and_no_more() {
    let stored = [
        "$2a$05$MBCzKhG1KhezLh.0LRa0Kuw12nLJtpHy6DIaU.JAnqJUDYspHC.Ou",
        "pbkdf2_sha256$1$c2FsdHNhbHQ$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa=",
        "b4b9b02e6f09a9bd760f388b67351e2b",
        "b4b9b02e6f09a9bd760f388b67351e2b:2b",
        "",
        "!",
        "$2a$31$MBCzKhG1KhezLh.0LRa0Kuw12nLJtpHy6DIaU.JAnqJUDYspHC.Ou",
        "$2a$05$MBCzKhG1KhezLh",
        "what is this",
    ];
    let output = hash(&["identify"], &stored.join("\n"));
    assert_eq!(output.status.code(), Some(0));
    insta::assert_snapshot!(text(&output));
    let output = hash(&["identify", "--json"], &stored.join("\n"));
    for line in text(&output).lines() {
        serde_json::from_str::<Value>(line).expect("JSON");
    }
}

#[test]
fn verify_reads_two_lines_and_tells_by_its_exit_code() {
    let stored = "$2a$05$MBCzKhG1KhezLh.0LRa0Kuw12nLJtpHy6DIaU.JAnqJUDYspHC.Ou";
    for (arguments, input, code, expected) in [
        (&["verify"][..], format!("{stored}\nhashcat\n"), 0, "match (bcrypt_2a)\n"),
        (&["verify"][..], format!("{stored}\nHashcat\n"), 1, "mismatch (bcrypt_2a)\n"),
        (
            &["verify", "--scheme", "raw_md5"][..],
            "8743b52063cd84097a65d1633f5c74f5\nhashcat\n".into(),
            0,
            "match (raw_md5)\n",
        ),
        (&["verify", "--scheme", "raw_md6"][..], String::new(), 2, ""),
        (&["verify"][..], "one line\n".into(), 2, ""),
    ] {
        let output = hash(arguments, &input);
        assert_eq!((output.status.code(), text(&output).as_str()), (Some(code), expected), "{arguments:?}");
    }
    let help = hash(&["verify", "--help"], "");
    assert!(text(&help).contains("never arguments"));
}

#[test]
fn lines_are_answered_in_their_order() {
    let stored = "$2a$05$MBCzKhG1KhezLh.0LRa0Kuw12nLJtpHy6DIaU.JAnqJUDYspHC.Ou";
    let mut input = String::new();
    for number in 0..40 {
        let password = if number % 2 == 0 { "hashcat" } else { "wrong" };
        input.push_str(&json!({"id": number, "hash": stored, "password": password}).to_string());
        input.push('\n');
    }
    for line in [
        json!({"id": "salted", "scheme": "md5_salt_pass", "hash": "67a1e09bb1f83f5007dc119c14d663aa", "salt": "salt", "password": "password"}),
        json!({"id": "user", "scheme": "postgres_md5", "hash": "md55fba2ea04fd36069d2574ea71c8efe9d", "username": "postgres", "password": "mypass"}),
        json!({"id": "site", "scheme": "prestashop", "hash": "f22cade043e7214200206dbffca49fd9", "params": {"cookie_key": "27167508161455764247627144160038845437138252877014827848"}, "password": "hashcat"}),
        json!({"id": "lacks", "scheme": "prestashop", "hash": "f22cade043e7214200206dbffca49fd9", "password": "hashcat"}),
        json!({"id": "ambiguous", "hash": "f22cade043e7214200206dbffca49fd9", "password": "hashcat"}),
        json!({"id": "unknown", "scheme": "no_such", "hash": "x", "password": "hashcat"}),
        json!({"id": "none", "hash": "!", "password": "hashcat"}),
    ] {
        input.push_str(&line.to_string());
        input.push('\n');
    }
    input.push_str("{\"password\": \"a-secret-in-a-broken-line\"\n");
    let output = hash(&["verify", "--lines"], &input);
    assert_eq!(output.status.code(), Some(1), "a line was broken");
    assert!(!String::from_utf8_lossy(&output.stderr).contains("a-secret"), "a broken line is not quoted");
    let answers: Vec<Value> = text(&output).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    for (number, answer) in answers.iter().take(40).enumerate() {
        let verdict = if number % 2 == 0 { "match" } else { "mismatch" };
        assert_eq!(*answer, json!({"id": number, "verdict": verdict, "scheme": "bcrypt_2a"}));
    }
    let rest: Vec<String> = answers.iter().skip(40).map(ToString::to_string).collect();
    insta::assert_snapshot!(rest.join("\n"));
}

#[test]
fn bench_tells_what_a_core_does_alone_and_side_by_side() {
    for portable in [&[][..], &["--portable"]] {
        let arguments =
            [&["bench", "--json", "--seconds", "1", "--scheme", "md5_crypt", "--scheme", "bcrypt_2b"], portable];
        let output = hash(&arguments.concat(), "");
        assert_eq!(output.status.code(), Some(0));
        let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let schemes: Vec<&str> =
            told.as_array().expect("a list").iter().filter_map(|one| one["scheme"].as_str()).collect();
        assert_eq!(schemes, ["bcrypt_2b", "md5_crypt"]);
        for one in told.as_array().expect("a list") {
            assert!(one["cost"].is_string() && one["lanes"].as_u64() >= Some(1), "{one}");
            assert!(
                one["single_per_second"].as_f64() > Some(0.0) && one["lanes_per_second"].as_f64() > Some(0.0),
                "{one}"
            );
        }
    }
    let output = hash(&["bench", "--scheme", "raw_md6"], "");
    assert_eq!(output.status.code(), Some(2));
}
