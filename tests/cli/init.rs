//! `drawbridge init`: what it makes of databases that nobody has described to it.
use super::run;
use crate::support::{mariadb::MariadbServer, postgres::PostgresServer};
use drawbridge::config::database::DatabaseUrl;
use sqlite_file::create;
use std::fs;

/// `hashcat`'s own example of mode 3200.
const BCRYPT: &str = "$2a$05$MBCzKhG1KhezLh.0LRa0Kuw12nLJtpHy6DIaU.JAnqJUDYspHC.Ou";

mod sqlite_file {
    use diesel::{Connection, SqliteConnection, connection::SimpleConnection};

    /// A SQLite file of this SQL.
    pub fn create(path: &std::path::Path, sql: &str) {
        let mut connection = SqliteConnection::establish(&path.to_string_lossy()).expect("a database");
        connection.batch_execute(sql).expect("its tables");
    }
}

/// Runs `init --yes`, then `check`; what init printed, the file that it wrote, and the exit code of the check.
fn written(url: &str, directory: &std::path::Path) -> (String, String, Option<i32>) {
    let out = directory.join("drawbridge.toml");
    let out = out.to_string_lossy();
    let output = run(&["init", "--database", url, "--yes", "--out", &out], &[]);
    let told = String::from_utf8_lossy(&output.stdout).replace(&*directory.to_string_lossy(), "…");
    assert_eq!(output.status.code(), Some(0), "{told}{}", String::from_utf8_lossy(&output.stderr));
    let check = run(&["check", "--config", &out], &[]);
    let text = fs::read_to_string(&*out).expect("the configuration");
    (told, text.replace(&*directory.to_string_lossy(), "…"), check.status.code())
}

fn people(table: &str, columns: &str, row: &dyn Fn(usize) -> String, count: usize) -> String {
    (0..count).map(|n| format!("insert into {table} ({columns}) values ({});", row(n))).collect()
}

#[test]
fn a_home_made_table_among_others() {
    let directory = tempfile::tempdir().expect("a directory");
    let rows = people(
        "tbl_Kunden",
        "KundenNr, strVorname, strEMail, strKennwort, Gesperrt, Rolle",
        &|n| format!("{n}, 'Ada', 'user{n}@example.com', '{BCRYPT}', 0, 'kunde'"),
        30,
    );
    let resets = people("password_resets", "email, token", &|n| format!("'user{n}@example.com', '{BCRYPT}'"), 30);
    create(
        &directory.path().join("legacy.db"),
        &format!(
            "create table tbl_Kunden (KundenNr integer primary key, strVorname text, strNachname text, strEMail \
             varchar(100) unique, strKennwort char(60), Gesperrt tinyint(1), GeloeschtAm datetime, Rolle text, Umsatz real);
             create table password_resets (email text, token text, created_at text);
             create table sessions (id text primary key, user_id int, data text);
             create view v_users as select KundenNr as id, strEMail as email, strKennwort as password from tbl_Kunden;
             {rows}{resets}"
        ),
    );
    let (told, text, check) = written(&format!("sqlite:{}/legacy.db", directory.path().display()), directory.path());
    assert_eq!(check, Some(0));
    insta::assert_snapshot!("init_told", told);
    insta::assert_snapshot!("init_file", text);
}

#[test]
fn digests_that_could_be_anything_are_a_guess() {
    let directory = tempfile::tempdir().expect("a directory");
    let rows = people(
        "members",
        "member_no, login, pw, pwsalt, mail",
        &|n| format!("{n}, 'User{n}', '0192023a7bbd73250516f069df18b500', 'abc', 'User{n}@Example.org'"),
        5,
    );
    create(
        &directory.path().join("legacy.db"),
        &format!(
            "create table members (member_no integer primary key, login text, pw text, pwsalt text, mail text); {rows}"
        ),
    );
    let (told, text, check) = written(&format!("sqlite:{}/legacy.db", directory.path().display()), directory.path());
    assert_eq!(check, Some(0));
    assert!(told.contains("a guess: 32 characters could have been written by many schemes"), "{told}");
    assert!(text.contains("schemes = [\"md5_pass_salt\", \"md5_salt_pass\", \"md5_md5_salt\", \"auto\"]"), "{text}");
    assert!(text.contains("salt = \"pwsalt\""), "{text}");
}

