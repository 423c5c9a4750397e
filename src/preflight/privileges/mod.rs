//! Whether the role can do anything beyond what the service needs: from the database's own catalogue, and by trying what
//! must fail. Every attempt is one that changes nothing even where it is allowed, and is rolled back.
mod attempts;
mod mysql;
mod postgres;
mod sqlserver;

use super::{Finding, needed::Needed};
use crate::{
    config::{Config, database::DatabaseUrl},
    ledger,
    preflight::needed,
    sql::dialect::Dialect,
    store::{
        catalogue::{self, CatalogueTable},
        console::{Console, Said},
        error::StoreError,
        runtime::DatabaseRuntime,
    },
};
use std::{collections::BTreeSet, os::unix::fs::PermissionsExt};

/// What the role has and should not have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Excess {
    /// In words: `may UPDATE table …`.
    pub what: String,
    /// The statement that takes it away.
    pub revoke: String,
}

/// What the catalogue says: errors, and what is worth knowing.
#[derive(Default)]
pub(super) struct Verdict {
    pub excess: Vec<Excess>,
    pub warnings: Vec<Excess>,
    /// What it lacks, and the statement that gives it.
    pub missing: Vec<Excess>,
    pub notes: Vec<String>,
    /// A role that may do everything: nothing else has to be said.
    pub almighty: bool,
}

impl Verdict {
    fn add(&mut self, what: impl Into<String>, revoke: impl Into<String>) {
        let excess = Excess { what: what.into(), revoke: revoke.into() };
        if !self.excess.contains(&excess) {
            self.excess.push(excess);
        }
    }

    fn warn(&mut self, what: impl Into<String>, revoke: impl Into<String>) {
        self.warnings.push(Excess { what: what.into(), revoke: revoke.into() });
    }
}

/// Asks and tries.
pub async fn probe(config: &Config, runtime: &DatabaseRuntime) -> Vec<Finding> {
    if let DatabaseUrl::Sqlite { path } = &config.database.url {
        return of_file(path);
    }
    let config = config.clone();
    let asked = runtime.run(async move { ask(&config).await }).await;
    asked.unwrap_or_else(|error| {
        vec![Finding::of_store("privileges", &error, "the role's privileges could not be read; ask again")]
    })
}

async fn ask(config: &Config) -> Result<Vec<Finding>, StoreError> {
    let mut console = Console::open(&config.database, false).await?;
    let catalogue = catalogue::read(&mut console).await?;
    let needed = needed::of(config, Some(&catalogue));
    let ledger_here = config.migration.store.as_ref().is_none_or(|store| *store == config.database.url);
    let allowed = Allowed { needed: &needed, catalogue: &catalogue, ledger_here };
    let said = match console.dialect() {
        Dialect::Postgres => postgres::verdict(&mut console, &allowed).await,
        Dialect::Mysql => mysql::verdict(&mut console, &allowed, config).await,
        Dialect::SqlServer => sqlserver::verdict(&mut console, &allowed).await,
        Dialect::Sqlite => Ok(Verdict::default()),
    };
    let verdict = said.map_err(Said::into_error)?;
    let mut findings: Vec<Finding> = verdict
        .excess
        .iter()
        .map(|excess| Finding::error("privilege_excess", excess.what.clone(), Some(excess.revoke.clone())))
        .collect();
    findings.extend(
        verdict
            .warnings
            .iter()
            .map(|excess| Finding::warning("privilege_reach", excess.what.clone(), Some(excess.revoke.clone()))),
    );
    findings.extend(
        verdict
            .missing
            .iter()
            .map(|missing| Finding::error("privilege_missing", missing.what.clone(), Some(missing.revoke.clone()))),
    );
    findings.extend(verdict.notes.iter().map(|note| Finding::note("privileges", note.clone())));
    if !verdict.almighty {
        let tried = attempts::all(&mut console, &allowed).await?;
        let unknown_so_far = tried.succeeded.iter().filter(|_| verdict.excess.is_empty());
        findings.extend(unknown_so_far.map(|what| {
            let hint = "the catalogue does not say why: look for privileges of PUBLIC and of roles that it belongs to";
            Finding::error("privilege_excess", what.clone(), Some(hint.to_owned()))
        }));
        if verdict.excess.is_empty() && tried.succeeded.is_empty() {
            let message =
                format!("the role may read what is mapped and nothing else; {} attempts were refused", tried.refused);
            findings.push(Finding::note("privileges", message));
        }
    }
    Ok(findings)
}

/// What the role may do.
pub(super) struct Allowed<'a> {
    pub needed: &'a Needed,
    pub catalogue: &'a [CatalogueTable],
    pub ledger_here: bool,
}

impl Allowed<'_> {
    fn table(&self, schema: &str, name: &str) -> Option<&CatalogueTable> {
        self.catalogue.iter().find(|table| table.schema == schema && table.name == name)
    }

    fn is_ledger(&self, name: &str) -> bool {
        self.ledger_here && name == ledger::TABLE
    }

    /// The columns of a table that may be read.
    fn columns(&self, schema: &str, name: &str) -> Option<&BTreeSet<String>> {
        self.needed.columns_of(self.table(schema, name)?)
    }
}

/// A file has no roles: its mode is all there is.
fn of_file(path: &std::path::Path) -> Vec<Finding> {
    let Ok(file) = std::fs::metadata(path) else { return Vec::new() };
    let shown = path.display();
    if file.permissions().mode() & 0o002 != 0 {
        let message = format!("every user of this machine may write {shown}");
        return vec![Finding::error("privilege_excess", message, Some(format!("chmod o-w {shown}")))];
    }
    vec![Finding::note("privileges", "SQLite has no roles; the service opens the legacy file for reading only")]
}
