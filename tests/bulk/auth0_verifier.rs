//! What Auth0 computes from an imported user, written from the documented rules alone.
//!
//! Source: "Bulk User Import Database Schema and Examples" of Auth0's documentation (August 2026), its rules for each
//! algorithm. Nothing of the exporter or of the hash layer is used here: a mistake of theirs must not be shared.
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD},
};
use hmac::{KeyInit, Mac, SimpleHmac};
use serde_json::Value;

/// Whether the imported user could log in with this password; an error names the broken rule.
pub fn accepts(user: &Value, password: &str) -> Result<bool, String> {
    match (user.get("password_hash"), user.get("custom_password_hash")) {
        (Some(hash), None) => password_hash(text(hash)?, password),
        (None, Some(object)) => custom(object, password),
        _ => Err("exactly one of the two properties".into()),
    }
}

fn password_hash(hash: &str, password: &str) -> Result<bool, String> {
    let documented = regex::Regex::new(r"^\$2[ab]?\$10+\$[./A-Za-z0-9]{53}$").expect("an expression");
    if !documented.is_match(hash) {
        return Err("`password_hash` has another pattern".into());
    }
    bcrypt(hash, password)
}

fn custom(object: &Value, password: &str) -> Result<bool, String> {
    let algorithm = text(&object["algorithm"])?;
    let hash = &object["hash"];
    let value = text(&hash["value"])?;
    let typed = encode(password, object.get("password"))?;
    match algorithm {
        "bcrypt" | "argon2" | "pbkdf2" | "ldap" => {
            if hash.get("encoding").is_some_and(|encoding| encoding != "utf8") {
                return Err("`hash.encoding` must be `utf8`".into());
            }
            if object.get("salt").is_some() || object.get("password").is_some() {
                return Err("a text that holds its salt takes no `salt`, and reads UTF-8".into());
            }
            match algorithm {
                "bcrypt" => bcrypt(value, password),
                "argon2" => argon2(value, &typed),
                "pbkdf2" => pbkdf2(value, &typed),
                _ => ldap(value, &typed),
            }
        }
        "hmac" => {
            let digest = text(&hash["digest"])?;
            let key = decode(text(&hash["key"]["value"])?, hash["key"].get("encoding"), "utf8")?;
            if key.is_empty() || object.get("salt").is_some() {
                return Err("an HMAC has a key and no salt".into());
            }
            Ok(hmac(digest, &key, &typed)? == digest_value(hash)?)
        }
        "scrypt" => scrypt(object, &typed),
        "md4" | "md5" | "sha1" | "sha256" | "sha512" => {
            let message = match object.get("salt") {
                None => typed,
                Some(salt) => {
                    let octets = decode(text(&salt["value"])?, salt.get("encoding"), "utf8")?;
                    match salt.get("position").map_or("prefix", |position| position.as_str().unwrap_or("")) {
                        "prefix" => [octets, typed].concat(),
                        "suffix" => [typed, octets].concat(),
                        other => return Err(format!("position `{other}`")),
                    }
                }
            };
            Ok(digest(algorithm, &message)? == digest_value(hash)?)
        }
        other => Err(format!("algorithm `{other}`")),
    }
}

fn text(value: &Value) -> Result<&str, String> {
    value.as_str().ok_or_else(|| "a text is missing".into())
}

/// `hash.value` of a digest: hex or base64, never anything else.
fn digest_value(hash: &Value) -> Result<Vec<u8>, String> {
    match hash["encoding"].as_str() {
        Some("hex" | "base64") => decode(text(&hash["value"])?, hash.get("encoding"), ""),
        _ => Err("`hash.encoding` of a digest is `hex` or `base64`".into()),
    }
}

fn decode(value: &str, encoding: Option<&Value>, default: &str) -> Result<Vec<u8>, String> {
    match encoding.map_or(default, |encoding| encoding.as_str().unwrap_or("")) {
        "utf8" => Ok(value.as_bytes().to_vec()),
        "hex" => hex::decode(value).map_err(|error| error.to_string()),
        "base64" => STANDARD.decode(value).map_err(|error| error.to_string()),
        other => Err(format!("encoding `{other}`")),
    }
}

