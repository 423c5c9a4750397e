//! Who may ask: the token, its keys, and what was verified already.
use crate::Problem;
use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use serde::Deserialize;
use std::{
    collections::HashMap,
    error::Error,
    future::{Ready, ready},
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

#[derive(Deserialize)]
struct Claims {
    sub: String,
    azp: Option<String>,
    client_id: Option<String>,
    #[serde(default)]
    scope: String,
    exp: u64,
}

/// The client whose token was accepted.
#[derive(Clone)]
pub struct Caller {
    /// Its id.
    pub client: Arc<str>,
    scope: Arc<str>,
    until: u64,
}

impl Caller {
    /// Refuses where the token lacks the scope.
    pub fn may(&self, scope: &str) -> Result<(), Problem> {
        if self.scope.split(' ').any(|held| held == scope) { Ok(()) } else { Err(Problem(403, "insufficient_scope")) }
    }
}

/// The rules with the issuer's keys.
pub struct Gate {
    url: String,
    rules: Validation,
    keys: RwLock<HashMap<String, DecodingKey>>,
    known: Option<RwLock<HashMap<String, Caller>>>,
}

impl Gate {
    /// Fetches the keys.
    pub async fn new(issuer: String, audience: String, caches: bool) -> Result<Self, Box<dyn Error>> {
        let mut rules = Validation::new(Algorithm::RS256);
        rules.set_issuer(&[&issuer]);
        rules.set_audience(&[&audience]);
        rules.set_required_spec_claims(&["exp", "iss", "aud"]);
        rules.leeway = 30;
        let gate = Self {
            url: format!("{issuer}.well-known/jwks.json"),
            rules,
            keys: RwLock::default(),
            known: caches.then(RwLock::default),
        };
        gate.fetch().await?;
        Ok(gate)
    }

    /// Fetches them again from time to time.
    pub async fn keep_fresh(self: Arc<Self>) {
        loop {
            actix_web::rt::time::sleep(Duration::from_secs(600)).await;
            if self.fetch().await.is_ok()
                && let Some(known) = &self.known
            {
                known.write().unwrap_or_else(PoisonError::into_inner).clear();
            }
        }
    }

    async fn fetch(&self) -> Result<(), Box<dyn Error>> {
        let body =
            awc::Client::default().get(&self.url).send().await.map_err(|error| error.to_string())?.body().await?;
        let set: JwkSet = serde_json::from_slice(&body)?;
        let mut keys = HashMap::new();
        for jwk in &set.keys {
            if let Some(name) = &jwk.common.key_id {
                keys.insert(name.clone(), DecodingKey::from_jwk(jwk)?);
            }
        }
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(())
    }

    fn caller(&self, request: &HttpRequest) -> Result<Caller, Problem> {
        const INVALID: Problem = Problem(401, "invalid_token");
        let header = request.headers().get("authorization").and_then(|header| header.to_str().ok());
        let token = header.and_then(|header| header.strip_prefix("Bearer ")).ok_or(INVALID)?;
        if let Some(known) = &self.known {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(u64::MAX, |since| since.as_secs());
            let known = known.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(caller) = known.get(token).filter(|caller| caller.until > now) {
                return Ok(caller.clone());
            }
        }
        let name = decode_header(token).ok().and_then(|header| header.kid).ok_or(INVALID)?;
        let claims = {
            let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
            decode::<Claims>(token, keys.get(&name).ok_or(INVALID)?, &self.rules).map_err(|_| INVALID)?.claims
        };
        let client = claims.azp.or(claims.client_id).filter(|client| claims.sub == format!("{client}@clients"));
        let client = client.ok_or(Problem(403, "not_a_client_token"))?.into();
        let caller = Caller { client, scope: claims.scope.into(), until: claims.exp };
        if let Some(known) = &self.known {
            let mut known = known.write().unwrap_or_else(PoisonError::into_inner);
            if known.len() >= 10_000 {
                known.clear();
            }
            known.insert(token.into(), caller.clone());
        }
        Ok(caller)
    }
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let gate = request.app_data::<web::Data<Gate>>();
        ready(gate.ok_or(Problem(503, "keys_unavailable")).and_then(|gate| gate.caller(request)))
    }
}
