//! The two listeners. This file is the route table: the only one with paths of the bridge in it.
pub mod body;
pub mod certificate;
pub mod client_certificate;
pub mod exchange;
pub mod get_user;
pub mod headers;
pub mod live;
pub mod login;
pub mod mark_migrated;
pub mod ops;
pub mod ops_page;
pub mod problem;
pub mod record;
pub mod request_id;
pub mod server;
pub mod tls;
pub mod zeros;

use crate::{
    accounts::{Accounts, throttle::Throttle},
    telemetry::metrics::Metrics,
    token::{gate::Gate, keys::Keys},
};
use actix_web::{HttpRequest, HttpResponse, web};
use client_certificate::ClientRules;
use live::Live;
use record::Recorder;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// What the bridge listener answers with.
pub struct Bridge {
    /// Who may ask.
    pub gate: Gate,
    /// The signing keys behind the gate.
    pub keys: Arc<Keys>,
    /// Whose client certificates are good; `None` where none is asked for.
    pub client_rules: Option<Arc<ClientRules>>,
    /// The decisions about people.
    pub accounts: Accounts,
    /// Requests per client.
    pub client_throttle: Arc<Throttle>,
    /// The audit stream, where one is kept.
    pub audit: Option<Recorder>,
    /// Counters.
    pub metrics: Metrics,
    /// Whole-request deadline.
    pub deadline: Duration,
    /// Networks whose peers may connect; empty means all.
    pub allow: Vec<ipnet::IpNet>,
    /// Whether a shutdown is under way; one for all bridges of a process.
    pub draining: Arc<AtomicBool>,
}

impl Bridge {
    /// From now on the service is not ready, and every answer ends its connection.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Whether a shutdown is under way.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }
}

/// The routes of the bridge listener: these three and nothing else.
pub fn routes(app: &mut web::ServiceConfig) {
    app.route("/login", web::route().to(login::answer))
        .route("/get_user", web::route().to(get_user::answer))
        .route("/mark_migrated", web::route().to(mark_migrated::answer))
        .default_service(web::route().to(no_such_route));
}

async fn no_such_route(request: HttpRequest, live: web::Data<Live>) -> HttpResponse {
    exchange::refuse(&request, &live.bridge(), problem::Problem::NoSuchRoute)
}
