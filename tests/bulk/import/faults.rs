//! One fault at a time, at every route: the import ends well all the same.
use super::crossing::Crossing;
use crate::support::management_api::{Fault, Masking, Route, Settings};
use std::{fs, io::Write, process::Stdio, time::Duration};

const FAULTS: [Fault; 9] = [
    Fault::DropBefore,
    Fault::DropAfter,
    Fault::ErrorBefore(503),
    Fault::ErrorAfter(500),
    Fault::ErrorAfter(502),
    Fault::RateLimited,
    Fault::SlowBody(Duration::from_millis(300)),
    Fault::CutBody,
    Fault::Garbage,
];

#[test]
fn one_fault_at_any_route_changes_nothing() {
    for route in [Route::Token, Route::Imports, Route::Job, Route::JobErrors, Route::User] {
        std::thread::scope(|scope| {
            for fault in FAULTS {
                let thread = std::thread::Builder::new().name(format!("{route:?} {fault:?}"));
                let went = thread.spawn_scoped(scope, move || {
                    let crossing = Crossing::new(
                        30,
                        0,
                        Settings { start_latency: Duration::from_millis(250), ..Settings::unhurried() },
                    );
                    // Somebody else has the address of one, another has crossed without a mark.
                    crossing.api.existing_user("elsewhere", "user-3@example.com");
                    crossing.api.existing_user("legacy|4", "user-4@example.com");
                    crossing.api.faults(|faults| faults.next(route, fault));
                    let (code, text, errors) = crossing.import(&[]);
                    assert_eq!(code, Some(1), "{route:?} {fault:?}: {text}{errors}");
                    let tenant = crossing.assert_the_ledger_is_the_tenant();
                    assert_eq!(crossing.ledger().len(), 29, "{route:?} {fault:?}");
                    assert!(tenant.users.values().all(|user| user.inserted <= 1), "{route:?} {fault:?}");
                    let once = tenant.sent.values().all(|sends| *sends == 1);
                    assert!(once || route == Route::Imports, "{route:?} {fault:?}: what was taken is not sent again");
                    assert_eq!(crossing.api.faults(|faults| faults.waiting()), 0, "{route:?} {fault:?} happened");
                });
                went.expect("a thread");
            }
        });
    }
}

#[test]
fn faults_everywhere_and_always_change_nothing() {
    let settings = Settings { time_per_user: Duration::from_micros(300), ..Settings::unhurried() };
    let crossing = Crossing::new(3000, 800, settings);
    crossing.api.existing_user("elsewhere", "user-3@example.com");
    crossing.api.faults(|faults| {
        for fault in FAULTS {
            faults.sometimes(None, fault, 0.02);
        }
        (faults.jobs_fail, faults.jobs_fail_after, faults.search_lag) = (0.1, 40, Duration::from_secs(1));
    });
    let (code, text, errors) = crossing.import(&[]);
    assert_eq!(code, Some(1), "{text}{errors}");
    let tenant = crossing.assert_the_ledger_is_the_tenant();
    assert_eq!(crossing.ledger().len(), 2999);
    assert!(tenant.users.values().all(|user| user.inserted <= 1));
}

#[test]
fn whoever_a_lost_send_brought_is_not_sent_again() {
    let crossing = Crossing::new(60, 0, Settings::unhurried());
    crossing.api.faults(|faults| {
        faults.next_jobs_fail_after = [20].into();
        faults.next(Route::Imports, Fault::DropAfter);
    });
    assert_eq!(crossing.import(&[]).0, Some(0));
    let tenant = crossing.assert_everybody_crossed();
    assert_eq!(tenant.sent.values().filter(|sends| **sends > 1).count(), 40, "the twenty who are there are left alone");
}

#[test]
fn a_job_that_fails_in_the_middle_is_sent_again() {
    let crossing = Crossing::new(50, 0, Settings::unhurried());
    crossing.api.existing_user("elsewhere", "user-45@example.com");
    crossing.api.faults(|faults| faults.next_jobs_fail_after = [20, 0].into());
    assert_eq!(crossing.import(&[]).0, Some(1));
    let tenant = crossing.assert_the_ledger_is_the_tenant();
    assert_eq!((crossing.ledger().len(), tenant.jobs.len()), (49, 3));
}

