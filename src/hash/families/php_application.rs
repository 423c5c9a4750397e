//! What PHP applications left behind: shops, content management, wikis.
use super::Line;
use crate::hash::scheme::Tell::{OnlyByName, Prefix, Shape};

const MD5: &str = "(?<digest>[0-9a-fA-F]{32})";
const SHA1: &str = "(?<digest>[0-9a-fA-F]{40})";

/// The schemes of this family.
pub const LINES: &[Line] = &[
    ("joomla_md5", OnlyByName, "", "(?<digest>[0-9a-fA-F]{32}):(?<salt>.+)", "md5(password + salt)"),
    ("oscommerce", OnlyByName, "", "(?<digest>[0-9a-fA-F]{32}):(?<salt>.+)", "md5(salt + password)"),
    ("magento1_md5", OnlyByName, "", "(?<digest>[0-9a-fA-F]{32}):(?<salt>[^:]+)", "md5(salt + password)"),
    ("magento1_sha256", OnlyByName, "", "(?<digest>[0-9a-fA-F]{64}):(?<salt>[^:]+)", "sha256(salt + password)"),
    ("magento2_md5", Shape, "", "(?<digest>[0-9a-fA-F]{32}):(?<salt>[^:]*):0", "md5(salt + password)"),
    ("magento2_sha256", Shape, "", "(?<digest>[0-9a-fA-F]{64}):(?<salt>[^:]*):1", "sha256(salt + password)"),
    (
        "magento2_md5_upgraded_sha256",
        Shape,
        "",
        "(?<digest>[0-9a-fA-F]{64}):(?<salt>[^:]*):0:1",
        "sha256(salt + hex(md5(salt + password)))",
    ),
    ("prestashop", OnlyByName, "", MD5, "md5(params.cookie_key + password)"),
    ("opencart", OnlyByName, "", SHA1, "sha1(salt + hex(sha1(salt + hex(sha1(password)))))"),
    ("cubecart_md5", OnlyByName, "", MD5, "md5(hex(md5(salt)) + hex(md5(password)))"),
    ("cmsms_md5", OnlyByName, "", MD5, "md5(params.sitemask + password)"),
    ("concrete5_md5", OnlyByName, "", MD5, "md5(password + \":\" + params.password_salt)"),
    ("elgg_md5", OnlyByName, "", MD5, "md5(password + salt)"),
    ("ezpublish_md5_user", OnlyByName, "", MD5, "md5(username + \"\\n\" + password)"),
    ("cakephp_sha1", OnlyByName, "", SHA1, "sha1(params.security_salt + password)"),
    // The first ten characters are the salt, the rest is a digest that was cut.
    (
        "ionauth_sha1",
        OnlyByName,
        "",
        "[0-9a-zA-Z]{10}[0-9a-f]{30}",
        "equal(substring(stored, 10), substring(hex(sha1(substring(stored, 0, 10) + password)), 0, 30))",
    ),
    ("mediawiki_A", Prefix, ":A:", MD5, "md5(password)"),
    (
        "mediawiki_B",
        Prefix,
        ":B:",
        "(?<salt>[^:]*):(?<digest>[0-9a-fA-F]{32})",
        "md5(salt + \"-\" + hex(md5(password)))",
    ),
    ("mediawiki_argon2", Prefix, ":argon2:", "(?<hash>.+)", "verify(\"argon2\", hash, password)"),
    (
        "mediawiki_pbkdf2_legacyB",
        Prefix,
        ":pbkdf2-legacyB:!",
        "(?<prf>[a-z0-9-]+):(?<rounds>[0-9]{1,9}):(?<length>[0-9]{1,4})!(?<inner>[^!]*)!(?<salt>[^!]+)!(?<digest>[^!]+)",
        "pbkdf2(prf, hex(md5(inner + \"-\" + hex(md5(password)))), unbase64(salt), int(rounds), int(length))",
    ),
    // Symfony merges the salt into the password in braces, and appends the merged text again each round.
    (
        "symfony_messagedigest_sha512",
        OnlyByName,
        "",
        "(?<digest>[A-Za-z0-9+/]{86}(?:==)?)",
        "iterate(4999, d, sha512(password + \"{\" + salt + \"}\"), sha512(d + password + \"{\" + salt + \"}\"))",
    ),
    ("symfony_messagedigest_sha1_hex", OnlyByName, "", SHA1, "sha1(password + \"{\" + salt + \"}\")"),
    // Older hashes were hashed again to raise them without their passwords.
    ("drupal7_upgraded_U", Prefix, "U", "(?<hash>[$]S[$].+)", "verify(\"drupal7\", hash, hex(md5(password)))"),
    ("typo3_md5_upgraded", Prefix, "M", "(?<hash>[$].+)", "verify(\"crypt\", hash, hex(md5(password)))"),
    (
        "moodle_sha512crypt",
        OnlyByName,
        "",
        "(?<hash>[$]6[$].+)",
        "verify(\"sha512_crypt\", hash, has(params.pepper) ? password + params.pepper : password)",
    ),
    (
        "magento2_argon2id13",
        Shape,
        "",
        "(?<digest>[0-9a-fA-F]{64}):(?<salt>[^:]{16,}):2",
        "verify(\"argon2\", \"$argon2id$v=19$m=65536,t=2,p=1$\" + base64(substring(salt, 0, 16)) + \"$\" + \
         base64(unhex(substring(stored, 0, 64))), password)",
    ),
    (
        "magento2_argon2id13_agnostic",
        Shape,
        "",
        "(?<hash>[0-9a-fA-F]{32,256}):(?<salt>[^:]{16,}):3_(?<length>[0-9]{1,3})_(?<passes>[0-9]{1,9})_(?<octets>[0-9]{4,12})",
        // Memory stands in bytes; argon2's own text has KiB.
        "verify(\"argon2\", \"$argon2id$v=19$m=\" + string(int(octets) / 1024) + \",t=\" + passes + \",p=1$\" + \
         base64(substring(salt, 0, 16)) + \"$\" + base64(unhex(hash)), password)",
    ),
    (
        "hmailserver_sha256",
        OnlyByName,
        "",
        "(?<salt>[0-9a-fA-F]{6})(?<digest>[0-9a-fA-F]{64})",
        "sha256(salt + password)",
    ),
    ("solarwinds_servu_md5", OnlyByName, "", "(?<salt>[a-z]{2})(?<digest>[0-9a-fA-F]{32})", "md5(salt + password)"),
    (
        "bugzilla_sha256",
        Shape,
        "",
        "(?<salt>[^,]{8}),(?<digest>[A-Za-z0-9+/]{43})=?[{]SHA-256[}]",
        "sha256(password + salt)",
    ),
    ("rt_sha512", Prefix, "!sha512!", "(?<salt>[^!]+)!(?<digest>[A-Za-z0-9+/]{86})(?:==)?", "sha512(salt + password)"),
];
