//! The Prometheus metrics of `/metrics`: their names, labels and units are part of the contract.
//!
//! No label ever holds user data: every label value comes from a closed list in the code.
use prometheus::{
    Encoder, Gauge, GaugeVec, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec,
    Opts, Registry, TextEncoder,
};

/// Seconds that a request, a lookup or a short wait takes.
const REQUEST_SECONDS: &[f64] =
    &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 2.0, 3.0, 5.0];

/// Every metric of the process.
#[derive(Clone)]
pub struct Metrics {
    registry: Registry,
    /// Requests by route, status and code (`ok` for 200).
    pub http_requests: IntCounterVec,
    /// Seconds from the first byte of a request to its answer.
    pub http_request_seconds: HistogramVec,
    /// Requests being answered.
    pub http_in_flight: IntGauge,
    /// Requests without a good token, by reason.
    pub token_rejections: IntCounterVec,
    /// Fetches of the signing keys, by result.
    pub jwks_refreshes: IntCounterVec,
    /// Seconds since the last good fetch of the keys.
    pub jwks_age: Gauge,
    /// Logins by outcome and scheme.
    pub logins: IntCounterVec,
    /// Seconds of work of one verification.
    pub verify_seconds: HistogramVec,
    /// Seconds that a verification waited for a thread.
    pub queue_seconds: Histogram,
    /// Verifications that wait.
    pub queue_depth: IntGauge,
    /// Bytes of the running verifications.
    pub verify_memory: IntGauge,
    /// Connections of the pool by state.
    pub pool_connections: IntGaugeVec,
    /// Seconds until a connection was free.
    pub pool_wait_seconds: Histogram,
    /// Seconds of a query, its wait for a connection included.
    pub query_seconds: HistogramVec,
    /// Failed queries by kind.
    pub db_errors: IntCounterVec,
    /// Users marked as migrated by this process.
    pub marked: IntCounter,
    /// Users by state.
    pub users: IntGaugeVec,
    /// Requests refused for frequency, by what was over its limit.
    pub throttled: IntCounterVec,
    /// 1 while the throttle's shared store answers, 0 while each replica counts by itself; nothing without a store.
    pub throttle_store_up: IntGaugeVec,
    /// What the shared store failed at, by kind.
    pub throttle_store_errors: IntCounterVec,
    /// Records of the audit stream, by result.
    pub audit_records: IntCounterVec,
    /// 1 for each check of `/readyz` that is well, 0 for one that is not.
    pub ready: IntGaugeVec,
    /// When the listener's certificate ends, in seconds since 1970.
    pub certificate_expiry: Gauge,
    /// Reloads of the configuration, by result.
    pub config_reloads: IntCounterVec,
    /// 1 when the last configuration that was looked at is in force, 0 when it was refused.
    pub config_last_reload_successful: IntGauge,
    /// When the configuration in force was taken, in seconds since 1970.
    pub config_last_reload: Gauge,
}

