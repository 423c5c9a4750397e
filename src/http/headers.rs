//! The headers of a request, which leave with it.
//!
//! # Why not those of actix
//! actix keeps the heads of finished requests for later ones, as many as ran at once, and each header is a piece of the
//! buffer that it was read from: with the token the body stays in memory, and in the body a password, until another
//! request comes by. What stands in the extensions of a request is dropped with it.
use actix_web::{
    Error, HttpMessage, HttpRequest,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header::HeaderMap,
    middleware::Next,
};
use std::rc::Rc;

/// Takes the headers out of the head, before anybody else holds the request.
///
/// # Errors
/// Those of the route.
pub async fn take(
    mut request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let headers = std::mem::take(request.headers_mut());
    request.extensions_mut().insert(Rc::new(headers));
    next.call(request).await
}

/// The headers of a request.
#[must_use]
pub fn of(request: &HttpRequest) -> Rc<HeaderMap> {
    let taken = request.extensions().get::<Rc<HeaderMap>>().map(Rc::clone);
    taken.unwrap_or_else(|| Rc::new(request.headers().clone()))
}
