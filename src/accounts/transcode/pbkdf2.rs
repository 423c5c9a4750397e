//! The texts that applications write PBKDF2 in.
use super::{Told, object::Pbkdf2, reason};
use crate::hash::{
    digest::Digest,
    encoding::{self, Encoding},
    layout::{Fields, Layout},
    scheme::{Site, Stored},
};
use Encoding::{Ab64, Base64, Hex, Text, UrlBase64};
use std::{collections::BTreeMap, sync::LazyLock};

/// Name, text, digest where the text has no `prf`, rounds where it has no `rounds`, salt and output. Without a `salt`
/// in the text it is in its column.
type Row = (&'static str, &'static str, Digest, u32, Encoding, Encoding);

const DOLLARS: &str = "(?<rounds>[0-9]+)[$](?<salt>[^$]*)[$](?<output>.+)";
const PRF_DOLLARS: &str = "(?<prf>[a-z0-9]+)[$](?<rounds>[0-9]+)[$](?<salt>[^$]*)[$](?<output>.+)";
const ALONE: &str = "(?<output>.+)";

/// Prefix and rest of a row's text are one expression.
const ROWS: &[(&str, Row)] = &[
    ("pbkdf2_sha256[$]", ("django_pbkdf2_sha256", DOLLARS, Digest::Sha256, 0, Text, Base64)),
    ("pbkdf2_sha1[$]", ("django_pbkdf2_sha1", DOLLARS, Digest::Sha1, 0, Text, Base64)),
    ("[$]pbkdf2[$]", ("pbkdf2_sha1_passlib", DOLLARS, Digest::Sha1, 0, Ab64, Ab64)),
    ("[$]pbkdf2-sha256[$]", ("pbkdf2_sha256_passlib", DOLLARS, Digest::Sha256, 0, Ab64, Ab64)),
    ("[$]pbkdf2-sha512[$]", ("pbkdf2_sha512_passlib", DOLLARS, Digest::Sha512, 0, Ab64, Ab64)),
    (
        "[$]pbkdf2(?:-(?<prf>[a-z0-9]+))?[$]i=",
        (
            "phc_pbkdf2",
            "(?<rounds>[0-9]+)(?:,l=[0-9]+)?[$](?<salt>[^$]*)[$](?<output>.+)",
            Digest::Sha1,
            0,
            Base64,
            Base64,
        ),
    ),
    ("[$]pbkdf2-", ("typo3_pbkdf2", PRF_DOLLARS, Digest::Sha1, 0, Ab64, Ab64)),
    (
        "[$]pbkdf2[$]f=",
        (
            "mattermost_pbkdf2",
            "(?<prf>[A-Z0-9]+),w=(?<rounds>[0-9]+),l=[0-9]+[$](?<salt>[^$]*)[$](?<output>.+)",
            Digest::Sha1,
            0,
            Base64,
            Base64,
        ),
    ),
    (
        "grub[.]pbkdf2[.]sha512[.]",
        ("grub_pbkdf2_sha512", "(?<rounds>[0-9]+)[.](?<salt>[^.]*)[.](?<output>.+)", Digest::Sha512, 0, Hex, Hex),
    ),
    (
        "pbkdf2:",
        // Before it wrote its rounds it made a thousand.
        (
            "werkzeug_pbkdf2",
            "(?<prf>[a-z0-9]+)(?::(?<rounds>[0-9]+))?[$](?<salt>[^$]*)[$](?<output>.+)",
            Digest::Sha1,
            1000,
            Text,
            Hex,
        ),
    ),
    ("PBKDF2SHA256[$]", ("seafile_pbkdf2_sha256", DOLLARS, Digest::Sha256, 0, Hex, Hex)),
    (
        "pbkdf2[(]",
        (
            "web2py_pbkdf2",
            "(?<rounds>[0-9]+),[0-9]+,(?<prf>[a-z0-9]+)[)][$](?<salt>[^$]*)[$](?<output>.+)",
            Digest::Sha1,
            0,
            Text,
            Hex,
        ),
    ),
    (
        "(?i:[{]PBKDF2[}])[$]1[$]",
        ("dovecot_pbkdf2", "(?<salt>[^$]*)[$](?<rounds>[0-9]+)[$](?<output>.+)", Digest::Sha1, 0, Text, Hex),
    ),
    ("(?i:[{]PBKDF2)(?:-(?<prf>[A-Z0-9]+))?[}]", ("ldap_pbkdf2_openldap", DOLLARS, Digest::Sha1, 0, Ab64, Ab64)),
    (
        ":pbkdf2:",
        (
            "mediawiki_pbkdf2",
            "(?<prf>[^:]+):(?<rounds>[0-9]+):[0-9]+:(?<salt>[^:]*):(?<output>.+)",
            Digest::Sha1,
            0,
            Base64,
            Base64,
        ),
    ),
    (
        "PBKDF2WithHmac(?<prf>SHA[0-9]+):",
        ("payara_soteria_pbkdf2", "(?<rounds>[0-9]+):(?<salt>[^:]*):(?<output>.+)", Digest::Sha1, 0, Base64, Base64),
    ),
    (
        "",
        // Its base64 salt is used as the text that it is.
        (
            "crackstation_php_pbkdf2",
            "(?<prf>[a-z0-9]+):(?<rounds>[0-9]+):(?<salt>[^:]*):(?<output>.+)",
            Digest::Sha1,
            0,
            Text,
            Base64,
        ),
    ),
    (
        "",
        (
            "generic_pbkdf2_colon",
            "(?<prf>[a-z0-9]+):(?<rounds>[0-9]+):(?<salt>[^:]*):(?<output>.+)",
            Digest::Sha1,
            0,
            Base64,
            Base64,
        ),
    ),
    ("PBKDF2[$]", ("mosquitto_go_auth_pbkdf2", PRF_DOLLARS, Digest::Sha1, 0, Text, Base64)),
    ("[$]7[$]", ("mosquitto_passwd_7", DOLLARS, Digest::Sha512, 0, Base64, Base64)),
    (
        "[$]p5k2[$]",
        (
            "cta_pbkdf2_sha1",
            "(?<hex_rounds>[0-9a-fA-F]+)[$](?<salt>[^$]*)[$](?<output>.+)",
            Digest::Sha1,
            0,
            UrlBase64,
            UrlBase64,
        ),
    ),
    // Its salt is the whole text before the digest; no rounds are 400.
    (
        "(?<salt>[$]p5k2[$]",
        ("dlitz_pbkdf2_sha1", "(?<hex_rounds>[0-9a-fA-F]*)[$][^$]*)[$](?<output>.+)", Digest::Sha1, 400, Text, Ab64),
    ),
    (
        "",
        (
            "tomcat_secretkey_pbkdf2",
            "(?<salt>[0-9a-fA-F]+)[$](?<rounds>[0-9]+)[$](?<output>.+)",
            Digest::Sha1,
            0,
            Hex,
            Hex,
        ),
    ),
    ("", ("discourse_pbkdf2", ALONE, Digest::Sha256, 64_000, Text, Hex)),
    ("", ("gitea_pbkdf2_hex", ALONE, Digest::Sha256, 10_000, Text, Hex)),
    ("", ("passport_local_mongoose", ALONE, Digest::Sha256, 25_000, Text, Hex)),
    ("", ("node_pbkdf2_sha512_1000", ALONE, Digest::Sha512, 1000, Text, Hex)),
    ("", ("symfony_pbkdf2", ALONE, Digest::Sha512, 1000, Text, Base64)),
    ("", ("modx_pbkdf2", ALONE, Digest::Sha256, 1000, Text, Base64)),
    ("", ("npm_pbkdf2_password", ALONE, Digest::Sha1, 10_000, Base64, Base64)),
];