impl Metrics {
    /// All metrics at zero, in a registry of their own.
    ///
    /// # Errors
    /// Never with the names below; a name registered twice would be one.
    pub fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        let build: GaugeVec = registered(
            &registry,
            GaugeVec::new(Opts::new("drawbridge_build_info", "The running version; always 1"), &["version"]),
        )?;
        build.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1.0);
        #[cfg(target_os = "linux")]
        registry.register(Box::new(prometheus::process_collector::ProcessCollector::for_self()))?;
        Ok(Self {
            http_requests: counters(&registry, "http_requests_total", "Requests", &["route", "status", "code"])?,
            http_request_seconds: seconds(
                &registry,
                "http_request_duration_seconds",
                "Seconds from the request to its answer",
                &["route", "code"],
            )?,
            http_in_flight: registered(
                &registry,
                IntGauge::new("drawbridge_http_requests_in_flight", "Requests being answered"),
            )?,
            token_rejections: counters(&registry, "token_rejections_total", "Requests not let in", &["reason"])?,
            jwks_refreshes: counters(&registry, "jwks_refreshes_total", "Fetches of the signing keys", &["result"])?,
            jwks_age: registered(
                &registry,
                Gauge::new("drawbridge_jwks_age_seconds", "Seconds since the signing keys were last fetched"),
            )?,
            logins: counters(&registry, "logins_total", "Logins", &["outcome", "scheme"])?,
            verify_seconds: seconds(
                &registry,
                "password_verify_seconds",
                "Seconds of work of one verification",
                &["scheme"],
            )?,
            queue_seconds: histogram(
                &registry,
                "password_queue_seconds",
                "Seconds that a verification waited for a thread",
            )?,
            queue_depth: registered(
                &registry,
                IntGauge::new("drawbridge_password_queue_depth", "Verifications that wait for a thread"),
            )?,
            verify_memory: registered(
                &registry,
                IntGauge::new("drawbridge_password_memory_bytes", "Memory of the running verifications"),
            )?,
            pool_connections: registered(
                &registry,
                IntGaugeVec::new(
                    Opts::new("drawbridge_db_pool_connections", "Connections to the legacy database"),
                    &["state"],
                ),
            )?,
            pool_wait_seconds: histogram(&registry, "db_pool_wait_seconds", "Seconds until a connection was free")?,
            query_seconds: seconds(
                &registry,
                "db_query_seconds",
                "Seconds of a query, its wait for a connection included",
                &["query"],
            )?,
            db_errors: counters(&registry, "db_errors_total", "Failed queries", &["kind"])?,
            marked: registered(
                &registry,
                IntCounter::new("drawbridge_marked_migrated_total", "Users marked as migrated"),
            )?,
            users: registered(
                &registry,
                IntGaugeVec::new(Opts::new("drawbridge_users", "Users by state"), &["state"]),
            )?,
            throttled: counters(&registry, "throttled_total", "Requests refused for frequency", &["by"])?,
            throttle_store_up: registered(
                &registry,
                IntGaugeVec::new(
                    Opts::new("drawbridge_throttle_store_up", "Whether the throttle's shared store answers"),
                    &[],
                ),
            )?,
            throttle_store_errors: counters(
                &registry,
                "throttle_store_errors_total",
                "Decisions that the throttle's shared store did not take",
                &["kind"],
            )?,
            audit_records: counters(&registry, "audit_records_total", "Records of the audit stream", &["result"])?,
            ready: registered(
                &registry,
                IntGaugeVec::new(Opts::new("drawbridge_ready", "Whether a check of /readyz is well"), &["check"]),
            )?,
            certificate_expiry: registered(
                &registry,
                Gauge::new(
                    "drawbridge_tls_certificate_expiry_timestamp_seconds",
                    "When the certificate of the listener ends",
                ),
            )?,
            config_reloads: counters(&registry, "config_reloads_total", "Reloads of the configuration", &["result"])?,
            config_last_reload_successful: registered(
                &registry,
                IntGauge::new(
                    "drawbridge_config_last_reload_successful",
                    "Whether the last configuration that was looked at is in force",
                ),
            )?,
            config_last_reload: registered(
                &registry,
                Gauge::new(
                    "drawbridge_config_last_reload_timestamp_seconds",
                    "When the configuration in force was taken",
                ),
            )?,
            registry,
        })
    }

    /// The text that `/metrics` answers with.
    ///
    /// # Errors
    /// When a metric cannot be encoded, which the registry rules out.
    pub fn text(&self) -> Result<String, prometheus::Error> {
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text)?;
        String::from_utf8(text).map_err(|error| prometheus::Error::Msg(error.to_string()))
    }
}

fn registered<M>(registry: &Registry, metric: Result<M, prometheus::Error>) -> Result<M, prometheus::Error>
where
    M: prometheus::core::Collector + Clone + 'static,
{
    let metric = metric?;
    registry.register(Box::new(metric.clone()))?;
    Ok(metric)
}

fn counters(registry: &Registry, name: &str, help: &str, labels: &[&str]) -> Result<IntCounterVec, prometheus::Error> {
    registered(registry, IntCounterVec::new(Opts::new(name, help).namespace("drawbridge"), labels))
}

fn seconds(registry: &Registry, name: &str, help: &str, labels: &[&str]) -> Result<HistogramVec, prometheus::Error> {
    let options = HistogramOpts::new(name, help).namespace("drawbridge").buckets(REQUEST_SECONDS.to_vec());
    registered(registry, HistogramVec::new(options, labels))
}

fn histogram(registry: &Registry, name: &str, help: &str) -> Result<Histogram, prometheus::Error> {
    let options = HistogramOpts::new(name, help).namespace("drawbridge").buckets(REQUEST_SECONDS.to_vec());
    registered(registry, Histogram::with_opts(options))
}
