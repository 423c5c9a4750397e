//! The story of one migration, played over real HTTP; every answer is held against what it must be.
use super::{
    AUDIENCE, Addresses, issuer,
    people::{self, Ending},
};
use serde_json::{Value, json};

/// Plays every step and prints it; whether every answer was right.
pub async fn tell(addresses: &Addresses) -> bool {
    let Some(client) = client() else {
        anstream::eprintln!("error: no HTTP client could be made");
        return false;
    };
    let mut teller = Teller { client, addresses, token: String::new(), number: 0, wrong: 0 };
    teller.tell_all().await;
    let (steps, wrong) = (teller.number, teller.wrong);
    if wrong == 0 {
        anstream::println!("\n{steps} steps, every answer was right");
    } else {
        anstream::println!("\n{steps} steps, {wrong} answers were wrong");
    }
    wrong == 0
}

fn client() -> Option<reqwest::Client> {
    let Ok(tls) = crate::trust::verifying_client(rustls::RootCertStore::empty()) else { return None };
    // Loopback only: no certificate is ever looked at.
    reqwest::Client::builder().tls_backend_preconfigured(tls).no_proxy().build().ok()
}

struct Teller<'a> {
    client: reqwest::Client,
    addresses: &'a Addresses,
    token: String,
    number: u32,
    wrong: u32,
}

/// What an answer must be: status, and a member with its value.
type Expected<'a> = (u16, &'a str, Value);

impl Teller<'_> {
    async fn tell_all(&mut self) {
        self.get_token().await;
        let people = people::all();
        for person in &people {
            let title = format!("{} logs in; the stored hash is {}", person.email, person.scheme);
            let body = json!({"identifier": person.email, "password": person.password});
            let expected: Expected<'_> = match person.ending {
                Ending::Crosses => (200, "user_id", json!(format!("legacy|{}", person.id))),
                Ending::Disabled => (422, "code", json!("account_disabled")),
                Ending::NoPassword => (422, "code", json!("no_password")),
            };
            self.post(&title, "/login", body, expected).await;
        }
        let Some(first) = people.first() else { return };
        let user_id = format!("legacy|{}", first.id);
        let wrong = json!({"identifier": first.email, "password": "wrong"});
        self.post("A wrong password", "/login", wrong, (422, "code", json!("wrong_password"))).await;
        let nobody = json!({"identifier": "nobody@example.com", "password": "whatever"});
        self.post("Somebody unknown", "/login", nobody, (404, "code", json!("user_not_found"))).await;
        let who = json!({"identifier": first.username});
        self.post("Who is this? By username", "/get_user", who, (200, "user_id", json!(user_id))).await;
        let crossed = json!({"user_id": format!("auth0|{user_id}")});
        self.post("This user has crossed", "/mark_migrated", crossed.clone(), (200, "newly_marked", json!(true))).await;
        self.post("Said twice, stored once", "/mark_migrated", crossed, (200, "newly_marked", json!(false))).await;
        let who = json!({"identifier": first.email});
        self.post("and is not found any more", "/get_user", who, (404, "code", json!("user_not_found"))).await;
        self.token = "not.a.token".into();
        let who = json!({"identifier": first.email});
        self.post("Without a good token nobody gets in", "/get_user", who, (401, "code", json!("invalid_token"))).await;
        self.get("What operations see", "/metrics", "drawbridge_marked_migrated_total 1").await;
        self.get("Is it ready?", "/readyz", "\"status\":\"ready\"").await;
    }

    async fn get_token(&mut self) {
        let url = format!("{}/oauth/token", self.addresses.issuer);
        let body = json!({
            "grant_type": "client_credentials",
            "client_id": issuer::CLIENT_ID,
            "client_secret": issuer::CLIENT_SECRET,
            "audience": AUDIENCE,
        });
        self.step("A token for the bridge, as Auth0 would issue it");
        anstream::println!("   POST {url}");
        let answer = self.client.post(url).json(&body).send().await;
        let answer = match answer {
            Ok(answer) => answer.json::<Value>().await.unwrap_or(Value::Null),
            Err(_) => Value::Null,
        };
        let token = answer.get("access_token").and_then(Value::as_str).unwrap_or_default().to_owned();
        self.judge(!token.is_empty(), &format!("expires in {} s", answer.get("expires_in").unwrap_or(&Value::Null)));
        self.token = token;
    }

    async fn post(&mut self, title: &str, path: &str, body: Value, expected: Expected<'_>) {
        self.step(title);
        anstream::println!("   POST {}{path}  {body}", self.addresses.bridge);
        let request = self.client.post(format!("{}{path}", self.addresses.bridge)).bearer_auth(&self.token).json(&body);
        let (status, text) = answer_of(request).await;
        let member = serde_json::from_str::<Value>(&text).ok().and_then(|json| json.get(expected.1).cloned());
        let right = status == expected.0 && member.as_ref() == Some(&expected.2);
        self.judge(right, &format!("{status}  {text}"));
    }

    async fn get(&mut self, title: &str, path: &str, holds: &str) {
        self.step(title);
        anstream::println!("   GET {}{path}", self.addresses.ops);
        let (status, text) = answer_of(self.client.get(format!("{}{path}", self.addresses.ops))).await;
        let line = text.lines().find(|line| line.contains(holds));
        self.judge(status == 200 && line.is_some(), &format!("{status}  {}", line.unwrap_or("(not in the answer)")));
    }

    fn step(&mut self, title: &str) {
        self.number += 1;
        anstream::println!("\n{:>2} {title}", self.number);
    }

    fn judge(&mut self, right: bool, answer: &str) {
        anstream::println!("   {answer}");
        if !right {
            self.wrong += 1;
            anstream::println!("   ^ this answer is wrong");
        }
    }
}

async fn answer_of(request: reqwest::RequestBuilder) -> (u16, String) {
    match request.send().await {
        Ok(answer) => {
            let status = answer.status().as_u16();
            (status, answer.text().await.unwrap_or_default())
        }
        Err(error) => (0, error.without_url().to_string()),
    }
}
