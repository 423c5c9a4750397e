//! The ops page: one HTML page that shows the migration and the health of this process, and the JSON that it polls.
//!
//! The page is in the binary and asks nobody but this listener. Its policy lets nothing run or be styled but the one
//! script and the one sheet whose hashes it names; whatever it shows is set as text.
mod health;
mod hints;
mod status;

use super::ops::{self, Watched};
use crate::{clock, telemetry::reading::Reading};
use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    http::header::{self, ETag, EntityTag, Header, IfNoneMatch},
    web,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};
use std::{sync::LazyLock, time::Duration};

/// Time between two looks at the counters.
const LOOK: Duration = Duration::from_secs(5);
/// Every so many looks the dependencies are asked, too.
const PROBE_EVERY: u32 = 3;

/// Page, policy and tag.
static PAGE: LazyLock<Page> = LazyLock::new(Page::assemble);

struct Page {
    html: String,
    policy: String,
    tag: EntityTag,
}

impl Page {
    fn assemble() -> Self {
        let style = include_str!("page.css");
        let script = concat!(include_str!("words.js"), include_str!("charts.js"), include_str!("page.js"));
        let html = include_str!("page.html").replace("/* page.css */", style).replace("/* page.js */", script);
        let digest = |text: &str| STANDARD.encode(Sha256::digest(text));
        let policy = format!(
            "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; connect-src 'self'; img-src data:; \
             base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
             trusted-types 'none'",
            digest(script),
            digest(style)
        );
        let tag = EntityTag::new_strong(digest(&html));
        Self { html, policy, tag }
    }
}

/// The routes of the page.
pub fn routes(app: &mut web::ServiceConfig) {
    app.route("/", web::get().to(page))
        .route("/status", web::get().to(status::answer))
        .route("/status/history", web::get().to(history));
}

/// Writes the history, for ever.
pub async fn keep(watched: web::Data<Watched>) {
    let mut looks = 0_u32;
    let mut is_well = true;
    loop {
        // What is not well is asked at every look: the gauges say soon that it is again.
        let well = if !is_well || looks.is_multiple_of(PROBE_EVERY) {
            is_well = ops::readiness(&watched).await.is_ready();
            Some(is_well)
        } else {
            None
        };
        // Not the bridge itself: whoever sleeps with it keeps the database of an old configuration open.
        let metrics = watched.live.bridge().metrics.clone();
        let waiting = u64::try_from(metrics.queue_depth.get()).unwrap_or(0);
        watched.history.look(clock::unix_now(), &Reading::take(&metrics), waiting, well);
        looks = looks.wrapping_add(1);
        tokio::time::sleep(LOOK).await;
    }
}

async fn page(request: HttpRequest) -> HttpResponse {
    let page = &*PAGE;
    let known = match IfNoneMatch::parse(&request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|tag| tag.weak_eq(&page.tag)),
        Err(_) => false,
    };
    let mut response = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    closed(&mut response)
        .insert_header(ETag(page.tag.clone()))
        // Asked for every time, sent only after an upgrade.
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .insert_header((header::CONTENT_SECURITY_POLICY, page.policy.clone()))
        .insert_header((header::X_FRAME_OPTIONS, "DENY"))
        .insert_header(("cross-origin-opener-policy", "same-origin"))
        .insert_header(("permissions-policy", "camera=(), geolocation=(), microphone=()"));
    if known {
        return response.finish();
    }
    response.insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8")).body(page.html.clone())
}

async fn history(watched: web::Data<Watched>) -> HttpResponse {
    let columns = watched.history.columns(&Reading::take(&watched.live.bridge().metrics));
    json(&columns)
}

/// An answer for the page alone: no cache keeps it and no other origin reads it.
fn json(body: &impl serde::Serialize) -> HttpResponse {
    closed(&mut HttpResponse::Ok()).insert_header((header::CACHE_CONTROL, "no-store")).json(body)
}

fn closed(response: &mut HttpResponseBuilder) -> &mut HttpResponseBuilder {
    response
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header(("cross-origin-resource-policy", "same-origin"))
}
