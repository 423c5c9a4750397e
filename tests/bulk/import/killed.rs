//! Killed at any moment, two hundred times, and started again: nobody is lost, nobody is inserted twice.
use super::crossing::{Crossing, ours};
use crate::support::management_api::Settings;
use std::{process::Stdio, time::Duration};

const USERS: usize = 20_000;
const KILLS: usize = 200;

#[test]
fn two_hundred_kills_lose_nobody_and_double_nobody() {
    let settings = Settings {
        start_latency: Duration::from_millis(20),
        time_per_user: Duration::from_millis(4),
        ..Settings::unhurried()
    };
    let crossing = Crossing::new(USERS, 800, settings);
    // Slow enough an answer for many kills between a file that was taken and the word of it.
    crossing
        .api
        .faults(|faults| (faults.latency, faults.jitter) = (Duration::from_millis(5), Duration::from_millis(40)));
    // People who are there already: under other ids, and under their own without a mark.
    for n in (50..USERS).step_by(1000) {
        crossing.api.existing_user(&format!("elsewhere-{n}"), &format!("user-{n}@example.com"));
        crossing.api.existing_user(&format!("legacy|{}", n + 1), &format!("user-{}@example.com", n + 1));
    }
    let mut random = fastrand::Rng::with_seed(20_261_121);
    let mut kills = 0;
    while kills < KILLS {
        let mut import = crossing
            .command(&["bulk", "import", &crossing.out()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary runs");
        std::thread::sleep(Duration::from_millis(random.u64(10..260)));
        let ended = import.try_wait().expect("its state").is_some();
        let _ = import.kill();
        let _ = import.wait();
        assert!(!ended, "the import ended after {kills} kills: it has to last longer");
        kills += 1;
    }
    let before = ours(&crossing.api.tenant()).len();
    assert!(before < USERS, "the kills were in the middle");
    crossing.api.faults(|faults| faults.end());
    let (code, text, errors) = crossing.import(&["--json"]);
    assert_eq!(code, Some(1), "{text}{errors}");
    let tenant = crossing.assert_the_ledger_is_the_tenant();
    let elsewhere = USERS / 1000;
    assert_eq!(crossing.ledger().len(), USERS - elsewhere);
    assert!(tenant.users.values().all(|user| user.inserted <= 1), "nobody is inserted twice");
    let total: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(total["failed"], serde_json::json!({"DUPLICATED_USER": elsewhere}));
    let resent = tenant.sent.values().filter(|sends| **sends > 1).count();
    println!("{kills} kills, {} jobs, {resent} users sent more than once", tenant.jobs.len());
}
