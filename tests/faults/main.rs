//! Faults and overload (promises 5 to 7): every answer while something is broken is right, or says that something is
//! broken; and once it is mended everything works again.
#![allow(clippy::pedantic, reason = "a test fails loudly; the strict set is for what is shipped")]
#[path = "../support/mod.rs"]
mod support;

mod clients;
mod clock;
mod database;
mod keys;
mod overload;
mod proxy;

use crate::support::{
    bridge::Bridge,
    client::{self, Answer},
    issuer::{AUDIENCE, Issuer},
    legacy_users,
    postgres::PostgresServer,
};
use drawbridge::config::database::DatabaseUrl;
use serde_json::{Value, json};
use std::{path::Path, time::Duration};

/// bcrypt of `correct horse` with the cost 4, by Python's bcrypt.
pub const PASSWORD: &str = "correct horse";
const TABLE: &str = "CREATE TABLE users (id varchar(20) PRIMARY KEY, email varchar(100), username varchar(100), \
                     full_name varchar(100), password varchar(255), is_active int, plan_code varchar(20)); \
                     CREATE INDEX ON users (lower(email)); CREATE INDEX ON users (lower(username))";

/// A bridge before a database, both of the test's own.
pub struct World {
    /// The service.
    pub bridge: Bridge,
    /// Who signs its tokens.
    pub issuer: Issuer,
    /// For everything that asks.
    pub client: reqwest::Client,
}

impl World {
    /// Before this database; `more` is the end of the configuration.
    pub fn before(url: &str, more: &str) -> Self {
        Self::with(url, more, &[])
    }

    /// The same with more keys of `[token]`.
    pub fn with_token(url: &str, more: &str, token: &str) -> Self {
        Self::start(url, more, token, &[])
    }

    /// The same with variables in the bridge's environment.
    pub fn with(url: &str, more: &str, variables: &[(&str, &str)]) -> Self {
        Self::start(url, more, "", variables)
    }

    fn start(url: &str, more: &str, token: &str, variables: &[(&str, &str)]) -> Self {
        let issuer = Issuer::start();
        let usual = legacy_users::configuration(Path::new("unused.db"), &issuer.url, AUDIENCE);
        let usual = usual.replace("sqlite:unused.db", url).replace("[token]", &format!("[token]\n{token}"));
        let text = format!("{usual}\n{more}\n");
        let bridge = Bridge::try_start_with(&text, variables).unwrap_or_else(|log| panic!("no bridge:\n{log}"));
        Self { bridge, issuer, client: client::client(None) }
    }

    /// A POST with a token.
    pub async fn post(&self, route: &str, body: Value) -> Answer {
        let url = format!("{}{route}", self.bridge.url);
        client::send(client::post(&self.client, &url, &self.issuer.token(), &body)).await
    }

    /// The login of the one person.
    pub async fn login(&self, password: &str) -> Answer {
        self.post("/login", json!({"identifier": "ada@example.com", "password": password})).await
    }

    /// The lookup of the one person.
    pub async fn get_user(&self) -> Answer {
        self.post("/get_user", json!({"identifier": "ada@example.com"})).await
    }

    /// The status of a route of the ops listener.
    pub async fn ops(&self, route: &str) -> Answer {
        client::send(self.client.get(format!("{}{route}", self.bridge.ops))).await
    }

    /// Waits until the bridge says that it is ready again.
    pub async fn is_ready_again(&self) {
        for _ in 0..150 {
            if self.ops("/readyz").await.status == 200 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("it is not ready again: {}", self.ops("/readyz").await.body);
    }

    /// Right and wrong password and the lookup, once each: each answer is right.
    pub async fn answers_right(&self) {
        let (right, wrong, found) = (self.login(PASSWORD).await, self.login("wrong").await, self.get_user().await);
        assert_eq!(
            (right.status, wrong.status, found.status),
            (200, 422, 200),
            "{}{}{}",
            right.body,
            wrong.body,
            found.body
        );
        assert_eq!(right.json()["user_id"], "legacy|1");
        assert_eq!((wrong.code().as_str(), &found.body), ("wrong_password", &right.body));
    }

    /// The same while something is broken: each answer is right, or an outage with one of these codes. Gives the
    /// number of outages.
    pub async fn answers_right_or(&self, codes: &[&str]) -> usize {
        let mut outages = 0;
        for (answer, expected) in
            [(self.login(PASSWORD).await, 200), (self.login("wrong").await, 422), (self.get_user().await, 200)]
        {
            if answer.status == 503 {
                assert!(codes.contains(&answer.code().as_str()), "{}", answer.body);
                outages += 1;
            } else {
                assert_eq!(answer.status, expected, "{}", answer.body);
            }
        }
        outages
    }
}

/// A server with the table and one person.
pub fn server() -> PostgresServer {
    let server = PostgresServer::start_new(false);
    let hash = bcrypt::hash(PASSWORD, 4).expect("a hash");
    server.exec(&format!(
        "{TABLE}; INSERT INTO users VALUES ('1', 'ada@example.com', 'ada', 'Ada', '{hash}', 1, 'gold')"
    ));
    server
}

/// The server's URL, at another port where one is given.
pub fn url(server: &PostgresServer, port: Option<u16>) -> String {
    let DatabaseUrl::Postgres(of) = server.url() else { panic!("PostgreSQL") };
    format!("postgres://{}@127.0.0.1:{}/{}", of.user, port.unwrap_or(of.port), of.database)
}

/// Limits that no test of this crate is about.
pub const NO_LIMITS: &str = "[limits]\naccount_attempts = \"off\"\nclient_rate = \"off\"";
