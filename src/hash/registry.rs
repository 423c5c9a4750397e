//! The list of all schemes, and of their groups.
use super::{
    families::{
        argon2, aspnet, aspnet_identity, bcrypt, bcrypt_wrapped, database, des_crypt, django, forum, java, keycloak,
        ldap, lm, md5_crypt, mysql323, of_lines, oracle10, pbkdf2, pbkdf2_dialects, php_application, phpass,
        raw_digest, ruby, salted_digest, scrypt_dialects, sha_crypt, sha1_crypt, sun_md5, yescrypt,
    },
    scheme::{ParseError, Scheme, Site, Stored, Tell, Verifier},
};
use std::sync::LazyLock;

/// Every scheme; a new one is one line, here or in its family's table.
static ALL: LazyLock<Vec<Box<dyn Scheme>>> = LazyLock::new(|| {
    let mut all: Vec<Box<dyn Scheme>> = vec![
        Box::new(bcrypt::BCRYPT_2A),
        Box::new(bcrypt::BCRYPT_2B),
        Box::new(bcrypt::BCRYPT_2Y),
        Box::new(bcrypt::BCRYPT_2X),
        Box::new(bcrypt::BCRYPT_2),
        Box::new(bcrypt::WCF2),
        Box::new(argon2::ARGON2ID),
        Box::new(argon2::ARGON2I),
        Box::new(argon2::ARGON2D),
        Box::new(pbkdf2::DJANGO_PBKDF2_SHA256),
        Box::new(pbkdf2::DJANGO_PBKDF2_SHA1),
        Box::new(pbkdf2::PBKDF2_SHA1_PASSLIB),
        Box::new(pbkdf2::PBKDF2_SHA256_PASSLIB),
        Box::new(pbkdf2::PBKDF2_SHA512_PASSLIB),
        Box::new(pbkdf2::PhcPbkdf2),
        Box::new(aspnet_identity::ASPNET_IDENTITY_V2),
        Box::new(aspnet_identity::IdentityV3),
        Box::new(aspnet_identity::ASPNET_SIMPLEMEMBERSHIP),
        Box::new(phpass::PHPASS_P),
        Box::new(phpass::PHPBB3_H),
        Box::new(phpass::DRUPAL7),
        Box::new(md5_crypt::MD5_CRYPT),
        Box::new(md5_crypt::APR1),
        Box::new(sha_crypt::SHA256_CRYPT),
        Box::new(sha_crypt::SHA512_CRYPT),
        Box::new(sha_crypt::CachingSha2),
        Box::new(sha1_crypt::Sha1Crypt),
        Box::new(sun_md5::SunMd5),
        Box::new(yescrypt::YESCRYPT),
        Box::new(yescrypt::GOST_YESCRYPT),
        Box::new(des_crypt::DES_CRYPT),
        Box::new(des_crypt::BSDI_CRYPT),
        Box::new(des_crypt::BIGCRYPT),
        Box::new(des_crypt::CRYPT16),
        Box::new(lm::Lm),
        Box::new(oracle10::Oracle10),
        Box::new(mysql323::Mysql323),
        Box::new(keycloak::Keycloak),
        Box::new(keycloak::NpmCredential),
    ];
    all.extend(raw_digest::schemes());
    all.extend(salted_digest::schemes());
    all.extend(pbkdf2_dialects::schemes());
    all.extend(scrypt_dialects::schemes());
    for lines in [
        bcrypt_wrapped::LINES,
        django::LINES,
        ldap::LINES,
        aspnet::LINES,
        php_application::LINES,
        forum::LINES,
        java::LINES,
        ruby::LINES,
        database::LINES,
    ] {
        all.extend(of_lines(lines));
    }
    all
});

/// Every scheme, in the order in which `auto` looks at them.
pub fn all() -> impl Iterator<Item = &'static dyn Scheme> + Clone {
    ALL.iter().map(AsRef::as_ref)
}

/// The scheme of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static dyn Scheme> {
    all().find(|scheme| scheme.name() == name)
}

/// Any text could be of these: that says nothing.
pub(super) const PLAIN: [&str; 2] = ["plaintext", "plaintext_base64"];

