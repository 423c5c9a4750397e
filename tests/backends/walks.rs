//! Whole tables as one stream: everybody once, in the order of the key, however long it takes, and never half a table that
//! looks like a whole one.
use crate::bench::{Bench, users};
use drawbridge::store::{
    Store,
    error::StoreErrorKind,
    legacy_row::{LegacyRow, LegacyValue},
    row_stream::{RowStream, StreamError},
    stripes::Stripes,
};
use std::{collections::BTreeSet, sync::Arc, time::Duration};

crate::on_every_backend!(
    a_walk_misses_nobody,
    an_empty_table_has_an_end,
    stripes_together_are_the_table,
    texts_have_no_stripes,
    an_own_select_has_no_walk,
    a_refused_column_is_no_end,
);

fn key(row: &LegacyRow, column: &str) -> String {
    match row.get(column) {
        Some(LegacyValue::Int(number)) => number.to_string(),
        Some(LegacyValue::Text(text)) => text.clone(),
        _ => panic!("a key of another type"),
    }
}

async fn rest(mut rows: RowStream, column: &str) -> Result<Vec<String>, StreamError> {
    let mut keys = Vec::new();
    let mut each = |row: &LegacyRow| {
        keys.push(key(row, column));
        Ok::<_, StreamError>(())
    };
    while rows.next(&mut each).await? {}
    Ok(keys)
}

async fn all(store: &Arc<dyn Store>, column: &str, stripes: Option<Stripes>) -> Vec<String> {
    rest(Arc::clone(store).walk(stripes).expect("a table"), column).await.unwrap()
}

/// A table of these keys.
fn numbers(bench: &Bench, keys: impl Iterator<Item = i64>) -> String {
    let table = bench.people(&[]);
    if bench.is_postgres() {
        bench.exec(&format!("alter table {table} alter column id type bigint"));
    }
    let rows: Vec<String> = keys.map(|key| format!("({key}, 'x@example.org', 'u{key}', 'h')")).collect();
    for some in rows.chunks(500) {
        bench.exec(&format!("insert into {table} values {}", some.join(", ")));
    }
    table
}

async fn a_walk_misses_nobody(bench: &mut Bench) {
    // More than a page, and 9 comes before 10.
    let table = numbers(bench, -700..1800);
    let store = bench.open(&users(&table)).await.unwrap();
    let expected: Vec<String> = (-700..1800).map(|key: i64| key.to_string()).collect();
    assert_eq!(all(&store, "id", None).await, expected);
}

async fn an_empty_table_has_an_end(bench: &mut Bench) {
    let table = bench.people(&[]);
    let store = bench.open(&users(&table)).await.unwrap();
    assert!(all(&store, "id", None).await.is_empty());
    assert!(all(&store, "id", Some(Stripes { index: 1, of: 3 })).await.is_empty());
}

async fn stripes_together_are_the_table(bench: &mut Bench) {
    let dense = -1200..1200_i64;
    let sparse = (1..60).flat_map(|n| [n * 9_973, n * -12_007, n * 1_000_000_007]);
    let keys: BTreeSet<i64> = dense.chain(sparse).chain([i64::MIN, i64::MAX]).collect();
    let table = numbers(bench, keys.iter().copied());
    let store = bench.open(&users(&table)).await.unwrap();
    let mut seen = Vec::new();
    for index in 0..3 {
        let stripes = Stripes { index, of: 3 };
        let read = all(&store, "id", Some(stripes)).await;
        let read = read.into_iter().map(|key| key.parse::<i64>().expect("a number"));
        seen.extend(read.filter(|key| stripes.hold(i128::from(*key))));
    }
    seen.sort_unstable();
    assert_eq!(seen, keys.into_iter().collect::<Vec<_>>());
}

async fn texts_have_no_stripes(bench: &mut Bench) {
    let table = bench.people(&[(1, "x@example.org", "a"), (2, "x@example.org", "b")]);
    let mut users = users(&table);
    users.id_column = "username".into();
    let store = bench.open(&users).await.unwrap();
    assert_eq!(all(&store, "username", Some(Stripes { index: 1, of: 2 })).await, ["a", "b"]);
}

async fn an_own_select_has_no_walk(bench: &mut Bench) {
    let table = bench.people(&[(1, "user@example.org", "alice")]);
    let query = format!("select id, pw from {table} where username = :identifier");
    let users = crate::bench::users_from(drawbridge::config::users::From::Query(query), &[]);
    let store = bench.open(&users).await.unwrap();
    assert!(store.walk(None).is_none());
}

async fn a_refused_column_is_no_end(bench: &mut Bench) {
    let table = numbers(bench, 0..10);
    let store = bench.open(&users(&table)).await.unwrap();
    bench.exec(&format!("drop table {table}"));
    let broken = rest(store.walk(None).expect("there was a table"), "id").await;
    assert!(matches!(broken, Err(StreamError::Store(error)) if error.kind == StoreErrorKind::Refused));
}

/// A view whose rows take longer, all together, than a lookup may.
async fn slow(bench: &mut Bench, sleep: &str) {
    bench.limits.2 = Duration::from_millis(300);
    let table = numbers(bench, 0..20);
    let view = bench.fresh_name("slow");
    bench.exec(&format!("create view {view} as select id, email, username, {sleep} as pw from {table}"));
    let mut users = users(&view);
    users.metadata.push(("slow".into(), crate::bench::column("pw")));
    let store = bench.open(&users).await.unwrap();
    assert_eq!(all(&store, "id", None).await.len(), 20);
}

#[tokio::test]
async fn postgres_is_not_cut_by_the_limit_of_a_lookup() {
    slow(&mut Bench::postgres(), "case when pg_sleep(0.05)::text = '' then 'h' end").await;
}

#[tokio::test]
async fn mariadb_is_not_cut_by_the_limit_of_a_lookup() {
    slow(&mut Bench::mariadb(), "concat('h', sleep(0.05))").await;
}

async fn broken_off(bench: &mut Bench, stop: impl FnOnce(&mut Bench)) {
    // More than what the stream and the sockets hold, so that the server is in the middle of it: 100 rows, doubled nine times.
    let table = bench.people(&[]);
    let long = "x".repeat(190);
    let row = |n| format!("({n}, '{long}', '{long}', '{long}')");
    bench.exec(&format!("insert into {table} values {}", (0..100).map(row).collect::<Vec<_>>().join(", ")));
    for doubling in 0..9 {
        let behind = 100 << doubling;
        bench.exec(&format!("insert into {table} select id + {behind}, email, username, pw from {table}"));
    }
    let store = bench.open(&users(&table)).await.unwrap();
    let mut rows = store.walk(None).expect("a table");
    assert!(rows.next(|_| Ok::<_, StreamError>(())).await.unwrap());
    stop(bench);
    let broken = rest(rows, "id").await;
    assert!(matches!(broken, Err(StreamError::Store(error)) if error.kind == StoreErrorKind::Connection));
}

#[tokio::test]
async fn a_postgres_that_dies_leaves_no_whole_table() {
    broken_off(&mut Bench::own_postgres(), |bench| match &mut bench.server {
        crate::bench::Server::Postgres(server) => server.stop(),
        _ => unreachable!("its own server"),
    })
    .await;
}

#[tokio::test]
async fn a_mariadb_that_dies_leaves_no_whole_table() {
    broken_off(&mut Bench::own_mariadb(), |bench| match &mut bench.server {
        crate::bench::Server::Mariadb(server) => server.stop(),
        _ => unreachable!("its own server"),
    })
    .await;
}
