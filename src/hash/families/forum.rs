//! What forum software left behind, with the salt in a column or in the text.
use super::Line;
use crate::hash::scheme::Tell::{OnlyByName, Prefix, Shape};

const MD5: &str = "(?<digest>[0-9a-fA-F]{32})";
const SHA1: &str = "(?<digest>[0-9a-fA-F]{40})";

/// The schemes of this family.
pub const LINES: &[Line] = &[
    // IPB escapes HTML before it hashes, in this order.
    (
        "ipb",
        OnlyByName,
        "",
        MD5,
        "md5(hex(md5(salt)) + hex(md5(replace(replace(replace(replace(replace(replace(replace(replace(password, \
         \"&\", \"&amp;\"), \">\", \"&gt;\"), \"<\", \"&lt;\"), \"\\\"\", \"&quot;\"), \"$\", \"&#036;\"), \
         \"!\", \"&#33;\"), \"'\", \"&#39;\"), \"\\\\\", \"&#092;\"))))",
    ),
    ("mybb", OnlyByName, "", MD5, "md5(hex(md5(salt)) + hex(md5(password)))"),
    ("vbulletin3", OnlyByName, "", MD5, "md5(hex(md5(password)) + salt)"),
    ("vbulletin4", OnlyByName, "", MD5, "md5(hex(md5(password)) + salt)"),
    ("vbulletin5_legacy", Shape, "", "(?<digest>[0-9a-fA-F]{32}) (?<salt>.{3,64})", "md5(hex(md5(password)) + salt)"),
    ("smf1", OnlyByName, "", SHA1, "sha1(lower(username) + password)"),
    ("punbb13", OnlyByName, "", SHA1, "sha1(salt + hex(sha1(password)))"),
    ("wcf1", OnlyByName, "", SHA1, "sha1(salt + hex(sha1(salt + hex(sha1(password)))))"),
    (
        "woltlab_prefixed",
        Prefix,
        "",
        "(?<kind>[Bb]crypt|wcf1|wcf2|vb[345]|mybb|smf[12]|phpbb[23]|argon2|Argon2):(?<hash>[^:]+)(?::(?<salt>.*))?",
        "kind == \"wcf2\" ? verify(\"wcf2_double_bcrypt\", hash, password) : \
         kind == \"wcf1\" ? equal(unhex(hash), sha1(salt + hex(sha1(salt + hex(sha1(password)))))) : \
         kind == \"vb3\" || kind == \"vb4\" || kind == \"vb5\" ? equal(unhex(hash), md5(hex(md5(password)) + salt)) : \
         kind == \"mybb\" ? equal(unhex(hash), md5(hex(md5(salt)) + hex(md5(password)))) : \
         kind == \"smf1\" ? equal(unhex(hash), sha1(lower(username) + password)) : \
         kind == \"phpbb2\" ? equal(unhex(hash), md5(password)) : \
         kind == \"phpbb3\" ? verify(\"phpass\", hash, password) : \
         kind == \"smf2\" ? verify(\"bcrypt\", hash, lower(username) + password) : \
         kind == \"Argon2\" || kind == \"argon2\" ? verify(\"argon2\", hash, password) : verify(\"bcrypt\", hash, password)",
    ),
    (
        "xenforo1",
        Prefix,
        "a:3:{s:4:\"hash\";s:64:",
        "\"(?<digest>[0-9a-fA-F]{64})\";s:4:\"salt\";s:[0-9]+:\"(?<salt>[^\"]*)\";(?s).*[}]",
        "sha256(hex(sha256(password)) + salt)",
    ),
    (
        "xenforo1_sha1",
        Prefix,
        "a:3:{s:4:\"hash\";s:40:",
        "\"(?<digest>[0-9a-fA-F]{40})\";s:4:\"salt\";s:[0-9]+:\"(?<salt>[^\"]*)\";(?s).*[}]",
        "sha1(hex(sha1(password)) + salt)",
    ),
    (
        "xenforo1_columns",
        OnlyByName,
        "",
        "(?<digest>[0-9a-fA-F]{40}|[0-9a-fA-F]{64})",
        "size(stored) == 40 ? sha1(hex(sha1(password)) + salt) : sha256(hex(sha256(password)) + salt)",
    ),
    ("e107_salted", Prefix, "$E$", MD5, "md5(hex(md5(password)) + username)"),
    // phpBB keeps a converted board's hash behind this mark; whose it was, only its length and the salt column say.
    (
        "phpbb_convert_CP",
        Prefix,
        "$CP$",
        "(?<hash>.+)",
        "size(hash) == 32 ? (equal(unhex(hash), md5(password)) || has(row.salt) && \
         (equal(unhex(hash), md5(hex(md5(salt)) + hex(md5(password)))) || equal(unhex(hash), md5(hex(md5(password)) + salt)))) : \
         size(hash) == 40 ? (equal(unhex(hash), sha1(password)) || \
         has(row.username) && equal(unhex(hash), sha1(lower(username) + password)) || \
         has(row.salt) && equal(unhex(hash), sha1(salt + hex(sha1(salt + hex(sha1(password))))))) : \
         verify(\"auto\", hash, password)",
    ),
    ("question2answer_sha1", OnlyByName, "", SHA1, "sha1(substring(salt, 0, 8) + password + substring(salt, 8))"),
    (
        "authme_sha256",
        Prefix,
        "$SHA$",
        "(?<salt>[^$]+)[$](?<digest>[0-9a-fA-F]{64})",
        "sha256(hex(sha256(password)) + salt)",
    ),
    ("wow_sha1_userpass", OnlyByName, "", SHA1, "sha1(upper(username) + \":\" + upper(password))"),
];
