//! PostgreSQL: role attributes, memberships, and every access list of the database, those of PUBLIC and of inherited roles
//! included.
mod relations;

use self::relations::relations;
use super::{Allowed, Verdict};
use crate::{
    sql::{
        dialect::Dialect,
        identifier::{quote, quote_path},
    },
    store::console::{Console, Said, Texts},
};

const DIALECT: Dialect = Dialect::Postgres;

pub(super) async fn verdict(console: &mut Console, allowed: &Allowed<'_>) -> Result<Verdict, Said> {
    let mut verdict = Verdict::default();
    let me = cell(console.rows("select current_user").await?.first(), 0);
    attributes(console, &me, &mut verdict).await?;
    if verdict.almighty {
        return Ok(verdict);
    }
    memberships(console, &me, &mut verdict).await?;
    relations(console, &me, allowed, &mut verdict).await?;
    containers(console, &mut verdict).await?;
    functions(console, &mut verdict).await?;
    row_security(console, &me, allowed, &mut verdict).await?;
    Ok(verdict)
}

async fn attributes(console: &mut Console, me: &str, verdict: &mut Verdict) -> Result<(), Said> {
    let rows = console
        .rows(
            "select rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls from pg_catalog.pg_roles where \
             rolname = current_user",
        )
        .await?;
    let words = ["superuser", "createrole", "createdb", "replication", "bypassrls"];
    for (place, word) in words.into_iter().enumerate() {
        if cell(rows.first(), place) == "t" {
            let revoke = format!("alter role {} no{word};", quote(DIALECT, me));
            verdict.add(format!("the role has the attribute {}", word.to_uppercase()), revoke);
        }
    }
    if cell(rows.first(), 0) == "t" {
        verdict.excess.clear();
        verdict.almighty = true;
        verdict.add(
            "the role is a superuser: it may do everything",
            "let `drawbridge sql` print a role that may not, and use that one".to_owned(),
        );
    }
    Ok(())
}

async fn memberships(console: &mut Console, me: &str, verdict: &mut Verdict) -> Result<(), Said> {
    let rows = console
        .rows(
            "select r.rolname, r.rolname like 'pg\\_%', pg_catalog.pg_has_role(current_user, r.oid, 'usage') from \
             pg_catalog.pg_roles r where r.rolname <> current_user and pg_catalog.pg_has_role(current_user, r.oid, 'member')",
        )
        .await?;
    for row in &rows {
        let (role, predefined, inherited) = (cell(Some(row), 0), cell(Some(row), 1) == "t", cell(Some(row), 2) == "t");
        let revoke = format!("revoke {} from {};", quote(DIALECT, &role), quote(DIALECT, me));
        if predefined {
            verdict.add(format!("the role is a member of `{role}`"), revoke);
        } else if !inherited {
            verdict.add(format!("the role may become `{role}`"), revoke);
        } else {
            verdict.notes.push(format!("the role is a member of `{role}`, whose privileges are counted as its own"));
        }
    }
    Ok(())
}

