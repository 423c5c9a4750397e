//! Marks in the lookup's own statement: the same answer as the ledger's, whatever the key is; `false` where it could differ.
use crate::bench::{Bench, one, users};

/// Type of the key, one of its values, what the database prints of it, whether the lookup can tell.
const KEYS: &[(&str, &str, &str, bool)] = &[
    ("bigint", "-7", "-7", true),
    ("text", "Ünde'r_%", "Ünde'r_%", true),
    ("text collate \"C\"", "b\\n", "b\\n", true),
    ("char(9)", "padded", "padded", true),
    ("uuid", "67E55044-10B1-426F-9247-BB680E5FE0C8", "67e55044-10b1-426f-9247-bb680e5fe0c8", true),
    ("bytea", "\\x00ff", "00ff", false),
    ("numeric", "1.50", "1.50", false),
];

#[tokio::test]
async fn a_lookup_tells_what_the_ledger_knows() {
    let bench = Bench::own_postgres();
    let ledger = bench.ledger().await.unwrap();
    for (kind, value, printed, told) in KEYS {
        let table = bench.fresh_name("marked");
        let literal = value.replace('\'', "''");
        bench.exec(&format!(
            "create table {table} (id {kind} primary key, email text, username text, pw text); \
             insert into {table} values ('{literal}', 'Ada@example.com', 'ada', 'hash')"
        ));
        let users = users(&table);
        let store = bench.open(&users).await.unwrap();
        assert_eq!(one(store.find("ada").await).mark(), None, "{kind}");
        assert_eq!((store.tell_marks().await, store.tells_marks()), (*told, *told), "{kind}");
        assert_eq!(one(store.find("ada").await).mark(), None, "{kind}");
        let user_id = format!("{}{printed}", users.id_prefix);
        // Another user's mark is no one else's.
        for (marked, expected) in [(format!("{user_id}x"), None), (user_id.clone(), told.then_some(user_id.as_str()))] {
            ledger.mark(&marked, "a client").await.unwrap();
            for typed in ["ADA", "ada@example.com"] {
                assert_eq!(one(store.find(typed).await).mark(), expected, "{kind}");
            }
        }
    }
}

#[tokio::test]
async fn a_ledger_that_the_role_cannot_see_is_asked_by_itself() {
    let bench = Bench::own_postgres();
    let table = bench.people(&[(1, "ada@example.com", "ada")]);
    let store = bench.open(&users(&table)).await.unwrap();
    assert!(!store.tell_marks().await && !store.tells_marks());
    assert!(one(store.find("ada").await).mark().is_none());
    bench.ledger().await.unwrap();
    assert!(store.tell_marks().await);
}
