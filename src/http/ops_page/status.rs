//! `GET /status` of the ops listener: everything that the page shows but the history. No person's value is in it.
use super::{
    health::{self, Part, Verdict},
    hints,
};
use crate::{
    accounts::progress::Crossed,
    clock,
    config::migration::Mode,
    http::ops::{self, Watched},
    telemetry::{
        history::WINDOW,
        problems,
        reading::{Logins, Reading, Seconds},
    },
};
use actix_web::{HttpResponse, web};
use serde::Serialize;
use std::time::Duration;

/// A problem that has been quiet for so long is not shown any more.
const OLD: u64 = 24 * 3600;

/// Times are seconds since 1970, durations seconds.
#[derive(Serialize)]
struct Status {
    now: u64,
    since: u64,
    version: &'static str,
    host: String,
    process: u32,
    mode: &'static str,
    verdict: Verdict,
    health: Vec<Part>,
    migration: Option<Migration>,
    logins: Logins,
    marked: u64,
    turned_away: u64,
    window: u64,
    deadline: f64,
    latency: [Latency; 2],
    queue: Queue,
    pool: Pool,
    problems: Vec<Shown>,
}

#[derive(Serialize)]
struct Migration {
    total: Option<u64>,
    migrated: u64,
    remaining: Option<u64>,
    by_login: u64,
    in_bulk: u64,
    last_day: u64,
    last_week: u64,
    projected_end: Option<u64>,
    counted_at: u64,
}

#[derive(Serialize)]
struct Latency {
    route: &'static str,
    count: u64,
    p50: Option<f64>,
    p95: Option<f64>,
    p99: Option<f64>,
}

#[derive(Serialize)]
struct Queue {
    waiting: i64,
    places: usize,
    threads: usize,
    memory: i64,
    memory_limit: u64,
    wait_p95: Option<f64>,
}

#[derive(Serialize)]
struct Pool {
    busy: usize,
    idle: usize,
    size: usize,
    wait_p95: Option<f64>,
}

#[derive(Serialize)]
struct Shown {
    level: &'static str,
    message: String,
    detail: String,
    count: u64,
    first: u64,
    last: u64,
    hint: String,
}

/// Answers.
pub async fn answer(watched: web::Data<Watched>) -> HttpResponse {
    let readiness = ops::readiness(&watched).await;
    let (bridge, now) = (watched.live.bridge(), clock::unix_now());
    let (accounts, metrics) = (&bridge.accounts, &bridge.metrics);
    let reading = Reading::take(metrics);
    let recent = watched.history.recent(&reading);
    let health = health::parts(&bridge, &readiness);
    let (threads, places, memory_limit) = accounts.pool.bounds();
    let (busy, idle) = accounts.store.connections();
    super::json(&Status {
        now,
        since: watched.history.since(),
        version: env!("CARGO_PKG_VERSION"),
        host: rustix::system::uname().nodename().to_string_lossy().into_owned(),
        process: std::process::id(),
        mode: match accounts.migration.mode {
            Mode::Import => "import",
            Mode::Proxy => "proxy",
        },
        verdict: health::verdict(&bridge, &watched.history, &health, &reading),
        health,
        migration: accounts.progress.crossed().map(|crossed| migration(crossed, now)),
        logins: Logins::take(metrics),
        marked: reading.marked,
        turned_away: reading.turned_away,
        window: u64::try_from(WINDOW).unwrap_or(0) * 60,
        deadline: bridge.deadline.as_secs_f64(),
        latency: [latency("login", &recent.login), latency("get_user", &recent.get_user)],
        queue: Queue {
            waiting: metrics.queue_depth.get(),
            places,
            threads,
            memory: metrics.verify_memory.get(),
            memory_limit,
            wait_p95: recent.queue.quantile(0.95).map(rounded),
        },
        pool: Pool { busy, idle, size: accounts.connections, wait_p95: recent.pool.quantile(0.95).map(rounded) },
        problems: problems::recent()
            .into_iter()
            .filter(|problem| problem.last + OLD > now)
            .map(|problem| Shown {
                level: if problem.is_error { "error" } else { "warning" },
                detail: [Some(problem.words), problem.cause]
                    .into_iter()
                    .flatten()
                    .filter(|text| !text.is_empty())
                    .collect::<Vec<_>>()
                    .join(": "),
                count: problem.count,
                first: problem.first,
                last: problem.last,
                hint: problem.hint.unwrap_or_else(|| hints::for_problem(&problem.message).to_owned()),
                message: problem.message,
            })
            .collect(),
    })
}

fn migration(crossed: Crossed, now: u64) -> Migration {
    Migration {
        total: crossed.total,
        migrated: crossed.migrated(),
        remaining: crossed.remaining(),
        by_login: crossed.by_login,
        in_bulk: crossed.in_bulk,
        last_day: crossed.last_day,
        last_week: crossed.last_week,
        projected_end: crossed.projected_end(now),
        counted_at: crossed.counted_at,
    }
}

fn latency(route: &'static str, seconds: &Seconds) -> Latency {
    let quantile = |share| seconds.quantile(share).map(rounded);
    Latency { route, count: seconds.count, p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99) }
}

/// Whole microseconds: the buckets know no more.
fn rounded(seconds: f64) -> f64 {
    Duration::try_from_secs_f64(seconds).map_or(0.0, |time| Duration::from_micros(micros(time)).as_secs_f64())
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
