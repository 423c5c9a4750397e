//! The ledger: entered once, whoever asks and however often.
use crate::bench::Bench;
use drawbridge::{ledger::NewMark, sql::dialect::Dialect};
use std::{collections::HashSet, thread, time::Duration};
use tokio::runtime::Runtime;

crate::on_every_backend!(marks_are_entered_once);

async fn marks_are_entered_once(bench: &mut Bench) {
    let ledger = bench.ledger().await.unwrap();
    ledger.ping().await.unwrap();
    let again = bench.ledger().await.unwrap();
    for user in ["legacy|1", "legacy|É", "legacy|é"] {
        assert_eq!(ledger.migrated_at(user).await, Ok(None));
        let tasks: Vec<_> = (0..20)
            .map(|n| {
                let ledger = if n % 2 == 0 { ledger.clone() } else { again.clone() };
                tokio::spawn(async move { ledger.mark(user, &format!("client-{n}")).await.unwrap() })
            })
            .collect();
        let mut marks = Vec::new();
        for task in tasks {
            marks.push(task.await.unwrap());
        }
        assert_eq!(marks.iter().filter(|mark| mark.newly_marked).count(), 1, "{user}");
        assert_eq!(marks.iter().map(|mark| mark.migrated_at).collect::<HashSet<_>>().len(), 1, "{user}");
        assert_eq!(ledger.migrated_at(user).await.unwrap(), Some(marks[0].migrated_at));
        let later = ledger.mark(user, "x").await.unwrap();
        assert!(!later.newly_marked && later.migrated_at == marks[0].migrated_at);
    }
    assert_eq!(ledger.migrated_at("legacy|\u{0}").await, Ok(None));
    let many: Vec<String> = (1..=1200).map(|n| format!("legacy|{n}")).chain(["legacy|É".to_owned()]).collect();
    let before = ledger.migrated_at("legacy|1").await.unwrap();
    ledger.mark_all(&many, "bulk import job_1").await.unwrap();
    ledger.mark_all(&many, "bulk import job_2").await.unwrap();
    assert_eq!(ledger.marked(&many).await.unwrap().len(), 1201);
    assert_eq!(ledger.migrated_at("legacy|1").await.unwrap(), before, "a mark is never changed");
    assert_eq!(ledger.count_since(chrono::DateTime::UNIX_EPOCH, true).await.unwrap(), 1199);
    assert_eq!(ledger.count().await.unwrap(), 1202);
    ledger.mark_all(&[], "nobody").await.unwrap();
    let several = ["twice", "once", "twice"].map(|user_id| NewMark { user_id: user_id.into(), marked_by: "x".into() });
    let marks = ledger.enter(&several).await.unwrap();
    assert_eq!(marks.iter().map(|mark| mark.newly_marked).collect::<Vec<_>>(), [true, true, false]);
    assert!(marks[0].migrated_at == marks[2].migrated_at && ledger.enter(&[]).await.unwrap().is_empty());
}

/// Two instances that start over a database without the table: the slower one's statement waits, and fails.
#[test]
fn a_table_that_another_instance_creates_meanwhile_is_taken() {
    let bench = Bench::own_postgres();
    let created = format!("{}; select pg_sleep(2)", drawbridge::ledger::table(Dialect::Postgres));
    thread::scope(|threads| {
        threads.spawn(|| bench.exec(&created));
        thread::sleep(Duration::from_millis(700));
        let opened = async { bench.ledger().await.expect("the table is there").ping().await };
        Runtime::new().expect("a runtime").block_on(opened).unwrap();
    });
}
