//! What an administrator runs once, for each backend: the role, its rights on exactly the columns that it reads, the
//! ledger, and their undoing. Every statement can be run again.
use super::{
    dialect::Dialect,
    identifier::{quote, quote_path},
};
use std::{collections::BTreeSet, fmt::Write};

/// A table and the columns of it that are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readable {
    /// The parts of its name.
    pub path: Vec<String>,
    /// Its columns.
    pub columns: BTreeSet<String>,
}

/// The policy that lets the role see rows where row security is on.
pub const POLICY: &str = "drawbridge_reads";

/// The role and the database that it is for.
#[derive(Debug, Clone)]
pub struct Grantee<'a> {
    /// The role's name.
    pub role: &'a str,
    /// The database's.
    pub database: &'a str,
}

/// The ledger as it stands in a backend.
#[derive(Debug, Clone, Copy)]
pub struct LedgerTable {
    /// Its name.
    pub name: &'static str,
    /// The statement that creates it.
    pub create: &'static str,
}

/// The role itself.
#[must_use]
pub fn role(dialect: Dialect, grantee: &Grantee<'_>) -> String {
    let name = quote(dialect, grantee.role);
    let literal = dialect.text_literal(grantee.role);
    match dialect {
        Dialect::Postgres => format!(
            "do $$ begin\n    if not exists (select from pg_catalog.pg_roles where rolname = {literal}) then\n        \
             create role {name} login;\n    end if;\nend $$;\n\
             -- Its password, which stands in no script:  \\password {name}\n\
             grant connect on database {} to {name};\n",
            quote(dialect, grantee.database)
        ),
        Dialect::Mysql => format!(
            "create user if not exists {literal}@'%' account lock;\n\
             -- Its password, which stands in no script:  alter user {literal}@'%' identified by '…' account unlock;\n"
        ),
        Dialect::SqlServer => format!(
            "-- On the server, once, with a password of your choice, which stands in no script:\n\
             --   create login {name} with password = '…';\n\
             if user_id(N{literal}) is null and suser_id(N{literal}) is not null create user {name} for login {name};\n\
             grant connect to {name};\n"
        ),
        Dialect::Sqlite => {
            "-- SQLite has no roles: whoever may write the file may change everything in it. Give the service's\n\
                            -- user read access to the legacy file, and keep the ledger in a file of its own\n\
                            -- (migration.store = \"sqlite:ledger.db\")\n"
                .to_owned()
        }
    }
}

/// SELECT on exactly these columns.
#[must_use]
pub fn read(dialect: Dialect, grantee: &Grantee<'_>, tables: &[Readable]) -> String {
    let mut script = String::new();
    if dialect == Dialect::Sqlite {
        return script;
    }
    let to = grantee_name(dialect, grantee);
    if dialect == Dialect::Postgres {
        let schemas: BTreeSet<&String> = tables.iter().filter_map(schema).collect();
        for schema in schemas {
            line(&mut script, format_args!("grant usage on schema {} to {to};", quote(dialect, schema)));
        }
    }
    for table in tables {
        let columns: Vec<String> = table.columns.iter().map(|column| quote(dialect, column)).collect();
        let path = place(dialect, grantee, &table.path);
        let columns = columns.join(", ");
        if dialect == Dialect::SqlServer {
            line(&mut script, format_args!("grant select on {path} ({columns}) to {to};"));
        } else {
            line(&mut script, format_args!("grant select ({columns}) on {path} to {to};"));
        }
    }
    if dialect == Dialect::Postgres {
        script += &row_security(grantee, tables);
    }
    script
}

