//! The pages of the runbook: one for each alert, and nothing in them that does not exist.
use super::{
    tools::{self, Alert, path, rules, text},
    world,
};
use regex::Regex;
use std::{
    collections::BTreeSet,
    fs,
    process::{Command, Output},
};

const PARTS: [&str; 6] = ["What is broken, and for whom", "See it", "Do", "Do not", "Call", "It ends when"];

/// Sections of the configuration.
const SECTIONS: [&str; 10] =
    ["server", "ops", "token", "database", "users", "password", "migration", "limits", "audit", "log"];

fn pages() -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = fs::read_dir(path("deploy/runbook"))
        .expect("the runbook")
        .map(|entry| entry.expect("a file").file_name().into_string().expect("a name"))
        .filter(|name| name != "README.md")
        .map(|name| (name.trim_end_matches(".md").to_owned(), text(&format!("deploy/runbook/{name}"))))
        .collect();
    found.sort();
    found
}

fn all_texts() -> Vec<(String, String)> {
    let mut all = pages();
    all.push(("README".into(), text("deploy/runbook/README.md")));
    // What an alert itself says is read first of all.
    let said = |alert: &Alert| alert.annotations["description"].as_str().unwrap_or_default().to_owned();
    all.extend(rules().0.iter().map(|alert| (format!("alert {}", alert.name), said(alert))));
    all
}

fn drawbridge(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_drawbridge"))
        .args(arguments)
        .env_remove("DRAWBRIDGE_CONFIG")
        .output()
        .expect("the binary runs")
}

/// What stands between single backticks, and each line of the blocks of commands.
fn code(page: &str) -> (Vec<String>, Vec<String>, Vec<String>) {
    let (mut spans, mut commands, mut queries) = (Vec::new(), Vec::new(), Vec::new());
    let span = Regex::new("`([^`]+)`").expect("a pattern");
    let mut block: Option<String> = None;
    for line in page.lines() {
        match (&block, line.strip_prefix("```")) {
            (None, Some(language)) => block = Some(language.to_owned()),
            (Some(_), Some(_)) => block = None,
            (Some(language), None) if language == "sh" => commands.push(line.to_owned()),
            (Some(_), None) => queries.push(line.to_owned()),
            (None, None) => spans.extend(span.captures_iter(line).map(|found| found[1].to_owned())),
        }
    }
    (spans, commands, queries)
}

#[test]
fn each_alert_has_its_page_and_each_page_its_alert() {
    let alerts: BTreeSet<String> = rules().0.into_iter().map(|alert| alert.name).collect();
    let pages: BTreeSet<String> = pages().into_iter().map(|(name, _)| name).collect();
    assert_eq!(alerts, pages);
    let index = text("deploy/runbook/README.md");
    for alert in rules().0 {
        let line = format!("- [{0}]({0}.md) ({1})\n", alert.name, alert.severity);
        assert!(index.contains(&line), "the index lacks {line}");
    }
}

#[test]
fn every_page_has_the_same_parts() {
    for (name, page) in pages() {
        assert!(page.starts_with(&format!("# {name}\n")), "{name}");
        let parts: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        assert_eq!(parts, PARTS, "{name}");
        for part in page.split("\n## ").skip(1) {
            assert!(part.lines().skip(1).any(|line| line.len() > 3), "{name}: an empty part");
        }
    }
    let link = Regex::new(r"\]\(([^)]+)\)").expect("a pattern");
    for (name, page) in all_texts() {
        for found in link.captures_iter(&page) {
            assert!(path("deploy/runbook").join(&found[1]).exists(), "{name} leads to {}", &found[1]);
        }
    }
}

