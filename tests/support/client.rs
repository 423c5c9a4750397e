//! A small HTTP client that shows an answer as a person would read it.
use serde_json::Value;

/// One answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Status.
    pub status: u16,
    /// Headers, sorted, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: String,
}

impl Answer {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }

    /// The `code` of a problem.
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or("").to_owned()
    }
}

/// A client for plain HTTP on loopback, or for TLS with the given root.
pub fn client(root: Option<&[u8]>) -> reqwest::Client {
    let mut roots = rustls::RootCertStore::empty();
    if let Some(der) = root {
        roots.add(rustls::pki_types::CertificateDer::from(der.to_vec())).expect("a root");
    }
    let tls = drawbridge::trust::verifying_client(roots).expect("a TLS client");
    reqwest::Client::builder().tls_backend_preconfigured(tls).no_proxy().build().expect("a client")
}

/// Sends a request and reads the answer.
pub async fn send(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.expect("an answer");
    let status = response.status().as_u16();
    let mut headers: Vec<(String, String)> = response
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), value.to_str().unwrap_or("?").to_owned()))
        .collect();
    headers.sort();
    Answer { status, headers, body: response.text().await.expect("a body") }
}

/// A POST of JSON with a token.
pub fn post(client: &reqwest::Client, url: &str, token: &str, body: &Value) -> reqwest::RequestBuilder {
    client.post(url).bearer_auth(token).json(body)
}

/// What `/metrics` of an ops listener shows once the users are counted, which begins a little after a start.
pub async fn metrics(client: &reqwest::Client, ops: &str) -> String {
    for _ in 0..100 {
        let shown = send(client.get(format!("{ops}/metrics"))).await.body;
        if shown.contains("drawbridge_users{") {
            return shown;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("nobody counts the users");
}
