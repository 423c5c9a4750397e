//! Which stored hashes Auth0's bulk import takes, from the documented rules of `custom_password_hash`.
use crate::hash::scheme::Cost;

/// bcrypt of the password itself, whatever stands before it.
const BCRYPT: &[&str] = &[
    "bcrypt_2a",
    "bcrypt_2b",
    "bcrypt_2y",
    "has_secure_password",
    "devise_bcrypt",
    "laravel_bcrypt",
    "parse_bcrypt",
    "sails_bcrypt",
    "spring_bcrypt",
    "jenkins_jbcrypt",
    "shiro2_bcrypt",
    "mediawiki_bcrypt",
    "xenforo2_bcrypt",
    "django_bcrypt",
    "nextcloud",
];
/// scrypt whose output is stored and whose password is not normalised.
const NOT_SCRYPT: &[&str] =
    &["firebase_scrypt", "firescrypt_kratos", "scrypt_kdf_b64", "better_auth_scrypt", "lucia_v2_scrypt", "scrypt_7"];
/// One round of one digest, its salt before or behind, or HMAC; LDAP's texts.
const SINGLE: &[&str] = &[
    "raw_md4",
    "raw_md5",
    "raw_sha1",
    "raw_sha256",
    "raw_sha512",
    "raw_md5_b64",
    "raw_sha1_b64",
    "raw_sha256_b64",
    "raw_sha512_b64",
    "ntlm",
    "md5_utf16le",
    "sha1_utf16le",
    "sha256_utf16le",
    "sha512_utf16le",
    "wordpress_md5",
    "django_unsalted_md5",
    "django_unsalted_sha1",
    "django_md5",
    "django_sha1",
    "md5_salt_pass",
    "md5_pass_salt",
    "sha1_salt_pass",
    "sha1_pass_salt",
    "sha256_salt_pass",
    "sha256_pass_salt",
    "sha512_salt_pass",
    "sha512_pass_salt",
    "hmac_md5_key_salt",
    "hmac_sha1_key_salt",
    "hmac_sha256_key_salt",
    "hmac_sha512_key_salt",
    "werkzeug_md5_hmac",
    "werkzeug_sha1_hmac",
    "werkzeug_sha256_hmac",
    "aspnet_membership_sha1",
    "aspnet_membership_sha256",
    "aspnet_membership_hmacsha256",
    "aspnet_membership_hmacsha512",
    "dotnetnuke_membership",
    "umbraco_v6_sha1",
    "umbraco_v7_hmacsha256",
    "nopcommerce_sha",
    "aspnet_formsauth_upperhex",
    "peoplesoft_sha1_utf16",
    "mssql2005",
    "mssql2012",
    "joomla_md5",
    "oscommerce",
    "magento1_md5",
    "magento1_sha256",
    "magento2_md5",
    "magento2_sha256",
    "elgg_md5",
    "ldap_md5",
    "ldap_sha",
    "ldap_sha256",
    "ldap_sha512",
    "ldap_smd5",
    "ldap_ssha",
    "ldap_ssha256",
    "ldap_ssha512",
    "spring_ldap",
    "jboss_b64_digest",
    "hmailserver_sha256",
    "openmrs_sha512",
    "oracle11_s",
];
/// argon2 texts of other spellings.
const ARGON2: &[&str] = &[
    "argon2id",
    "argon2i",
    "django_argon2",
    "spring_argon2",
    "shiro2_argon2",
    "mediawiki_argon2",
    "ldap_argon2",
    "magento2_argon2id13",
    "magento2_argon2id13_agnostic",
    "nextcloud",
    "keycloak_json",
];

/// Whether the import takes hashes of this scheme at this cost.
#[must_use]
pub fn is_importable(scheme: &str, cost: &Cost) -> bool {
    match cost.kind {
        "bcrypt" => BCRYPT.contains(&scheme),
        // The import verifies with libsodium, which has one lane.
        "argon2id" | "argon2i" => ARGON2.contains(&scheme) && cost.label.ends_with(",p=1"),
        "pbkdf2-sha1" | "pbkdf2-sha256" | "pbkdf2-sha512" => true,
        "scrypt" => !NOT_SCRYPT.contains(&scheme),
        _ => SINGLE.contains(&scheme),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::registry;

    #[test]
    fn every_name_is_a_scheme() {
        for name in BCRYPT.iter().chain(NOT_SCRYPT).chain(SINGLE).chain(ARGON2) {
            assert!(registry::find(name).is_some(), "{name}");
        }
    }
}
