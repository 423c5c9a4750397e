//! An authority of certificates, and clients that show them.
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, SanType, date_time_ymd,
};
use rustls::{
    ClientConfig, RootCertStore, ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer},
};
use sha2::{Digest, Sha256};
use std::{fs, os::unix::fs::PermissionsExt, path::Path};

/// An authority.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// Its certificate.
    pub pem: String,
    /// The same.
    pub der: Vec<u8>,
}

/// A certificate with its key.
pub struct Identity {
    /// The certificate.
    pub pem: String,
    /// Its key.
    pub key: String,
    der: Vec<u8>,
    key_der: Vec<u8>,
}

/// What to make of a certificate.
#[derive(Default)]
pub struct Wish {
    /// DNS names.
    pub dns: Vec<&'static str>,
    /// A URI.
    pub uri: Option<&'static str>,
    /// Whether its time is over.
    pub expired: bool,
    /// Whether it is for servers only.
    pub server_only: bool,
}

impl Authority {
    /// A fresh one; the name tells two apart.
    pub fn new(name: &str) -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(Vec::new()).expect("parameters");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let certificate = params.self_signed(&key).expect("a certificate");
        let (pem, der) = (certificate.pem(), certificate.der().to_vec());
        Self { issuer: Issuer::new(params, key), pem, der }
    }

    /// A certificate for these names.
    pub fn issue(&self, wish: &Wish) -> Identity {
        let key = KeyPair::generate().expect("a key");
        let names: Vec<String> = wish.dns.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).expect("parameters");
        if let Some(uri) = wish.uri {
            params.subject_alt_names.push(SanType::URI(uri.try_into().expect("a URI")));
        }
        if wish.expired {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2021, 1, 1);
        }
        let use_of =
            if wish.server_only { ExtendedKeyUsagePurpose::ServerAuth } else { ExtendedKeyUsagePurpose::ClientAuth };
        params.extended_key_usages = vec![use_of];
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        Identity {
            pem: certificate.pem(),
            key: key.serialize_pem(),
            der: certificate.der().to_vec(),
            key_der: key.serialize_der(),
        }
    }

    /// A certificate for the listener.
    pub fn server(&self) -> Identity {
        self.issue(&Wish { dns: vec!["localhost"], server_only: true, ..Wish::default() })
    }
}

impl Identity {
    /// Writes certificate and key as `tls.crt` and `tls.key`.
    pub fn write(&self, directory: &Path) {
        write(directory, "tls.crt", &self.pem);
        write(directory, "tls.key", &self.key);
    }

    /// As a token's `cnf` has it (RFC 8705, section 3.1): SHA-256 of the DER in base64url.
    pub fn thumbprint(&self) -> String {
        crate::support::issuer::encode(&Sha256::digest(&self.der))
    }

    /// The TLS of a listener that shows it.
    pub fn listener(&self) -> ServerConfig {
        let (chain, key) = self.parts();
        ServerConfig::builder_with_provider(drawbridge::trust::provider())
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .expect("an identity")
    }

    fn parts(&self) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
        let key = PrivateKeyDer::try_from(self.key_der.clone()).expect("a key");
        (vec![CertificateDer::from(self.der.clone())], key)
    }
}

/// Writes a file that is the service's alone.
pub fn write(directory: &Path, name: &str, text: &str) {
    let path = directory.join(name);
    fs::write(&path, text).expect("a file");
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("permissions");
}

/// A client that trusts this authority and shows this certificate.
pub fn client(root: &Authority, identity: Option<&Identity>) -> reqwest::Client {
    reqwest::Client::builder().tls_backend_preconfigured(tls(root, identity)).no_proxy().build().expect("a client")
}

fn tls(root: &Authority, identity: Option<&Identity>) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(root.der.clone())).expect("a root");
    let builder = ClientConfig::builder_with_provider(drawbridge::trust::provider())
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots);
    match identity {
        None => builder.with_no_client_auth(),
        Some(identity) => {
            let (chain, key) = identity.parts();
            builder.with_client_auth_cert(chain, key).expect("an identity")
        }
    }
}
