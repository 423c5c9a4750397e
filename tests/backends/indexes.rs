//! A search without case still goes through the index, whichever kind of index the old database has.
use crate::bench::{Bench, Server, id_of, one, problems, table_of, users, users_from};
use std::time::{Duration, Instant};

const ROWS: u32 = 40_000;
const LOOKUPS: u32 = 40;

fn fill(bench: &Bench, columns: &str, indexes: &[&str]) -> String {
    let table = bench.fresh_name("many");
    let numbers = match &bench.server {
        Server::Sqlite(_) => format!(
            "with recursive n(n) as (select 1 union all select n + 1 from n where n < {ROWS}) select n, 'P' || n || '@x.org', 'N' || n, 'h' from n"
        ),
        Server::SharedMariadb(_) | Server::Mariadb(_) => {
            format!("select seq, concat('P', seq, '@x.org'), concat('N', seq), 'h' from seq_1_to_{ROWS}")
        }
        _ => format!("select n, 'P' || n || '@x.org', 'N' || n, 'h' from generate_series(1, {ROWS}) n"),
    };
    bench.exec(&format!("create table {table} ({columns}, pw varchar(9)); insert into {table} {numbers}"));
    for (n, index) in indexes.iter().enumerate() {
        bench.exec(&format!("create index {table}_{n} on {table} ({index})"));
    }
    let analyze = if bench.is_mariadb() { "analyze table" } else { "analyze" };
    bench.exec(&format!("{analyze} {table}"));
    table
}

async fn look_up(bench: &Bench, users: &drawbridge::config::users::Users) -> Duration {
    let store = bench.open(users).await.unwrap();
    let started = Instant::now();
    for n in 1..=LOOKUPS {
        assert_eq!(id_of(&one(store.find(&format!("p{n}@X.org")).await)), i128::from(n));
        assert_eq!(id_of(&one(store.find(&format!("n{n}")).await)), i128::from(n));
        assert_eq!(store.has_keys(&[&n.to_string()]).await, Ok(Some(vec![true])));
    }
    started.elapsed()
}

#[tokio::test]
async fn postgres_uses_its_indexes() {
    let bench = Bench::own_postgres();
    bench.exec("create extension citext");
    for (columns, indexes) in [
        ("id bigint primary key, email varchar(99), username text", ["lower(email)", "lower(username)"]),
        ("id int primary key, email varchar(99), username char(20)", ["upper(email)", "lower(username)"]),
        ("id int primary key, email citext, username citext", ["email", "username"]),
    ] {
        let table = fill(&bench, columns, &indexes);
        let scans = || {
            // The sessions of the store report when they end or after a while.
            std::thread::sleep(Duration::from_millis(1500));
            bench
                .exec(&format!("select seq_scan from pg_stat_user_tables where relname = '{table}'"))
                .parse::<i64>()
                .unwrap()
        };
        let before = scans();
        look_up(&bench, &users(&table)).await;
        assert!(scans() - before < 3, "{columns} is scanned");
        let found = problems(&bench, &users(&table)).await;
        assert!(found.is_empty());
    }
    let table = fill(&bench, "id int primary key, email text, username text", &["email", "lower(username)"]);
    look_up(&bench, &users(&table)).await;
    let found = problems(&bench, &users(&table)).await;
    assert_eq!(found.len(), 1);
    let hint = found[0].hint.clone().unwrap();
    assert!(!found[0].fatal && hint.contains("lower(\"email\")"), "{hint}");
    bench.exec(&hint);
    assert!(problems(&bench, &users(&table)).await.is_empty());
}

#[tokio::test]
async fn mariadb_uses_its_indexes() {
    let bench = Bench::own_mariadb();
    for columns in [
        "id bigint unsigned primary key, email varchar(99), username varchar(99)",
        "id int primary key, email varchar(99) character set latin1, username varchar(99) character set utf8mb3 collate utf8mb3_unicode_ci",
    ] {
        let table = fill(&bench, columns, &["email", "username"]);
        let read = || {
            let status = bench.exec("show global status like 'Handler_read_rnd_next'");
            status.split('\t').nth(1).unwrap().trim().parse::<u64>().unwrap()
        };
        let before = read();
        look_up(&bench, &users(&table)).await;
        let rows = read() - before;
        assert!(rows < u64::from(ROWS), "{columns}: {rows} rows read in sequence");
    }
}

#[tokio::test]
async fn sqlite_uses_its_indexes() {
    let bench = Bench::sqlite();
    for (columns, indexes) in [
        ("id integer primary key, email text, username text", ["lower(email)", "lower(\"username\")"]),
        ("id integer primary key, email text collate nocase, username text", ["email", "username collate nocase"]),
    ] {
        let table = fill(&bench, columns, &indexes);
        let with_indexes = look_up(&bench, &users(&table)).await;
        let found = problems(&bench, &users(&table)).await;
        assert!(found.is_empty(), "{columns}");
        for n in 0..2 {
            bench.exec(&format!("drop index {table}_{n}"));
        }
        let without = look_up(&bench, &users_from(table_of(vec!["main".into(), table]), &["email", "username"])).await;
        assert!(with_indexes * 3 < without, "{with_indexes:?} with, {without:?} without");
    }
}
