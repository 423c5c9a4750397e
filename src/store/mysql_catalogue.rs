//! What the catalogue of MySQL and MariaDB says of the columns, and how each is selected and compared so that its index
//! is used. `select *` is never asked: a role with grants on columns may not.
use super::{
    error::StoreError,
    matching::Parse,
    mysql::catalogue_error,
    plan::{ColumnFacts, Facts, SchemaProblem, nearest_name},
    shape::Shape,
};
use crate::{
    config::users::{From, Users},
    sql::{
        dialect::Dialect,
        select_user::{self, Comparison, Expression, Origin, Selected, Table},
        statement::{Piece, Statement, Wrap},
    },
};
use mysql_async::{Conn, Value, consts::ColumnType, prelude::Queryable};

const DIALECT: Dialect = Dialect::Mysql;

/// Name, type, type with its options, character set, collation.
type CatalogueRow = (String, String, String, Option<String>, Option<String>);

/// One column as the catalogue has it.
#[derive(Default)]
struct Described {
    name: String,
    data_type: String,
    unsigned: bool,
    charset: Option<String>,
    collation: Option<String>,
    /// Schema and table that it comes from, where it is not computed.
    table: Option<Vec<String>>,
}

/// Reads the facts, or tells what does not fit.
pub(crate) async fn facts(
    client: &mut Conn,
    users: &Users,
    origin: &Origin,
) -> Result<Result<Facts, SchemaProblem>, StoreError> {
    let mut columns = Vec::new();
    for (name, sql) in users.expressions() {
        let expression = Expression::Operator(sql.to_owned());
        let selected = [Selected { expression: expression.clone(), wrap: Wrap::NONE }];
        match described(client, select_user::select(&selected, origin)).await {
            Ok(described) => {
                for column in described {
                    let column = whole(client, column).await?;
                    let folded_index = has_folding_index(client, &column).await;
                    columns.push(facts_of(
                        Described { name: name.to_owned(), ..column },
                        expression.clone(),
                        folded_index,
                    ));
                }
            }
            Err(error) => return refused(&Users::key_of_expression(name), &error).map(Err),
        }
    }
    let described = match &users.from {
        From::Table(Table { path, .. }) => match table(client, path).await? {
            Ok(columns) => columns,
            Err(problem) => return Ok(Err(problem)),
        },
        From::Query(_) => {
            let mut pieces: Vec<Piece> = vec!["select * from ".into()];
            select_user::push_origin(&mut pieces, origin);
            match described(client, pieces).await {
                Ok(columns) => columns,
                Err(error) => return refused("users.query", &error).map(Err),
            }
        }
    };
    for column in described {
        let identifies = users.identifiers.iter().any(|known| known.column.eq_ignore_ascii_case(&column.name));
        let folded_index = identifies && has_folding_index(client, &column).await;
        let expression = Expression::Column(column.name.clone());
        columns.push(facts_of(column, expression, folded_index));
    }
    Ok(Ok(Facts { columns }))
}

/// A column of a joined table as the catalogue has it; the driver tells neither its character set nor its collation.
async fn whole(client: &mut Conn, column: Described) -> Result<Described, StoreError> {
    let Some(path) = &column.table else { return Ok(column) };
    let known = table(client, path).await?.unwrap_or_default();
    Ok(known.into_iter().find(|known| known.name == column.name).unwrap_or(column))
}

/// Runs the planned lookup for nobody, to see whether the role may.
pub(crate) async fn rehearse(client: &mut Conn, statement: &Statement) -> Result<(), StoreError> {
    let nobody = vec![Value::NULL; statement.bind_count()];
    let text = statement.text(|_| "?".into());
    let done = if nobody.is_empty() { client.query_drop(text).await } else { client.exec_drop(text, nobody).await };
    done.map_err(|error| catalogue_error(&error))
}

fn refused(key: &str, error: &mysql_async::Error) -> Result<SchemaProblem, StoreError> {
    match error {
        mysql_async::Error::Server(refusal) => {
            Ok(SchemaProblem::fatal(format!("`{key}` cannot be used: {}", refusal.message), None))
        }
        other => Err(catalogue_error(other)),
    }
}

