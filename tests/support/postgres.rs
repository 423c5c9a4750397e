//! A private PostgreSQL server.
use super::guard::{Guarded, certificates, command_as, directory_of, free_port, give, must, wait_until_ready};
use drawbridge::{
    config::database::{DatabaseTls, DatabaseUrl, ServerUrl},
    secret::Secret,
};
use rustix::process::Signal;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const USER: &str = "postgres";

/// The server; ended on drop.
pub struct PostgresServer {
    server: Option<Guarded>,
    directory: tempfile::TempDir,
    binaries: PathBuf,
    port: u16,
    tls: bool,
}

impl PostgresServer {
    /// Makes a cluster and starts it.
    pub fn start_new(tls: bool) -> Self {
        let binaries = binaries();
        let directory = directory_of(USER);
        let data = directory.path().join("data");
        must(
            command_as(USER, &binaries.join("initdb"))
                .arg("-D")
                .arg(&data)
                .args(["-U", USER, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"])
                .current_dir("/"),
        );
        certificates(directory.path());
        let access =
            "local all all trust\nhost all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n";
        fs::write(data.join("pg_hba.conf"), access).expect("pg_hba.conf");
        give(directory.path(), USER);
        let mut server = Self { server: None, directory, binaries, port: free_port(), tls };
        server.start();
        server
    }

    /// Starts it again on the same port.
    pub fn start(&mut self) {
        let path = self.directory.path();
        let mut command = command_as(USER, &self.binaries.join("postgres"));
        command.arg("-D").arg(path.join("data")).args(["-p", &self.port.to_string()]).current_dir("/");
        let mut settings = vec![
            format!("unix_socket_directories={}", path.display()),
            "listen_addresses=127.0.0.1".into(),
            "fsync=off".into(),
            "max_connections=60".into(),
            "lc_messages=C.UTF-8".into(),
        ];
        if self.tls {
            settings.push("ssl=on".into());
            settings.push(format!("ssl_cert_file={}", path.join("server.pem").display()));
            settings.push(format!("ssl_key_file={}", path.join("server.key").display()));
        }
        for setting in settings {
            command.args(["-c", &setting]);
        }
        let log = path.join("server.log");
        let mut guarded = Guarded::spawn(command, &log, path);
        let (socket, port) = (path.to_owned(), self.port);
        wait_until_ready(self.port, &log, &mut guarded, || {
            psql(&socket, port).args(["-c", "select 1"]).output().is_ok_and(|output| output.status.success())
        });
        self.server = Some(guarded);
    }

    /// Ends it at once.
    pub fn stop(&mut self) {
        self.server = None;
        let _ = fs::remove_file(self.directory.path().join("data/postmaster.pid"));
    }

    /// Stops all its processes in the middle of what they do.
    pub fn freeze(&self) {
        self.server.iter().for_each(Guarded::freeze);
    }

    /// Lets them go on.
    pub fn thaw(&self) {
        self.server.iter().for_each(|server| server.signal(Signal::CONT));
    }

    /// Runs SQL as the superuser; answers with what it printed, unaligned.
    pub fn exec(&self, sql: &str) -> String {
        must(psql(self.directory.path(), self.port).args(["-c", sql]))
    }

    /// The same where the default is to read only.
    pub fn exec_writing(&self, sql: &str) -> String {
        let options = "-c default_transaction_read_only=off";
        must(psql(self.directory.path(), self.port).args(["-c", sql]).env("PGOPTIONS", options))
    }

    /// The same in another database.
    pub fn exec_in(&self, database: &str, sql: &str) -> String {
        must(psql(self.directory.path(), self.port).args(["-d", database, "-c", sql]))
    }

    /// The server as the superuser sees it, in the clear over TCP.
    pub fn url(&self) -> DatabaseUrl {
        self.url_of(USER, None, DatabaseTls::Off)
    }

    /// The server for a role.
    pub fn url_of(&self, user: &str, password: Option<&str>, tls: DatabaseTls) -> DatabaseUrl {
        DatabaseUrl::Postgres(ServerUrl {
            host: "127.0.0.1".into(),
            port: self.port,
            user: user.into(),
            password: password.map(|password| Secret::new(password.into())),
            database: "postgres".into(),
            tls,
        })
    }

    /// The authority of its certificate.
    pub fn root(&self) -> PathBuf {
        self.directory.path().join("ca.pem")
    }

    /// The directory of its socket.
    pub fn socket(&self) -> &Path {
        self.directory.path()
    }
}

fn psql(socket: &Path, port: u16) -> Command {
    let mut command = Command::new("psql");
    command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", USER, "-d", USER]);
    command.arg("-h").arg(socket).args(["-p", &port.to_string()]).current_dir("/");
    command
}

fn binaries() -> PathBuf {
    let mut found: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|entries| entries.flatten().map(|entry| entry.path().join("bin")).collect())
        .unwrap_or_default();
    found.retain(|path| path.join("initdb").exists());
    found.sort();
    found.pop().expect("no PostgreSQL server under /usr/lib/postgresql: install the package `postgresql`")
}
