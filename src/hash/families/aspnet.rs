//! ASP.NET Membership and its relatives: SHA and HMAC over UTF-16, the salt in base64 in a column or before the digest.
use super::Line;
use crate::hash::scheme::Tell::OnlyByName;

/// The schemes of this family.
pub const LINES: &[Line] = &[
    (
        "aspnet_membership_sha1",
        OnlyByName,
        "",
        "(?<digest>[A-Za-z0-9+/]{27}=?)",
        "sha1(unbase64(salt) + utf16le(password))",
    ),
    (
        "dotnetnuke_membership",
        OnlyByName,
        "",
        "(?<digest>[A-Za-z0-9+/]{27}=?)",
        "sha1(unbase64(salt) + utf16le(password))",
    ),
    (
        "aspnet_membership_sha256",
        OnlyByName,
        "",
        "(?<digest>[A-Za-z0-9+/]{43}=?)",
        "sha256(unbase64(salt) + utf16le(password))",
    ),
    // .NET repeats the salt until it fills the key.
    (
        "aspnet_membership_hmacsha256",
        OnlyByName,
        "",
        "(?<digest>[A-Za-z0-9+/]{43}=?)",
        "hmac(\"sha256\", slice(repeat(unbase64(salt), 64), 0, 64), utf16le(password))",
    ),
    (
        "aspnet_membership_hmacsha512",
        OnlyByName,
        "",
        "(?<digest>[A-Za-z0-9+/]{86}(?:==)?)",
        "hmac(\"sha512\", slice(repeat(unbase64(salt), 128), 0, 128), utf16le(password))",
    ),
    (
        "umbraco_v7_hmacsha256",
        OnlyByName,
        "",
        "(?<salt>[A-Za-z0-9+/]{22}==)(?<digest>[A-Za-z0-9+/]{43}=)",
        "hmac(\"sha256\", slice(repeat(unbase64(salt), 64), 0, 64), utf16le(password))",
    ),
    (
        "umbraco_v6_sha1",
        OnlyByName,
        "",
        "(?<salt>[A-Za-z0-9+/]{22}==)(?<digest>[A-Za-z0-9+/]{27}=)",
        "sha1(unbase64(salt) + utf16le(password))",
    ),
    // The salt's base64 text is digested as it stands.
    (
        "nopcommerce_sha",
        OnlyByName,
        "",
        "(?<hash>[0-9a-fA-F]{40}|[0-9a-fA-F]{64}|[0-9a-fA-F]{96}|[0-9a-fA-F]{128})",
        "equal(unhex(hash), digest_of(size(hash) / 2, password + salt))",
    ),
];
