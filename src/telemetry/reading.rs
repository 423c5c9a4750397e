//! The counters as plain numbers, for the ops page and its history.
use super::metrics::Metrics;
use prometheus::core::Collector;
use serde::Serialize;
use std::collections::BTreeMap;

/// Codes of `/login` that are an answer about the person.
const REFUSED: &[&str] = &["wrong_password", "user_not_found", "account_disabled", "no_password", "too_many_attempts"];
/// Codes that are an answer about the caller: no token, a bad body.
const TURNED_AWAY: &[&str] = &[
    "invalid_token",
    "not_a_client_token",
    "client_not_allowed",
    "insufficient_scope",
    "invalid_request",
    "body_too_large",
    "unsupported_media_type",
    "method_not_allowed",
];
/// Codes that say that something outside of the request was out of order.
const OUTAGES: &[&str] = &["overloaded", "database_unavailable", "keys_unavailable"];

/// What has been counted since the start.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// Logins that were accepted.
    pub accepted: u64,
    /// Logins that were refused: a wrong password, nobody of that name.
    pub refused: u64,
    /// Logins without an answer about the person: an outage, or a row to mend.
    pub failed: u64,
    /// Requests of any route that met an outage.
    pub outages: u64,
    /// Requests of any route that were not let in, or made no sense.
    pub turned_away: u64,
    /// Answered lookups.
    pub looked_up: u64,
    /// Users marked by this process.
    pub marked: u64,
    /// Seconds of logins.
    pub login: Seconds,
    /// Seconds of lookups.
    pub get_user: Seconds,
    /// Seconds that a verification waited.
    pub queue: Seconds,
    /// Seconds that a query waited for a connection.
    pub pool: Seconds,
}

impl Reading {
    /// Reads the counters.
    #[must_use]
    pub fn take(metrics: &Metrics) -> Self {
        let mut reading = Self { marked: metrics.marked.get(), ..Self::default() };
        each(&metrics.http_requests, |labels, metric| {
            let count = whole(metric.get_counter().get_value());
            let (route, code) = (label(labels, "route"), label(labels, "code"));
            let kind = match (route, code) {
                (_, code) if TURNED_AWAY.contains(&code) => &mut reading.turned_away,
                ("login", "ok") => &mut reading.accepted,
                ("login", code) if REFUSED.contains(&code) => &mut reading.refused,
                ("login", _) => &mut reading.failed,
                ("get_user", "ok" | "user_not_found") => &mut reading.looked_up,
                _ => &mut 0,
            };
            *kind += count;
            if OUTAGES.contains(&code) {
                reading.outages += count;
            }
        });
        each(&metrics.http_request_seconds, |labels, metric| {
            if TURNED_AWAY.contains(&label(labels, "code")) {
                return;
            }
            match label(labels, "route") {
                "login" => reading.login.add(metric),
                "get_user" => reading.get_user.add(metric),
                _ => {}
            }
        });
        each(&metrics.queue_seconds, |_, metric| reading.queue.add(metric));
        each(&metrics.pool_wait_seconds, |_, metric| reading.pool.add(metric));
        reading
    }

    /// What was counted between an earlier reading and this one.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        Self {
            accepted: self.accepted.saturating_sub(earlier.accepted),
            refused: self.refused.saturating_sub(earlier.refused),
            failed: self.failed.saturating_sub(earlier.failed),
            outages: self.outages.saturating_sub(earlier.outages),
            turned_away: self.turned_away.saturating_sub(earlier.turned_away),
            looked_up: self.looked_up.saturating_sub(earlier.looked_up),
            marked: self.marked.saturating_sub(earlier.marked),
            login: self.login.since(&earlier.login),
            get_user: self.get_user.since(&earlier.get_user),
            queue: self.queue.since(&earlier.queue),
            pool: self.pool.since(&earlier.pool),
        }
    }
}

/// Logins since the start, by outcome and by scheme; the scheme `none` is left out.
#[derive(Debug, Default, Serialize)]
pub struct Logins {
    /// By the code of the answer.
    pub outcomes: BTreeMap<String, u64>,
    /// By the scheme of the stored hash.
    pub schemes: BTreeMap<String, u64>,
}

impl Logins {
    /// Reads the counters.
    #[must_use]
    pub fn take(metrics: &Metrics) -> Self {
        let mut logins = Self::default();
        each(&metrics.logins, |labels, metric| {
            let count = whole(metric.get_counter().get_value());
            *logins.outcomes.entry(label(labels, "outcome").to_owned()).or_default() += count;
            let scheme = label(labels, "scheme");
            if scheme != "none" {
                *logins.schemes.entry(scheme.to_owned()).or_default() += count;
            }
        });
        logins
    }
}

