//! TLS towards database servers, from our own keys. It must never fall back to clear text.
use crate::{
    config::database::DatabaseTls,
    store::error::{StoreError, StoreErrorKind},
    trust,
};
use rustls::{
    ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
};
use std::{path::Path, sync::Arc};

/// The configuration of a connection; `None` when it is in the clear.
pub(crate) fn client_config(tls: &DatabaseTls) -> Result<Option<ClientConfig>, StoreError> {
    let provider = trust::provider();
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|_| StoreError::new(StoreErrorKind::Connection, "TLS cannot be set up"))?;
    Ok(match tls {
        DatabaseTls::Off => None,
        DatabaseTls::Unverified => Some(
            builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(AnyCertificate(provider)))
                .with_no_client_auth(),
        ),
        DatabaseTls::Verified { root } => {
            let roots = match root {
                None => trust::host_roots(),
                Some(_) => {
                    let mut roots = RootCertStore::empty();
                    roots.add_parsable_certificates(authorities(root.as_deref())?);
                    roots
                }
            };
            Some(builder.with_root_certificates(roots).with_no_client_auth())
        }
    })
}

/// The authorities of a PEM file, or of the host.
pub(crate) fn authorities(root: Option<&Path>) -> Result<Vec<CertificateDer<'static>>, StoreError> {
    let Some(path) = root else { return Ok(rustls_native_certs::load_native_certs().certs) };
    let unreadable = || {
        let message = format!("the root certificate `{}` cannot be read as PEM", path.display());
        StoreError::new(StoreErrorKind::Connection, message)
    };
    let found: Vec<_> = CertificateDer::pem_file_iter(path).and_then(Iterator::collect).map_err(|_| unreadable())?;
    if found.is_empty() { Err(unreadable()) } else { Ok(found) }
}

/// Accepts every certificate, as `sslmode=require` means; the handshake must still be signed with its key.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
