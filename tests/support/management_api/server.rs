//! The HTTP server of the stand-in: reads a request whole or not at all, applies the faults, sends the answer.
//!
//! # Why hyper
//! A service that returns an error closes its connection without an answer, which is the fault that matters most; actix
//! has no such end.
use super::{
    answer::Answer,
    faults::Fault,
    route::Route,
    search,
    shared::{Admission, Shared},
    token, upload,
};
use futures_util::{StreamExt, stream};
use http_body_util::{BodyExt, Full, Limited, StreamBody, combinators::BoxBody};
use hyper::{
    Request, Response,
    body::{Bytes, Frame, Incoming},
    http::request::Parts,
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use std::{collections::BTreeMap, io, sync::Arc, time::Duration};
use tokio::{net::TcpListener, sync::oneshot};

/// A request is read up to here, so that its sender can read the 413.
const MOST_READ: usize = 16 * 1024 * 1024;

type Body = BoxBody<Bytes, io::Error>;

/// Serves until told to stop.
pub fn run(listener: std::net::TcpListener, shared: Arc<Shared>, stop: oneshot::Receiver<()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async move {
        let listener = TcpListener::from_std(listener).expect("a listener of tokio");
        let serve = async {
            loop {
                let Ok((stream, _)) = listener.accept().await else { continue };
                if shared.lock().closes_connection() {
                    continue;
                }
                let shared = Arc::clone(&shared);
                tokio::spawn(async move {
                    let service = service_fn(|request| answer(Arc::clone(&shared), request));
                    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
                });
            }
        };
        tokio::select! {
            () = serve => {}
            _ = stop => {}
        }
    });
}

async fn answer(shared: Arc<Shared>, request: Request<Incoming>) -> Result<Response<Body>, io::Error> {
    let (route, id) = Route::of(request.method(), request.uri().path());
    let admission = shared.lock().admit(route);
    if admission.fault == Some(Fault::DropBefore) {
        return drop_connection(&shared, route);
    }
    let (head, body) = request.into_parts();
    // A body that ends too early is an error here, and its request was never made.
    let body = Limited::new(body, MOST_READ).collect().await.map_err(io::Error::other)?.to_bytes();
    // What arrived whole is carried out even when its sender is gone before the answer.
    let carried_out = tokio::spawn(carry_out(shared, route, id, head, body, admission));
    carried_out.await.map_err(io::Error::other)?
}

async fn carry_out(
    shared: Arc<Shared>,
    route: Route,
    id: String,
    head: Parts,
    body: Bytes,
    admission: Admission,
) -> Result<Response<Body>, io::Error> {
    tokio::time::sleep(admission.time / 2).await;
    let mut answer = match admission.fault {
        Some(Fault::ErrorBefore(status)) => Answer::outage(status),
        _ if admission.limited => Answer::too_many_requests(),
        _ => handle(&shared, route, &id, &head, body).await,
    };
    tokio::time::sleep(admission.time / 2).await;
    match admission.fault {
        Some(Fault::DropAfter) => return drop_connection(&shared, route),
        Some(Fault::ErrorAfter(status)) => answer = Answer::outage(status),
        Some(Fault::Garbage) => garble(&mut answer, shared.lock().random.bool()),
        _ => {}
    }
    *shared.lock().requests.entry((route, answer.status)).or_default() += 1;
    let mut response = Response::builder().status(answer.status);
    if let Some(limits) = admission.headers {
        response = response
            .header("x-ratelimit-limit", limits.limit)
            .header("x-ratelimit-remaining", limits.remaining)
            .header("x-ratelimit-reset", limits.reset);
    }
    let (content_type, text) = answer.body.unwrap_or_default();
    if !content_type.is_empty() {
        response = response.header("content-type", content_type);
    }
    response.body(shaped(text, admission.fault)).map_err(io::Error::other)
}