/// Names for several schemes, which `verify` in a recipe takes beside those of single ones.
const GROUPS: &[(&str, &[&str])] = &[
    ("bcrypt", &["bcrypt_2a", "bcrypt_2b", "bcrypt_2y", "bcrypt_2x", "bcrypt_2"]),
    ("argon2", &["argon2id", "argon2i", "argon2d"]),
    ("phpass", &["phpass_P", "phpbb3_H"]),
    (
        "crypt",
        &[
            "bcrypt_2a",
            "bcrypt_2b",
            "bcrypt_2y",
            "bcrypt_2x",
            "bcrypt_2",
            "sha512_crypt",
            "sha256_crypt",
            "md5_crypt",
            "apr1",
            "yescrypt",
            "gost_yescrypt",
            "scrypt_7",
            "sha1_crypt",
            "sun_md5_crypt",
            "nthash_crypt_3",
            "bsdi_crypt",
            "des_crypt",
            "argon2id",
            "argon2i",
            "argon2d",
            "phpass_P",
            "phpbb3_H",
        ],
    ),
    (
        "ldap",
        &[
            "ldap_ssha",
            "ldap_sha",
            "ldap_smd5",
            "ldap_md5",
            "ldap_ssha256",
            "ldap_ssha384",
            "ldap_ssha512",
            "ldap_sha256",
            "ldap_sha512",
            "ldap_crypt",
            "ldap_argon2",
            "ldap_pbkdf2_openldap",
        ],
    ),
];

/// Whether `verify` in a recipe may name this: a scheme, a group of them, or `auto`.
#[must_use]
pub fn is_name_or_group(name: &str) -> bool {
    // Looking through `ALL` here would wait for the list that is being built from recipes.
    name == "auto" || GROUPS.iter().any(|(group, _)| *group == name) || find(name).is_some()
}

/// Reads the hash inside another scheme's text.
///
/// # Errors
/// As `Scheme::parse`; `NotMine` when none of the named schemes takes it.
pub fn parse_inner(name: &str, stored: Stored<'_>, site: &Site) -> Result<Box<dyn Verifier>, ParseError> {
    let group = GROUPS.iter().find(|(group, _)| *group == name).map(|(_, names)| *names);
    let mut broken = ParseError::NotMine;
    let mut attempt = |scheme: &dyn Scheme| match scheme.parse(stored, site) {
        Ok(verifier) => Some(verifier),
        Err(error) => {
            if error != ParseError::NotMine {
                broken = error;
            }
            None
        }
    };
    let found = match group {
        Some(names) => names.iter().filter_map(|name| find(name)).find_map(&mut attempt),
        None if name == "auto" => {
            told_apart().filter(|scheme| scheme.name() != "phpbb_convert_CP").find_map(&mut attempt)
        }
        None => find(name).and_then(&mut attempt),
    };
    found.ok_or(broken)
}

/// The schemes whose texts tell.
pub(super) fn told_apart() -> impl Iterator<Item = &'static dyn Scheme> {
    all().filter(|scheme| scheme.tell() != Tell::OnlyByName)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_are_unique() {
        let names: HashSet<_> = all().map(Scheme::name).collect();
        assert_eq!(names.len(), ALL.len());
    }

    #[test]
    fn every_scheme_stands_in_vectors_beside_its_family() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/hash/families");
        let mut vectors = String::new();
        for entry in std::fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path()) {
            if entry.extension().is_some_and(|extension| extension == "jsonl") {
                let family = entry.with_extension("").with_extension("rs");
                assert!(family.exists(), "{} has no family", entry.display());
                vectors.push_str(&std::fs::read_to_string(&entry).expect("a vector file"));
            }
        }
        for scheme in all() {
            assert!(vectors.contains(&format!("\"scheme\": \"{}\"", scheme.name())), "{} has no vector", scheme.name());
        }
        assert_eq!(all().count(), 316);
    }

    #[test]
    fn every_built_in_formula_compiles() {
        let broken: Vec<_> =
            all().filter(|scheme| scheme.needs().contains(&"a formula".to_owned())).map(Scheme::name).collect();
        assert!(broken.is_empty(), "{broken:?}");
    }
}
