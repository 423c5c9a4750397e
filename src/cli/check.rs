//! `drawbridge check`: tells what is missing before going live, and changes nothing.
use super::{
    start,
    terminal::{self, Exit},
};
use crate::{
    config::{
        load::{self, Needs},
        problem::Problems,
    },
    preflight::{self, Finding, Level},
};
use serde_json::json;
use std::path::Path;

/// Runs the command.
#[must_use]
pub fn run(path: &Path, as_json: bool) -> Exit {
    let config = match load::load(path, std::env::vars(), Needs::check()) {
        Ok(config) => config,
        Err(problems) => {
            if as_json {
                show_json(&of_configuration(&problems));
            } else {
                terminal::problems(&problems);
            }
            return Exit::Usage;
        }
    };
    let runtime = match start::runtime() {
        Ok(runtime) => runtime,
        Err(exit) => return exit,
    };
    let findings = runtime.handle().block_on(preflight::run(&config, path, &runtime));
    if as_json {
        show_json(&findings);
    } else {
        show_text(&findings);
    }
    let errors = || findings.iter().filter(|finding| finding.level == Level::Error);
    match (errors().count(), errors().any(|finding| finding.outside)) {
        (0, _) => Exit::Done,
        (_, true) => Exit::Unreachable,
        (_, false) => Exit::Failed,
    }
}

fn of_configuration(problems: &Problems) -> Vec<Finding> {
    let place = |problem| format!("{} ({})", problems.place(problem), problem.message);
    problems.all.iter().map(|problem| Finding::error("configuration", place(problem), problem.hint.clone())).collect()
}

fn show_json(findings: &[Finding]) {
    let errors = findings.iter().filter(|finding| finding.level == Level::Error).count();
    anstream::println!("{:#}", json!({"ok": errors == 0, "findings": findings}));
}

fn show_text(findings: &[Finding]) {
    for finding in findings {
        let level = match finding.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "ok",
        };
        anstream::println!(
            "{level:<8}{:<22}{}",
            finding.code,
            finding.message.replace('\n', "\n                              ")
        );
        if let Some(hint) = &finding.hint {
            anstream::println!("{:<8}{:<22}hint: {hint}", "", "");
        }
    }
}
