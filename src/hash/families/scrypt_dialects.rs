//! The texts that applications write scrypt in.
use super::{
    dialect::{Dialect, Read},
    scrypt::{Numbers, Of, ScryptHash},
};
use crate::hash::{
    bounds,
    encoding::{self, Encoding},
    layout::{Fields, Layout},
    scheme::{
        ParseError, Scheme, Site, Stored,
        Tell::{OnlyByName, Prefix, Shape},
    },
};

const FIREBASE: &[&str] = &["salt", "params.signer_key", "params.salt_separator", "params.rounds", "params.mem_cost"];

/// The schemes of this family.
#[must_use]
pub fn schemes() -> Vec<Box<dyn Scheme>> {
    let plain = |name, tell, prefix, pattern, read: Read<ScryptHash>| -> Box<dyn Scheme> {
        Box::new(Dialect::new(name, tell, Layout::new(prefix, pattern), &[], read))
    };
    vec![
        plain(
            "scrypt_phc",
            Prefix,
            "$scrypt$ln=",
            "(?<log>[0-9]{1,2}),r=(?<r>[0-9]+),p=(?<p>[0-9]+)[$](?<salt>[^$]*)[$](?<digest>[^$]+)",
            |fields, _, _| hash(log(fields)?, fields, Encoding::Ab64, Encoding::Ab64),
        ),
        // As Ory Kratos writes it: N itself, which is never below three digits, and padding.
        plain(
            "scrypt_phc_kratos",
            Prefix,
            "$scrypt$ln=",
            "(?<n>[0-9]{3,10}),r=(?<r>[0-9]+),p=(?<p>[0-9]+)[$](?<salt>[^$]*)[$](?<digest>[^$]+)",
            |fields, _, _| hash(n(fields)?, fields, Encoding::Base64, Encoding::Base64),
        ),
        plain(
            "adonis_scrypt_phc",
            Prefix,
            "$scrypt$n=",
            "(?<n>[0-9]{1,10}),r=(?<r>[0-9]+),p=(?<p>[0-9]+)[$](?<salt>[^$]*)[$](?<digest>[^$]+)",
            |fields, _, _| hash(n(fields)?, fields, Encoding::Base64, Encoding::Base64),
        ),
        plain(
            "scrypt_7",
            Shape,
            "$7$",
            "(?<log>[./0-9A-Za-z])(?<r>[./0-9A-Za-z]{5})(?<p>[./0-9A-Za-z]{5})(?<salt>.*)[$](?<digest>[./0-9A-Za-z]{43})",
            sodium,
        ),
        plain(
            "scrypt_colon",
            Prefix,
            "SCRYPT:",
            "(?<n>[0-9]{1,10}):(?<r>[0-9]+):(?<p>[0-9]+):(?<salt>[^:]*):(?<digest>[^:]+)",
            |fields, _, _| hash(n(fields)?, fields, Encoding::Base64, Encoding::Base64),
        ),
        plain("scrypt_kdf_b64", Prefix, "c2NyeXB0A", "(?<rest>[A-Za-z0-9+/]{119})", |_, stored, _| header(stored.hash)),
        plain(
            "django_scrypt",
            Prefix,
            "scrypt$",
            "(?<n>[0-9]{1,10})[$](?<salt>[^$]+)[$](?<r>[0-9]+)[$](?<p>[0-9]+)[$](?<digest>[^$]+)",
            |fields, _, _| hash(n(fields)?, fields, Encoding::Text, Encoding::Base64),
        ),
        plain(
            "django_scrypt_pypi",
            Prefix,
            "scrypt$",
            "(?<salt>[^$]+)[$](?<log>[0-9]{1,2})[$](?<r>[0-9]+)[$](?<p>[0-9]+)[$](?<length>[0-9]+)[$](?<digest>[^$]+)",
            |fields, _, _| hash(log(fields)?, fields, Encoding::Text, Encoding::Base64),
        ),
        plain(
            "werkzeug_scrypt",
            Prefix,
            "scrypt:",
            "(?<n>[0-9]{1,10}):(?<r>[0-9]+):(?<p>[0-9]+)[$](?<salt>[^$]+)[$](?<digest>[0-9a-fA-F]+)",
            |fields, _, _| hash(n(fields)?, fields, Encoding::Text, Encoding::Hex),
        ),
        plain(
            "spring_scrypt",
            Prefix,
            "{scrypt",
            "(?:@SpringSecurity_v5_8)?[}][$](?<packed>[0-9a-fA-F]{5,8})[$](?<salt>[^$]+)[$](?<digest>[^$]+)",
            |fields, _, _| hash(packed(fields)?, fields, Encoding::Base64, Encoding::Base64),
        ),
        plain(
            "ruby_scrypt",
            Shape,
            "",
            "(?<n>[0-9a-f]{1,8})[$](?<r>[0-9a-f]{1,4})[$](?<p>[0-9a-f]{1,4})[$](?<salt>[0-9a-f]+)[$](?<digest>[0-9a-f]{32,})",
            ruby,
        ),
        // The tutorials' idioms, at the defaults of Node's crypto.
        plain("node_scrypt_hex_dot_salt", Shape, "", "(?<digest>[0-9a-fA-F]{128})[.](?<salt>[^.]+)", |fields, _, _| {
            hash(Numbers { log_n: 14, r: 8, p: 1 }, fields, Encoding::Text, Encoding::Hex)
        }),
        plain(
            "node_scrypt_salt_colon_hex",
            OnlyByName,
            "",
            "(?<salt>[^:]+):(?<digest>[0-9a-fA-F]{128})",
            |fields, _, _| hash(Numbers { log_n: 14, r: 8, p: 1 }, fields, Encoding::Text, Encoding::Hex),
        ),
        plain("better_auth_scrypt", OnlyByName, "", "(?<salt>[^:]+):(?<digest>[0-9a-fA-F]{128})", normalised),
        plain("lucia_v2_scrypt", Prefix, "s2:", "(?<salt>[^:]+):(?<digest>[0-9a-fA-F]{128})", normalised),
        Box::new(Dialect::new(
            "firebase_scrypt",
            OnlyByName,
            Layout::new("", "(?<digest>[A-Za-z0-9+/_-]{40,}={0,2})"),
            FIREBASE,
            firebase,
        )),
        plain(
            "firescrypt_kratos",
            Prefix,
            "$firescrypt$",
            "ln=(?<log>[0-9]{1,2}),r=(?<r>[0-9]+),p=(?<p>[0-9]+)[$](?<salt>[^$]*)[$](?<digest>[^$]+)[$](?<separator>[^$]*)[$](?<key>[^$]+)",
            |fields, _, _| {
                signed(log(fields)?, [fields.text("salt")?, fields.text("separator")?], fields.text("key")?, fields)
            },
        ),
    ]
}

