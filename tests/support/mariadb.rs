//! A private MariaDB server.
use super::guard::{Guarded, certificates, command_as, directory_of, free_port, give, must, wait_until_ready};
use drawbridge::{
    config::database::{DatabaseTls, DatabaseUrl, ServerUrl},
    secret::Secret,
};
use rustix::process::Signal;
use std::{
    path::{Path, PathBuf},
    process::Command,
};

const USER: &str = "mysql";

/// The server; ended on drop. Its database is `legacy`, its role `bridge` with password `bridge`.
pub struct MariadbServer {
    server: Option<Guarded>,
    directory: tempfile::TempDir,
    port: u16,
    tls: bool,
}

impl MariadbServer {
    /// Makes a data directory and starts the server.
    pub fn start_new(tls: bool) -> Self {
        let directory = directory_of(USER);
        certificates(directory.path());
        give(directory.path(), USER);
        let installer = ["/usr/bin/mariadb-install-db", "/usr/local/bin/mariadb-install-db"]
            .into_iter()
            .find(|path| Path::new(path).exists())
            .expect("no `mariadb-install-db`: install the package `mariadb-server`");
        must(
            command_as(USER, Path::new(installer))
                .arg("--no-defaults")
                .arg(format!("--datadir={}", directory.path().join("data").display()))
                // In a shared one, servers that start at the same time delete each other's temporary tables.
                .arg(format!("--tmpdir={}", directory.path().display()))
                .args(["--auth-root-authentication-method=normal", "--skip-test-db", "--innodb-log-file-size=8M"])
                .current_dir("/"),
        );
        let mut server = Self { server: None, directory, port: free_port(), tls };
        server.start();
        server.exec(
            "create database if not exists legacy character set utf8mb4; create user if not exists bridge@'127.0.0.1' \
             identified by 'bridge'; grant all on legacy.* to bridge@'127.0.0.1'; grant process on *.* to bridge@'127.0.0.1'",
        );
        server
    }

    /// Starts it again on the same port.
    pub fn start(&mut self) {
        let path = self.directory.path();
        let program = ["/usr/sbin/mariadbd", "/usr/bin/mariadbd", "/usr/local/bin/mariadbd"]
            .into_iter()
            .find(|path| Path::new(path).exists())
            .expect("no `mariadbd`: install the package `mariadb-server`");
        let mut command = command_as(USER, Path::new(program));
        command.current_dir("/").arg("--no-defaults").args([
            format!("--datadir={}", path.join("data").display()),
            format!("--socket={}", self.socket().display()),
            format!("--tmpdir={}", path.display()),
            format!("--pid-file={}", path.join("server.pid").display()),
            format!("--port={}", self.port),
            "--bind-address=127.0.0.1".into(),
            "--skip-log-bin".into(),
            // Written at each commit, so that what was committed outlives a kill; not synced, which only a power cut needs.
            "--innodb-flush-log-at-trx-commit=2".into(),
            "--innodb-buffer-pool-size=32M".into(),
            "--innodb-log-file-size=8M".into(),
            "--sql-mode=NO_ENGINE_SUBSTITUTION".into(),
        ]);
        if self.tls {
            for (option, file) in [("ssl-ca", "ca.pem"), ("ssl-cert", "server.pem"), ("ssl-key", "server.key")] {
                command.arg(format!("--{option}={}", path.join(file).display()));
            }
        }
        let log = path.join("server.log");
        let mut guarded = Guarded::spawn(command, &log, path);
        let socket = self.socket();
        wait_until_ready(self.port, &log, &mut guarded, || {
            client(&socket).args(["-e", "select 1"]).output().is_ok_and(|output| output.status.success())
        });
        self.server = Some(guarded);
    }

    /// Ends it at once.
    pub fn stop(&mut self) {
        self.server = None;
    }

    /// Stops it in the middle of what it does.
    pub fn freeze(&self) {
        self.server.iter().for_each(Guarded::freeze);
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        self.server.iter().for_each(|server| server.signal(Signal::CONT));
    }

    /// Runs SQL as root; answers with what it printed, tabs between columns.
    pub fn exec(&self, sql: &str) -> String {
        must(client(&self.socket()).args(["-e", sql]))
    }

    /// The server as the role `bridge` sees it, in the clear over TCP.
    pub fn url(&self) -> DatabaseUrl {
        self.url_of("bridge", Some("bridge"), DatabaseTls::Off)
    }

    /// The server for a role.
    pub fn url_of(&self, user: &str, password: Option<&str>, tls: DatabaseTls) -> DatabaseUrl {
        DatabaseUrl::Mysql(ServerUrl {
            host: "127.0.0.1".into(),
            port: self.port,
            user: user.into(),
            password: password.map(|password| Secret::new(password.into())),
            database: "legacy".into(),
            tls,
        })
    }

    /// The authority of its certificate.
    pub fn root(&self) -> PathBuf {
        self.directory.path().join("ca.pem")
    }

    /// Its socket.
    pub fn socket(&self) -> PathBuf {
        self.directory.path().join("server.sock")
    }
}

fn client(socket: &Path) -> Command {
    let mut command = Command::new("mariadb");
    command.args(["--no-defaults", "--batch", "--skip-column-names", "--default-character-set=utf8mb4", "-uroot"]);
    command.arg(format!("--socket={}", socket.display())).current_dir("/");
    command
}
