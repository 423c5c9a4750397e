//! Whether the listener's certificate can be used: its key, its end, its names, and whether Auth0 would trust it.
use super::Finding;
use crate::{
    clock,
    config::{Config, server::Tls},
    http::{certificate, tls},
    trust,
};
use rustls::{
    RootCertStore,
    client::{WebPkiServerVerifier, danger::ServerCertVerifier},
    pki_types::{ServerName, UnixTime},
};
use std::sync::Arc;

/// A certificate that ends sooner is a warning.
const SOON: f64 = 14.0 * 86_400.0;

/// Reads certificate, key and client authority as `serve` will.
#[must_use]
pub fn probe(config: &Config) -> Vec<Finding> {
    let Some(files) = &config.server.tls else {
        return vec![Finding::note("listener", "the bridge will speak plain HTTP; a proxy or this machine ends TLS")];
    };
    if let Err(message) = tls::Material::read(files, &trust::provider()) {
        return vec![Finding::error("listener", message, Some("look at `server.tls`".into()))];
    }
    let mut findings = vec![Finding::note("listener", "certificate and key fit")];
    findings.extend(validity(files));
    findings
}

fn validity(files: &Tls) -> Vec<Finding> {
    let Ok(chain) = tls::certificates(&files.certificate) else { return Vec::new() };
    let Some((leaf, intermediates)) = chain.split_first() else { return Vec::new() };
    let now = clock::unix_now_exact();
    let renew = || Some("renew it; a running bridge reads the new files by itself".to_owned());
    let mut findings = Vec::new();
    match certificate::not_after(leaf).map(|end| end - now) {
        Some(left) if left <= 0.0 => {
            findings.push(Finding::error("certificate_expiry", "the certificate has ended", renew()));
        }
        Some(left) if left < SOON => {
            let message = format!("the certificate ends in {:.0} days", (left / 86_400.0).floor());
            findings.push(Finding::warning("certificate_expiry", message, renew()));
        }
        Some(left) => {
            let message = format!("the certificate ends in {:.0} days", (left / 86_400.0).floor());
            findings.push(Finding::note("certificate_expiry", message));
        }
        None => findings.push(Finding::error("certificate_expiry", "the certificate cannot be read", None)),
    }
    let names = certificate::names(leaf);
    let Some(first) = names.first() else {
        let hint = "ask for one with the name that Auth0's scripts call in its subject alternative names";
        findings.push(Finding::error("certificate_name", "the certificate is for no host name", Some(hint.into())));
        return findings;
    };
    findings.push(Finding::note("certificate_name", format!("the certificate is for {}", names.join(", "))));
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    let verified = ServerName::try_from(first.replace("*.", "www.")).ok().and_then(|name| {
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), trust::provider()).build().ok()?;
        Some(verifier.verify_server_cert(leaf, intermediates, &name, &[], UnixTime::now()))
    });
    findings.push(match verified {
        Some(Ok(_)) => Finding::note("certificate_chain", "public authorities vouch for the certificate"),
        Some(Err(error)) => Finding::warning(
            "certificate_chain",
            format!("no public authority vouches for the certificate: {error}"),
            Some(
                "Auth0 calls only hosts whose chain it can verify; put the intermediate certificates behind the leaf"
                    .into(),
            ),
        ),
        None => Finding::warning("certificate_chain", "the chain could not be verified", None),
    });
    findings
}
