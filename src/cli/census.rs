//! `drawbridge census`: what is in the password column, and what follows from it. Prints no hash and no identifier.
use super::{
    start,
    terminal::{self, Exit},
};
use crate::{
    census::{self, Census, NoCensus},
    config::load::Needs,
    store,
};
use indicatif::{ProgressBar, ProgressStyle};
use std::{
    path::Path,
    time::{Duration, Instant},
};

/// Between two lines of progress where there is no terminal.
const BETWEEN_LINES: Duration = Duration::from_secs(10);

/// Runs the command.
#[must_use]
pub fn run(path: &Path, as_json: bool) -> Exit {
    let (config, runtime) = match start::start(path, Needs::database()) {
        Ok(started) => started,
        Err(exit) => return exit,
    };
    let taken = runtime.handle().block_on(async {
        let store = store::open(&config.database, &config.users, &config.password, &runtime).await?;
        let mut progress = Progress::new(store.count().await.ok().flatten());
        let census = census::take(store.as_ref(), &config, &mut |rows| progress.seen(rows)).await;
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
        Err(NoCensus::Store(error)) => {
            terminal::error(&error.to_string(), Some("`drawbridge check` tells more"));
            Exit::Unreachable
        }
        Err(error) => {
            terminal::error(&error.to_string(), Some("name the table in `users.table`, or a view of it"));
            Exit::Usage
        }
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

/// A bar on a terminal, plain lines elsewhere.
struct Progress {
    bar: Option<ProgressBar>,
    next_line: Instant,
}

impl Progress {
    fn new(rows: Option<u64>) -> Self {
        let is_terminal = std::io::IsTerminal::is_terminal(&std::io::stderr());
        let bar = is_terminal.then(|| {
            let bar = rows.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
            let style = ProgressStyle::with_template("{wide_bar} {human_pos}/{human_len} rows, {per_sec}, {eta}");
            bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        Self { bar, next_line: Instant::now() + BETWEEN_LINES }
    }

    fn seen(&mut self, rows: u64) {
        match &self.bar {
            Some(bar) => bar.set_position(rows),
            None if Instant::now() >= self.next_line => {
                anstream::eprintln!("{rows} rows read");
                self.next_line = Instant::now() + BETWEEN_LINES;
            }
            None => {}
        }
    }

    fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
