//! How each column of SQL Server is selected and compared, so that its index is used.
use super::DIALECT;
use crate::{
    sql::{
        identifier,
        select_user::{Comparison, Expression},
        statement::Wrap,
    },
    store::{
        matching::Parse,
        plan::{ColumnFacts, SchemaProblem},
        shape::Shape,
    },
};

/// One column as the server describes it.
pub(super) struct Described {
    pub name: String,
    pub data_type: String,
    pub collation: Option<String>,
    /// Schema, table and column that it comes from, where it is not computed.
    pub source: Option<[String; 3]>,
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

/// How a column is selected and compared.
pub(super) fn compared(column: Described, expression: Expression, indexed: bool) -> ColumnFacts {
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
            users::{ACTIVE_CONDITION, Active, Case, From, Identifier, Kind, Source, Users},
        },
        hash::{scheme::Site, schemes::Schemes},
        sql::select_user::Table,
        store::{
            plan::{self, Facts},
            statements::Plan,
        },
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
        let key = by_email.key.as_ref().unwrap();
        assert_eq!(
            key.one.statement.text(|n| format!("@P{n}")),
            "select lower(cast(u.[Id] as nvarchar(36))) as c0 from [dbo].[Us]]ers] as u where (u.[Id] = cast(@P1 as \
             uniqueidentifier)) order by (select null) offset 0 rows fetch next 20 rows only"
        );
        let places: Vec<String> = (1..=16).map(|n| format!("cast(@P{n} as uniqueidentifier)")).collect();
        assert_eq!(
            key.several.statement.text(|n| format!("@P{n}")),
            format!(
                "select lower(cast(u.[Id] as nvarchar(36))) as c0 from [dbo].[Us]]ers] as u where u.[Id] in ({}) order by \
                 (select null) offset 0 rows fetch next 320 rows only",
                places.join(", ")
            )
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
