//! The clock of the host steps: tokens are judged by it, and nothing else is upset.
//!
//! `libfaketime` steps the wall clock of the bridge alone; the monotonic clock goes on, as on a real host.
use super::{NO_LIMITS, World, server, url};
use std::{fs, time::Duration};

fn library() -> Option<String> {
    let directories = fs::read_dir("/usr/lib").ok()?.flatten().map(|entry| entry.path().join("faketime"));
    let found = directories.map(|path| path.join("libfaketime.so.1")).find(|path| path.exists())?;
    Some(found.display().to_string())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_steps_ends_tokens_and_nothing_else() {
    let library = library().expect("install the package `libfaketime`");
    let directory = tempfile::tempdir().expect("a directory");
    let clock = directory.path().join("clock");
    fs::write(&clock, "+0").expect("the clock");
    let path = clock.display().to_string();
    let variables = [
        ("LD_PRELOAD", library.as_str()),
        ("FAKETIME_TIMESTAMP_FILE", path.as_str()),
        ("FAKETIME_NO_CACHE", "1"),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
    ];
    let server = server();
    // A confined process could not read the file of the clock, which lies where nothing of its own is.
    let more = format!("{NO_LIMITS}\n[server]\nlisten = \"127.0.0.1:0\"\nconfinement = \"off\"");
    let world = World::with(&url(&server, None), &more, &variables);
    world.answers_right().await;
    for (step, status) in [("+3600", 401), ("+0", 200), ("-3600", 401), ("+0", 200), ("-40000000", 401), ("+0", 200)] {
        fs::write(&clock, step).expect("the clock");
        tokio::time::sleep(Duration::from_millis(200)).await;
        let answer = world.get_user().await;
        assert_eq!(answer.status, status, "{step}: {}", answer.body);
        assert_eq!(world.ops("/readyz").await.status, 200, "{step}");
        assert_eq!(world.ops("/metrics").await.status, 200, "{step}");
    }
    world.answers_right().await;
}