static LAYOUTS: LazyLock<BTreeMap<&str, (Layout, &Row)>> = LazyLock::new(|| {
    let layout = |prefix: &str, rest: &str| {
        // Made once in a process: a layout wants a text that lives as long.
        let whole: &'static str = Box::leak(format!("{prefix}{rest}").into_boxed_str());
        Layout::new("", whole)
    };
    ROWS.iter().map(|(prefix, row)| (row.0, (layout(prefix, row.1), row))).collect()
});

/// What a text of this scheme holds; `None` for a scheme that is no PBKDF2, or more than that.
pub fn read(scheme: &str, stored: Stored<'_>, site: &Site) -> Option<Told<Pbkdf2>> {
    if let Some((layout, row)) = LAYOUTS.get(scheme) {
        let fields = layout.read(stored.hash);
        return Some(fields.ok().and_then(|fields| of_fields(&fields, stored, row)).ok_or(reason::UNREADABLE));
    }
    let whole = match scheme {
        "aspnet_identity_v2" | "aspnet_simplemembership" => identity_v2(stored.hash),
        "aspnet_identity_v3" => identity_v3(stored.hash),
        "atlassian_pkcs5s2" => behind_brace(stored.hash)
            .and_then(encoding::base64)
            .and_then(|whole| halves(Digest::Sha1, 10_000, &whole, 16, &[])),
        "spring_pbkdf2" => behind_brace(stored.hash)
            .and_then(encoding::hex)
            .and_then(|whole| halves(Digest::Sha1, 185_000, &whole, 8, secret(site))),
        "spring_pbkdf2_v58" => behind_brace(stored.hash)
            .and_then(encoding::hex)
            .and_then(|whole| halves(Digest::Sha256, 310_000, &whole, 16, secret(site))),
        "ldap_pbkdf2_sha256_389ds" => directory_389(stored.hash),
        "liferay_pbkdf2" => liferay(stored.hash),
        _ => return None,
    };
    Some(whole.ok_or(reason::UNREADABLE))
}

