//! What is looked at before going live: one probe per file, none of which changes anything.
pub mod audit;
pub mod database;
pub mod files;
pub mod indexes;
pub mod ledger;
pub mod limits;
pub mod listener;
pub mod needed;
pub mod privileges;
pub mod rows;
pub mod token;

use crate::{
    config::Config,
    store::{
        error::{StoreError, StoreErrorKind},
        runtime::DatabaseRuntime,
    },
};
use serde::Serialize;
use std::path::Path;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The bridge cannot work.
    Error,
    /// It works, but not as it should.
    Warning,
    /// Worth knowing.
    Note,
}

/// What a probe reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The machine's word.
    pub code: &'static str,
    /// How bad it is.
    pub level: Level,
    /// The fact, in words.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
    /// Whether the cause is outside: something that cannot be reached.
    #[serde(skip)]
    pub outside: bool,
}

impl Finding {
    /// Something that is as it should be.
    #[must_use]
    pub fn note(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, level: Level::Note, message: message.into(), hint: None, outside: false }
    }

    /// Something that works, but not as it should.
    #[must_use]
    pub fn warning(code: &'static str, message: impl Into<String>, hint: Option<String>) -> Self {
        Self { code, level: Level::Warning, message: message.into(), hint, outside: false }
    }

    /// Something that keeps the bridge from working.
    #[must_use]
    pub fn error(code: &'static str, message: impl Into<String>, hint: Option<String>) -> Self {
        Self { code, level: Level::Error, message: message.into(), hint, outside: false }
    }

    /// A database that did not do what was asked.
    #[must_use]
    pub fn of_store(code: &'static str, error: &StoreError, hint: &str) -> Self {
        let outside = !matches!(error.kind, StoreErrorKind::Schema | StoreErrorKind::Refused);
        Self { outside, ..Self::error(code, error.message.clone(), Some(hint.to_owned())) }
    }
}

/// Runs every probe; one that fails does not keep the others from running.
pub async fn run(config: &Config, file: &Path, runtime: &DatabaseRuntime) -> Vec<Finding> {
    let mut findings = database::probe(config, runtime).await;
    findings.extend(ledger::probe(config, runtime).await);
    findings.extend(token::probe(config, runtime).await);
    findings.extend(limits::probe(config, runtime).await);
    findings.extend(audit::probe(config));
    findings.extend(listener::probe(config));
    findings.extend(files::probe(config, file));
    findings
}
