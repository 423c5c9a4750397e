//! Whether the legacy database answers, has the mapped columns, and takes the statement.
use super::Finding;
use crate::{
    accounts::decoy::Decoy,
    config::Config,
    store::{self, Found, runtime::DatabaseRuntime},
};

/// Nobody's identifier: `.invalid` is reserved for that.
const NOBODY: &str = "drawbridge-check@example.invalid";
/// Rows whose hashes are looked at.
const SAMPLE: u32 = 500;

/// Connects, compares the columns, prepares and runs the statement once.
pub async fn probe(config: &Config, runtime: &DatabaseRuntime) -> Vec<Finding> {
    let (database, users, password) = (&config.database, &config.users, &config.password);
    let problems = match store::inspect(database, users, password, runtime).await {
        Ok(problems) => problems,
        Err(error) => {
            let hint = "look at `database.url`, the password and the network between";
            return vec![Finding::of_store("database_unreachable", &error, hint)];
        }
    };
    let mut findings = vec![Finding::note("database", "the legacy database answers")];
    for problem in &problems {
        findings.push(if problem.fatal {
            Finding::error("columns", problem.message.clone(), problem.hint.clone())
        } else {
            Finding::warning("index", problem.message.clone(), problem.hint.clone())
        });
    }
    if problems.iter().any(|problem| problem.fatal) {
        return findings;
    }
    findings.extend(statement(config, runtime).await);
    findings
}

async fn statement(config: &Config, runtime: &DatabaseRuntime) -> Vec<Finding> {
    let hint = "look at `[users]`, and at what the role may SELECT";
    let store = match store::open(&config.database, &config.users, &config.password, runtime).await {
        Ok(store) => store,
        Err(error) => return vec![Finding::of_store("statement", &error, hint)],
    };
    let mut findings = Vec::new();
    match store.find(NOBODY).await {
        Ok(Found::Nobody) => findings.push(Finding::note("statement", "the statement was prepared and finds users")),
        Ok(_) => findings.push(Finding::error(
            "statement",
            "the statement finds somebody for an identifier that nobody has",
            Some("let `users.query` compare a column with `:identifier`".into()),
        )),
        Err(error) => findings.push(Finding::of_store("statement", &error, hint)),
    }
    match store.sample(SAMPLE).await {
        Ok(rows) => {
            let unread = Decoy::unverifiable_in(&rows, &config.password);
            for (reason, count) in unread {
                let message = format!("{count} of {} sampled hashes cannot be verified: {reason}", rows.len());
                let hint = "name the scheme in `password.schemes`, and the salt's column in `password.salt`";
                findings.push(Finding::warning("hashes", message, Some(hint.into())));
            }
        }
        Err(error) => findings.push(Finding::of_store("hashes", &error, hint)),
    }
    findings
}
