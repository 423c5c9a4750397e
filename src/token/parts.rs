//! A token as it comes: found in its header, bounded, and taken apart. Nothing here believes it.
use super::{
    claims::{Claims, Header},
    rejection::Rejection,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// Longest token in bytes; Auth0's are below 2 KiB.
const MAX_TOKEN: usize = 8 * 1024;

/// A token in its parts, before anything of it is believed.
pub struct Parts<'a> {
    /// What the header says.
    pub header: Header,
    /// Header and payload, as they were signed.
    pub signed: &'a str,
    /// The claims, still encoded.
    pub payload: &'a str,
    /// The signature, still encoded.
    pub signature: &'a str,
}

/// What tells a token from others without telling it: the beginning of its signature's SHA-256.
///
/// Nothing is verified here: a token that is refused has a mark, too.
#[must_use]
pub fn token_mark(authorization: Option<&[u8]>) -> Option<String> {
    let (_, signature) = bearer(authorization).ok()?.rsplit_once('.')?;
    let digest = Sha256::digest(signature.as_bytes());
    let mark: Vec<u8> = digest.iter().take(8).copied().collect();
    (!signature.is_empty()).then(|| format!("sha256:{}", hex::encode(mark)))
}

/// The token of an `Authorization` header.
///
/// # Errors
/// `InvalidToken`.
pub fn bearer(authorization: Option<&[u8]>) -> Result<&str, Rejection> {
    let header = authorization.ok_or(Rejection::InvalidToken("missing"))?;
    let header = std::str::from_utf8(header).map_err(|_| Rejection::InvalidToken("malformed"))?;
    let (scheme, token) = header.split_once(' ').ok_or(Rejection::InvalidToken("missing"))?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Rejection::InvalidToken("missing"));
    }
    let token = token.trim_start_matches(' ');
    if token.len() > MAX_TOKEN {
        return Err(Rejection::InvalidToken("too_large"));
    }
    Ok(token)
}

/// Takes a token apart.
///
/// # Errors
/// `InvalidToken`.
pub fn split(token: &str) -> Result<Parts<'_>, Rejection> {
    const MALFORMED: Rejection = Rejection::InvalidToken("malformed");
    let (signed, signature) = token.rsplit_once('.').ok_or(MALFORMED)?;
    let (header, payload) = signed.split_once('.').ok_or(MALFORMED)?;
    if payload.contains('.') || signature.is_empty() {
        return Err(MALFORMED);
    }
    Ok(Parts { header: decode(header)?, signed, payload, signature })
}

/// An object of a token. serde reads structs from arrays, too; a token has objects only.
fn decode<T: serde::de::DeserializeOwned>(part: &str) -> Result<T, Rejection> {
    const MALFORMED: Rejection = Rejection::InvalidToken("malformed");
    let json = URL_SAFE_NO_PAD.decode(part).map_err(|_| MALFORMED)?;
    if json.first() != Some(&b'{') {
        return Err(MALFORMED);
    }
    serde_json::from_slice(&json).map_err(|_| MALFORMED)
}

/// The claims of a payload.
///
/// # Errors
/// `InvalidToken`.
pub fn decode_claims(payload: &str) -> Result<Claims, Rejection> {
    decode(payload).map_err(|_| Rejection::InvalidToken("claims"))
}
