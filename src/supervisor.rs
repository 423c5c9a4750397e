//! The service manager that started us, systemd or another of its protocol: what it is told, and the sockets that it
//! hands over, or that are bound in their place. Without one, nobody is told anything.
//!
//! # Why the sockets have names
//! Which of two sockets is the bridge must never be guessed from their order: the other one answers without a token.
use listenfd::ListenFd;
use sd_notify::NotifyState;
use std::{
    io,
    net::{SocketAddr, TcpListener},
    time::Duration,
};

/// The name of the bridge's socket, as `FileDescriptorName=` of its unit says it.
const BRIDGE: &str = "bridge";
/// The name of the ops listener's socket.
const OPS: &str = "ops";

/// What is wrong with a socket, and what to do where that is known.
pub type Unusable = (String, Option<String>);

/// Both listeners, bound but not yet answered on.
#[derive(Debug)]
pub struct Sockets {
    /// Where the bridge listens.
    pub bridge: TcpListener,
    /// Where the ops listener listens.
    pub ops: TcpListener,
}

impl Sockets {
    /// Takes the sockets that were handed over, and binds those that were not. To be called before the process is
    /// confined, for no port can be bound afterwards; a second call would find none that was handed over.
    ///
    /// # Errors
    /// `Unusable`.
    pub fn take_or_bind(bridge: SocketAddr, ops: SocketAddr) -> Result<Self, Unusable> {
        let Handed { bridge: handed_bridge, ops: handed_ops } = handed()?;
        let or_bound = |handed, address, key| match handed {
            Some(socket) => at_once(socket).map_err(|error| (format!("a socket cannot be used: {error}"), None)),
            None => bind(address, key),
        };
        Ok(Self {
            bridge: or_bound(handed_bridge, bridge, "server.listen")?,
            ops: or_bound(handed_ops, ops, "ops.listen")?,
        })
    }

    /// Binds both; what was handed over is left alone.
    ///
    /// # Errors
    /// `Unusable`.
    pub fn bind(bridge: SocketAddr, ops: SocketAddr) -> Result<Self, Unusable> {
        Ok(Self { bridge: bind(bridge, "server.listen")?, ops: bind(ops, "ops.listen")? })
    }
}

fn bind(address: SocketAddr, key: &str) -> Result<TcpListener, Unusable> {
    let bound = TcpListener::bind(address).and_then(at_once);
    bound.map_err(|error| (format!("`{key}` {address} cannot be bound: {error}"), None))
}

/// A socket that never makes a thread wait.
fn at_once(socket: TcpListener) -> io::Result<TcpListener> {
    socket.set_nonblocking(true)?;
    Ok(socket)
}

/// Listeners that were open before we started.
#[derive(Debug, Default)]
struct Handed {
    bridge: Option<TcpListener>,
    ops: Option<TcpListener>,
}

fn handed() -> Result<Handed, Unusable> {
    let hint = || Some(format!("give each socket unit `FileDescriptorName={BRIDGE}` or `FileDescriptorName={OPS}`"));
    let unclear = |error: io::Error| (format!("the sockets of the service manager are unclear: {error}"), hint());
    let names: Vec<String> = sd_notify::listen_fds_with_names().map_err(unclear)?.map(|(_, name)| name).collect();
    let mut sockets = Handed::default();
    if names.is_empty() {
        return Ok(sockets);
    }
    let mut listeners = ListenFd::from_env();
    for (place, name) in names.iter().enumerate() {
        let wanted = match name.as_str() {
            BRIDGE => &mut sockets.bridge,
            OPS => &mut sockets.ops,
            _ => return Err((format!("a socket named `{name}` was handed over"), hint())),
        };
        if wanted.is_some() {
            return Err((
                format!("two sockets named `{name}` were handed over"),
                Some("one of them is enough".to_owned()),
            ));
        }
        let taken = listeners.take_tcp_listener(place).map_err(|error| {
            (
                format!("the socket `{name}` cannot be used: {error}"),
                Some("`ListenStream=` takes an address and a port".into()),
            )
        })?;
        *wanted = taken;
    }
    Ok(sockets)
}

/// Requests are answered from now on, or again after a reload.
pub fn ready(status: &str) {
    tell(&[NotifyState::Ready, NotifyState::Status(status)]);
}

/// One line for `systemctl status`; nobody's identifier in it.
pub fn status(status: &str) {
    tell(&[NotifyState::Status(status)]);
}

/// A reload has begun; `ready` ends it, whether the new configuration was taken or not.
pub fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => tell(&[NotifyState::Reloading, now]),
        // A manager that insists on the moment would take a reload without one for a failure.
        Err(error) => tracing::warn!(%error, "the service manager was not told of the reload"),
    }
}

/// The orderly end has begun.
pub fn stopping(status: &str) {
    tell(&[NotifyState::Stopping, NotifyState::Status(status)]);
}

/// How often the service manager wants a sign of life, with room for a late one; `None` when it wants none.
#[must_use]
pub fn heartbeat() -> Option<Duration> {
    sd_notify::watchdog_enabled().map(|longest| longest / 3).filter(|pause| !pause.is_zero())
}

/// The sign of life.
pub fn alive() {
    tell(&[NotifyState::Watchdog]);
}

fn tell(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::warn!(%error, "the service manager was not told");
    }
}
