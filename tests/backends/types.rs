//! Every column type becomes a value; what has no value says so, and never fails its row.
use crate::bench::{Bench, column, one, table_of, users_from};
use drawbridge::{
    config::users::From,
    store::{
        legacy_row::{LegacyRow, LegacyValue as V},
        row_stream::StreamError,
    },
};
use serde_json::json;

fn text(text: &str) -> V {
    V::Text(text.into())
}

fn moment(text: &str) -> V {
    V::Moment(text.into())
}

/// Makes a table of one row with these columns (type, SQL value), and reads it back.
async fn round_trip(bench: &Bench, cases: &[(&str, &str, V)]) {
    let table = bench.fresh_name("types");
    let mut columns = String::from("id integer primary key, email varchar(99), pw varchar(9)");
    let mut values = String::from("1, 'a@b', 'h'");
    let mut users = users_from(table_of(vec![table.clone()]), &["email"]);
    for (n, (kind, value, _)) in cases.iter().enumerate() {
        columns.push_str(&format!(", c{n} {kind}"));
        values.push_str(&format!(", {value}"));
        users.metadata.push((format!("c{n}"), column(&format!("c{n}"))));
    }
    bench.exec(&format!("create table {table} ({columns}); insert into {table} values ({values})"));
    let check = |row: &LegacyRow, how: &str| {
        for (n, (kind, value, expected)) in cases.iter().enumerate() {
            let found = row.get(&format!("c{n}"));
            assert!(found == Some(expected), "{how} {kind} {value}: {}", shown(found));
        }
    };
    let store = bench.open(&users).await.unwrap();
    check(&one(store.find("A@B").await), "table");
    // A whole table comes another way.
    let mut rows = std::sync::Arc::clone(&store).walk(None).expect("a table");
    let mut checked = 0;
    let mut each = |row: &LegacyRow| {
        check(row, "walk");
        checked += 1;
        Ok::<_, StreamError>(())
    };
    while rows.next(&mut each).await.unwrap() {}
    assert_eq!(checked, 1);
    // The operator's own SELECT has no table to look the types up in. Nor has it the catalogue's word for JSON.
    users.from = From::Query(format!("select * from {table} where email = :identifier"));
    users.identifiers.clear();
    let store = bench.open(&users).await.unwrap();
    if bench.is_postgres() {
        check(&one(store.find("a@b").await), "query");
    } else {
        one(store.find("a@b").await);
    }
}

fn shown(value: Option<&V>) -> String {
    match value {
        Some(V::Text(text)) => format!("Text {text:?}"),
        Some(V::Moment(text)) => format!("Moment {text:?}"),
        Some(V::Decimal(text)) => format!("Decimal {text:?}"),
        Some(V::Undecodable(text)) => format!("Undecodable {text:?}"),
        Some(V::Int(number)) => format!("Int {number}"),
        Some(V::Float(number)) => format!("Float {number}"),
        Some(V::Bytes(bytes)) => format!("Bytes {bytes:?}"),
        Some(V::Bool(truth)) => format!("Bool {truth}"),
        Some(V::Json(json)) => format!("Json {json}"),
        Some(V::List(items)) => items.iter().map(|item| shown(Some(item))).collect::<Vec<_>>().join(", "),
        Some(V::Null) => "Null".into(),
        None => "nothing".into(),
    }
}

fn is_undecodable(value: Option<&V>) -> bool {
    matches!(value, Some(V::Undecodable(_)))
}

