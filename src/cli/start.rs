//! What the commands on a database begin with: the configuration, and threads for the database.
use super::terminal::{self, Exit};
use crate::{
    config::{
        Config,
        load::{self, Needs},
    },
    store::runtime::DatabaseRuntime,
};
use std::path::Path;

/// The configuration and the runtime of its database; what is wrong has been said otherwise.
///
/// # Errors
/// How the command ends.
pub fn start(path: &Path, needs: Needs) -> Result<(Config, DatabaseRuntime), Exit> {
    let config = load::load(path, std::env::vars(), needs).map_err(|problems| {
        terminal::problems(&problems);
        Exit::Usage
    })?;
    Ok((config, runtime()?))
}

/// Threads for a database.
///
/// # Errors
/// How the command ends when the system refuses them.
pub fn runtime() -> Result<DatabaseRuntime, Exit> {
    DatabaseRuntime::start().map_err(|error| {
        terminal::error(&format!("no threads for the database: {error}"), None);
        Exit::Failed
    })
}
