//! Whether the listener's certificate can be used.
use super::Finding;
use crate::{config::Config, http::tls, trust};

/// Reads certificate, key and client authority as `serve` will.
#[must_use]
pub fn probe(config: &Config) -> Vec<Finding> {
    match &config.server.tls {
        None => vec![Finding::note("listener", "the bridge will speak plain HTTP; a proxy or this machine ends TLS")],
        Some(files) => vec![match tls::listener(files, &trust::provider()) {
            Ok(_) => Finding::note("listener", "certificate and key fit"),
            Err(message) => Finding::error("listener", message, Some("look at `server.tls`".into())),
        }],
    }
}
