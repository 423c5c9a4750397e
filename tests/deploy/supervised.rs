//! The protocol of systemd, with the test in its place: what the service tells, and the sockets that it takes over.
use crate::support::{
    bridge::Bridge,
    client,
    guard::free_port,
    issuer::{AUDIENCE, Issuer},
    legacy_users::{self, Row},
};
use std::{net::TcpStream, os::unix::net::UnixDatagram, process::Command, time::Duration};

const ADA: Row<'static> =
    Row { id: "'1'", email: "'ada@example.com'", username: "'ada'", password: "'!'", active: 1, plan: "NULL" };

struct World {
    issuer: Issuer,
    directory: tempfile::TempDir,
    configuration: String,
}

fn world() -> World {
    let issuer = Issuer::start();
    let directory = tempfile::tempdir().expect("a directory");
    let database = legacy_users::create(directory.path(), &[ADA]);
    let configuration = legacy_users::configuration(&database, &issuer.url, AUDIENCE);
    World { issuer, directory, configuration }
}

/// The service behind `systemd-socket-activate`, which waits for a first connection before it starts it.
fn activated(configuration: &str, names: &str, addresses: &[String]) -> Result<Bridge, String> {
    let mut command = Command::new("systemd-socket-activate");
    command.arg(format!("--fdname={names}"));
    for address in addresses {
        command.args(["-l", address]);
    }
    command.arg(env!("CARGO_BIN_EXE_drawbridge"));
    let port = addresses[0].rsplit_once(':').expect("a port").1.parse::<u16>().expect("a port");
    std::thread::spawn(move || {
        for _ in 0..200 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    });
    Bridge::try_start_by(command, configuration)
}

/// The next datagram, as lines.
fn told(manager: &UnixDatagram) -> Vec<String> {
    let mut buffer = [0; 4096];
    let length = manager.recv(&mut buffer).expect("a notification");
    String::from_utf8_lossy(&buffer[..length]).lines().map(str::to_owned).collect()
}

#[test]
fn the_manager_hears_of_the_beginning_the_life_and_the_end() {
    let world = world();
    let socket = world.directory.path().join("notify");
    let manager = UnixDatagram::bind(&socket).expect("a socket");
    manager.set_read_timeout(Some(Duration::from_secs(30))).expect("a limit");
    let mut command = Command::new(env!("CARGO_BIN_EXE_drawbridge"));
    // A sign of life is wanted every 300 ms, and so sent every 100.
    command.env("NOTIFY_SOCKET", &socket).env("WATCHDOG_USEC", "300000");
    let mut bridge = Bridge::try_start_by(command, &world.configuration).expect("it starts");
    assert_eq!(told(&manager), ["READY=1".to_owned(), format!("STATUS=listening on {}", bridge.url)]);
    for _ in 0..3 {
        assert_eq!(told(&manager), ["WATCHDOG=1"]);
    }
    let news = || std::iter::repeat_with(|| told(&manager)).take(500).find(|lines| lines[0] != "WATCHDOG=1");
    bridge.signal(rustix::process::Signal::HUP);
    let begun = news().expect("a word of the reload");
    assert_eq!(begun[0], "RELOADING=1");
    // sd_notify(3): without the moment, `Type=notify-reload` would not know which reload it is.
    assert!(begun[1].starts_with("MONOTONIC_USEC="), "{begun:?}");
    assert_eq!(news().expect("its end"), ["READY=1".to_owned(), format!("STATUS=listening on {}", bridge.url)]);
    // One that is refused ends, too.
    std::fs::write(bridge.directory().join("drawbridge.toml"), "[token]\n").expect("written");
    assert_eq!(news().expect("a word of the reload")[0], "RELOADING=1");
    let status = format!("STATUS=listening on {}; a newer configuration is refused, the log says why", bridge.url);
    assert_eq!(news().expect("its end"), ["READY=1".to_owned(), status]);
    bridge.terminate();
    let end = std::iter::repeat_with(|| told(&manager)).take(500).find(|lines| lines[0].starts_with("STOPPING"));
    assert_eq!(end.expect("a word of the end"), ["STOPPING=1", "STATUS=draining: accepted requests finish"]);
    assert_eq!(bridge.wait(), Some(0));
}

#[tokio::test]
async fn sockets_that_are_handed_over_are_told_apart_by_their_names() {
    let world = world();
    let (ops, bridge) = (free_port(), free_port());
    let addresses = [ops, bridge].map(|port| format!("127.0.0.1:{port}"));
    let running = activated(&world.configuration, "ops:bridge", &addresses).expect("it starts");
    assert_eq!(running.url, format!("http://127.0.0.1:{bridge}"));
    assert_eq!(running.ops, format!("http://127.0.0.1:{ops}"));
    let client = client::client(None);
    let body = serde_json::json!({"identifier": "ada"});
    let request = client::post(&client, &format!("{}/get_user", running.url), &world.issuer.token(), &body);
    assert_eq!(client::send(request).await.status, 200);
    assert_eq!(client::send(client.get(format!("{}/livez", running.ops))).await.status, 200);
}

#[test]
fn a_socket_that_nobody_named_is_refused() {
    let log = activated(&world().configuration, "mystery", &[format!("127.0.0.1:{}", free_port())]).err();
    let log = log.expect("it does not start");
    assert!(log.contains("error: a socket named `mystery` was handed over"), "{log}");
    assert!(
        log.contains("hint: give each socket unit `FileDescriptorName=bridge` or `FileDescriptorName=ops`"),
        "{log}"
    );
}

#[test]
fn two_sockets_of_one_name_are_refused() {
    let addresses = [free_port(), free_port()].map(|port| format!("127.0.0.1:{port}"));
    let log = activated(&world().configuration, "bridge:bridge", &addresses).err().expect("it does not start");
    assert!(log.contains("error: two sockets named `bridge` were handed over"), "{log}");
}

#[test]
fn a_plain_socket_beyond_loopback_is_refused_like_such_an_address() {
    let log = activated(&world().configuration, "bridge", &[format!("0.0.0.0:{}", free_port())]).err();
    let log = log.expect("it does not start");
    assert!(log.contains("without `server.tls` passwords would cross the network in the clear"), "{log}");
}
