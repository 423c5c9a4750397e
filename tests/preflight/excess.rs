//! One grant too many, in each way.
use super::{Case, TABLES, USERS};

/// Grants each of these to a role that may do just enough, sees it found, and takes it back by the hint's statement.
fn each_is_found(case: &Case, grants: &[&str], by_hand: &[(&str, &str)]) {
    for grant in grants {
        case.exec(grant);
        let (code, findings) = case.check();
        let excess: Vec<_> = findings.iter().filter(|(code, ..)| code == "privilege_excess").collect();
        assert!(!excess.is_empty(), "`{grant}` was not found: {findings:?}");
        assert_eq!(code, Some(1), "{grant}");
        for (_, _, revoke) in excess {
            case.exec(revoke);
        }
        let (code, findings) = case.check();
        let left: Vec<_> = findings.iter().filter(|(code, ..)| code == "privilege_excess").collect();
        assert!(left.is_empty() && code == Some(0), "after the hint of `{grant}`: {findings:?}");
    }
    for (grant, back) in by_hand {
        case.exec(grant);
        let (code, findings) = case.check();
        assert!(findings.iter().any(|(code, ..)| code == "privilege_excess"), "`{grant}` was not found: {findings:?}");
        assert_eq!(code, Some(1), "{grant}");
        case.exec(back);
        assert_eq!(case.check().0, Some(0), "after `{back}`");
    }
}

#[test]
fn postgres() {
    let case = Case::postgres();
    case.exec(TABLES);
    case.exec("create index on users (lower(email)); create index on users (lower(username))");
    case.configure(USERS);
    case.apply_script();
    let (code, findings) = case.check();
    assert_eq!((code, &findings), (Some(0), &vec![]), "the printed role is enough");
    case.exec(
        "create role readers; create role writers noinherit; create sequence numbers; create schema other; \
         create table other.secrets (x int); grant usage on schema other to drawbridge; \
         create view all_users as select * from users",
    );
    each_is_found(
        &case,
        &[
            "grant select on orders to drawbridge",
            "grant select (total) on orders to drawbridge",
            "grant select (note) on users to drawbridge",
            "grant select on users to drawbridge",
            "grant update on users to drawbridge",
            "grant update (plan_code) on users to drawbridge",
            "grant delete on users to drawbridge",
            "grant insert on users to drawbridge",
            "grant truncate on users to drawbridge",
            "grant references on users to drawbridge",
            "grant trigger on users to drawbridge",
            "grant delete on drawbridge_migrated_users to drawbridge",
            "grant update on drawbridge_migrated_users to drawbridge",
            "grant select on other.secrets to drawbridge",
            "grant select on all_users to drawbridge",
            "grant select on orders to public",
            "grant select on orders to readers; grant readers to drawbridge",
            "grant update on sequence numbers to drawbridge",
            "grant create on schema public to drawbridge",
            "grant create on schema public to public",
            "grant create on database postgres to drawbridge",
            "grant pg_read_all_data to drawbridge",
            "grant select (email) on users to drawbridge with grant option",
            "alter role drawbridge createdb",
            "alter role drawbridge createrole",
            "alter role drawbridge bypassrls",
            "alter role drawbridge replication",
            "alter default privileges in schema public grant select on tables to drawbridge",
        ],
        &[
            ("alter role drawbridge superuser", "alter role drawbridge nosuperuser"),
            ("alter table orders owner to drawbridge", "alter table orders owner to current_user"),
            (
                "alter role drawbridge noinherit; grant select on orders to writers; grant writers to drawbridge",
                "revoke writers from drawbridge; alter role drawbridge inherit",
            ),
        ],
    );
}

#[test]
fn mariadb() {
    let case = Case::mariadb();
    case.exec(TABLES);
    case.exec("create index e on users (email); create index n on users (username); create database other; create table other.secrets (x int)");
    case.configure(USERS);
    case.apply_script();
    let (code, findings) = case.check();
    assert_eq!((code, &findings), (Some(0), &vec![]), "the printed role is enough");
    case.exec("create role readers; create procedure nothing() select 1");
    each_is_found(
        &case,
        &[
            "grant select on legacy.orders to drawbridge@'%'",
            "grant select (total) on legacy.orders to drawbridge@'%'",
            "grant select (note) on legacy.users to drawbridge@'%'",
            "grant select on legacy.users to drawbridge@'%'",
            "grant update on legacy.users to drawbridge@'%'",
            "grant update (plan_code) on legacy.users to drawbridge@'%'",
            "grant delete on legacy.users to drawbridge@'%'",
            "grant insert on legacy.users to drawbridge@'%'",
            "grant create on legacy.* to drawbridge@'%'",
            "grant drop on legacy.users to drawbridge@'%'",
            "grant alter on legacy.users to drawbridge@'%'",
            "grant delete on legacy.drawbridge_migrated_users to drawbridge@'%'",
            "grant update on legacy.drawbridge_migrated_users to drawbridge@'%'",
            "grant select on other.* to drawbridge@'%'",
            "grant select on other.secrets to drawbridge@'%'",
            "grant select on *.* to drawbridge@'%'",
            "grant file on *.* to drawbridge@'%'",
            "grant execute on procedure legacy.nothing to drawbridge@'%'",
            "grant select (email) on legacy.users to drawbridge@'%' with grant option",
        ],
        &[
            ("grant all privileges on *.* to drawbridge@'%'", "revoke all privileges on *.* from drawbridge@'%'"),
            (
                "grant select on legacy.orders to readers; grant readers to drawbridge@'%'",
                "revoke readers from drawbridge@'%'",
            ),
        ],
    );
}

#[test]
fn one_privilege_too_few_is_found_as_well() {
    for (case, from) in [(Case::postgres(), "drawbridge"), (Case::mariadb(), "drawbridge@'%'")] {
        case.exec(TABLES);
        case.configure(USERS);
        case.apply_script();
        let lacks = |revoke: &str, code: &str| {
            case.exec(revoke);
            let (exit, findings) = case.check();
            // MariaDB's catalogue hides what may not be read.
            let hidden = |(found, message, hint): &&(String, String, String)| {
                found == "columns" && message.contains("shows this role") && hint.contains("drawbridge sql")
            };
            let told = findings.iter().find(|finding| finding.0 == code || hidden(finding));
            assert!(told.is_some(), "after `{revoke}`: {findings:?}");
            assert_eq!(exit, Some(1), "after `{revoke}`");
            case.apply_script();
            assert_eq!(case.check().0, Some(0), "after the script");
        };
        lacks(&format!("revoke insert on drawbridge_migrated_users from {from}"), "ledger");
        lacks(&format!("revoke select (email) on users from {from}"), "privilege_missing");
        lacks(&format!("revoke select (name) on groups_of_users from {from}"), "privilege_missing");
    }
}
