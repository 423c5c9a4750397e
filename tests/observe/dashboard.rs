//! The dashboard: panels that explain themselves, and queries whose every name is one of the real metrics.
use super::{tools, world};
use serde_json::Value;
use std::collections::BTreeSet;

fn dashboard() -> Value {
    serde_json::from_str(&tools::text("deploy/grafana/drawbridge.json")).expect("JSON")
}

/// Panels and the annotation with their expressions, variables replaced as Grafana would for "all".
fn queries(dashboard: &Value) -> Vec<(String, String)> {
    let plain = |expr: &str| {
        expr.replace("$__rate_interval", "5m")
            .replace("$__range", "1h")
            .replace("$job", ".*")
            .replace("$instance", ".*")
    };
    let mut found = Vec::new();
    for panel in dashboard["panels"].as_array().expect("panels") {
        for target in panel["targets"].as_array().into_iter().flatten() {
            found.push((panel["title"].to_string(), plain(target["expr"].as_str().expect("an expression"))));
        }
    }
    for annotation in dashboard["annotations"]["list"].as_array().expect("annotations") {
        if let Some(expr) = annotation["expr"].as_str() {
            found.push((annotation["name"].to_string(), plain(expr)));
        }
    }
    found
}

#[test]
fn every_panel_has_title_description_unit_and_a_place_of_its_own() {
    let dashboard = dashboard();
    // 41 is what Grafana 12 writes; older ones are migrated when they are loaded.
    assert_eq!(dashboard["schemaVersion"], 41);
    let panels = dashboard["panels"].as_array().expect("panels");
    assert_eq!(panels[0]["type"], "row");
    assert_eq!(panels[0]["title"], "Is it well?");
    let (mut ids, mut titles, mut taken) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for panel in panels {
        let title = panel["title"].as_str().expect("a title");
        assert!(ids.insert(panel["id"].as_u64().expect("an id")), "{title}");
        assert!(titles.insert(title), "{title} stands twice");
        let place = |key: &str| panel["gridPos"][key].as_u64().expect("a place");
        assert!(place("x") + place("w") <= 24, "{title}");
        for x in place("x")..place("x") + place("w") {
            for y in place("y")..place("y") + place("h") {
                assert!(taken.insert((x, y)), "{title} lies over another panel");
            }
        }
        if panel["type"] == "row" {
            continue;
        }
        assert!(
            ["timeseries", "stat", "heatmap", "bargauge"].contains(&panel["type"].as_str().expect("a type")),
            "{title}"
        );
        assert!(panel["description"].as_str().is_some_and(|text| text.len() > 8 && text.ends_with('.')), "{title}");
        assert!(panel["fieldConfig"]["defaults"]["unit"].as_str().is_some_and(|unit| !unit.is_empty()), "{title}");
        assert_eq!(panel["datasource"]["uid"], "${datasource}", "{title}");
        let targets = panel["targets"].as_array().expect("targets");
        let refs: BTreeSet<&str> = targets.iter().filter_map(|target| target["refId"].as_str()).collect();
        assert!(!targets.is_empty() && refs.len() == targets.len(), "{title}");
        for target in targets {
            let expr = target["expr"].as_str().expect("an expression");
            let of_alerts = expr.contains("ALERTS");
            assert!(
                of_alerts || expr.contains("instance=~\"$instance\""),
                "{title} does not ask for the chosen replica"
            );
            assert!(target["legendFormat"].as_str().is_some_and(|legend| !legend.is_empty()), "{title}");
        }
    }
    let variables: Vec<&str> = dashboard["templating"]["list"]
        .as_array()
        .expect("variables")
        .iter()
        .filter_map(|one| one["name"].as_str())
        .collect();
    assert_eq!(variables, ["datasource", "job", "instance"]);
}

#[test]
fn every_query_is_one_that_prometheus_takes() {
    tools::assert_parses(&queries(&dashboard()));
}

#[tokio::test]
async fn every_name_in_a_query_is_one_of_the_real_metrics() {
    let seen = world::seen().await.with_rules();
    for (title, expr) in queries(&dashboard()) {
        assert_eq!(seen.unknown_in(&expr), Vec::<String>::new(), "{title}: {expr}");
    }
}

/// The rows of the dashboard, as people read them.
#[test]
fn rows_and_panels() {
    let dashboard = dashboard();
    let mut list = String::new();
    for panel in dashboard["panels"].as_array().expect("panels") {
        let indent = if panel["type"] == "row" { "" } else { "  " };
        list.push_str(&format!("{indent}{}\n", panel["title"].as_str().expect("a title")));
    }
    insta::assert_snapshot!(list);
}
