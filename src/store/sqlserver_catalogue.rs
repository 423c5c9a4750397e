//! What SQL Server says of the columns. The server describes a statement without running it
//! (`sys.dm_exec_describe_first_result_set`).
mod columns;

use self::columns::{Described, compared};
use super::{
    error::StoreError,
    plan::{ColumnFacts, Facts, SchemaProblem, nearest_name},
    sqlserver::{self, Tds, catalogue_error},
};
use crate::{
    config::users::{ACTIVE_CONDITION, From, Users},
    sql::{
        dialect::Dialect,
        select_user::{self, Expression, Origin, Selected, Table},
        statement::{Piece, Statement, Wrap},
    },
};
use tiberius::{Query, error::Error as TdsError};

const DIALECT: Dialect = Dialect::SqlServer;

/// Reads the facts, or tells what does not fit.
pub(crate) async fn facts(
    client: &mut Tds,
    users: &Users,
    origin: &Origin,
) -> Result<Result<Facts, SchemaProblem>, StoreError> {
    let mut columns = Vec::new();
    for (name, sql) in users.expressions() {
        // A condition is no value here.
        let sql =
            if name == ACTIVE_CONDITION { format!("case when ({sql}\n) then 1 else 0 end") } else { sql.to_owned() };
        let expression = Expression::Operator(sql);
        let selected = [Selected { expression: expression.clone(), wrap: Wrap::NONE }];
        match described(client, select_user::select(&selected, origin)).await {
            Ok(described) => {
                for column in described {
                    let column = Described { name: name.to_owned(), ..column };
                    columns.push(facts_of(client, column, expression.clone()).await?);
                }
            }
            Err(error) => return refused(&Users::key_of_expression(name), &error).map(Err),
        }
    }
    let mut pieces: Vec<Piece> = vec!["select u.* from ".into()];
    select_user::push_origin(&mut pieces, origin);
    let whole = match described(client, pieces).await {
        Ok(columns) => columns,
        Err(error) => return problem(client, users, &error).await.map(Err),
    };
    for column in whole {
        let expression = Expression::Column(column.name.clone());
        columns.push(facts_of(client, column, expression).await?);
    }
    Ok(Ok(Facts { columns }))
}

/// Runs the planned lookup for nobody, to see whether the role may.
pub(crate) async fn rehearse(client: &mut Tds, statement: &Statement) -> Result<(), StoreError> {
    let mut query = Query::new(statement.text(|n| format!("@P{n}")));
    query.bind_iter(vec![None::<String>; statement.bind_count()]);
    let done = async { query.query(client).await?.into_results().await };
    done.await.map(drop).map_err(|error| catalogue_error(&error))
}

fn refused(key: &str, error: &TdsError) -> Result<SchemaProblem, StoreError> {
    match error {
        TdsError::Server(refusal) => {
            Ok(SchemaProblem::fatal(format!("`{key}` cannot be used: {}", refusal.message()), None))
        }
        other => Err(catalogue_error(other)),
    }
}

async fn problem(client: &mut Tds, users: &Users, error: &TdsError) -> Result<SchemaProblem, StoreError> {
    let From::Table(Table { path, joins: None, .. }) = &users.from else { return refused("users.query", error) };
    let rows = texts(client, "select name from sys.objects where type in ('U', 'V')", &[]).await;
    let rows = rows.map_err(|error| catalogue_error(&error))?;
    let names: Vec<String> = rows.into_iter().flatten().flatten().collect();
    let name = path.last().map(String::as_str).unwrap_or_default();
    if names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
        return refused("users.table", error);
    }
    let near = nearest_name(names.iter().map(String::as_str), name);
    Ok(SchemaProblem::fatal(
        format!("`users.table` is `{}`, but the database shows this role no such table or view", path.join(".")),
        near.map(|near| format!("the nearest name is `{near}`")),
    ))
}

/// Rows of texts.
async fn texts(client: &mut Tds, sql: &str, values: &[&str]) -> Result<Vec<Vec<Option<String>>>, TdsError> {
    let mut query = Query::new(sql);
    query.bind_iter(values.iter().map(|value| (*value).to_owned()));
    let rows = query.query(client).await?.into_first_result().await?;
    Ok(rows.into_iter().map(|row| row.into_iter().map(sqlserver::text).collect()).collect())
}

async fn described(client: &mut Tds, pieces: Vec<Piece>) -> Result<Vec<Described>, TdsError> {
    let statement = Statement::new(DIALECT, pieces);
    let parameters: Vec<String> = (1..=statement.bind_count()).map(|n| format!("@P{n} nvarchar(4000)")).collect();
    let rows = texts(
        client,
        "select name, system_type_name, collation_name, source_schema, source_table, source_column, error_message from \
         sys.dm_exec_describe_first_result_set(@P1, @P2, 1) where coalesce(is_hidden, 0) = 0 order by column_ordinal",
        &[&statement.text(|n| format!("@P{n}")), &parameters.join(", ")],
    )
    .await?;
    let mut columns = Vec::new();
    for row in rows {
        let mut cells = row.into_iter();
        let mut next = || cells.next().flatten();
        let (name, data_type, collation) = (next(), next(), next());
        let source = [next(), next(), next()];
        if let Some(message) = next() {
            return Err(TdsError::Protocol(message.into()));
        }
        let kind = data_type.unwrap_or_default().to_lowercase();
        columns.push(Described {
            name: name.unwrap_or_default(),
            data_type: kind.split('(').next().unwrap_or_default().to_owned(),
            collation,
            source: match source {
                [Some(schema), Some(table), Some(column)] => Some([schema, table, column]),
                [None, Some(table), Some(column)] => Some(["dbo".to_owned(), table, column]),
                _ => None,
            },
        });
    }
    Ok(columns)
}

async fn facts_of(client: &mut Tds, column: Described, expression: Expression) -> Result<ColumnFacts, StoreError> {
    let indexed = is_indexed(client, column.source.as_ref()).await?;
    Ok(compared(column, expression, indexed))
}

/// Whether an index begins with the column.
async fn is_indexed(client: &mut Tds, source: Option<&[String; 3]>) -> Result<bool, StoreError> {
    let Some([schema, table, column]) = source else { return Ok(true) };
    let values: [&str; 3] = [schema, table, column];
    let rows = texts(
        client,
        "select 1 from sys.index_columns i join sys.columns c on c.object_id = i.object_id and c.column_id = i.column_id \
         join sys.indexes x on x.object_id = i.object_id and x.index_id = i.index_id where i.key_ordinal = 1 and \
         x.has_filter = 0 and x.is_disabled = 0 and c.name = @P3 and i.object_id = object_id(quotename(@P1) + '.' + \
         quotename(@P2))",
        &values,
    );
    Ok(!rows.await.map_err(|error| catalogue_error(&error))?.is_empty())
}
