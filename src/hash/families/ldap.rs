//! RFC 2307 user passwords (`{SSHA}…`) and what Dovecot made of them.
use super::Line;
use crate::hash::scheme::Tell::Prefix;

const REST: &str = "(?<hash>[A-Za-z0-9+/]+={0,2})";

/// The schemes of this family: the digest is first, the salt is the rest.
pub const LINES: &[Line] = &[
    ("ldap_md5", Prefix, "{MD5}", "(?<hash>[A-Za-z0-9+/]{22}={0,2})", "equal(unbase64(hash), md5(password))"),
    ("ldap_sha", Prefix, "{SHA}", "(?<hash>[A-Za-z0-9+/]{27}=?)", "equal(unbase64(hash), sha1(password))"),
    ("ldap_sha256", Prefix, "{SHA256}", "(?<hash>[A-Za-z0-9+/]{43}=?)", "equal(unbase64(hash), sha256(password))"),
    ("ldap_sha512", Prefix, "{SHA512}", "(?<hash>[A-Za-z0-9+/]{86}={0,2})", "equal(unbase64(hash), sha512(password))"),
    (
        "ldap_smd5",
        Prefix,
        "{SMD5}",
        REST,
        "equal(slice(unbase64(hash), 0, 16), md5(password + slice(unbase64(hash), 16)))",
    ),
    (
        "ldap_ssha",
        Prefix,
        "{SSHA}",
        REST,
        "equal(slice(unbase64(hash), 0, 20), sha1(password + slice(unbase64(hash), 20)))",
    ),
    (
        "ldap_ssha256",
        Prefix,
        "{SSHA256}",
        REST,
        "equal(slice(unbase64(hash), 0, 32), sha256(password + slice(unbase64(hash), 32)))",
    ),
    (
        "ldap_ssha384",
        Prefix,
        "{SSHA384}",
        REST,
        "equal(slice(unbase64(hash), 0, 48), sha384(password + slice(unbase64(hash), 48)))",
    ),
    (
        "ldap_ssha512",
        Prefix,
        "{SSHA512}",
        REST,
        "equal(slice(unbase64(hash), 0, 64), sha512(password + slice(unbase64(hash), 64)))",
    ),
    ("ldap_crypt", Prefix, "{CRYPT}", "(?<hash>.+)", "verify(\"crypt\", hash, password)"),
    ("ldap_argon2", Prefix, "{ARGON2}", "(?<hash>.+)", "verify(\"argon2\", hash, password)"),
    (
        "ldap_cleartext",
        Prefix,
        "{",
        "(?:CLEARTEXT|PLAIN|CLEAR|cleartext|plain|clear)[}](?s)(?<text>.*)",
        "equal(text, password)",
    ),
    // Dovecot's {MD5} is MD5-CRYPT: the `$1$` behind it tells it from LDAP's.
    (
        "dovecot_crypt_prefixed",
        Prefix,
        "{",
        "(?:SHA512-CRYPT|SHA256-CRYPT|BLF-CRYPT|MD5-CRYPT|DES-CRYPT|MD5|ARGON2I|ARGON2ID|CRYPT)[}](?<hash>[$].+)",
        "verify(\"crypt\", hash, password)",
    ),
    (
        "dovecot_digest_encodings",
        Prefix,
        "{",
        "(?<kind>SSHA|SSHA1|SSHA256|SSHA512|SMD5|SHA|SHA1|SHA256|SHA512|PLAIN-MD5|LDAP-MD5|PLAIN-MD4|MD4)\
         (?<form>(?:[.](?:HEX|hex|B64|b64|BASE64|base64))?)[}](?<hash>[A-Za-z0-9+/]+={0,2})",
        "kind == \"SSHA512\" ? equal(slice(undigest(hash, form), 0, 64), sha512(password + slice(undigest(hash, form), 64))) : \
         kind == \"SSHA256\" ? equal(slice(undigest(hash, form), 0, 32), sha256(password + slice(undigest(hash, form), 32))) : \
         kind == \"SSHA\" || kind == \"SSHA1\" ? equal(slice(undigest(hash, form), 0, 20), sha1(password + slice(undigest(hash, form), 20))) : \
         kind == \"SMD5\" ? equal(slice(undigest(hash, form), 0, 16), md5(password + slice(undigest(hash, form), 16))) : \
         kind == \"SHA512\" ? equal(undigest(hash, form), sha512(password)) : \
         kind == \"SHA256\" ? equal(undigest(hash, form), sha256(password)) : \
         kind == \"SHA\" || kind == \"SHA1\" ? equal(undigest(hash, form), sha1(password)) : \
         kind == \"PLAIN-MD4\" || kind == \"MD4\" ? equal(undigest(hash, form == \"\" ? \".HEX\" : form), md4(password)) : \
         kind == \"PLAIN-MD5\" ? equal(undigest(hash, form == \"\" ? \".HEX\" : form), md5(password)) : \
         equal(undigest(hash, form), md5(password))",
    ),
    (
        "dovecot_scram",
        Prefix,
        "{SCRAM-SHA-",
        "(?<bits>1|256)[}](?<rounds>[0-9]{1,9}),(?<salt>[^,]+),(?<key>[^,]+),(?<server>[^,]+)",
        "bits == \"1\" ? equal(unbase64(key), sha1(hmac(\"sha1\", pbkdf2(\"sha1\", saslprep(password), unbase64(salt), \
         int(rounds), 20), \"Client Key\"))) : equal(unbase64(key), sha256(hmac(\"sha256\", pbkdf2(\"sha256\", \
         saslprep(password), unbase64(salt), int(rounds), 32), \"Client Key\")))",
    ),
];
