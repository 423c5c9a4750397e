//! The other texts that applications write PBKDF2 in.
use super::{
    dialect::{Dialect, Read},
    pbkdf2::Pbkdf2Hash,
};
use crate::hash::{
    digest::Digest,
    encoding::Encoding,
    layout::{Fields, Layout},
    scheme::{
        ParseError, Scheme, Site, Stored,
        Tell::{self, OnlyByName, Prefix, Shape},
    },
};

fn dialect(
    name: &'static str,
    tell: Tell,
    prefix: &'static str,
    pattern: &'static str,
    read: Read<Pbkdf2Hash>,
) -> Box<dyn Scheme> {
    Box::new(Dialect::new(name, tell, Layout::new(prefix, pattern), &[], read))
}

/// Of a digest alone, its salt in a column.
fn columns(name: &'static str, pattern: &'static str, read: Read<Pbkdf2Hash>) -> Box<dyn Scheme> {
    Box::new(Dialect::new(name, OnlyByName, Layout::new("", pattern), &["salt"], read))
}

/// The schemes of this family.
#[must_use]
pub fn schemes() -> Vec<Box<dyn Scheme>> {
    use Encoding::{Ab64, Base64, Hex, Text, UrlBase64};
    vec![
        dialect(
            "typo3_pbkdf2",
            OnlyByName,
            "$pbkdf2-",
            "(?<prf>sha1|sha256|sha512)[$](?<rounds>[0-9]+)[$](?<salt>[^$]+)[$](?<digest>[^$]+)",
            |fields, _, _| hash(prf(fields)?, fields.number("rounds")?, fields, Ab64, Ab64),
        ),
        dialect(
            "mattermost_pbkdf2",
            Prefix,
            "$pbkdf2$f=",
            "(?<prf>SHA1|SHA256|SHA512),w=(?<rounds>[0-9]+),l=(?<length>[0-9]+)[$](?<salt>[^$]+)[$](?<digest>[^$]+)",
            |fields, _, _| hash(prf(fields)?, fields.number("rounds")?, fields, Base64, Base64),
        ),
        dialect(
            "cta_pbkdf2_sha1",
            Prefix,
            "$p5k2$",
            "(?<rounds>[0-9a-fA-F]+)[$](?<salt>[A-Za-z0-9_=-]*)[$](?<digest>[A-Za-z0-9_-]{27}=)",
            |fields, _, _| hash(Digest::Sha1, fields.hex_number("rounds")?, fields, UrlBase64, UrlBase64),
        ),
        // Its salt is the whole text before the digest; no rounds are 400.
        dialect(
            "dlitz_pbkdf2_sha1",
            Prefix,
            "$p5k2$",
            "(?<rounds>[0-9a-fA-F]*)[$](?<salt>[^$]*)[$](?<digest>[A-Za-z0-9./]{32})",
            |fields, stored, _| {
                let rounds = if fields.text("rounds")?.is_empty() { 400 } else { fields.hex_number("rounds")? };
                let head = stored.hash.rsplit_once('$').map_or("", |(head, _)| head);
                Pbkdf2Hash::new(Digest::Sha1, rounds, head.as_bytes().to_vec(), fields.bytes("digest", Ab64)?)
            },
        ),
        dialect(
            "grub_pbkdf2_sha512",
            Prefix,
            "grub.pbkdf2.sha512.",
            "(?<rounds>[0-9]+)[.](?<salt>[0-9a-fA-F]*)[.](?<digest>[0-9a-fA-F]+)",
            |fields, _, _| hash(Digest::Sha512, fields.number("rounds")?, fields, Hex, Hex),
        ),
        dialect("atlassian_pkcs5s2", Prefix, "{PKCS5S2}", "(?<whole>[A-Za-z0-9+/]{64})", |fields, _, _| {
            halves(Digest::Sha1, 10_000, &fields.bytes("whole", Base64)?, 16, &[])
        }),
        dialect(
            "werkzeug_pbkdf2",
            Prefix,
            "pbkdf2:",
            "(?<prf>[a-z0-9]+)(?::(?<rounds>[0-9]+))?[$](?<salt>[^$]+)[$](?<digest>[0-9a-fA-F]+)",
            |fields, _, _| {
                let prf = prf(fields)?;
                // Before it wrote its rounds it made a thousand.
                let rounds = if fields.text("rounds")?.is_empty() { 1000 } else { fields.number("rounds")? };
                hash(prf, rounds, fields, Text, Hex)
            },
        ),
        dialect(
            "seafile_pbkdf2_sha256",
            Prefix,
            "PBKDF2SHA256$",
            "(?<rounds>[0-9]+)[$](?<salt>[0-9a-fA-F]+)[$](?<digest>[0-9a-fA-F]+)",
            |fields, _, _| hash(Digest::Sha256, fields.number("rounds")?, fields, Hex, Hex),
        ),
        dialect(
            "web2py_pbkdf2",
            Prefix,
            "pbkdf2(",
            "(?<rounds>[0-9]+),(?<length>[0-9]+),(?<prf>[a-z0-9]+)[)][$](?<salt>[^$]*)[$](?<digest>[0-9a-fA-F]+)",
            |fields, _, _| hash(prf(fields)?, fields.number("rounds")?, fields, Text, Hex),
        ),
        dialect(
            "dovecot_pbkdf2",
            Prefix,
            "{PBKDF2}$1$",
            "(?<salt>[^$]+)[$](?<rounds>[0-9]+)[$](?<digest>[0-9a-fA-F]{40})",
            |fields, _, _| hash(Digest::Sha1, fields.number("rounds")?, fields, Text, Hex),
        ),
        dialect(
            "ldap_pbkdf2_openldap",
            Prefix,
            "{PBKDF2",
            "(?:-(?<prf>SHA1|SHA256|SHA512))?[}](?<rounds>[0-9]+)[$](?<salt>[^$]+)[$](?<digest>[^$]+)",
            |fields, _, _| {
                let prf = if fields.text("prf")?.is_empty() { Digest::Sha1 } else { prf(fields)? };
                hash(prf, fields.number("rounds")?, fields, Ab64, Ab64)
            },
        ),
        dialect("ldap_pbkdf2_sha256_389ds", Prefix, "{PBKDF2_SHA256}", "(?<whole>[A-Za-z0-9+/]+=*)", |fields, _, _| {
            let whole = fields.bytes("whole", Base64)?;
            let (rounds, rest) = whole.split_first_chunk().ok_or(ParseError::Malformed)?;
            halves(Digest::Sha256, u32::from_be_bytes(*rounds), rest, 64, &[])
        }),
        dialect(
            "mediawiki_pbkdf2",
            Prefix,
            ":pbkdf2:",
            "(?<prf>[a-z0-9-]+):(?<rounds>[0-9]+):(?<length>[0-9]+):(?<salt>[^:]*):(?<digest>[^:]+)",
            |fields, _, _| hash(prf(fields)?, fields.number("rounds")?, fields, Base64, Base64),
        ),
        dialect("spring_pbkdf2", Prefix, "{pbkdf2}", "(?<whole>[0-9a-fA-F]{80})", |fields, _, site| {
            halves(Digest::Sha1, 185_000, &fields.bytes("whole", Hex)?, 8, secret(site))
        }),
        dialect(
            "spring_pbkdf2_v58",
            Prefix,
            "{pbkdf2@SpringSecurity_v5_8}",
            "(?<whole>[0-9a-fA-F]{96})",
            |fields, _, site| halves(Digest::Sha256, 310_000, &fields.bytes("whole", Hex)?, 16, secret(site)),
        ),
        dialect(
            "liferay_pbkdf2",
            Shape,
            "",
            "(?:[{]PBKDF2WithHmacSHA1[}])?(?<whole>AAAA[A-Za-z0-9+/]{40,200}={0,2})",
            |fields, _, _| {
                let whole = fields.bytes("whole", Base64)?;
                let (bits, rest) = whole.split_first_chunk().ok_or(ParseError::NotMine)?;
                let (rounds, rest) = rest.split_first_chunk().ok_or(ParseError::NotMine)?;
                let (bits, rounds) = (u32::from_be_bytes(*bits), u32::from_be_bytes(*rounds));
                let length = usize::try_from(bits / 8).map_err(|_| ParseError::NotMine)?;
                let salt =
                    rest.len().checked_sub(length).filter(|salt| [8, 16].contains(salt)).ok_or(ParseError::NotMine)?;
                halves(Digest::Sha1, rounds, rest, salt, &[])
            },
        ),
        dialect(
            "payara_soteria_pbkdf2",
            Prefix,
            "PBKDF2WithHmacSHA",
            "(?<bits>1|224|256|384|512):(?<rounds>[0-9]+):(?<salt>[^:]+):(?<digest>[^:]+)",
            |fields, _, _| {
                let prf = Digest::named(&format!("sha{}", fields.text("bits")?)).ok_or(ParseError::Malformed)?;
                hash(prf, fields.number("rounds")?, fields, Base64, Base64)
            },
        ),
        dialect(
            "tomcat_secretkey_pbkdf2",
            OnlyByName,
            "",
            "(?<salt>[0-9a-fA-F]+)[$](?<rounds>[0-9]+)[$](?<digest>[0-9a-fA-F]+)",
            |fields, _, _| {
                let digest = fields.bytes("digest", Hex)?;
                let prf = Digest::of_length(digest.len()).filter(|prf| *prf != Digest::Md5).unwrap_or(Digest::Sha1);
                Pbkdf2Hash::new(prf, fields.number("rounds")?, fields.bytes("salt", Hex)?, digest)
            },
        ),
        // Its base64 salt is used as the text that it is.
        dialect(
            "crackstation_php_pbkdf2",
            OnlyByName,
            "",
            "(?<prf>sha1|sha256|sha512):(?<rounds>[0-9]+):(?<salt>[^:]+):(?<digest>[^:]+)",
            |fields, _, _| hash(prf(fields)?, fields.number("rounds")?, fields, Text, Base64),
        ),
        dialect(
            "generic_pbkdf2_colon",
            OnlyByName,
            "",
            "(?<prf>md5|sha1|sha256|sha512):(?<rounds>[0-9]+):(?<salt>[^:]+):(?<digest>[^:]+)",
            |fields, _, _| hash(prf(fields)?, fields.number("rounds")?, fields, Base64, Base64),
        ),
        dialect(
            "mosquitto_go_auth_pbkdf2",
            Prefix,
            "PBKDF2$",
            "(?<prf>sha1|sha256|sha512)[$](?<rounds>[0-9]+)[$](?<salt>[^$]+)[$](?<digest>[^$]+)",
            |fields, _, _| hash(prf(fields)?, fields.number("rounds")?, fields, Text, Base64),
        ),
        dialect(
            "mosquitto_passwd_7",
            Shape,
            "$7$",
            "(?<rounds>[0-9]+)[$](?<salt>[A-Za-z0-9+/]+=*)[$](?<digest>[A-Za-z0-9+/]{86}==)",
            |fields, _, _| hash(Digest::Sha512, fields.number("rounds")?, fields, Base64, Base64),
        ),
        columns("discourse_pbkdf2", "(?<digest>[0-9a-fA-F]{64})", |f, s, _| {
            column(f, s, Digest::Sha256, 64_000, Text, Hex)
        }),
        columns("gitea_pbkdf2_hex", "(?<digest>[0-9a-fA-F]{100})", |f, s, _| {
            column(f, s, Digest::Sha256, 10_000, Text, Hex)
        }),
        columns("passport_local_mongoose", "(?<digest>[0-9a-fA-F]{1024})", |f, s, _| {
            column(f, s, Digest::Sha256, 25_000, Text, Hex)
        }),
        columns("node_pbkdf2_sha512_1000", "(?<digest>[0-9a-fA-F]{128})", |f, s, _| {
            column(f, s, Digest::Sha512, 1000, Text, Hex)
        }),
        columns("symfony_pbkdf2", "(?<digest>[A-Za-z0-9+/]{54}(?:==)?)", |f, s, _| {
            column(f, s, Digest::Sha512, 1000, Text, Base64)
        }),
        columns("modx_pbkdf2", "(?<digest>[A-Za-z0-9+/]{43}=?)", |f, s, _| {
            column(f, s, Digest::Sha256, 1000, Text, Base64)
        }),
        columns("npm_pbkdf2_password", "(?<digest>[A-Za-z0-9+/]{171}=?)", |f, s, _| {
            column(f, s, Digest::Sha1, 10_000, Base64, Base64)
        }),
    ]
}