/// Schemas, databases, foreign servers and what future tables will be granted.
async fn containers(console: &mut Console, verdict: &mut Verdict) -> Result<(), Said> {
    let rows = console
        .rows(
            "select 'schema', n.nspname, coalesce(r.rolname, ''), x.privilege_type from pg_catalog.pg_namespace n cross join \
             lateral pg_catalog.aclexplode(coalesce(n.nspacl, pg_catalog.acldefault('n', n.nspowner))) x left join \
             pg_catalog.pg_roles r on r.oid = x.grantee where n.nspname not in ('pg_catalog', 'information_schema') and \
             n.nspname not like 'pg\\_%' and x.privilege_type = 'CREATE' and (x.grantee = 0 or pg_catalog.pg_has_role(\
             x.grantee, 'usage')) \
             union all select 'database', d.datname, coalesce(r.rolname, ''), x.privilege_type from pg_catalog.pg_database d \
             cross join lateral pg_catalog.aclexplode(coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba))) x left join \
             pg_catalog.pg_roles r on r.oid = x.grantee where d.datname = current_database() and x.privilege_type in \
             ('CREATE', 'TEMPORARY') and (x.grantee = 0 or pg_catalog.pg_has_role(x.grantee, 'usage')) \
             union all select 'foreign server', s.srvname, coalesce(r.rolname, ''), x.privilege_type from \
             pg_catalog.pg_foreign_server s cross join lateral pg_catalog.aclexplode(s.srvacl) x left join \
             pg_catalog.pg_roles r on r.oid = x.grantee where x.grantee = 0 or pg_catalog.pg_has_role(x.grantee, 'usage')",
        )
        .await?;
    for row in &rows {
        let [kind, name, grantee, privilege] = std::array::from_fn(|place| cell(Some(row), place));
        let from = if grantee.is_empty() { "public".to_owned() } else { quote(DIALECT, &grantee) };
        let name = quote(DIALECT, &name);
        if privilege == "TEMPORARY" && grantee.is_empty() {
            // PostgreSQL grants it to everybody; nothing outlives the session.
            continue;
        }
        let everybody = if grantee.is_empty() { " (as everybody)" } else { "" };
        verdict.add(
            format!("the role may {privilege} in {kind} {name}{everybody}"),
            format!("revoke {privilege} on {kind} {name} from {from};"),
        );
    }
    let future = console
        .rows(
            "select pg_catalog.pg_get_userbyid(d.defaclrole), coalesce(n.nspname, ''), x.privilege_type, coalesce(r.rolname, \
             '') from pg_catalog.pg_default_acl d left join pg_catalog.pg_namespace n on n.oid = d.defaclnamespace cross join \
             lateral pg_catalog.aclexplode(d.defaclacl) x left join pg_catalog.pg_roles r on r.oid = x.grantee where \
             d.defaclobjtype = 'r' and (x.grantee = 0 or pg_catalog.pg_has_role(x.grantee, 'usage')) and \
             not pg_catalog.pg_has_role(d.defaclrole, 'usage')",
        )
        .await?;
    for row in &future {
        let [owner, schema, privilege, grantee] = std::array::from_fn(|place| cell(Some(row), place));
        let from = if grantee.is_empty() { "public".to_owned() } else { quote(DIALECT, &grantee) };
        let within = if schema.is_empty() { String::new() } else { format!(" in schema {}", quote(DIALECT, &schema)) };
        let owner = quote(DIALECT, &owner);
        verdict.add(
            format!("the role will get {privilege} on every new table of {owner}{within}"),
            format!("alter default privileges for role {owner}{within} revoke {privilege} on tables from {from};"),
        );
    }
    Ok(())
}

/// Row security without a policy for the role is not one privilege too many but one too few: it sees no row at all.
async fn row_security(
    console: &mut Console,
    me: &str,
    allowed: &Allowed<'_>,
    verdict: &mut Verdict,
) -> Result<(), Said> {
    let rows = console
        .rows(
            "select n.nspname, c.relname from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
             where c.relrowsecurity and pg_catalog.row_security_active(c.oid) and not exists (select from \
             pg_catalog.pg_policy p where p.polrelid = c.oid and p.polpermissive and p.polcmd in ('r', '*') and (0 = any \
             (p.polroles) or exists (select from unnest(p.polroles) r(oid) where r.oid <> 0 and pg_catalog.pg_has_role(\
             r.oid, 'usage'))))",
        )
        .await?;
    for row in &rows {
        let (schema, name) = (cell(Some(row), 0), cell(Some(row), 1));
        if allowed.columns(&schema, &name).is_some() {
            let path = quote_path(DIALECT, &[schema, name]);
            verdict.missing.push(super::Excess {
                what: format!("row security hides every row of {path} from the role"),
                revoke: format!(
                    "create policy {} on {path} for select to {} using (true);",
                    crate::sql::grants::POLICY,
                    quote(DIALECT, me)
                ),
            });
        }
    }
    Ok(())
}

/// A function that runs as its owner may do what the role may not.
async fn functions(console: &mut Console, verdict: &mut Verdict) -> Result<(), Said> {
    let rows = console
        .rows(
            "select p.oid::regprocedure::text from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = \
             p.pronamespace where p.prosecdef and n.nspname not in ('pg_catalog', 'information_schema') and \
             pg_catalog.has_schema_privilege(n.oid, 'USAGE') and pg_catalog.has_function_privilege(p.oid, 'EXECUTE') and not \
             exists (select from pg_catalog.pg_depend d where d.objid = p.oid and d.deptype = 'e') order by 1 limit 20",
        )
        .await?;
    for row in &rows {
        let function = cell(Some(row), 0);
        verdict.warn(
            format!("the role may call {function}, which runs with its owner's privileges"),
            format!("revoke execute on function {function} from public;"),
        );
    }
    Ok(())
}

fn cell(row: Option<&Texts>, place: usize) -> String {
    row.and_then(|row| row.get(place)).cloned().flatten().unwrap_or_default()
}
