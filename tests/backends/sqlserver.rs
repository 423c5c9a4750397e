//! SQL Server, where one is at hand: `TEST_MSSQL_URL=mssql://sa:…@host/database?sslmode=require` names it. Its statements
//! are tested without one (`src/store/sqlserver_catalogue.rs`).
use crate::bench::{id_of, is_nobody, one, password, users};
use drawbridge::{
    config::database::{Database, DatabaseUrl},
    ledger::{self, Missing},
    store::{Found, console::Console, runtime::DatabaseRuntime},
};
use std::path::Path;

#[tokio::test(flavor = "multi_thread")]
async fn the_contract_on_a_real_server() {
    let Ok(url) = std::env::var("TEST_MSSQL_URL") else {
        eprintln!("NOT RUN: no SQL Server; name one in TEST_MSSQL_URL");
        return;
    };
    let database = Database::of(DatabaseUrl::from_text(&url, None, Path::new("")).expect("TEST_MSSQL_URL is a URL"));
    let mut console = Console::open(&database, false).await.expect("a console");
    let mut run = async |sql: &str| console.run(sql).await.expect("the server runs it");
    run("drop table if exists drawbridge_test").await;
    run("drop table if exists drawbridge_migrated_users").await;
    run("create table drawbridge_test (id int primary key, email varchar(100) unique, username nvarchar(100) unique, pw char(80))").await;
    run(
        "insert into drawbridge_test values (1, 'Ada@Example.org', N'adá', 'x'), (2, 'grace@example.org', N'ada', 'y')",
    )
    .await;
    let runtime = DatabaseRuntime::start().expect("threads");
    let store = drawbridge::store::open(&database, &users("drawbridge_test"), &password("pw"), &runtime).await.unwrap();
    assert_eq!(id_of(&one(store.find("ADA@example.ORG").await)), 1);
    assert_eq!(id_of(&one(store.find("ADÁ").await)), 1, "accents count");
    assert_eq!(id_of(&one(store.find("ada").await)), 2);
    assert!(is_nobody(store.find("nobody").await));
    assert!(is_nobody(store.find("ada ").await), "a blank at the end counts");
    assert!(!matches!(store.find("'; drop table drawbridge_test; --").await, Ok(Found::One(_))));
    assert_eq!(store.has_keys(&["1"]).await, Ok(Some(vec![true])));
    assert_eq!(store.has_keys(&["1x"]).await, Ok(Some(vec![false])));
    assert_eq!(store.count().await, Ok(Some(2)));
    assert_eq!(store.page(Some("1"), 10).await.unwrap().unwrap().len(), 1);
    let ledger = ledger::open(None, &database, &runtime, Missing::Create).await.unwrap();
    let first = ledger.mark("legacy|1", "client").await.unwrap();
    let second = ledger.mark("legacy|1", "client").await.unwrap();
    assert!(first.newly_marked && !second.newly_marked);
    assert_eq!(first.migrated_at, second.migrated_at);
    assert_eq!(ledger.count().await, Ok(1));
}
