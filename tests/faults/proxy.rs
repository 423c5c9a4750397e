//! A TCP proxy that breaks what goes through it.
use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU8, AtomicU64, Ordering},
    },
    time::Duration,
};

/// What happens to the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Mode {
    /// They go through.
    Pass,
    /// Connections are closed as soon as they come.
    Refuse,
    /// Connections stand, and nothing goes through.
    Hold,
}

/// The proxy; it ends with the test process.
pub struct Proxy {
    pub port: u16,
    mode: Arc<AtomicU8>,
    delay: Arc<AtomicU64>,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Proxy {
    /// Before a server on this port of the loopback address.
    pub fn before(target: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let (mode, delay) = (Arc::new(AtomicU8::new(Mode::Pass as u8)), Arc::new(AtomicU64::new(0)));
        let open = Arc::new(Mutex::new(Vec::new()));
        let proxy = Self { port, mode: Arc::clone(&mode), delay: Arc::clone(&delay), open: Arc::clone(&open) };
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if mode.load(Ordering::SeqCst) == Mode::Refuse as u8 {
                    continue;
                }
                let Ok(server) = TcpStream::connect(("127.0.0.1", target)) else { continue };
                let copies = [&client, &server].map(|stream| stream.try_clone().expect("a stream"));
                open.lock().expect("the connections").extend(copies);
                for (from, to) in [(&client, &server), (&server, &client)] {
                    let (from, to) = (from.try_clone().expect("a stream"), to.try_clone().expect("a stream"));
                    let (mode, delay) = (Arc::clone(&mode), Arc::clone(&delay));
                    std::thread::spawn(move || carry(from, to, &mode, &delay));
                }
            }
        });
        proxy
    }

    /// From now on.
    pub fn set(&self, mode: Mode) {
        self.mode.store(mode as u8, Ordering::SeqCst);
    }

    /// Each piece of data waits so long from now on.
    pub fn delay(&self, delay: Duration) {
        self.delay.store(u64::try_from(delay.as_millis()).expect("milliseconds"), Ordering::SeqCst);
    }

    /// Cuts all connections.
    pub fn cut(&self) {
        for stream in self.open.lock().expect("the connections").drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream, mode: &AtomicU8, delay: &AtomicU64) {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = match from.read(&mut buffer) {
            Ok(read) if read > 0 => read,
            _ => break,
        };
        std::thread::sleep(Duration::from_millis(delay.load(Ordering::SeqCst)));
        while mode.load(Ordering::SeqCst) == Mode::Hold as u8 {
            std::thread::sleep(Duration::from_millis(20));
        }
        if to.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}
