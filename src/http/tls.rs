//! TLS of the bridge listener: certificate and key from PEM files, re-read when they change.
use super::certificate;
use crate::config::server::Tls;
use arc_swap::ArcSwap;
use prometheus::Gauge;
use rustls::{
    RootCertStore, ServerConfig,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::{ClientHello, ResolvesServerCert, WebPkiClientVerifier},
    sign::CertifiedKey,
};
use std::{
    fmt,
    path::Path,
    sync::Arc,
    time::{Duration, SystemTime},
};

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(5);

/// The certificate that the listener shows, replaceable while it runs.
pub struct Certificate {
    current: ArcSwap<CertifiedKey>,
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Certificate(…)")
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current.load_full())
    }
}

/// The listener's TLS: versions 1.2 and 1.3, a client certificate where `client_ca` asks for one.
///
/// # Errors
/// In words: which file is wrong and how.
pub fn listener(tls: &Tls, provider: &Arc<CryptoProvider>) -> Result<(ServerConfig, Arc<Certificate>), String> {
    let certificate = Arc::new(Certificate { current: ArcSwap::new(Arc::new(read(tls, provider)?)) });
    let builder = ServerConfig::builder_with_provider(Arc::clone(provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    let builder = match &tls.client_ca {
        None => builder.with_no_client_auth(),
        Some(path) => {
            let mut roots = RootCertStore::empty();
            for authority in certificates(path)? {
                roots.add(authority).map_err(|error| format!("`{}`: {error}", path.display()))?;
            }
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
                .build()
                .map_err(|error| format!("`{}`: {error}", path.display()))?;
            builder.with_client_cert_verifier(verifier)
        }
    };
    let resolver: Arc<Certificate> = Arc::clone(&certificate);
    Ok((builder.with_cert_resolver(resolver), certificate))
}

/// Looks at the files for ever; a bad pair is reported and the old one stays.
pub async fn watch(tls: Tls, provider: Arc<CryptoProvider>, certificate: Arc<Certificate>, expiry: Gauge) {
    tell_expiry(&certificate, &expiry);
    let mut seen = changed_at(&tls);
    loop {
        tokio::time::sleep(LOOK).await;
        let now = changed_at(&tls);
        if now == seen {
            continue;
        }
        seen = now;
        match read(&tls, &provider) {
            Ok(key) => {
                certificate.current.store(Arc::new(key));
                tell_expiry(&certificate, &expiry);
                tracing::info!("the listener's certificate was read anew");
            }
            Err(error) => tracing::error!(%error, "the new certificate is not used; the old one stays"),
        }
    }
}

fn tell_expiry(certificate: &Certificate, expiry: &Gauge) {
    if let Some(end) = certificate.current.load().cert.first().and_then(|leaf| certificate::not_after(leaf)) {
        expiry.set(end);
    }
}

fn changed_at(tls: &Tls) -> [Option<SystemTime>; 2] {
    let at = |path: &Path| std::fs::metadata(path).and_then(|file| file.modified()).ok();
    [at(&tls.certificate), at(&tls.key)]
}

fn read(tls: &Tls, provider: &CryptoProvider) -> Result<CertifiedKey, String> {
    let chain = certificates(&tls.certificate)?;
    let key = PrivateKeyDer::from_pem_file(&tls.key)
        .map_err(|error| format!("`server.tls.key` {} cannot be read: {error}", tls.key.display()))?;
    let key = provider
        .key_provider
        .load_private_key(key)
        .map_err(|error| format!("`server.tls.key` {} cannot be used: {error}", tls.key.display()))?;
    let certified = CertifiedKey::new(chain, key);
    certified.keys_match().map_err(|_| "`server.tls.key` is not the key of `server.tls.certificate`".to_owned())?;
    Ok(certified)
}

/// The chain in a PEM file, leaf first.
///
/// # Errors
/// In words: which file is wrong and how.
pub fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
    match chain {
        Ok(chain) if chain.is_empty() => Err(format!("`{}` holds no certificate", path.display())),
        Ok(chain) => Ok(chain),
        Err(error) => Err(format!("`{}` cannot be read: {error}", path.display())),
    }
}
