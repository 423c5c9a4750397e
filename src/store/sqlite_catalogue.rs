//! What SQLite's catalogue says of the columns, and how each is selected and compared so that its index is used.
//! SQLite folds the case of ASCII only; what lies beyond is bound in lower case as well.
use super::{
    error::{StoreError, StoreErrorKind},
    legacy_row::LegacyValue,
    matching::Parse,
    plan::{ColumnFacts, Facts, SchemaProblem, nearest_name},
    shape::Shape,
    sql_store::Reader,
    sqlite::AsyncSqlite,
};
use crate::{
    config::users::{From, Users},
    sql::{
        dialect::Dialect,
        identifier,
        select_user::{self, Comparison, Expression, Origin, Selected, Table},
        statement::{Bound, Piece, Statement, Wrap},
    },
};
use diesel::{row::Field, row::Row};
use futures_util::TryStreamExt;
use std::sync::Arc;

const DIALECT: Dialect = Dialect::Sqlite;

/// Reads the facts, or tells what does not fit.
pub(crate) async fn facts(
    client: &mut AsyncSqlite,
    users: &Users,
    origin: &Origin,
) -> Result<Result<Facts, SchemaProblem>, StoreError> {
    let described: Vec<(String, String)> = match &users.from {
        From::Table(Table { path, .. }) => match table(client, path).await? {
            Ok(columns) => columns,
            Err(problem) => return Ok(Err(problem)),
        },
        From::Query(_) => match names(client, origin).await {
            Ok(names) => names.into_iter().map(|name| (name, String::new())).collect(),
            Err(message) => {
                return Ok(Err(SchemaProblem::fatal(format!("`users.query` cannot be used: {message}"), None)));
            }
        },
    };
    let mut columns = Vec::new();
    for (name, sql) in users.expressions() {
        let expression = Expression::Operator(sql.to_owned());
        let selected = [Selected { expression: expression.clone(), wrap: Wrap::NONE }];
        let mut pieces = select_user::select(&selected, origin);
        select_user::push_limit(&mut pieces, DIALECT, 0, false);
        if let Err(message) = values(client, pieces, vec![], 1).await {
            let key = Users::key_of_expression(name);
            return Ok(Err(SchemaProblem::fatal(format!("`{key}` cannot be used: {message}"), None)));
        }
        columns.push(facts_of(client, users, name.to_owned(), expression, "").await?);
    }
    for (name, declared) in described {
        let expression = Expression::Column(name.clone());
        columns.push(facts_of(client, users, name, expression, &declared).await?);
    }
    Ok(Ok(Facts { columns }))
}

/// Runs the planned lookup for nobody, to see whether the database accepts it.
pub(crate) async fn rehearse(client: &mut AsyncSqlite, statement: &Arc<Statement>) -> Result<(), StoreError> {
    let bound = Bound::new(Arc::clone(statement), vec![]);
    let done = client.read(bound, Arc::new([])).await;
    done.map(drop).map_err(|error| StoreError::new(StoreErrorKind::Schema, format!("the database says: {error}")))
}

async fn values(
    client: &mut AsyncSqlite,
    pieces: Vec<Piece>,
    binds: Vec<Option<String>>,
    width: usize,
) -> Result<Vec<Vec<String>>, String> {
    let bound = Bound::new(Arc::new(Statement::new(DIALECT, pieces)), binds);
    let columns = vec![(String::new(), Shape::Text); width].into();
    let rows = client.read(bound, columns).await.map_err(|error| error.to_string())?;
    let text = |value: &LegacyValue| match value {
        LegacyValue::Text(text) => text.clone(),
        LegacyValue::Int(number) => number.to_string(),
        _ => String::new(),
    };
    Ok(rows.iter().map(|row| row.iter().map(text).collect()).collect())
}

fn catalogue(message: String) -> StoreError {
    StoreError::new(StoreErrorKind::Connection, format!("the database file cannot be read: {message}"))
}

/// Schema, `main` unless the path says it, and table.
fn place(path: &[String]) -> (String, String) {
    let schema = path.len().checked_sub(2).and_then(|place| path.get(place)).cloned();
    (schema.unwrap_or_else(|| "main".into()), path.last().cloned().unwrap_or_default())
}

async fn table(
    client: &mut AsyncSqlite,
    path: &[String],
) -> Result<Result<Vec<(String, String)>, SchemaProblem>, StoreError> {
    let (schema, name) = place(path);
    let binds = vec![Some(name.clone()), Some(schema)];
    let pieces = vec![
        "select name, type from pragma_table_xinfo(".into(),
        Piece::Bind(0),
        ", ".into(),
        Piece::Bind(1),
        ")".into(),
    ];
    let rows = values(client, pieces, binds, 2).await.map_err(catalogue)?;
    if rows.is_empty() {
        let listing = vec!["select name from sqlite_schema where type in ('table', 'view')".into()];
        let names: Vec<String> =
            values(client, listing, vec![], 1).await.map_err(catalogue)?.into_iter().flatten().collect();
        let near = nearest_name(names.iter().map(String::as_str), &name);
        return Ok(Err(SchemaProblem::fatal(
            format!("`users.table` is `{}`, but the database has no such table or view", path.join(".")),
            near.map(|near| format!("the nearest name is `{near}`")),
        )));
    }
    Ok(Ok(rows
        .into_iter()
        .filter_map(|row| {
            let mut row = row.into_iter();
            Some((row.next()?, row.next().unwrap_or_default()))
        })
        .collect()))
}

