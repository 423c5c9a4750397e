//! The commands that the demo prints: each works when pasted as it stands.
use super::{AUDIENCE, Addresses, issuer, people::Person};

/// Prints who is in the legacy database, and what to paste.
pub fn print(addresses: &Addresses, people: &[Person]) {
    anstream::println!("{}", text(addresses, people));
}

fn text(addresses: &Addresses, people: &[Person]) -> String {
    let Addresses { bridge, ops, issuer } = addresses;
    let mut text = format!(
        "\nThe bridge is down: users may cross.\n\n  bridge  {bridge}\n  ops     {ops}\n  issuer  {issuer}  (this demo's only)\n\n\
         In the legacy database, each with another stored hash:\n\n"
    );
    for person in people {
        let note = if person.note.is_empty() { String::new() } else { format!("  ({})", person.note) };
        text.push_str(&format!("  {:<22} {:<28} {}{note}\n", person.email, person.password, person.scheme));
    }
    let first = people.first();
    let (email, password) = first.map_or(("", ""), |person| (person.email, person.password));
    let post = |path: &str, body: &str| {
        format!(
            "curl -s -w '\\n' -X POST {bridge}{path} -H \"Authorization: Bearer $TOKEN\" \\\n     -H 'Content-Type: application/json' -d '{body}'"
        )
    };
    let user_id = first.map_or_else(String::new, |person| format!("legacy|{}", person.id));
    let steps = [
        (
            "A token, as Auth0 would issue it",
            format!(
                "TOKEN=$(curl -s {issuer}/oauth/token -d grant_type=client_credentials \\\n     -d client_id={} -d client_secret={} -d audience={AUDIENCE} \\\n     | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')",
                issuer::CLIENT_ID,
                issuer::CLIENT_SECRET
            ),
        ),
        ("The right password", post("/login", &format!(r#"{{"identifier":"{email}","password":"{password}"}}"#))),
        ("A wrong one", post("/login", &format!(r#"{{"identifier":"{email}","password":"wrong"}}"#))),
        ("Who is this?", post("/get_user", &format!(r#"{{"identifier":"{email}"}}"#))),
        ("This user has crossed", post("/mark_migrated", &format!(r#"{{"user_id":"auth0|{user_id}"}}"#))),
        ("and is not found any more (404)", post("/get_user", &format!(r#"{{"identifier":"{email}"}}"#))),
        ("What operations see", format!("curl -s {ops}/metrics")),
    ];
    for (title, command) in steps {
        text.push_str(&format!("\n# {title}\n{command}\n"));
    }
    text.push_str("\nCtrl-C raises the bridge and removes everything.\n");
    text
}
