//! One request and its answer: the stages that every route shares, in their order.
use super::{
    Bridge, body, client_certificate::Peer, headers, live::Live, problem::Problem, record::Record, request_id,
};
use crate::{
    accounts::subject::Subject,
    token::{
        gate::{Genuine, Scope},
        parts,
        rejection::Rejection,
    },
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        Method,
        header::{self, HeaderValue},
    },
    web,
};
use prometheus::IntGauge;
use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};
use zeroize::Zeroizing;

/// Most bytes of all header names and values of a request.
const MAX_HEADERS: usize = 16 * 1024;

/// A request that was let in, with its body.
pub struct Admitted {
    /// The accepted token, and whose it is.
    pub token: Arc<Genuine>,
    /// The bytes of the body.
    pub body: Zeroizing<Vec<u8>>,
    /// When the answer must have left.
    pub deadline: Instant,
}

/// Answers a request of one of the three routes: method, address, certificate, token, rate, body, then the verb, then the
/// record.
pub async fn answer<F>(request: HttpRequest, payload: web::Payload, route: Route, verb: F) -> HttpResponse
where
    F: AsyncFnOnce(&Bridge, Admitted, &mut Subject) -> Result<Vec<u8>, Problem>,
{
    let begun = Instant::now();
    let Some(live) = request.app_data::<web::Data<Live>>() else {
        return HttpResponse::InternalServerError().finish();
    };
    let bridge = live.bridge();
    let _in_flight = InFlight::enter(&bridge.metrics.http_in_flight);
    let request_id = request_id::of(&request);
    let deadline = begun + bridge.deadline;
    let mut record = Record::begin(&bridge, route.name, &request_id, begun);
    let result = match admit(&request, payload, &bridge, &route, deadline, &mut record).await {
        Ok(admitted) => verb(&bridge, admitted, &mut record.subject).await,
        Err(problem) => Err(problem),
    };
    let result = record.close(result, deadline).await;
    let (code, response) = match result {
        Ok(body) => ("ok", HttpResponse::Ok().insert_header((header::CONTENT_TYPE, "application/json")).body(body)),
        Err(problem) => (problem.code(), problem.response(&request_id)),
    };
    let done = Done { route: route.name, code, request_id: &request_id, client: record.client(), begun };
    finish(response, &bridge, &done)
}

/// Refuses a request that is for none of the routes.
#[must_use]
pub fn refuse(request: &HttpRequest, bridge: &Bridge, problem: Problem) -> HttpResponse {
    let request_id = request_id::of(request);
    let begun = Instant::now();
    let done = Done { route: "other", code: problem.code(), request_id: &request_id, client: None, begun };
    finish(problem.response(&request_id), bridge, &done)
}

/// A route's name in metrics and its scope.
pub struct Route {
    /// The label.
    pub name: &'static str,
    /// What the token must hold.
    pub scope: Scope,
}

async fn admit(
    request: &HttpRequest,
    payload: web::Payload,
    bridge: &Bridge,
    route: &Route,
    deadline: Instant,
    record: &mut Record<'_>,
) -> Result<Admitted, Problem> {
    if request.method() != Method::POST {
        return Err(Problem::MethodNotAllowed);
    }
    record.open()?;
    if !is_allowed(request.peer_addr(), &bridge.allow) {
        return Err(Problem::ClientNotAllowed);
    }
    if let Some(rules) = &bridge.client_rules
        && let Err(refused) = rules.admit(request.conn_data::<Peer>())
    {
        bridge.metrics.token_rejections.with_label_values(&[refused.reason()]).inc();
        record.rejection = Some(refused.reason());
        tracing::debug!(reason = refused.reason(), "a client certificate was not accepted");
        return Err(Problem::CertificateNotAllowed);
    }
    let token = admit_caller(request, bridge, route.scope, deadline, record).await?;
    if let Err(wait) = bridge.client_throttle.count(&token.caller.client_id, deadline).await {
        bridge.metrics.throttled.with_label_values(&["client"]).inc();
        return Err(Problem::TooManyRequests(wait));
    }
    let size: usize = headers::of(request).iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if size > MAX_HEADERS {
        return Err(Problem::InvalidRequest("the headers are larger than 16 KiB"));
    }
    let body = body::read(request, payload, deadline).await?;
    Ok(Admitted { token, body, deadline })
}

async fn admit_caller(
    request: &HttpRequest,
    bridge: &Bridge,
    scope: Scope,
    deadline: Instant,
    record: &mut Record<'_>,
) -> Result<Arc<Genuine>, Problem> {
    let headers = headers::of(request);
    let mut authorizations = headers.get_all(header::AUTHORIZATION);
    let first = authorizations.next().map(HeaderValue::as_bytes);
    // Two tokens: whoever stands between could mean the other one.
    if authorizations.next().is_some() {
        bridge.metrics.token_rejections.with_label_values(&["repeated"]).inc();
        record.rejection = Some("repeated");
        return Err(Problem::InvalidToken);
    }
    record.shown(|| parts::token_mark(first));
    let certificate = request.conn_data::<Peer>().map(Peer::thumbprint);
    let identified = tokio::time::timeout_at(deadline.into(), bridge.gate.identify(first, certificate)).await;
    let rejection = match identified {
        Ok(Ok(genuine)) => {
            record.identified(&genuine);
            match bridge.gate.permit(&genuine, scope) {
                Ok(()) => return Ok(genuine),
                Err(rejection) => rejection,
            }
        }
        Ok(Err(rejection)) => rejection,
        Err(_) => Rejection::KeysUnavailable,
    };
    bridge.metrics.token_rejections.with_label_values(&[rejection.reason()]).inc();
    record.rejection = Some(rejection.reason());
    tracing::debug!(reason = rejection.reason(), "a token was not accepted");
    Err(Problem::from(&rejection))
}

fn is_allowed(peer: Option<SocketAddr>, allow: &[ipnet::IpNet]) -> bool {
    // A dual-stack listener shows IPv4 peers as IPv6.
    allow.is_empty() || peer.is_some_and(|peer| allow.iter().any(|network| network.contains(&peer.ip().to_canonical())))
}

struct Done<'a> {
    route: &'static str,
    code: &'static str,
    request_id: &'a str,
    client: Option<&'a str>,
    begun: Instant,
}

/// The headers of every answer, the counters and the log line.
fn finish(mut response: HttpResponse, bridge: &Bridge, done: &Done<'_>) -> HttpResponse {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    if let Ok(value) = header::HeaderValue::from_str(done.request_id) {
        headers.insert(header::HeaderName::from_static(request_id::HEADER), value);
    }
    if bridge.is_draining() {
        response.head_mut().set_connection_type(actix_web::http::ConnectionType::Close);
    }
    let status = response.status();
    let took: Duration = done.begun.elapsed();
    bridge.metrics.http_requests.with_label_values(&[done.route, status.as_str(), done.code]).inc();
    bridge.metrics.http_request_seconds.with_label_values(&[done.route, done.code]).observe(took.as_secs_f64());
    let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let (status, Done { route, code, request_id, client, .. }) = (status.as_u16(), done);
    tracing::info!(route, status, code, milliseconds, request_id, client, "answered");
    response
}

/// Counts a request in flight for as long as it lives, dropped ones included.
struct InFlight(IntGauge);

impl InFlight {
    fn enter(gauge: &IntGauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}
