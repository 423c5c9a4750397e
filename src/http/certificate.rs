//! What a certificate says of itself.
use crate::config::client_name::{ClientName, HeldName};
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

/// When a certificate ends, in seconds since 1970; `None` for one that cannot be read.
#[must_use]
pub fn not_after(der: &[u8]) -> Option<f64> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let seconds = u32::try_from(certificate.validity().not_after.timestamp());
    // Certificates without an end carry the year 9999.
    Some(f64::from(seconds.unwrap_or(u32::MAX)))
}

/// The host names that a certificate is for, from its subject alternative names.
#[must_use]
pub fn names(der: &[u8]) -> Vec<String> {
    let Ok((_, certificate)) = X509Certificate::from_der(der) else { return Vec::new() };
    let Ok(Some(extension)) = certificate.subject_alternative_name() else { return Vec::new() };
    let name = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        _ => None,
    };
    extension.value.general_names.iter().filter_map(name).collect()
}

/// Whether one of a certificate's subject alternative names is on the list.
#[must_use]
pub fn has_name(der: &[u8], wanted: &[ClientName]) -> bool {
    let Ok((_, certificate)) = X509Certificate::from_der(der) else { return false };
    let Ok(Some(extension)) = certificate.subject_alternative_name() else { return false };
    extension.value.general_names.iter().any(|name| {
        let held = match name {
            GeneralName::DNSName(name) => HeldName::Dns(name),
            GeneralName::URI(name) => HeldName::Uri(name),
            _ => return false,
        };
        wanted.iter().any(|wanted| wanted.is(held))
    })
}
