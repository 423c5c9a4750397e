//! Ten times the capacity, and more memory than there is: what is accepted is answered in time, the rest at once.
use super::{PASSWORD, World, server, url};
use crate::support::client;
use serde_json::json;
use std::{
    fs,
    sync::Arc,
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

/// One login, counted.
async fn login(world: &World, token: &str) -> Load {
    let mut load = Load::default();
    let begun = Instant::now();
    let body = json!({"identifier": "ada@example.com", "password": PASSWORD});
    let answer = client::send(client::post(&world.client, &format!("{}/login", world.bridge.url), token, &body)).await;
    match (answer.status, answer.code().as_str()) {
        (200, _) => (load.ok, load.slowest_ok) = (1, begun.elapsed()),
        (503, "overloaded") => {
            assert!(answer.header("retry-after").is_some(), "{:?}", answer.headers);
            load.shed = 1;
        }
        _ => load.other.push(answer.body),
    }
    load
}

impl Load {
    fn and(mut self, one: Self) -> Self {
        self.other.extend(one.other);
        Self {
            ok: self.ok + one.ok,
            shed: self.shed + one.shed,
            slowest_ok: self.slowest_ok.max(one.slowest_ok),
            other: self.other,
        }
    }
}

/// So many callers, each with one request after the other.
async fn capacity(world: &Arc<World>, callers: usize, time: Duration) -> Load {
    let until = Instant::now() + time;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..callers {
        let (world, token) = (Arc::clone(world), world.issuer.token());
        tasks.spawn(async move {
            let mut all = Load::default();
            while Instant::now() < until {
                all = all.and(login(&world, &token).await);
            }
            all
        });
    }
    tasks.join_all().await.into_iter().fold(Load::default(), Load::and)
}

/// So many requests at even distances, whatever becomes of those before.
async fn offered(world: &Arc<World>, requests: u32, time: Duration) -> Load {
    let mut tasks = tokio::task::JoinSet::new();
    let token = world.issuer.token();
    for _ in 0..requests {
        let (world, token) = (Arc::clone(world), token.clone());
        tasks.spawn(async move { login(&world, &token).await });
        tokio::time::sleep(time / requests).await;
    }
    tasks.join_all().await.into_iter().fold(Load::default(), Load::and)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_times_the_capacity_keeps_the_goodput_and_the_deadline() {
    let server = server();
    // bcrypt of a cost at which the machine answers some tens of logins a second.
    let hash = bcrypt::hash(PASSWORD, 10).expect("a hash");
    server.exec(&format!("UPDATE users SET password = '{hash}'"));
    let more = "[limits]\naccount_attempts = \"off\"\nclient_rate = \"off\"\nverify_queue = 16";
    let world = Arc::new(World::before(&url(&server, None), more));
    let begun = processor_time(&world);
    let calm = capacity(&world, 4, Duration::from_secs(6)).await;
    let calm_time = processor_time(&world) - begun;
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
    let crowd = offered(&world, u32::try_from(calm.ok * 10).expect("a number"), Duration::from_secs(6)).await;
    let crowd_time = processor_time(&world) - begun - calm_time;
    let slowest = asking.await.expect("they were answered");
    println!(
        "calm {} for {calm_time:.1} s of processor time, crowd {} for {crowd_time:.1} s and {} shed; slowest accepted {:?}, lookup and health {slowest:?}",
        calm.ok, crowd.ok, crowd.shed, crowd.slowest_ok
    );
    assert!(calm.other.is_empty() && crowd.other.is_empty(), "{:?}", crowd.other.first());
    assert!(crowd.shed > 0, "not everybody fits");
    // By its own processor time: how much of that it gets is not its doing.
    let goodput = |load: &Load, time: f64| f64::from(u32::try_from(load.ok).expect("a number")) / time;
    let (calm_goodput, crowd_goodput) = (goodput(&calm, calm_time), goodput(&crowd, crowd_time));
    assert!(crowd_goodput * 1.5 > calm_goodput, "the goodput fell from {calm_goodput} a second to {crowd_goodput}");
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

/// What the bridge has had of the processors so far, in seconds.
fn processor_time(world: &World) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{}/stat", world.bridge.id())).expect("the process");
    // Behind the name, which ends in a bracket: user and system time are its 12th and 13th, in ticks of 10 ms.
    let (_, fields) = stat.rsplit_once(") ").expect("its fields");
    let ticks = fields.split(' ').skip(11).take(2).map(|field| field.parse::<f64>().expect("a number"));
    ticks.sum::<f64>() / 100.0
}

/// The most memory that the bridge has had so far, in bytes.
fn peak(world: &World) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", world.bridge.id())).expect("the process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("its peak");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") << 10
}
