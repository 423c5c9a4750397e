//! What SQL Server says of the columns, and how each is selected and compared so that its index is used. The server
//! describes a statement without running it (`sys.dm_exec_describe_first_result_set`).
use super::{
    error::StoreError,
    matching::Parse,
    plan::{ColumnFacts, Facts, SchemaProblem, nearest_name},
    shape::Shape,
    sqlserver::{self, Tds, catalogue_error},
};
use crate::{
    config::users::{ACTIVE_CONDITION, From, Users},
    sql::{
        dialect::Dialect,
        identifier,
        select_user::{self, Comparison, Expression, Origin, Selected, Table},
        statement::{Piece, Statement, Wrap},
    },
};
use tiberius::{Query, error::Error as TdsError};

const DIALECT: Dialect = Dialect::SqlServer;

/// One column as the server describes it.
struct Described {
    name: String,
    data_type: String,
    collation: Option<String>,
    /// Schema, table and column that it comes from, where it is not computed.
    source: Option<[String; 3]>,
}

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

fn shape(data_type: &str) -> (Shape, Wrap) {
    let printed = Wrap::of("cast(", " as nvarchar(max))");
    match data_type {
        "bit" => (Shape::Bool, printed),
        "tinyint" | "smallint" | "int" | "bigint" => (Shape::Int, printed),
        // Money prints two of its four places unless it is told otherwise.
        "money" | "smallmoney" => (Shape::Decimal, Wrap::of("convert(nvarchar(50), ", ", 2)")),
        "decimal" | "numeric" => (Shape::Decimal, printed),
        "float" | "real" => (Shape::Float, Wrap::of("convert(nvarchar(50), ", ", 3)")),
        "date" | "time" | "datetime" | "datetime2" | "smalldatetime" => {
            (Shape::Moment, Wrap::of("convert(nvarchar(50), ", ", 126)"))
        }
        "datetimeoffset" => (Shape::MomentUtc, Wrap::of("convert(nvarchar(50), switchoffset(", ", '+00:00'), 127)")),
        "binary" | "varbinary" | "image" | "timestamp" | "rowversion" => {
            (Shape::Bytes, Wrap::of("cast(", " as varbinary(max))"))
        }
        "uniqueidentifier" => (Shape::Text, Wrap::of("lower(cast(", " as nvarchar(36)))")),
        "char" | "nchar" => (Shape::Text, Wrap::of("rtrim(cast(", " as nvarchar(max)))")),
        _ => (Shape::Text, printed),
    }
}

async fn facts_of(client: &mut Tds, column: Described, expression: Expression) -> Result<ColumnFacts, StoreError> {
    let indexed = is_indexed(client, column.source.as_ref()).await?;
    Ok(compared(column, expression, indexed))
}

