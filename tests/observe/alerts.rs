//! The alerts: promtool's unit tests of each, and every name in them held against the real `/metrics`.
use super::{
    tools::{self, Alert, path, promtool, rules, text},
    world,
};
use std::collections::BTreeSet;

const TESTS: [&str; 2] = ["alerts.test.yml", "alerts.days.test.yml"];

#[test]
fn each_alert_fires_on_its_condition_and_is_quiet_before() {
    let directory = path("deploy/prometheus");
    let checked = promtool(&directory, &["check", "rules", "--lint=all", "--lint-fatal", "alerts.yml"]);
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    let mut arguments = vec!["test", "rules"];
    arguments.extend(TESTS);
    let tested = promtool(&directory, &arguments);
    let said = String::from_utf8_lossy(&tested.stdout).into_owned() + &String::from_utf8_lossy(&tested.stderr);
    assert!(tested.status.success(), "{said}");
}

#[test]
fn no_alert_is_without_a_test_in_which_it_fires() {
    let all: String = TESTS.map(|file| text(&format!("deploy/prometheus/{file}"))).concat();
    for alert in rules().0 {
        let firing = format!("alertname=\"{}\"", alert.name);
        assert!(all.contains(&firing), "{} fires in no test", alert.name);
    }
}

/// The series of a day when all is well have every metric that an alert looks at: none is quiet for lack of one.
#[test]
fn the_healthy_series_are_all_that_the_alerts_look_at() {
    let tests = tools::yaml("deploy/prometheus/alerts.test.yml");
    let healthy =
        tests["tests"].as_array().expect("tests").iter().find(|test| test["name"] == "healthy").expect("healthy");
    let mut seen = super::promql::Seen::default();
    for series in healthy["input_series"].as_array().expect("series") {
        let name = series["series"].as_str().expect("a name");
        seen.add(&format!("{name} 1\n"));
    }
    let (alerts, recorded) = rules();
    let expressions = alerts.iter().map(|alert| &alert.expr).chain(recorded.iter().map(|(_, expr)| expr));
    let missing: BTreeSet<String> = expressions
        .flat_map(|expr| seen.unknown_in(expr))
        .filter(|wrong| wrong.starts_with("metric ") && !wrong.starts_with("metric drawbridge:"))
        .collect();
    assert_eq!(missing, BTreeSet::new());
}

#[test]
fn each_alert_says_what_it_means_and_where_its_page_is() {
    let (alerts, _) = rules();
    let names: BTreeSet<&str> = alerts.iter().map(|alert| alert.name.as_str()).collect();
    assert_eq!(names.len(), alerts.len(), "two alerts of one name");
    for alert in &alerts {
        let Alert { name, severity, annotations, .. } = &alert;
        assert!(["critical", "warning"].contains(&severity.as_str()), "{name}: {severity}");
        let say = |key: &str| annotations[key].as_str().unwrap_or_else(|| panic!("{name} has no {key}"));
        assert!(say("summary").len() <= 120 && !say("summary").ends_with('.'), "{name}: a summary is one line");
        assert!(say("description").len() > 100, "{name}: the description says what it means and what to do first");
        assert_eq!(say("runbook_url"), format!("https://runbooks.example.com/drawbridge/{name}.md"));
    }
}

#[tokio::test]
async fn every_name_in_a_rule_is_one_of_the_real_metrics() {
    let seen = world::seen().await.with_rules();
    let (alerts, recorded) = rules();
    let expressions: Vec<(String, String)> =
        recorded.into_iter().chain(alerts.into_iter().map(|alert| (alert.name, alert.expr))).collect();
    for (name, expr) in expressions {
        assert_eq!(seen.unknown_in(&expr), Vec::<String>::new(), "{name}: {expr}");
    }
}
