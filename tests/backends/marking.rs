//! Marks that come at the same time, for users that the table has and for others.
use crate::bench::{Bench, users};
use drawbridge::{
    accounts::marking::{Marking, Wanted},
    ledger::{Ledger, Mark, NewMark},
    store::error::{StoreError, StoreErrorKind},
};
use futures_util::future::join_all;
use prometheus::{Histogram, HistogramOpts};
use std::sync::Arc;

crate::on_every_backend!(those_who_come_together_are_told_apart);

async fn marking(bench: &Bench, people: i64) -> (Arc<Marking>, Arc<dyn Ledger>) {
    let names: Vec<String> = (0..people).map(|n| format!("user{n}")).collect();
    let rows: Vec<(i64, &str, &str)> = (0..).zip(&names).map(|(n, name)| (n, name.as_str(), name.as_str())).collect();
    let store = bench.open(&users(&bench.people(&rows))).await.unwrap();
    let ledger = bench.ledger().await.unwrap();
    let asking = Histogram::with_opts(HistogramOpts::new("asking", "Questions for rows")).unwrap();
    (Marking::new(store, ledger.clone(), bench.runtime.clone(), asking), ledger)
}

async fn mark(marking: &Arc<Marking>, number: i64, client: &str) -> Result<Option<Mark>, StoreError> {
    let mark = NewMark { user_id: format!("together|{number}"), marked_by: client.to_owned() };
    marking.mark(Wanted { key: number.to_string(), mark }).await
}

/// Three clients for each of many users at once, some of whom have crossed before and some of whom nobody knows.
async fn those_who_come_together_are_told_apart(bench: &mut Bench) {
    let (marking, ledger) = marking(bench, 100).await;
    let before = ledger.count().await.unwrap();
    let mut standing = Vec::new();
    for number in 0..10 {
        standing.push(mark(&marking, number, "earlier").await.unwrap().unwrap().migrated_at);
    }
    let marks = join_all((0..360).map(|n| {
        let (marking, client) = (&marking, format!("client-{}", n / 120));
        async move { mark(marking, n % 120, &client).await.unwrap() }
    }))
    .await;
    for number in 0..120 {
        let theirs: Vec<_> = marks.iter().skip(number).step_by(120).collect();
        if number >= 100 {
            assert_eq!(theirs, [&None; 3], "{number}");
            continue;
        }
        let theirs: Vec<_> = theirs.into_iter().flatten().collect();
        let new = theirs.iter().filter(|mark| mark.newly_marked).count();
        assert_eq!((theirs.len(), new), (3, usize::from(number >= 10)), "{number}");
        assert!(theirs.iter().all(|mark| mark.migrated_at == theirs[0].migrated_at), "{number}");
        assert_eq!(ledger.migrated_at(&format!("together|{number}")).await.unwrap(), Some(theirs[0].migrated_at));
        assert!(standing.get(number).is_none_or(|moment| *moment == theirs[0].migrated_at), "{number}");
    }
    assert_eq!(ledger.count().await.unwrap(), before + 100);
}

#[tokio::test]
async fn a_mark_that_is_refused_keeps_no_other_out() {
    let bench = Bench::own_postgres();
    let (marking, ledger) = marking(&bench, 40).await;
    bench.exec(
        "create function refuse() returns trigger language plpgsql as $$ begin raise exception 'never'; end $$; \
         create trigger refuse before insert on drawbridge_migrated_users for each row \
         when (new.user_id = 'together|7') execute function refuse()",
    );
    let marking = &marking;
    let marks = join_all((0..40).map(|n| async move { mark(marking, n, "client").await })).await;
    for (number, mark) in marks.into_iter().enumerate() {
        match mark {
            Ok(mark) => assert!(mark.unwrap().newly_marked && number != 7, "{number}"),
            Err(error) => assert!(error.kind == StoreErrorKind::Refused && number == 7, "{number}: {error}"),
        }
    }
    assert_eq!(ledger.count().await.unwrap(), 39);
}