#[tokio::test]
async fn postgres_types() {
    let bench = Bench::postgres();
    bench.exec("create extension if not exists citext; drop type if exists mood cascade; create type mood as enum ('sad', 'glad'); drop domain if exists mail cascade; create domain mail as varchar(50); drop domain if exists mail2 cascade; create domain mail2 as mail");
    round_trip(
        &bench,
        &[
            ("smallint", "-32768", V::Int(-32768)),
            ("integer", "2147483647", V::Int(2_147_483_647)),
            ("bigint", "-9223372036854775808", V::Int(i64::MIN.into())),
            ("oid", "4294967295", V::Int(4_294_967_295)),
            ("uuid", "'67E55044-10B1-426F-9247-BB680E5FE0C8'", text("67e55044-10b1-426f-9247-bb680e5fe0c8")),
            ("char(8)", "'ab'", text("ab")),
            ("text", "'é🦀'", text("é🦀")),
            ("citext", "'MiX'", text("MiX")),
            ("name", "'n'", text("n")),
            ("bool", "true", V::Bool(true)),
            ("numeric(20,4)", "12345678901234.5600", V::Decimal("12345678901234.5600".into())),
            ("real", "0.1", V::Float(0.1)),
            ("double precision", "1e300", V::Float(1e300)),
            ("date", "'2024-02-29'", moment("2024-02-29")),
            ("date", "'infinity'", text("infinity")),
            ("time", "'12:34:56.5'", moment("12:34:56.5")),
            ("timestamp", "'2024-02-29 01:02:03'", moment("2024-02-29T01:02:03")),
            ("timestamp", "'-infinity'", text("-infinity")),
            ("timestamptz", "'2024-02-29 01:02:03.25+02'", moment("2024-02-28T23:02:03.25Z")),
            ("timestamptz", "'infinity'", text("infinity")),
            ("interval", "'1 day 2 hours'", text("1 day 02:00:00")),
            ("bit(4)", "B'1010'", text("1010")),
            ("point", "'(1,2)'", text("(1,2)")),
            ("int4range", "'[1,5)'", text("[1,5)")),
            ("inet", "'10.0.0.1'", text("10.0.0.1/32")),
            ("mood", "'glad'", text("glad")),
            ("mail", "'x'", text("x")),
            ("mail2", "'y'", text("y")),
            ("json", "'{\"a\": [1]}'", V::Json(json!({"a": [1]}))),
            ("jsonb", "'{\"a\": 1}'", V::Json(json!({"a": 1}))),
            ("bytea", "'\\x0061ff'", V::Bytes(vec![0, 0x61, 0xff])),
            ("text[]", "array['a', null, 'b c']", V::List(vec![text("a"), V::Null, text("b c")])),
            ("int[]", "array[1, 2]", V::List(vec![V::Int(1), V::Int(2)])),
            ("mood[]", "array['sad']::mood[]", V::List(vec![text("sad")])),
            ("text", "null", V::Null),
            ("text", "''", text("")),
        ],
    )
    .await;
    let table = bench.fresh_name("odd");
    bench.exec(&format!("create table {table} (id integer primary key, email citext, pw money, a numeric, b float8, c uuid); insert into {table} values (1, 'É@b', '12.5', 'NaN', 'NaN', '67e55044-10b1-426f-9247-bb680e5fe0c8')"));
    let mut users = users_from(table_of(vec!["public".into(), table]), &["email", "c", "id"]);
    users.metadata = vec![("a".into(), column("a")), ("b".into(), column("b"))];
    let store = bench.open(&users).await.unwrap();
    for typed in ["é@B", "1", "67E55044-10b1-426f-9247-bb680e5fe0c8"] {
        let row = one(store.find(typed).await);
        assert!(is_undecodable(row.get("a")) && is_undecodable(row.get("b")));
        assert!(matches!(row.get("pw"), Some(V::Text(_))));
    }
    assert!(crate::bench::is_nobody(store.find("99999999999999999999").await));
    users.id_column = "c".into();
    let store = bench.open(&users).await.unwrap();
    assert_eq!(store.has_keys(&["67e55044-10b1-426f-9247-bb680e5fe0c8"]).await, Ok(Some(vec![true])));
    assert_eq!(store.has_keys(&["67e55044"]).await, Ok(Some(vec![false])));
}

