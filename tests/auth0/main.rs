//! The Auth0 side: what `auth0 write` writes is what `deploy/auth0` shows and what auth0-deploy-cli takes; the scripts and
//! Actions themselves are tested in Node (`run.sh`).
#![allow(clippy::pedantic, reason = "a test fails loudly; the strict set is for what is shipped")]
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::OnceLock,
};

/// The version that the tests install.
const DEPLOY_CLI: &str = "auth0-deploy-cli@8.44.0";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn drawbridge(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_drawbridge")).args(arguments).output().expect("the binary runs")
}

fn example() -> String {
    root().join("deploy/auth0/drawbridge.toml").display().to_string()
}

fn written(out: &Path, more: &[&str]) -> Output {
    let (out, configuration) = (out.display().to_string(), example());
    drawbridge(&[&["auth0", "write", "--out", &out, "--config", &configuration], more].concat())
}

/// Every file below a directory, by its path.
fn files(directory: &Path) -> BTreeMap<String, String> {
    fn walk(directory: &Path, base: &Path, files: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(directory).expect("a directory").flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, base, files);
            } else {
                let name = path.strip_prefix(base).expect("below it").display().to_string();
                files.insert(name, fs::read_to_string(&path).expect("text"));
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(directory, directory, &mut found);
    found
}

#[test]
fn the_example_is_current_and_holds_no_secret() {
    for (name, more) in [("tenant", &[][..]), ("complete", &["--complete"][..])] {
        let directory = tempfile::tempdir().expect("a directory");
        let out = directory.path().join(name);
        let output = written(&out, more);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let shown = root().join("deploy/auth0").join(name);
        if std::env::var_os("UPDATE_DEPLOY").is_some() {
            let _ = fs::remove_dir_all(&shown);
            assert!(written(&shown, more).status.success());
        }
        assert!(files(&out) == files(&shown), "run `UPDATE_DEPLOY=1 cargo test --test auth0 example` for `{name}`");
        assert!(written(&out, more).status.success(), "it can be written again");
        fs::write(out.join("rules.json"), "{}").expect("a file");
        assert_eq!(written(&out, more).status.code(), Some(2), "a stranger's file would be imported, too");
    }
}

#[test]
fn a_script_can_be_pasted() {
    for name in ["login", "get_user", "mark-migrated", "restore-metadata", "protect-bridge-audience-login"] {
        let output = drawbridge(&["auth0", "write", "--print", name]);
        assert!(output.status.success());
        let code = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(code.len() < 100_000 && !code.contains("##"), "{name}");
    }
    let complete = drawbridge(&["auth0", "write", "--complete", "--print", "login"]);
    assert!(String::from_utf8_lossy(&complete.stdout).contains("callback(null, null)") || complete.status.success());
    assert_eq!(drawbridge(&["auth0", "write", "--print", "nothing"]).status.code(), Some(2));
    assert_eq!(drawbridge(&["auth0", "write"]).status.code(), Some(2));
}

fn cache() -> PathBuf {
    let own = || root().join("target/auth0-cache");
    std::env::var_os("DRAWBRIDGE_TEST_CACHE").map_or_else(own, PathBuf::from)
}

fn must(command: &mut Command) -> Output {
    let output = command.output().expect("the program runs");
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// The tool's modules, installed once.
fn deploy_cli() -> PathBuf {
    let folder = cache().join("deploy-cli");
    let modules = folder.join("node_modules");
    if !modules.join("auth0-deploy-cli/package.json").exists() {
        fs::create_dir_all(&folder).expect("a cache");
        must(Command::new("npm").args(["install", "--no-audit", "--no-fund", "--prefix"]).arg(&folder).arg(DEPLOY_CLI));
    }
    modules
}

/// The Nodes of Auth0's runtimes, installed once, separated by colons.
fn nodes() -> &'static str {
    static NODES: OnceLock<String> = OnceLock::new();
    NODES.get_or_init(|| {
        let mut script = Command::new("bash");
        let listed = must(script.arg(root().join("tests/auth0/nodes.sh")).env("DRAWBRIDGE_TEST_CACHE", cache()));
        String::from_utf8_lossy(&listed.stdout).trim().to_owned()
    })
}

/// The newest of them: the tool wants a younger one than Debian has.
fn node() -> &'static str {
    nodes().rsplit(':').next().expect("a Node")
}

#[test]
fn the_deploy_tool_takes_what_is_written() {
    let (node, modules) = (node(), deploy_cli());
    let validate = |directory: &Path| {
        Command::new(node)
            .arg(root().join("tests/auth0/validate.js"))
            .arg(&modules)
            .arg(directory)
            .output()
            .expect("node runs")
    };
    for name in ["tenant", "complete"] {
        let output = validate(&root().join("deploy/auth0").join(name));
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{name}: {told}{}", String::from_utf8_lossy(&output.stderr));
        let summary = told.lines().last().unwrap_or_default().to_owned();
        insta::assert_snapshot!(format!("validated_{name}"), summary);
    }
    let directory = tempfile::tempdir().expect("a directory");
    let broken = directory.path().join("broken");
    assert!(written(&broken, &[]).status.success());
    let file = broken.join("resource-servers/Drawbridge.json");
    let text = fs::read_to_string(&file).expect("the API");
    fs::write(&file, text.replace("\"scopes\": [", "\"scopes\": 7, \"x\": [")).expect("a file");
    assert!(!validate(&broken).status.success(), "the tool would take anything");
}

#[test]
fn terraform_says_the_same() {
    let folder = root().join("deploy/auth0");
    let text = fs::read_to_string(folder.join("terraform/main.tf")).expect("the example");
    let body: hcl::Body = hcl::from_str(&text).expect("it is HCL");
    let resources: Vec<String> = body
        .blocks()
        .filter(|block| block.identifier() == "resource")
        .map(|block| block.labels()[0].as_str().to_owned())
        .collect();
    for kind in ["auth0_connection", "auth0_client", "auth0_client_grant", "auth0_resource_server"] {
        assert_eq!(resources.iter().filter(|resource| *resource == kind).count(), 1, "{kind}");
    }
    assert_eq!(resources.iter().filter(|resource| *resource == "auth0_action").count(), 4);
    // Every file that it reads is one that is written, and every script that is written is read.
    let read: Vec<&str> = text
        .match_indices("file(\"${local.tenant}/")
        .map(|(at, found)| {
            let rest = &text[at + found.len()..];
            &rest[..rest.find('"').expect("its end")]
        })
        .collect();
    assert_eq!(read.len(), 6);
    for path in read {
        let path = path.replace("${local.connection}", "legacy-users");
        assert!(folder.join("tenant").join(&path).is_file(), "{path}");
    }
    for told in ["legacy:login", "legacy:get_user", "legacy:mark_migrated", "deny_all", "require_client_grant", "RS256"]
    {
        assert!(text.contains(told), "{told}");
    }
}

#[test]
fn scripts_and_actions_in_a_tenant_before_the_real_bridge() {
    let mut command = Command::new("bash");
    command.arg(root().join("tests/auth0/run.sh"));
    command.env("DRAWBRIDGE_BIN", env!("CARGO_BIN_EXE_drawbridge")).env("DRAWBRIDGE_NODES", nodes());
    let output = command.output().expect("bash runs");
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let failures: Vec<&str> =
        told.lines().filter(|line| line.contains("not ok") || line.contains("✖")).take(40).collect();
    assert!(
        output.status.success(),
        "{}\n{}\n{}",
        failures.join("\n"),
        told.lines().rev().take(60).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("\n"),
        String::from_utf8_lossy(&output.stderr)
    );
}
