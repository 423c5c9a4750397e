//! `[ops]`: the listener for the people who run the service.
use super::section::Section;
use std::net::{Ipv4Addr, SocketAddr};

/// The ops listener.
#[derive(Debug, Clone)]
pub struct Ops {
    /// Address to listen on; `127.0.0.1:9464` by default.
    pub listen: SocketAddr,
}

pub(super) fn read(section: &Section<'_>) -> Ops {
    let listen = section.address("listen", SocketAddr::from((Ipv4Addr::LOCALHOST, 9464)));
    section.finish();
    Ops { listen }
}