#[tokio::test]
async fn mariadb_types() {
    let bench = Bench::mariadb();
    round_trip(
        &bench,
        &[
            ("tinyint(1)", "1", V::Int(1)),
            ("tinyint unsigned", "255", V::Int(255)),
            ("smallint", "-32768", V::Int(-32768)),
            ("mediumint unsigned", "16777215", V::Int(16_777_215)),
            ("int unsigned", "4294967295", V::Int(4_294_967_295)),
            ("bigint", "-9223372036854775808", V::Int(i64::MIN.into())),
            ("bigint unsigned", "18446744073709551615", V::Int(u64::MAX.into())),
            ("decimal(20,4)", "-12345678901234.5600", V::Decimal("-12345678901234.5600".into())),
            ("float", "0.1", V::Float(0.1)),
            ("double", "1e300", V::Float(1e300)),
            ("char(8)", "'ab'", text("ab")),
            ("varchar(9) character set latin1", "'é'", text("é")),
            ("text collate utf8mb4_bin", "'é🦀'", text("é🦀")),
            ("longtext", "'x'", text("x")),
            ("binary(4)", "x'00610000'", V::Bytes(vec![0, 0x61, 0, 0])),
            (
                "binary(16)",
                "unhex('67e5504410b1426f9247bb680e5fe0c8')",
                V::Bytes(vec![
                    0x67, 0xe5, 0x50, 0x44, 0x10, 0xb1, 0x42, 0x6f, 0x92, 0x47, 0xbb, 0x68, 0x0e, 0x5f, 0xe0, 0xc8,
                ]),
            ),
            ("blob", "'text'", V::Bytes(b"text".to_vec())),
            ("enum('a','b')", "'b'", text("b")),
            ("set('a','b')", "'a,b'", text("a,b")),
            ("year", "2024", V::Int(2024)),
            ("bit(4)", "b'1010'", V::Int(10)),
            ("date", "'2024-02-29'", moment("2024-02-29")),
            ("date", "'0000-00-00'", V::Null),
            ("datetime", "'0000-00-00 00:00:00'", V::Null),
            ("datetime(6)", "'2024-02-29 01:02:03.25'", moment("2024-02-29T01:02:03.25")),
            ("timestamp null", "from_unixtime(0.0 + 86400)", moment("1970-01-02T00:00:00Z")),
            ("time", "'-100:00:01'", moment("-100:00:01")),
            ("json", "'{\"a\": [1]}'", V::Json(json!({"a": [1]}))),
            ("uuid", "'67E55044-10B1-426F-9247-BB680E5FE0C8'", text("67e55044-10b1-426f-9247-bb680e5fe0c8")),
            ("inet6", "'::1'", text("::1")),
            ("point", "point(1, 2)", text("POINT(1 2)")),
            ("geometry", "null", V::Null),
            ("varchar(9)", "''", text("")),
        ],
    )
    .await;
    // A latin1 table, a case-sensitive and a binary identifier column, and a uuid as key.
    let table = bench.fresh_name("odd");
    bench.exec(&format!("create table {table} (id uuid primary key, email varchar(99), nick varchar(99) character set utf8mb4 collate utf8mb4_bin, pw varchar(9), raw varbinary(99), key (email)) character set latin1 collate latin1_german1_ci; insert into {table} values ('67e55044-10b1-426f-9247-bb680e5fe0c8', 'É@b', 'Nick', 'h', 'RAW')"));
    let users = users_from(table_of(vec!["legacy".into(), table]), &["email", "nick", "raw"]);
    let store = bench.open(&users).await.unwrap();
    for typed in ["é@B", "nICK", "raw"] {
        one(store.find(typed).await);
    }
    for typed in ["e@b", "🦀@b", "é@b "] {
        assert!(crate::bench::is_nobody(store.find(typed).await), "{typed}");
    }
    assert_eq!(store.has_keys(&["67e55044-10b1-426f-9247-bb680e5fe0c8"]).await, Ok(Some(vec![true])));
    assert_eq!(store.has_keys(&["67e55044-10b1-426f-9247-bb680e5fe0c9"]).await, Ok(Some(vec![false])));
}

#[tokio::test]
async fn sqlite_types() {
    let bench = Bench::sqlite();
    round_trip(
        &bench,
        &[
            ("integer", "-9223372036854775808", V::Int(i64::MIN.into())),
            ("boolean", "1", V::Bool(true)),
            ("boolean", "2", V::Int(2)),
            ("real", "0.1", V::Float(0.1)),
            ("text", "'é🦀'", text("é🦀")),
            ("text", "x'00ff'", V::Bytes(vec![0, 0xff])),
            ("blob", "'text'", text("text")),
            ("numeric", "'12.50'", V::Float(12.5)),
            ("json", "'{\"a\": [1]}'", V::Json(json!({"a": [1]}))),
            ("json", "'no json'", text("no json")),
            ("datetime", "'2024-02-29 01:02:03'", text("2024-02-29 01:02:03")),
            ("text", "null", V::Null),
            ("text", "''", text("")),
            ("any_thing", "5", V::Int(5)),
        ],
    )
    .await;
}

#[tokio::test]
async fn invalid_text_in_sqlite_is_a_value_that_says_so() {
    let bench = Bench::sqlite();
    bench.exec("create table t (id integer primary key, email text collate nocase unique, pw text, c text); insert into t values (1, 'A@b', 'h', cast(x'ff' as text)), (2, 'É@b', 'h', '')");
    let mut users = users_from(table_of(vec!["t".into()]), &["email"]);
    users.metadata.push(("c".into(), column("c")));
    let store = bench.open(&users).await.unwrap();
    assert!(is_undecodable(one(store.find("a@B").await).get("c")));
    one(store.find("É@B").await);
}