#[test]
fn every_command_of_drawbridge_exists() {
    let command = Regex::new(r"^(?:sudo )?drawbridge ([a-z0-9]+)(?: ([a-z]+))?(.*)$").expect("a pattern");
    let flag = Regex::new(r"--[a-z-]+").expect("a pattern");
    let mut checked = BTreeSet::new();
    for (name, page) in all_texts() {
        let (spans, lines, _) = code(&page);
        for line in spans.iter().chain(&lines) {
            let line = line.split(['|', '#']).next().unwrap_or_default().trim();
            let Some(found) = command.captures(line) else {
                // Anything else of the shell is not ours to prove.
                continue;
            };
            let mut words = vec![found[1].to_owned()];
            let help = String::from_utf8(drawbridge(&[&found[1], "--help"]).stdout).expect("text");
            assert!(!help.is_empty(), "{name}: there is no `{line}`");
            if help.contains("\nCommands:\n") {
                words.push(
                    found.get(2).unwrap_or_else(|| panic!("{name}: `{line}` is half a command")).as_str().to_owned(),
                );
            }
            let mut arguments: Vec<&str> = words.iter().map(String::as_str).collect();
            arguments.push("--help");
            let output = drawbridge(&arguments);
            assert!(output.status.success(), "{name}: there is no `{line}`");
            let help = String::from_utf8(output.stdout).expect("text");
            for one in flag.find_iter(line) {
                assert!(help.contains(one.as_str()), "{name}: `{line}` has no {}", one.as_str());
            }
            checked.insert(words.join(" "));
        }
    }
    assert!(checked.len() > 5, "{checked:?}");
}

#[test]
fn every_key_of_the_configuration_is_known() {
    let key = Regex::new(r"^([a-z0-9]+)(\.[a-z_]+)+$").expect("a pattern");
    let mut keys = BTreeSet::new();
    for (_, page) in all_texts() {
        let spans = code(&page).0;
        keys.extend(spans.into_iter().filter(|span| {
            key.captures(span).is_some_and(|found| SECTIONS.contains(&&found[1])) && !span.ends_with(".toml")
        }));
    }
    assert!(keys.len() > 15, "{keys:?}");
    let unknown: Vec<String> = keys.into_iter().filter(|key| !is_known(key)).collect();
    assert_eq!(unknown, Vec::<String>::new());
    assert!(!is_known("limits.verify_queu") && !is_known("users.profile.mail"));
}

/// Asks the binary: it names every key that it does not know.
fn is_known(key: &str) -> bool {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("drawbridge.toml");
    let (section, last) = key.rsplit_once('.').expect("a section");
    fs::write(&file, format!("[{section}]\n{last} = \"x\"\n")).expect("written");
    let output = drawbridge(&["check", "--config", &file.to_string_lossy()]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("error: "), "{key}: {said}");
    let named = |name: &str| said.contains(&format!("`{name}` is not a known key"));
    !named(key) && !named(section) && !said.contains("is no key of a profile")
}

#[tokio::test]
async fn every_query_parses_and_names_real_metrics() {
    let seen = world::seen().await.with_rules();
    let metric = Regex::new(r"\bdrawbridge_[a-z_]+|\bprocess_[a-z_]+").expect("a pattern");
    let mut queries = Vec::new();
    for (name, page) in all_texts() {
        for query in code(&page).2.into_iter().filter(|line| !line.is_empty()) {
            assert_eq!(seen.unknown_in(&query), Vec::<String>::new(), "{name}: {query}");
            queries.push((name.clone(), query));
        }
        for found in metric.find_iter(&page).map(|found| found.as_str()) {
            // The one table of ours.
            assert!(found == "drawbridge_migrated_users" || seen.has(found), "{name}: there is no {found}");
        }
    }
    tools::assert_parses(&queries);
}

/// Lines of the log are searched for by words that the service says.
#[test]
fn every_line_of_the_log_is_one_that_the_service_writes() {
    let quoted = Regex::new("grep \"(the [^\"]+|a [^\"]+)\"|“([^”]+)”").expect("a pattern");
    let mut source = String::new();
    let mut folders = vec![path("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_some_and(|extension| extension == "rs") {
                source.push_str(&fs::read_to_string(entry).expect("a file"));
            }
        }
    }
    let mut count = 0;
    for (name, page) in pages() {
        for found in quoted.captures_iter(&page) {
            let words = found.get(1).or(found.get(2)).expect("words").as_str();
            assert!(source.contains(words), "{name}: the service does not say `{words}`");
            count += 1;
        }
    }
    assert!(count >= 4);
}
