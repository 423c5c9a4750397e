//! Ten times the capacity, and more memory than there is: what is accepted is answered in time, the rest at once.
use super::{PASSWORD, World, server, url};
use crate::support::client;
use serde_json::json;
use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

/// Answers of one kind of load.
#[derive(Default)]
struct Load {
    ok: usize,
    shed: usize,
    slowest_ok: Duration,
    other: Vec<String>,
}

/// So many callers ask again and again for a while.
async fn load(world: &Arc<World>, callers: usize, time: Duration) -> Load {
    let until = Arc::new(AtomicBool::new(false));
    let mut tasks = tokio::task::JoinSet::new();
    let token = world.issuer.token();
    for _ in 0..callers {
        let (world, until, token) = (Arc::clone(world), Arc::clone(&until), token.clone());
        tasks.spawn(async move {
            let mut load = Load::default();
            let url = format!("{}/login", world.bridge.url);
            let body = json!({"identifier": "ada@example.com", "password": PASSWORD});
            while !until.load(Ordering::Relaxed) {
                let begun = Instant::now();
                let answer = client::send(client::post(&world.client, &url, &token, &body)).await;
                match (answer.status, answer.code().as_str()) {
                    (200, _) => {
                        load.ok += 1;
                        load.slowest_ok = load.slowest_ok.max(begun.elapsed());
                    }
                    (503, "overloaded") => {
                        assert!(answer.header("retry-after").is_some(), "{:?}", answer.headers);
                        load.shed += 1;
                        // A caller who waits a little, not as long as it is asked to.
                        tokio::time::sleep(Duration::from_millis(20)).await;
                    }
                    _ => load.other.push(answer.body),
                }
            }
            load
        });
    }
    tokio::time::sleep(time).await;
    until.store(true, Ordering::Relaxed);
    let mut all = Load::default();
    for one in tasks.join_all().await {
        all.ok += one.ok;
        all.shed += one.shed;
        all.slowest_ok = all.slowest_ok.max(one.slowest_ok);
        all.other.extend(one.other);
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_times_the_capacity_keeps_the_goodput_and_the_deadline() {
    let server = server();
    // bcrypt of a cost at which the machine answers some tens of logins a second.
    let hash = bcrypt::hash(PASSWORD, 10).expect("a hash");
    server.exec(&format!("UPDATE users SET password = '{hash}'"));
    let more = "[limits]\naccount_attempts = \"off\"\nclient_rate = \"off\"\nverify_queue = 16";
    let world = Arc::new(World::before(&url(&server, None), more));
    let calm = load(&world, 4, Duration::from_secs(4)).await;
    let asking = tokio::spawn({
        let world = Arc::clone(&world);
        async move {
            tokio::time::sleep(Duration::from_secs(1)).await;
            let mut slowest = Duration::ZERO;
            for _ in 0..10 {
                let begun = Instant::now();
                assert_eq!(world.get_user().await.status, 200);
                assert_eq!(world.ops("/livez").await.status, 200);
                assert_eq!(world.ops("/readyz").await.status, 200);
                assert_eq!(world.ops("/metrics").await.status, 200);
                slowest = slowest.max(begun.elapsed());
            }
            slowest
        }
    });
    let crowd = load(&world, 160, Duration::from_secs(6)).await;
    let slowest = asking.await.expect("they were answered");
    println!(
        "calm {} in 4 s, crowd {} in 6 s and {} shed; slowest accepted {:?}, lookup and health {slowest:?}",
        calm.ok, crowd.ok, crowd.shed, crowd.slowest_ok
    );
    assert!(calm.other.is_empty() && crowd.other.is_empty(), "{:?}", crowd.other.first());
    assert!(crowd.shed > 0, "not everybody fits");
    assert!(crowd.ok * 2 > calm.ok, "the goodput fell from {} in 4 s to {} in 6 s", calm.ok, crowd.ok);
    // The deadline is 5 s; what the test itself waits for a processor comes on top.
    assert!(crowd.slowest_ok < Duration::from_secs(8), "{:?}", crowd.slowest_ok);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_and_fifty_argon2_logins_stay_within_the_memory() {
    const BUDGET: u64 = 256 << 20;
    let server = server();
    // 64 MiB each; made by the argon2 crate, which agrees with the vectors of other implementations.
    let hash = argon2(65_536);
    server.exec(&format!("UPDATE users SET password = '{hash}'"));
    let more = "[limits]\naccount_attempts = \"off\"\nclient_rate = \"off\"\nverify_memory = \"256MiB\"";
    let world = Arc::new(World::before(&url(&server, None), more));
    let before = peak(&world);
    let mut logins = tokio::task::JoinSet::new();
    for _ in 0..250 {
        let world = Arc::clone(&world);
        logins.spawn(async move { world.login(PASSWORD).await });
    }
    let answers = logins.join_all().await;
    let ok = answers.iter().filter(|answer| answer.status == 200).count();
    let shed = answers.iter().filter(|answer| answer.code() == "overloaded").count();
    assert_eq!(ok + shed, 250, "{:?}", answers.iter().find(|a| a.status != 200 && a.code() != "overloaded"));
    assert!(ok > 0, "somebody gets in");
    let grown = peak(&world) - before;
    println!("{ok} got in, {shed} were shed, {} MiB at the peak", grown >> 20);
    assert!(grown < BUDGET + (96 << 20), "{} MiB", grown >> 20);
}

fn argon2(memory: u32) -> String {
    use argon2::{Algorithm, Argon2, Params, Version};
    use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
    let salt = *b"sixteen bytes ok";
    let mut output = [0; 32];
    let params = Params::new(memory, 1, 1, Some(32)).expect("parameters");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(PASSWORD.as_bytes(), &salt, &mut output)
        .expect("a hash");
    format!("$argon2id$v=19$m={memory},t=1,p=1${}${}", STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(output))
}

/// The most memory that the bridge has had so far, in bytes.
fn peak(world: &World) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", world.bridge.id())).expect("the process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("its peak");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") << 10
}
