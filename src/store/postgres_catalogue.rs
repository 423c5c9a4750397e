//! What PostgreSQL's catalogue says of the columns, and how each is selected and compared so that its index is used.
use super::{
    error::StoreError,
    matching::Parse,
    plan::{ColumnFacts, Facts, SchemaProblem, nearest_name},
    postgres::catalogue_error,
    shape::Shape,
};
use crate::{
    config::users::{Active, From, Users},
    sql::{
        dialect::Dialect,
        identifier,
        select_user::{self, Comparison, Origin},
        statement::{Piece, Statement, Wrap},
    },
};
use tokio_postgres::{Client, error::SqlState, types::Type};

const DIALECT: Dialect = Dialect::Postgres;

/// Reads the facts, or tells what does not fit.
pub(crate) async fn facts(
    client: &Client,
    users: &Users,
    origin: &Origin,
) -> Result<Result<Facts, SchemaProblem>, StoreError> {
    let mut pieces: Vec<Piece> = vec!["select * from ".into()];
    select_user::push_origin(&mut pieces, origin);
    let described = match prepare(client, pieces).await {
        Ok(statement) => statement,
        Err(error) => return problem(client, users, &error).await.map(Err),
    };
    let mut columns = Vec::new();
    for column in described.columns() {
        columns.push(facts_of(client, users, column.name(), column.type_()).await?);
    }
    let mut condition = (Shape::Text, Wrap::NONE);
    if let Some(Active::Condition(text)) = &users.active {
        let mut pieces: Vec<Piece> = vec!["select (".into(), Piece::Operator(text.clone()), "\n) from ".into()];
        select_user::push_origin(&mut pieces, origin);
        match prepare(client, pieces).await {
            Ok(statement) => {
                if let Some(column) = statement.columns().first() {
                    condition = shape(column.type_().name(), false);
                }
            }
            Err(error) if error.as_db_error().is_some() => {
                let message = format!("`users.active` cannot be used: {}", catalogue_error(&error).message);
                return Ok(Err(SchemaProblem::fatal(message, None)));
            }
            Err(error) => return Err(catalogue_error(&error)),
        }
    }
    Ok(Ok(Facts { columns, condition }))
}

/// Runs the planned lookup for nobody, to see whether the role may.
pub(crate) async fn rehearse(client: &Client, statement: &Statement) -> Result<(), StoreError> {
    let text = statement.text(|n| format!("${n}"));
    let types = vec![Type::TEXT; statement.bind_count()];
    let prepared = client.prepare_typed(&text, &types).await.map_err(|error| catalogue_error(&error))?;
    let nobody: Option<&str> = None;
    let values: Vec<&(dyn tokio_postgres::types::ToSql + Sync)> =
        types.iter().map(|_| -> &(dyn tokio_postgres::types::ToSql + Sync) { &nobody }).collect();
    client.query(&prepared, &values).await.map(drop).map_err(|error| catalogue_error(&error))
}

async fn prepare(client: &Client, pieces: Vec<Piece>) -> Result<tokio_postgres::Statement, tokio_postgres::Error> {
    let statement = Statement::new(DIALECT, pieces);
    client.prepare_typed(&statement.text(|n| format!("${n}")), &vec![Type::TEXT; statement.bind_count()]).await
}

async fn problem(client: &Client, users: &Users, error: &tokio_postgres::Error) -> Result<SchemaProblem, StoreError> {
    let Some(refusal) = error.as_db_error() else { return Err(catalogue_error(error)) };
    match &users.from {
        From::Table(path) if [SqlState::UNDEFINED_TABLE, SqlState::INVALID_SCHEMA_NAME].contains(refusal.code()) => {
            let name = path.last().map(String::as_str).unwrap_or_default();
            let rows = client
                .query(
                    "select c.relname::text from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = \
                     c.relnamespace where c.relkind in ('r','v','m','p','f') and n.nspname not in ('pg_catalog', \
                     'information_schema', 'pg_toast')",
                    &[],
                )
                .await
                .map_err(|error| catalogue_error(&error))?;
            let names: Vec<String> = rows.iter().filter_map(|row| row.try_get(0).ok()).collect();
            let near = nearest_name(names.iter().map(String::as_str), name);
            Ok(SchemaProblem::fatal(
                format!("`users.table` is `{}`, but the database has no such table or view", path.join(".")),
                near.map(|near| format!("the nearest name is `{near}`")),
            ))
        }
        From::Table(_) => {
            Ok(SchemaProblem::fatal(format!("`users.table` cannot be read: {}", refusal.message()), None))
        }
        From::Query(_) => {
            let hint = refusal.hint().map(str::to_owned);
            Ok(SchemaProblem::fatal(format!("`users.query` cannot be used: {}", refusal.message()), hint))
        }
    }
}

/// The base type's name, whether it is an array, its name for a cast, whether its collation tells all texts apart.
struct Typed {
    base: String,
    is_array: bool,
    cast: String,
    exact: bool,
}

