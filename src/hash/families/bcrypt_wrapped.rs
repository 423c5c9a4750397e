//! bcrypt (and argon2) behind another name, another prefix, or of something made of the password.
use super::Line;
use crate::hash::scheme::Tell::{OnlyByName, Prefix};

/// Any bcrypt text.
const ANY: &str = "(?<hash>[$]2[abxy]?[$].+)";
/// Everything behind the prefix.
const REST: &str = "(?<hash>.+)";

/// The schemes of this family.
pub const LINES: &[Line] = &[
    // The same verification under the name by which its users look for it.
    ("has_secure_password", OnlyByName, "", ANY, "verify(\"bcrypt\", hash, password)"),
    ("devise_bcrypt", OnlyByName, "", ANY, "verify(\"bcrypt\", hash, password)"),
    ("laravel_bcrypt", OnlyByName, "", ANY, "verify(\"bcrypt\", hash, password)"),
    ("parse_bcrypt", OnlyByName, "", ANY, "verify(\"bcrypt\", hash, password)"),
    ("sails_bcrypt", OnlyByName, "", ANY, "verify(\"bcrypt\", hash, password)"),
    // Prefixes.
    ("spring_bcrypt", Prefix, "{bcrypt}", REST, "verify(\"bcrypt\", hash, password)"),
    ("jenkins_jbcrypt", Prefix, "#jbcrypt:", REST, "verify(\"bcrypt\", hash, password)"),
    ("shiro2_bcrypt", Prefix, "$shiro2$2", "(?<rest>.+)", "verify(\"bcrypt\", \"$2\" + rest, password)"),
    (
        "mediawiki_bcrypt",
        Prefix,
        ":bcrypt:",
        "(?<cost>[0-9]{1,2})[$](?<rest>[^$]{22})[$](?<tail>[^$]{31})",
        "verify(\"bcrypt\", \"$2y$\" + (size(cost) == 1 ? \"0\" : \"\") + cost + \"$\" + rest + tail, password)",
    ),
    (
        "nextcloud",
        Prefix,
        "",
        "(?<version>[123])[|](?<hash>[$].+)",
        "version == \"1\" ? verify(\"bcrypt\", hash, password) : verify(\"argon2\", hash, password)",
    ),
    (
        "xenforo2_bcrypt",
        Prefix,
        "a:1:{s:4:\"hash\";s:",
        "[0-9]+:\"(?<hash>[$][^\"]+)\";[}]",
        "verify(\"crypt\", hash, password)",
    ),
    // Something made of the password.
    ("bcrypt_md5", OnlyByName, "", ANY, "verify(\"bcrypt\", hash, hex(md5(password)))"),
    ("matomo_bcrypt_md5", OnlyByName, "", ANY, "verify(\"bcrypt\", hash, hex(md5(password)))"),
    ("suitecrm_bcrypt_md5", OnlyByName, "", "(?<hash>[$].+)", "verify(\"crypt\", hash, hex(md5(password)))"),
    ("vbulletin5_bcrypt", OnlyByName, "", ANY, "verify(\"bcrypt\", hash, hex(md5(password)))"),
    ("bcrypt_sha1", OnlyByName, "", ANY, "verify(\"bcrypt\", hash, hex(sha1(password)))"),
    ("bcrypt_sha256_hex", OnlyByName, "", ANY, "verify(\"bcrypt\", hash, hex(sha256(password)))"),
    ("zend_bcryptsha", OnlyByName, "", ANY, "verify(\"bcrypt\", hash, hex(sha256(password)))"),
    ("meteor_bcrypt_sha256", OnlyByName, "", ANY, "verify(\"bcrypt\", hash, hex(sha256(password)))"),
    ("nodebb_bcrypt_sha512", OnlyByName, "", ANY, "verify(\"bcrypt\", hash, hex(sha512(password)))"),
    ("smf21_bcrypt", OnlyByName, "", ANY, "verify(\"bcrypt\", hash, lower(username) + password)"),
    ("owncloud6_bcrypt_sitesalt", OnlyByName, "", ANY, "verify(\"bcrypt\", hash, password + params.password_salt)"),
    ("devise_bcrypt_pepper", OnlyByName, "", ANY, "verify(\"bcrypt\", hash, password + params.pepper)"),
    (
        "wordpress_68_bcrypt",
        Prefix,
        "$wp",
        "(?<hash>[$]2.+)",
        "verify(\"bcrypt\", hash, base64(hmac(\"sha384\", \"wp-sha384\", trim(password))))",
    ),
    (
        "bcrypt_sha256_passlib_v1",
        Prefix,
        "$bcrypt-sha256$2",
        "(?<minor>[aby]),(?<cost>[0-9]{1,2})[$](?<salt>[^$]{22})[$](?<tail>[^$]{31})",
        "verify(\"bcrypt\", \"$2\" + minor + \"$\" + (size(cost) == 1 ? \"0\" : \"\") + cost + \"$\" + salt + tail, \
         base64(sha256(password)))",
    ),
    (
        "bcrypt_sha256_passlib_v2",
        Prefix,
        "$bcrypt-sha256$v=2,t=2",
        "(?<minor>[aby]),r=(?<cost>[0-9]{1,2})[$](?<salt>[^$]{22})[$](?<tail>[^$]{31})",
        "verify(\"bcrypt\", \"$2\" + minor + \"$\" + (size(cost) == 1 ? \"0\" : \"\") + cost + \"$\" + salt + tail, \
         base64(hmac(\"sha256\", salt, password)))",
    ),
];
