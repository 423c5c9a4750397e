//! Servers that stop, freeze and start again; callers that go away. Every answer is right or an error.
use crate::bench::{Bench, Server, id_of, is_nobody, users};
use drawbridge::store::{Found, Store, error::StoreErrorKind};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

crate::on_every_backend!(dropped_callers_never_mix_rows_up);

const PEOPLE: usize = 50;

fn crowd(bench: &Bench) -> String {
    let names: Vec<_> = (0..PEOPLE).map(|n| (n as i64, format!("p{n}@example.org"), format!("person{n}"))).collect();
    bench.people(&names.iter().map(|(id, email, name)| (*id, email.as_str(), name.as_str())).collect::<Vec<_>>())
}

/// Looks people up until the number is reached; callers are dropped at random moments. Answers, errors.
async fn storm(store: &Arc<dyn Store>, lookups: usize, patience: impl Fn(usize) -> Option<Duration>) -> (u32, u32) {
    let (answers, errors) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let mut tasks = Vec::new();
    for task in 0..16 {
        let (store, answers, errors) = (Arc::clone(store), Arc::clone(&answers), Arc::clone(&errors));
        let patiences: Vec<_> = (0..lookups / 16).map(|n| patience(task * 1000 + n)).collect();
        tasks.push(tokio::spawn(async move {
            for (n, patience) in patiences.into_iter().enumerate() {
                let person = (task * 7 + n * 13) % PEOPLE;
                let typed = format!("PERSON{person}");
                let lookup = store.find(&typed);
                let found = match patience {
                    None => lookup.await,
                    Some(patience) => match tokio::time::timeout(patience, lookup).await {
                        Ok(found) => found,
                        Err(_) => continue,
                    },
                };
                match found {
                    Ok(Found::One(row)) => {
                        assert_eq!(id_of(&row), person as i128, "somebody else's row");
                        answers.fetch_add(1, Ordering::Relaxed);
                    }
                    Ok(other) => panic!("{other:?}"),
                    Err(_) => {
                        errors.fetch_add(1, Ordering::Relaxed);
                        tokio::time::sleep(Duration::from_millis(5)).await;
                    }
                }
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    (answers.load(Ordering::Relaxed), errors.load(Ordering::Relaxed))
}

async fn dropped_callers_never_mix_rows_up(bench: &mut Bench) {
    bench.limits = (4, Duration::from_secs(5), Duration::from_secs(5));
    let table = crowd(bench);
    let store = bench.open(&users(&table)).await.unwrap();
    let patience = |n: usize| (!n.is_multiple_of(3)).then(|| Duration::from_micros((n as u64 * 7919) % 4000));
    let (answers, errors) = storm(&store, 4_000, patience).await;
    assert!(answers > 500 && errors == 0, "{answers} answers, {errors} errors");
    // Statements whose callers have gone end by themselves.
    for _ in 0..500 {
        if store.connections().0 == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{} connections were never given back", store.connections().0);
}

async fn comes_back_after_a_restart(mut bench: Bench) {
    bench.limits = (8, Duration::from_millis(500), Duration::from_secs(2));
    let table = crowd(&bench);
    let store = bench.open(&users(&table)).await.unwrap();
    let ledger = bench.ledger().await.unwrap();
    let mark = ledger.mark("legacy|1", "client").await.unwrap();
    storm(&store, 160, |_| None).await;
    // A restart between two lookups is not even noticed.
    restart(&mut bench.server, Duration::ZERO).await;
    assert_eq!(id_of(&crate::bench::one(store.find("person3").await)), 3);
    assert_eq!(ledger.mark("legacy|1", "other").await.unwrap().migrated_at, mark.migrated_at);
    // One in the middle of the load costs errors, never a wrong answer.
    let loaded = Arc::clone(&store);
    let load = tokio::spawn(async move { storm(&loaded, 8_000, |_| None).await });
    tokio::time::sleep(Duration::from_millis(50)).await;
    restart(&mut bench.server, Duration::from_millis(300)).await;
    let (answers, _) = load.await.unwrap();
    assert!(answers > 0);
    let started = Instant::now();
    while store.find("person3").await.is_err() {
        assert!(started.elapsed() < Duration::from_secs(3), "does not come back");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    stop(&mut bench.server);
    let started = Instant::now();
    let error = store.find("person3").await.err().unwrap();
    assert_eq!(error.kind, StoreErrorKind::Connection, "{error}");
    assert!(started.elapsed() < Duration::from_secs(1));
    assert_eq!(bench_error(&bench, &table).await, StoreErrorKind::Connection);
}

async fn bench_error(bench: &Bench, table: &str) -> StoreErrorKind {
    bench.open(&users(table)).await.err().unwrap().kind
}

async fn is_bounded_while_frozen(mut bench: Bench) {
    bench.limits = (2, Duration::from_millis(300), Duration::from_millis(300));
    let table = crowd(&bench);
    let store = bench.open(&users(&table)).await.unwrap();
    storm(&store, 160, |_| None).await;
    signal(&bench.server, true);
    // Lookups in PostgreSQL share a connection, 64 at once: those behind them find no room.
    let lookups: Vec<_> = (0..if bench.is_postgres() { 72 } else { 8 })
        .map(|n| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                let started = Instant::now();
                let kind = store.find(&format!("person{}", n % PEOPLE)).await.err().map(|error| error.kind);
                (kind, started.elapsed())
            })
        })
        .collect();
    let mut kinds = Vec::new();
    for lookup in lookups {
        let (kind, took) = lookup.await.unwrap();
        assert!(took < Duration::from_millis(1500), "{took:?}");
        kinds.push(kind.expect("an answer of a frozen server"));
    }
    assert!(kinds.contains(&StoreErrorKind::Timeout), "{kinds:?}");
    assert!(kinds.contains(&StoreErrorKind::PoolExhausted), "{kinds:?}");
    signal(&bench.server, false);
    tokio::time::sleep(Duration::from_millis(300)).await;
    let (answers, _) = storm(&store, 800, |_| None).await;
    assert!(answers > 700, "{answers}");
    assert!(is_nobody(store.find("not there").await));
}

async fn restart(server: &mut Server, pause: Duration) {
    stop(server);
    tokio::time::sleep(pause).await;
    match server {
        Server::Postgres(server) => server.start(),
        Server::Mariadb(server) => server.start(),
        _ => unreachable!("only a test's own server is restarted"),
    }
}

fn stop(server: &mut Server) {
    match server {
        Server::Postgres(server) => server.stop(),
        Server::Mariadb(server) => server.stop(),
        _ => unreachable!("only a test's own server is stopped"),
    }
}

fn signal(server: &Server, freeze: bool) {
    match (server, freeze) {
        (Server::Postgres(server), true) => server.freeze(),
        (Server::Postgres(server), false) => server.thaw(),
        (Server::Mariadb(server), true) => server.freeze(),
        (Server::Mariadb(server), false) => server.thaw(),
        _ => unreachable!("only a test's own server is frozen"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_comes_back_after_a_restart() {
    comes_back_after_a_restart(Bench::own_postgres()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mariadb_comes_back_after_a_restart() {
    comes_back_after_a_restart(Bench::own_mariadb()).await;
}

#[tokio::test]
async fn postgres_is_bounded_while_frozen() {
    is_bounded_while_frozen(Bench::own_postgres()).await;
}

#[tokio::test]
async fn mariadb_is_bounded_while_frozen() {
    is_bounded_while_frozen(Bench::own_mariadb()).await;
}

#[tokio::test]
async fn a_changed_table_is_read_as_it_is_now() {
    let bench = Bench::postgres();
    let table = crowd(&bench);
    let store = bench.open(&users(&table)).await.unwrap();
    store.find("person3").await.unwrap();
    bench.exec(&format!("alter table {table} alter column pw type text; alter table {table} add column more int; alter table {table} alter column id type bigint"));
    assert_eq!(id_of(&crate::bench::one(store.find("person3").await)), 3);
}

#[tokio::test]
async fn a_slow_statement_is_a_timeout() {
    for mut bench in [Bench::postgres(), Bench::mariadb()] {
        bench.limits = (2, Duration::from_millis(500), Duration::from_millis(200));
        let sleep = if bench.is_mariadb() { "sleep(5)" } else { "pg_sleep(5)" };
        let query = format!("select 1 as id, :identifier as pw, {sleep} as nap where :identifier <> 'quick'");
        let query = if bench.is_mariadb() {
            query.replace(" where", " from dual where")
        } else {
            query.replace(&format!("{sleep} as nap"), &format!("cast({sleep} as text) as nap"))
        };
        let mut own = crate::bench::users_from(drawbridge::config::users::From::Query(query), &[]);
        own.metadata.push(("nap".into(), crate::bench::column("nap")));
        let store = bench.open(&own).await.unwrap();
        let started = Instant::now();
        assert_eq!(store.find("slow").await.err().unwrap().kind, StoreErrorKind::Timeout);
        assert!(started.elapsed() < Duration::from_secs(1));
        assert!(is_nobody(store.find("quick").await));
    }
}
