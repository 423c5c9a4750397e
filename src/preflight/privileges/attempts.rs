//! Tries what must fail. Each statement changes nothing where it is allowed: it touches no row, or names a table that is
//! already there, and what a transaction can take back is rolled back.
use super::Allowed;
use crate::{
    ledger,
    sql::{
        dialect::Dialect,
        identifier::{quote, quote_path},
    },
    store::{
        catalogue::CatalogueTable,
        console::{Console, Said},
        error::StoreError,
    },
};

/// How many foreign tables are tried.
const TABLES: usize = 3;
/// MySQL's "table already exists": the privilege was there.
const EXISTS: &str = "1050";

/// What came of the attempts.
pub(super) struct Tried {
    /// What was allowed and should not be, in words.
    pub succeeded: Vec<String>,
    /// How many the server refused.
    pub refused: usize,
}

pub(super) async fn all(console: &mut Console, allowed: &Allowed<'_>) -> Result<Tried, StoreError> {
    let mut tried = Tried { succeeded: Vec::new(), refused: 0 };
    for (what, statement) in attempts(console.dialect(), allowed) {
        console.run(console.dialect().begin()).await.map_err(Said::into_error)?;
        let answer = console.run(&statement).await;
        let back = console.run("rollback").await;
        match answer {
            Ok(()) => tried.succeeded.push(what),
            Err(said) if said.outage => return Err(said.into_error()),
            Err(said) if said.code == EXISTS => tried.succeeded.push(what),
            // A refusal for another reason proves nothing, neither way.
            Err(said) => tried.refused += usize::from(said.is_denied()),
        }
        back.map_err(Said::into_error)?;
    }
    Ok(tried)
}

fn attempts(dialect: Dialect, allowed: &Allowed<'_>) -> Vec<(String, String)> {
    let mut attempts = Vec::new();
    let path = |table: &CatalogueTable| quote_path(dialect, &[table.schema.clone(), table.name.clone()]);
    let others = allowed
        .catalogue
        .iter()
        .filter(|table| allowed.needed.columns_of(table).is_none() && !allowed.is_ledger(&table.name))
        .take(TABLES);
    for table in others {
        let path = path(table);
        attempts.push((format!("the role could SELECT from {path}"), format!("select 1 from {path} where 1 = 0")));
    }
    for table in allowed.catalogue {
        let Some(columns) = allowed.needed.columns_of(table) else { continue };
        let (path, first) =
            (path(table), columns.iter().next().map(|column| quote(dialect, column)).unwrap_or_default());
        if let Some(other) = table.columns.iter().find(|column| !columns.contains(&column.name)) {
            let other = quote(dialect, &other.name);
            attempts.push((
                format!("the role could SELECT {other} of {path}, which is not mapped"),
                format!("select {other} from {path} where 1 = 0"),
            ));
        }
        attempts.push((
            format!("the role could UPDATE {path}"),
            format!("update {path} set {first} = {first} where 1 = 0"),
        ));
        attempts.push((format!("the role could DELETE from {path}"), format!("delete from {path} where 1 = 0")));
        if dialect == Dialect::Mysql && !table.is_view {
            // It exists: nothing is made even where the privilege is there.
            attempts
                .push((format!("the role could CREATE tables beside {path}"), format!("create table {path} (id int)")));
        }
    }
    if allowed.ledger_here && allowed.catalogue.iter().any(|table| table.name == ledger::TABLE) {
        let path = quote(dialect, ledger::TABLE);
        attempts.push((
            "the role could UPDATE the ledger".into(),
            format!("update {path} set marked_by = marked_by where 1 = 0"),
        ));
        attempts.push(("the role could DELETE from the ledger".into(), format!("delete from {path} where 1 = 0")));
    }
    if matches!(dialect, Dialect::Postgres | Dialect::SqlServer) {
        attempts.push(("the role could CREATE tables".into(), "create table drawbridge_must_fail (id int)".into()));
    }
    attempts
}
