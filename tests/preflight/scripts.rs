//! `drawbridge sql`: what it prints, that it can be run again, and that its undoing leaves nothing.
use super::{Case, TABLES, USERS};

fn undo(script: &str) -> String {
    let (_, undo) = script.split_once("this takes everything away again").expect("an undoing");
    undo.lines().skip(1).map(|line| format!("{}\n", line.trim_start_matches("-- "))).collect()
}

fn comes_and_goes(case: &Case, name: &str, roles: &str) {
    case.exec(TABLES);
    case.configure(USERS);
    let script = case.apply_script();
    insta::assert_snapshot!(name, script);
    case.apply_script();
    assert_eq!(case.check().0, Some(0));
    case.exec(&undo(&script));
    assert!(!case.exec(roles).contains("drawbridge"));
    case.apply_script();
    assert_eq!(case.check().0, Some(0), "it can come back");
}

#[test]
fn postgres() {
    comes_and_goes(&Case::postgres(), "postgres", "select rolname from pg_roles; select relname from pg_class");
}

#[test]
fn mariadb() {
    comes_and_goes(&Case::mariadb(), "mariadb", "select user from mysql.user; show tables");
}

#[test]
fn apply_creates_the_ledger_alone() {
    for case in [Case::postgres(), Case::mariadb()] {
        case.exec(TABLES);
        case.configure(USERS);
        let admin = case.write("admin", &case.admin_url());
        let (code, _, errors) = case.run(&["sql", "--apply"]);
        assert_ne!(code, Some(0), "the role does not exist: {errors}");
        case.exec(match &case.server {
            super::Server::Postgres(_) => "create role drawbridge login",
            super::Server::Mariadb(_) => "create user drawbridge@'%'",
        });
        for _ in 0..2 {
            let (code, told, errors) = case.run(&["sql", "--apply", "--admin-url-file", &admin]);
            assert_eq!(code, Some(0), "{told}{errors}");
        }
        assert_eq!(case.exec("select count(*) from drawbridge_migrated_users").trim().lines().last(), Some("0"));
    }
}

#[test]
fn sql_of_the_operators_own_needs_to_say_what_it_reads() {
    let case = Case::postgres();
    case.exec(TABLES);
    let users = USERS.replace("[users.reads]\ngroups_of_users = [\"user_id\", \"name\"]\n", "");
    case.configure(&users);
    let (code, _, errors) = case.run(&["sql"]);
    assert_eq!(code, Some(2));
    assert!(errors.contains("`users.columns.groups` is SQL of your own"), "{errors}");
    let admin = case.write("admin", &case.admin_url());
    let (code, script, errors) = case.run(&["sql", "--admin-url-file", &admin]);
    assert_eq!(code, Some(0), "{errors}");
    assert!(script.contains("grant select (\"name\", \"user_id\") on \"groups_of_users\""), "{script}");
    assert!(!script.contains("orders") && !script.contains("\"note\""), "{script}");
}

#[test]
fn a_mark_is_taken_away_by_the_administrator_alone() {
    for case in [Case::postgres(), Case::mariadb()] {
        case.exec(TABLES);
        case.configure(USERS);
        case.apply_script();
        case.exec("insert into drawbridge_migrated_users values ('legacy|42', '2026-01-01 00:00:00', 'client')");
        let (code, _, errors) = case.run(&["user", "unmark", "42"]);
        assert_eq!(code, Some(1), "{errors}");
        let (_, statement) = errors.split_once("let the administrator run: ").expect("the statement");
        case.exec(statement.trim());
        let (code, status, errors) = case.run(&["status", "--json"]);
        assert_eq!(code, Some(0), "{errors}");
        assert!(status.contains("\"remaining\": 1"), "{status}");
    }
}