fn n(fields: &Fields) -> Result<Numbers, ParseError> {
    Numbers::of_n(fields.number("n")?, fields.number("r")?, fields.number("p")?)
}

fn log(fields: &Fields) -> Result<Numbers, ParseError> {
    Ok(Numbers { log_n: fields.number("log")?, r: fields.number("r")?, p: fields.number("p")? })
}

/// Spring packs log2 N, r and p into one hex number.
fn packed(fields: &Fields) -> Result<Numbers, ParseError> {
    let packed = u32::from_str_radix(fields.text("packed")?, 16).map_err(|_| ParseError::Malformed)?;
    Ok(Numbers { log_n: packed >> 16, r: packed >> 8 & 0xff, p: packed & 0xff })
}

fn hash(numbers: Numbers, fields: &Fields, salt: Encoding, digest: Encoding) -> Result<ScryptHash, ParseError> {
    ScryptHash::new(numbers, fields.bytes("salt", salt)?, fields.bytes("digest", digest)?, Of::Output, false)
}

fn normalised(fields: &Fields, _: Stored<'_>, _: &Site) -> Result<ScryptHash, ParseError> {
    let numbers = Numbers { log_n: 14, r: 16, p: 1 };
    let (salt, digest) = (fields.bytes("salt", Encoding::Text)?, fields.bytes("digest", Encoding::Hex)?);
    ScryptHash::new(numbers, salt, digest, Of::Output, true)
}