/// A histogram: how many took up to each bound, cumulative, and how many there were.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Seconds {
    buckets: Vec<(f64, u64)>,
    /// How many there were.
    pub count: u64,
}

impl Seconds {
    fn add(&mut self, metric: &prometheus::proto::Metric) {
        let histogram = metric.get_histogram();
        self.count += histogram.get_sample_count();
        let more = histogram.get_bucket().iter().map(|bucket| (bucket.upper_bound(), bucket.cumulative_count()));
        if self.buckets.is_empty() {
            self.buckets = more.collect();
        } else {
            for (sum, (_, count)) in self.buckets.iter_mut().zip(more) {
                sum.1 += count;
            }
        }
    }

    fn since(&self, earlier: &Self) -> Self {
        let mut rest = self.clone();
        rest.count = rest.count.saturating_sub(earlier.count);
        for (now, then) in rest.buckets.iter_mut().zip(&earlier.buckets) {
            now.1 = now.1.saturating_sub(then.1);
        }
        rest
    }

    /// The time that this share (0 to 1) stayed within, interpolated between the bounds as Prometheus does it; the last
    /// bound where it took longer. `None` when there was nothing.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Option<f64> {
        if self.count == 0 {
            return None;
        }
        let rank = share * float(self.count);
        let (mut lower, mut below) = (0.0, 0.0);
        for (bound, count) in &self.buckets {
            let count = float(*count);
            if count >= rank && count > below {
                return Some(lower + (bound - lower) * ((rank - below) / (count - below)).clamp(0.0, 1.0));
            }
            (lower, below) = (*bound, count);
        }
        Some(lower)
    }
}

fn each(collector: &impl Collector, mut seen: impl FnMut(&[prometheus::proto::LabelPair], &prometheus::proto::Metric)) {
    for family in collector.collect() {
        for metric in family.get_metric() {
            seen(metric.get_label(), metric);
        }
    }
}

fn label<'a>(labels: &'a [prometheus::proto::LabelPair], name: &str) -> &'a str {
    labels.iter().find(|pair| pair.name() == name).map_or("", prometheus::proto::LabelPair::value)
}

/// A count that came through a float, as all of Prometheus does.
fn whole(count: f64) -> u64 {
    // The text of a whole float has no point; there is no cast without `as`.
    format!("{count:.0}").parse().unwrap_or(0)
}

fn float(count: u64) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_sorted_into_what_people_ask_about() {
        let metrics = Metrics::new().expect("metrics");
        for (route, status, code, count) in [
            ("login", "200", "ok", 7),
            ("login", "422", "wrong_password", 3),
            ("login", "404", "user_not_found", 1),
            ("login", "503", "database_unavailable", 2),
            ("login", "500", "password_unverifiable", 1),
            ("login", "401", "invalid_token", 9),
            ("get_user", "404", "user_not_found", 4),
            ("get_user", "503", "keys_unavailable", 5),
            ("other", "404", "not_found", 6),
        ] {
            metrics.http_requests.with_label_values(&[route, status, code]).inc_by(count);
        }
        let reading = Reading::take(&metrics);
        assert_eq!((reading.accepted, reading.refused, reading.failed), (7, 4, 3));
        assert_eq!((reading.outages, reading.turned_away, reading.looked_up), (7, 9, 4));
        metrics.http_requests.with_label_values(&["login", "200", "ok"]).inc();
        assert_eq!(Reading::take(&metrics).since(&reading).accepted, 1);
    }

    // Expected values by hand from the rule of `histogram_quantile` in Prometheus' documentation.
    #[test]
    fn quantiles_are_those_of_prometheus() {
        let seconds = Seconds { buckets: vec![(0.1, 50), (0.2, 90), (0.5, 90), (1.0, 99)], count: 100 };
        let near = |share: f64, expected: f64| {
            let found = seconds.quantile(share).expect("a quantile");
            assert!((found - expected).abs() < 1e-9, "{share}: {found}");
        };
        near(0.25, 0.05);
        near(0.5, 0.1);
        near(0.7, 0.15);
        near(0.95, 0.5 + 0.5 * 5.0 / 9.0);
        near(1.0, 1.0);
        assert_eq!(Seconds::default().quantile(0.5), None);
        assert_eq!(seconds.since(&seconds).quantile(0.5), None);
    }
}
