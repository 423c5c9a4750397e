//! Both listeners: binding, bounds on connections, and the orderly end.
use super::{
    Bridge,
    ops::{self, Watched},
    ops_page, tls, zeros,
};
use crate::{
    clock,
    config::{
        ops::Ops,
        server::{Plaintext, Server},
    },
    supervisor::Sockets,
    telemetry::{history::History, reading::Reading},
    token::keys::Keys,
};
use actix_web::{App, HttpServer, dev, web};
use rustls::crypto::CryptoProvider;
use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};

/// Connections that one worker holds at once; further ones wait in the backlog.
const CONNECTIONS: usize = 12_500;
/// How long a connection may stay without a request.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How long a client may take to send the head of a request.
const HEAD: Duration = Duration::from_secs(5);

/// The two listeners, bound and running.
pub struct Listening {
    /// Where the bridge listens.
    pub bridge: SocketAddr,
    /// Where the ops listener listens.
    pub ops: SocketAddr,
    /// Whether the bridge speaks TLS.
    pub encrypted: bool,
    bridge_server: dev::Server,
    ops_server: dev::Server,
    state: web::Data<Bridge>,
    grace: u64,
}

/// Binds both listeners, those that were not handed over, and starts them.
///
/// # Errors
/// In words: the address that is taken, or the file of the certificate that is wrong.
pub fn start(
    state: web::Data<Bridge>,
    keys: Arc<Keys>,
    server: &Server,
    ops: &Ops,
    sockets: Sockets,
    provider: &Arc<CryptoProvider>,
) -> Result<Listening, String> {
    let bridge_socket = bind(sockets.bridge, server.listen, "server.listen")?;
    let ops_socket = bind(sockets.ops, ops.listen, "ops.listen")?;
    let address = |socket: &TcpListener| socket.local_addr().map_err(|error| error.to_string());
    let (bridge_address, ops_address) = (address(&bridge_socket)?, address(&ops_socket)?);
    // The configuration was checked for `server.listen`, and a socket that was handed over may listen elsewhere.
    if server.tls.is_none() && server.plaintext == Plaintext::LoopbackOnly && !bridge_address.ip().is_loopback() {
        return Err(format!(
            "the bridge's socket is {bridge_address}, and without `server.tls` passwords would cross the network in the clear"
        ));
    }

    let grace = server.deadline.as_secs() + 1;
    let app_state = state.clone();
    let http = HttpServer::new(move || App::new().app_data(app_state.clone()).configure(super::routes))
        .disable_signals()
        .max_connections(CONNECTIONS)
        .keep_alive(KEEP_ALIVE)
        .client_request_timeout(HEAD)
        .shutdown_timeout(grace);
    let http = match &server.tls {
        None => http.listen(bridge_socket),
        Some(files) => {
            let (config, certificate) = tls::listener(files, provider)?;
            let expiry = state.metrics.certificate_expiry.clone();
            actix_web::rt::spawn(tls::watch(files.clone(), Arc::clone(provider), certificate, expiry));
            http.listen_rustls_0_23(bridge_socket, config)
        }
    };
    let bridge_server = http.map_err(|error| error.to_string())?.run();

    zeros::show(&state.metrics);
    let history = History::new(clock::unix_now(), Reading::take(&state.metrics));
    let watched = web::Data::new(Watched { bridge: state.clone(), keys, history });
    actix_web::rt::spawn(ops_page::keep(watched.clone()));
    let ops_server = HttpServer::new(move || App::new().app_data(watched.clone()).configure(ops::routes))
        .disable_signals()
        .workers(1)
        .shutdown_timeout(1)
        .listen(ops_socket)
        .map_err(|error| error.to_string())?
        .run();
    Ok(Listening {
        bridge: bridge_address,
        ops: ops_address,
        encrypted: server.tls.is_some(),
        bridge_server,
        ops_server,
        state,
        grace,
    })
}

impl Listening {
    /// Serves until `stop` comes, then lets accepted requests finish and ends both listeners.
    ///
    /// # Errors
    /// When a listener fails.
    pub async fn serve_until(self, stop: impl Future<Output = ()>) -> std::io::Result<()> {
        let (bridge, ops) = (self.bridge_server.handle(), self.ops_server.handle());
        let bridge_running = actix_web::rt::spawn(self.bridge_server);
        let ops_running = actix_web::rt::spawn(self.ops_server);
        stop.await;
        // Not ready first, so that the ops listener says it while accepted requests still finish.
        self.state.drain();
        tracing::info!(grace_seconds = self.grace, "draining: accepted requests finish, new ones are refused");
        bridge.stop(true).await;
        ops.stop(false).await;
        for running in [bridge_running, ops_running] {
            running.await.map_err(std::io::Error::other)??;
        }
        Ok(())
    }
}

fn bind(handed: Option<TcpListener>, address: SocketAddr, key: &str) -> Result<TcpListener, String> {
    let socket = match handed {
        Some(socket) => socket,
        None => TcpListener::bind(address).map_err(|error| format!("`{key}` {address} cannot be bound: {error}"))?,
    };
    socket.set_nonblocking(true).map_err(|error| error.to_string())?;
    Ok(socket)
}
