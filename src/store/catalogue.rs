//! What a database holds: tables, views, their columns and keys, as its own catalogue tells. Reads no row of a person.
use super::{console::Console, error::StoreError};
use crate::sql::dialect::Dialect;
use std::collections::BTreeSet;

/// A table or view.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CatalogueTable {
    /// Its schema (its database on MySQL).
    pub schema: String,
    /// Its name.
    pub name: String,
    /// Whether its bare name finds it, without the schema.
    pub is_visible: bool,
    /// Whether it is a view.
    pub is_view: bool,
    /// How many rows the statistics say; `None` where nobody counted.
    pub rows: Option<u64>,
    /// In their order.
    pub columns: Vec<CatalogueColumn>,
    /// The column of the primary key, when it is one column.
    pub primary: Option<String>,
    /// Columns that alone are unique, with or without case.
    pub unique: BTreeSet<String>,
}

/// A column.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CatalogueColumn {
    /// Its name.
    pub name: String,
    /// The database's name of its type, in lower case, without length: `varchar`, `int4`, `tinyint(1)`.
    pub data_type: String,
    /// Whether it can be NULL.
    pub is_nullable: bool,
    /// How many characters fit.
    pub length: Option<u32>,
}

impl CatalogueTable {
    /// The parts of its name as a statement needs them.
    #[must_use]
    pub fn path(&self) -> Vec<String> {
        if self.is_visible { vec![self.name.clone()] } else { vec![self.schema.clone(), self.name.clone()] }
    }

    /// The column of this name, exactly or else without case.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&CatalogueColumn> {
        let exact = self.columns.iter().find(|column| column.name == name);
        exact.or_else(|| self.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name)))
    }
}

/// Reads the catalogue; the database's own schemas are left out.
///
/// # Errors
/// When the database cannot be asked.
pub async fn read(console: &mut Console) -> Result<Vec<CatalogueTable>, StoreError> {
    let (columns, keys) = match console.dialect() {
        Dialect::Postgres => (POSTGRES_COLUMNS, POSTGRES_KEYS),
        Dialect::Mysql => (MYSQL_COLUMNS, MYSQL_KEYS),
        Dialect::Sqlite => (SQLITE_COLUMNS, SQLITE_KEYS),
        Dialect::SqlServer => (SQLSERVER_COLUMNS, SQLSERVER_KEYS),
    };
    let rows = console.rows(columns).await.map_err(super::console::Said::into_error)?;
    let mut tables: Vec<CatalogueTable> = Vec::new();
    for row in rows {
        let mut cells = row.into_iter();
        let mut text = || cells.next().flatten();
        let (schema, name) = (text().unwrap_or_default(), text().unwrap_or_default());
        let (visible, view, rows) = (is_true(text()), is_true(text()), text());
        if tables.last().is_none_or(|last| last.schema != schema || last.name != name) {
            tables.push(CatalogueTable {
                schema,
                name,
                is_visible: visible,
                is_view: view,
                rows: rows.and_then(|rows| rows.parse().ok()),
                ..CatalogueTable::default()
            });
        }
        let column = CatalogueColumn {
            name: text().unwrap_or_default(),
            data_type: text().unwrap_or_default().to_lowercase(),
            is_nullable: is_true(text()),
            length: text().and_then(|length| length.parse().ok()),
        };
        if let Some(table) = tables.last_mut() {
            table.columns.push(column);
        }
    }
    for row in console.rows(keys).await.map_err(super::console::Said::into_error)? {
        let mut cells = row.into_iter();
        let mut text = || cells.next().flatten();
        let (schema, name) = (text().unwrap_or_default(), text().unwrap_or_default());
        let (column, primary) = (text().unwrap_or_default(), is_true(text()));
        if let Some(table) = tables.iter_mut().find(|table| table.schema == schema && table.name == name) {
            if primary {
                table.primary = Some(column.clone());
            }
            table.unique.insert(column);
        }
    }
    Ok(tables)
}

fn is_true(text: Option<String>) -> bool {
    matches!(text.as_deref(), Some("t" | "true" | "1" | "YES"))
}

const POSTGRES_COLUMNS: &str = "\
    select n.nspname, c.relname, pg_catalog.pg_table_is_visible(c.oid), c.relkind in ('v', 'm'), \
    case when c.reltuples >= 0 then c.reltuples::bigint end, a.attname, coalesce(b.typname, t.typname), \
    not a.attnotnull, case when t.typname in ('varchar', 'bpchar') and a.atttypmod > 4 then a.atttypmod - 4 end \
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
    join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped \
    join pg_catalog.pg_type t on t.oid = a.atttypid left join pg_catalog.pg_type b on b.oid = t.typbasetype \
    where c.relkind in ('r', 'v', 'm', 'p', 'f') and not c.relispartition \
    and n.nspname <> 'information_schema' and n.nspname not like 'pg\\_%' \
    order by n.nspname, c.relname, a.attnum";

