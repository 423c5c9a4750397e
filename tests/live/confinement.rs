//! What the process has given up: told by the kernel of each of its threads, tried from a thread of our own, and seen
//! from what a bridge can no longer do.
use super::{World, authority::write, eventually, told};
use crate::support::client;
use drawbridge::confinement::{self, Confined, Needs};
use std::{fs, io::ErrorKind, net::TcpListener, path::Path};

/// The fields of every thread of a process.
fn threads(pid: u32, field: &str) -> Vec<String> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).expect("threads");
    let status = |task: fs::DirEntry| fs::read_to_string(task.path().join("status")).ok();
    let value = |status: String| Some(status.lines().find_map(|line| line.strip_prefix(field))?.trim().to_owned());
    tasks.flatten().filter_map(status).filter_map(value).collect()
}

#[tokio::test]
async fn every_thread_is_confined_also_those_that_came_later() {
    let world = World::with("");
    assert_eq!(world.login().await.status, 200);
    // Another store brings threads of its own.
    world.bridge.rewrite(&world.usual().replace("[database]", "[database]\npool = 3"));
    world.reloaded("ok", 1.0).await;
    for _ in 0..20 {
        assert_eq!(world.login().await.status, 200);
    }
    for (field, expected) in [("NoNewPrivs:", "1"), ("Seccomp:", "2"), ("Seccomp_filters:", "2")] {
        let found = threads(world.bridge.id(), field);
        assert!(found.len() > 5, "{found:?}");
        assert!(found.iter().all(|value| value == expected), "{field} {found:?}");
    }
    let ready = client::send(world.client.get(format!("{}/readyz", world.bridge.ops))).await.json();
    let line = told(&world.bridge, &["INFO", "WARN"]);
    let line = line.lines().find(|line| line.contains("\"in_force\"")).expect("the line").to_owned();
    for part in ["no core files", "not dumpable", "no new privileges", "system calls refused by seccomp"] {
        assert!(line.contains(part), "{part} is missing in {line}");
    }
    assert_eq!(ready["confinement"]["state"] == "full", !line.contains("\"missing\""), "{ready} {line}");
}

/// What the kernel has of each thread whose name begins so: its `name` line in `/proc/<pid>/task/<tid>/sched`.
fn scheduled(pid: u32, begins: &str, name: &str) -> Vec<String> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).expect("threads");
    let of_task = |task: fs::DirEntry| {
        let told = fs::read_to_string(task.path().join("sched")).ok()?;
        let line = told.lines().find(|line| line.starts_with(name)).unwrap_or("nothing : of it");
        told.starts_with(begins).then(|| line.rsplit(' ').next().unwrap_or_default().to_owned())
    };
    tasks.flatten().filter_map(of_task).collect()
}

#[tokio::test]
async fn verification_stands_back_behind_those_who_answer() {
    let world = World::with("");
    assert_eq!(world.login().await.status, 200);
    // Of the kernel's priorities 120 is the usual one.
    let priorities = scheduled(world.bridge.id(), "verify-", "prio");
    assert!(!priorities.is_empty() && priorities.iter().all(|priority| priority == "130"), "{priorities:?}");
    let answering = scheduled(world.bridge.id(), "actix", "prio");
    assert!(!answering.is_empty() && answering.iter().all(|priority| priority == "120"), "{answering:?}");
    // Kernels before 6.12 know no slice of a thread's own.
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").expect("a release");
    let version: Vec<u32> = release.split(['.', '-']).map_while(|part| part.trim().parse().ok()).collect();
    if version.as_slice() >= [6, 12].as_slice() {
        let slices = scheduled(world.bridge.id(), "verify-", "se.slice");
        assert!(slices.iter().all(|slice| slice == "250000"), "{slices:?}");
    }
}

#[tokio::test]
async fn it_can_be_switched_off_and_core_files_stay_off() {
    let world = World::with("[server]\nlisten = \"127.0.0.1:0\"\nconfinement = \"off\"");
    assert_eq!(world.login().await.status, 200);
    assert!(threads(world.bridge.id(), "Seccomp:").iter().all(|value| value == "0"));
    let ready = client::send(world.client.get(format!("{}/readyz", world.bridge.ops))).await.json();
    assert_eq!(ready["confinement"]["state"], "off");
    let limits = fs::read_to_string(format!("/proc/{}/limits", world.bridge.id())).expect("limits");
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).expect("the line");
    assert_eq!(core.split_whitespace().nth(4), Some("0"), "{core}");
}

/// A secret that a reload names in a place of its own.
async fn elsewhere(world: &World, result: &str) -> String {
    let other = tempfile::tempdir().expect("a directory");
    write(other.path(), "pepper", "a pepper that is long enough");
    let pepper = format!("[password]\npepper_file = \"{}\"", other.path().join("pepper").display());
    let server = world.usual().replace("[password]", &pepper);
    let server = if result == "ok" {
        format!("{server}\n[server]\nlisten = \"127.0.0.1:0\"\nconfinement = \"off\"")
    } else {
        server
    };
    world.bridge.rewrite(&server);
    world.reloaded(result, 1.0).await;
    told(&world.bridge, &["ERROR"]).replace(&other.path().display().to_string(), "ELSEWHERE")
}

