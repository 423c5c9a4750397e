//! Every preset before a database of its application: made by the application itself where its installer can be had, by
//! its documented schema elsewhere. The role is the one that `drawbridge sql` prints, so that a preset that reads a column
//! which it does not tell fails here.
#![allow(clippy::pedantic, reason = "a test fails loudly; the strict set is for what is shipped")]
#[path = "../support/mod.rs"]
mod support;

mod documented;
mod installed;
mod readme;

use drawbridge::config::database::DatabaseUrl;
use serde_json::{Value, json};
use std::{path::PathBuf, process::Command};
use support::{
    bridge::Bridge,
    client,
    issuer::{AUDIENCE, Issuer},
};

/// The password of the role.
const ROLE_PASSWORD: &str = "drawbridge-password";

/// What a preset is tried with.
pub struct Trial {
    /// Its name, for messages and snapshots.
    pub name: String,
    /// `preset = …` behind the equals sign.
    pub preset: String,
    /// More of the configuration.
    pub toml: String,
    /// What the first user may type.
    pub identifiers: Vec<String>,
    /// A user whom the active rule refuses.
    pub disabled: Option<String>,
    /// The password of both.
    pub password: String,
    /// Whether the application draws its keys at random.
    pub draws_keys: bool,
}

/// A database with the application's tables in it.
pub struct Legacy<'a> {
    /// Its URL for the role, without a password.
    pub url: String,
    /// The same for whoever may see everything; `None` where there are no roles.
    pub admin_url: Option<String>,
    /// Runs the administrator's script.
    pub exec: Box<dyn Fn(&str) + 'a>,
}

impl Trial {
    /// Sends both users through everything that an operator and Auth0 do.
    pub async fn run(&self, legacy: &Legacy<'_>) {
        let issuer = Issuer::start();
        let directory = tempfile::tempdir().expect("a directory");
        let file = self.configure(legacy, &issuer, directory.path());
        let drawbridge = |arguments: &[&str]| {
            let output = Command::new(env!("CARGO_BIN_EXE_drawbridge"))
                .args(arguments)
                .arg("--config")
                .arg(&file)
                .output()
                .expect("the binary runs");
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            (output.status.code(), text(&output.stdout), text(&output.stderr))
        };
        if legacy.admin_url.is_some() {
            let (code, script, errors) = drawbridge(&["sql"]);
            assert_eq!(code, Some(0), "{}: {errors}", self.name);
            (legacy.exec)(&script);
            let mysql = legacy.url.starts_with("mysql");
            (legacy.exec)(&if mysql {
                format!("alter user drawbridge@'%' identified by '{ROLE_PASSWORD}' account unlock")
            } else {
                format!("alter role drawbridge password '{ROLE_PASSWORD}'")
            });
        }
        let (code, findings, errors) = drawbridge(&["check", "--json"]);
        assert_eq!(code, Some(0), "{}: {findings}{errors}", self.name);
        let mut shown: Option<Value> = None;
        for identifier in &self.identifiers {
            let (code, json, errors) = drawbridge(&["user", "show", identifier, "--json"]);
            assert_eq!(code, Some(0), "{}: {json}{errors}", self.name);
            let told: Value = serde_json::from_str(&json).expect("JSON");
            assert_eq!(told["active"], json!(true), "{}: {json}", self.name);
            assert!(told["scheme"].is_string(), "{}: {json}", self.name);
            if let Some(before) = shown.replace(told.clone()) {
                assert_eq!(before, told, "{}: two identifiers, two answers", self.name);
            }
        }
        let shown = shown.expect("an identifier");
        let mut profile = shown["profile"].clone();
        if self.draws_keys {
            profile["user_id"] = json!("legacy|…");
        }
        insta::assert_json_snapshot!(
            self.name.as_str(),
            json!({"profile": profile, "scheme": shown["scheme"], "cost": shown["cost"]})
        );
        self.log_in(&file, &issuer).await;
        self.is_recognised(legacy, directory.path());
    }

    fn configure(&self, legacy: &Legacy<'_>, issuer: &Issuer, directory: &std::path::Path) -> PathBuf {
        let role = match &legacy.admin_url {
            Some(_) => format!("password = \"{ROLE_PASSWORD}\"\n"),
            None => String::new(),
        };
        let file = directory.join("drawbridge.toml");
        let text = format!(
            "[server]\nlisten = \"127.0.0.1:0\"\ndeadline = \"60s\"\n[ops]\nlisten = \"127.0.0.1:0\"\n[log]\nformat = \"json\"\nlevel = \"info\"\n\
             [token]\nissuer = \"{}\"\naudience = \"{AUDIENCE}\"\n[database]\nurl = \"{}\"\nstatement_timeout = \"10s\"\n{role}\
             [migration]\nmode = \"proxy\"\nstore = \"sqlite:{}/ledger.db\"\n[users]\npreset = {}\n{}",
            issuer.url,
            legacy.url,
            directory.display(),
            self.preset,
            self.toml
        );
        let same = legacy.admin_url.is_some();
        let text = if same {
            text.replace(&format!("store = \"sqlite:{}/ledger.db\"\n", directory.display()), "")
        } else {
            text
        };
        std::fs::write(&file, text).expect("the configuration");
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).expect("its mode");
        file
    }

    async fn log_in(&self, file: &std::path::Path, issuer: &Issuer) {
        let bridge = Bridge::start(&std::fs::read_to_string(file).expect("the configuration"));
        let client = client::client(None);
        let login = async |identifier: &str, password: &str| {
            let body = json!({"identifier": identifier, "password": password});
            client::send(client::post(&client, &format!("{}/login", bridge.url), &issuer.token(), &body)).await
        };
        let first = &self.identifiers[0];
        let right = login(first, &self.password).await;
        assert_eq!(right.status, 200, "{}: {}", self.name, right.body);
        let wrong = login(first, &format!("not-{}", self.password)).await;
        assert_eq!(wrong.code(), "wrong_password", "{}", self.name);
        if let Some(disabled) = &self.disabled {
            assert_eq!(login(disabled, &self.password).await.code(), "account_disabled", "{}", self.name);
        }
    }

    /// `init` sees by itself whose database this is.
    fn is_recognised(&self, legacy: &Legacy<'_>, directory: &std::path::Path) {
        let out = directory.join("init.toml");
        let url = legacy.admin_url.as_ref().unwrap_or(&legacy.url);
        let mut command = Command::new(env!("CARGO_BIN_EXE_drawbridge"));
        if url.starts_with("mysql") {
            command.env("DRAWBRIDGE__DATABASE__PASSWORD", "admin");
        }
        let output =
            command.args(["init", "--yes", "--database", url, "--out"]).arg(&out).output().expect("the binary runs");
        assert_eq!(output.status.code(), Some(0), "{}: {}", self.name, String::from_utf8_lossy(&output.stderr));
        let text = std::fs::read_to_string(&out).expect("the configuration");
        let line = text.lines().find(|line| line.starts_with("preset = ")).unwrap_or_default();
        assert_eq!(line, format!("preset = {}", self.preset), "{}\n{text}", self.name);
    }
}

/// A server's URL for somebody.
pub fn url_of(url: &DatabaseUrl, role: &str, database: &str) -> String {
    match url {
        DatabaseUrl::Postgres(server) => format!("postgres://{role}@127.0.0.1:{}/{database}", server.port),
        DatabaseUrl::Mysql(server) => format!("mysql://{role}@127.0.0.1:{}/{database}", server.port),
        DatabaseUrl::Sqlite { .. } | DatabaseUrl::SqlServer(_) => unreachable!("no application of these is tried"),
    }
}
