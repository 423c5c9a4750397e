//! A legacy database, its export, and a tenant to import it into.
use crate::support::management_api::{ManagementApi, Settings, Tenant};
use diesel::{
    Connection, QueryableByName, RunQueryDsl, SqliteConnection, connection::SimpleConnection, sql_types::Text,
};
use std::{
    collections::BTreeSet,
    fs,
    path::PathBuf,
    process::{Command, Output, Stdio},
};

/// Everything that an import needs; ends with the test.
pub struct Crossing {
    pub directory: tempfile::TempDir,
    pub api: ManagementApi,
    pub users: usize,
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = Text)]
    user_id: String,
}

impl Crossing {
    /// So many users, exported, each with so many letters of metadata: the more, the more files.
    pub fn new(users: usize, letters: usize, settings: Settings) -> Self {
        let crossing =
            Self { directory: tempfile::tempdir().expect("a directory"), api: ManagementApi::start(settings), users };
        // The text of a bcrypt hash whose password nobody knows.
        let sql = format!(
            "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, password TEXT, plan TEXT);
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {users})
             INSERT INTO users SELECT i, 'User-' || i || '@example.com',
               '$2b$10$' || substr('abcdefghijklmnopqrstuv' || i, -22) || 'Kuw12nLJtpHy6DIaU.JAnqJUDYspHC.', '{}' FROM n;",
            "x".repeat(letters)
        );
        crossing.sqlite().batch_execute(&sql).expect("the rows are inserted");
        crossing.configure("");
        assert_eq!(crossing.run(&["sql", "--apply"]).status.code(), Some(0));
        let exported = crossing.run(&["bulk", "export", "--out", &crossing.out()]);
        assert_eq!(exported.status.code(), Some(0), "{}", String::from_utf8_lossy(&exported.stderr));
        crossing
    }

    /// Writes the configuration; `more` stands in `[auth0]`.
    pub fn configure(&self, more: &str) {
        let path = self.directory.path();
        let secret = path.join("secret");
        fs::write(&secret, self.api.client_secret()).expect("the secret");
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).expect("permissions");
        let text = format!(
            r#"
[database]
url = "sqlite:{}"
[users]
table = "users"
identifiers = ["email"]
user_id = {{ column = "id", prefix = "legacy|" }}
[users.profile]
email = "email"
[users.metadata]
plan = "plan"
[password]
column = "password"
[auth0]
url = "{}"
connection_id = "{}"
client_id = "{}"
client_secret_file = "secret"
{more}
"#,
            path.join("legacy.db").display(),
            self.api.url(),
            self.api.connection_id(),
            self.api.client_id(),
        );
        fs::write(path.join("drawbridge.toml"), text).expect("the configuration");
    }

    pub fn out(&self) -> String {
        self.directory.path().join("out").display().to_string()
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.directory.path().join("out").join(name)
    }

    pub fn sqlite(&self) -> SqliteConnection {
        let path = self.directory.path().join("legacy.db");
        let mut connection = SqliteConnection::establish(&path.to_string_lossy()).expect("the database");
        connection.batch_execute("PRAGMA busy_timeout = 20000; PRAGMA journal_mode = WAL").expect("settings");
        connection
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_drawbridge"));
        command.args(arguments).arg("--config").arg(self.directory.path().join("drawbridge.toml")).stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the binary runs")
    }

    /// Runs the import; its exit code, and what it printed.
    pub fn import(&self, more: &[&str]) -> (Option<i32>, String, String) {
        let output = self.run(&[&["bulk", "import", &self.out()], more].concat());
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (out, errors) = (text(&output.stdout), text(&output.stderr));
        assert!(!out.contains("@example.com") && !errors.contains("@example.com"), "{out}{errors}");
        (output.status.code(), out, errors.replace(self.api.url(), "http://tenant/"))
    }

    /// The `user_id`s of the ledger.
    pub fn ledger(&self) -> BTreeSet<String> {
        let ids: Vec<Id> = diesel::sql_query("select user_id from drawbridge_migrated_users")
            .load(&mut self.sqlite())
            .expect("the ledger");
        ids.into_iter().map(|id| id.user_id).collect()
    }

    /// Everybody is in the tenant once, and the ledger says the same.
    pub fn assert_everybody_crossed(&self) -> Tenant {
        let tenant = self.api.tenant();
        assert_eq!(ours(&tenant).len(), self.users);
        assert!(tenant.users.values().all(|user| user.inserted == 1), "everybody is inserted once");
        self.assert_the_ledger_is_the_tenant()
    }

    /// The ledger has those of our users whom the tenant has.
    pub fn assert_the_ledger_is_the_tenant(&self) -> Tenant {
        let tenant = self.api.tenant();
        assert_eq!(self.ledger(), ours(&tenant));
        assert!(tenant.most_jobs_at_once <= 2, "{} jobs at once", tenant.most_jobs_at_once);
        tenant
    }
}

/// Our users of the tenant, by our ids.
pub fn ours(tenant: &Tenant) -> BTreeSet<String> {
    let id = |id: &String| id.strip_prefix("auth0|").filter(|id| id.starts_with("legacy|")).map(ToOwned::to_owned);
    tenant.users.keys().filter_map(id).collect()
}
