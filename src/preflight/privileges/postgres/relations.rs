//! Tables, views and sequences: who owns them, and every access list of theirs and of their columns.
use super::{Allowed, DIALECT, Verdict, cell};
use crate::{
    sql::identifier::{quote, quote_path},
    store::console::{Console, Said},
};
use std::collections::{BTreeMap, BTreeSet};

/// Where a privilege was found.
#[derive(PartialEq, Eq, PartialOrd, Ord, Clone)]
struct Place {
    schema: String,
    name: String,
    kind: String,
    grantee: String,
}

pub(super) async fn relations(
    console: &mut Console,
    me: &str,
    allowed: &Allowed<'_>,
    verdict: &mut Verdict,
) -> Result<(), Said> {
    let owned = console
        .rows(
            "select n.nspname, c.relname, pg_catalog.pg_get_userbyid(c.relowner) from pg_catalog.pg_class c join \
             pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'v', 'm', 'p', 'f', 'S') and \
             n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\\_%' and \
             pg_catalog.pg_has_role(c.relowner, 'usage')",
        )
        .await?;
    let mut mine = BTreeSet::new();
    for row in &owned {
        let (schema, name) = (cell(Some(row), 0), cell(Some(row), 1));
        let path = quote_path(DIALECT, &[schema.clone(), name.clone()]);
        let hint = format!("alter table {path} owner to ADMINISTRATOR;");
        verdict.add(format!("the role owns {path}, and so may change and drop it"), hint);
        mine.insert((schema, name));
    }
    // Objects of extensions are granted to everybody by their authors.
    let rows = console
        .rows(
            "with mine as (select c.oid, n.nspname, c.relname, c.relkind, c.relacl, c.relowner from pg_catalog.pg_class c \
             join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'v', 'm', 'p', 'f', 'S') \
             and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\\_%' and not exists \
             (select from pg_catalog.pg_depend d where d.objid = c.oid and d.classid = 'pg_catalog.pg_class'::regclass and \
             d.deptype = 'e')) \
             select m.nspname, m.relname, m.relkind, coalesce(r.rolname, ''), x.privilege_type, null, x.is_grantable from mine m \
             cross join lateral pg_catalog.aclexplode(m.relacl) x left join pg_catalog.pg_roles r on r.oid = x.grantee \
             where x.grantee = 0 or pg_catalog.pg_has_role(x.grantee, 'usage') \
             union all select m.nspname, m.relname, m.relkind, coalesce(r.rolname, ''), x.privilege_type, a.attname, \
             x.is_grantable from mine m join pg_catalog.pg_attribute a on a.attrelid = m.oid and not a.attisdropped \
             cross join lateral pg_catalog.aclexplode(a.attacl) x left join pg_catalog.pg_roles r on r.oid = x.grantee \
             where x.grantee = 0 or pg_catalog.pg_has_role(x.grantee, 'usage') order by 1, 2, 4, 5, 6",
        )
        .await?;
    let mut on_tables: BTreeMap<Place, BTreeSet<String>> = BTreeMap::new();
    let mut on_columns: BTreeMap<(Place, String), BTreeSet<String>> = BTreeMap::new();
    for row in &rows {
        let [schema, name, kind, grantee, privilege, column, grantable] =
            std::array::from_fn(|place| cell(Some(row), place));
        if mine.contains(&(schema.clone(), name.clone())) {
            continue;
        }
        let place = Place { schema, name, kind, grantee };
        if grantable == "t" {
            verdict.add(
                format!("the role may hand on {privilege} on {}", place.shown()),
                format!("revoke grant option for {privilege} on {} from {};", place.shown(), place.grantee()),
            );
        }
        if column.is_empty() {
            on_tables.entry(place).or_default().insert(privilege);
        } else {
            on_columns.entry((place, privilege)).or_default().insert(column);
        }
    }
    for (place, privileges) in on_tables {
        for privilege in privileges {
            on_table(&place, &privilege, me, allowed, verdict);
        }
    }
    for ((place, privilege), columns) in on_columns {
        on_column(&place, &privilege, &columns, allowed, verdict);
    }
    Ok(())
}

impl Place {
    fn shown(&self) -> String {
        quote_path(DIALECT, &[self.schema.clone(), self.name.clone()])
    }

    fn grantee(&self) -> String {
        if self.grantee.is_empty() { "public".to_owned() } else { quote(DIALECT, &self.grantee) }
    }

    /// How the role came by it.
    fn through(&self, me: &str) -> String {
        match self.grantee.as_str() {
            "" => " (as everybody)".to_owned(),
            grantee if grantee == me => String::new(),
            grantee => format!(" (as a member of `{grantee}`)"),
        }
    }
}

fn on_table(place: &Place, privilege: &str, me: &str, allowed: &Allowed<'_>, verdict: &mut Verdict) {
    if allowed.is_ledger(&place.name) && ["SELECT", "INSERT"].contains(&privilege) {
        return;
    }
    let what = if place.kind == "S" { "sequence" } else { "table" };
    let on = if place.kind == "S" { "on sequence" } else { "on" };
    let revoke = format!("revoke {privilege} {on} {} from {};", place.shown(), place.grantee());
    let through = place.through(me);
    match allowed.columns(&place.schema, &place.name) {
        Some(columns) if privilege == "SELECT" => {
            let known = allowed.table(&place.schema, &place.name);
            let spare = known.is_some_and(|table| table.columns.iter().any(|column| !columns.contains(&column.name)));
            if spare {
                let listed: Vec<String> = columns.iter().map(|column| quote(DIALECT, column)).collect();
                verdict.add(
                    format!("the role may SELECT every column of {}, not only the mapped ones{through}", place.shown()),
                    format!(
                        "{revoke} grant select ({}) on {} to {};",
                        listed.join(", "),
                        place.shown(),
                        quote(DIALECT, me)
                    ),
                );
            }
        }
        _ => verdict.add(format!("the role may {privilege} {what} {}{through}", place.shown()), revoke),
    }
}

fn on_column(place: &Place, privilege: &str, columns: &BTreeSet<String>, allowed: &Allowed<'_>, verdict: &mut Verdict) {
    if allowed.is_ledger(&place.name) && ["SELECT", "INSERT"].contains(&privilege) {
        return;
    }
    let may_read = allowed.columns(&place.schema, &place.name).filter(|_| privilege == "SELECT");
    let spare: Vec<String> = columns
        .iter()
        .filter(|column| !may_read.is_some_and(|known| known.contains(*column)))
        .map(|column| quote(DIALECT, column))
        .collect();
    if !spare.is_empty() {
        let spare = spare.join(", ");
        verdict.add(
            format!("the role may {privilege} {spare} of {}", place.shown()),
            format!("revoke {privilege} ({spare}) on {} from {};", place.shown(), place.grantee()),
        );
    }
}