/// libsodium's `crypto_pwhash_scryptsalsa208sha256_str`.
fn sodium(fields: &Fields, _: Stored<'_>, _: &Site) -> Result<ScryptHash, ParseError> {
    let read = |name| encoding::crypt64_number(fields.text(name)?).ok_or(ParseError::Malformed);
    let numbers = Numbers { log_n: read("log")?, r: read("r")?, p: read("p")? };
    let digest = encoding::crypt64_low_first(fields.text("digest")?).ok_or(ParseError::Malformed)?;
    ScryptHash::new(numbers, fields.bytes("salt", Encoding::Text)?, digest, Of::Output, false)
}

/// The scrypt gem: all in hex. Its old texts (40 digits of salt) salt with the text before the digest.
fn ruby(fields: &Fields, stored: Stored<'_>, _: &Site) -> Result<ScryptHash, ParseError> {
    let read = |name| u32::from_str_radix(fields.text(name)?, 16).map_err(|_| ParseError::TooCostly);
    let numbers = Numbers::of_n(read("n")?, read("r")?, read("p")?)?;
    let digest = fields.bytes("digest", Encoding::Hex)?;
    if fields.text("salt")?.len() == 40 {
        let head = stored.hash.rsplit_once('$').map_or("", |(head, _)| head);
        return ScryptHash::new(numbers, head.as_bytes().to_vec(), digest, Of::Sha1OfOutput, false);
    }
    let salt = fields.bytes("salt", Encoding::Hex)?;
    // The gem goes through an integer, which forgets leading zeros.
    let salt = salt.into_iter().skip_while(|octet| *octet == 0).collect();
    ScryptHash::new(numbers, salt, digest, Of::Output, false)
}

/// Tarsnap's file header: magic, log2 N, r, p, salt, checksum, HMAC.
fn header(text: &str) -> Result<ScryptHash, ParseError> {
    let bytes = encoding::base64(text).filter(|bytes| bytes.len() == 96).ok_or(ParseError::Malformed)?;
    let (head, digest) = bytes.split_at_checked(64).ok_or(ParseError::Malformed)?;
    let word = |at: usize| head.get(at..at + 4).and_then(|word| word.try_into().ok()).map(u32::from_be_bytes);
    let (Some(log_n), Some(r), Some(p)) = (head.get(7), word(8), word(12)) else { return Err(ParseError::Malformed) };
    let salt = head.get(16..48).ok_or(ParseError::Malformed)?.to_vec();
    let numbers = Numbers { log_n: u32::from(*log_n), r, p };
    ScryptHash::new(numbers, salt, digest.to_vec(), Of::Header(head.to_vec()), false)
}

fn firebase(fields: &Fields, stored: Stored<'_>, site: &Site) -> Result<ScryptHash, ParseError> {
    let param = |name: &str| site.params.get(name).map(crate::secret::Secret::expose).ok_or(ParseError::Incomplete);
    let (rounds, mem_cost) = (bounds::number(param("rounds")?)?, bounds::number(param("mem_cost")?)?);
    let numbers = Numbers { log_n: mem_cost, r: rounds, p: 1 };
    let salt = stored.salt.ok_or(ParseError::Incomplete)?;
    signed(numbers, [salt, param("salt_separator")?], param("signer_key")?, fields)
}

fn signed(numbers: Numbers, salt: [&str; 2], key: &str, fields: &Fields) -> Result<ScryptHash, ParseError> {
    let either =
        |text: &str| encoding::base64(text).or_else(|| encoding::base64_url(text)).ok_or(ParseError::Malformed);
    let [salt, separator] = salt;
    let mut salted = either(salt)?;
    salted.extend(either(separator)?);
    ScryptHash::new(numbers, salted, either(fields.text("digest")?)?, Of::SignerKey(either(key)?), false)
}