async fn described(client: &mut Conn, pieces: Vec<Piece>) -> Result<Vec<Described>, mysql_async::Error> {
    let statement = client.prep(Statement::new(DIALECT, pieces).text(|_| "?".into())).await?;
    let columns = statement.columns().iter().map(|column| {
        use ColumnType as T;
        // 63 is the character set of bytes.
        let binary = column.character_set() == 63;
        let data_type = match column.column_type() {
            T::MYSQL_TYPE_TINY | T::MYSQL_TYPE_SHORT | T::MYSQL_TYPE_INT24 | T::MYSQL_TYPE_LONG => "int",
            T::MYSQL_TYPE_LONGLONG => "bigint",
            T::MYSQL_TYPE_YEAR => "year",
            T::MYSQL_TYPE_FLOAT => "float",
            T::MYSQL_TYPE_DOUBLE => "double",
            T::MYSQL_TYPE_DECIMAL | T::MYSQL_TYPE_NEWDECIMAL => "decimal",
            T::MYSQL_TYPE_DATE | T::MYSQL_TYPE_NEWDATE => "date",
            T::MYSQL_TYPE_TIME => "time",
            T::MYSQL_TYPE_DATETIME => "datetime",
            T::MYSQL_TYPE_TIMESTAMP => "timestamp",
            T::MYSQL_TYPE_BIT => "bit",
            T::MYSQL_TYPE_JSON => "json",
            T::MYSQL_TYPE_GEOMETRY => "geometry",
            _ if binary => "blob",
            _ => "varchar",
        };
        let (schema, table) = (column.schema_str().into_owned(), column.org_table_str().into_owned());
        let is_column = !table.is_empty() && !column.org_name_str().is_empty();
        let name = if is_column { column.org_name_str() } else { column.name_str() };
        Described {
            name: name.into_owned(),
            data_type: data_type.to_owned(),
            table: is_column.then(|| vec![schema, table]),
            ..Described::default()
        }
    });
    let columns = columns.collect();
    client.close(statement).await?;
    Ok(columns)
}

async fn table(client: &mut Conn, path: &[String]) -> Result<Result<Vec<Described>, SchemaProblem>, StoreError> {
    let name = path.last().cloned().unwrap_or_default();
    let schema = path.len().checked_sub(2).and_then(|place| path.get(place)).cloned();
    let rows: Vec<CatalogueRow> = client
        .exec(
            "select column_name, lower(data_type), lower(column_type), character_set_name, collation_name from \
             information_schema.columns where table_schema = coalesce(?, database()) and table_name = ? order by \
             ordinal_position",
            (schema.clone(), name.clone()),
        )
        .await
        .map_err(|error| catalogue_error(&error))?;
    if rows.is_empty() {
        let names: Vec<String> = client
            .exec(
                "select table_name from information_schema.tables where table_schema = coalesce(?, database())",
                (schema.clone(),),
            )
            .await
            .map_err(|error| catalogue_error(&error))?;
        let near = nearest_name(names.iter().map(String::as_str), &name);
        return Ok(Err(SchemaProblem::fatal(
            format!("`users.table` is `{}`, but the database shows this role no such table or view", path.join(".")),
            near.map(|near| format!("the nearest name is `{near}`")),
        )));
    }
    // MariaDB's JSON is a longtext with a constraint; MySQL has no such column in that view and a JSON type instead.
    let json: Vec<String> = client
        .exec(
            "select check_clause from information_schema.check_constraints where constraint_schema = coalesce(?, \
             database()) and table_name = ?",
            (schema, name),
        )
        .await
        .unwrap_or_default();
    let columns = rows.into_iter().map(|(name, data_type, column_type, charset, collation)| {
        let is_json = json.iter().any(|clause| clause.eq_ignore_ascii_case(&format!("json_valid(`{name}`)")));
        Described {
            data_type: if is_json { "json".to_owned() } else { data_type },
            unsigned: column_type.contains("unsigned"),
            name,
            charset,
            collation,
            table: Some(path.to_vec()),
        }
    });
    Ok(Ok(columns.collect()))
}

// Only MySQL 8 has indexes on expressions; elsewhere the question itself is refused.
async fn has_folding_index(client: &mut Conn, column: &Described) -> bool {
    let Some(path) = &column.table else { return false };
    let name = path.last().cloned().unwrap_or_default();
    let schema = path.len().checked_sub(2).and_then(|place| path.get(place)).cloned();
    let expressions: Vec<Option<String>> = client
        .exec(
            "select expression from information_schema.statistics where table_schema = coalesce(?, database()) and \
             table_name = ? and seq_in_index = 1",
            (schema, name),
        )
        .await
        .unwrap_or_default();
    expressions.iter().flatten().any(|text| text.eq_ignore_ascii_case(&format!("lower(`{}`)", column.name)))
}

