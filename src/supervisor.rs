//! The service manager that started us, systemd or another of its protocol: what it is told, and the sockets that it
//! hands over. Without one, every function does nothing.
//!
//! # Why the sockets have names
//! Which of two sockets is the bridge must never be guessed from their order: the other one answers without a token.
use listenfd::ListenFd;
use sd_notify::NotifyState;
use std::{net::TcpListener, time::Duration};

/// The name of the bridge's socket, as `FileDescriptorName=` of its unit says it.
const BRIDGE: &str = "bridge";
/// The name of the ops listener's socket.
const OPS: &str = "ops";

/// Listeners that were open before we started.
#[derive(Debug, Default)]
pub struct Sockets {
    /// Where the bridge listens, instead of `server.listen`.
    pub bridge: Option<TcpListener>,
    /// Where the ops listener listens, instead of `ops.listen`.
    pub ops: Option<TcpListener>,
}

/// Takes the sockets that were handed over; a second call would find none.
///
/// # Errors
/// What is wrong with them, and what to do.
pub fn sockets() -> Result<Sockets, (String, String)> {
    let hint = || format!("give each socket unit `FileDescriptorName={BRIDGE}` or `FileDescriptorName={OPS}`");
    let unclear = |error: std::io::Error| (format!("the sockets of the service manager are unclear: {error}"), hint());
    let names: Vec<String> = sd_notify::listen_fds_with_names().map_err(unclear)?.map(|(_, name)| name).collect();
    let mut sockets = Sockets::default();
    if names.is_empty() {
        return Ok(sockets);
    }
    let mut handed = ListenFd::from_env();
    for (place, name) in names.iter().enumerate() {
        let wanted = match name.as_str() {
            BRIDGE => &mut sockets.bridge,
            OPS => &mut sockets.ops,
            _ => return Err((format!("a socket named `{name}` was handed over"), hint())),
        };
        if wanted.is_some() {
            return Err((format!("two sockets named `{name}` were handed over"), "one of them is enough".to_owned()));
        }
        let taken = handed.take_tcp_listener(place).map_err(|error| {
            (
                format!("the socket `{name}` cannot be used: {error}"),
                "`ListenStream=` takes an address and a port".into(),
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
