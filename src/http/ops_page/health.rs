//! Is it well? The parts that the bridge stands on, and one verdict over all of them.
use super::hints;
use crate::{
    clock,
    http::{Bridge, ops::Readiness},
    telemetry::{history::History, metrics::Metrics, reading::Reading},
};
use serde::Serialize;
use std::time::Duration;

/// A certificate is said to end soon so many days before it does.
const SOON_DAYS: u64 = 14;
/// Outages of so many minutes count for the verdict.
const LATELY: usize = 5;
/// A wait for a connection, at the 95th percentile, that is worth a look.
const LONG_WAIT: f64 = 0.2;

/// How a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// As it should be.
    Ok,
    /// Not in use.
    Off,
    /// Works, and is worth a look.
    Warn,
    /// Does not work.
    Bad,
}

/// One part that the bridge stands on.
#[derive(Debug, Serialize)]
pub struct Part {
    name: String,
    state: State,
    word: String,
    /// The moment that the word is about, in seconds since 1970.
    at: Option<u64>,
    hint: Option<&'static str>,
}

/// Something that keeps the verdict from being good.
#[derive(Debug, Serialize)]
pub struct Worry {
    what: String,
    hint: &'static str,
}

/// The verdict: `well`, `attention`, `trouble` or `ending`, and why.
#[derive(Debug, Serialize)]
pub struct Verdict {
    level: &'static str,
    worries: Vec<Worry>,
}

/// Every check of `/readyz` by its own name, then what is known beside.
pub fn parts(bridge: &Bridge, readiness: &Readiness) -> Vec<Part> {
    let mut parts: Vec<Part> =
        readiness.words().into_iter().map(|(name, word)| part(readiness.refuses(&name), name, word)).collect();
    let has = |parts: &[Part], name: &str| parts.iter().any(|part| part.name == name);
    if let Some(keys) = parts.iter_mut().find(|part| part.name == "keys" && part.state == State::Ok) {
        let age = bridge.keys.age().map_or(0, |age| age.as_secs());
        keys.word = "fetched".into();
        keys.at = Some(clock::unix_now().saturating_sub(age));
        if !bridge.keys.is_fresh() {
            (keys.state, keys.hint) = (State::Warn, Some(hints::for_part("keys")));
        }
    }
    if !has(&parts, "certificate") {
        parts.push(certificate(bridge.metrics.certificate_expiry.get(), clock::unix_now()));
    }
    if !has(&parts, "configuration") {
        parts.push(configuration(&bridge.metrics));
    }
    parts
}

fn part(refuses: bool, name: String, word: String) -> Part {
    let state = match word.as_str() {
        "ok" => State::Ok,
        "off" => State::Off,
        // What an older kernel lacks is told, and nobody's to mend here.
        "partial" if name == "confinement" => State::Ok,
        _ if refuses || name == "shutdown" => State::Bad,
        // What keeps no answer back is worth a look, no more, whatever else is broken.
        _ => State::Warn,
    };
    let word = match (name.as_str(), state) {
        ("database" | "ledger", State::Ok) => "answers".into(),
        ("shutdown", State::Ok) => "none".into(),
        ("confinement", State::Ok) if word == "partial" => "as far as this kernel can".into(),
        ("confinement", State::Ok) => "in force".into(),
        _ => word,
    };
    let hint = matches!(state, State::Warn | State::Bad).then(|| hints::for_part(&name));
    Part { name, state, word, at: None, hint }
}

/// The configuration in force, and whether a newer one was refused.
fn configuration(metrics: &Metrics) -> Part {
    let at = Duration::try_from_secs_f64(metrics.config_last_reload.get()).map_or(0, |at| at.as_secs());
    let taken = metrics.config_last_reload_successful.get() == 1;
    let (state, word) =
        if taken { (State::Ok, "read") } else { (State::Warn, "a newer one was refused; in force is the one read") };
    let hint = (!taken).then(|| hints::for_part("configuration"));
    Part { name: "configuration".into(), state, word: word.into(), at: (at > 0).then_some(at), hint }
}

fn certificate(expiry: f64, now: u64) -> Part {
    let end = Duration::try_from_secs_f64(expiry).map_or(0, |end| end.as_secs());
    let (state, word) = match end {
        0 => (State::Off, "none of its own"),
        end if end <= now => (State::Bad, "ended"),
        end if end <= now + SOON_DAYS * 86_400 => (State::Warn, "ends"),
        _ => (State::Ok, "ends"),
    };
    let hint = matches!(state, State::Warn | State::Bad).then(|| hints::for_part("certificate"));
    Part { name: "certificate".into(), state, word: word.into(), at: (end > 0).then_some(end), hint }
}

