//! A role with nothing but SELECT on the mapped columns and INSERT, SELECT on the ledger is enough.
use crate::bench::{Bench, Server, id_of, one, password, users};
use drawbridge::{
    config::database::{Database, DatabaseTls, DatabaseUrl},
    store::error::StoreErrorKind,
};

/// Opens as a role with a few rights; the ledger table is missing at first.
async fn least_role(bench: &Bench, url: DatabaseUrl, grant_users: &dyn Fn(&str), grant_ledger: &dyn Fn()) {
    let database = Database { url, ..bench.database() };
    let table = bench.people(&[(1, "user@example.org", "alice")]);
    let users = users(&table);
    let pw = password("pw");
    let open = || drawbridge::store::open(&database, &users, &pw, &bench.runtime);
    let error = open().await.err().expect("a role without rights");
    assert!(matches!(error.kind, StoreErrorKind::Refused | StoreErrorKind::Schema), "{error}");
    grant_users(&table);
    let store = open().await.unwrap();
    assert_eq!(id_of(&one(store.find("Alice").await)), 1);
    assert_eq!(store.has_keys(&["1"]).await, Ok(Some(vec![true])));
    let error = drawbridge::ledger::open(None, &database, &bench.runtime, drawbridge::ledger::Missing::Create)
        .await
        .err()
        .expect("no ledger yet");
    assert_eq!(error.kind, StoreErrorKind::Refused);
    assert!(error.message.contains("`drawbridge sql` prints the statements"), "{error}");
    bench.ledger().await.unwrap();
    grant_ledger();
    let ledger =
        drawbridge::ledger::open(None, &database, &bench.runtime, drawbridge::ledger::Missing::Create).await.unwrap();
    assert!(ledger.mark("legacy|7", "client").await.unwrap().newly_marked);
    assert!(!ledger.mark("legacy|7", "client").await.unwrap().newly_marked);
}

#[tokio::test]
async fn postgres_least_role() {
    let bench = Bench::own_postgres();
    let Server::Postgres(server) = &bench.server else { unreachable!() };
    bench.exec("create role least login password 'least'; revoke create on schema public from public");
    let url = server.url_of("least", Some("least"), DatabaseTls::Off);
    least_role(
        &bench,
        url,
        &|table| drop(bench.exec(&format!("grant select (id, email, username, pw) on {table} to least"))),
        &|| drop(bench.exec("grant select, insert on drawbridge_migrated_users to least")),
    )
    .await;
    let wrong = Database { url: server.url_of("least", Some("wrong"), DatabaseTls::Off), ..bench.database() };
    let error = drawbridge::store::open(&wrong, &users("x"), &password("pw"), &bench.runtime).await.err().unwrap();
    assert_eq!(error.kind, StoreErrorKind::Refused);
    assert!(!error.message.contains("wrong"));
}

#[tokio::test]
async fn mariadb_least_role() {
    let bench = Bench::own_mariadb();
    let Server::Mariadb(server) = &bench.server else { unreachable!() };
    // The pool's role of the bench may do all; this one only what it is granted.
    bench.exec("create table nothing (x int); create user least@'127.0.0.1' identified by 'least'; grant select on legacy.nothing to least@'127.0.0.1'");
    let url = server.url_of("least", Some("least"), DatabaseTls::Off);
    least_role(
        &bench,
        url,
        &|table| {
            drop(bench.exec(&format!("grant select (id, email, username, pw) on legacy.{table} to least@'127.0.0.1'")))
        },
        &|| drop(bench.exec("grant select, insert on legacy.drawbridge_migrated_users to least@'127.0.0.1'")),
    )
    .await;
    let wrong = Database { url: server.url_of("least", Some("wrong"), DatabaseTls::Off), ..bench.database() };
    let error = drawbridge::store::open(&wrong, &users("x"), &password("pw"), &bench.runtime).await.err().unwrap();
    assert_eq!(error.kind, StoreErrorKind::Refused);
    assert!(!error.message.contains("wrong"));
}
