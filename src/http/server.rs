//! Both listeners: bounds on connections, and the orderly end.
use super::{
    headers,
    live::Live,
    ops::{self, Watched},
    ops_page,
    tls::{self, Handshakes},
    zeros,
};
use crate::{
    clock,
    config::server::{Plaintext, Server},
    store::home,
    supervisor::Sockets,
    telemetry::{history::History, reading::Reading},
};
use actix_web::{App, HttpServer, dev, middleware, web};
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
    state: web::Data<Live>,
    grace: u64,
}

/// Starts both listeners; the bridge speaks TLS where there are `handshakes`.
///
/// # Errors
/// In words: what the system refuses.
pub fn start(
    state: web::Data<Live>,
    server: &Server,
    sockets: Sockets,
    handshakes: Option<&Arc<Handshakes>>,
) -> Result<Listening, String> {
    let Sockets { bridge: bridge_socket, ops: ops_socket } = sockets;
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
    let http = HttpServer::new(move || {
        // Called by each worker for itself.
        home::settle();
        let app = App::new().app_data(app_state.clone()).configure(super::routes);
        app.wrap(middleware::from_fn(headers::take))
    })
    .disable_signals()
    .max_connections(CONNECTIONS)
    .keep_alive(KEEP_ALIVE)
    .client_request_timeout(HEAD)
    .shutdown_timeout(grace);
    let http = match handshakes {
        None => http.listen(bridge_socket),
        Some(handshakes) => http.on_connect(tls::remember_peer).listen_rustls_0_23(bridge_socket, handshakes.config()?),
    };
    let bridge_server = http.map_err(|error| error.to_string())?.run();

    let first = state.bridge();
    zeros::show(&first.metrics);
    let history = History::new(clock::unix_now(), Reading::take(&first.metrics));
    drop(first);
    let watched = web::Data::new(Watched { live: state.clone(), history });
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
        encrypted: handshakes.is_some(),
        bridge_server,
        ops_server,
        state,
        grace,
    })
}

impl Listening {
    /// The bridge's address as its callers write it.
    #[must_use]
    pub fn address(&self) -> String {
        let scheme = if self.encrypted { "https" } else { "http" };
        format!("{scheme}://{}", self.bridge)
    }

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
        self.state.bridge().drain();
        tracing::info!(grace_seconds = self.grace, "draining: accepted requests finish, new ones are refused");
        bridge.stop(true).await;
        ops.stop(false).await;
        for running in [bridge_running, ops_running] {
            running.await.map_err(std::io::Error::other)??;
        }
        Ok(())
    }
}