/// The verdict over the parts and the last minutes.
pub fn verdict(bridge: &Bridge, history: &History, parts: &[Part], reading: &Reading) -> Verdict {
    let ending = bridge.is_draining();
    let mut worries: Vec<Worry> = parts
        .iter()
        .filter(|part| matches!(part.state, State::Warn | State::Bad))
        .map(|part| Worry { what: sentence(part), hint: part.hint.unwrap_or_default() })
        .collect();
    let outages = history.outages(reading, LATELY);
    if outages > 0 {
        worries.push(Worry {
            what: format!("Requests that met an outage in the last {LATELY} minutes: {outages}"),
            hint: "They were answered with 503. The list of problems says why.",
        });
    }
    let (_, places, _) = bridge.accounts.pool.bounds();
    let waiting = usize::try_from(bridge.metrics.queue_depth.get()).unwrap_or(0);
    if waiting * 5 >= places * 4 {
        worries.push(Worry {
            what: format!("The verification queue is nearly full: {waiting} of {places} places"),
            hint: "Logins come faster than this machine verifies them. More cores or one more replica help; `drawbridge \
                   hash bench` says how many a core verifies.",
        });
    }
    let recent = history.recent(reading);
    let half = bridge.deadline.as_secs_f64() / 2.0;
    if let Some(p95) = recent.login.quantile(0.95).filter(|p95| *p95 > half) {
        worries.push(Worry {
            what: format!("Logins are slow: one in twenty takes longer than {p95:.1} s"),
            hint: "Below are the waits for a thread and for a connection: the longer of the two says where.",
        });
    }
    if recent.pool.quantile(0.95).is_some_and(|wait| wait > LONG_WAIT) {
        worries.push(Worry {
            what: "Queries wait for a database connection".into(),
            hint: "Either the database is slow, or `database.pool` is too small for the load.",
        });
    }
    let level = match () {
        () if ending => "ending",
        () if parts.iter().any(|part| part.state == State::Bad) => "trouble",
        () if !worries.is_empty() => "attention",
        () => "well",
    };
    Verdict { level, worries }
}

fn sentence(part: &Part) -> String {
    match (part.name.as_str(), part.word.as_str()) {
        ("database", _) => "The legacy database does not answer".into(),
        ("ledger", _) => "The ledger does not answer".into(),
        ("audit", _) => "The audit stream cannot be written".into(),
        ("throttle_store", _) => "The throttle\u{2019}s store does not answer: this replica limits by itself".into(),
        ("keys", "fetched") => "The signing keys could not be refreshed lately".into(),
        ("keys", _) => "The signing keys were never fetched".into(),
        ("certificate", "ended") => "The listener\u{2019}s certificate has ended".into(),
        ("certificate", _) => "The listener\u{2019}s certificate ends soon".into(),
        ("configuration", _) => "A new configuration was refused; the old one stays in force".into(),
        ("shutdown", _) => "A shutdown is under way".into(),
        (name, word) => format!("{name}: {word}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_of_tomorrow_appear_by_themselves() {
        let told = |name: &str, word: &str, refuses| {
            let part = part(refuses, name.into(), word.into());
            (part.state, part.hint.is_some())
        };
        assert_eq!(told("database", "ok", false), (State::Ok, false));
        assert_eq!(told("database", "does not answer", true), (State::Bad, true));
        assert_eq!(told("redis", "ok", false), (State::Ok, false));
        assert_eq!(told("redis", "local only", false), (State::Warn, true));
        assert_eq!(told("audit", "cannot be written", true), (State::Bad, true));
        assert_eq!(told("audit", "cannot be written", false), (State::Warn, true));
        assert_eq!(told("shutdown", "under way", false), (State::Bad, true));
        assert_eq!(told("confinement", "off", false), (State::Off, false));
        assert_eq!(told("confinement", "partial", false), (State::Ok, false));
    }

    #[test]
    fn a_certificate_that_ends_is_said_in_time() {
        let state = |expiry: f64| certificate(expiry, 1_000_000_000).state;
        assert_eq!(state(0.0), State::Off);
        assert_eq!(state(999_999_999.0), State::Bad);
        assert_eq!(state(1_000_000_000.0 + 13.0 * 86_400.0), State::Warn);
        assert_eq!(state(1_000_000_000.0 + 15.0 * 86_400.0), State::Ok);
        assert_eq!(state(f64::NAN), State::Off);
    }
}