/// Row security hides every row from a role that no policy names, and nobody is told.
fn row_security(grantee: &Grantee<'_>, tables: &[Readable]) -> String {
    let dialect = Dialect::Postgres;
    let paths: Vec<String> =
        tables.iter().map(|table| dialect.text_literal(&quote_path(dialect, &table.path))).collect();
    format!(
        "do $$ declare t regclass; begin\n    foreach t in array array[{}]::regclass[] loop\n        \
         if (select relrowsecurity from pg_catalog.pg_class where oid = t) and not exists (select from \
         pg_catalog.pg_policy where polrelid = t and polname = '{POLICY}') then\n            \
         execute format('create policy {POLICY} on %s for select to %I using (true)', t, {});\n        \
         end if;\n    end loop;\nend $$;\n",
        paths.join(", "),
        dialect.text_literal(grantee.role)
    )
}

/// The ledger's table, and SELECT and INSERT on it.
#[must_use]
pub fn ledger(dialect: Dialect, grantee: &Grantee<'_>, table: LedgerTable) -> String {
    let mut script = table.create.trim_end().to_owned();
    script.push('\n');
    script + &on_ledger(dialect, grantee, table.name)
}

/// SELECT and INSERT on the ledger.
#[must_use]
pub fn on_ledger(dialect: Dialect, grantee: &Grantee<'_>, table: &str) -> String {
    if dialect == Dialect::Sqlite {
        return String::new();
    }
    let place = place(dialect, grantee, &[table.to_owned()]);
    format!("grant select, insert on {place} to {};\n", grantee_name(dialect, grantee))
}

/// The statements that take the role away again; the ledger only where `ledger` names it.
#[must_use]
pub fn undo(dialect: Dialect, grantee: &Grantee<'_>, tables: &[Readable], ledger: Option<&str>) -> String {
    let mut script = String::new();
    let name = quote(dialect, grantee.role);
    match dialect {
        Dialect::Postgres => {
            for table in tables {
                let path = quote_path(dialect, &table.path);
                line(&mut script, format_args!("drop policy if exists {POLICY} on {path};"));
                line(&mut script, format_args!("revoke all on {path} from {name};"));
            }
            for schema in tables.iter().filter_map(schema).collect::<BTreeSet<_>>() {
                line(&mut script, format_args!("revoke usage on schema {} from {name};", quote(dialect, schema)));
            }
            if let Some(ledger) = ledger {
                line(&mut script, format_args!("drop table if exists {};", quote(dialect, ledger)));
            }
            let database = quote(dialect, grantee.database);
            line(&mut script, format_args!("revoke connect on database {database} from {name};"));
            line(&mut script, format_args!("drop role if exists {name};"));
        }
        Dialect::Mysql => {
            if let Some(ledger) = ledger {
                let place = place(dialect, grantee, &[ledger.to_owned()]);
                line(&mut script, format_args!("drop table if exists {place};"));
            }
            line(&mut script, format_args!("drop user if exists {};", grantee_name(dialect, grantee)));
        }
        Dialect::Sqlite | Dialect::SqlServer => {
            if let Some(ledger) = ledger {
                line(&mut script, format_args!("drop table if exists {};", quote(dialect, ledger)));
            }
            if dialect == Dialect::SqlServer {
                line(&mut script, format_args!("drop user if exists {name};"));
            }
        }
    }
    script
}

fn schema(table: &Readable) -> Option<&String> {
    table.path.len().checked_sub(2).and_then(|place| table.path.get(place))
}

fn grantee_name(dialect: Dialect, grantee: &Grantee<'_>) -> String {
    match dialect {
        Dialect::Mysql => format!("{}@'%'", dialect.text_literal(grantee.role)),
        Dialect::Postgres | Dialect::Sqlite | Dialect::SqlServer => quote(dialect, grantee.role),
    }
}

/// A table as a grant names it: MySQL wants the database, whichever one the script is run in.
fn place(dialect: Dialect, grantee: &Grantee<'_>, path: &[String]) -> String {
    if dialect == Dialect::Mysql && path.len() == 1 {
        let whole: Vec<String> = [grantee.database.to_owned()].into_iter().chain(path.iter().cloned()).collect();
        return quote_path(dialect, &whole);
    }
    quote_path(dialect, path)
}

fn line(script: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = writeln!(script, "{text}");
}
