//! Who is let in: the rules in their order. The list in the contract and this file read the same.
//!
//! Nothing of a token is ever logged: a rejection carries a word of a closed list.
use super::{
    claims::{Claims, Confirmation, Header, NumericDate, Times},
    key_set::Key,
    keys::Keys,
    parts::{Parts, bearer, decode_claims, split},
    rejection::Rejection,
    verified::Verified,
};
use crate::{clock, config::token::Token};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::Algorithm;
use sha2::{Digest, Sha256};
use std::{str::FromStr, sync::Arc};

/// What the subject of every client-credentials token ends in.
const CLIENT_SUFFIX: &str = "@clients";

/// A route's scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// `legacy:login`.
    Login,
    /// `legacy:get_user`.
    GetUser,
    /// `legacy:mark_migrated`.
    MarkMigrated,
}

impl Scope {
    /// The scope as the token spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Login => "legacy:login",
            Self::GetUser => "legacy:get_user",
            Self::MarkMigrated => "legacy:mark_migrated",
        }
    }
}

/// The client whose token was accepted.
#[derive(Debug, Default, Clone)]
pub struct Caller {
    /// Its client id.
    pub client_id: String,
    /// The token's id, where the dialect has one.
    pub token_id: Option<String>,
}

/// A token that is genuine and a client's own; whether the client may is another question.
#[derive(Default)]
pub struct Genuine {
    /// The client.
    pub caller: Caller,
    pub(super) scopes: Option<String>,
    pub(super) times: Times,
    pub(super) bound: Option<Confirmation>,
}

impl Genuine {
    /// Bytes of all its texts.
    pub(super) fn texts(&self) -> usize {
        let bound = self.bound.as_ref().and_then(|bound| bound.certificate.as_ref());
        [self.caller.token_id.as_ref(), self.scopes.as_ref(), bound]
            .into_iter()
            .flatten()
            .map(String::len)
            .sum::<usize>()
            + self.caller.client_id.len()
    }
}

/// The gate before the three routes.
pub struct Gate {
    rules: Token,
    keys: Arc<Keys>,
    verified: Verified,
}

impl Gate {
    /// A gate with these rules and keys.
    #[must_use]
    pub fn new(rules: &Token, keys: Arc<Keys>) -> Self {
        Self { rules: rules.clone(), keys, verified: Verified::default() }
    }

    /// Lets a caller in over a connection without a client certificate, or says why not.
    ///
    /// # Errors
    /// `Rejection`: first whether the token is genuine, then whether its client may.
    pub async fn admit(&self, authorization: Option<&[u8]>, scope: Scope) -> Result<Caller, Rejection> {
        let genuine = self.identify(authorization, None).await?;
        self.permit(&genuine, scope)?;
        Ok(genuine.caller.clone())
    }

    /// Whose token it is: rules 1 to 4, and whether it is bound to another connection. A signature is verified once for as
    /// long as the keys are the same; time and binding count at each use. Waits only for a key that is not
    /// known, and then at most for one fetch. `certificate` is the SHA-256 of the client certificate of the connection.
    ///
    /// # Errors
    /// `Rejection`.
    pub async fn identify(
        &self,
        authorization: Option<&[u8]>,
        certificate: Option<&[u8; 32]>,
    ) -> Result<Arc<Genuine>, Rejection> {
        let token = bearer(authorization)?;
        let digest = Sha256::digest(token.as_bytes()).into();
        let era = self.keys.era();
        if let Some(genuine) = era.and_then(|era| self.verified.get(&digest, era)) {
            self.check_times(genuine.times, clock::unix_now_exact())?;
            check_bound(genuine.bound.as_ref(), certificate)?;
            return Ok(genuine);
        }
        let genuine = Arc::new(self.verify(token, certificate).await?);
        if let Some(era) = era {
            self.verified.insert(digest, Arc::clone(&genuine), era);
        }
        Ok(genuine)
    }

    async fn verify(&self, token: &str, certificate: Option<&[u8; 32]>) -> Result<Genuine, Rejection> {
        let parts = split(token)?;
        let algorithm = self.algorithm(&parts.header)?;
        let key = self.keys.find(parts.header.kid.as_deref()).await?;
        verify_signature(&parts, &key, algorithm)?;
        let claims = decode_claims(parts.payload)?;
        self.check_audience(&claims)?;
        let times = Times { exp: claims.exp, nbf: claims.nbf, iat: claims.iat };
        self.check_times(times, clock::unix_now_exact())?;
        check_bound(claims.cnf.as_ref(), certificate)?;
        let client_id = client_of(&claims)?;
        let caller = Caller { client_id, token_id: claims.jti };
        Ok(Genuine { caller, scopes: claims.scope, times, bound: claims.cnf })
    }