#[tokio::test]
async fn a_path_that_was_not_named_at_the_start_is_out_of_reach_and_told() {
    let world = World::with("");
    let problems = elsewhere(&world, "failed").await;
    assert!(problems.contains("ELSEWHERE/pepper is out of reach since this process confined itself"), "{problems}");
    assert!(problems.contains("restart the service"), "{problems}");
    // The kernel says so, too: to root nothing else is forbidden.
    assert!(problems.contains("Permission denied"), "{problems}");
    assert_eq!(world.login().await.status, 200);
    let database = tempfile::tempdir().expect("a directory");
    let there = crate::support::legacy_users::create(database.path(), &[super::ada()]);
    let here = world.directory.path().join("legacy.db");
    world.bridge.rewrite(&world.usual().replace(&here.display().to_string(), &there.display().to_string()));
    let expected = format!("{} is out of reach", there.display());
    eventually(&world.bridge, async || told(&world.bridge, &["ERROR"]).contains(&expected)).await;
    assert_eq!(world.login().await.status, 200);
}

#[tokio::test]
async fn the_same_path_is_taken_where_nothing_is_confined() {
    let world = World::with("[server]\nlisten = \"127.0.0.1:0\"\nconfinement = \"off\"");
    assert_eq!(elsewhere(&world, "ok").await, "");
}

/// What a thread that is confined like `serve` can and cannot do. Landlock and seccomp hold for that thread alone.
#[test]
fn a_confined_thread_opens_what_was_named_and_starts_nothing() {
    let (readable, writable, elsewhere) = (dir(), dir(), dir());
    for directory in [&readable, &writable, &elsewhere] {
        fs::write(directory.path().join("a"), "x").expect("a file");
    }
    let listening = TcpListener::bind("127.0.0.1:0").expect("a port");
    let needs = Needs { read: vec![readable.path().to_owned()], write: vec![writable.path().to_owned()] };
    let tried = std::thread::spawn(move || {
        let confined = confinement::confine(Confined::default(), needs);
        let kind = |result: std::io::Result<()>| result.err().map(|error| error.kind());
        let read = |path: &Path| kind(fs::read(path.join("a")).map(drop));
        let written = |path: &Path| kind(fs::write(path.join("b"), "y"));
        let rows = [
            ("reads what was named", read(readable.path()), None),
            ("writes where it only reads", written(readable.path()), Some(ErrorKind::PermissionDenied)),
            ("reads where it writes", read(writable.path()), None),
            ("writes where it was named", written(writable.path()), None),
            ("removes there", kind(fs::remove_file(writable.path().join("b"))), None),
            (
                "makes a link to elsewhere",
                kind(std::os::unix::fs::symlink("/etc/passwd", writable.path().join("c"))),
                Some(ErrorKind::PermissionDenied),
            ),
            ("reads elsewhere", read(elsewhere.path()), Some(ErrorKind::PermissionDenied)),
            ("writes elsewhere", written(elsewhere.path()), Some(ErrorKind::PermissionDenied)),
            (
                "reads passwords of the system",
                kind(fs::read("/etc/passwd").map(drop)),
                Some(ErrorKind::PermissionDenied),
            ),
            ("binds a port", kind(TcpListener::bind("127.0.0.1:0").map(drop)), Some(ErrorKind::PermissionDenied)),
            ("accepts on one that was bound", kind(connects(&listening)), None),
            (
                "starts a program",
                kind(std::process::Command::new("true").status().map(drop)),
                Some(ErrorKind::PermissionDenied),
            ),
            (
                "starts a thread",
                kind(std::thread::Builder::new().spawn(|| ()).map(|thread| thread.join().expect("it ends"))),
                None,
            ),
            (
                "changes the root",
                kind(rustix::process::chroot("/").map_err(Into::into)),
                Some(ErrorKind::PermissionDenied),
            ),
            ("leaves its name space", kind(unshare()), Some(ErrorKind::PermissionDenied)),
        ];
        (confined.missing.clone(), rows)
    });
    let (missing, rows) = tried.join().expect("it ends");
    // The test process has other threads, which it says.
    let missing: Vec<_> = missing.into_iter().filter(|what| what != "threads that were there before").collect();
    for (what, found, expected) in rows {
        let unknown_here = found.is_none() && !missing.is_empty();
        assert!(found == expected || unknown_here, "{what}: {found:?}, missing here: {missing:?}");
    }
}

fn connects(listening: &TcpListener) -> std::io::Result<()> {
    let _client = std::net::TcpStream::connect(listening.local_addr()?)?;
    listening.accept().map(drop)
}

fn unshare() -> std::io::Result<()> {
    // A network of its own would be the way around every rule of a firewall.
    #[expect(deprecated, reason = "the new name is unsafe for another of its flags")]
    rustix::thread::unshare(rustix::thread::UnshareFlags::NEWNET).map_err(Into::into)
}

fn dir() -> tempfile::TempDir {
    tempfile::tempdir().expect("a directory")
}
