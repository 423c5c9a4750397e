//! What the rows are like: duplicates that differ in case only, hashes that nobody can verify, ids and addresses that break
//! a rule. Tells counts, never a value.
use super::Finding;
use crate::{
    accounts::{decoy::Decoy, profile},
    config::Config,
    store::{Store, console::Console, legacy_row::LegacyRow, runtime::DatabaseRuntime},
};
use std::collections::BTreeMap;

/// Rows that are looked at.
const SAMPLE: u32 = 1000;

/// Counts values that more than one row has.
pub async fn duplicates(config: &Config, statements: Vec<(String, String)>, runtime: &DatabaseRuntime) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (column, statement) in statements {
        let database = config.database.clone();
        let asked = runtime.run(async move {
            let mut console = Console::open(&database, true).await?;
            console.rows(&statement).await.map_err(crate::store::console::Said::into_error)
        });
        let count = match asked.await {
            Ok(rows) => rows.into_iter().flatten().flatten().next().and_then(|count| count.parse::<u64>().ok()),
            Err(error) => {
                let message = format!("duplicates in `{column}` could not be counted: {error}");
                findings.push(Finding::warning("duplicates", message, Some("`drawbridge census` counts them".into())));
                continue;
            }
        };
        match count {
            Some(0) | None => {}
            Some(count) => findings.push(Finding::warning(
                "duplicates",
                format!("{count} values of `{column}` belong to more than one row, letter case aside"),
                Some("whoever types one of them is answered `ambiguous_user`: nobody guesses who is meant".into()),
            )),
        }
    }
    if findings.is_empty() {
        findings.push(Finding::note("duplicates", "no two users share an identifier"));
    }
    findings
}

/// Looks at some rows as the routes will.
pub async fn sample(store: &dyn Store, config: &Config) -> Vec<Finding> {
    let hint = "look at `[users]`, and at what the role may SELECT";
    let rows = match store.page(None, SAMPLE).await {
        Ok(Some(rows)) => rows,
        Ok(None) => return Vec::new(),
        Err(error) => return vec![Finding::of_store("sample", &error, hint)],
    };
    let mut findings = hashes(&rows, config);
    let mut rules: BTreeMap<&'static str, usize> = BTreeMap::new();
    for row in &rows {
        if let Err(refusal) = profile::of(row, &config.users) {
            *rules.entry(refusal.rule()).or_default() += 1;
        }
    }
    let looked_at = rows.len();
    for (rule, count) in rules {
        let message = format!("{count} of {looked_at} sampled users cannot be mapped: {rule}");
        let hint = "they are answered `user_unmappable`; mend the rows, or the mapping in `[users]`";
        // When nobody at all can be mapped, the mapping is what is wrong.
        findings.push(if count == looked_at {
            Finding::error("profile", message, Some(hint.into()))
        } else {
            Finding::warning("profile", message, Some(hint.into()))
        });
    }
    if looked_at == 0 {
        findings.push(Finding::warning("sample", "the table holds no user", Some("look at `users.table`".into())));
    } else if findings.is_empty() {
        let message = format!("{looked_at} sampled users have a profile and a hash that can be verified, or none");
        findings.push(Finding::note("sample", message));
    }
    findings
}

fn hashes(rows: &[LegacyRow], config: &Config) -> Vec<Finding> {
    let unread = Decoy::unverifiable_in(rows, &config.password);
    let told = unread.into_iter().map(|(reason, count)| {
        let message = format!("{count} of {} sampled hashes cannot be verified: {reason}", rows.len());
        let hint = "name the scheme in `password.schemes`, and the salt's column in `password.salt`; `drawbridge census` \
                    tells more";
        Finding::warning("hashes", message, Some(hint.into()))
    });
    told.collect()
}
