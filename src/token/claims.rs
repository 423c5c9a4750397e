//! What a token says, in both of Auth0's dialects. Nothing here is believed before its signature is verified.
use serde::{Deserialize, Deserializer, de};
use std::fmt;

/// The part of a token's header that decides something. `jku`, `jwk`, `x5u` and `x5c` are never looked at: keys come
/// from the issuer's JWKS alone.
#[derive(Deserialize)]
pub struct Header {
    /// Signature algorithm.
    pub alg: String,
    /// Name of the key.
    pub kid: Option<String>,
    /// `JWT` or `at+jwt`.
    pub typ: Option<String>,
    /// Extensions that must be understood (RFC 7515 section 4.1.11): none is.
    pub crit: Option<de::IgnoredAny>,
}

/// The claims that decide something; a claim that stands twice is an error.
#[derive(Deserialize)]
pub struct Claims {
    /// Issuer.
    pub iss: Option<String>,
    /// Audiences.
    #[serde(default)]
    pub aud: Audience,
    /// Subject.
    pub sub: Option<String>,
    /// Authorized party: the client in Auth0's own dialect.
    pub azp: Option<String>,
    /// The client in the dialect of RFC 9068.
    pub client_id: Option<String>,
    /// Grant type, in Auth0's own dialect.
    pub gty: Option<String>,
    /// Scopes, separated by spaces.
    pub scope: Option<String>,
    /// Expiry.
    pub exp: Option<NumericDate>,
    /// Not before.
    pub nbf: Option<NumericDate>,
    /// Issued at.
    pub iat: Option<NumericDate>,
    /// Token id.
    pub jti: Option<String>,
    /// The key that whoever uses the token has to prove.
    pub cnf: Option<Confirmation>,
}

/// `cnf` (RFC 7800): the certificate that a token is bound to (RFC 8705, section 3.1), or another kind of key.
#[derive(Deserialize)]
pub struct Confirmation {
    /// SHA-256 of the certificate, in base64url.
    #[serde(rename = "x5t#S256")]
    pub certificate: Option<String>,
}

/// `aud`: a string or an array of strings.
#[derive(Default)]
pub struct Audience(Vec<String>);

impl Audience {
    /// Whether the audience is among them.
    #[must_use]
    pub fn holds(&self, audience: &str) -> bool {
        self.0.iter().any(|held| held == audience)
    }
}

impl<'de> Deserialize<'de> for Audience {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Audience;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or an array of strings")
            }
            fn visit_str<E: de::Error>(self, one: &str) -> Result<Audience, E> {
                Ok(Audience(vec![one.to_owned()]))
            }
            fn visit_seq<A: de::SeqAccess<'de>>(self, mut sequence: A) -> Result<Audience, A::Error> {
                let mut all = Vec::new();
                while let Some(one) = sequence.next_element()? {
                    all.push(one);
                }
                Ok(Audience(all))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// When a token may be used.
#[derive(Default, Clone, Copy)]
pub struct Times {
    /// Expiry.
    pub exp: Option<NumericDate>,
    /// Not before.
    pub nbf: Option<NumericDate>,
    /// Issued at.
    pub iat: Option<NumericDate>,
}

/// Seconds since 1970; RFC 7519 allows fractions.
#[derive(Clone, Copy, Deserialize)]
#[serde(transparent)]
pub struct NumericDate(pub f64);
