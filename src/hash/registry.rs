//! The list of all schemes, and how a stored value finds its own.
use super::{
    bounds,
    families::{argon2, aspnet_identity, bcrypt, django_digest, pbkdf2, phpass, raw_digest, salted_digest},
    scheme::{Identified, ParseError, Reason, Scheme, Site, Stored, Tell},
};

/// Every scheme; a new one is one line.
pub static ALL: &[&dyn Scheme] = &[
    &bcrypt::BCRYPT_2A,
    &bcrypt::BCRYPT_2B,
    &bcrypt::BCRYPT_2Y,
    &bcrypt::BCRYPT_2X,
    &bcrypt::BCRYPT_2,
    &bcrypt::HAS_SECURE_PASSWORD,
    &bcrypt::DEVISE_BCRYPT,
    &bcrypt::DJANGO_BCRYPT,
    &bcrypt::DJANGO_BCRYPT_SHA256,
    &argon2::ARGON2ID,
    &argon2::ARGON2I,
    &argon2::ARGON2D,
    &argon2::DJANGO_ARGON2,
    &pbkdf2::DJANGO_PBKDF2_SHA256,
    &pbkdf2::DJANGO_PBKDF2_SHA1,
    &pbkdf2::PBKDF2_SHA1_PASSLIB,
    &pbkdf2::PBKDF2_SHA256_PASSLIB,
    &pbkdf2::PBKDF2_SHA512_PASSLIB,
    &pbkdf2::PhcPbkdf2,
    &aspnet_identity::ASPNET_IDENTITY_V2,
    &aspnet_identity::IdentityV3,
    &aspnet_identity::ASPNET_SIMPLEMEMBERSHIP,
    &phpass::PHPASS_P,
    &phpass::PHPBB3_H,
    &django_digest::DJANGO_SHA1,
    &django_digest::DJANGO_MD5,
    &raw_digest::RAW_MD5,
    &raw_digest::RAW_SHA1,
    &raw_digest::RAW_SHA256,
    &raw_digest::RAW_SHA512,
    &raw_digest::RAW_MD5_B64,
    &raw_digest::RAW_SHA1_B64,
    &raw_digest::RAW_SHA256_B64,
    &raw_digest::RAW_SHA512_B64,
    &salted_digest::MD5_SALT_PASS,
    &salted_digest::MD5_PASS_SALT,
    &salted_digest::SHA1_SALT_PASS,
    &salted_digest::SHA1_PASS_SALT,
    &salted_digest::SHA256_SALT_PASS,
    &salted_digest::SHA256_PASS_SALT,
    &salted_digest::SHA512_SALT_PASS,
    &salted_digest::SHA512_PASS_SALT,
];

/// A name in the configuration that no scheme has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownScheme {
    /// The name as written.
    pub name: String,
    /// The nearest known one.
    pub nearest: Option<&'static str>,
}

/// Which schemes are read: all that can be told apart, or a list in order of preference.
#[derive(Clone)]
pub struct Schemes {
    listed: Option<Vec<&'static dyn Scheme>>,
}

impl Schemes {
    /// Each value tells by itself what it is.
    #[must_use]
    pub fn auto() -> Self {
        Self { listed: None }
    }

    /// The schemes of these names; `["auto"]` is `auto`.
    ///
    /// # Errors
    /// The first name that is no scheme.
    pub fn from_names(names: &[String]) -> Result<Self, UnknownScheme> {
        if names.iter().any(|name| name == "auto") && names.len() == 1 {
            return Ok(Self::auto());
        }
        let find = |name: &String| {
            ALL.iter().copied().find(|scheme| scheme.name() == name).ok_or_else(|| UnknownScheme {
                name: name.clone(),
                nearest: ALL
                    .iter()
                    .map(|scheme| (strsim::jaro_winkler(name, scheme.name()), scheme.name()))
                    .filter(|(likeness, _)| *likeness > 0.7)
                    .max_by(|a, b| a.0.total_cmp(&b.0))
                    .map(|(_, name)| name),
            })
        };
        Ok(Self { listed: Some(names.iter().map(find).collect::<Result<_, _>>()?) })
    }

