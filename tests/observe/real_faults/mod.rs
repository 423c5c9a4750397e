//! The alerts themselves: a real Prometheus that looks at real bridges while things break.
//!
//! Prometheus does not wait for the `for:` of a rule here, and its ranges hold what has happened so far; that an alert
//! waits as long as it should, and is quiet before, is proved by promtool.
mod callers;
mod load;
mod outages;
mod parts;
mod process;

use super::tools::rules;
use std::collections::BTreeSet;

/// Alerts that no fault here fires, and why.
const NOT_FIRED: &[(&str, &str)] = &[];

/// Each test waits for all of its own.
const FIRED: &[&[&str]] = &[
    callers::STANDSTILL,
    callers::A_LIST,
    callers::REJECTED,
    load::SLOW,
    load::TOO_MANY,
    outages::GUESSES,
    outages::ROWS,
    outages::RUSHER,
    outages::NO_CONNECTION,
    outages::DATABASE,
    outages::GONE,
    parts::STORE,
    parts::AUDIT,
    parts::RELOAD,
    parts::CERTIFICATE,
    parts::LATE_CERTIFICATE,
    parts::KEYS,
    parts::OLD_KEYS,
    parts::OLDER_KEYS,
    process::FILES,
    process::STARTS,
    process::FORGOTTEN,
];

#[test]
fn each_alert_is_fired_by_a_real_fault_or_says_why_not() {
    let fired: BTreeSet<&str> = FIRED.iter().flat_map(|names| names.iter().copied()).collect();
    let excused: BTreeSet<&str> = NOT_FIRED.iter().map(|(name, _)| *name).collect();
    assert_eq!(fired.intersection(&excused).collect::<Vec<_>>(), Vec::<&&str>::new());
    assert!(NOT_FIRED.iter().all(|(_, reason)| !reason.is_empty()));
    let alerts = rules().0;
    let named: BTreeSet<&str> = alerts.iter().map(|alert| alert.name.as_str()).collect();
    assert_eq!(fired.union(&excused).copied().collect::<BTreeSet<_>>(), named);
}
