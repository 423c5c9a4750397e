//! What a person typed, with what else some schemes mix into the hash.
use zeroize::Zeroizing;

/// A password to verify, with its context. Wiped on drop.
#[derive(Clone, Default)]
pub struct Attempt {
    /// The password as it arrived, UTF-8.
    pub password: Zeroizing<String>,
    /// What the person typed as identifier.
    pub identifier: Zeroizing<String>,
    /// The row's username, where one is mapped.
    pub username: Option<Zeroizing<String>>,
    /// The row's e-mail address, where one is mapped.
    pub email: Option<Zeroizing<String>>,
}

impl Attempt {
    /// An attempt that has a password only.
    #[must_use]
    pub fn with_password(password: &str) -> Self {
        Self { password: Zeroizing::new(password.to_owned()), ..Self::default() }
    }
}
