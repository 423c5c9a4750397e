//! SQL Server: memberships, and every permission that the role has been granted or is given by a role or by PUBLIC.
use super::{Allowed, Verdict};
use crate::{
    sql::{
        dialect::Dialect,
        identifier::{quote, quote_path},
    },
    store::console::{Console, Said, Texts},
};
use std::collections::{BTreeMap, BTreeSet};

const DIALECT: Dialect = Dialect::SqlServer;

/// Permissions that every user has, and that reveal nothing.
const HARMLESS: &[&str] = &[
    "CONNECT",
    "VIEW ANY COLUMN ENCRYPTION KEY DEFINITION",
    "VIEW ANY COLUMN MASTER KEY DEFINITION",
    "VIEW DEFINITION",
];

pub(super) async fn verdict(console: &mut Console, allowed: &Allowed<'_>) -> Result<Verdict, Said> {
    let mut verdict = Verdict::default();
    let me = console.rows("select user_name()").await?.into_iter().flatten().flatten().next().unwrap_or_default();
    memberships(console, &me, &mut verdict).await?;
    if !verdict.almighty {
        permissions(console, &me, allowed, &mut verdict).await?;
    }
    Ok(verdict)
}

async fn memberships(console: &mut Console, me: &str, verdict: &mut Verdict) -> Result<(), Said> {
    let rows = console
        .rows(
            "select 'server', name from sys.server_principals where type = 'R' and name <> 'public' and \
             is_srvrolemember(name) = 1 union all select 'database', name from sys.database_principals where type = 'R' and \
             name <> 'public' and is_rolemember(name) = 1",
        )
        .await?;
    for row in &rows {
        let (kind, role) = (cell(row, 0), cell(row, 1));
        verdict.almighty |= role == "sysadmin" || role == "db_owner";
        verdict.add(
            format!("the role is a member of the {kind} role `{role}`"),
            format!(
                "alter {}role {} drop member {};",
                if kind == "server" { "server " } else { "" },
                quote(DIALECT, &role),
                quote(DIALECT, me)
            ),
        );
    }
    Ok(())
}

async fn permissions(
    console: &mut Console,
    me: &str,
    allowed: &Allowed<'_>,
    verdict: &mut Verdict,
) -> Result<(), Said> {
    let me = quote(DIALECT, me);
    let rows = console.rows("select permission_name from fn_my_permissions(null, 'DATABASE')").await?;
    for word in rows.iter().map(|row| cell(row, 0)).filter(|word| !HARMLESS.contains(&word.as_str())) {
        verdict.add(format!("the role may {word} in the database"), format!("revoke {word} from {me};"));
    }
    // Of an object as a whole the second name is empty; else it is a column's.
    let rows = console
        .rows(
            "select s.name, o.name, coalesce(p.subentity_name, ''), p.permission_name from sys.objects o join sys.schemas s on \
             s.schema_id = o.schema_id cross apply fn_my_permissions(quotename(s.name) + '.' + quotename(o.name), 'OBJECT') p \
             where o.type in ('U', 'V', 'P', 'FN', 'IF', 'TF', 'SO') and o.is_ms_shipped = 0 order by 1, 2, 4, 3",
        )
        .await?;
    let mut whole: BTreeSet<(String, String, String)> = BTreeSet::new();
    let mut parts: BTreeMap<(String, String, String), BTreeSet<String>> = BTreeMap::new();
    for row in &rows {
        let (schema, name, column, word) = (cell(row, 0), cell(row, 1), cell(row, 2), cell(row, 3));
        if HARMLESS.contains(&word.as_str())
            || (allowed.is_ledger(&name) && ["SELECT", "INSERT"].contains(&word.as_str()))
        {
            continue;
        }
        if column.is_empty() {
            whole.insert((schema, name, word));
        } else {
            parts.entry((schema, name, word)).or_default().insert(column);
        }
    }
    for (schema, name, word) in &whole {
        let path = quote_path(DIALECT, &[schema.clone(), name.clone()]);
        let columns = allowed.columns(schema, name).filter(|_| word == "SELECT");
        let known = allowed.table(schema, name).map(|table| table.columns.len());
        // The server lists SELECT of the object where some of its columns may be read.
        let partly = parts.get(&(schema.clone(), name.clone(), word.clone())).map(BTreeSet::len);
        if columns.is_some() && (partly < known || columns.map(BTreeSet::len) == known) {
            continue;
        }
        verdict.add(format!("the role may {word} on {path}"), format!("revoke {word} on {path} from {me};"));
    }
    for ((schema, name, word), columns) in parts {
        if whole.contains(&(schema.clone(), name.clone(), word.clone())) && word != "SELECT" {
            continue;
        }
        let may_read = allowed.columns(&schema, &name).filter(|_| word == "SELECT");
        let spare: Vec<String> = columns
            .iter()
            .filter(|column| !may_read.is_some_and(|known| known.contains(*column)))
            .map(|column| quote(DIALECT, column))
            .collect();
        if !spare.is_empty() {
            let (path, spare) = (quote_path(DIALECT, &[schema, name]), spare.join(", "));
            verdict.add(
                format!("the role may {word} {spare} of {path}"),
                format!("revoke {word} on {path} ({spare}) from {me};"),
            );
        }
    }
    Ok(())
}

fn cell(row: &Texts, place: usize) -> String {
    row.get(place).cloned().flatten().unwrap_or_default()
}
