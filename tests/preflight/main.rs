//! `drawbridge sql` and `drawbridge check` against real servers: the printed role is enough, and one privilege more is
//! found, whatever it is, and goes with the statement that the hint gives.
#![allow(clippy::pedantic, reason = "a test fails loudly; the strict set is for what is shipped")]
#[path = "../support/mod.rs"]
mod support;

mod excess;
mod names;
mod scripts;

use drawbridge::config::database::DatabaseUrl;
use serde_json::Value;
use std::process::Command;
use support::{
    issuer::{AUDIENCE, Issuer},
    mariadb::MariadbServer,
    postgres::PostgresServer,
};

/// A server of its own, the configuration of a role that does not exist yet, and an issuer.
pub(crate) struct Case {
    pub(crate) server: Server,
    pub(crate) issuer: Issuer,
    directory: tempfile::TempDir,
}

pub(crate) enum Server {
    Postgres(PostgresServer),
    Mariadb(MariadbServer),
}

/// The password of the role, which no script holds.
const PASSWORD: &str = "drawbridge-password";

pub(crate) const TABLES: &str = "\
    create table users (id bigint primary key, email varchar(100), username varchar(100), full_name varchar(100), \
    password varchar(100), is_active int, plan_code varchar(20), note varchar(100)); \
    create table orders (id bigint primary key, user_id bigint, total int); \
    create table groups_of_users (user_id bigint, name varchar(40), primary key (user_id, name)); \
    insert into users values (42, 'Ada@Example.com', 'ada', 'Ada Pontis', \
    '$2a$05$MBCzKhG1KhezLh.0LRa0Kuw12nLJtpHy6DIaU.JAnqJUDYspHC.Ou', 1, 'gold', 'private'); \
    insert into groups_of_users values (42, 'staff'), (42, 'editors');";

pub(crate) const USERS: &str = r#"
[users]
table = "users"
identifiers = ["email", "username"]
user_id = { column = "id" }
active = "is_active"
[users.columns]
groups = { list = "g.name", from = "groups_of_users g where g.user_id = u.id" }
[users.reads]
groups_of_users = ["user_id", "name"]
[users.profile]
email = "email"
name = "full_name"
[users.metadata]
plan = { cel = "row.plan_code == 'gold' ? 'Gold' : 'free'" }
groups = { column = "groups", type = "list" }
[password]
column = "password"
"#;

impl Case {
    pub fn postgres() -> Self {
        let server = PostgresServer::start_new(false);
        server.exec("revoke create on schema public from public");
        Self::new(Server::Postgres(server))
    }

    pub fn mariadb() -> Self {
        let server = MariadbServer::start_new(false);
        server.exec("create user admin@'%' identified by 'admin'; grant all on *.* to admin@'%' with grant option");
        Self::new(Server::Mariadb(server))
    }

    fn new(server: Server) -> Self {
        Self { server, issuer: Issuer::start(), directory: tempfile::tempdir().expect("a directory") }
    }

    /// Runs SQL as the administrator.
    pub fn exec(&self, sql: &str) -> String {
        match &self.server {
            Server::Postgres(server) => server.exec(sql),
            Server::Mariadb(server) => server.exec(&format!("use legacy; {sql}")),
        }
    }

    /// The URL of a role.
    pub fn url(&self, role: &str, password: Option<&str>) -> String {
        let (url, scheme) = match &self.server {
            Server::Postgres(server) => (server.url(), "postgres"),
            Server::Mariadb(server) => (server.url(), "mysql"),
        };
        let (DatabaseUrl::Postgres(url) | DatabaseUrl::Mysql(url)) = url else { unreachable!() };
        let password = password.map(|password| format!(":{password}")).unwrap_or_default();
        format!("{scheme}://{role}{password}@127.0.0.1:{}/{}", url.port, url.database)
    }

    /// The administrator's URL.
    pub fn admin_url(&self) -> String {
        match &self.server {
            Server::Postgres(_) => self.url("postgres", None),
            Server::Mariadb(_) => self.url("admin", Some("admin")),
        }
    }

    /// Writes a file beside the configuration, closed to others.
    pub fn write(&self, name: &str, text: &str) -> String {
        use std::os::unix::fs::PermissionsExt;
        let path = self.directory.path().join(name);
        std::fs::write(&path, text).expect("a file");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("its mode");
        path.display().to_string()
    }

    /// Writes the configuration; `users` are its `[users]` and `[password]`.
    pub fn configure(&self, users: &str) {
        self.write("password", PASSWORD);
        let text = format!(
            "[token]\nissuer = \"{}\"\naudience = \"{AUDIENCE}\"\n[database]\nurl = \"{}\"\npassword_file = \"password\"\n{users}",
            self.issuer.url,
            self.url("drawbridge", None)
        );
        self.write("drawbridge.toml", &text);
    }

    /// Runs the binary; exit code, stdout, stderr.
    pub fn run(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_drawbridge"))
            .args(arguments)
            .args(["--config", "drawbridge.toml"])
            .current_dir(self.directory.path())
            .output()
            .expect("the binary runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    }

    /// Runs what `drawbridge sql` prints as the administrator, and gives the role its password.
    pub fn apply_script(&self) -> String {
        let (code, script, errors) = self.run(&["sql"]);
        assert_eq!(code, Some(0), "{script}{errors}");
        self.exec(&script);
        self.exec(&match &self.server {
            Server::Postgres(_) => format!("alter role drawbridge password '{PASSWORD}'"),
            Server::Mariadb(_) => format!("alter user drawbridge@'%' identified by '{PASSWORD}' account unlock"),
        });
        script
    }

    /// The findings of `check` above notes: code, message, hint; and the exit code.
    pub fn check(&self) -> (Option<i32>, Vec<(String, String, String)>) {
        let (code, json, errors) = self.run(&["check", "--json"]);
        let parsed: Value = serde_json::from_str(&json).unwrap_or_else(|_| panic!("{json}{errors}"));
        let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
        let findings = parsed["findings"].as_array().expect("findings").iter();
        let told = findings.filter(|finding| finding["level"] != "note");
        (code, told.map(|finding| (text(finding, "code"), text(finding, "message"), text(finding, "hint"))).collect())
    }
}
