//! A real Chromium, driven through `browser.mjs`; it ends with the test.
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::OnceLock,
};

/// The accessibility rules that the page is held against.
const AXE: &str = "axe-core@4.14.1";

/// A browser with one page.
pub struct Browser {
    child: Child,
    commands: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Browser {
    /// Starts one with an empty profile.
    pub fn start() -> Self {
        let mut child = Command::new(node())
            .arg(root().join("tests/ops_page/browser.mjs"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node runs");
        let (commands, answers) = (child.stdin.take(), child.stdout.take().expect("stdout is piped"));
        Self { child, commands, answers: BufReader::new(answers) }
    }

    /// Gives a command of `browser.mjs` and its answer.
    pub fn call(&mut self, command: &str, given: Value) -> Value {
        let mut message = given;
        message["command"] = json!(command);
        let commands = self.commands.as_mut().expect("it runs");
        writeln!(commands, "{message}").expect("the browser listens: is the Debian package `chromium` installed?");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("an answer");
        let answer: Value = serde_json::from_str(&line).expect("the browser answers in JSON");
        assert_eq!(answer["error"], Value::Null, "{command}");
        answer["value"].clone()
    }

    /// Opens a page, 1280 pixels wide unless told.
    pub fn open(&mut self, url: &str, more: Value) {
        let mut given = more;
        given["url"] = json!(url);
        self.call("open", given);
    }

    /// What an expression is in the page.
    pub fn evaluate(&mut self, expression: &str) -> Value {
        self.call("evaluate", json!({ "expression": expression }))
    }

    /// Waits until an expression is true.
    pub fn wait(&mut self, expression: &str) {
        self.call("wait", json!({ "expression": expression }));
    }

    /// Waits until the page holds this text in the element of this id.
    pub fn wait_for(&mut self, id: &str, text: &str) {
        self.wait(&format!("document.getElementById({}).innerText.includes({})", json!(id), json!(text)));
    }

    /// The text of an element.
    pub fn text(&mut self, id: &str) -> String {
        self.evaluate(&format!("document.getElementById({}).innerText", json!(id))).as_str().expect("text").to_owned()
    }

    /// Console messages, violations of the policy, and what was requested, since the page was opened.
    pub fn seen(&mut self, what: &str) -> Vec<String> {
        let seen = self.call("seen", json!({}));
        seen[what].as_array().expect("a list").iter().map(|one| one.as_str().unwrap_or_default().to_owned()).collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It ends itself and Chromium when nobody commands any more.
        drop(self.commands.take());
        let _ = self.child.wait();
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn cache() -> PathBuf {
    let own = || root().join("target/auth0-cache");
    std::env::var_os("DRAWBRIDGE_TEST_CACHE").map_or_else(own, PathBuf::from)
}

fn must(command: &mut Command) -> String {
    let output = command.output().expect("the program runs");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// The newest Node of the tests: Debian's has no WebSocket.
fn node() -> &'static str {
    static NODE: OnceLock<String> = OnceLock::new();
    NODE.get_or_init(|| {
        let mut script = Command::new("bash");
        let nodes = must(script.arg(root().join("tests/auth0/nodes.sh")).env("DRAWBRIDGE_TEST_CACHE", cache()));
        nodes.rsplit(':').next().expect("a Node").to_owned()
    })
}

/// The script of axe-core, installed once.
pub fn axe() -> &'static str {
    static AXE_SCRIPT: OnceLock<String> = OnceLock::new();
    AXE_SCRIPT.get_or_init(|| {
        let folder = cache().join("axe");
        let script = folder.join("node_modules/axe-core/axe.min.js");
        if !script.exists() {
            std::fs::create_dir_all(&folder).expect("a cache");
            must(Command::new("npm").args(["install", "--no-audit", "--no-fund", "--prefix"]).arg(&folder).arg(AXE));
        }
        std::fs::read_to_string(script).expect("axe-core")
    })
}