fn shape(data_type: &str) -> (Shape, Wrap) {
    // Prints without the driver's own decoding; never around blobs, which it would destroy.
    let printed = Wrap::of("cast(", " as char)");
    match data_type {
        "tinyint" | "smallint" | "mediumint" | "int" | "integer" | "bigint" => (Shape::Int, Wrap::NONE),
        "year" => (Shape::Int, printed),
        "bit" => (Shape::Int, Wrap::of("(", " + 0)")),
        "decimal" | "numeric" => (Shape::Decimal, Wrap::NONE),
        "float" | "double" | "real" => (Shape::Float, Wrap::NONE),
        "date" | "time" | "datetime" => (Shape::Moment, printed),
        "timestamp" => (Shape::MomentUtc, printed),
        "char" | "varchar" | "tinytext" | "text" | "mediumtext" | "longtext" | "enum" | "set" => {
            (Shape::Text, Wrap::NONE)
        }
        "json" => (Shape::Json, Wrap::NONE),
        "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" => (Shape::Bytes, Wrap::NONE),
        "geometry" | "point" | "linestring" | "polygon" | "multipoint" | "multilinestring" | "multipolygon"
        | "geometrycollection" | "geomcollection" => (Shape::Text, Wrap::of("st_astext(", ")")),
        _ => (Shape::Text, printed),
    }
}

fn facts_of(column: Described, expression: Expression, folding_index: bool) -> ColumnFacts {
    let (shape, select) = shape(&column.data_type);
    let equal = |value: Wrap| Comparison { column: Wrap::NONE, value, second: None };
    let mut slow = None;
    let (identify, parse, key, loose) = match (shape, column.data_type.as_str(), &column.charset, &column.collation) {
        (Shape::Text, kind, Some(charset), Some(collation)) if kind != "uuid" => {
            // A value in another character set than the column's would be refused as an illegal mix, or scan.
            let (before, after) = ("convert(".to_owned(), format!(" using {charset}) collate {collation}"));
            let plain = Wrap::made(before.clone(), after.clone());
            if collation.contains("_ci") {
                (equal(plain.clone()), Parse::Text, equal(plain), true)
            } else {
                let lower = Comparison {
                    column: Wrap::of("lower(", ")"),
                    value: Wrap::made(format!("lower({before}"), format!("{after})")),
                    second: Some(plain.clone()),
                };
                if let Some(path) = &column.table
                    && !folding_index
                {
                    slow = Some(SchemaProblem::slow(
                        format!(
                            "column `{}` of `{}` has the collation `{collation}`, which tells case apart: each lookup reads the whole table",
                            column.name,
                            path.join(".")
                        ),
                        "give the column a collation that ends in `_ci`, or on MySQL 8 create an index on its lower()"
                            .to_owned(),
                    ));
                }
                (lower, Parse::Text, equal(plain), true)
            }
        }
        (Shape::Int, "tinyint" | "smallint" | "mediumint" | "int" | "integer" | "bigint", ..) => {
            let value =
                if column.unsigned { Wrap::of("cast(", " as unsigned)") } else { Wrap::of("cast(", " as signed)") };
            let parse = Parse::Integer { unsigned: column.unsigned };
            (equal(value.clone()), parse, equal(value), false)
        }
        (_, "uuid", ..) => {
            let value = Wrap::of("cast(", " as uuid)");
            (equal(value.clone()), Parse::Uuid, equal(value), false)
        }
        (Shape::Bytes, ..) => {
            let lower = Comparison {
                column: Wrap::of("lower(convert(", " using utf8mb4))"),
                value: Wrap::of("lower(", ")"),
                second: None,
            };
            (lower, Parse::Text, equal(Wrap::of("unhex(", ")")), true)
        }
        _ => {
            let printed = Comparison { column: Wrap::of("cast(", " as char)"), value: Wrap::NONE, second: None };
            (printed.clone(), Parse::Text, printed, true)
        }
    };
    ColumnFacts { name: column.name, expression, shape, select, identify, parse, key, loose, slow }
}
