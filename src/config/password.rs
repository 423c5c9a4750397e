//! `[password]`: where the stored hash is and how it is read.
use crate::secret::Secret;
use std::collections::BTreeMap;

/// The password column and its schemes.
#[derive(Debug, Clone)]
pub struct Password {
    /// Column of the stored hash.
    pub column: String,
    /// Column of the salt, if it has one of its own.
    pub salt: Option<String>,
    /// Names of schemes in order of preference, or `["auto"]`. The loader has checked the names against the registry.
    pub schemes: Vec<String>,
    /// The site's pepper.
    pub pepper: Option<Secret>,
    /// `[password.params]`: site-wide values that a scheme needs.
    pub params: BTreeMap<String, Secret>,
}
