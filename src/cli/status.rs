//! `drawbridge status`: how far the migration is.
use super::{
    progress::Progress,
    start,
    terminal::{self, Exit},
};
use crate::{
    census::status::{self, Status},
    config::load::Needs,
    ledger::{self, Missing},
    store,
};
use chrono::{SecondsFormat, Utc};
use std::path::Path;

/// Runs the command.
#[must_use]
pub fn run(path: &Path, as_json: bool) -> Exit {
    let (config, runtime) = match start::start(path, Needs::database()) {
        Ok(started) => started,
        Err(exit) => return exit,
    };
    let taken = runtime.handle().block_on(async {
        let store = store::open(&config.database, &config.users, &config.password, &runtime).await?;
        let ledger = ledger::open(config.migration.store.as_ref(), &config.database, &runtime, Missing::Report).await?;
        let mut progress = Progress::over(&store, 1);
        let taken = status::take(&store, &*ledger, &config, Utc::now(), &mut |rows| progress.seen(rows)).await;
        progress.end();
        taken
    });
    match taken {
        Ok(status) if as_json => {
            anstream::println!("{:#}", serde_json::json!(status));
            Exit::Done
        }
        Ok(status) => {
            show(&status);
            Exit::Done
        }
        Err(reason) => terminal::no_pages(&reason),
    }
}

fn show(status: &Status) {
    let line = |what: &str, count: u64| anstream::println!("{what:<32} {count:>12}");
    line("users", status.total);
    line("migrated by login", status.migrated_by_login);
    line("migrated in bulk", status.migrated_in_bulk);
    line("remaining", status.remaining);
    for (scheme, count) in &status.remaining_by_scheme {
        line(&format!("  {scheme}"), *count);
    }
    if status.unmappable > 0 {
        line("cannot be mapped", status.unmappable);
    }
    anstream::println!("{:<32} {:>12.1}", "a day, over the last week", status.per_day);
    let end = status.projected_end.map_or_else(
        || if status.remaining == 0 { "done".to_owned() } else { "not at this rate".to_owned() },
        |end| end.to_rfc3339_opts(SecondsFormat::Secs, true).chars().take(10).collect(),
    );
    anstream::println!("{:<32} {end:>12}", "projected end");
}
