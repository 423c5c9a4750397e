//! `[server]`: the bridge listener.
use std::{net::SocketAddr, path::PathBuf, time::Duration};

/// The bridge listener.
#[derive(Debug, Clone)]
pub struct Server {
    /// Address to listen on; `127.0.0.1:8080` by default. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// Certificate and key; without them the listener speaks plain HTTP, where `plaintext` allows that.
    pub tls: Option<Tls>,
    /// When plain HTTP is allowed. The loader refuses a plain listener on any other address.
    pub plaintext: Plaintext,
    /// Networks whose peers may connect; empty means all.
    pub allow: Vec<ipnet::IpNet>,
    /// The whole-request deadline; 5 s by default.
    pub deadline: Duration,
}

/// PEM files of the listener.
#[derive(Debug, Clone)]
pub struct Tls {
    /// The chain, leaf first.
    pub certificate: PathBuf,
    /// The private key.
    pub key: PathBuf,
    /// The authority whose client certificates are required, if any.
    pub client_ca: Option<PathBuf>,
}

/// When the listener may speak plain HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plaintext {
    /// Only on a loopback address.
    LoopbackOnly,
    /// Anywhere: a proxy in front ends TLS.
    BehindProxy,
}
