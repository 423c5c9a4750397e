//! The objects of the import, each written in one place.
//!
//! Rules: "Bulk user import database schema and examples" of Auth0's documentation, and the JSON Schema in it.
use super::{
    Told, Transcoded, reason,
    typed::{Charcode, Typed},
};
use crate::hash::{digest::Digest, scheme::Parts};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use serde_json::{Value, json};

/// Unpadded base64, as PHC strings have it.
pub fn b64(octets: &[u8]) -> String {
    STANDARD_NO_PAD.encode(octets)
}

/// A text that holds all of its parameters; the import wants them in `utf8` and without a salt beside them.
pub fn text(algorithm: &str, value: &str) -> Transcoded {
    Transcoded::Custom(json!({ "algorithm": algorithm, "hash": { "value": value, "encoding": "utf8" } }))
}

/// One round of a digest.
pub fn digest(digest: Digest, typed: &Typed, output: &[u8]) -> Told<Transcoded> {
    typed.uncut()?;
    let algorithm = match digest {
        Digest::Md4 => "md4",
        Digest::Md5 => "md5",
        Digest::Sha1 => "sha1",
        Digest::Sha256 => "sha256",
        Digest::Sha512 => "sha512",
        // Not an algorithm of its own; the directories' text for it is taken.
        Digest::Sha384 => return ldap(digest, typed, output),
        _ => return Err(reason::DIGEST),
    };
    let mut object = json!({ "algorithm": algorithm, "hash": { "value": hex::encode(output), "encoding": "hex" } });
    let salt = match (typed.before.as_slice(), typed.after.as_slice()) {
        ([], []) => None,
        (salt, []) => Some((salt, "prefix")),
        ([], salt) => Some((salt, "suffix")),
        _ => return Err(reason::SIDES),
    };
    if let (Some(fields), Some((salt, position))) = (object.as_object_mut(), salt) {
        let mut salt = octets(salt);
        if let Some(salt) = salt.as_object_mut() {
            salt.insert("position".into(), position.into());
        }
        fields.insert("salt".into(), salt);
    }
    charset(&mut object, typed);
    Ok(Transcoded::Custom(object))
}

/// A digest in the text of RFC 2307: the salt is behind the password, and behind the digest.
pub fn ldap(digest: Digest, typed: &Typed, output: &[u8]) -> Told<Transcoded> {
    typed.uncut()?;
    let (plain, salted) = match digest {
        Digest::Md5 => ("{MD5}", "{SMD5}"),
        Digest::Sha1 => ("{SHA}", "{SSHA}"),
        Digest::Sha256 => ("{SHA256}", "{SSHA256}"),
        Digest::Sha384 => ("{SHA384}", "{SSHA384}"),
        Digest::Sha512 => ("{SHA512}", "{SSHA512}"),
        _ => return Err(reason::DIGEST),
    };
    if !typed.before.is_empty() || typed.charcode != Charcode::Utf8 {
        return Err(reason::DIGEST);
    }
    let scheme = if typed.after.is_empty() { plain } else { salted };
    let whole = [output, &typed.after].concat();
    Ok(text("ldap", &format!("{scheme}{}", crate::hash::encoding::to_base64(&whole))))
}

/// HMAC of the password under a key.
pub fn hmac(digest: Digest, key: &[u8], typed: &Typed, output: &[u8]) -> Told<Transcoded> {
    typed.uncut()?;
    if key.is_empty() {
        return Err(reason::PARAMETERS);
    }
    // No rule says whether an HMAC is salted.
    if !typed.before.is_empty() || !typed.after.is_empty() {
        return Err(reason::PEPPER);
    }
    let hash = json!({
        "value": hex::encode(output),
        "encoding": "hex",
        "digest": name(digest)?,
        "key": octets(key),
    });
    let mut object = json!({ "algorithm": "hmac", "hash": hash });
    charset(&mut object, typed);
    Ok(Transcoded::Custom(object))
}

/// PBKDF2 as a PHC string, or scrypt with its parameters beside it.
pub fn parts(hash: Parts<'_>, typed: &Typed) -> Told<Transcoded> {
    typed.alone()?;
    match hash {
        Parts::Pbkdf2 { salt: [], .. } | Parts::Pbkdf2 { rounds: 0, .. } | Parts::Scrypt { salt: [], .. } => {
            Err(reason::PARAMETERS)
        }
        Parts::Pbkdf2 { prf, rounds, salt, output } => {
            let (prf, length) = (name(prf)?, output.len());
            Ok(text("pbkdf2", &format!("$pbkdf2-{prf}$i={rounds},l={length}${}${}", b64(salt), b64(output))))
        }
        Parts::Scrypt { n, r, p, salt, output } => Ok(Transcoded::Custom(json!({
            "algorithm": "scrypt",
            "hash": { "value": hex::encode(output), "encoding": "hex" },
            "salt": octets(salt),
            "keylen": output.len(),
            "cost": n,
            "blockSize": r,
            "parallelization": p,
        }))),
    }
}

/// The digests of HMAC and of PBKDF2.
fn name(digest: Digest) -> Told<&'static str> {
    Ok(match digest {
        Digest::Md4 => "md4",
        Digest::Md5 => "md5",
        Digest::Sha1 => "sha1",
        Digest::Sha224 => "sha224",
        Digest::Sha256 => "sha256",
        Digest::Sha384 => "sha384",
        Digest::Sha512 => "sha512",
        Digest::Ripemd160 => "ripemd160",
        Digest::Whirlpool => "whirlpool",
        _ => return Err(reason::DIGEST),
    })
}

/// Bytes as `value` and `encoding`: text where nothing on the way can change it, else hex.
fn octets(octets: &[u8]) -> Value {
    match std::str::from_utf8(octets) {
        Ok(text) if text.bytes().all(|octet| octet.is_ascii_graphic()) => json!({ "value": text, "encoding": "utf8" }),
        _ => json!({ "value": hex::encode(octets), "encoding": "hex" }),
    }
}

fn charset(object: &mut Value, typed: &Typed) {
    let encoding = match typed.charcode {
        Charcode::Utf8 => return,
        Charcode::Utf16le => "utf16le",
        Charcode::Latin1 => "latin1",
    };
    if let Some(fields) = object.as_object_mut() {
        fields.insert("password".into(), json!({ "encoding": encoding }));
    }
}
