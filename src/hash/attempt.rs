//! What a person typed, with what else some schemes mix into the hash.
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// A password to verify, with its context. Wiped on drop.
#[derive(Clone, Default)]
pub struct Attempt {
    /// The bytes that are hashed: the text in the site's charset, or what a wrapping scheme made of it.
    pub password: Zeroizing<Vec<u8>>,
    /// The password as text, for schemes that encode it by themselves (UTF-16, Unicode normalisation).
    pub text: Zeroizing<String>,
    /// What the person typed as identifier.
    pub identifier: Zeroizing<String>,
    /// The row's username, where one is mapped.
    pub username: Option<Zeroizing<String>>,
    /// The row's e-mail address, where one is mapped.
    pub email: Option<Zeroizing<String>>,
    /// The row's key, without the prefix of `users.user_id`.
    pub user_id: Option<Zeroizing<String>>,
    /// The row's other mapped columns, for recipes.
    pub columns: BTreeMap<String, Zeroizing<String>>,
}

impl Attempt {
    /// An attempt that has a password only.
    #[must_use]
    pub fn with_password(password: &str) -> Self {
        Self::default().typed(Zeroizing::new(password.to_owned()))
    }

    /// The same attempt with another password text.
    #[must_use]
    pub fn typed(self, text: Zeroizing<String>) -> Self {
        Self { password: Zeroizing::new(text.as_bytes().to_vec()), text, ..self }
    }

    /// The same attempt with what a wrapping scheme made of the password.
    #[must_use]
    pub fn with_bytes(&self, password: Zeroizing<Vec<u8>>) -> Self {
        let text = Zeroizing::new(String::from_utf8_lossy(&password).into_owned());
        Self { password, text, ..self.clone() }
    }

    /// The password in UTF-16, little endian, as Windows and .NET hash it.
    #[must_use]
    pub fn utf16le(&self) -> Zeroizing<Vec<u8>> {
        super::encoding::utf16le(&self.text)
    }
}