/// How a column is selected and compared.
fn compared(column: Described, expression: Expression, indexed: bool) -> ColumnFacts {
    let (shape, select) = shape(&column.data_type);
    let equal = |value: Wrap| Comparison { column: Wrap::NONE, value, second: None };
    let mut slow = None;
    let (identify, parse, key, loose) = match column.data_type.as_str() {
        kind @ ("char" | "varchar" | "nchar" | "nvarchar" | "text" | "ntext") => {
            // A column of another width or kind than the value's would be converted row by row.
            let plain = match kind {
                "char" | "varchar" => Wrap::of("cast(", " as varchar(8000))"),
                _ => Wrap::of("cast(", " as nvarchar(4000))"),
            };
            let key = equal(plain.clone());
            let folds = column.collation.as_ref().is_none_or(|collation| collation.contains("_CI"));
            let identify = if folds {
                key.clone()
            } else {
                let value = Wrap::made(format!("lower({}", plain.before), format!("{})", plain.after));
                Comparison { column: Wrap::of("lower(", ")"), value, second: Some(plain.clone()) }
            };
            if !folds || !indexed {
                slow = unserved(&column, folds);
            }
            (identify, Parse::Text, key, true)
        }
        "tinyint" | "smallint" | "int" | "bigint" => {
            let number = equal(Wrap::of("cast(", " as bigint)"));
            (number.clone(), Parse::Integer { unsigned: false }, number, false)
        }
        "uniqueidentifier" => {
            let guid = equal(Wrap::of("cast(", " as uniqueidentifier)"));
            (guid.clone(), Parse::Uuid, guid, false)
        }
        "binary" | "varbinary" => {
            let bytes = equal(Wrap::of("convert(varbinary(8000), ", ", 2)"));
            (bytes.clone(), Parse::Hex, bytes, false)
        }
        _ => {
            let printed = Comparison { column: select.clone(), value: Wrap::NONE, second: None };
            (printed.clone(), Parse::Text, printed, true)
        }
    };
    ColumnFacts { name: column.name, expression, shape, select, identify, parse, key, loose, slow }
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

fn unserved(column: &Described, folds: bool) -> Option<SchemaProblem> {
    let [schema, table, name] = column.source.as_ref()?;
    let path = identifier::quote_path(DIALECT, &[schema.clone(), table.clone()]);
    let quoted = identifier::quote(DIALECT, name);
    let message = format!(
        "no index serves a search without case in column `{name}` of `{schema}.{table}`: each lookup reads the whole table"
    );
    let hint = if folds {
        format!("create index drawbridge_{table}_{name} on {path} ({quoted})")
    } else {
        "give the column a collation that ends in `_CI_AS`, or say in which case it is stored: `case = \"lower\"`"
            .to_owned()
    };
    Some(SchemaProblem::slow(message, hint))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config::{
            password::Password,
            users::{Active, Case, Identifier, Kind, Source},
        },
        hash::{scheme::Site, schemes::Schemes},
        store::{plan, statements::Plan},
    };

    fn planned(identifiers: Vec<Identifier>) -> Plan {
        let users = Users {
            from: From::Table(Table { path: vec!["dbo".into(), "Us]ers".into()], ..Table::default() }),
            identifiers,
            columns: Vec::new(),
            reads: Vec::new(),
            preset: None,
            id_column: "Id".into(),
            id_prefix: "legacy|".into(),
            active: Some(Active::Condition("u.Locked = 0 -- not now".into())),
            profile: Vec::new(),
            metadata: vec![("born".into(), Source::Column { name: "Born".into(), kind: Kind::Auto })],
            user_metadata: Vec::new(),
            mfa_factors: None,
        };
        let password = Password {
            column: "Hash".into(),
            salt: None,
            scheme: None,
            schemes: Schemes::auto(),
            site: Site::default(),
            typing: crate::hash::typing::Typing::default(),
        };
        let column = |name: &str, data_type: &str, collation: Option<&str>| {
            let source = Some(["dbo".to_owned(), "Us]ers".to_owned(), name.to_owned()]);
            let (data_type, collation) = (data_type.to_owned(), collation.map(ToOwned::to_owned));
            let described = Described { name: name.to_owned(), data_type, collation, source };
            compared(described, Expression::Column(name.to_owned()), true)
        };
        let condition =
            Described { name: ACTIVE_CONDITION.into(), data_type: "int".into(), collation: None, source: None };
        let facts = Facts {
            columns: vec![
                compared(
                    condition,
                    Expression::Operator("case when (u.Locked = 0 -- not now\n) then 1 else 0 end".into()),
                    true,
                ),
                column("Id", "uniqueidentifier", None),
                column("Email", "nvarchar", Some("SQL_Latin1_General_CP1_CI_AS")),
                column("Login", "varchar", Some("Latin1_General_BIN2")),
                column("Born", "datetimeoffset", None),
                column("Hash", "char", Some("SQL_Latin1_General_CP1_CI_AS")),
            ],
        };
        let origin = plan::origin(DIALECT, &users).unwrap();
        plan::plan(DIALECT, &users, &password, &origin, &facts).unwrap().0
    }

    #[test]
    fn statements_are_those_of_the_server() {
        let by_email = planned(vec!["Email".into()]);
        assert_eq!(
            by_email.find.statement.text(|n| format!("@P{n}")),
            "select lower(cast(u.[Id] as nvarchar(36))) as c0, convert(nvarchar(50), switchoffset(u.[Born], '+00:00'), 127) as \
             c1, cast((case when (u.Locked = 0 -- not now\n) then 1 else 0 end\n) as nvarchar(max)) as c2, \
             rtrim(cast(u.[Hash] as nvarchar(max))) as c3, cast(u.[Email] as nvarchar(max)) as c4 from [dbo].[Us]]ers] as u \
             where (u.[Email] = cast(@P1 as nvarchar(4000))) order by (select null) offset 0 rows fetch next 20 rows only"
        );
        let (key, _) = by_email.key.as_ref().unwrap();
        assert_eq!(
            key.statement.text(|n| format!("@P{n}")),
            "select lower(cast(u.[Id] as nvarchar(36))) as c0 from [dbo].[Us]]ers] as u where (u.[Id] = cast(@P1 as \
             uniqueidentifier)) order by (select null) offset 0 rows fetch next 20 rows only"
        );
        let page = by_email.page(true, 500).unwrap().statement.text(|n| format!("@P{n}"));
        assert!(
            page.ends_with(
                " where u.[Id] > cast(@P1 as uniqueidentifier) order by u.[Id] offset 0 rows fetch next 500 rows only"
            ),
            "{page}"
        );
        assert_eq!(
            by_email.count().statement.text(|n| format!("@P{n}")),
            "select cast(count(*) as nvarchar(30)) as users from [dbo].[Us]]ers] as u"
        );
        assert!(!by_email.lookup("o'nobody").contains("@P"));
    }

    #[test]
    fn case_is_told_apart_only_where_the_collation_does() {
        let text = |identifiers| planned(identifiers).find.statement.text(|n| format!("@P{n}"));
        let mixed = text(vec!["Login".into()]);
        assert!(
            mixed.contains("lower(u.[Login]) in (lower(cast(@P1 as varchar(8000))), cast(@P2 as varchar(8000)))"),
            "{mixed}"
        );
        let lower = text(vec![Identifier { column: "Login".into(), case: Case::Lower }]);
        assert!(
            lower.contains("u.[Login] in (cast(lower(@P1) as varchar(8000)), cast(@P2 as varchar(8000)))"),
            "{lower}"
        );
    }
}
