//! A stand-in, a client with a token for it, and uploads written by hand.
use crate::support::{
    client::{self, Answer},
    management_api::{ManagementApi, Settings},
};
use serde_json::{Value, json};
use std::time::Duration;

/// A stand-in and a client.
pub struct World {
    /// The stand-in.
    pub api: ManagementApi,
    /// The client.
    pub client: reqwest::Client,
    /// Its token.
    pub token: String,
}

/// A part of an upload: its name, the name of its file, its content.
pub type Part<'a> = (&'a str, Option<&'a str>, &'a str);

/// The content type and the body of these parts.
pub fn multipart(parts: &[Part<'_>]) -> (&'static str, Vec<u8>) {
    let mut body = String::new();
    for (name, file, content) in parts {
        let file = file.map(|file| format!("; filename=\"{file}\"\r\nContent-Type: application/json"));
        let disposition = format!("Content-Disposition: form-data; name=\"{name}\"{}", file.unwrap_or_default());
        body.push_str(&format!("--boundary\r\n{disposition}\r\n\r\n{content}\r\n"));
    }
    body.push_str("--boundary--\r\n");
    ("multipart/form-data; boundary=boundary", body.into_bytes())
}

/// A user with a hash of the documentation's own example of bcrypt.
pub fn user(id: &str) -> Value {
    json!({"user_id": format!("legacy|{id}"), "email": format!("User{id}@example.com"), "email_verified": true,
           "password_hash": "$2b$10$C9hB01.YxRSTcn/ZOOo4j.TW7xCKKFKBSF.C7E0xiUwumqIDqWUXG",
           "app_metadata": {"plan": "gold"}})
}

/// Users with these numbers.
pub fn users(ids: std::ops::Range<usize>) -> Value {
    ids.map(|id| user(&id.to_string())).collect()
}

impl World {
    /// Starts it and takes a token.
    pub async fn start(settings: Settings) -> Self {
        let api = ManagementApi::start(settings);
        let mut world = Self { api, client: client::client(None), token: String::new() };
        let answer = client::send(world.ask_for_token(&world.credentials())).await;
        world.token = answer.json()["access_token"].as_str().expect("a token").to_owned();
        world
    }

    /// The body of a request for a token.
    pub fn credentials(&self) -> Value {
        json!({"grant_type": "client_credentials", "client_id": self.api.client_id(),
               "client_secret": self.api.client_secret(), "audience": self.api.audience()})
    }

    /// A request for a token.
    pub fn ask_for_token(&self, body: &Value) -> reqwest::RequestBuilder {
        self.client.post(format!("{}oauth/token", self.api.url())).json(body)
    }

    /// A GET of a path behind `/api/v2/`.
    pub fn asking(&self, path: &str) -> reqwest::RequestBuilder {
        self.client.get(format!("{}api/v2/{path}", self.api.url())).bearer_auth(&self.token)
    }

    /// Its answer.
    pub async fn get(&self, path: &str) -> Answer {
        client::send(self.asking(path)).await
    }

    /// An upload of these parts.
    pub fn uploading(&self, parts: &[Part<'_>]) -> reqwest::RequestBuilder {
        let (content_type, body) = multipart(parts);
        let url = format!("{}api/v2/jobs/users-imports", self.api.url());
        self.client.post(url).bearer_auth(&self.token).header("content-type", content_type).body(body)
    }

    /// Its answer.
    pub async fn upload(&self, parts: &[Part<'_>]) -> Answer {
        client::send(self.uploading(parts)).await
    }

    /// An import of users as it should be.
    pub fn importing(&self, users: &Value) -> reqwest::RequestBuilder {
        let connection = self.api.connection_id();
        self.uploading(&[("users", Some("users.json"), &users.to_string()), ("connection_id", None, connection)])
    }

    /// The id of its job.
    pub async fn import(&self, users: &Value) -> String {
        self.import_with(users, &[]).await
    }

    /// The id of the job of an import with more parts.
    pub async fn import_with(&self, users: &Value, more: &[Part<'_>]) -> String {
        let users = users.to_string();
        let mut parts = vec![("users", Some("users.json"), &*users), ("connection_id", None, self.api.connection_id())];
        parts.extend_from_slice(more);
        let answer = self.upload(&parts).await;
        assert_eq!(answer.status, 202, "{}", answer.body);
        answer.json()["id"].as_str().expect("an id").to_owned()
    }

    /// Waits for the end of all jobs.
    pub async fn finish(&self) {
        while !self.api.is_idle() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// The job after its end.
    pub async fn finished(&self, id: &str) -> Value {
        self.finish().await;
        let answer = self.get(&format!("jobs/{id}")).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    }

    /// Imports users; the summary and the errors.
    pub async fn summary(&self, users: &Value, upsert: bool) -> (Value, Value) {
        let upsert = if upsert { "true" } else { "false" };
        let id = self.import_with(users, &[("upsert", None, upsert)]).await;
        let job = self.finished(&id).await;
        (job["summary"].clone(), self.get(&format!("jobs/{id}/errors")).await.json())
    }
}

/// The body of an error.
pub fn error(status: u16, name: &str, message: &str, code: &str) -> Value {
    json!({"statusCode": status, "error": name, "message": message, "errorCode": code})
}
