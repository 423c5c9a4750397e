//! Callers of a bridge, each on a connection that it keeps: what a request takes as its caller meets it.
use super::servers::bridge::Bridge;
use futures_util::future::join_all;
use http_body_util::{BodyExt, Full};
use hyper::{Request, body::Bytes, client::conn::http1::SendRequest};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, runtime::Runtime};

/// Some callers in one thread.
pub struct Callers {
    runtime: Runtime,
    connections: Vec<SendRequest<Full<Bytes>>>,
    host: String,
}

/// A request: its path, its token and its body.
pub struct Asked {
    /// The route.
    pub path: &'static str,
    /// The bearer token.
    pub token: String,
    /// The JSON.
    pub body: String,
}

impl Callers {
    /// As many as there are connections.
    pub fn of(bridge: &Bridge, connections: usize) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().expect("a runtime");
        let host = bridge.url.trim_start_matches("http://").to_owned();
        let connections = runtime.block_on(join_all((0..connections).map(|_| connect(&host))));
        Self { runtime, connections, host }
    }

    /// One request on each connection, all at once; panics where an answer has another status.
    pub fn ask(&mut self, status: u16, mut asked: impl FnMut() -> Asked) {
        let host = &self.host;
        let answers = self.connections.iter_mut().map(|connection| {
            let Asked { path, token, body } = asked();
            let request = Request::post(path)
                .header("host", host)
                .header("content-type", "application/json")
                .header("authorization", format!("Bearer {token}"))
                .body(Full::from(body))
                .expect("a request");
            answered(connection, request, status)
        });
        self.runtime.block_on(join_all(answers));
    }
}

async fn answered(connection: &mut SendRequest<Full<Bytes>>, request: Request<Full<Bytes>>, status: u16) {
    connection.ready().await.expect("a kept connection");
    let answer = connection.send_request(request).await.expect("an answer");
    assert_eq!(answer.status().as_u16(), status);
    answer.into_body().collect().await.expect("a whole answer");
}

async fn connect(host: &str) -> SendRequest<Full<Bytes>> {
    let stream = TcpStream::connect(host).await.expect("a connection");
    stream.set_nodelay(true).expect("a setting");
    let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.expect("HTTP");
    tokio::spawn(connection);
    sender
}
