//! The texts that applications write scrypt in.
use super::{Told, object::Scrypt, reason};
use crate::hash::{
    encoding::{self, Encoding},
    layout::{Fields, Layout},
    scheme::Stored,
};
use std::{collections::BTreeMap, sync::LazyLock};

/// Where the three numbers stand.
#[derive(Clone, Copy)]
enum Numbers {
    /// N itself, r and p.
    Plain,
    /// log2 of N, r and p.
    Log,
    /// All in one hex number.
    Packed,
    /// All in crypt(3)'s digits.
    Crypt64,
    /// In hex.
    Hex,
    /// Node's defaults.
    Node,
}

/// Name, text, numbers, salt and output.
type Row = (&'static str, &'static str, Numbers, Encoding, Encoding);

const ROWS: &[Row] = &[
    (
        "scrypt_phc",
        "[$]scrypt[$]ln=(?<n>[0-9]+),r=(?<r>[0-9]+),p=(?<p>[0-9]+)[$](?<salt>[^$]*)[$](?<output>.+)",
        Numbers::Log,
        Encoding::Ab64,
        Encoding::Ab64,
    ),
    (
        "scrypt_phc_kratos",
        "[$]scrypt[$]ln=(?<n>[0-9]+),r=(?<r>[0-9]+),p=(?<p>[0-9]+)[$](?<salt>[^$]*)[$](?<output>.+)",
        Numbers::Plain,
        Encoding::Base64,
        Encoding::Base64,
    ),
    (
        "adonis_scrypt_phc",
        "[$]scrypt[$]n=(?<n>[0-9]+),r=(?<r>[0-9]+),p=(?<p>[0-9]+)[$](?<salt>[^$]*)[$](?<output>.+)",
        Numbers::Plain,
        Encoding::Base64,
        Encoding::Base64,
    ),
    (
        "scrypt_7",
        "[$]7[$](?<n>.)(?<r>.{5})(?<p>.{5})(?<salt>.*)[$](?<output>[^$]{43})",
        Numbers::Crypt64,
        Encoding::Text,
        Encoding::Text,
    ),
    (
        "scrypt_colon",
        "SCRYPT:(?<n>[0-9]+):(?<r>[0-9]+):(?<p>[0-9]+):(?<salt>[^:]*):(?<output>.+)",
        Numbers::Plain,
        Encoding::Base64,
        Encoding::Base64,
    ),
    (
        "django_scrypt",
        "scrypt[$](?<n>[0-9]+)[$](?<salt>[^$]+)[$](?<r>[0-9]+)[$](?<p>[0-9]+)[$](?<output>.+)",
        Numbers::Plain,
        Encoding::Text,
        Encoding::Base64,
    ),
    (
        "django_scrypt_pypi",
        "scrypt[$](?<salt>[^$]+)[$](?<n>[0-9]+)[$](?<r>[0-9]+)[$](?<p>[0-9]+)[$][0-9]+[$](?<output>.+)",
        Numbers::Log,
        Encoding::Text,
        Encoding::Base64,
    ),
    (
        "werkzeug_scrypt",
        "scrypt:(?<n>[0-9]+):(?<r>[0-9]+):(?<p>[0-9]+)[$](?<salt>[^$]+)[$](?<output>.+)",
        Numbers::Plain,
        Encoding::Text,
        Encoding::Hex,
    ),
    (
        "spring_scrypt",
        "[{][^}]+[}][$](?<n>[0-9a-fA-F]+)[$](?<salt>[^$]+)[$](?<output>.+)",
        Numbers::Packed,
        Encoding::Base64,
        Encoding::Base64,
    ),
    (
        "ruby_scrypt",
        "(?<n>[0-9a-f]+)[$](?<r>[0-9a-f]+)[$](?<p>[0-9a-f]+)[$](?<salt>[0-9a-f]+)[$](?<output>.+)",
        Numbers::Hex,
        Encoding::Hex,
        Encoding::Hex,
    ),
    ("node_scrypt_hex_dot_salt", "(?<output>[^.]+)[.](?<salt>.+)", Numbers::Node, Encoding::Text, Encoding::Hex),
    ("node_scrypt_salt_colon_hex", "(?<salt>[^:]+):(?<output>.+)", Numbers::Node, Encoding::Text, Encoding::Hex),
];

static LAYOUTS: LazyLock<BTreeMap<&str, (Layout, &Row)>> =
    LazyLock::new(|| ROWS.iter().map(|row| (row.0, (Layout::new("", row.1), row))).collect());

/// What a text of this scheme holds; `None` for a scheme that is no scrypt, or more than that.
pub fn read(scheme: &str, stored: Stored<'_>) -> Option<Told<Scrypt>> {
    let (layout, row) = LAYOUTS.get(scheme)?;
    Some(layout.read(stored.hash).map_err(|_| reason::UNREADABLE).and_then(|fields| {
        let read = of_fields(&fields, row).ok_or(reason::UNREADABLE)?;
        if scheme == "ruby_scrypt" { ruby(read) } else { Ok(read) }
    }))
}

fn of_fields(fields: &Fields, (_, _, numbers, salt, output): &Row) -> Option<Scrypt> {
    let (n, r, p) = match numbers {
        Numbers::Plain => (u64::from(fields.number("n").ok()?), fields.number("r").ok()?, fields.number("p").ok()?),
        Numbers::Log => (power(fields.number("n").ok()?)?, fields.number("r").ok()?, fields.number("p").ok()?),
        Numbers::Packed => {
            let packed = fields.hex_number("n").ok()?;
            (power(packed >> 16)?, packed >> 8 & 0xff, packed & 0xff)
        }
        Numbers::Crypt64 => {
            let read = |name| encoding::crypt64_number(fields.get(name)?);
            (power(read("n")?)?, read("r")?, read("p")?)
        }
        Numbers::Hex => {
            (u64::from(fields.hex_number("n").ok()?), fields.hex_number("r").ok()?, fields.hex_number("p").ok()?)
        }
        Numbers::Node => (1 << 14, 8, 1),
    };
    let output = match numbers {
        Numbers::Crypt64 => encoding::crypt64_low_first(fields.get("output")?)?,
        _ => fields.bytes("output", *output).ok()?,
    };
    Some(Scrypt { n, r, p, salt: fields.bytes("salt", *salt).ok()?, output })
}

/// The gem's old texts hold a digest of the output; of its new salts it forgets leading zeros.
fn ruby(read: Scrypt) -> Told<Scrypt> {
    if read.salt.len() == 20 {
        return Err(reason::MADE);
    }
    Ok(Scrypt { salt: read.salt.into_iter().skip_while(|octet| *octet == 0).collect(), ..read })
}

fn power(log: u32) -> Option<u64> {
    1_u64.checked_shl(log)
}
