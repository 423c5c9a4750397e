//! The two listeners. This file is the route table: the only one with paths of the bridge in it.
pub mod body;
pub mod certificate;
pub mod exchange;
pub mod get_user;
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
    token::gate::Gate,
};
use actix_web::{HttpRequest, HttpResponse, web};
use record::Recorder;
use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

/// What the bridge listener answers with.
pub struct Bridge {
    /// Who may ask.
    pub gate: Gate,
    /// The decisions about people.
    pub accounts: Accounts,
    /// Requests per client.
    pub client_throttle: Throttle,
    /// The audit stream, where one is kept.
    pub audit: Option<Recorder>,
    /// Counters.
    pub metrics: Metrics,
    /// Whole-request deadline.
    pub deadline: Duration,
    /// Networks whose peers may connect; empty means all.
    pub allow: Vec<ipnet::IpNet>,
    draining: AtomicBool,
}

impl Bridge {
    /// Puts the parts together.
    #[must_use]
    pub fn new(
        gate: Gate,
        accounts: Accounts,
        client_throttle: Throttle,
        audit: Option<Recorder>,
        metrics: Metrics,
        deadline: Duration,
        allow: Vec<ipnet::IpNet>,
    ) -> Self {
        Self { gate, accounts, client_throttle, audit, metrics, deadline, allow, draining: AtomicBool::new(false) }
    }

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

async fn no_such_route(request: HttpRequest, bridge: web::Data<Bridge>) -> HttpResponse {
    exchange::refuse(&request, &bridge, problem::Problem::NoSuchRoute)
}