fn prf(fields: &Fields) -> Result<Digest, ParseError> {
    Digest::named(fields.text("prf")?).ok_or(ParseError::Malformed)
}

fn hash(prf: Digest, rounds: u32, fields: &Fields, salt: Encoding, digest: Encoding) -> Result<Pbkdf2Hash, ParseError> {
    Pbkdf2Hash::new(prf, rounds, fields.bytes("salt", salt)?, fields.bytes("digest", digest)?)
}

/// One text that holds the salt, then the digest; a site's secret is part of the salt.
fn halves(prf: Digest, rounds: u32, whole: &[u8], salt: usize, secret: &[u8]) -> Result<Pbkdf2Hash, ParseError> {
    let (salt, digest) = whole.split_at_checked(salt).ok_or(ParseError::Malformed)?;
    Pbkdf2Hash::new(prf, rounds, [salt, secret].concat(), digest.to_vec())
}

fn secret(site: &Site) -> &[u8] {
    site.params.get("secret").map_or(&[], |secret| secret.expose().as_bytes())
}

fn column(
    fields: &Fields,
    stored: Stored<'_>,
    prf: Digest,
    rounds: u32,
    salt: Encoding,
    digest: Encoding,
) -> Result<Pbkdf2Hash, ParseError> {
    let salt = salt.decode(stored.salt.ok_or(ParseError::Incomplete)?).ok_or(ParseError::Malformed)?;
    Pbkdf2Hash::new(prf, rounds, salt, fields.bytes("digest", digest)?)
}
