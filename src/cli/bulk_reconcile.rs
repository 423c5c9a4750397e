//! `drawbridge bulk reconcile`: what the tenant, the legacy table and the ledger say of each other.
use super::{
    progress::Progress,
    start,
    terminal::{self, Exit},
};
use crate::{
    bulk::{
        reconcile::{self, NoReconciliation, Reconciliation},
        tenant_export::TenantExport,
    },
    config::load::Needs,
    ledger::{self, Missing},
    store,
};
use std::path::Path;

/// So many users of a kind are named; `--json` names all.
const NAMED: usize = 10;

/// Runs the command.
#[must_use]
pub fn run(path: &Path, file: &Path, as_json: bool) -> Exit {
    let (config, runtime) = match start::start(path, Needs::database()) {
        Ok(started) => started,
        Err(exit) => return exit,
    };
    let reconciled = runtime.handle().block_on(async {
        let export = TenantExport::read(file, &config.users.id_prefix)?;
        let store = store::open(&config.database, &config.users, &config.password, &runtime).await?;
        let ledger = ledger::open(config.migration.store.as_ref(), &config.database, &runtime, Missing::Report).await?;
        let mut progress = Progress::over(&store, 1);
        let seen = &mut |rows| progress.seen(rows);
        let reconciled = reconcile::reconcile(export, &store, &*ledger, &config, seen).await;
        progress.end();
        reconciled
    });
    match reconciled {
        Ok(found) => {
            if as_json {
                anstream::println!("{:#}", serde_json::json!(found));
            } else {
                show(&found);
            }
            if found.agrees() { Exit::Done } else { Exit::Failed }
        }
        Err(NoReconciliation::Pages(reason)) => terminal::no_pages(&reason),
        Err(error @ NoReconciliation::Export(_)) => {
            let hint = "name the file of a users export job with `format` `json`, unpacked or as `.gz`";
            terminal::error(&error.to_string(), Some(hint));
            Exit::Usage
        }
    }
}

fn show(found: &Reconciliation) {
    let line = |what: &str, users: u64| anstream::println!("{what:<52} {users:>12}");
    line("users of the legacy table", found.legacy);
    line("users of the tenant who came from it", found.tenant);
    line("users of the tenant who came from elsewhere", found.tenant_others);
    line("crossed: in the tenant and marked", found.crossed);
    line("remaining: neither", found.remaining);
    line("rows without a profile", found.unmappable);
    line("marks of users who are not in the legacy table", found.marks_of_nobody);
    let differing: Vec<String> =
        found.differing.iter().map(|one| format!("{} ({})", one.user_id, one.keys.join(", "))).collect();
    let lines: Vec<String> = found.unreadable_lines.iter().map(ToString::to_string).collect();
    let groups: [(&str, &[String], &str); 7] = [
        (
            "missing: marked, but not in the tenant",
            &found.missing,
            "they cannot log in: `drawbridge user unmark USER_ID` lets them cross again",
        ),
        ("unmarked: in the tenant, but not marked", &found.unmarked, "the bridge still answers for them"),
        ("extra: in the tenant, but not in the legacy table", &found.extra, "deleted here after they crossed"),
        ("differing: in both, with other values", &differing, "what people changed after crossing is theirs"),
        (
            "duplicated: an address of one before, case aside",
            &found.duplicated,
            "Auth0 takes one of them: give the others an address of their own",
        ),
        (
            "address taken: another user of the tenant has it",
            &found.address_taken,
            "they cannot cross until the address is free",
        ),
        ("lines of the export that are no user", &lines, "the export has one JSON object a line"),
    ];
    for (what, who, meaning) in groups.into_iter().filter(|(_, who, _)| !who.is_empty()) {
        line(&format!("\n{what}"), u64::try_from(who.len()).unwrap_or(u64::MAX));
        anstream::println!("  {meaning}");
        for one in who.iter().take(NAMED) {
            anstream::println!("  {one}");
        }
        if who.len() > NAMED {
            anstream::println!("  and {} more: `--json` names all", who.len() - NAMED);
        }
    }
}
