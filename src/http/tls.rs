//! TLS of the bridge listener: certificate, key and client authority from PEM files, replaceable while it runs.
use super::{
    certificate,
    client_certificate::{ClientRules, Peer},
};
use crate::config::server::Tls;
use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::{dev::Extensions, rt::net::TcpStream};
use arc_swap::{ArcSwap, ArcSwapOption};
use rustls::{
    DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme,
    client::danger::HandshakeSignatureValid,
    crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, PrivateKeyDer, UnixTime, pem::PemObject},
    server::{
        ClientHello, ResolvesServerCert, ServerSessionMemoryCache, StoresServerSessions,
        danger::{ClientCertVerified, ClientCertVerifier},
    },
    sign::CertifiedKey,
};
use std::{any::Any, fmt, path::Path, sync::Arc};

/// Sessions that are remembered for a resumption.
const SESSIONS: usize = 1024;

/// What the files hold, read and found to fit together.
pub struct Material {
    certificate: Arc<CertifiedKey>,
    clients: Option<Arc<ClientRules>>,
}

impl Material {
    /// Reads the files.
    ///
    /// # Errors
    /// In words: which file is wrong and how.
    pub fn read(tls: &Tls, provider: &Arc<CryptoProvider>) -> Result<Self, String> {
        Ok(Self { certificate: Arc::new(certified(tls, provider)?), clients: ClientRules::read(tls, provider)? })
    }

    /// Whose certificates are good; `None` where none is asked for.
    #[must_use]
    pub fn clients(&self) -> Option<Arc<ClientRules>> {
        self.clients.clone()
    }

    /// When the certificate ends, in seconds since 1970.
    #[must_use]
    pub fn not_after(&self) -> Option<f64> {
        self.certificate.cert.first().and_then(|leaf| certificate::not_after(leaf))
    }
}

/// What the listener shows and asks for in a handshake.
pub struct Handshakes {
    certificate: ArcSwap<CertifiedKey>,
    clients: ArcSwapOption<ClientRules>,
    sessions: ArcSwap<ServerSessionMemoryCache>,
    provider: Arc<CryptoProvider>,
}

impl Handshakes {
    /// Handshakes with this material.
    #[must_use]
    pub fn new(material: &Material, provider: Arc<CryptoProvider>) -> Arc<Self> {
        Arc::new(Self {
            certificate: ArcSwap::new(Arc::clone(&material.certificate)),
            clients: ArcSwapOption::new(material.clients()),
            sessions: ArcSwap::new(ServerSessionMemoryCache::new(SESSIONS)),
            provider,
        })
    }

    /// The next handshake is made with this; connections that stand are left alone.
    pub fn take(&self, material: &Material) {
        self.certificate.store(Arc::clone(&material.certificate));
        self.clients.store(material.clients());
        // A resumed session shows no certificate anew: it would bring back what the old rules let in.
        self.sessions.store(ServerSessionMemoryCache::new(SESSIONS));
    }

    /// The listener's configuration: versions 1.2 and 1.3, client certificates where they are asked for.
    ///
    /// # Errors
    /// When the provider knows none of the versions, which it does.
    pub fn config(self: &Arc<Self>) -> Result<ServerConfig, String> {
        let builder = ServerConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?;
        let (clients, certificate, sessions) = (Arc::clone(self), Arc::clone(self), Arc::clone(self));
        let mut config = builder.with_client_cert_verifier(clients).with_cert_resolver(certificate);
        config.session_storage = sessions;
        Ok(config)
    }
}

/// Keeps the client's certificate with its connection, for the requests that come over it.
pub fn remember_peer(connection: &dyn Any, kept: &mut Extensions) {
    let Some(stream) = connection.downcast_ref::<TlsStream<TcpStream>>() else { return };
    if let Some(peer) = stream.get_ref().1.peer_certificates().and_then(Peer::of) {
        kept.insert(peer);
    }
}

impl fmt::Debug for Handshakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Handshakes(…)")
    }
}

impl ResolvesServerCert for Handshakes {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.certificate.load_full())
    }
}

impl ClientCertVerifier for Handshakes {
    fn offer_client_auth(&self) -> bool {
        self.clients.load().is_some()
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        // No hint: a client shows what it has, and nobody else learns which authority is trusted.
        &[]
    }

    fn verify_client_cert(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        if let Some(rules) = &*self.clients.load()
            && let Err(error) = rules.verify(leaf, intermediates, now)
        {
            tracing::info!(%error, "a client's certificate was not accepted");
            return Err(error);
        }
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, leaf, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, leaf, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

impl StoresServerSessions for Handshakes {
    fn put(&self, key: Vec<u8>, value: Vec<u8>) -> bool {
        self.sessions.load().put(key, value)
    }

    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.sessions.load().get(key)
    }

    fn take(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.sessions.load().take(key)
    }

    fn can_cache(&self) -> bool {
        self.sessions.load().can_cache()
    }
}

fn certified(tls: &Tls, provider: &CryptoProvider) -> Result<CertifiedKey, String> {
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
