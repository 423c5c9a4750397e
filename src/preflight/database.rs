//! Whether the legacy database answers, has the mapped columns, and takes the statement; then what its plan, its rows and
//! its privileges are like.
use super::{Finding, indexes, privileges, rows};
use crate::{
    config::{
        Config,
        database::{DatabaseTls, DatabaseUrl},
    },
    store::{self, Found, Inspection, runtime::DatabaseRuntime},
};

/// Nobody's identifier: `.invalid` is reserved for that.
const NOBODY: &str = "drawbridge-check@example.invalid";

const RUN_SQL: &str = "let the administrator run what `drawbridge sql` prints";

/// Connects, compares the columns, prepares and runs the statement once.
pub async fn probe(config: &Config, runtime: &DatabaseRuntime) -> Vec<Finding> {
    let (database, users, password) = (&config.database, &config.users, &config.password);
    let inspection = match store::inspect(database, users, password, NOBODY, runtime).await {
        Ok(inspection) => inspection,
        Err(error) => {
            let refused = error.message.contains("denied");
            let (code, hint) = if refused {
                ("privilege_missing", RUN_SQL)
            } else {
                ("database_unreachable", "look at `database.url`, the password and the network between")
            };
            let mut findings = vec![Finding::of_store(code, &error, hint)];
            if refused {
                findings.extend(privileges::probe(config, runtime).await);
            }
            return findings;
        }
    };
    let mut findings = vec![Finding::note("database", "the legacy database answers")];
    findings.extend(transport(config));
    for problem in &inspection.problems {
        findings.push(if problem.fatal && problem.message.contains("denied") {
            Finding::error("privilege_missing", problem.message.clone(), Some(RUN_SQL.to_owned()))
        } else if problem.fatal {
            Finding::error("columns", problem.message.clone(), problem.hint.clone())
        } else {
            Finding::warning("index", problem.message.clone(), problem.hint.clone())
        });
    }
    if inspection.problems.iter().any(|problem| problem.fatal) {
        return findings;
    }
    findings.extend(statement(config, inspection, runtime).await);
    findings.extend(privileges::probe(config, runtime).await);
    findings
}

/// How the connection is encrypted.
fn transport(config: &Config) -> Option<Finding> {
    let (DatabaseUrl::Postgres(server) | DatabaseUrl::Mysql(server) | DatabaseUrl::SqlServer(server)) =
        &config.database.url
    else {
        return None;
    };
    Some(match &server.tls {
        DatabaseTls::Verified { .. } => {
            Finding::note("database_tls", "the connection is encrypted, the server's certificate verified")
        }
        DatabaseTls::Unverified => Finding::warning(
            "database_tls",
            "the connection is encrypted, but anybody could be the server",
            Some("name its authority: `?sslmode=verify-full&sslrootcert=ca.pem`".into()),
        ),
        DatabaseTls::Off if server.host.starts_with('/') || is_loopback(&server.host) => {
            Finding::note("database_tls", "the connection does not leave this machine and is not encrypted")
        }
        DatabaseTls::Off => Finding::warning(
            "database_tls",
            "hashes cross the network in the clear",
            Some("remove `sslmode=disable`, or say `?sslmode=verify-full&sslrootcert=ca.pem`".into()),
        ),
    })
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

async fn statement(config: &Config, inspection: Inspection, runtime: &DatabaseRuntime) -> Vec<Finding> {
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
    if let Some(lookup) = inspection.lookup {
        let slow = inspection.problems.iter().any(|problem| !problem.fatal);
        findings.extend(indexes::probe(config, lookup, slow, runtime).await);
    }
    if config.users.from.path().is_some() {
        findings.extend(rows::duplicates(config, inspection.duplicates, runtime).await);
        findings.extend(rows::sample(&*store, config).await);
    }
    findings
}