/// The result columns of the operator's SELECT, from one row of NULLs that the outer join makes.
async fn names(client: &mut AsyncSqlite, origin: &Origin) -> Result<Vec<String>, String> {
    let mut pieces: Vec<Piece> = vec!["select u.* from (select 1) as one left join ".into()];
    select_user::push_origin(&mut pieces, origin);
    pieces.push(" on 0".into());
    let bound = Bound::new(Arc::new(Statement::new(DIALECT, pieces)), vec![]);
    let rows = diesel_async::AsyncConnectionCore::load(client, bound).await.map_err(|error| error.to_string())?;
    let names: Vec<Vec<String>> = rows
        .map_ok(|row| {
            (0..row.field_count())
                .filter_map(|index| row.get(index).and_then(|field| field.field_name().map(str::to_owned)))
                .collect()
        })
        .try_collect()
        .await
        .map_err(|error| error.to_string())?;
    Ok(names.into_iter().next().unwrap_or_default())
}

async fn facts_of(
    client: &mut AsyncSqlite,
    users: &Users,
    name: String,
    expression: Expression,
    declared: &str,
) -> Result<ColumnFacts, StoreError> {
    let kind = declared.to_lowercase();
    let shape = if kind.contains("bool") {
        Shape::Bool
    } else if kind.contains("json") {
        Shape::Json
    } else {
        Shape::Text
    };
    let equal = |value: Wrap| Comparison { column: Wrap::NONE, value, second: None };
    let mut slow = None;
    let (identify, parse, key) = if kind.contains("int") {
        let number = equal(Wrap::of("cast(", " as integer)"));
        (number.clone(), Parse::Integer { unsigned: false }, number)
    } else if kind.contains("blob") {
        (lower(), Parse::Text, equal(Wrap::of("unhex(", ")")))
    } else {
        let identifies = users.identifiers.iter().any(|known| known.column.eq_ignore_ascii_case(&name));
        let identify = if identifies && matches!(expression, Expression::Column(_)) {
            folding(client, users, &name, &mut slow).await?
        } else {
            lower()
        };
        // A column without a type holds numbers and texts side by side.
        let key = Comparison {
            column: Wrap::NONE,
            value: Wrap::NONE,
            second: Some(if kind.is_empty() { Wrap::of("cast(", " as integer)") } else { Wrap::NONE }),
        };
        (identify, Parse::Text, key)
    };
    Ok(ColumnFacts { name, expression, shape, select: Wrap::NONE, identify, parse, key, loose: true, slow })
}

fn lower() -> Comparison {
    Comparison { column: Wrap::of("lower(", ")"), value: Wrap::of("lower(", ")"), second: Some(Wrap::NONE) }
}

async fn folding(
    client: &mut AsyncSqlite,
    users: &Users,
    name: &str,
    slow: &mut Option<SchemaProblem>,
) -> Result<Comparison, StoreError> {
    let From::Table(Table { path, .. }) = &users.from else { return Ok(lower()) };
    let (schema, table) = place(path);
    let binds = vec![Some(table.clone()), Some(schema), Some(name.to_owned())];
    let indexes = vec![
        "select coalesce(x.name, ''), x.coll, coalesce(s.sql, '') from pragma_index_list(".into(),
        Piece::Bind(0),
        ", ".into(),
        Piece::Bind(1),
        ") as l join pragma_index_xinfo(l.name, ".into(),
        Piece::Bind(1),
        ") as x left join ".into(),
        Piece::Path(vec![place(path).0, "sqlite_schema".into()]),
        " as s on s.type = 'index' and s.name = l.name where x.seqno = 0 and not l.partial".into(),
    ];
    let rows = values(client, indexes, binds, 3).await.map_err(catalogue)?;
    let cell = |row: &[String], place: usize| row.get(place).cloned().unwrap_or_default();
    if rows.iter().any(|row| cell(row, 0).eq_ignore_ascii_case(name) && cell(row, 1).eq_ignore_ascii_case("nocase")) {
        let nocase = Wrap::of("", " collate nocase");
        return Ok(Comparison { column: nocase, value: Wrap::NONE, second: Some(Wrap::NONE) });
    }
    let bare: String = name.to_lowercase();
    let on_lower = |sql: &str| {
        let text: String = sql.to_lowercase().chars().filter(|c| !c.is_whitespace() && !"\"`[]".contains(*c)).collect();
        let squeezed: String = bare.chars().filter(|c| !c.is_whitespace()).collect();
        text.contains(&format!("(lower({squeezed})"))
    };
    let is_table = values(
        client,
        vec![
            "select type from ".into(),
            Piece::Path(vec![place(path).0, "sqlite_schema".into()]),
            " where type = 'table' and name = ".into(),
            Piece::Bind(0),
            " collate nocase".into(),
        ],
        vec![Some(table)],
        1,
    )
    .await
    .map_err(catalogue)?;
    if !rows.iter().any(|row| cell(row, 0).is_empty() && on_lower(&cell(row, 2))) && !is_table.is_empty() {
        *slow = Some(SchemaProblem::slow(
            format!(
                "no index serves a search without case in column `{name}` of `{}`: each lookup reads the whole table",
                path.join(".")
            ),
            format!(
                "create index drawbridge_{bare} on {} (lower({}))",
                identifier::quote_path(DIALECT, path),
                identifier::quote(DIALECT, name)
            ),
        ));
    }
    Ok(lower())
}
