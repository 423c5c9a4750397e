//! The keys of one JWKS, parsed once: not for each request.
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse},
};
use serde::Deserialize;
use std::collections::HashMap;

/// The least bits of an RSA modulus that the provider verifies with.
const RSA_BITS: usize = 2048;

/// What a key can verify.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Rsa,
    P256,
    P384,
    Ed25519,
}

/// A parsed key.
pub struct Key {
    decoding: DecodingKey,
    kind: Type,
    algorithm: Option<String>,
}

impl Key {
    /// Whether the key verifies signatures of this algorithm.
    #[must_use]
    pub fn fits(&self, algorithm: Algorithm) -> bool {
        let kind = match algorithm {
            Algorithm::RS256
            | Algorithm::RS384
            | Algorithm::RS512
            | Algorithm::PS256
            | Algorithm::PS384
            | Algorithm::PS512 => Type::Rsa,
            Algorithm::ES256 => Type::P256,
            Algorithm::ES384 => Type::P384,
            Algorithm::EdDSA => Type::Ed25519,
            _ => return false,
        };
        kind == self.kind && self.algorithm.as_ref().is_none_or(|own| *own == format!("{algorithm:?}"))
    }

    /// The key itself.
    #[must_use]
    pub fn decoding(&self) -> &DecodingKey {
        &self.decoding
    }

    /// The key, where it can verify a signature.
    fn of(jwk: &Jwk) -> Option<Self> {
        if jwk.common.public_key_use.as_ref().is_some_and(|usage| *usage != PublicKeyUse::Signature) {
            return None;
        }
        let kind = match &jwk.algorithm {
            AlgorithmParameters::RSA(rsa) if modulus_bits(&rsa.n) >= RSA_BITS => Type::Rsa,
            AlgorithmParameters::EllipticCurve(ec) => match ec.curve {
                EllipticCurve::P256 => Type::P256,
                EllipticCurve::P384 => Type::P384,
                _ => return None,
            },
            AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => Type::Ed25519,
            // A symmetric key in a public set would let everybody sign; others are unknown, or too weak to verify anything.
            _ => return None,
        };
        let algorithm = jwk.common.key_algorithm.map(|algorithm| algorithm.to_string());
        Some(Self { decoding: DecodingKey::from_jwk(jwk).ok()?, kind, algorithm })
    }
}

/// The bits of an RSA modulus in base64url; 0 where it is none.
fn modulus_bits(modulus: &str) -> usize {
    let bytes = URL_SAFE_NO_PAD.decode(modulus).unwrap_or_default();
    let mut significant = bytes.iter().skip_while(|byte| **byte == 0);
    let first = significant.next().map_or(0, |byte| 8 - byte.leading_zeros());
    usize::try_from(first).unwrap_or(0) + significant.count() * 8
}

/// The usable keys of a JWKS by their names.
#[derive(Default)]
pub struct KeySet {
    keys: HashMap<String, std::sync::Arc<Key>>,
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<serde_json::Value>,
}

impl KeySet {
    /// Reads a JWKS; keys that cannot be used are passed over one by one. A name that stands twice means neither key:
    /// nobody could say which of them signed.
    ///
    /// # Errors
    /// When there is no usable key.
    pub fn parse(json: &[u8]) -> Result<Self, &'static str> {
        let document: Document = serde_json::from_slice(json).map_err(|_| "the answer is not a JWKS")?;
        let mut keys = HashMap::new();
        let mut repeated = Vec::new();
        for value in document.keys {
            let Ok(jwk) = serde_json::from_value::<Jwk>(value) else { continue };
            let Some(key) = Key::of(&jwk) else { continue };
            let name = jwk.common.key_id.unwrap_or_default();
            if keys.insert(name.clone(), std::sync::Arc::new(key)).is_some() {
                repeated.push(name);
            }
        }
        for name in repeated {
            keys.remove(&name);
        }
        if keys.is_empty() { Err("the JWKS holds no usable key") } else { Ok(Self { keys }) }
    }

    /// The key of this name. A token without a `kid` can mean the only key there is, and nothing else.
    #[must_use]
    pub fn get(&self, kid: Option<&str>) -> Option<std::sync::Arc<Key>> {
        match kid {
            Some(kid) => self.keys.get(kid).cloned(),
            None if self.keys.len() == 1 => self.keys.values().next().cloned(),
            None => None,
        }
    }

    /// How many keys.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}
