//! Digests of the password alone, chained and unchained, in hex or base64; and the password itself.
//!
//! Never guessed: 32 hex digits may be MD5, MD4, NTLM or half an LM hash.
use super::line;
use crate::hash::scheme::{Scheme, Tell};

/// Name, hex digits of the stored text, formula.
const IN_HEX: &[(&str, usize, &str)] = &[
    ("raw_md4", 32, "md4(password)"),
    ("raw_md5", 32, "md5(password)"),
    ("raw_sha1", 40, "sha1(password)"),
    ("raw_sha224", 56, "sha224(password)"),
    ("raw_sha256", 64, "sha256(password)"),
    ("raw_sha384", 96, "sha384(password)"),
    ("raw_sha512", 128, "sha512(password)"),
    ("raw_sha3_256", 64, "sha3_256(password)"),
    ("raw_sha3_512", 128, "sha3_512(password)"),
    ("raw_keccak256", 64, "keccak256(password)"),
    ("raw_ripemd160", 40, "ripemd160(password)"),
    ("raw_whirlpool", 128, "whirlpool(password)"),
    ("raw_blake2b_512", 128, "blake2b(password)"),
    ("raw_blake2s_256", 64, "blake2s(password)"),
    ("ntlm", 32, "md4(utf16le(password))"),
    ("md5_utf16le", 32, "md5(utf16le(password))"),
    ("sha1_utf16le", 40, "sha1(utf16le(password))"),
    ("sha256_utf16le", 64, "sha256(utf16le(password))"),
    ("sha512_utf16le", 128, "sha512(utf16le(password))"),
    ("half_md5", 16, "slice(md5(password), 0, 8)"),
    ("md5_md5", 32, "md5(hex(md5(password)))"),
    ("md5_md5_md5", 32, "md5(hex(md5(hex(md5(password)))))"),
    ("md5_sha1", 32, "md5(hex(sha1(password)))"),
    ("md5_upper_md5", 32, "md5(upper(hex(md5(password))))"),
    ("sha1_md5", 40, "sha1(hex(md5(password)))"),
    ("sha1_md5_md5", 40, "sha1(hex(md5(hex(md5(password)))))"),
    ("sha1_sha1", 40, "sha1(hex(sha1(password)))"),
    ("sha256_md5", 64, "sha256(hex(md5(password)))"),
    ("sha256_sha256", 64, "sha256(hex(sha256(password)))"),
    ("sha512_md5", 128, "sha512(hex(md5(password)))"),
    ("wordpress_md5", 32, "md5(password)"),
    ("moodle_md5_sitesalt", 32, "has(params.site_salt) ? md5(password + params.site_salt) : md5(password)"),
];

/// Name, base64 characters without padding, formula.
const IN_BASE64: &[(&str, usize, &str)] = &[
    ("raw_md5_b64", 22, "md5(password)"),
    ("raw_sha1_b64", 27, "sha1(password)"),
    ("raw_sha256_b64", 43, "sha256(password)"),
    ("raw_sha512_b64", 86, "sha512(password)"),
    ("peoplesoft_sha1_utf16", 27, "sha1(utf16le(password))"),
    ("umbraco_v4_hmacsha1", 27, "hmac(\"sha1\", utf16le(password), utf16le(password))"),
];

/// Name, prefix, layout, formula: those with a text of their own.
const OTHERS: &[(&str, &str, &str, &str)] = &[
    ("plaintext", "", "(?s).+", "equal(stored, password)"),
    ("plaintext_base64", "", "[A-Za-z0-9+/]+={0,2}", "equal(unbase64(stored), password)"),
    // The digest in its length tells which: .NET offered these two.
    (
        "aspnet_formsauth_upperhex",
        "",
        "[0-9A-F]{32}|[0-9A-F]{40}",
        "size(stored) == 32 ? md5(password) : sha1(password)",
    ),
    (
        "jboss_b64_digest",
        "",
        "[A-Za-z0-9+/]{22}==|[A-Za-z0-9+/]{27}=|[A-Za-z0-9+/]{43}=|[A-Za-z0-9+/]{64}|[A-Za-z0-9+/]{86}==",
        "size(stored) == 24 ? md5(password) : size(stored) == 28 ? sha1(password) : size(stored) == 44 ? \
         sha256(password) : size(stored) == 64 ? sha384(password) : sha512(password)",
    ),
];

/// The schemes of this family.
#[must_use]
pub fn schemes() -> Vec<Box<dyn Scheme>> {
    let hex =
        IN_HEX.iter().map(|(name, digits, formula)| line(name, Tell::OnlyByName, "", super::hex(*digits), formula));
    let base64 = IN_BASE64
        .iter()
        .map(|(name, length, formula)| line(name, Tell::OnlyByName, "", super::base64(*length), formula));
    let others =
        OTHERS.iter().map(|(name, prefix, pattern, formula)| line(name, Tell::OnlyByName, prefix, pattern, formula));
    hex.chain(base64).chain(others).collect()
}