    /// Rule 1: the algorithm is on the list. Symmetric ones and `none` cannot be on it.
    fn algorithm(&self, header: &Header) -> Result<Algorithm, Rejection> {
        if header.crit.is_some() {
            return Err(Rejection::InvalidToken("critical_extension"));
        }
        if let Some(typ) = &header.typ {
            let typ = typ.to_ascii_lowercase();
            if !matches!(typ.as_str(), "jwt" | "at+jwt" | "application/at+jwt") {
                return Err(Rejection::InvalidToken("type"));
            }
        }
        Algorithm::from_str(&header.alg)
            .ok()
            .filter(|algorithm| self.rules.algorithms.contains(algorithm))
            .ok_or(Rejection::InvalidToken("algorithm"))
    }

    /// Rule 2: issuer and audience.
    fn check_audience(&self, claims: &Claims) -> Result<(), Rejection> {
        if claims.iss.as_deref() != Some(self.rules.issuer.as_str()) {
            return Err(Rejection::InvalidToken("issuer"));
        }
        if !claims.aud.holds(&self.rules.audience) {
            return Err(Rejection::InvalidToken("audience"));
        }
        Ok(())
    }

    /// Rule 2: time.
    fn check_times(&self, times: Times, now: f64) -> Result<(), Rejection> {
        let leeway = self.rules.leeway.as_secs_f64();
        match times.exp {
            None => return Err(Rejection::InvalidToken("no_expiry")),
            Some(exp) if exp.0 + leeway <= now => return Err(Rejection::InvalidToken("expired")),
            Some(_) => {}
        }
        let in_future = |date: Option<NumericDate>| date.is_some_and(|date| date.0 > now + leeway);
        if in_future(times.nbf) || in_future(times.iat) {
            return Err(Rejection::InvalidToken("not_yet_valid"));
        }
        Ok(())
    }

    /// Rules 5 and 6: the operator's list and the route's scope.
    ///
    /// # Errors
    /// `ClientNotAllowed` or `InsufficientScope`.
    pub fn permit(&self, genuine: &Genuine, scope: Scope) -> Result<(), Rejection> {
        let client_id = &genuine.caller.client_id;
        if !self.rules.clients.is_empty() && !self.rules.clients.iter().any(|allowed| allowed == client_id) {
            return Err(Rejection::ClientNotAllowed);
        }
        let held = genuine.scopes.as_deref().unwrap_or("");
        if self.rules.scopes && !held.split(' ').any(|held| held == scope.name()) {
            return Err(Rejection::InsufficientScope);
        }
        Ok(())
    }
}

/// Rule 1: the key is of the algorithm's type, and the signature is its own.
fn verify_signature(parts: &Parts<'_>, key: &Key, algorithm: Algorithm) -> Result<(), Rejection> {
    if !key.fits(algorithm) {
        return Err(Rejection::InvalidToken("key_type"));
    }
    match jsonwebtoken::crypto::verify(parts.signature, parts.signed.as_bytes(), key.decoding(), algorithm) {
        Ok(true) => Ok(()),
        Ok(false) | Err(_) => Err(Rejection::InvalidToken("signature")),
    }
}

/// A token that is bound to a key is only good together with it (RFC 8705, section 3).
///
/// # Why another kind of key is refused
/// Whoever bound the token wanted nobody else to use it. A proof that is not asked for here would be no proof.
fn check_bound(bound: Option<&Confirmation>, certificate: Option<&[u8; 32]>) -> Result<(), Rejection> {
    let Some(bound) = bound else { return Ok(()) };
    let Some(wanted) = &bound.certificate else { return Err(Rejection::InvalidToken("bound_key")) };
    let Some(shown) = certificate else { return Err(Rejection::InvalidToken("bound_certificate_missing")) };
    match URL_SAFE_NO_PAD.decode(wanted) {
        Ok(wanted) if wanted == shown => Ok(()),
        _ => Err(Rejection::InvalidToken("bound_certificate_mismatch")),
    }
}

/// Rules 3 and 4: a client-credentials token, by its subject, its client and its grant.
///
/// # Why not the suffix alone
/// The subject of an ordinary user is `auth0|` and the `user_id` that we returned: a legacy id that ends in
/// `@clients` would pass for a client.
fn client_of(claims: &Claims) -> Result<String, Rejection> {
    let sub = claims.sub.as_deref().unwrap_or("");
    if sub.contains('|') {
        return Err(Rejection::NotAClientToken("subject"));
    }
    let Some(subject_client) = sub.strip_suffix(CLIENT_SUFFIX) else {
        tracing::warn!(
            "a genuine token has no `@clients` subject: agent subject claims are not supported, switch them off for \
             this API in Auth0, and let only applications with a client grant use its audience"
        );
        return Err(Rejection::NotAClientToken("subject"));
    };
    let client = match (&claims.azp, &claims.client_id) {
        (Some(azp), Some(client_id)) if azp != client_id => return Err(Rejection::NotAClientToken("client_mismatch")),
        (Some(client), _) | (None, Some(client)) => client,
        (None, None) => return Err(Rejection::NotAClientToken("no_client")),
    };
    if client != subject_client || client.is_empty() || client.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(Rejection::NotAClientToken("client_mismatch"));
    }
    if claims.gty.as_deref().is_some_and(|gty| gty != "client-credentials") {
        return Err(Rejection::NotAClientToken("grant_type"));
    }
    Ok(client.clone())
}
