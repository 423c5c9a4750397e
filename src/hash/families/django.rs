//! Django's single digests and wrappings (`django.contrib.auth.hashers`), and what the same texts mean elsewhere in
//! Python: Werkzeug writes `sha1$salt$hex` of an HMAC, so those are never guessed.
use super::Line;
use crate::hash::scheme::Tell::{OnlyByName, Prefix};

/// The schemes of this family.
pub const LINES: &[Line] = &[
    ("django_sha1", OnlyByName, "sha1$", "(?<salt>[^$]+)[$](?<digest>[0-9a-fA-F]{40})", "sha1(salt + password)"),
    ("django_md5", OnlyByName, "md5$", "(?<salt>[^$]+)[$](?<digest>[0-9a-fA-F]{32})", "md5(salt + password)"),
    ("django_unsalted_md5", OnlyByName, "", "(?:md5[$][$])?(?<digest>[0-9a-fA-F]{32})", "md5(password)"),
    ("django_unsalted_sha1", Prefix, "sha1$$", "(?<digest>[0-9a-fA-F]{40})", "sha1(password)"),
    // The hash holds its own salt; the field before it is a copy, cut or whole, or empty.
    ("django_crypt", Prefix, "crypt$", "[^$]*[$](?<hash>.+)", "verify(\"des_crypt\", hash, password)"),
    ("django_bcrypt", Prefix, "bcrypt$", "(?<hash>.+)", "verify(\"bcrypt\", hash, password)"),
    (
        "django_bcrypt_sha256",
        Prefix,
        "bcrypt_sha256$",
        "(?<hash>.+)",
        "verify(\"bcrypt\", hash, hex(sha256(password)))",
    ),
    ("django_argon2", Prefix, "argon2$", "(?<hash>.+)", "verify(\"argon2\", \"$\" + hash, password)"),
    (
        "werkzeug_md5_hmac",
        OnlyByName,
        "md5$",
        "(?<salt>[^$]*)[$](?<digest>[0-9a-fA-F]{32})",
        "salt == \"\" ? md5(password) : hmac(\"md5\", salt, password)",
    ),
    (
        "werkzeug_sha1_hmac",
        OnlyByName,
        "sha1$",
        "(?<salt>[^$]*)[$](?<digest>[0-9a-fA-F]{40})",
        "salt == \"\" ? sha1(password) : hmac(\"sha1\", salt, password)",
    ),
    (
        "werkzeug_sha256_hmac",
        Prefix,
        "sha256$",
        "(?<salt>[^$]*)[$](?<digest>[0-9a-fA-F]{64})",
        "salt == \"\" ? sha256(password) : hmac(\"sha256\", salt, password)",
    ),
    (
        "flask_security_bcrypt_hmac",
        OnlyByName,
        "",
        "(?<hash>[$]2[abxy]?[$].+)",
        "verify(\"bcrypt\", hash, base64(hmac(\"sha512\", params.password_salt, password)))",
    ),
    // 64 or 40 hex digits of salt before as many of digest; 128 of one kind is sha512's length as well.
    (
        "turbogears_repoze_sha",
        OnlyByName,
        "",
        "[0-9a-fA-F]{80}|[0-9a-fA-F]{128}",
        "size(stored) == 80 ? equal(lower(substring(stored, 40)), hex(sha1(password + substring(stored, 0, 40)))) : \
         equal(lower(substring(stored, 64)), hex(sha256(password + substring(stored, 0, 64))))",
    ),
    (
        "npm_password_hash",
        OnlyByName,
        "",
        "(?<prf>md5|sha1|sha256|sha512)[$](?<salt>[^$]+)[$](?:(?<rounds>[0-9]{1,7})[$])?(?<digest>[0-9a-fA-F]{32,128})",
        "iterate(rounds == \"\" ? 1 : int(rounds), d, password, hex(hmac(prf, salt, d)))",
    ),
];
