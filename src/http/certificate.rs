//! What a certificate says of itself.
use x509_parser::prelude::{FromDer, X509Certificate};

/// When a certificate ends, in seconds since 1970; `None` for one that cannot be read.
#[must_use]
pub fn not_after(der: &[u8]) -> Option<f64> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let seconds = u32::try_from(certificate.validity().not_after.timestamp());
    // Certificates without an end carry the year 9999.
    Some(f64::from(seconds.unwrap_or(u32::MAX)))
}
