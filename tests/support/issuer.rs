//! A stand-in for the tenant: signing keys, a JWKS endpoint on loopback with switches, and tokens of both dialects.
use aws_lc_rs::{
    rand::SystemRandom,
    rsa::{KeyPair, KeySize, PublicKeyComponents},
    signature::{KeyPair as _, RSA_PKCS1_SHA256},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// The audience of the tests.
pub const AUDIENCE: &str = "https://legacy-users.test.example";
/// The client of the tests.
pub const CLIENT: &str = "test-client";
/// Every scope.
pub const SCOPES: &str = "legacy:login legacy:get_user legacy:mark_migrated";

/// A signing key with its name.
pub struct SigningKey {
    /// `kid`.
    pub name: String,
    pair: KeyPair,
}

impl SigningKey {
    /// A fresh RSA key.
    pub fn new(name: &str) -> Self {
        Self { name: name.into(), pair: KeyPair::generate(KeySize::Rsa2048).expect("a key") }
    }

    /// The public half as a JWK.
    pub fn jwk(&self) -> Value {
        let components = PublicKeyComponents::<Vec<u8>>::from(self.pair.public_key());
        json!({"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.name,
               "n": encode(&components.n), "e": encode(&components.e)})
    }

    /// The modulus: what an attacker could take for an HMAC key.
    pub fn public_bytes(&self) -> Vec<u8> {
        PublicKeyComponents::<Vec<u8>>::from(self.pair.public_key()).n
    }

    /// A token of any header and claims, signed by this key.
    pub fn sign(&self, header: &str, claims: &str) -> String {
        let signed = format!("{}.{}", encode(header.as_bytes()), encode(claims.as_bytes()));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)
            .expect("a signature");
        format!("{signed}.{}", encode(&signature))
    }

    /// A token of these claims with the usual header.
    pub fn token(&self, claims: &Value) -> String {
        self.sign(&json!({"alg": "RS256", "typ": "JWT", "kid": self.name}).to_string(), &claims.to_string())
    }
}

/// base64url without padding.
pub fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What the JWKS endpoint does.
#[derive(Clone)]
pub enum Answer {
    /// Answers with this status and body.
    With(u16, String),
    /// Takes the connection and never answers.
    Hangs,
    /// Closes the connection.
    Closes,
}

/// A running issuer.
pub struct Issuer {
    /// `iss`, with its slash.
    pub url: String,
    /// The current key.
    pub key: SigningKey,
    answer: Arc<Mutex<Answer>>,
    fetches: Arc<AtomicUsize>,
}

impl Issuer {
    /// Starts on a free port with one key.
    pub fn start() -> Self {
        let key = SigningKey::new("first");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}/", listener.local_addr().expect("an address"));
        let answer = Arc::new(Mutex::new(Answer::With(200, json!({"keys": [key.jwk()]}).to_string())));
        let fetches = Arc::new(AtomicUsize::new(0));
        let (answers, counted) = (Arc::clone(&answer), Arc::clone(&fetches));
        std::thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                counted.fetch_add(1, Ordering::SeqCst);
                let answer = answers.lock().expect("the answer").clone();
                std::thread::spawn(move || serve(connection, &answer));
            }
        });
        Self { url, key, answer, fetches }
    }

    /// Changes what the endpoint does.
    pub fn answers(&self, answer: Answer) {
        *self.answer.lock().expect("the answer") = answer;
    }

    /// Publishes these keys.
    pub fn publishes(&self, keys: &[Value]) {
        self.answers(Answer::With(200, json!({ "keys": keys }).to_string()));
    }

    /// How often the endpoint was asked.
    pub fn fetches(&self) -> usize {
        self.fetches.load(Ordering::SeqCst)
    }

    /// The claims of a good token in Auth0's own dialect.
    pub fn claims(&self) -> Value {
        json!({"iss": self.url, "sub": format!("{CLIENT}@clients"), "aud": AUDIENCE, "iat": now(), "exp": now() + 600,
               "azp": CLIENT, "gty": "client-credentials", "scope": SCOPES})
    }

    /// The claims of a good token in the dialect of RFC 9068.
    pub fn claims_rfc9068(&self) -> Value {
        json!({"iss": self.url, "sub": format!("{CLIENT}@clients"), "aud": [AUDIENCE], "iat": now(), "exp": now() + 600,
               "client_id": CLIENT, "jti": "token-1", "scope": SCOPES})
    }

    /// A good token.
    pub fn token(&self) -> String {
        self.key.token(&self.claims())
    }

    /// A good token with some claims changed; `null` removes one.
    pub fn token_with(&self, changes: Value) -> String {
        let mut claims = self.claims();
        for (key, value) in changes.as_object().expect("an object") {
            if value.is_null() {
                claims.as_object_mut().expect("an object").remove(key);
            } else {
                claims[key] = value.clone();
            }
        }
        self.key.token(&claims)
    }
}

/// Seconds since 1970.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs()
}

fn serve(mut connection: TcpStream, answer: &Answer) {
    let mut request = [0; 4096];
    let _ = connection.set_read_timeout(Some(Duration::from_secs(5)));
    let _ = connection.read(&mut request);
    match answer {
        Answer::With(status, body) => {
            let head = format!(
                "HTTP/1.1 {status} x\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                body.len()
            );
            let _ = connection.write_all(head.as_bytes()).and_then(|()| connection.write_all(body.as_bytes()));
        }
        Answer::Hangs => std::thread::sleep(Duration::from_secs(20)),
        Answer::Closes => {}
    }
}
