//! Files of `deploy/`, and the programs that judge them.
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::OnceLock,
};

/// A file of the repository.
pub fn path(inside: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(inside)
}

/// Its text.
pub fn text(inside: &str) -> String {
    fs::read_to_string(path(inside)).unwrap_or_else(|error| panic!("{inside}: {error}"))
}

/// A YAML file.
pub fn yaml(inside: &str) -> Value {
    serde_saphyr::from_str(&text(inside)).unwrap_or_else(|error| panic!("{inside}: {error}"))
}

/// One alert with what people read of it.
pub struct Alert {
    /// Its name.
    pub name: String,
    /// The expression.
    pub expr: String,
    /// `critical` or `warning`.
    pub severity: String,
    /// Summary, description and address of its page.
    pub annotations: Value,
}

/// Every rule of `alerts.yml`: the alerts, and the names and expressions of what is recorded.
pub fn rules() -> (Vec<Alert>, Vec<(String, String)>) {
    let file = yaml("deploy/prometheus/alerts.yml");
    let word = |rule: &Value, key: &str| rule[key].as_str().unwrap_or_default().to_owned();
    let (mut alerts, mut recorded) = (Vec::new(), Vec::new());
    for rule in
        file["groups"].as_array().expect("groups").iter().flat_map(|group| group["rules"].as_array().expect("rules"))
    {
        if rule["record"].is_string() {
            recorded.push((word(rule, "record"), word(rule, "expr")));
        } else {
            alerts.push(Alert {
                name: word(rule, "alert"),
                expr: word(rule, "expr"),
                severity: word(&rule["labels"], "severity"),
                annotations: rule["annotations"].clone(),
            });
        }
    }
    (alerts, recorded)
}

/// Runs promtool in a directory.
pub fn promtool(directory: &Path, arguments: &[&str]) -> Output {
    Command::new("promtool")
        .args(arguments)
        .current_dir(directory)
        .output()
        .expect("no `promtool`: install the package `prometheus`")
}

/// Whether promtool takes these expressions; panics with what it says about the first that it does not.
pub fn assert_parses(expressions: &[(String, String)]) {
    let rules: Vec<Value> = expressions
        .iter()
        .enumerate()
        .map(|(number, (from, expr))| serde_json::json!({"record": format!("check:{number}"), "expr": expr, "labels": {"from": from}}))
        .collect();
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("rules.yml");
    // JSON is YAML.
    let groups = serde_json::json!({"groups": [{"name": "check", "rules": rules}]});
    fs::write(&file, groups.to_string()).expect("written");
    let output = promtool(directory.path(), &["check", "rules", "rules.yml"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    assert!(said.contains(&format!("{} rules found", expressions.len())), "{said}");
}

/// A program of the Python packages in `requirements.txt`, which are installed once beside the build.
pub fn python(program: &str) -> Command {
    static READY: OnceLock<PathBuf> = OnceLock::new();
    let bin = READY.get_or_init(|| {
        let wanted = text("tests/observe/requirements.txt");
        let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("observe-python");
        let marker = home.join("installed");
        if fs::read_to_string(&marker).ok().as_deref() != Some(wanted.as_str()) {
            let _ = fs::remove_dir_all(&home);
            let run = |command: &mut Command| {
                let output = command.output().expect("no `python3`: install the package `python3-venv`");
                let said = String::from_utf8_lossy(&output.stderr).into_owned();
                assert!(
                    output.status.success(),
                    "{command:?} failed (package `python3-venv`, registry of pip): {said}"
                );
            };
            run(Command::new("python3").args(["-m", "venv"]).arg(&home));
            run(Command::new(home.join("bin/pip"))
                .args(["install", "--quiet", "--disable-pip-version-check", "--requirement"])
                .arg(path("tests/observe/requirements.txt")));
            fs::write(&marker, wanted).expect("the marker");
        }
        home.join("bin")
    });
    Command::new(bin.join(program))
}
