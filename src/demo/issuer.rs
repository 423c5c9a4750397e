//! The demo's token issuer: a key made at start, a JWKS and a token endpoint on loopback. Nothing else can reach it.
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use aws_lc_rs::{
    rand::SystemRandom,
    rsa::{KeyPair, KeySize, PublicKeyComponents},
    signature::{KeyPair as _, RSA_PKCS1_SHA256},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::json;
use std::net::{Ipv4Addr, TcpListener};

/// The one client of the demo; its secret is public by design.
pub const CLIENT_ID: &str = "demo-client";
/// Its secret.
pub const CLIENT_SECRET: &str = "demo-secret";
/// Seconds that a token lives.
const LIFETIME: u64 = 3600;
const KEY_ID: &str = "demo";

/// A running issuer.
pub struct Issuer {
    /// Its URL with a slash at the end, as Auth0 writes it.
    pub url: String,
}

struct State {
    url: String,
    audience: String,
    pair: KeyPair,
    jwks: serde_json::Value,
}

#[derive(Deserialize)]
struct TokenRequest {
    grant_type: String,
    client_id: String,
    client_secret: String,
    audience: String,
}

/// Starts the issuer on a free port of loopback; it ends with the process.
///
/// # Errors
/// In words.
pub fn start(audience: &str) -> Result<Issuer, String> {
    let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| "no RSA key could be made".to_owned())?;
    let components = PublicKeyComponents::<Vec<u8>>::from(pair.public_key());
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let jwks = json!({"keys": [{
        "kty": "RSA", "use": "sig", "alg": "RS256", "kid": KEY_ID,
        "n": encode(&components.n), "e": encode(&components.e),
    }]});
    let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|error| error.to_string())?;
    let url = format!("http://{}/", socket.local_addr().map_err(|error| error.to_string())?);
    let state = web::Data::new(State { url: url.clone(), audience: audience.to_owned(), pair, jwks });
    let server = HttpServer::new(move || {
        App::new()
            .app_data(state.clone())
            .route("/.well-known/jwks.json", web::get().to(jwks_document))
            .route("/oauth/token", web::post().to(token))
    })
    .workers(1)
    .disable_signals()
    .listen(socket)
    .map_err(|error| error.to_string())?
    .run();
    actix_web::rt::spawn(server);
    Ok(Issuer { url })
}

async fn jwks_document(state: web::Data<State>) -> HttpResponse {
    HttpResponse::Ok().json(&state.jwks)
}

/// Answers as Auth0's `/oauth/token` does, for a form or JSON.
async fn token(request: HttpRequest, body: web::Bytes, state: web::Data<State>) -> HttpResponse {
    let is_json = actix_web::HttpMessage::content_type(&request).eq_ignore_ascii_case("application/json");
    let asked: Option<TokenRequest> = if is_json {
        serde_json::from_slice(&body).ok()
    } else {
        web::Query::<TokenRequest>::from_query(&String::from_utf8_lossy(&body)).ok().map(web::Query::into_inner)
    };
    let Some(asked) = asked else {
        return HttpResponse::BadRequest().json(json!({"error": "invalid_request"}));
    };
    let known = asked.grant_type == "client_credentials"
        && asked.client_id == CLIENT_ID
        && asked.client_secret == CLIENT_SECRET
        && asked.audience == state.audience;
    if !known {
        return HttpResponse::Unauthorized()
            .json(json!({"error": "access_denied", "error_description": "Unauthorized"}));
    }
    let scope = "legacy:login legacy:get_user legacy:mark_migrated";
    let now = crate::clock::unix_now();
    let claims = json!({
        "iss": state.url, "sub": format!("{CLIENT_ID}@clients"), "aud": state.audience, "iat": now,
        "exp": now + LIFETIME, "scope": scope, "gty": "client-credentials", "azp": CLIENT_ID,
    });
    match sign(&state.pair, &claims) {
        Some(token) => HttpResponse::Ok().json(json!({
            "access_token": token, "scope": scope, "expires_in": LIFETIME, "token_type": "Bearer",
        })),
        None => HttpResponse::InternalServerError().json(json!({"error": "server_error"})),
    }
}

fn sign(pair: &KeyPair, claims: &serde_json::Value) -> Option<String> {
    let header = json!({"alg": "RS256", "typ": "JWT", "kid": KEY_ID});
    let encode = |part: &serde_json::Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let signed = format!("{}.{}", encode(&header), encode(claims));
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).ok()?;
    Some(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
}
