//! Logins over hashes of every kind: recipes, a scheme column, charsets, peppers, and what cannot be decided.
use super::{PASSWORD, World};
use crate::support::legacy_users::Row;
use serde_json::json;

fn row<'a>(id: &'a str, email: &'a str, password: &'a str, plan: &'a str) -> Row<'a> {
    Row { id, email, username: "NULL", password, active: 1, plan }
}

async fn login(world: &World, identifier: &str, password: &str) -> (u16, String) {
    let answer = world.post("/login", json!({"identifier": identifier, "password": password})).await;
    (answer.status, if answer.status == 200 { String::new() } else { answer.code() })
}

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[tokio::test]
async fn a_recipe_names_mapped_columns_and_the_pepper() {
    // python: hashlib.md5(b"gold" + b"spice" + b"correct horse").hexdigest()
    let rows = [row("'1'", "'ada@example.com'", "'f910d6bd5db2d62d072111151867bbc9'", "'gold'")];
    let world = World::with_password(
        &rows,
        "schemes = [\"own\", \"bcrypt_2a\"]\npepper = \"spice\"\n[password.recipes]\nown = \"md5(plan_code + pepper + password)\"",
    );
    assert_eq!(login(&world, "ada@example.com", "correct horse").await.0, 200);
    assert_eq!(login(&world, "ada@example.com", "Correct horse").await, refused(422, "wrong_password"));
}

#[tokio::test]
async fn a_column_decides_the_scheme_of_its_row() {
    let md5 = "'8743b52063cd84097a65d1633f5c74f5'";
    let rows = [
        row("'1'", "'md5@example.com'", md5, "'0'"),
        row("'2'", "'named@example.com'", md5, "'raw_md5'"),
        row("'3'", "'plain@example.com'", "'hashcat'", "'9'"),
        row("'4'", "'other@example.com'", md5, "'7'"),
        row("'5'", "'none@example.com'", super::BCRYPT, "NULL"),
    ];
    let world = World::with_password(
        &rows,
        "scheme = { column = \"plan_code\", values = { \"0\" = \"raw_md5\", \"9\" = \"plaintext\" } }",
    );
    for name in ["md5", "named", "plain", "none"] {
        let email = format!("{name}@example.com");
        assert_eq!(login(&world, &email, PASSWORD).await.0, 200, "{name}");
        assert_eq!(login(&world, &email, "Hashcat").await, refused(422, "wrong_password"), "{name}");
    }
    assert_eq!(login(&world, "other@example.com", PASSWORD).await, refused(500, "password_unverifiable"));
}

#[tokio::test]
async fn a_password_is_read_in_the_charset_of_the_old_application() {
    // python: hashlib.md5("Zürich".encode("latin1")).hexdigest(), and of "Z?rich"
    let rows = [
        row("'1'", "'latin@example.com'", "'41516ab161ead9d12928063775ca8bd8'", "NULL"),
        row("'2'", "'mark@example.com'", "'0ef2fb69d35d27620be4db5095123dcf'", "NULL"),
    ];
    let world = World::with_password(&rows, "schemes = [\"raw_md5\"]\ncharset = \"latin1\"");
    assert_eq!(login(&world, "latin@example.com", "Zürich").await.0, 200);
    assert_eq!(login(&world, "mark@example.com", "Z?rich").await.0, 200);
    assert_eq!(login(&world, "mark@example.com", "Z密rich").await, refused(422, "wrong_password"));
}

#[tokio::test]
async fn what_a_row_lacks_is_no_wrong_password() {
    let rows = [
        row("'1'", "'nobody@example.com'", "'13db5f41191e8e7ea5141b16cd58c75af5e27071'", "NULL"),
        row(
            "'2'",
            "'costly@example.com'",
            "'md5:16777217:NjAxMDY4MQ==:a00DtIW9hP9voC85fmEA5uVhgdDx67nSPSm9yADHjkI='",
            "NULL",
        ),
    ];
    let world = World::with_password(&rows, "schemes = [\"smf1\", \"generic_pbkdf2_colon\"]");
    // SMF mixes the username in, and this row has none.
    assert_eq!(login(&world, "nobody@example.com", "test1").await, refused(500, "password_unverifiable"));
    assert_eq!(login(&world, "costly@example.com", "hashcat").await, refused(500, "password_unverifiable"));
}
