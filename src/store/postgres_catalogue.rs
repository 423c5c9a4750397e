//! What PostgreSQL's catalogue says of the columns, and how each is selected and compared so that its index is used.
use super::{
    error::StoreError,
    matching::Parse,
    plan::{ColumnFacts, Facts, SchemaProblem, nearest_name},
    postgres::catalogue_error,
    shape::Shape,
};
use crate::{
    config::users::{From, Users},
    sql::{
        dialect::Dialect,
        identifier,
        select_user::{self, Comparison, Expression, Origin, Selected, Table},
        statement::{Piece, Statement, Wrap},
    },
};
use futures_util::future::try_join_all;
use tokio_postgres::{Client, error::SqlState, types::Type};

const DIALECT: Dialect = Dialect::Postgres;

/// Reads the facts, or tells what does not fit.
pub(crate) async fn facts(
    client: &Client,
    users: &Users,
    origin: &Origin,
) -> Result<Result<Facts, SchemaProblem>, StoreError> {
    let mut columns = Vec::new();
    for (name, sql) in users.expressions() {
        let expression = Expression::Operator(sql.to_owned());
        let selected = [Selected { expression: expression.clone(), wrap: Wrap::NONE }];
        match prepare(client, select_user::select(&selected, origin)).await {
            Ok(statement) => {
                if let Some(column) = statement.columns().first() {
                    columns.push(facts_of(client, name, expression, column).await?);
                }
            }
            Err(error) if error.as_db_error().is_some() => {
                let key = Users::key_of_expression(name);
                let message = format!("`{key}` cannot be used: {}", catalogue_error(&error).message);
                return Ok(Err(SchemaProblem::fatal(message, None)));
            }
            Err(error) => return Err(catalogue_error(&error)),
        }
    }
    let mut pieces: Vec<Piece> = vec!["select u.* from ".into()];
    select_user::push_origin(&mut pieces, origin);
    let described = match prepare(client, pieces).await {
        Ok(statement) => statement,
        Err(error) => return problem(client, users, &error).await.map(Err),
    };
    // All at once: the connection takes the next question before it has answered the last one.
    let each = described.columns().iter().map(|column| {
        let expression = Expression::Column(column.name().to_owned());
        facts_of(client, column.name(), expression, column)
    });
    columns.extend(try_join_all(each).await?);
    Ok(Ok(Facts { columns }))
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
        From::Table(Table { path, joins: None, .. })
            if [SqlState::UNDEFINED_TABLE, SqlState::INVALID_SCHEMA_NAME].contains(refusal.code()) =>
        {
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

async fn facts_of(
    client: &Client,
    name: &str,
    expression: Expression,
    column: &tokio_postgres::Column,
) -> Result<ColumnFacts, StoreError> {
    // A column of a table, view or join tells where it comes from; a computed one does not.
    let source = column.table_oid().filter(|oid| *oid != 0).zip(column.column_id());
    let typed = typed(client, source, column.type_()).await?;
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
                let function = folding_index(client, source, &mut slow).await?;
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
    Ok(ColumnFacts { name: name.to_owned(), expression, shape, select, identify, parse, key, loose, slow })
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

/// The table and the number of the column in it.
type ColumnSource = Option<(u32, i16)>;

async fn typed(client: &Client, source: ColumnSource, kind: &Type) -> Result<Typed, StoreError> {
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
    if let Some((table, number)) = source {
        let found = client
            .query_opt(
                "select coalesce(to_jsonb(c) ->> 'collisdeterministic', 'true') from pg_catalog.pg_attribute a join \
                 pg_catalog.pg_collation c on c.oid = a.attcollation where a.attrelid = $1 and a.attnum = $2",
                &[&table, &number],
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
    source: ColumnSource,
    slow: &mut Option<SchemaProblem>,
) -> Result<&'static str, StoreError> {
    let Some((oid, number)) = source else { return Ok("lower(") };
    let rows = client
        .query(
            "select pg_catalog.pg_get_indexdef(i.indexrelid, 1, true), c.relkind::text, n.nspname::text, c.relname::text, \
             a.attname::text from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace join \
             pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = $2 left join pg_catalog.pg_index i on \
             i.indrelid = c.oid and i.indisvalid and i.indpred is null where c.oid = $1",
            &[&oid, &number],
        )
        .await
        .map_err(|error| catalogue_error(&error))?;
    let cell = |place: usize| rows.first().and_then(|row| row.try_get::<_, String>(place).ok()).unwrap_or_default();
    let (path, name) = ([cell(2), cell(3)], cell(4));
    let table = identifier::quote_path(DIALECT, &path);
    let first_columns: Vec<String> = rows.iter().filter_map(|row| row.try_get(0).ok()).collect();
    let quoted = identifier::quote(DIALECT, &name);
    for function in ["lower(", "upper("] {
        let forms: Vec<String> = [name.as_str(), quoted.as_str()]
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
