//! Whole tables are read a page at a time, in the order of the key: everybody once, nobody twice.
use crate::bench::{Bench, users};
use drawbridge::store::{Store, legacy_row::LegacyValue};
use std::collections::BTreeSet;

crate::on_every_backend!(numbers_as_keys_miss_nobody, texts_as_keys_miss_nobody, an_own_select_has_no_pages);

fn text(value: Option<&LegacyValue>) -> String {
    match value {
        Some(LegacyValue::Int(number)) => number.to_string(),
        Some(LegacyValue::Text(text)) => text.clone(),
        Some(LegacyValue::Bytes(bytes)) => String::from_utf8_lossy(bytes).into_owned(),
        _ => panic!("a key of another type"),
    }
}

async fn all_keys(store: &dyn Store, column: &str, limit: u32) -> Vec<String> {
    let (mut keys, mut after) = (Vec::new(), None::<String>);
    loop {
        let page = store.page(after.as_deref(), limit).await.unwrap().expect("a table");
        keys.extend(page.iter().map(|row| text(row.get(column))));
        if page.len() < usize::try_from(limit).unwrap() {
            return keys;
        }
        after = keys.last().cloned();
    }
}

async fn numbers_as_keys_miss_nobody(bench: &mut Bench) {
    let names: Vec<String> = (0..40).map(|number| format!("person{number}")).collect();
    // 9 comes before 10, and negative keys come first.
    let people: Vec<(i64, &str, &str)> =
        names.iter().zip(-3..).map(|(name, id)| (id * 7, "x@example.org", name.as_str())).collect();
    let table = bench.people(&people);
    let store = bench.open(&users(&table)).await.unwrap();
    for limit in [1, 7, 40, 41] {
        let keys = all_keys(store.as_ref(), "id", limit).await;
        let expected: Vec<String> = people.iter().map(|(id, ..)| id.to_string()).collect();
        assert_eq!(keys, expected, "pages of {limit}");
    }
}

async fn texts_as_keys_miss_nobody(bench: &mut Bench) {
    let names = ["a", "B", "b2", "élan", "Zoë", "z", "_x", "10", "9", "a-b", "a b", "ß", "密码", "o'x"];
    let people: Vec<(i64, &str, &str)> = names.iter().zip(1..).map(|(name, id)| (id, "x@example.org", *name)).collect();
    let table = bench.people(&people);
    let mut users = users(&table);
    users.id_column = "username".into();
    let store = bench.open(&users).await.unwrap();
    for limit in [1, 3, 14, 15] {
        let keys = all_keys(store.as_ref(), "username", limit).await;
        assert_eq!(keys.len(), names.len(), "pages of {limit}");
        assert_eq!(keys.into_iter().collect::<BTreeSet<_>>(), names.iter().map(ToString::to_string).collect());
    }
}

async fn an_own_select_has_no_pages(bench: &mut Bench) {
    let table = bench.people(&[(1, "user@example.org", "alice")]);
    let query = format!("select id, pw from {table} where username = :identifier");
    let users = crate::bench::users_from(drawbridge::config::users::From::Query(query), &[]);
    let store = bench.open(&users).await.unwrap();
    assert_eq!(store.page(None, 10).await.map(|page| page.is_none()), Ok(true));
}
