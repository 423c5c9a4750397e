//! What Rails applications left behind, with the salt in a column.
use super::Line;
use crate::hash::scheme::Tell::OnlyByName;

const SHA1: &str = "(?<digest>[0-9a-fA-F]{40})";

/// The schemes of this family. `stretches` is the site's where it is set, else the library's default.
pub const LINES: &[Line] = &[
    (
        "authlogic_sha512",
        OnlyByName,
        "",
        "(?<digest>[0-9a-fA-F]{128})",
        "iterate(has(params.stretches) ? int(params.stretches) : 20, d, password + salt, hex(sha512(d)))",
    ),
    (
        "authlogic_sha256",
        OnlyByName,
        "",
        "(?<digest>[0-9a-fA-F]{64})",
        "iterate(has(params.stretches) ? int(params.stretches) : 20, d, password + salt, hex(sha256(d)))",
    ),
    (
        "authlogic_md5",
        OnlyByName,
        "",
        "(?<digest>[0-9a-fA-F]{32})",
        "iterate(has(params.stretches) ? int(params.stretches) : 1, d, password + salt, hex(md5(d)))",
    ),
    (
        "authlogic_sha1",
        OnlyByName,
        "",
        SHA1,
        "iterate(has(params.stretches) ? int(params.stretches) : 10, d, password, hex(sha1(d + \"--\" + salt)))",
    ),
    (
        "devise_encryptable_sha1",
        OnlyByName,
        "",
        SHA1,
        "iterate(has(params.stretches) ? int(params.stretches) : 10, d, params.pepper, \
         hex(sha1(\"--\" + salt + \"--\" + d + \"--\" + password + \"--\" + params.pepper + \"--\")))",
    ),
    (
        "devise_encryptable_sha512",
        OnlyByName,
        "",
        "(?<digest>[0-9a-fA-F]{128})",
        "iterate(has(params.stretches) ? int(params.stretches) : 10, d, params.pepper, \
         hex(sha512(\"--\" + salt + \"--\" + d + \"--\" + password + \"--\" + params.pepper + \"--\")))",
    ),
    (
        "restful_authentication",
        OnlyByName,
        "",
        SHA1,
        "iterate(has(params.stretches) ? int(params.stretches) : 10, d, params.site_key, \
         hex(sha1(d + \"--\" + salt + \"--\" + password + \"--\" + params.site_key)))",
    ),
    ("restful_auth_no_sitekey", OnlyByName, "", SHA1, "sha1(\"--\" + salt + \"--\" + password + \"--\")"),
    ("clearance_sha1", OnlyByName, "", SHA1, "sha1(\"--\" + salt + \"--\" + password + \"--\")"),
    ("redmine_sha1", OnlyByName, "", SHA1, "sha1(salt + hex(sha1(password)))"),
];