/// `password.encoding`, as Node.js' `Buffer` has it.
fn encode(password: &str, object: Option<&Value>) -> Result<Vec<u8>, String> {
    let encoding = object.and_then(|object| object.get("encoding")).map_or("utf8", |name| name.as_str().unwrap_or(""));
    match encoding {
        "utf8" => Ok(password.as_bytes().to_vec()),
        "utf16le" | "ucs2" => Ok(password.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        "latin1" | "binary" => Ok(password.encode_utf16().map(|unit| unit as u8).collect()),
        other => Err(format!("password encoding `{other}`")),
    }
}

fn digest(name: &str, message: &[u8]) -> Result<Vec<u8>, String> {
    fn run<D: sha2::Digest>(message: &[u8]) -> Vec<u8> {
        D::digest(message).to_vec()
    }
    Ok(match name {
        "md4" => run::<md4::Md4>(message),
        "md5" => run::<md5::Md5>(message),
        "sha1" => run::<sha1::Sha1>(message),
        "sha256" => run::<sha2::Sha256>(message),
        "sha384" => run::<sha2::Sha384>(message),
        "sha512" => run::<sha2::Sha512>(message),
        other => return Err(format!("digest `{other}`")),
    })
}

fn hmac(name: &str, key: &[u8], message: &[u8]) -> Result<Vec<u8>, String> {
    fn run<D: sha2::Digest + hmac::digest::block_api::BlockSizeUser>(key: &[u8], message: &[u8]) -> Vec<u8> {
        let mut mac = <SimpleHmac<D> as KeyInit>::new_from_slice(key).expect("any length");
        mac.update(message);
        mac.finalize().into_bytes().to_vec()
    }
    Ok(match name {
        "md4" => run::<md4::Md4>(key, message),
        "md5" => run::<md5::Md5>(key, message),
        "ripemd160" => run::<ripemd::Ripemd160>(key, message),
        "sha1" => run::<sha1::Sha1>(key, message),
        "sha224" => run::<sha2::Sha224>(key, message),
        "sha256" => run::<sha2::Sha256>(key, message),
        "sha384" => run::<sha2::Sha384>(key, message),
        "sha512" => run::<sha2::Sha512>(key, message),
        "whirlpool" => run::<whirlpool::Whirlpool>(key, message),
        other => return Err(format!("digest `{other}`")),
    })
}

fn bcrypt(hash: &str, password: &str) -> Result<bool, String> {
    if !["$2a$", "$2b$", "$2y$"].iter().any(|version| hash.starts_with(version)) {
        return Err("a bcrypt of another version".into());
    }
    // The comparison is of texts: bits that no verifier reads must be those that it writes.
    let (head, output) = hash.split_at(29);
    let salt = STANDARD_BCRYPT.decode(&head[7..]).map_err(|error| error.to_string())?;
    let salt: [u8; 16] = salt.try_into().map_err(|_| "a salt of another length")?;
    let cost = head[4..6].parse().map_err(|_| "no cost")?;
    let key = [password.as_bytes(), &[0]].concat();
    let computed = bcrypt::bcrypt(cost, salt, &key[..key.len().min(72)]);
    Ok(STANDARD_BCRYPT.encode(&computed[..23]) == output)
}

/// bcrypt's alphabet, and no stray bits.
const STANDARD_BCRYPT: base64::engine::GeneralPurpose =
    base64::engine::GeneralPurpose::new(&base64::alphabet::BCRYPT, base64::engine::general_purpose::NO_PAD);

/// libsodium's `crypto_pwhash_str_verify`.
fn argon2(hash: &str, password: &[u8]) -> Result<bool, String> {
    if hash.len() >= 128 {
        return Err("longer than `crypto_pwhash_STRBYTES`".into());
    }
    let fields: Vec<&str> = hash.split('$').collect();
    let ["", kind, "v=19", costs, salt, output] = fields.as_slice() else { return Err("no PHC string".into()) };
    let algorithm = match *kind {
        "argon2id" => argon2::Algorithm::Argon2id,
        "argon2i" => argon2::Algorithm::Argon2i,
        other => return Err(format!("`{other}`")),
    };
    let costs: Vec<&str> = costs.split(',').collect();
    let [memory, passes, "p=1"] = costs.as_slice() else { return Err("m, t and one lane, in this order".into()) };
    let number = |text: &str, name: &str| {
        text.strip_prefix(name).and_then(|number| number.parse::<u32>().ok()).ok_or_else(|| format!("no `{name}`"))
    };
    let (salt, output) = (unpadded(salt)?, unpadded(output)?);
    if salt.len() < 8 || output.len() < 16 {
        return Err("shorter than libsodium verifies".into());
    }
    let params = argon2::Params::new(number(memory, "m=")?, number(passes, "t=")?, 1, Some(output.len()))
        .map_err(|error| error.to_string())?;
    let mut computed = vec![0; output.len()];
    argon2::Argon2::new(algorithm, argon2::Version::V0x13, params)
        .hash_password_into(password, &salt, &mut computed)
        .map_err(|error| error.to_string())?;
    Ok(computed == output)
}

fn unpadded(text: &str) -> Result<Vec<u8>, String> {
    STANDARD_NO_PAD.decode(text).map_err(|error| error.to_string())
}

fn pbkdf2(hash: &str, password: &[u8]) -> Result<bool, String> {
    let fields: Vec<&str> = hash.split('$').collect();
    let ["", id, costs, salt, output] = fields.as_slice() else { return Err("no PHC string".into()) };
    let prf = id.strip_prefix("pbkdf2-").ok_or("no `pbkdf2-<digest>`")?;
    let (rounds, length) = costs
        .strip_prefix("i=")
        .and_then(|costs| costs.split_once(",l="))
        .and_then(|(rounds, length)| Some((rounds.parse::<u32>().ok()?, length.parse::<usize>().ok()?)))
        .ok_or("no `i` and `l`")?;
    let (salt, output) = (unpadded(salt)?, unpadded(output)?);
    if salt.is_empty() || rounds == 0 || length != output.len() {
        return Err("no salt, no rounds or another length".into());
    }
    let mut computed = vec![0; length];
    match prf {
        "md4" => pbkdf2::pbkdf2_hmac::<md4::Md4>(password, &salt, rounds, &mut computed),
        "md5" => pbkdf2::pbkdf2_hmac::<md5::Md5>(password, &salt, rounds, &mut computed),
        "ripemd160" => pbkdf2::pbkdf2_hmac::<ripemd::Ripemd160>(password, &salt, rounds, &mut computed),
        "sha1" => pbkdf2::pbkdf2_hmac::<sha1::Sha1>(password, &salt, rounds, &mut computed),
        "sha224" => pbkdf2::pbkdf2_hmac::<sha2::Sha224>(password, &salt, rounds, &mut computed),
        "sha256" => pbkdf2::pbkdf2_hmac::<sha2::Sha256>(password, &salt, rounds, &mut computed),
        "sha384" => pbkdf2::pbkdf2_hmac::<sha2::Sha384>(password, &salt, rounds, &mut computed),
        "sha512" => pbkdf2::pbkdf2_hmac::<sha2::Sha512>(password, &salt, rounds, &mut computed),
        "whirlpool" => pbkdf2::pbkdf2_hmac::<whirlpool::Whirlpool>(password, &salt, rounds, &mut computed),
        other => return Err(format!("digest `{other}`")),
    }
    Ok(computed == output)
}

/// RFC 2307: `{scheme}base64`, and behind the digest the salt that stood behind the password.
fn ldap(hash: &str, password: &[u8]) -> Result<bool, String> {
    let (scheme, rest) = hash.strip_prefix('{').and_then(|hash| hash.split_once('}')).ok_or("no scheme")?;
    let whole = STANDARD.decode(rest).map_err(|error| error.to_string())?;
    let (name, salted) = match scheme {
        "MD5" => ("md5", false),
        "SMD5" => ("md5", true),
        "SHA" => ("sha1", false),
        "SSHA" => ("sha1", true),
        "SHA256" => ("sha256", false),
        "SSHA256" => ("sha256", true),
        "SHA384" => ("sha384", false),
        "SSHA384" => ("sha384", true),
        "SHA512" => ("sha512", false),
        "SSHA512" => ("sha512", true),
        other => return Err(format!("scheme `{other}`")),
    };
    let length = digest(name, b"")?.len();
    if whole.len() < length || (whole.len() > length) != salted {
        return Err("a digest of another length".into());
    }
    let (stored, salt) = whole.split_at(length);
    Ok(digest(name, &[password, salt].concat())? == stored)
}

fn scrypt(object: &Value, password: &[u8]) -> Result<bool, String> {
    let number = |name: &str, default| object.get(name).map_or(Some(default), Value::as_u64).ok_or("no number");
    let salt = &object["salt"];
    let salt = decode(text(&salt["value"])?, salt.get("encoding"), "utf8")?;
    let stored = digest_value(&object["hash"])?;
    let length = object["keylen"].as_u64().ok_or("no `keylen`")? as usize;
    if salt.is_empty() || length != stored.len() {
        return Err("no salt, or another length".into());
    }
    let (cost, r, p) = (number("cost", 16_384)?, number("blockSize", 8)?, number("parallelization", 1)?);
    if !cost.is_power_of_two() {
        return Err("`cost` is N itself".into());
    }
    let params =
        scrypt::Params::new(cost.trailing_zeros() as u8, r as u32, p as u32).map_err(|error| error.to_string())?;
    let mut computed = vec![0; length];
    scrypt::scrypt(password, &salt, &params, &mut computed).map_err(|error| error.to_string())?;
    Ok(computed == stored)
}