#[test]
fn quoted_names_and_schemas_on_postgres() {
    let server = PostgresServer::start_new(false);
    let rows = people(
        "\"Ältere App\".\"Order\"",
        "\"ID\", \"E-Mail\", \"Paßwort\", \"enabled\"",
        &|n| format!("{n}, 'user{n}@example.com', '{BCRYPT}', true"),
        20,
    );
    server.exec(&format!(
        "create schema \"Ältere App\"; create table \"Ältere App\".\"Order\" (\"ID\" uuid default gen_random_uuid(), \
         \"E-Mail\" text unique, \"Paßwort\" text, \"enabled\" boolean, deleted_at timestamptz); alter table \"Ältere App\".\"Order\" \
         alter \"ID\" type bigint using 0, alter \"ID\" drop default, add primary key (\"ID\"); {rows}"
    ));
    let DatabaseUrl::Postgres(url) = server.url() else { unreachable!() };
    let directory = tempfile::tempdir().expect("a directory");
    let (_, text, check) =
        written(&format!("postgres://{}@127.0.0.1:{}/{}", url.user, url.port, url.database), directory.path());
    for line in [
        "table = '\"Ältere App\".\"Order\"'",
        "identifiers = [{ column = \"E-Mail\", case = \"lower\" }]",
        "user_id = { column = \"ID\", prefix = \"legacy|\" }",
        "active = \"enabled\"",
        "where = 'u.\"deleted_at\" is null'",
        "column = \"Paßwort\"",
    ] {
        assert!(text.contains(line), "`{line}` is missing from\n{text}");
    }
    // The superuser of the test is what it complains of.
    assert_eq!(check, Some(1));
}

#[test]
fn a_role_on_mariadb_with_a_password_from_a_file() {
    let server = MariadbServer::start_new(false);
    let rows = people(
        "shop_members",
        "id, mail, login, pw_hash, blocked",
        &|n| format!("{n}, 'User{n}@example.com', 'user{n}', '{BCRYPT}', 0"),
        20,
    );
    server.exec(&format!(
        "use legacy; create table shop_members (id int auto_increment primary key, mail varchar(100) unique, login varchar(40) \
         unique, pw_hash varchar(80), blocked tinyint(1), `group` varchar(10)); create table shop_orders (id int primary key, \
         email varchar(100)); {}",
        rows.replace("values (0,", "values (100,")
    ));
    server.exec("create user reader@'%' identified by 'reader-password'; grant select on legacy.* to reader@'%'");
    let DatabaseUrl::Mysql(url) = server.url() else { unreachable!() };
    let directory = tempfile::tempdir().expect("a directory");
    let secret = directory.path().join("secret");
    fs::write(&secret, "reader-password\n").expect("a file");
    let url = format!("mysql://reader@127.0.0.1:{}/{}", url.port, url.database);
    let out = directory.path().join("d.toml");
    let call = |url: &str, more: &[&str]| {
        let out = out.to_string_lossy();
        run(&[&["init", "--database", url, "--yes", "--out", &*out], more].concat(), &[])
    };
    let open = call(&url, &["--password-file", &secret.to_string_lossy()]);
    assert_eq!(open.status.code(), Some(2), "everybody may read the file");
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).expect("its mode");
    let in_flag = call(&url.replace("reader@", "reader:reader-password@"), &[]);
    assert_eq!(in_flag.status.code(), Some(2), "a password in a flag");
    let done = call(&url, &["--password-file", &secret.to_string_lossy()]);
    assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
    let text = fs::read_to_string(&out).expect("the configuration");
    assert!(text.contains("password_file = ") && !text.contains("reader-password"), "{text}");
    assert!(text.contains("active = \"coalesce(u.`blocked`, 0) = 0\""), "{text}");
    let again = call(&url, &["--password-file", &secret.to_string_lossy()]);
    assert_eq!(again.status.code(), Some(2), "nothing is overwritten");
    let shown = run(&["user", "show", "USER3@EXAMPLE.COM", "--json", "--config", &out.to_string_lossy()], &[]);
    assert!(String::from_utf8_lossy(&shown.stdout).contains("\"user_id\": \"legacy|3\""));
}

#[test]
fn a_database_without_users_is_told() {
    let directory = tempfile::tempdir().expect("a directory");
    create(&directory.path().join("legacy.db"), "create table orders (id integer primary key, total int)");
    let url = format!("sqlite:{}/legacy.db", directory.path().display());
    let out = directory.path().join("d.toml");
    let output = run(&["init", "--database", &url, "--yes", "--out", &out.to_string_lossy()], &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(!out.exists());
    let nobody = run(&["init", "--database", &url, "--out", &out.to_string_lossy()], &[]);
    assert_eq!(nobody.status.code(), Some(2), "there is nobody to ask");
}
