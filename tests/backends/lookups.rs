//! Who answers to what was typed, and to a key.
use crate::bench::{Bench, column, id_of, is_nobody, one, table_of, users, users_from};
use drawbridge::{
    config::users::{Active, From},
    store::{Found, error::StoreErrorKind, legacy_row::LegacyValue},
};

crate::on_every_backend!(
    identifiers_are_exact_but_for_case,
    hostile_identifiers_find_nobody,
    rows_that_are_ambiguous,
    unusual_names,
    views_and_own_select,
    what_is_missing_is_all_told,
    statements_are_prepared_once,
    keys_are_strict,
    a_key_behind_too_many_rows_of_another_is_found,
    only_mapped_columns_are_read,
);

async fn identifiers_are_exact_but_for_case(bench: &mut Bench) {
    let table = bench.people(&[
        (1, "user@example.org", "alice"),
        (2, "usér@example.org", "bob"),
        (3, "Percent%_\\@example.org", "🦀"),
        (4, "o'brien@example.org", "say \"hi\""),
        (5, "MiXeD@Example.ORG", "🐙"),
    ]);
    let store = bench.open(&users(&table)).await.unwrap();
    for (typed, id) in [
        ("user@example.org", 1),
        ("USER@EXAMPLE.ORG", 1),
        ("ALICE", 1),
        ("usér@example.org", 2),
        ("percent%_\\@example.org", 3),
        ("🦀", 3),
        ("O'Brien@example.org", 4),
        ("SAY \"HI\"", 4),
        ("mixed@example.org", 5),
        ("🐙", 5),
    ] {
        assert_eq!(id_of(&one(store.find(typed).await)), id, "{typed}");
    }
    // What the stored text holds beyond ASCII is folded by SQLite only where it stands in lower case.
    assert_eq!(id_of(&one(store.find("USÉR@EXAMPLE.ORG").await)), 2);
    for typed in [
        "user@example.org ",
        " user@example.org",
        "usèr@example.org",
        "%",
        "_____",
        "user@example.or_",
        "",
        "🐸",
        "alice\u{0}",
    ] {
        assert!(is_nobody(store.find(typed).await), "{typed:?}");
    }
    assert!(is_nobody(store.find(&"x".repeat(10_240)).await));
}

async fn hostile_identifiers_find_nobody(bench: &mut Bench) {
    let table = bench.people(&[(1, "user@example.org", "alice")]);
    let store = bench.open(&users(&table)).await.unwrap();
    let drop_it = format!("x'; drop table {table}; --");
    for typed in [
        "' or '1'='1",
        "\" or \"\"=\"",
        "alice'--",
        "alice\\",
        "\\' or 1=1 -- ",
        "$1",
        "?",
        ":identifier",
        "alice;",
        "0x616c696365",
        "alice/**/",
        "1",
        "a\u{0}b",
        "\u{feff}alice",
        "\u{202e}",
        drop_it.as_str(),
    ] {
        assert!(is_nobody(store.find(typed).await), "{typed:?}");
    }
    assert_eq!(id_of(&one(store.find("alice").await)), 1);
}

async fn rows_that_are_ambiguous(bench: &mut Bench) {
    let table = bench.people(&[
        (1, "same@example.org", "one"),
        (2, "SAME@example.org", "two"),
        (3, "other@example.org", "four@example.org"),
        (4, "four@example.org", "x"),
        (5, "both@example.org", "both@example.org"),
    ]);
    let store = bench.open(&users(&table)).await.unwrap();
    assert!(matches!(store.find("same@example.org").await, Ok(Found::Several)));
    assert!(matches!(store.find("four@example.org").await, Ok(Found::Several)));
    assert_eq!(id_of(&one(store.find("both@example.org").await)), 5);
}

async fn unusual_names(bench: &mut Bench) {
    let table = bench.fresh_name("Select \"Üser`s");
    let (quoted, order, name) = (bench.quoted(&table), bench.quoted("Order By"), bench.quoted("naïve \"x\" `y`"));
    bench.exec(&format!("create table {quoted} (id integer primary key, {order} varchar(99), {name} varchar(99), pw varchar(9)); insert into {quoted} values (7, 'Me@x.org', 'v', 'h')"));
    let mut users = users_from(table_of(vec![table]), &["Order By"]);
    users.metadata.push(("k".into(), column("naïve \"x\" `y`")));
    let store = bench.open(&users).await.unwrap();
    let row = one(store.find("me@X.org").await);
    assert!(row.get("naïve \"x\" `y`") == Some(&LegacyValue::Text("v".into())));
    let names: Vec<_> = row.columns().map(|(name, _)| name).collect();
    assert_eq!(names, ["id", "naïve \"x\" `y`", "pw"]);
}

