//! The gate: every rule of "who is let in", the classic attacks, and the key cache in every kind of trouble.
#![allow(clippy::pedantic, reason = "a test fails loudly; the strict set is for what is shipped")]
#[path = "../support/mod.rs"]
mod support;

use drawbridge::{
    config::token::Token,
    telemetry::metrics::Metrics,
    token::{
        gate::{Caller, Gate, Genuine, Scope},
        keys::Keys,
        rejection::Rejection,
    },
};
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use support::issuer::{AUDIENCE, Answer, CLIENT, Issuer, SigningKey, encode, now};

fn rules(issuer: &Issuer) -> Token {
    Token {
        placeholders: Vec::new(),
        issuer: issuer.url.clone(),
        audience: AUDIENCE.into(),
        clients: Vec::new(),
        scopes: true,
        jwks_url: format!("{}.well-known/jwks.json", issuer.url),
        algorithms: vec![Algorithm::RS256],
        jwks_refresh: Duration::from_secs(600),
        jwks_cooldown: Duration::from_secs(30),
        max_stale: Duration::from_secs(3600),
        leeway: Duration::from_secs(30),
    }
}

fn gate(rules: &Token) -> (Gate, Arc<Keys>) {
    let metrics = Metrics::new().expect("metrics");
    let keys = Keys::start(rules, &tokio::runtime::Handle::current(), &metrics).expect("a key cache");
    (Gate::new(rules, Arc::clone(&keys)), keys)
}

async fn admit(gate: &Gate, token: &str) -> Result<Caller, Rejection> {
    gate.admit(Some(format!("Bearer {token}").as_bytes()), Scope::Login).await
}

async fn reason(gate: &Gate, token: &str) -> &'static str {
    match admit(gate, token).await {
        Ok(_) => "let in",
        Err(rejection) => rejection.reason(),
    }
}

#[tokio::test]
async fn both_dialects_are_let_in() {
    let issuer = Issuer::start();
    let (gate, _) = gate(&rules(&issuer));
    let auth0 = admit(&gate, &issuer.token()).await.expect("let in");
    assert_eq!((auth0.client_id.as_str(), auth0.token_id), (CLIENT, None));
    let header = json!({"alg": "RS256", "typ": "at+jwt", "kid": "first"}).to_string();
    let rfc9068 = issuer.key.sign(&header, &issuer.claims_rfc9068().to_string());
    let rfc9068 = admit(&gate, &rfc9068).await.expect("let in");
    assert_eq!((rfc9068.client_id.as_str(), rfc9068.token_id.as_deref()), (CLIENT, Some("token-1")));
}

