//! A private Redis server.
use super::guard::{Guarded, free_port, wait_until_ready};
use rustix::process::Signal;
use std::{
    io::{Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

/// The server; ended on drop. It keeps nothing on disk.
pub struct RedisServer {
    server: Option<Guarded>,
    directory: tempfile::TempDir,
    port: u16,
    settings: Vec<String>,
}

impl RedisServer {
    /// Starts a server with these settings beside the usual ones, such as `--requirepass x`.
    pub fn start_new(settings: &[&str]) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let settings = settings.iter().map(|setting| (*setting).to_owned()).collect();
        let mut server = Self { server: None, directory, port: free_port(), settings };
        server.start();
        server
    }

    /// A server that speaks TLS, with a certificate for `localhost` by the authority in `root`.
    pub fn start_tls() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        super::guard::certificates(directory.path());
        let file = |name: &str| directory.path().join(name).display().to_string();
        let port = free_port();
        let settings = ["--port", "0", "--tls-port", &port.to_string(), "--tls-auth-clients", "no"]
            .into_iter()
            .map(str::to_owned)
            .chain([
                "--tls-cert-file".into(),
                file("server.pem"),
                "--tls-key-file".into(),
                file("server.key"),
                "--tls-ca-cert-file".into(),
                file("ca.pem"),
            ])
            .collect();
        let mut server = Self { server: None, directory, port, settings };
        server.start();
        server
    }

    /// Starts it again on the same port, with nothing in it.
    pub fn start(&mut self) {
        let path = self.directory.path();
        let mut command = Command::new("redis-server");
        command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir"]).arg(path);
        if !self.settings.iter().any(|setting| setting == "--tls-port") {
            command.args(["--port", &self.port.to_string()]);
        }
        command.args(&self.settings);
        let log = path.join("server.log");
        let mut guarded = Guarded::spawn(command, &log, path);
        wait_until_ready(self.port, &log, &mut guarded, || true);
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

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The authority of its certificate.
    pub fn root(&self) -> PathBuf {
        self.directory.path().join("ca.pem")
    }

    /// Sends a command as people type it, and gives the raw answer.
    pub fn tell(&self, command: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("the server");
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a limit");
        stream.write_all(format!("{command}\r\nQUIT\r\n").as_bytes()).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    }

    /// Every key with its value, as text.
    pub fn everything(&self) -> Vec<(String, String)> {
        let keys = self.tell("KEYS *");
        let keys = keys.lines().filter(|line| line.starts_with("drawbridge:"));
        keys.map(|key| (key.trim().to_owned(), self.tell(&format!("GET {key}")))).collect()
    }

    /// Its directory.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }
}
