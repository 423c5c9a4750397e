//! A server process of one test: on a port of its own, ended on drop and when the test process dies.
use rustix::process::{Pid, Signal, kill_process};
use std::{
    fs,
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// A running server and the shell that ends it when our end of its pipe closes.
pub struct Guarded {
    child: Child,
    watch: Child,
}

impl Guarded {
    /// Starts the command; `directory` is deleted when the test process dies.
    pub fn spawn(mut command: Command, log: &Path, directory: &Path) -> Self {
        let log = fs::OpenOptions::new().create(true).append(true).open(log).expect("log file");
        let child = command
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("log file"))
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?} cannot be started: {error}"));
        let watch = Command::new("sh")
            .args(["-c", "cat >/dev/null; kill -9 $0 2>/dev/null && sleep 0.2 && rm -rf -- \"$1\""])
            .arg(child.id().to_string())
            .arg(directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("sh");
        Self { child, watch }
    }

    /// The server and the processes it made.
    fn family(&self) -> Vec<Pid> {
        let id = self.child.id();
        let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
        std::iter::once(id.to_string())
            .chain(children.split_whitespace().map(str::to_owned))
            .filter_map(|pid| Pid::from_raw(pid.parse().ok()?))
            .collect()
    }

    /// Sends a signal to the server and the processes it made.
    pub fn signal(&self, signal: Signal) {
        for pid in self.family() {
            let _ = kill_process(pid, signal);
        }
    }

    /// Stops the server and waits until each of its threads stands: one of many may go on for a moment.
    pub fn freeze(&self) {
        self.signal(Signal::STOP);
        for _ in 0..200 {
            if self.family().iter().all(|pid| states(*pid).iter().all(|state| *state == 'T')) {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("the server does not stand still");
    }

    /// Whether the server has not ended by itself.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Ends the server at once and waits for its end.
    pub fn end(&mut self) {
        // A server of many processes would leave some behind that still hold its port.
        let family = self.family();
        self.signal(Signal::KILL);
        let _ = self.child.wait();
        for _ in 0..400 {
            if family.iter().all(|pid| states(*pid).iter().all(|state| *state == 'Z')) {
                break;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        drop(self.watch.stdin.take());
        let _ = self.watch.wait();
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        self.end();
    }
}

/// The states of a process's threads; none when it is gone.
fn states(pid: Pid) -> Vec<char> {
    let threads = fs::read_dir(format!("/proc/{}/task", pid.as_raw_nonzero()));
    threads
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|thread| {
            let stat = fs::read_to_string(thread.path().join("stat")).ok()?;
            stat.rsplit_once(") ")?.1.chars().next()
        })
        .collect()
}

/// A port that is free now.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port()
}

/// Waits until the port accepts and `ready` says so.
pub fn wait_until_ready(port: u16, log: &Path, server: &mut Guarded, mut ready: impl FnMut() -> bool) {
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(60) {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() && ready() {
            return;
        }
        assert!(server.is_running(), "the server ended: {}", fs::read_to_string(log).unwrap_or_default());
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("the server does not answer: {}", fs::read_to_string(log).unwrap_or_default());
}

/// A private directory that `user` owns; the temporary directory itself has to be reachable for it.
pub fn directory_of(user: &str) -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("temporary directory");
    give(directory.path(), user);
    directory
}

/// Gives a file or directory to a user, when we are root.
pub fn give(path: &Path, user: &str) {
    if rustix::process::geteuid().is_root() {
        let status = Command::new("chown").arg("-R").arg(user).arg(path).status().expect("chown");
        assert!(status.success(), "chown to `{user}` failed: is the package that makes this user installed?");
    }
}

/// A command that runs as `user` when we are root: the servers refuse root.
pub fn command_as(user: &str, program: &Path) -> Command {
    if !rustix::process::geteuid().is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args([format!("--reuid={user}"), format!("--regid={user}")]).arg("--clear-groups").arg("--").arg(program);
    command
}

/// Runs to the end and panics with what it printed when it failed.
pub fn must(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?} cannot be started: {error}"));
    assert!(output.status.success(), "{command:?} failed: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// An authority and a certificate of it for `localhost` and `127.0.0.1`, written as `ca.pem`, `server.pem`, `server.key`.
pub fn certificates(directory: &Path) -> PathBuf {
    use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
    let authority_key = KeyPair::generate().expect("key");
    let mut authority = CertificateParams::new(Vec::new()).expect("parameters");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = authority.self_signed(&authority_key).expect("certificate").pem();
    let issuer = Issuer::new(authority, authority_key);
    let key = KeyPair::generate().expect("key");
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let leaf = CertificateParams::new(names).and_then(|leaf| leaf.signed_by(&key, &issuer)).expect("certificate");
    let write = |name: &str, text: String| fs::write(directory.join(name), text).expect("write");
    write("ca.pem", root);
    write("server.pem", leaf.pem());
    write("server.key", key.serialize_pem());
    use std::os::unix::fs::PermissionsExt;
    let private = fs::Permissions::from_mode(0o600);
    fs::set_permissions(directory.join("server.key"), private).expect("permissions");
    directory.join("ca.pem")
}
