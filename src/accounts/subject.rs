//! Whom a request is about, under a name that tells nobody: for the throttle and the audit stream.
//!
//! # Why the user_id where it is known
//! A person may be typed in many ways: letter case, e-mail address or username. All of them are one account, whose
//! guesses are counted together and whose case can be followed. Who is nobody's is named by what was typed, in lower
//! case.
use crate::secret::Secret;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// Bytes of a name: 128 bits leave no two accounts with one.
const NAME: usize = 16;

/// What is known about the person of a request while it is decided.
#[derive(Default)]
pub struct Subject {
    /// The account, once something was typed.
    pub account: Option<Account>,
    /// The scheme by which a password was verified.
    pub scheme: Option<&'static str>,
}

/// One account, however it is spelled. Never shown, and wiped.
#[derive(Clone)]
pub struct Account(Zeroizing<String>);

impl Account {
    /// The account of a known user.
    #[must_use]
    pub fn of_user_id(user_id: &str) -> Self {
        Self(Zeroizing::new(format!("user_id {user_id}")))
    }

    /// The account of whoever may be typed like this.
    #[must_use]
    pub fn of_identifier(identifier: &str) -> Self {
        let folded = Zeroizing::new(identifier.to_lowercase());
        Self(Zeroizing::new(format!("identifier {}", *folded)))
    }

    /// What a name is made of.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }
}

/// The name of an account or a client under a key: the same for whoever has the key, and nobody's for all others.
pub type Name = [u8; NAME];

/// The key under which names are made.
#[derive(Clone)]
pub struct NameKey {
    bytes: Zeroizing<Vec<u8>>,
    // Of this process: nobody has configured it.
    is_own: bool,
}

impl NameKey {
    /// The configured key, or one of this process where there is none: that of `before` where it was one, too.
    ///
    /// # Errors
    /// When the system has no random bytes.
    pub fn new(configured: Option<&Secret>, before: Option<&Self>) -> Result<Self, getrandom::Error> {
        if let Some(secret) = configured {
            let bytes = Zeroizing::new(secret.expose().trim().as_bytes().to_vec());
            return Ok(Self { bytes, is_own: false });
        }
        if let Some(before) = before.filter(|before| before.is_own) {
            return Ok(before.clone());
        }
        let mut bytes = Zeroizing::new(vec![0; 32]);
        getrandom::fill(&mut bytes)?;
        Ok(Self { bytes, is_own: true })
    }

    /// Whether both give the same names.
    #[must_use]
    pub fn agrees(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }

    /// Where it comes from, in the audit stream's words.
    #[must_use]
    pub fn origin(&self) -> &'static str {
        if self.is_own { "of this process" } else { "configured" }
    }

    /// The name of something of a kind: two kinds never share a name.
    #[must_use]
    pub fn name(&self, kind: &str, of: &str) -> Name {
        let mut name = [0; NAME];
        // HMAC takes keys of every length: the other arm does not exist.
        if let Ok(mut hmac) = Hmac::<Sha256>::new_from_slice(&self.bytes) {
            for part in [kind.as_bytes(), b"\0", of.as_bytes()] {
                hmac.update(part);
            }
            for (to, from) in name.iter_mut().zip(hmac.finalize().into_bytes()) {
                *to = from;
            }
        }
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_their_key_and_kind() {
        let key = |text: &str| NameKey::new(Some(&Secret::new(text.into())), None).expect("a key");
        let ada = Account::of_identifier("Ada@Example.com");
        let name = key("one").name("account", ada.text());
        assert_eq!(name, key("one\n").name("account", Account::of_identifier("ADA@example.COM").text()));
        assert_ne!(name, key("two").name("account", ada.text()));
        assert_ne!(name, key("one").name("client", ada.text()));
        assert_ne!(name, key("one").name("account", Account::of_user_id("ada@example.com").text()));
    }

    #[test]
    fn the_key_of_a_process_outlives_a_reload_and_no_other_does() {
        let configured = Secret::new("0123456789abcdef0123456789abcdef".into());
        let key = |configured, before| NameKey::new(configured, before).expect("a key");
        let own = key(None, None);
        assert!(key(None, Some(&own)).agrees(&own));
        let given = key(Some(&configured), Some(&own));
        assert!(!given.agrees(&own) && given.agrees(&key(Some(&configured), None)));
        assert!(!key(None, Some(&given)).agrees(&given), "a key that was taken away names nobody any more");
    }

    #[test]
    fn a_name_is_the_first_half_of_hmac_sha_256() {
        // printf 'account\0user_id legacy|1' | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef
        let key = NameKey::new(Some(&Secret::new("0123456789abcdef0123456789abcdef".into())), None).expect("a key");
        let name = key.name("account", Account::of_user_id("legacy|1").text());
        assert_eq!(hex::encode(name), "8f7504173d9e517c4a92765ab13411f8");
    }
}