/// Claims that break one rule each, and the reason for which they are refused.
#[tokio::test]
async fn every_rule_of_the_claims_holds() {
    let issuer = Issuer::start();
    let (gate, _) = gate(&rules(&issuer));
    let rows: Vec<(Value, &str)> = vec![
        (json!({}), "let in"),
        (json!({"aud": ["https://other.example", AUDIENCE]}), "let in"),
        (json!({"exp": now() as f64 + 100.5}), "let in"),
        (json!({"gty": null}), "let in"),
        (json!({"azp": null, "client_id": CLIENT}), "let in"),
        (json!({"client_id": CLIENT}), "let in"),
        (json!({"exp": now() - 20}), "let in"),
        (json!({"iss": issuer.url.trim_end_matches('/')}), "issuer"),
        (json!({"iss": "https://evil.example/"}), "issuer"),
        (json!({"iss": null}), "issuer"),
        (json!({"aud": "https://other.example"}), "audience"),
        (json!({"aud": []}), "audience"),
        (json!({"aud": null}), "audience"),
        (json!({"aud": {"a": AUDIENCE}}), "claims"),
        (json!({"exp": null}), "no_expiry"),
        (json!({"exp": now() - 60}), "expired"),
        (json!({"exp": (now() + 100).to_string()}), "claims"),
        (json!({"nbf": now() + 60}), "not_yet_valid"),
        (json!({"iat": now() + 60}), "not_yet_valid"),
        (json!({"sub": format!("auth0|x{CLIENT}@clients")}), "subject"),
        (json!({"sub": "auth0|legacy|x@clients"}), "subject"),
        (json!({"sub": "auth0|legacy|1"}), "subject"),
        (json!({"sub": CLIENT}), "subject"),
        (json!({"sub": null}), "subject"),
        (json!({"sub": "@clients", "azp": ""}), "client_mismatch"),
        (json!({"sub": "other@clients"}), "client_mismatch"),
        (json!({"client_id": "other"}), "client_mismatch"),
        (json!({"azp": null}), "no_client"),
        (json!({"gty": "password"}), "grant_type"),
        (json!({"cnf": {"x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"}}), "bound_certificate_missing"),
        (json!({"cnf": {"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}}), "bound_key"),
        (json!({"cnf": {}}), "bound_key"),
        (json!({"cnf": "x"}), "claims"),
        (json!({"scope": null}), "insufficient_scope"),
        (json!({"scope": "legacy:get_user legacy:login_as"}), "insufficient_scope"),
    ];
    for (changes, expected) in rows {
        assert_eq!(reason(&gate, &issuer.token_with(changes.clone())).await, expected, "{changes}");
    }
}

/// The example of RFC 8705, section 3.1: the thumbprint as base64url, and the same 32 bytes.
#[tokio::test]
async fn a_bound_token_is_good_with_its_certificate_alone() {
    let issuer = Issuer::start();
    let (gate, _) = gate(&rules(&issuer));
    let thumbprint = "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg0";
    let bytes: [u8; 32] = hex::decode("6f070ad1eb1cdc0082dc3076639fe5112b1713ca3d96d734e4ef3d8dd37e760d")
        .expect("hex")
        .try_into()
        .expect("32");
    let other = [7; 32];
    let rows = [
        (json!({"x5t#S256": thumbprint}), Some(&bytes), "let in"),
        (json!({"x5t#S256": thumbprint, "jkt": "x"}), Some(&bytes), "let in"),
        (json!({"x5t#S256": thumbprint}), Some(&other), "bound_certificate_mismatch"),
        (json!({"x5t#S256": thumbprint}), None, "bound_certificate_missing"),
        (json!({"x5t#S256": format!("{thumbprint}=")}), Some(&bytes), "bound_certificate_mismatch"),
        (json!({"x5t#S256": ""}), Some(&bytes), "bound_certificate_mismatch"),
    ];
    for (cnf, certificate, expected) in rows {
        let token = format!("Bearer {}", issuer.token_with(json!({"cnf": cnf})));
        let identified = gate.identify(Some(token.as_bytes()), certificate).await;
        assert_eq!(identified.map_or_else(|rejection| rejection.reason(), |_| "let in"), expected, "{cnf}");
    }
    // A token that is bound to nothing is as good over a connection with a certificate.
    let plain = format!("Bearer {}", issuer.token());
    assert!(gate.identify(Some(plain.as_bytes()), Some(&other)).await.is_ok());
}

#[tokio::test]
async fn the_operators_list_and_the_scope_switch_hold() {
    let issuer = Issuer::start();
    let (listed, _) = gate(&Token { clients: vec!["another".into()], ..rules(&issuer) });
    assert_eq!(reason(&listed, &issuer.token()).await, "client_not_allowed");
    let (without_scopes, _) = gate(&Token { scopes: false, ..rules(&issuer) });
    assert_eq!(reason(&without_scopes, &issuer.token_with(json!({"scope": null}))).await, "let in");
}

#[tokio::test]
async fn classic_attacks_are_refused() {
    let issuer = Issuer::start();
    let (gate, _) = gate(&rules(&issuer));
    let claims = issuer.claims().to_string();
    let good = issuer.token();
    let stranger = SigningKey::new("first");
    let with_header = |header: Value| issuer.key.sign(&header.to_string(), &claims);
    let unsigned = |header: Value| format!("{}.{}.", encode(header.to_string().as_bytes()), encode(claims.as_bytes()));
    let hs256 = {
        use hmac::{Hmac, KeyInit, Mac};
        let header = json!({"alg": "HS256", "typ": "JWT", "kid": "first"}).to_string();
        let signed = format!("{}.{}", encode(header.as_bytes()), encode(claims.as_bytes()));
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&issuer.key.public_bytes()).expect("a key");
        mac.update(signed.as_bytes());
        format!("{signed}.{}", encode(&mac.finalize().into_bytes()))
    };
    let other_payload = {
        let parts: Vec<&str> = good.split('.').collect();
        let forged = issuer.claims().to_string().replace(CLIENT, "evil-client");
        format!("{}.{}.{}", parts[0], encode(forged.as_bytes()), parts[2])
    };
    let duplicate = {
        let twice = claims.replacen('{', "{\"aud\":\"https://other.example\",", 1);
        issuer.key.sign(&json!({"alg": "RS256", "kid": "first"}).to_string(), &twice)
    };
    let duplicate_alg = issuer.key.sign(r#"{"alg":"none","alg":"RS256","kid":"first"}"#, &claims);
    let foreign_key = |name: &str| {
        let mut header = json!({"alg": "RS256", "typ": "JWT", "kid": "first"});
        header[name] = if name == "jwk" { stranger.jwk() } else { json!("https://evil.example/jwks.json") };
        stranger.sign(&header.to_string(), &claims)
    };
    let rows: Vec<(&str, String, &str)> = vec![
        ("alg none, no signature", unsigned(json!({"alg": "none", "kid": "first"})), "malformed"),
        ("alg none, with a signature", with_header(json!({"alg": "none", "kid": "first"})), "algorithm"),
        ("alg NoNe", with_header(json!({"alg": "NoNe", "kid": "first"})), "algorithm"),
        ("HS256 with the public key", hs256, "algorithm"),
        ("an algorithm that is not on the list", with_header(json!({"alg": "RS512", "kid": "first"})), "algorithm"),
        ("no alg", with_header(json!({"kid": "first"})), "malformed"),
        ("another key of the same name", stranger.token(&issuer.claims()), "signature"),
        ("jwk header", foreign_key("jwk"), "signature"),
        ("jku header", foreign_key("jku"), "signature"),
        ("x5u header", foreign_key("x5u"), "signature"),
        ("kid of a file", with_header(json!({"alg": "RS256", "kid": "../../../dev/null"})), "unknown_key"),
        ("kid of SQL", with_header(json!({"alg": "RS256", "kid": "' OR 1=1 --"})), "unknown_key"),
        ("a very long kid", with_header(json!({"alg": "RS256", "kid": "k".repeat(3000)})), "unknown_key"),
        ("kid of a number", with_header(json!({"alg": "RS256", "kid": 1})), "malformed"),
        ("crit", with_header(json!({"alg": "RS256", "kid": "first", "crit": ["exp"]})), "critical_extension"),
        ("wrong typ", with_header(json!({"alg": "RS256", "kid": "first", "typ": "id+jwt"})), "type"),
        ("another payload", other_payload, "signature"),
        ("a claim twice", duplicate, "claims"),
        ("a header twice", duplicate_alg, "malformed"),
        ("claims in an array", issuer.key.sign(r#"{"alg":"RS256","kid":"first"}"#, "[]"), "claims"),
        ("huge", format!("{good}{}", "A".repeat(9000)), "too_large"),
        ("four parts", format!("{good}.x"), "malformed"),
        ("two parts", good.rsplit_once('.').expect("parts").0.to_owned(), "malformed"),
        ("padding", format!("{good}="), "signature"),
        ("empty", String::new(), "malformed"),
        ("not base64", "a.b.c".into(), "malformed"),
    ];
    for (attack, token, expected) in rows {
        assert_eq!(reason(&gate, &token).await, expected, "{attack}");
    }
    for header in ["", "Bearer", "Basic dTpw", "Token x"] {
        let rejection = gate.admit(Some(header.as_bytes()), Scope::Login).await.expect_err("refused");
        assert_eq!(rejection.reason(), "missing", "{header}");
    }
    assert_eq!(gate.admit(None, Scope::Login).await.expect_err("refused").reason(), "missing");
    let spelled = format!("bEaReR {good}");
    assert!(gate.admit(Some(spelled.as_bytes()), Scope::Login).await.is_ok());
}

#[tokio::test]
async fn a_key_of_another_type_verifies_nothing() {
    let issuer = Issuer::start();
    let ec = json!({"kty": "EC", "crv": "P-256", "kid": "first", "use": "sig",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"});
    issuer.publishes(&[ec]);
    let (gate, _) = gate(&rules(&issuer));
    assert_eq!(reason(&gate, &issuer.token()).await, "key_type");
    let symmetric = json!({"kty": "oct", "kid": "first", "k": "c2VjcmV0"});
    let encryption = {
        let mut jwk = issuer.key.jwk();
        jwk["use"] = json!("enc");
        jwk
    };
    issuer.publishes(&[symmetric, encryption]);
    let (gate, _) = self::gate(&rules(&issuer));
    assert_eq!(reason(&gate, &issuer.token()).await, "keys_unavailable");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn unknown_keys_cause_one_fetch_however_many_ask() {
    let issuer = Issuer::start();
    let (gate, keys) = gate(&rules(&issuer));
    keys.first_attempt().await;
    assert_eq!(issuer.fetches(), 1);
    let gate = Arc::new(gate);
    let unknown = issuer.key.sign(r#"{"alg":"RS256","kid":"second"}"#, &issuer.claims().to_string());
    let mut asking = tokio::task::JoinSet::new();
    for _ in 0..200 {
        let (gate, unknown) = (Arc::clone(&gate), unknown.clone());
        asking.spawn(async move { reason(&gate, &unknown).await });
    }
    while let Some(answer) = asking.join_next().await {
        assert_eq!(answer.expect("an answer"), "unknown_key");
    }
    assert_eq!(issuer.fetches(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_known_key_never_waits_for_a_hanging_endpoint() {
    let issuer = Issuer::start();
    let (gate, keys) = gate(&rules(&issuer));
    keys.first_attempt().await;
    issuer.answers(Answer::Hangs);
    let gate = Arc::new(gate);
    let unknown = issuer.key.sign(r#"{"alg":"RS256","kid":"second"}"#, &issuer.claims().to_string());
    let waiting = tokio::spawn({
        let gate = Arc::clone(&gate);
        async move { reason(&gate, &unknown).await }
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    for _ in 0..100 {
        assert_eq!(reason(&gate, &issuer.token()).await, "let in");
    }
    assert!(!waiting.is_finished(), "the unknown key was waiting all the while");
    assert_eq!(waiting.await.expect("an answer"), "unknown_key");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rotation_outage_and_garbage_are_survived() {
    let issuer = Issuer::start();
    let quick =
        Token { jwks_refresh: Duration::from_millis(100), jwks_cooldown: Duration::from_millis(50), ..rules(&issuer) };
    let (gate, keys) = gate(&quick);
    keys.first_attempt().await;
    for trouble in [
        Answer::Closes,
        Answer::With(500, "{}".into()),
        Answer::With(200, "<html>".into()),
        Answer::With(200, r#"{"keys":[]}"#.into()),
        Answer::With(200, r#"{"keys":[{"kty":"RSA"}]}"#.into()),
        Answer::With(200, " ".repeat(300_000)),
        Answer::With(302, "{}".into()),
    ] {
        issuer.answers(trouble);
        let seen = issuer.fetches();
        while issuer.fetches() < seen + 2 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(reason(&gate, &issuer.token()).await, "let in");
    }
    let second = SigningKey::new("second");
    issuer.publishes(&[second.jwk()]);
    eventually(|| async { reason(&gate, &second.token(&issuer.claims())).await == "let in" }).await;
    eventually(|| async { reason(&gate, &issuer.token()).await == "unknown_key" }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn starting_before_the_issuer_heals_by_itself() {
    let issuer = Issuer::start();
    issuer.answers(Answer::With(503, String::new()));
    let (gate, keys) = gate(&rules(&issuer));
    assert_eq!(reason(&gate, &issuer.token()).await, "keys_unavailable");
    assert!(!keys.is_loaded());
    issuer.publishes(&[issuer.key.jwk()]);
    eventually(|| async { reason(&gate, &issuer.token()).await == "let in" }).await;
}

#[tokio::test]
async fn keys_that_are_too_old_are_not_trusted() {
    let issuer = Issuer::start();
    let (gate, keys) = gate(&Token { max_stale: Duration::from_millis(200), ..rules(&issuer) });
    keys.first_attempt().await;
    assert_eq!(reason(&gate, &issuer.token()).await, "let in");
    issuer.answers(Answer::Closes);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(reason(&gate, &issuer.token()).await, "keys_unavailable");
}

async fn eventually<F: Future<Output = bool>>(mut condition: impl FnMut() -> F) {
    for _ in 0..400 {
        if condition().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it never came");
}

#[tokio::test]
async fn a_name_that_no_key_has_does_not_use_up_the_shared_fetch() {
    let issuer = Issuer::start();
    let (gate, keys) = gate(&rules(&issuer));
    keys.first_attempt().await;
    for kid in ["k".repeat(3000), "\u{7f}".into(), "ключ".into()] {
        let header = json!({"alg": "RS256", "kid": kid}).to_string();
        assert_eq!(reason(&gate, &issuer.key.sign(&header, &issuer.claims().to_string())).await, "unknown_key");
    }
    assert_eq!(issuer.fetches(), 1);
}

async fn identify(gate: &Gate, token: &str) -> Result<Arc<Genuine>, &'static str> {
    gate.identify(Some(format!("Bearer {token}").as_bytes()), None).await.map_err(Rejection::reason)
}

/// Whether a token was verified anew: what is remembered is handed out as it is.
async fn is_remembered(gate: &Gate, token: &str) -> bool {
    let first = identify(gate, token).await.expect("genuine");
    Arc::ptr_eq(&first, &identify(gate, token).await.expect("genuine"))
}

#[tokio::test]
async fn a_token_is_verified_once_and_its_neighbours_for_themselves() {
    let issuer = Issuer::start();
    let (gate, keys) = gate(&rules(&issuer));
    keys.first_attempt().await;
    let token = issuer.token();
    assert!(is_remembered(&gate, &token).await);
    // Another signature, payload or header is another token.
    let (signed, signature) = token.rsplit_once('.').expect("a signature");
    let last = if signature.ends_with('A') { "B" } else { "A" };
    let forged = format!("{signed}.{}{last}", &signature[..signature.len() - 1]);
    for _ in 0..2 {
        assert_eq!(reason(&gate, &forged).await, "signature");
    }
    let [header, _, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!("three parts") };
    let claims = encode(issuer.claims().to_string().replace("legacy:login", "legacy:other").as_bytes());
    assert_eq!(reason(&gate, &format!("{header}.{claims}.{signature}")).await, "signature");
    // The scope and the list of clients are asked for at each request.
    let narrow = issuer.token_with(json!({"scope": "legacy:get_user"}));
    assert!(is_remembered(&gate, &narrow).await);
    assert_eq!(reason(&gate, &narrow).await, "insufficient_scope");
    // A book in a token costs its own verification, not our memory.
    assert!(!is_remembered(&gate, &issuer.token_with(json!({"jti": "x".repeat(2000)}))).await);
}

#[tokio::test]
async fn a_remembered_token_ends_when_it_ends() {
    let issuer = Issuer::start();
    let (gate, _) = gate(&Token { leeway: Duration::ZERO, ..rules(&issuer) });
    let end = now() + 3;
    let token = issuer.token_with(json!({"exp": end}));
    assert_eq!(reason(&gate, &token).await, "let in");
    while now() < end {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(reason(&gate, &token).await, "expired");
}

#[tokio::test]
async fn a_remembered_token_stays_bound_to_its_certificate() {
    let issuer = Issuer::start();
    let (gate, _) = gate(&rules(&issuer));
    // The example of RFC 8705, section 3.1, as above.
    let cnf = json!({"cnf": {"x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg0"}});
    let bytes = hex::decode("6f070ad1eb1cdc0082dc3076639fe5112b1713ca3d96d734e4ef3d8dd37e760d").expect("hex");
    let own: [u8; 32] = bytes.try_into().expect("32");
    let token = format!("Bearer {}", issuer.token_with(cnf));
    assert!(gate.identify(Some(token.as_bytes()), Some(&own)).await.is_ok());
    for (certificate, expected) in [(None, "bound_certificate_missing"), (Some(&[7; 32]), "bound_certificate_mismatch")]
    {
        let refused = gate.identify(Some(token.as_bytes()), certificate).await;
        assert_eq!(refused.err().map(Rejection::reason), Some(expected));
    }
}

#[tokio::test]
async fn a_remembered_token_goes_with_its_key() {
    let issuer = Issuer::start();
    let (rotating, _) = gate(&Token { jwks_refresh: Duration::from_millis(100), ..rules(&issuer) });
    let token = issuer.token();
    assert_eq!(reason(&rotating, &token).await, "let in");
    issuer.publishes(&[SigningKey::new("second").jwk()]);
    let fetches = issuer.fetches();
    // The second fetch from here on began after the change, and the third after it was taken.
    while issuer.fetches() < fetches + 3 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(reason(&rotating, &token).await, "unknown_key");
    // Keys that are too old to be trusted let nobody in, remembered or not.
    issuer.publishes(&[issuer.key.jwk()]);
    let (gate, old) = gate(&Token { max_stale: Duration::from_secs(2), ..rules(&issuer) });
    assert_eq!(reason(&gate, &token).await, "let in");
    issuer.answers(Answer::Closes);
    while old.is_loaded() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(reason(&gate, &token).await, "keys_unavailable");
}
