//! Which metrics, labels and values an expression names, and whether the service has them.
use super::tools;
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};

/// The values of each label of each metric.
#[derive(Debug, Default, Clone)]
pub struct Seen(BTreeMap<String, BTreeMap<String, BTreeSet<String>>>);

/// What Prometheus itself adds.
const OF_PROMETHEUS: &[(&str, &str, &[&str])] =
    &[("up", "", &[]), ("ALERTS", "alertstate", &["firing"]), ("ALERTS", "alertname", &["Drawbridge.*"])];

impl Seen {
    /// Adds an answer of `/metrics`.
    pub fn add(&mut self, text: &str) {
        let sample = Regex::new(r"^([a-z_:]+)(?:\{(.*)\})? ").expect("a pattern");
        let label = Regex::new(r#"(\w+)="((?:[^"\\]|\\.)*)""#).expect("a pattern");
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let found = sample.captures(line).unwrap_or_else(|| panic!("no sample: {line}"));
            let labels = self.0.entry(found[1].to_owned()).or_default();
            for pair in label.captures_iter(found.get(2).map_or("", |labels| labels.as_str())) {
                labels.entry(pair[1].to_owned()).or_default().insert(pair[2].to_owned());
            }
        }
    }

    /// The same with what is recorded and what Prometheus adds.
    pub fn with_rules(mut self) -> Self {
        for (name, _) in tools::rules().1 {
            self.0.entry(name).or_default();
        }
        for (name, label, values) in OF_PROMETHEUS {
            let labels = self.0.entry((*name).to_owned()).or_default();
            if !label.is_empty() {
                labels.entry((*label).to_owned()).or_default().extend(values.iter().map(|value| (*value).to_owned()));
            }
        }
        self
    }

    /// Whether there is a metric of this name, or a histogram.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name) || self.0.contains_key(&format!("{name}_bucket"))
    }

    /// What the expression names and the service does not have.
    pub fn unknown_in(&self, expr: &str) -> Vec<String> {
        let grouping = Regex::new(r"\b(?:by|on|without|ignoring)\s*\(([^)]*)\)").expect("a pattern");
        let mut wrong = Vec::new();
        let without_groups = grouping.replace_all(expr, " ");
        let selectors = selectors(&without_groups);
        if selectors.is_empty() {
            wrong.push("no metric at all".to_owned());
        }
        for (name, matchers) in &selectors {
            let Some(labels) = self.0.get(name) else {
                wrong.push(format!("metric {name}"));
                continue;
            };
            for (label, operator, value) in matchers.iter().filter(|(label, ..)| !of_the_target(label)) {
                let Some(known) = labels.get(label) else {
                    wrong.push(format!("label {label} of {name}"));
                    continue;
                };
                let alternatives: Vec<&str> =
                    if operator.contains('~') { value.split('|').collect() } else { vec![value] };
                for one in alternatives {
                    let pattern = if operator.contains('~') { one.to_owned() } else { regex::escape(one) };
                    let pattern = Regex::new(&format!("^(?:{pattern})$")).expect("a pattern");
                    if !known.iter().any(|value| value == one || pattern.is_match(value)) {
                        wrong.push(format!("value {one} of {label} of {name}"));
                    }
                }
            }
        }
        for group in grouping.captures_iter(expr) {
            for label in group[1].split(',').map(str::trim).filter(|label| !label.is_empty() && !of_the_target(label)) {
                let known = |name: &String| {
                    self.0.get(name).is_some_and(|labels| labels.contains_key(label))
                        || (name == "ALERTS" && label == "alertname")
                };
                if !selectors.iter().any(|(name, _)| known(name)) {
                    wrong.push(format!("label {label} of a grouping"));
                }
            }
        }
        wrong
    }
}

/// Labels that Prometheus puts on every sample of a target.
fn of_the_target(label: &str) -> bool {
    ["job", "instance"].contains(&label)
}

type Matcher = (String, String, String);

/// Names with their matchers; functions, keywords and durations left out.
fn selectors(expr: &str) -> Vec<(String, Vec<Matcher>)> {
    let name = Regex::new(r"([A-Za-z_][A-Za-z0-9_:]*)\s*(\(|\{[^}]*\})?").expect("a pattern");
    let matcher = Regex::new(r#"(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)""#).expect("a pattern");
    let durations = Regex::new(r"\[[^\]]*\]|\b[0-9]+[a-z]+\b|\b[0-9.]+(?:e[0-9]+)?\b").expect("a pattern");
    // Values in quotes hold no bracket; numbers inside of them are not touched by taking the braces out first.
    let mut found = Vec::new();
    let mut kept = Vec::new();
    let braces = Regex::new(r"\{[^}]*\}").expect("a pattern");
    let marked = braces.replace_all(expr, |captures: &regex::Captures<'_>| {
        kept.push(captures[0].to_owned());
        "{}"
    });
    let plain = durations.replace_all(&marked, " ");
    let mut kept = kept.into_iter();
    for captures in name.captures_iter(&plain) {
        let behind = captures.get(2).map_or("", |behind| behind.as_str());
        let matchers = if behind.starts_with('{') { kept.next().unwrap_or_default() } else { String::new() };
        if behind == "("
            || ["and", "or", "unless", "offset", "bool", "group_left", "group_right"].contains(&&captures[1])
        {
            continue;
        }
        let matchers = matcher
            .captures_iter(&matchers)
            .map(|one| (one[1].to_owned(), one[2].to_owned(), one[3].to_owned()))
            .collect();
        found.push((captures[1].to_owned(), matchers));
    }
    found
}

#[test]
fn an_expression_with_a_name_that_nobody_has_is_found() {
    let mut seen = Seen::default();
    seen.add("# HELP x y\na_total{code=\"ok\",route=\"login\"} 1\nb 2\n");
    for good in [
        "sum by (job, code) (rate(a_total{route=\"login\"}[5m])) / 2 > b offset 1d",
        "a_total{code!~\"o.\"} and b == 0.5",
    ] {
        assert_eq!(seen.unknown_in(good), Vec::<String>::new(), "{good}");
    }
    for (bad, told) in [
        ("c", "metric c"),
        ("rate(a_total{kind=\"ok\"}[5m])", "label kind of a_total"),
        ("a_total{code=~\"ok|no\"}", "value no of code of a_total"),
        ("a_total{code!=\"no\"}", "value no of code of a_total"),
        ("sum by (kind) (a_total)", "label kind of a grouping"),
        ("vector(1)", "no metric at all"),
    ] {
        assert_eq!(seen.unknown_in(bad), [told], "{bad}");
    }
}