async fn handle(shared: &Arc<Shared>, route: Route, id: &str, head: &Parts, body: Bytes) -> Answer {
    if route == Route::Token {
        return token::give(shared, &head.headers, &body);
    }
    if route == Route::Unknown {
        return Answer::error_without_code(404, "Not Found");
    }
    if let Some(refusal) = token::refusal(shared, route, &head.headers) {
        return refusal;
    }
    let query = head.uri.query().unwrap_or_default();
    match route {
        Route::Imports => upload::accept(shared, &head.headers, body).await,
        Route::Users => search::find(shared, query),
        Route::User => user(shared, id, query),
        _ => job(shared, id, route),
    }
}

/// `GET /api/v2/users/{id}` sees a user at once, unlike search.
fn user(shared: &Shared, id: &str, query: &str) -> Answer {
    let asked: BTreeMap<String, String> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    match shared.lock().directory.get(id) {
        Some(user) => Answer::json(200, &search::with_fields(user.shown(), &asked).into()),
        None => Answer::error(404, "The user does not exist.", "inexistent_user"),
    }
}

/// A job, or its errors.
fn job(shared: &Shared, id: &str, route: Route) -> Answer {
    let is_id = id
        .strip_prefix("job_")
        .is_some_and(|rest| rest.len() == 16 && rest.chars().all(|character| character.is_ascii_alphanumeric()));
    if !is_id {
        let message = "Path validation error: 'String does not match pattern ^job_[A-Za-z0-9]{16}$' on property id (ID of the job).";
        return Answer::error(400, message, "invalid_uri");
    }
    let faults = shared.lock().faults.clone();
    let gone = faults.errors_gone && route == Route::JobErrors;
    let Some(job) = shared.job(id).filter(|_| !gone) else {
        return Answer::error(404, "The job does not exist", "inexistent_job");
    };
    let shown = job.shown(shared.settings.time_per_user);
    if route == Route::Job {
        return Answer::json(200, &shown);
    }
    if job.status == super::jobs::Status::Failed {
        return if faults.failed_jobs_tell_nothing { Answer::empty() } else { Answer::json(200, &shown) };
    }
    job.errors(faults.masking).map_or_else(Answer::empty, |errors| Answer::json(200, &errors))
}

fn drop_connection(shared: &Shared, route: Route) -> Result<Response<Body>, io::Error> {
    *shared.lock().dropped.entry(route).or_default() += 1;
    Err(io::Error::other("the connection is closed on purpose"))
}

/// Half of the JSON, or a page where JSON should be.
fn garble(answer: &mut Answer, half: bool) {
    if let Some((_, text)) = &mut answer.body {
        *text = if half { text.chars().take(text.chars().count() / 2).collect() } else { "<html>\u{0}".to_owned() };
    }
}

fn shaped(text: String, fault: Option<Fault>) -> Body {
    let bytes = Bytes::from(text);
    let piece = |bytes: Bytes| Ok::<_, io::Error>(Frame::data(bytes));
    match fault {
        Some(Fault::CutBody) if !bytes.is_empty() => {
            let half = stream::iter([piece(bytes.slice(..bytes.len() / 2))]);
            let cut = stream::once(async {
                // Without a pause hyper would meet the end before it sent the head.
                tokio::time::sleep(Duration::from_millis(20)).await;
                Err(io::Error::other("the connection is closed on purpose"))
            });
            BodyExt::boxed(StreamBody::new(half.chain(cut)))
        }
        Some(Fault::SlowBody(pause)) => {
            let pieces: Vec<Bytes> = bytes.chunks(bytes.len().div_ceil(8).max(1)).map(Bytes::copy_from_slice).collect();
            let slow = stream::iter(pieces).then(move |bytes| async move {
                tokio::time::sleep(pause).await;
                piece(bytes)
            });
            BodyExt::boxed(StreamBody::new(slow))
        }
        _ => Full::new(bytes).map_err(|never| match never {}).boxed(),
    }
}