#[test]
fn a_job_whose_data_are_gone_is_sent_again() {
    let crossing = Crossing::new(50, 0, Settings { job_lifetime: Duration::from_secs(4), ..Settings::unhurried() });
    // The import is killed before it can ask, and comes back too late.
    crossing.api.faults(|faults| faults.next(Route::Job, Fault::SlowBody(Duration::from_secs(20))));
    let mut child = crossing
        .command(&["bulk", "import", &crossing.out()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary runs");
    while !fs::read_to_string(crossing.file("journal.jsonl")).is_ok_and(|journal| journal.contains("taken")) {
        std::thread::sleep(Duration::from_millis(10));
    }
    let _ = child.kill();
    let _ = child.wait();
    std::thread::sleep(Duration::from_millis(4500));
    assert_eq!(crossing.import(&[]).0, Some(0));
    crossing.assert_everybody_crossed();
}

#[test]
fn errors_that_tell_too_little_are_asked_for_again_and_then_said() {
    let crossing = Crossing::new(20, 0, Settings::unhurried());
    crossing.api.existing_user("elsewhere", "user-3@example.com");
    crossing.api.faults(|faults| faults.masking = Masking::AllButUserId);
    assert_eq!(crossing.import(&[]).0, Some(1));
    crossing.assert_the_ledger_is_the_tenant();
    let crossing = Crossing::new(20, 0, Settings::unhurried());
    crossing.api.existing_user("elsewhere", "user-3@example.com");
    crossing.api.faults(|faults| faults.masking = Masking::Everything);
    let (code, _, errors) = crossing.import(&[]);
    assert_eq!(code, Some(1));
    assert!(errors.contains("no job could tell"), "{errors}");
    assert!(crossing.ledger().is_empty(), "who cannot be told is not marked");
    crossing.api.faults(|faults| faults.end());
    assert_eq!(crossing.import(&[]).0, Some(1));
    crossing.assert_the_ledger_is_the_tenant();
}

#[test]
fn a_tenant_that_tells_nothing_of_users_is_believed_about_earlier_sends() {
    let crossing = Crossing::new(50, 0, Settings { scopes: vec!["create:users".into()], ..Settings::unhurried() });
    crossing.api.faults(|faults| faults.next(Route::Imports, Fault::DropAfter));
    assert_eq!(crossing.import(&[]).0, Some(0));
    crossing.assert_everybody_crossed();
}

#[test]
fn tokens_end_and_are_renewed() {
    let settings = Settings {
        token_lifetime: Duration::from_millis(400),
        time_per_user: Duration::from_millis(2),
        ..Settings::unhurried()
    };
    let crossing = Crossing::new(1200, 1500, settings);
    assert_eq!(crossing.import(&[]).0, Some(0));
    assert!(crossing.assert_everybody_crossed().tokens_given > 2);
}

#[test]
fn a_tenant_out_of_reach_is_said_and_taken_up_later() {
    let mut crossing = Crossing::new(20, 0, Settings::unhurried());
    crossing.api.stop();
    let (code, _, errors) = crossing.import(&[]);
    assert_eq!(code, Some(3));
    insta::assert_snapshot!("import_out_of_reach", errors);
}

#[test]
fn two_imports_of_one_directory_are_one_too_many() {
    let crossing = Crossing::new(20, 0, Settings { start_latency: Duration::from_secs(3), ..Settings::unhurried() });
    let mut first =
        crossing.command(&["bulk", "import", &crossing.out()]).stdout(Stdio::null()).spawn().expect("the binary runs");
    while !crossing.file("journal.jsonl").exists() {
        std::thread::sleep(Duration::from_millis(10));
    }
    std::thread::sleep(Duration::from_millis(100));
    let (code, _, errors) = crossing.import(&[]);
    assert_eq!(code, Some(2));
    assert!(errors.contains("another import of this directory is running"), "{errors}");
    assert!(first.wait().expect("it ends").success());
    crossing.assert_everybody_crossed();
}

#[test]
fn a_journal_that_was_cut_off_goes_on_and_a_broken_one_is_refused() {
    let crossing = Crossing::new(20, 0, Settings::unhurried());
    crossing.api.faults(|faults| faults.next_jobs_fail_after = [0].into());
    assert_eq!(crossing.import(&[]).0, Some(0));
    let path = crossing.file("journal.jsonl");
    let whole = fs::read_to_string(&path).expect("the journal");
    assert!(!whole.contains('@') && !whole.contains("$2b$"), "users stand in it by id alone");
    // Whatever the last line is: cut off at any place, the next import ends the same.
    for keep in [whole.len() - 1, whole.len() - 30, whole.len() / 2, whole.len() / 3, 10, 0] {
        fs::write(&path, &whole[..keep]).expect("the journal");
        assert_eq!(crossing.import(&[]).0, Some(0), "{keep}");
        crossing.assert_everybody_crossed();
    }
    let mut file = fs::OpenOptions::new().append(true).open(&path).expect("the journal");
    file.write_all(b"{\"step\":\"unknown\"}\n").expect("a line");
    let (code, _, errors) = crossing.import(&[]);
    assert_eq!(code, Some(2));
    assert!(errors.contains("of the journal cannot be read"), "{errors}");
}
