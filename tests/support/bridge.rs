//! The real binary, started with a configuration of the test's own and ended with the test.
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, mpsc},
    time::Duration,
};

/// A running `drawbridge serve`.
pub struct Bridge {
    child: Child,
    /// `http://127.0.0.1:PORT` of the bridge listener.
    pub url: String,
    /// The same of the ops listener.
    pub ops: String,
    log: Arc<Mutex<String>>,
    output: Arc<Mutex<String>>,
    directory: tempfile::TempDir,
}

impl Bridge {
    /// Starts with this configuration; `[server]`, `[ops]` and `[log]` are added with free ports when missing.
    pub fn start(configuration: &str) -> Self {
        Self::try_start(configuration).unwrap_or_else(|log| panic!("the bridge did not start:\n{log}"))
    }

    /// Starts, or gives what it printed.
    pub fn try_start(configuration: &str) -> Result<Self, String> {
        Self::try_start_with(configuration, &[])
    }

    /// The same with these variables in its environment.
    pub fn try_start_with(configuration: &str, variables: &[(&str, &str)]) -> Result<Self, String> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_drawbridge"));
        command.envs(variables.iter().copied());
        Self::try_start_by(command, configuration)
    }

    /// The same by a command that begins otherwise, such as with a service manager that runs the binary.
    pub fn try_start_by(mut command: Command, configuration: &str) -> Result<Self, String> {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let file = directory.path().join("drawbridge.toml");
        std::fs::write(&file, completed(configuration)).expect("the configuration is written");
        let mut child = command
            .args(["serve", "--config"])
            .arg(&file)
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let stdout = child.stdout.take().expect("stdout is piped");
        let output = Arc::new(Mutex::new(String::new()));
        let told = Arc::clone(&output);
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                told.lock().expect("the output").push_str(&format!("{line}\n"));
            }
        });
        let stderr = child.stderr.take().expect("stderr is piped");
        let log = Arc::new(Mutex::new(String::new()));
        let (listening, address) = mpsc::channel();
        let kept = Arc::clone(&log);
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                if let Ok(event) = serde_json::from_str::<Value>(&line)
                    && event["message"] == "listening"
                {
                    let text = |key: &str| event[key].as_str().unwrap_or_default().to_owned();
                    let _ = listening.send((text("bridge"), text("ops")));
                }
                let mut kept = kept.lock().expect("the log");
                kept.push_str(&line);
                kept.push('\n');
            }
        });
        match address.recv_timeout(Duration::from_secs(30)) {
            Ok((url, ops)) => Ok(Self { child, url, ops, log, output, directory }),
            Err(_) => {
                let _ = child.kill();
                let _ = child.wait();
                let log = log.lock().expect("the log").clone();
                Err(log)
            }
        }
    }

    /// Everything that it printed so far.
    pub fn log(&self) -> String {
        self.log.lock().expect("the log").clone()
    }

    /// Everything that it wrote to stdout so far.
    pub fn output(&self) -> String {
        self.output.lock().expect("the output").clone()
    }

    /// The directory of its configuration.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// The process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends SIGTERM.
    pub fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("the process takes a signal");
    }

    /// Replaces its configuration; the process finds out by itself.
    pub fn rewrite(&self, configuration: &str) {
        let file = self.directory.path().join("drawbridge.toml");
        let new = file.with_extension("new");
        std::fs::write(&new, completed(configuration)).expect("the configuration is written");
        std::fs::rename(new, file).expect("the configuration is replaced");
    }

    /// Waits for its end and gives the exit code.
    pub fn wait(&mut self) -> Option<i32> {
        self.child.wait().expect("the process ends").code()
    }
}

/// The configuration with the sections that every test wants alike.
fn completed(configuration: &str) -> String {
    let mut text = configuration.to_owned();
    for (section, keys) in [
        ("[server]", "listen = \"127.0.0.1:0\""),
        ("[ops]", "listen = \"127.0.0.1:0\""),
        ("[log]", "format = \"json\"\nlevel = \"trace\""),
    ] {
        if !text.contains(section) {
            text.push_str(&format!("\n{section}\n{keys}\n"));
        }
    }
    text
}

impl Drop for Bridge {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
