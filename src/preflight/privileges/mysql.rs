//! MySQL and MariaDB: what `SHOW GRANTS` says of the user and of every role that it may take.
mod show_grants;

use self::show_grants::{Grant, Object, Privilege};
use super::{Allowed, Verdict};
use crate::{
    config::{Config, database::DatabaseUrl},
    sql::{dialect::Dialect, identifier::quote},
    store::console::{Console, Said},
};
use std::collections::BTreeSet;

const DIALECT: Dialect = Dialect::Mysql;

pub(super) async fn verdict(console: &mut Console, allowed: &Allowed<'_>, config: &Config) -> Result<Verdict, Said> {
    let mut verdict = Verdict::default();
    let me = console.rows("select current_user()").await?.into_iter().flatten().flatten().next().unwrap_or_default();
    let me = account(&me);
    let database = match &config.database.url {
        DatabaseUrl::Mysql(server) => server.database.clone(),
        _ => String::new(),
    };
    let mut asked = BTreeSet::new();
    let mut open = vec![(me.clone(), None)];
    while let Some((grantee, role)) = open.pop() {
        let Some(rows) = grants(console, role.as_deref()).await? else {
            verdict.add(
                format!("the user may take the role {grantee}, whose privileges it cannot read"),
                format!("revoke {grantee} from {me};"),
            );
            continue;
        };
        for line in rows.into_iter().flatten().flatten() {
            let Some(grant) = Grant::parse(&line) else { continue };
            match grant {
                Grant::Role(role) => {
                    verdict
                        .notes
                        .push(format!("the user may take the role {role}, whose privileges are counted as its own"));
                    if asked.insert(role.clone()) {
                        open.push((role.clone(), Some(role)));
                    }
                }
                Grant::Proxy => {
                    verdict
                        .add("the user may act as another one (PROXY)", format!("revoke proxy on … from {grantee};"));
                }
                Grant::On { privileges, object, grantable } => {
                    if grantable {
                        verdict.add(
                            format!("the user may hand on its privileges on {}", object.shown()),
                            format!("revoke grant option on {} from {grantee};", object.shown()),
                        );
                    }
                    for privilege in privileges {
                        judge(&privilege, &object, &grantee, &database, allowed, &mut verdict);
                    }
                }
            }
        }
    }
    Ok(verdict)
}

/// The lines of `SHOW GRANTS`, of a role by taking it; `None` where that is refused.
async fn grants(console: &mut Console, role: Option<&str>) -> Result<Option<Vec<crate::store::console::Texts>>, Said> {
    let Some(role) = role else { return console.rows("show grants").await.map(Some) };
    if let Ok(rows) = console.rows(&format!("show grants for {role}")).await {
        return Ok(Some(rows));
    }
    if console.run(&format!("set role {role}")).await.is_err() {
        return Ok(None);
    }
    // MariaDB shows what the role brings behind what the user has; MySQL joins the two.
    let rows = console.rows("show grants").await.ok();
    console.run("set role none").await?;
    Ok(rows)
}

fn judge(
    privilege: &Privilege,
    object: &Object,
    grantee: &str,
    database: &str,
    allowed: &Allowed<'_>,
    verdict: &mut Verdict,
) {
    let word = privilege.word.as_str();
    if word == "USAGE" {
        return;
    }
    let shown = object.shown();
    let all = ["ALL PRIVILEGES", "SUPER"].contains(&word) && matches!(object, Object::Everything);
    verdict.almighty |= all;
    let Object::Table { schema, name } = object else {
        let revoke = format!("revoke {word} on {shown} from {grantee};");
        let what =
            if all { "the user may do everything".to_owned() } else { format!("the user may {word} on {shown}") };
        return verdict.add(what, revoke);
    };
    if allowed.is_ledger(name) && schema == database && ["SELECT", "INSERT"].contains(&word) {
        return;
    }
    let may_read = allowed.columns(schema, name).filter(|_| word == "SELECT");
    match (&privilege.columns, may_read) {
        (None, Some(columns)) => {
            let known = allowed.table(schema, name);
            if known.is_some_and(|table| table.columns.iter().any(|column| !columns.contains(&column.name))) {
                let listed: Vec<String> = columns.iter().map(|column| quote(DIALECT, column)).collect();
                verdict.add(
                    format!("the user may SELECT every column of {shown}, not only the mapped ones"),
                    format!(
                        "revoke select on {shown} from {grantee}; grant select ({}) on {shown} to {grantee};",
                        listed.join(", ")
                    ),
                );
            }
        }
        (None, None) => {
            verdict.add(format!("the user may {word} on {shown}"), format!("revoke {word} on {shown} from {grantee};"));
        }
        (Some(columns), may_read) => {
            let spare: Vec<String> = columns
                .iter()
                .filter(|column| !may_read.is_some_and(|known| known.contains(*column)))
                .map(|column| quote(DIALECT, column))
                .collect();
            if !spare.is_empty() {
                let spare = spare.join(", ");
                verdict.add(
                    format!("the user may {word} {spare} of {shown}"),
                    format!("revoke {word} ({spare}) on {shown} from {grantee};"),
                );
            }
        }
    }
}

/// `user@host` as an account.
fn account(text: &str) -> String {
    let (user, host) = text.rsplit_once('@').unwrap_or((text, "%"));
    format!("{}@{}", DIALECT.text_literal(user), DIALECT.text_literal(host))
}