/// Unique indexes on one column or on its lower or upper case.
const POSTGRES_KEYS: &str = "\
    select n.nspname, c.relname, a.attname, i.indisprimary \
    from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indrelid \
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace \
    join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped \
    where i.indisunique and i.indnkeyatts = 1 and n.nspname <> 'information_schema' and n.nspname not like 'pg\\_%' \
    and (i.indkey[0] = a.attnum or (i.indexprs is not null and lower(replace(replace(pg_catalog.pg_get_indexdef(\
    i.indexrelid, 1, true), '\"', ''), '::text', '')) in ('lower(' || lower(a.attname) || ')', 'upper(' || \
    lower(a.attname) || ')')))";

const MYSQL_COLUMNS: &str = "\
    select c.table_schema, c.table_name, coalesce(c.table_schema = database(), 0), t.table_type like '%VIEW', \
    t.table_rows, c.column_name, if(c.column_type like 'tinyint(1)%', 'tinyint(1)', c.data_type), \
    c.is_nullable = 'YES', c.character_maximum_length \
    from information_schema.columns c join information_schema.tables t on t.table_schema = c.table_schema and \
    t.table_name = c.table_name where c.table_schema not in ('information_schema', 'mysql', 'performance_schema', 'sys') \
    order by c.table_schema, c.table_name, c.ordinal_position";

const MYSQL_KEYS: &str = "\
    select table_schema, table_name, min(column_name), max(index_name = 'PRIMARY') \
    from information_schema.statistics where non_unique = 0 and table_schema not in ('information_schema', 'mysql', \
    'performance_schema', 'sys') group by table_schema, table_name, index_name \
    having count(*) = 1 and min(column_name) is not null";

const SQLSERVER_COLUMNS: &str = "\
    select s.name, o.name, case when s.name = schema_name() then 1 else 0 end, case when o.type = 'V' then 1 else 0 end, \
    (select sum(p.rows) from sys.partitions p where p.object_id = o.object_id and p.index_id in (0, 1)), c.name, t.name, \
    cast(c.is_nullable as int), case when t.name in ('varchar', 'char') then c.max_length when t.name in ('nvarchar', \
    'nchar') and c.max_length > 0 then c.max_length / 2 end \
    from sys.objects o join sys.schemas s on s.schema_id = o.schema_id join sys.columns c on c.object_id = o.object_id \
    join sys.types t on t.user_type_id = c.user_type_id where o.type in ('U', 'V') and o.is_ms_shipped = 0 \
    order by s.name, o.name, c.column_id";

const SQLSERVER_KEYS: &str = "\
    select s.name, o.name, max(c.name), max(cast(i.is_primary_key as int)) from sys.indexes i join sys.objects o on \
    o.object_id = i.object_id join sys.schemas s on s.schema_id = o.schema_id join sys.index_columns x on x.object_id = \
    i.object_id and x.index_id = i.index_id and x.is_included_column = 0 join sys.columns c on c.object_id = x.object_id \
    and c.column_id = x.column_id where i.is_unique = 1 and i.has_filter = 0 and o.type = 'U' and o.is_ms_shipped = 0 \
    group by s.name, o.name, i.index_id having count(*) = 1";

const SQLITE_COLUMNS: &str = "\
    select 'main', s.name, 1, s.type = 'view', null, x.name, lower(case when instr(x.type, '(') > 0 and lower(x.type) <> \
    'tinyint(1)' then substr(x.type, 1, instr(x.type, '(') - 1) else x.type end), not x.\"notnull\", null \
    from sqlite_schema s join pragma_table_xinfo(s.name) x \
    where s.type in ('table', 'view') and s.name not like 'sqlite\\_%' escape '\\' order by s.name, x.cid";

const SQLITE_KEYS: &str = "\
    select 'main', s.name, max(x.name), 0 from sqlite_schema s join pragma_index_list(s.name) l join \
    pragma_index_info(l.name) x where s.type = 'table' and l.\"unique\" and not l.partial group by s.name, l.name \
    having count(*) = 1 and max(x.name) is not null \
    union all select 'main', s.name, max(x.name), 1 from sqlite_schema s join pragma_table_info(s.name) x where \
    s.type = 'table' and x.pk > 0 group by s.name having count(*) = 1";
