//! Whom outgoing TLS trusts: one crypto provider and one set of root certificates for the whole process.
use rustls::{
    ClientConfig, RootCertStore,
    crypto::{CryptoProvider, aws_lc_rs},
};
use std::sync::Arc;

/// The one crypto provider, also for drivers that take the process's own.
#[must_use]
pub fn provider() -> Arc<CryptoProvider> {
    if let Some(provider) = CryptoProvider::get_default() {
        return Arc::clone(provider);
    }
    // Another thread may be the first to install one; either is right.
    let _ = aws_lc_rs::default_provider().install_default();
    CryptoProvider::get_default().map_or_else(|| Arc::new(aws_lc_rs::default_provider()), Arc::clone)
}

/// The roots of the host (`SSL_CERT_FILE` and `SSL_CERT_DIR` are honoured), or Mozilla's where the host has none.
#[must_use]
pub fn host_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    roots
}

/// A client that verifies chain and host name against these roots.
///
/// # Errors
/// When the provider knows none of the protocol versions, which it does.
pub fn verifying_client(roots: RootCertStore) -> Result<ClientConfig, rustls::Error> {
    Ok(ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth())
}