async fn facts_of(client: &Client, users: &Users, name: &str, kind: &Type) -> Result<ColumnFacts, StoreError> {
    let typed = typed(client, users, name, kind).await?;
    let (shape, select) = shape(&typed.base, typed.is_array);
    let mut slow = None;
    let plain = |before: String| Comparison {
        column: Wrap::NONE,
        value: Wrap::made(
            before.clone(),
            if before.is_empty() { String::new() } else { format!(" as {})", typed.cast) },
        ),
        second: None,
    };
    let (identify, parse, key, loose) = match typed.base.as_str() {
        "citext" => (plain("cast(".into()), Parse::Text, plain("cast(".into()), true),
        "text" | "varchar" | "bpchar" | "name" => {
            let key = if matches!(typed.base.as_str(), "bpchar" | "name") {
                plain("cast(".into())
            } else {
                plain(String::new())
            };
            if typed.exact {
                let function = folding_index(client, users, name, &mut slow).await?;
                let second = if function == "lower(" { Wrap::NONE } else { Wrap::of(function, ")") };
                let wrap = Wrap::of(function, ")");
                (Comparison { column: wrap.clone(), value: wrap, second: Some(second) }, Parse::Text, key, false)
            } else {
                (key.clone(), Parse::Text, key, true)
            }
        }
        "int2" | "int4" | "int8" => {
            let equal = Comparison { column: Wrap::NONE, value: Wrap::of("cast(", " as bigint)"), second: None };
            (equal.clone(), Parse::Integer { unsigned: false }, equal, false)
        }
        "uuid" => (plain("cast(".into()), Parse::Uuid, plain("cast(".into()), false),
        "bytea" => {
            let equal = Comparison { column: Wrap::NONE, value: Wrap::of("decode(", ", 'hex')"), second: None };
            (equal.clone(), Parse::Hex, equal, false)
        }
        _ => {
            let printed = Comparison { column: Wrap::of("cast(", " as text)"), value: Wrap::NONE, second: None };
            (printed.clone(), Parse::Text, printed, false)
        }
    };
    Ok(ColumnFacts { name: name.to_owned(), shape, select, identify, parse, key, loose, slow })
}

fn shape(base: &str, is_array: bool) -> (Shape, Wrap) {
    let printed = Wrap::of("cast(", " as text)");
    if is_array {
        return (Shape::List, Wrap::of("cast(array_to_json(", ") as text)"));
    }
    match base {
        "bool" => (Shape::Bool, printed),
        "int2" | "int4" | "int8" | "oid" => (Shape::Int, printed),
        "float4" | "float8" => (Shape::Float, printed),
        "numeric" => (Shape::Decimal, printed),
        "json" | "jsonb" => (Shape::Json, printed),
        "bytea" => (Shape::Bytes, Wrap::NONE),
        "date" | "time" | "timetz" | "timestamp" => (Shape::Moment, printed),
        "timestamptz" => (Shape::MomentUtc, printed),
        _ => (Shape::Text, printed),
    }
}

async fn typed(client: &Client, users: &Users, name: &str, kind: &Type) -> Result<Typed, StoreError> {
    let row = client
        .query_one(
            "with recursive base(oid, basetype) as (select t.oid, t.typbasetype from pg_catalog.pg_type t where t.oid = \
             $1 union all select t.oid, t.typbasetype from pg_catalog.pg_type t join base on t.oid = base.basetype) \
             select t.typname::text, t.typcategory = 'A', n.nspname::text, t.typname::text from base join pg_catalog.pg_type t on \
             t.oid = base.oid join pg_catalog.pg_namespace n on n.oid = t.typnamespace where base.basetype = 0",
            &[&kind.oid()],
        )
        .await
        .map_err(|error| catalogue_error(&error))?;
    let base: String = row.try_get(0).unwrap_or_default();
    let schema: String = row.try_get(2).unwrap_or_default();
    let cast = identifier::quote_path(DIALECT, &[schema, base.clone()]);
    let mut exact = true;
    if let From::Table(path) = &users.from {
        let found = client
            .query_opt(
                "select coalesce(to_jsonb(c) ->> 'collisdeterministic', 'true') from pg_catalog.pg_attribute a join \
                 pg_catalog.pg_collation c on c.oid = a.attcollation where a.attrelid = to_regclass($1) and a.attname = $2",
                &[&identifier::quote_path(DIALECT, path), &name],
            )
            .await
            .map_err(|error| catalogue_error(&error))?;
        exact = found.and_then(|row| row.try_get::<_, String>(0).ok()).as_deref() != Some("false");
    }
    Ok(Typed { base, is_array: row.try_get(1).unwrap_or_default(), cast, exact })
}

/// `lower(` or `upper(`, whichever an index is on; without one, what to create.
async fn folding_index(
    client: &Client,
    users: &Users,
    name: &str,
    slow: &mut Option<SchemaProblem>,
) -> Result<&'static str, StoreError> {
    let From::Table(path) = &users.from else { return Ok("lower(") };
    let table = identifier::quote_path(DIALECT, path);
    let rows = client
        .query(
            "select pg_catalog.pg_get_indexdef(i.indexrelid, 1, true), c.relkind::text from pg_catalog.pg_class c left join \
             pg_catalog.pg_index i on i.indrelid = c.oid and i.indisvalid and i.indpred is null where c.oid = to_regclass($1)",
            &[&table],
        )
        .await
        .map_err(|error| catalogue_error(&error))?;
    let first_columns: Vec<String> = rows.iter().filter_map(|row| row.try_get(0).ok()).collect();
    let quoted = identifier::quote(DIALECT, name);
    for function in ["lower(", "upper("] {
        let forms: Vec<String> = [name, quoted.as_str()]
            .iter()
            .flat_map(|column| [format!("{function}{column})"), format!("{function}{column}::text)")])
            .collect();
        if first_columns.iter().any(|definition| forms.contains(definition)) {
            return Ok(function);
        }
    }
    let is_table =
        rows.iter().any(|row| row.try_get::<_, String>(1).is_ok_and(|kind| matches!(kind.as_str(), "r" | "p" | "m")));
    if is_table {
        *slow = Some(SchemaProblem::slow(
            format!(
                "no index serves a search without case in column `{name}` of `{}`: each lookup reads the whole table",
                path.join(".")
            ),
            format!("create index concurrently on {table} (lower({quoted}))"),
        ));
    }
    Ok("lower(")
}
