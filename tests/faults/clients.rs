//! Clients that are slow, half gone, silent or many: they hold a socket, and nobody else up.
use super::{NO_LIMITS, World, server, url};
use std::{
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

fn address(world: &World) -> String {
    world.bridge.url.trim_start_matches("http://").to_owned()
}

fn connect(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a time limit");
    stream
}

/// Everything until the other side closes.
fn rest(mut stream: TcpStream) -> String {
    let mut text = Vec::new();
    let _ = stream.read_to_end(&mut text);
    String::from_utf8_lossy(&text).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_and_half_open_clients_are_ended() {
    let server = server();
    let world = World::before(&url(&server, None), NO_LIMITS);
    let address = address(&world);
    let token = world.issuer.token();
    let head = format!(
        "POST /login HTTP/1.1\r\nhost: bridge\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n"
    );
    // The head a byte at a time, forever.
    let slow_head = std::thread::spawn({
        let (address, head) = (address.clone(), head.clone());
        move || {
            let mut stream = connect(&address);
            let begun = Instant::now();
            for byte in head.bytes().cycle() {
                if stream.write_all(&[byte]).is_err() || begun.elapsed() > Duration::from_secs(40) {
                    break;
                }
                std::thread::sleep(Duration::from_millis(250));
            }
            begun.elapsed()
        }
    });
    // A body that never comes.
    let no_body = std::thread::spawn({
        let (address, head) = (address.clone(), head.clone());
        move || {
            let mut stream = connect(&address);
            stream.write_all(format!("{head}content-length: 60\r\n\r\n{{\"ide").as_bytes()).expect("half a request");
            let begun = Instant::now();
            (rest(stream), begun.elapsed())
        }
    });
    // Half open: the sending side is closed, the answer is still wanted.
    let half_open = std::thread::spawn({
        let (address, head) = (address.clone(), head.clone());
        move || {
            let mut stream = connect(&address);
            let body = r#"{"identifier":"ada@example.com","password":"wrong"}"#;
            let text = format!("{head}connection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len());
            stream.write_all(text.as_bytes()).expect("a request");
            stream.shutdown(std::net::Shutdown::Write).expect("half of it is closed");
            rest(stream)
        }
    });
    for _ in 0..20 {
        world.answers_right().await;
    }
    let (answer, took) = no_body.join().expect("the thread");
    assert!(answer.is_empty() || answer.contains(" 4") || answer.contains(" 503 "), "{answer}");
    assert!(took < Duration::from_secs(25), "a body that does not come is not waited for: {took:?}");
    let answer = half_open.join().expect("the thread");
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 422"), "{answer}");
    assert!(slow_head.join().expect("the thread") < Duration::from_secs(38), "a head that does not end is ended");
    world.answers_right().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_silent_connections_hold_nobody_up() {
    let server = server();
    let world = World::before(&url(&server, None), NO_LIMITS);
    let address = address(&world);
    // As many as the system lets one process have, ten thousand where it may.
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current.unwrap_or(1 << 20);
    let wanted = usize::try_from(limit.saturating_sub(500)).expect("a number").min(10_000);
    let silent: Vec<TcpStream> = (0..wanted).filter_map(|_| TcpStream::connect(&address).ok()).collect();
    assert_eq!(silent.len(), wanted);
    let mut slowest = Duration::ZERO;
    for _ in 0..20 {
        let begun = Instant::now();
        world.answers_right().await;
        slowest = slowest.max(begun.elapsed());
    }
    assert_eq!(world.ops("/metrics").await.status, 200);
    println!("{wanted} silent connections, the slowest three answers took {slowest:?}");
    drop(silent);
    world.answers_right().await;
}
