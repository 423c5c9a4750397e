//! Client certificates: whose they must be, and what is known of the one behind a connection.
//!
//! # What is refused where
//! A certificate that is missing, of another authority or expired ends the handshake: nobody unknown reaches HTTP. A good
//! one without a listed name gets 403 `client_not_allowed`, like an address that is not on `server.allow`: it is the
//! operator's own client, and an answer with a code says more to its people than a broken connection.
//!
//! # Why each request looks again
//! A connection, and a session that is resumed, may be older than the rules. A reload closes none of them, so the first
//! request under new rules verifies the chain anew; all later ones compare a number and a date.
use super::certificate;
use crate::{
    clock,
    config::{client_name::ClientName, server::Tls},
};
use aws_lc_rs::digest::{SHA256, digest};
use rustls::{
    RootCertStore,
    crypto::CryptoProvider,
    pki_types::{CertificateDer, UnixTime},
    server::{WebPkiClientVerifier, danger::ClientCertVerifier},
};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// The number of the next rules; 0 is nobody's.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// Whose certificates are good.
#[derive(Debug)]
pub struct ClientRules {
    verifier: Arc<dyn ClientCertVerifier>,
    names: Vec<ClientName>,
    number: u64,
}

/// Why a certificate is not good enough; the words are labels of `token_rejections_total{reason}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotGood {
    /// The connection has none.
    Missing,
    /// It is not, or not any more, of the authority.
    Untrusted,
    /// None of its names is listed.
    Name,
}

impl NotGood {
    /// The label.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Missing => "certificate_missing",
            Self::Untrusted => "certificate_untrusted",
            Self::Name => "certificate_name",
        }
    }
}

/// The client's certificate of one connection.
pub struct Peer {
    chain: Vec<CertificateDer<'static>>,
    thumbprint: [u8; 32],
    not_after: f64,
    // The rules under which it was last found good.
    good_under: AtomicU64,
}

impl Peer {
    /// The chain that a client showed, leaf first; `None` for an empty one.
    #[must_use]
    pub fn of(chain: &[CertificateDer<'_>]) -> Option<Self> {
        let leaf = chain.first()?;
        let mut thumbprint = [0; 32];
        for (to, from) in thumbprint.iter_mut().zip(digest(&SHA256, leaf).as_ref()) {
            *to = *from;
        }
        let not_after = certificate::not_after(leaf).unwrap_or(0.0);
        let chain = chain.iter().map(|part| part.clone().into_owned()).collect();
        Some(Self { chain, thumbprint, not_after, good_under: AtomicU64::new(0) })
    }

    /// The SHA-256 of the leaf: what a token's `cnf.x5t#S256` names (RFC 8705, section 3.1).
    #[must_use]
    pub fn thumbprint(&self) -> &[u8; 32] {
        &self.thumbprint
    }
}

impl ClientRules {
    /// The rules of the configuration; `None` where no client certificate is asked for.
    ///
    /// # Errors
    /// In words: which file is wrong and how.
    pub fn read(tls: &Tls, provider: &Arc<CryptoProvider>) -> Result<Option<Arc<Self>>, String> {
        let Some(path) = &tls.client_ca else { return Ok(None) };
        let wrong = |error: String| format!("`server.tls.client_ca` {}: {error}", path.display());
        let mut roots = RootCertStore::empty();
        for authority in super::tls::certificates(path)? {
            roots.add(authority).map_err(|error| wrong(error.to_string()))?;
        }
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
            .build()
            .map_err(|error| wrong(error.to_string()))?;
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Ok(Some(Arc::new(Self { verifier, names: tls.client_names.clone(), number })))
    }

    /// Verifies a chain in a handshake.
    ///
    /// # Errors
    /// rustls's own, which become the alert of the handshake.
    pub fn verify(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), rustls::Error> {
        self.verifier.verify_client_cert(leaf, intermediates, now).map(drop)
    }

    /// Whether whoever is behind a connection may ask.
    ///
    /// # Errors
    /// `NotGood`.
    pub fn admit(&self, peer: Option<&Peer>) -> Result<(), NotGood> {
        let peer = peer.ok_or(NotGood::Missing)?;
        if peer.not_after < clock::unix_now_exact() {
            return Err(NotGood::Untrusted);
        }
        if peer.good_under.load(Ordering::Relaxed) == self.number {
            return Ok(());
        }
        let (leaf, intermediates) = peer.chain.split_first().ok_or(NotGood::Missing)?;
        self.verify(leaf, intermediates, UnixTime::now()).map_err(|_| NotGood::Untrusted)?;
        if !self.names.is_empty() && !certificate::has_name(leaf, &self.names) {
            return Err(NotGood::Name);
        }
        peer.good_under.store(self.number, Ordering::Relaxed);
        Ok(())
    }
}
