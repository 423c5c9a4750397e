//! `drawbridge census`: what is in the password column, and what follows from it. Prints no hash and no identifier.
use super::{
    progress::Progress,
    start,
    terminal::{self, Exit},
};
use crate::{
    census::{self, Census},
    config::load::Needs,
    store,
};
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
        let mut progress = Progress::over(&store, 1);
        let census = census::take(&store, &config, &mut |rows| progress.seen(rows)).await;
        progress.end();
        census
    });
    match taken {
        Ok(census) if as_json => {
            anstream::println!("{:#}", serde_json::json!(census));
            Exit::Done
        }
        Ok(census) => {
            show(&census);
            Exit::Done
        }
        Err(reason) => terminal::no_pages(&reason),
    }
}

fn show(census: &Census) {
    anstream::println!("{} rows\n", census.rows);
    if !census.schemes.is_empty() {
        anstream::println!("{:<32} {:<24} {:>12}  {:<8}  in bulk", "scheme", "cost", "rows", "verified");
    }
    for group in &census.schemes {
        let bulk = if group.importable { "yes" } else { "by login" };
        anstream::println!("{:<32} {:<24} {:>12}  {:<8}  {bulk}", group.scheme, group.cost, group.rows, "yes");
    }
    anstream::println!();
    let counted = [("no password", census.no_password), ("no e-mail address", census.without_email)];
    for (what, rows) in counted {
        line(what, rows);
    }
    for (reason, rows) in &census.unverifiable {
        line(&format!("cannot be verified: {reason}"), *rows);
    }
    for (rule, rows) in &census.broken_profiles {
        line(&format!("profile: {rule}"), *rows);
    }
    line("identifiers that differ in case only", census.identifiers_equal_but_for_case);
    if census.identifiers_cut {
        anstream::println!("(only the first 8,388,608 identifiers were compared)");
    }
    let plan = census.plan;
    anstream::println!(
        "\nplan: {} can go in bulk today, {} by login, {} need a reset",
        plan.in_bulk,
        plan.by_login,
        plan.by_reset
    );
    if census.unverifiable.contains_key("ambiguous") {
        anstream::println!("hint: several schemes write the same text: name yours in `password.schemes`");
    }
}

fn line(what: &str, rows: u64) {
    if rows > 0 {
        anstream::println!("{what:<57} {rows:>12}");
    }
}
