//! What Java applications left behind: Spring, Shiro, Jasypt, application servers.
use super::Line;
use crate::hash::scheme::Tell::{OnlyByName, Prefix};

/// The schemes of this family.
pub const LINES: &[Line] = &[
    ("spring_noop", Prefix, "{noop}", "(?s)(?<text>.*)", "equal(text, password)"),
    (
        "spring_argon2",
        Prefix,
        "{argon2",
        "(?:@SpringSecurity_v5_8)?[}](?<hash>.+)",
        "verify(\"argon2\", hash, password)",
    ),
    ("spring_ldap", Prefix, "{ldap}", "(?<hash>.+)", "verify(\"ldap\", hash, password)"),
    // The braces of the salt are part of what is digested.
    (
        "spring_messagedigest_md5",
        Prefix,
        "{MD5}{",
        "(?<salt>[^}]*)[}](?<digest>[0-9a-fA-F]{32})",
        "md5(password + \"{\" + salt + \"}\")",
    ),
    (
        "spring_messagedigest_sha1",
        Prefix,
        "{SHA",
        "(?:-1|1)?[}][{](?<salt>[^}]*)[}](?<digest>[0-9a-fA-F]{40})",
        "sha1(password + \"{\" + salt + \"}\")",
    ),
    (
        "spring_messagedigest_sha256",
        Prefix,
        "{SHA",
        "-?256[}][{](?<salt>[^}]*)[}](?<digest>[0-9a-fA-F]{64})",
        "sha256(password + \"{\" + salt + \"}\")",
    ),
    (
        "spring_md4",
        Prefix,
        "{MD4}{",
        "(?<salt>[^}]*)[}](?<digest>[0-9a-fA-F]{32})",
        "md4(password + \"{\" + salt + \"}\")",
    ),
    // Without a prefix the digest's length tells which; empty braces are merged as they stand.
    (
        "spring_messagedigest_legacy",
        OnlyByName,
        "",
        "(?:[{](?<inline>[^}]*)[}])?(?<hash>[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{64}|[0-9a-fA-F]{96}|[0-9a-fA-F]{128})",
        "equal(unhex(hash), digest_of(size(hash) / 2, password + (startsWith(stored, \"{\") ? \
         \"{\" + inline + \"}\" : has(row.salt) ? \"{\" + salt + \"}\" : \"\")))",
    ),
    (
        "spring_standard_sha256",
        Prefix,
        "{sha256}",
        "(?<hash>[0-9a-fA-F]{80})",
        "equal(slice(unhex(hash), 8), iterate(1023, d, sha256(slice(unhex(hash), 0, 8) + \
         (has(params.secret) ? params.secret : \"\") + password), sha256(d)))",
    ),
    (
        "shiro1",
        Prefix,
        "$shiro1$",
        "(?<name>MD5|SHA-1|SHA-224|SHA-256|SHA-384|SHA-512)[$](?<rounds>[0-9]{1,9})[$](?<salt>[^$]*)[$](?<digest>[^$]+)",
        "iterate(int(rounds) - 1, d, digest(name, (has(params.private_salt) ? params.private_salt : \"\") + \
         unbase64(salt) + password), digest(name, d))",
    ),
    ("shiro2_argon2", Prefix, "$shiro2$argon2", "(?<rest>.+)", "verify(\"argon2\", \"$argon2\" + rest, password)"),
    (
        "jasypt_basic",
        OnlyByName,
        "",
        "[A-Za-z0-9+/]{32}",
        "equal(slice(unbase64(stored), 8), iterate(999, d, md5(slice(unbase64(stored), 0, 8) + nfc(password)), md5(d)))",
    ),
    (
        "jasypt_strong",
        OnlyByName,
        "",
        "[A-Za-z0-9+/]{64}",
        "equal(slice(unbase64(stored), 16), \
         iterate(99999, d, sha256(slice(unbase64(stored), 0, 16) + nfc(password)), sha256(d)))",
    ),
    (
        "jenkins_legacy_sha256",
        OnlyByName,
        "",
        "(?<salt>[^:]+):(?<digest>[0-9a-fA-F]{64})",
        "sha256(password + \"{\" + salt + \"}\")",
    ),
    (
        "openmrs_sha512",
        OnlyByName,
        "",
        "(?<digest>[0-9a-fA-F]{128}|[0-9a-fA-F]{40})",
        "size(stored) == 128 ? sha512(password + salt) : sha1(password + salt)",
    ),
    (
        "sonarqube_sha1",
        OnlyByName,
        "",
        "(?<digest>[0-9a-fA-F]{40})",
        "sha1(\"--\" + salt + \"--\" + password + \"--\")",
    ),
    (
        "tomcat_messagedigest",
        OnlyByName,
        "",
        "(?:(?<salt>[0-9a-fA-F]*)[$](?<rounds>[0-9]{1,9})[$])?(?<hash>[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{64}|[0-9a-fA-F]{96}|[0-9a-fA-F]{128})",
        "equal(unhex(hash), iterate(rounds == \"\" ? 0 : int(rounds) - 1, d, digest_of(size(hash) / 2, unhex(salt) + password), \
         digest_of(size(hash) / 2, d)))",
    ),
    (
        "wildfly_application_users",
        OnlyByName,
        "",
        "(?<digest>[0-9a-fA-F]{32})",
        "md5(username + \":\" + params.realm + \":\" + password)",
    ),
    (
        "http_digest_ha1",
        OnlyByName,
        "",
        "(?<digest>[0-9a-fA-F]{32})",
        "md5(username + \":\" + params.realm + \":\" + password)",
    ),
    (
        "liferay_prefixed",
        Prefix,
        "{",
        "(?<kind>BCRYPT|UFC-CRYPT|MD5|SHA|SHA-1|SHA-256|SHA-384|SHA-512|SSHA|NONE)[}](?<hash>.+)",
        "kind == \"BCRYPT\" ? verify(\"bcrypt\", hash, password) : \
         kind == \"UFC-CRYPT\" ? verify(\"des_crypt\", hash, password) : \
         kind == \"NONE\" ? equal(hash, password) : \
         kind == \"SSHA\" ? verify(\"ldap_ssha\", stored, password) : \
         equal(unbase64(hash), kind == \"MD5\" ? md5(password) : kind == \"SHA-256\" ? sha256(password) : \
         kind == \"SHA-384\" ? sha384(password) : kind == \"SHA-512\" ? sha512(password) : sha1(password))",
    ),
    (
        "sap_codvn_h",
        Prefix,
        "{x-is",
        "(?<kind>sha|SHA256|SHA384|SHA512), ?(?<rounds>[0-9]{1,9})[}](?<hash>[A-Za-z0-9+/=]+)",
        "kind == \"sha\" ? \
         equal(slice(unbase64(hash), 0, 20), iterate(int(rounds) - 1, d, sha1(password + slice(unbase64(hash), 20)), sha1(password + d))) : \
         kind == \"SHA256\" ? \
         equal(slice(unbase64(hash), 0, 32), iterate(int(rounds) - 1, d, sha256(password + slice(unbase64(hash), 32)), sha256(password + d))) : \
         kind == \"SHA384\" ? \
         equal(slice(unbase64(hash), 0, 48), iterate(int(rounds) - 1, d, sha384(password + slice(unbase64(hash), 48)), sha384(password + d))) : \
         equal(slice(unbase64(hash), 0, 64), iterate(int(rounds) - 1, d, sha512(password + slice(unbase64(hash), 64)), sha512(password + d)))",
    ),
];
