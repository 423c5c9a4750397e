//! `drawbridge bulk import`: the files of an export, into the tenant.
use super::{
    progress::Progress,
    start,
    terminal::{self, Exit},
};
use crate::{
    auth0::management_api::{ApiError, ManagementApi},
    bulk::{
        export::Manifest,
        import::{Import, NoImport},
        import_check::{self, NotAnExport, Rehearsal},
        journal::{FileResult, Journal, NoJournal, Step},
        total::{FAILED, Total, write_failed},
    },
    config::{Config, load::Needs},
    ledger::{self, Missing},
    store::runtime::DatabaseRuntime,
};
use serde_json::json;
use std::path::Path;

/// What to do when an import stopped.
const AGAIN: &str = "run the same command again: it goes on where it was";

/// The switches of the command.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Change users who are there already.
    pub upsert: bool,
    /// Send nothing.
    pub dry_run: bool,
    /// The result as JSON.
    pub as_json: bool,
}

/// Why the command ends early.
enum Stop {
    Export(NotAnExport),
    Import(NoImport),
}

impl<E: Into<NoImport>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Import(error.into())
    }
}

/// Runs the command.
#[must_use]
pub fn run(path: &Path, directory: &Path, options: Options) -> Exit {
    let needs = if options.dry_run { Needs::database() } else { Needs::management_api() };
    let (config, runtime) = match start::start(path, needs) {
        Ok(started) => started,
        Err(exit) => return exit,
    };
    let (manifest, digest) = match import_check::manifest(directory) {
        Ok(manifest) => manifest,
        Err(error) => return stopped(&Stop::Export(error)),
    };
    let ended = runtime.handle().block_on(async {
        if options.dry_run {
            let rehearsal = rehearse(&config, &runtime, directory, &manifest).await?;
            show_rehearsal(&rehearsal, options.as_json);
            return Ok(Exit::Done);
        }
        let results = import(&config, &runtime, (directory, &manifest, digest), options).await?;
        let total = Total::of(&manifest, &results);
        write_failed(directory, &results).map_err(NoImport::from)?;
        show(&total, options.as_json);
        Ok(if total.failed.is_empty() { Exit::Done } else { Exit::Failed })
    });
    ended.unwrap_or_else(|stop| stopped(&stop))
}

async fn rehearse(
    config: &Config,
    runtime: &DatabaseRuntime,
    directory: &Path,
    manifest: &Manifest,
) -> Result<Rehearsal, Stop> {
    let ledger = ledger::open(config.migration.store.as_ref(), &config.database, runtime, Missing::Report).await?;
    let mut progress = Progress::of(manifest.exported, "users checked");
    let rehearsal = import_check::rehearse(directory, manifest, &*ledger, &mut |users| progress.seen(users)).await;
    progress.end();
    rehearsal.map_err(Stop::Export)
}

async fn import(
    config: &Config,
    runtime: &DatabaseRuntime,
    (directory, manifest, digest): (&Path, &Manifest, String),
    options: Options,
) -> Result<Vec<FileResult>, Stop> {
    // The section is there: the command needs it.
    let Some(auth0) = &config.auth0 else { return Ok(Vec::new()) };
    let began = Step::Began { connection_id: auth0.connection_id.clone(), upsert: options.upsert, manifest: digest };
    let journal = Journal::open(directory, &began).map_err(NoImport::from)?;
    let ledger = ledger::open(config.migration.store.as_ref(), &config.database, runtime, Missing::Report).await?;
    let api = ManagementApi::new(auth0)?;
    let mut progress = Progress::of(manifest.exported, "users settled");
    let mut import = Import::new((directory, manifest), options.upsert, api, &*ledger, journal);
    let results = import.run(&mut |users| progress.seen(users)).await;
    progress.end();
    Ok(results?)
}

fn show_rehearsal(rehearsal: &Rehearsal, as_json: bool) {
    if as_json {
        anstream::println!("{:#}", json!(rehearsal));
        return;
    }
    line("files", rehearsal.files);
    line("would be sent", rehearsal.users);
    line("crossed since the export", rehearsal.crossed);
    line("left for login", rehearsal.left_for_login);
}

fn show(total: &Total, as_json: bool) {
    if as_json {
        anstream::println!("{:#}", json!(total));
        return;
    }
    line("inserted", total.inserted);
    line("updated", total.updated);
    line("already in Auth0", total.already_there);
    line("crossed since the export", total.crossed);
    for (code, users) in &total.failed {
        line(&format!("failed: {code}"), *users);
    }
    line("left for login", total.left_for_login);
    if !total.failed.is_empty() {
        anstream::println!("\n{FAILED} names everybody who failed");
    }
}

fn line(what: &str, users: u64) {
    anstream::println!("{what:<40} {users:>12}");
}

/// Says why the command ended early, and what to do.
fn stopped(stop: &Stop) -> Exit {
    let (message, hint, exit) = match stop {
        Stop::Export(error) => {
            let (hint, exit) = match error {
                NotAnExport::Ledger(error) => ("`drawbridge check` tells more", terminal::exit_of(error)),
                _ => ("make a new export", Exit::Usage),
            };
            (error.to_string(), hint, exit)
        }
        Stop::Import(error) => {
            let (hint, exit) = match error {
                NoImport::Api(ApiError::Unreachable(_)) => (AGAIN, Exit::Unreachable),
                NoImport::Api(ApiError::Refused { status: 401 | 403, .. }) => {
                    ("grant the client of `[auth0]` `create:users` and `read:users` of the Management API", Exit::Usage)
                }
                NoImport::Api(_) => ("look at `[auth0]`, then run the same command again", Exit::Usage),
                NoImport::Ledger(error) => (AGAIN, terminal::exit_of(error)),
                NoImport::Journal(NoJournal::Busy) => {
                    ("wait for it, or stop it: it can be stopped at any moment", Exit::Usage)
                }
                NoImport::Journal(NoJournal::Other(_)) => ("import it as before, or make a new export", Exit::Usage),
                NoImport::Journal(_) | NoImport::File(_) => ("make a new export into another directory", Exit::Usage),
                NoImport::Untold(..) => ("look at the tenant's log, then run the same command again", Exit::Failed),
            };
            (error.to_string(), hint, exit)
        }
    };
    terminal::error(&message, Some(hint));
    exit
}
