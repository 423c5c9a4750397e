//! TLS as demanded or no connection; and the servers' sockets.
use crate::{
    bench::{Bench, Server, id_of, one, password, users},
    support::{guard::certificates, mariadb::MariadbServer, postgres::PostgresServer},
};
use drawbridge::{
    config::database::{Database, DatabaseTls, DatabaseUrl},
    store::error::{StoreError, StoreErrorKind},
};

async fn lookup(bench: &Bench, url: DatabaseUrl, table: &str) -> Result<i128, StoreError> {
    let database = Database { url, ..bench.database() };
    let store = drawbridge::store::open(&database, &users(table), &password("pw"), &bench.runtime).await?;
    store.ping().await?;
    Ok(id_of(&one(store.find("alice").await)))
}

async fn refuses_what_is_not_safe(
    plain: Bench,
    encrypted: Bench,
    url: impl Fn(&Bench, DatabaseTls) -> DatabaseUrl,
    root: &dyn Fn(&Bench) -> std::path::PathBuf,
) {
    let rows = [(1, "user@example.org", "alice")];
    let (on_plain, on_encrypted) = (plain.people(&rows), encrypted.people(&rows));
    let elsewhere = tempfile::tempdir().unwrap();
    let wrong = Some(certificates(elsewhere.path()));
    let right = Some(root(&encrypted));
    for tls in [DatabaseTls::Off, DatabaseTls::Unverified, DatabaseTls::Verified { root: right.clone() }] {
        assert_eq!(lookup(&encrypted, url(&encrypted, tls), &on_encrypted).await, Ok(1));
    }
    for tls in [
        DatabaseTls::Verified { root: wrong },
        DatabaseTls::Verified { root: None },
        DatabaseTls::Verified { root: Some("/nowhere.pem".into()) },
    ] {
        let error = lookup(&encrypted, url(&encrypted, tls.clone()), &on_encrypted).await.unwrap_err();
        assert_eq!(error.kind, StoreErrorKind::Connection, "{tls:?}: {error}");
    }
    for tls in [DatabaseTls::Unverified, DatabaseTls::Verified { root: right }] {
        let error = lookup(&plain, url(&plain, tls), &on_plain).await.unwrap_err();
        assert_eq!(error.kind, StoreErrorKind::Connection, "{error}");
    }
    // The certificate is for `localhost` and `127.0.0.1`, not for any other name of this machine.
    let other = with_host(url(&encrypted, DatabaseTls::Verified { root: Some(root(&encrypted)) }), "127.0.0.2");
    assert!(lookup(&encrypted, other, &on_encrypted).await.is_err());
}

fn with_host(url: DatabaseUrl, host: &str) -> DatabaseUrl {
    match url {
        DatabaseUrl::Postgres(mut server) => {
            server.host = host.into();
            DatabaseUrl::Postgres(server)
        }
        DatabaseUrl::Mysql(mut server) => {
            server.host = host.into();
            DatabaseUrl::Mysql(server)
        }
        sqlite => sqlite,
    }
}

#[tokio::test]
async fn postgres_refuses_what_is_not_safe() {
    let mut encrypted = Bench::own_postgres();
    encrypted.server = Server::Postgres(Box::new(PostgresServer::start_new(true)));
    let url = |bench: &Bench, tls| match &bench.server {
        Server::Postgres(server) => server.url_of("postgres", None, tls),
        _ => unreachable!(),
    };
    let root = |bench: &Bench| match &bench.server {
        Server::Postgres(server) => server.root(),
        _ => unreachable!(),
    };
    refuses_what_is_not_safe(Bench::own_postgres(), encrypted, url, &root).await;
}

#[tokio::test]
async fn mariadb_refuses_what_is_not_safe() {
    let mut encrypted = Bench::own_mariadb();
    encrypted.server = Server::Mariadb(Box::new(MariadbServer::start_new(true)));
    let url = |bench: &Bench, tls| match &bench.server {
        Server::Mariadb(server) => server.url_of("bridge", Some("bridge"), tls),
        _ => unreachable!(),
    };
    let root = |bench: &Bench| match &bench.server {
        Server::Mariadb(server) => server.root(),
        _ => unreachable!(),
    };
    refuses_what_is_not_safe(Bench::own_mariadb(), encrypted, url, &root).await;
}

#[tokio::test]
async fn sockets_work() {
    let rows = [(1, "user@example.org", "alice")];
    let bench = Bench::own_postgres();
    let Server::Postgres(server) = &bench.server else { unreachable!() };
    let table = bench.people(&rows);
    assert_eq!(lookup(&bench, with_host(bench.url(), &server.socket().to_string_lossy()), &table).await, Ok(1));
    let bench = Bench::own_mariadb();
    let Server::Mariadb(server) = &bench.server else { unreachable!() };
    bench.exec("create user bridge@localhost identified by 'bridge'; grant all on legacy.* to bridge@localhost");
    let table = bench.people(&rows);
    assert_eq!(lookup(&bench, with_host(bench.url(), &server.socket().to_string_lossy()), &table).await, Ok(1));
}