    /// What a stored value is. Padding around it is not part of it.
    #[must_use]
    pub fn identify(&self, stored: Stored<'_>, site: &Site) -> Identified {
        let stored = Stored { hash: stored.hash.trim(), ..stored };
        if says_no_password(stored.hash) {
            return Identified::NoPassword;
        }
        if stored.hash.len() > bounds::STORED_BYTES {
            return Identified::Unverifiable(Reason::Malformed);
        }
        match &self.listed {
            Some(listed) => try_all(listed.iter().copied(), stored, site).unwrap_or_else(|| {
                let other = try_all(told_apart(), stored, site).is_some();
                Identified::Unverifiable(if other { Reason::NotAllowed } else { Reason::Unknown })
            }),
            None => try_all(told_apart(), stored, site).unwrap_or_else(|| {
                let by_name = ALL.iter().filter(|scheme| scheme.tell() == Tell::OnlyByName);
                let mine = |scheme: &&&dyn Scheme| !matches!(scheme.parse(stored, site), Err(ParseError::NotMine));
                let candidate = by_name.clone().any(|scheme| mine(&scheme));
                Identified::Unverifiable(if candidate { Reason::Ambiguous } else { Reason::Unknown })
            }),
        }
    }
}

fn told_apart() -> impl Iterator<Item = &'static dyn Scheme> {
    ALL.iter().copied().filter(|scheme| scheme.tell() != Tell::OnlyByName)
}

/// The first scheme whose text this is; what is wrong with the text counts only when no other scheme takes it.
fn try_all(schemes: impl Iterator<Item = &'static dyn Scheme>, stored: Stored<'_>, site: &Site) -> Option<Identified> {
    let mut broken = None;
    for scheme in schemes {
        match scheme.parse(stored, site) {
            Ok(verifier) => return Some(Identified::Hash { scheme: scheme.name(), verifier }),
            Err(ParseError::NotMine) => {}
            Err(ParseError::TooCostly) => broken = Some(Reason::TooCostly),
            Err(ParseError::Malformed) => broken = broken.or(Some(Reason::Malformed)),
        }
    }
    broken.map(Identified::Unverifiable)
}

/// Values that say that no password can match: empty, shadow's locks, and Django's `!` with random text behind it.
fn says_no_password(text: &str) -> bool {
    // `*` and 40 hex digits is MySQL's hash.
    let mysql = text.len() == 41 && text.bytes().skip(1).all(|byte| byte.is_ascii_hexdigit());
    text.is_empty()
        || text.starts_with('!')
        || (text.starts_with('*') && !mysql)
        || ["x", "NP", "NL", "LK", "locked", "disabled", "nologin"].contains(&text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_are_unique() {
        let names: HashSet<_> = ALL.iter().map(|scheme| scheme.name()).collect();
        assert_eq!(names.len(), ALL.len());
    }

    #[test]
    fn every_family_has_its_vectors_and_every_scheme_stands_in_them() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/hash/families");
        let mut vectors = String::new();
        for entry in std::fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path()) {
            if entry.extension().is_some_and(|extension| extension == "rs") && !entry.ends_with("mod.rs") {
                let beside = entry.with_extension("vectors.jsonl");
                vectors.push_str(&std::fs::read_to_string(&beside).unwrap_or_else(|_| panic!("{beside:?} is missing")));
            }
        }
        for scheme in ALL {
            assert!(vectors.contains(&format!("\"scheme\": \"{}\"", scheme.name())), "{} has no vector", scheme.name());
        }
    }

    #[test]
    fn values_without_a_password_are_told_from_broken_ones() {
        let auto = |hash| Schemes::auto().identify(Stored { hash, salt: None }, &Site::default());
        for hash in ["", "  ", "!", "!!", "*", "*LK*", "!KeJHZTh2HUbVWWqLUDWMFpBoLfJnJZIKtOMgVWGi", "x"] {
            assert!(matches!(auto(hash), Identified::NoPassword));
        }
        for (hash, reason) in [
            ("5f4dcc3b5aa765d61d8327deb882cf99", Reason::Ambiguous),
            ("$2y$31$abcdefghijklmnopqrstuuwOuvuEB8yOWqrtta0jWB10wzwfcx.sG", Reason::TooCostly),
            ("$2y$10$abc", Reason::Malformed),
            ("hello", Reason::Unknown),
        ] {
            assert!(matches!(auto(hash), Identified::Unverifiable(found) if found == reason), "{}", reason.word());
        }
        let listed = Schemes::from_names(&["raw_md5".into()]).expect("a known name");
        let bcrypt = Stored { hash: "$2y$05$abcdefghijklmnopqrstuuwOuvuEB8yOWqrtta0jWB10wzwfcx.sG", salt: None };
        let found = listed.identify(bcrypt, &Site::default());
        assert!(matches!(found, Identified::Unverifiable(Reason::NotAllowed)));
    }
}
