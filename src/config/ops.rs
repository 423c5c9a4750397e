//! `[ops]`: the listener for the people who run the service.
use std::net::SocketAddr;

/// The ops listener.
#[derive(Debug, Clone)]
pub struct Ops {
    /// Address to listen on; `127.0.0.1:9464` by default.
    pub listen: SocketAddr,
}
