//! Whether the lookup uses an index: asks the database for its plan, and reads what would be read from end to end.
use super::Finding;
use crate::{
    config::Config,
    sql::dialect::Dialect,
    store::{
        console::{Console, Said, Texts},
        error::StoreError,
        runtime::DatabaseRuntime,
    },
};
use serde_json::Value;

/// Explains the lookup. `slow` are the warnings that name an index already.
pub async fn probe(config: &Config, lookup: String, slow: bool, runtime: &DatabaseRuntime) -> Vec<Finding> {
    let database = config.database.clone();
    let asked = runtime
        .run(async move {
            let mut console = Console::open(&database, true).await?;
            scanned(&mut console, &lookup).await
        })
        .await;
    match asked {
        Ok(tables) if tables.is_empty() => vec![Finding::note("index", "the plan of the lookup uses an index")],
        Ok(_) if slow => Vec::new(),
        Ok(tables) => tables.into_iter().map(|table| reads_all_of(config, &table)).collect(),
        Err(error) => vec![Finding::warning("index", format!("the plan could not be read: {error}"), None)],
    }
}

fn reads_all_of(config: &Config, table: &str) -> Finding {
    let own = table == "u" || config.users.from.path().and_then(<[String]>::last).is_some_and(|name| name == table);
    let hint = if own {
        "create an index on what is compared, or say in `users.identifiers` in which case it is stored: \
         `{ column = \"…\", case = \"lower\" }`"
    } else {
        "create an index on the column by which your SQL finds its rows"
    };
    // Our own alias says nothing to the operator.
    let shown = if table == "u" { "the users' table".to_owned() } else { format!("`{table}`") };
    Finding::warning("index", format!("the plan of the lookup reads all of {shown}"), Some(hint.into()))
}

/// The tables that would be read from end to end.
async fn scanned(console: &mut Console, lookup: &str) -> Result<Vec<String>, StoreError> {
    let mut tables = match console.dialect() {
        Dialect::Postgres => {
            // A small table is read whole whatever indexes it has: only a plan without a choice tells.
            console.run("set enable_seqscan = off").await.map_err(Said::into_error)?;
            let rows = console.rows(&format!("explain (format json) {lookup}")).await.map_err(Said::into_error)?;
            of_json(&rows, &|node| {
                let scans = node.get("Node Type").and_then(Value::as_str) == Some("Seq Scan");
                let name = || node.get("Relation Name").and_then(Value::as_str).map(ToOwned::to_owned);
                scans.then(name).flatten()
            })
        }
        Dialect::Mysql => {
            let rows = console.rows(&format!("explain format = json {lookup}")).await.map_err(Said::into_error)?;
            of_json(&rows, &|node| {
                // A small table is read whole although an index would serve; then the index is a possible one.
                let scans = node
                    .get("access_type")
                    .and_then(Value::as_str)
                    .is_some_and(|kind| kind == "ALL" || kind == "index");
                let choice = node.get("possible_keys").is_some();
                let name = || node.get("table_name").and_then(Value::as_str).map(ToOwned::to_owned);
                (scans && !choice).then(name).flatten().filter(|name| !name.starts_with('<'))
            })
        }
        // Its plans need a privilege of their own (SHOWPLAN); the catalogue has told about indexes before.
        Dialect::SqlServer => Vec::new(),
        Dialect::Sqlite => {
            let rows = console.rows(&format!("explain query plan {lookup}")).await.map_err(Said::into_error)?;
            let details = rows.into_iter().filter_map(|row| row.into_iter().nth(3).flatten());
            let scan = |detail: String| {
                let table = detail.strip_prefix("SCAN ")?.split(' ').next()?.to_owned();
                let derived = table.starts_with("found") || table.starts_with('(');
                (!derived).then_some(table)
            };
            details.filter_map(scan).collect()
        }
    };
    tables.sort();
    tables.dedup();
    Ok(tables)
}

fn of_json(rows: &[Texts], scan: &dyn Fn(&Value) -> Option<String>) -> Vec<String> {
    let text: String = rows.iter().flatten().flatten().cloned().collect::<Vec<_>>().join("\n");
    let mut found = Vec::new();
    if let Ok(plan) = serde_json::from_str::<Value>(&text) {
        walk(&plan, scan, &mut found);
    }
    found
}

fn walk(node: &Value, scan: &dyn Fn(&Value) -> Option<String>, found: &mut Vec<String>) {
    found.extend(scan(node));
    match node {
        Value::Array(values) => values.iter().for_each(|value| walk(value, scan, found)),
        Value::Object(entries) => entries.values().for_each(|value| walk(value, scan, found)),
        _ => {}
    }
}
