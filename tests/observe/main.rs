//! What operations watch: alerts, dashboard, runbook and OpenAPI documents, each held against the running service.
#![allow(clippy::pedantic, reason = "a test fails loudly; the strict set is for what is shipped")]
#[path = "../support/mod.rs"]
mod support;

mod alerts;
mod dashboard;
mod openapi;
mod prometheus;
mod promql;
mod ready;
mod real_faults;
mod runbook;
mod tools;
mod world;
