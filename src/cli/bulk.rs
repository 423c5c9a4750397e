//! `drawbridge bulk`: the users who do not log in.
use super::{
    progress::Progress,
    start,
    terminal::{self, Exit},
};
use crate::{
    bulk::{
        export::{self, Export, Manifest, NoExport, REJECTS},
        shard::Shard,
    },
    config::load::Needs,
    ledger::{self, Missing},
    store,
};
use std::path::Path;

/// Runs `bulk export`.
#[must_use]
pub fn export(path: &Path, out: &Path, shard: Option<Shard>, without_password: &[String], as_json: bool) -> Exit {
    let (config, runtime) = match start::start(path, Needs::database()) {
        Ok(started) => started,
        Err(exit) => return exit,
    };
    let exported = runtime.handle().block_on(async {
        export::prepare(out)?;
        let store = store::open(&config.database, &config.users, &config.password, &runtime).await?;
        let ledger = ledger::open(config.migration.store.as_ref(), &config.database, &runtime, Missing::Report).await?;
        let mut progress = Progress::over(&store, shard.map_or(1, Shard::of));
        let wanted = Export { config: &config, without_password, shard, directory: out };
        let exported = export::export(&store, &*ledger, &wanted, &mut |rows| progress.seen(rows)).await;
        progress.end();
        exported
    });
    match exported {
        Ok(manifest) if as_json => {
            anstream::println!("{:#}", serde_json::json!(manifest));
            Exit::Done
        }
        Ok(manifest) => {
            show(&manifest, out);
            Exit::Done
        }
        Err(NoExport::Pages(reason)) => terminal::no_pages(&reason),
        Err(error) => {
            terminal::error(&error.to_string(), Some("name another directory with `--out`"));
            Exit::Usage
        }
    }
}

fn show(manifest: &Manifest, out: &Path) {
    let line = |what: &str, count: u64| anstream::println!("{what:<72} {count:>12}");
    line("rows", manifest.rows);
    line("exported", manifest.exported);
    line("already migrated", manifest.already_migrated);
    for (reason, count) in &manifest.left_out {
        line(&format!("left out: {reason}"), *count);
    }
    let files = manifest.files.len();
    anstream::println!("\n{files} files are in {}; {REJECTS} names everybody who was left out", out.display());
}