async fn views_and_own_select(bench: &mut Bench) {
    let table = bench.people(&[(1, "user@example.org", "alice"), (2, "b@example.org", "bob")]);
    let view = bench.fresh_name("view");
    bench.exec(&format!("create view {view} as select id, email, username, pw from {table}"));
    let store = bench.open(&users(&view)).await.unwrap();
    assert_eq!(id_of(&one(store.find("ALICE").await)), 1);

    let query = format!(
        "select id, email as mail, pw, ':identifier' as x -- not :identifier\n from {table} where lower(email) = lower(:identifier) or username = :identifier -- end"
    );
    let mut own = users_from(From::Query(query), &[]);
    own.active = Some(Active::Condition("id < 2 -- only the first".into()));
    let store = bench.open(&own).await.unwrap();
    let row = one(store.find("USER@example.org").await);
    assert_eq!(id_of(&row), 1);
    assert!(matches!(
        row.get(drawbridge::config::users::ACTIVE_CONDITION),
        Some(LegacyValue::Bool(true) | LegacyValue::Int(1))
    ));
    let row = one(store.find("bob").await);
    assert!(matches!(
        row.get(drawbridge::config::users::ACTIVE_CONDITION),
        Some(LegacyValue::Bool(false) | LegacyValue::Int(0))
    ));
    assert!(is_nobody(store.find("nobody").await));
    assert_eq!(store.has_keys(&["1"]).await, Ok(None));
    assert!(store.sample(5).await.unwrap().is_empty());

    for wrong in
        ["select 1", "select id from nowhere_at_all where x = :identifier", "select id, pw from x; select :identifier"]
    {
        let error = bench.open(&users_from(From::Query(wrong.into()), &[])).await.err().unwrap();
        assert_eq!(error.kind, StoreErrorKind::Schema, "{error}");
    }
}

async fn what_is_missing_is_all_told(bench: &mut Bench) {
    let table = bench.people(&[]);
    let mut users = users(&table);
    users.identifiers = vec!["emial".into()];
    users.metadata.push(("plan".into(), column("usernam")));
    let error = bench.open(&users).await.err().unwrap();
    assert_eq!(error.kind, StoreErrorKind::Schema);
    for part in ["`users.identifiers` is `emial`", "`email`", "`users.metadata.plan` is `usernam`", "`username`"] {
        assert!(error.message.contains(part), "{part}: {error}");
    }
    let problems = crate::bench::problems(bench, &users).await;
    assert_eq!(problems.iter().filter(|problem| problem.fatal).count(), 2);
    users.from = table_of(vec![format!("{table}x")]);
    let error = bench.open(&users).await.err().unwrap();
    assert!(error.message.contains(&format!("`{table}`")), "{error}");
}

async fn statements_are_prepared_once(bench: &mut Bench) {
    // The session itself tells how many statements it has prepared.
    let count = if bench.is_postgres() {
        "select 1 as id, cast(count(*) as varchar(9)) as pw from pg_prepared_statements where :identifier <> ''"
    } else if bench.is_mariadb() {
        "select 1 as id, variable_value as pw from information_schema.session_status where variable_name = 'Com_stmt_prepare' and :identifier <> ''"
    } else {
        "select 1 as id, 'x' as pw where :identifier <> ''"
    };
    let store = bench.open(&users_from(From::Query(count.into()), &[])).await.unwrap();
    let mut counts = std::collections::HashSet::new();
    for n in 0..100 {
        let Some(LegacyValue::Text(count)) = one(store.find(&format!("typed{n}")).await).get("pw").cloned() else {
            panic!("no count")
        };
        counts.insert(count);
    }
    assert!(counts.len() == 1, "{counts:?}");
    assert_eq!(store.connections(), (0, 1));
}

async fn keys_are_strict(bench: &mut Bench) {
    let table = bench.people(&[(5, "user@example.org", "alice")]);
    let mut users = users(&table);
    let store = bench.open(&users).await.unwrap();
    assert_eq!(store.has_keys(&["5"]).await, Ok(Some(vec![true])));
    for key in ["5abc", "05", "+5", " 5", "5 ", "6", "", "5.0", "99999999999999999999999", "5\u{0}"] {
        assert_eq!(store.has_keys(&[key]).await, Ok(Some(vec![false])), "{key:?}");
    }
    let mixed = store.has_keys(&["5abc", "5", "6", "5", "5\u{0}"]).await;
    assert_eq!(mixed, Ok(Some(vec![false, true, false, true, false])));
    assert_eq!(store.has_keys(&["x"; 40]).await, Ok(Some(vec![false; 40])));
    assert_eq!(store.has_keys(&[]).await, Ok(Some(vec![])));
    users.id_column = "username".into();
    let store = bench.open(&users).await.unwrap();
    assert_eq!(store.has_keys(&["alice", "Alice"]).await, Ok(Some(vec![true, false])));
    assert_eq!(store.has_keys(&["alice"]).await, Ok(Some(vec![true])));
    for key in ["Alice", "alice ", "álice", "alic"] {
        assert_eq!(store.has_keys(&[key]).await, Ok(Some(vec![false])), "{key:?}");
    }
}

async fn a_key_behind_too_many_rows_of_another_is_found(bench: &mut Bench) {
    let table = bench.fresh_name("repeated");
    bench.exec(&format!("create table {table} (id integer, email varchar(99), username varchar(99), pw varchar(9))"));
    for key in [5, 6] {
        let rows = vec![format!("({key}, 'e', 'u', 'h')"); if key == 5 { 400 } else { 1 }];
        bench.exec(&format!("insert into {table} values {}", rows.join(", ")));
    }
    let store = bench.open(&users(&table)).await.unwrap();
    assert_eq!(store.has_keys(&["5", "6", "7"]).await, Ok(Some(vec![true, true, false])));
}

async fn only_mapped_columns_are_read(bench: &mut Bench) {
    let table = bench.people(&[(1, "user@example.org", "alice"), (2, "b@example.org", "bob")]);
    let store = bench.open(&users(&table)).await.unwrap();
    let row = one(store.find("alice").await);
    assert_eq!(row.columns().map(|(name, _)| name).collect::<Vec<_>>(), ["id", "pw"]);
    let sample = store.sample(1).await.unwrap();
    assert_eq!(sample.len(), 1);
    assert_eq!(sample.iter().flat_map(|row| row.columns().map(|(name, _)| name)).collect::<Vec<_>>(), ["pw"]);
    store.ping().await.unwrap();
}
