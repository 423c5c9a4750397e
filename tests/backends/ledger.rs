//! The ledger: entered once, whoever asks and however often.
use crate::bench::Bench;
use drawbridge::{ledger::Ledger, store::error::StoreErrorKind};
use futures_util::future::join_all;
use std::collections::HashSet;

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
    those_who_come_together_are_told_apart(&*ledger).await;
}

/// Three clients for each of many users at once, some of whom have crossed before.
async fn those_who_come_together_are_told_apart(ledger: &dyn Ledger) {
    let before = ledger.count().await.unwrap();
    let user = |number: usize| format!("together|{number}");
    let mut standing = Vec::new();
    for number in 0..10 {
        standing.push(ledger.mark(&user(number), "earlier").await.unwrap().migrated_at);
    }
    let marks = join_all((0..300).map(|n| {
        let user = user(n % 100);
        async move { ledger.mark(&user, &format!("client-{}", n / 100)).await.unwrap() }
    }))
    .await;
    for number in 0..100 {
        let theirs: Vec<_> = marks.iter().skip(number).step_by(100).collect();
        let new = theirs.iter().filter(|mark| mark.newly_marked).count();
        assert_eq!(new, usize::from(number >= 10), "{number}");
        assert!(theirs.iter().all(|mark| mark.migrated_at == theirs[0].migrated_at), "{number}");
        assert_eq!(ledger.migrated_at(&user(number)).await.unwrap(), Some(theirs[0].migrated_at));
        assert!(standing.get(number).is_none_or(|moment| *moment == theirs[0].migrated_at), "{number}");
    }
    assert_eq!(ledger.count().await.unwrap(), before + 100);
}

#[tokio::test]
async fn a_mark_that_is_refused_keeps_no_other_out() {
    let bench = Bench::own_postgres();
    let ledger = bench.ledger().await.unwrap();
    bench.exec(
        "create function refuse() returns trigger language plpgsql as $$ begin raise exception 'never'; end $$; \
         create trigger refuse before insert on drawbridge_migrated_users for each row \
         when (new.user_id = 'legacy|7') execute function refuse()",
    );
    let marks = join_all((0..40).map(|n| {
        let ledger = ledger.clone();
        async move { ledger.mark(&format!("legacy|{n}"), "client").await }
    }))
    .await;
    for (number, mark) in marks.into_iter().enumerate() {
        match mark {
            Ok(mark) => assert!(mark.newly_marked && number != 7, "{number}"),
            Err(error) => assert!(error.kind == StoreErrorKind::Refused && number == 7, "{number}: {error}"),
        }
    }
    assert_eq!(ledger.count().await.unwrap(), 39);
}