fn of_fields(fields: &Fields, stored: Stored<'_>, (name, _, prf, rounds, salt, output): &Row) -> Option<Pbkdf2> {
    let filled = |name: &str| fields.get(name).filter(|field| !field.is_empty());
    let output = fields.bytes("output", *output).ok()?;
    let salt = match fields.get("salt") {
        Some(field) => salt.decode(field)?,
        None => salt.decode(stored.salt?)?,
    };
    let rounds = match (filled("rounds"), filled("hex_rounds")) {
        (Some(_), _) => fields.number("rounds").ok()?,
        (None, Some(_)) => fields.hex_number("hex_rounds").ok()?,
        (None, None) => *rounds,
    };
    let prf = match filled("prf") {
        Some(named) => Digest::named(named)?,
        // Tomcat does not say which; its outputs are as long as their digest's.
        None if *name == "tomcat_secretkey_pbkdf2" => {
            Digest::of_length(output.len()).filter(|found| *found != Digest::Md5).unwrap_or(*prf)
        }
        None => *prf,
    };
    Some(Pbkdf2 { prf, rounds, salt, output })
}

/// What follows `{…}`.
fn behind_brace(text: &str) -> Option<&str> {
    text.split_once('}').map(|(_, rest)| rest)
}

/// Salt, then output; a site's secret is part of the salt.
fn halves(prf: Digest, rounds: u32, whole: &[u8], salt: usize, secret: &[u8]) -> Option<Pbkdf2> {
    let (salt, output) = whole.split_at_checked(salt)?;
    Some(Pbkdf2 { prf, rounds, salt: [salt, secret].concat(), output: output.to_vec() })
}

fn secret(site: &Site) -> &[u8] {
    site.params.get("secret").map_or(&[], |secret| secret.expose().as_bytes())
}

fn word(octets: &[u8]) -> Option<(u32, &[u8])> {
    octets.split_first_chunk().map(|(word, rest)| (u32::from_be_bytes(*word), rest))
}

fn identity_v2(text: &str) -> Option<Pbkdf2> {
    halves(Digest::Sha1, 1000, encoding::base64(text)?.get(1..)?, 16, &[])
}

fn identity_v3(text: &str) -> Option<Pbkdf2> {
    let whole = encoding::base64(text)?;
    let (prf, rest) = word(whole.get(1..)?)?;
    let (rounds, rest) = word(rest)?;
    let (length, rest) = word(rest)?;
    let prf = match prf {
        0 => Digest::Sha1,
        1 => Digest::Sha256,
        _ => Digest::Sha512,
    };
    halves(prf, rounds, rest, usize::try_from(length).ok()?, &[])
}

fn directory_389(text: &str) -> Option<Pbkdf2> {
    let whole = encoding::base64(behind_brace(text)?)?;
    let (rounds, rest) = word(&whole)?;
    halves(Digest::Sha256, rounds, rest, 64, &[])
}

fn liferay(text: &str) -> Option<Pbkdf2> {
    let whole = encoding::base64(behind_brace(text).unwrap_or(text))?;
    let (bits, rest) = word(&whole)?;
    let (rounds, rest) = word(rest)?;
    let salt = rest.len().checked_sub(usize::try_from(bits / 8).ok()?)?;
    halves(Digest::Sha1, rounds, rest, salt, &[])
}
