//! `drawbridge user show`: the profile with the origin of each value, and never the hash.
use super::run;
use crate::support::legacy_users::{self, Row};
use std::fs;

const HASH: &str = "'$2a$05$MBCzKhG1KhezLh.0LRa0Kuw12nLJtpHy6DIaU.JAnqJUDYspHC.Ou'";

fn shown(arguments: &[&str], change: &dyn Fn(String) -> String) -> (Option<i32>, String, String) {
    let directory = tempfile::tempdir().expect("a directory");
    let row = |id, email, username, password, active| Row { id, email, username, password, active, plan: "'gold'" };
    let rows = [
        row("'1'", "'Ada@Example.com'", "'ada'", HASH, 1),
        row("'2'", "'grace@example.com'", "'grace'", "'5f4dcc3b5aa765d61d8327deb882cf99'", 0),
        row("'a b'", "'broken@example.com'", "'broken'", "'!'", 1),
        row("'3'", "'twin@example.com'", "'one'", HASH, 1),
        row("'4'", "'TWIN@example.com'", "'two'", HASH, 1),
    ];
    let database = legacy_users::create(directory.path(), &rows);
    let configuration = change(legacy_users::configuration(&database, "https://issuer.example/", "audience"));
    let file = directory.path().join("drawbridge.toml");
    fs::write(&file, configuration).expect("the configuration");
    let output = run(&[&["user", "show", "--config", &*file.to_string_lossy()], arguments].concat(), &[]);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, errors) = (text(&output.stdout), text(&output.stderr));
    assert!(!out.contains("$2a$") && !out.contains("5f4dcc"), "the hash was told");
    (output.status.code(), out, errors)
}

#[test]
fn a_user_as_auth0_will_get_it() {
    let same = |text: String| text;
    let (code, text, _) = shown(&["ADA"], &same);
    assert_eq!(code, Some(0));
    insta::assert_snapshot!("user_show", text);
    let (code, json, _) = shown(&["ada@example.com", "--json"], &same);
    assert_eq!(code, Some(0));
    insta::assert_snapshot!("user_show_json", json);
}

#[test]
fn what_keeps_a_user_from_crossing_is_told() {
    let same = |text: String| text;
    let (code, text, _) = shown(&["grace"], &same);
    assert_eq!(code, Some(0));
    assert!(text.contains("password_unverifiable: ambiguous") && text.contains("no: the bridge answers"), "{text}");
    let (code, _, errors) = shown(&["broken"], &same);
    assert_eq!(code, Some(1));
    assert!(errors.contains("`user_unmappable`: the key holds whitespace"), "{errors}");
    for (identifier, message) in [("nobody", "no user answers"), ("twin@example.com", "more than one user answers")] {
        let (code, _, errors) = shown(&[identifier], &same);
        assert_eq!(code, Some(1));
        assert!(errors.contains(message), "{errors}");
    }
}

#[test]
fn formulas_are_computed_and_their_mistakes_are_pointed_at() {
    let with = |formula: &'static str| {
        move |text: String| {
            text.replace("[users.metadata]\n", &format!("[users.metadata]\ntier = {{ cel = \"{formula}\" }}\n"))
        }
    };
    let (code, json, errors) = shown(&["ada", "--json"], &with("row.plan_code == 'gold' ? 1 : 2"));
    assert_eq!(code, Some(0), "{errors}");
    assert!(json.contains("\"tier\": 1"), "{json}");
    let (code, _, errors) = shown(&["ada"], &with("row.plan_code == 'gold' ? 1 :"));
    assert_eq!(code, Some(2));
    assert!(errors.contains("^"), "{errors}");
    let (code, _, errors) = shown(&["ada"], &with("row.password"));
    assert_eq!(code, Some(2));
    assert!(errors.contains("would tell the stored hash"), "{errors}");
    let (code, _, errors) = shown(&["ada"], &with("row.plan_cod"));
    assert_eq!(code, Some(1));
    assert!(errors.contains("`users.metadata.tier` is `plan_cod`") && errors.contains("`plan_code`"), "{errors}");
    let (code, _, errors) = shown(&["ada"], &with("row.plan_code * 2"));
    assert_eq!(code, Some(1));
    assert!(errors.contains("a computed field has no value for this row"), "{errors}");
}
