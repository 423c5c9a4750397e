//! `GET /api/v2/users`: the part of the query language that is used here, its limits, and its late sight.
//!
//! Texts of the Management API's description (get_users, 2026). The index is behind: a user that was just written is not
//! found for a while ("User Search Best Practices": eventually consistent).
use super::{
    answer::Answer,
    directory::{Directory, StoredUser},
    shared::Shared,
};
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, collections::BTreeSet, time::Duration};

const MOST: usize = 1000;

/// One `field:"value"` or `field:("value" OR "value")`.
struct Clause {
    field: String,
    values: Vec<String>,
}

/// Searches.
pub fn find(shared: &Shared, query: &str) -> Answer {
    let asked: BTreeMap<String, String> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let number = |name: &str, default: usize| asked.get(name).map_or(Ok(default), |text| text.parse::<usize>());
    let (Ok(page), Ok(per_page)) = (number("page", 0), number("per_page", 50)) else {
        return invalid("'Expected type integer but found type string' on property page");
    };
    if per_page > 100 {
        let problem =
            format!("'Value {per_page} is greater than maximum 100' on property per_page (Number of results per page)");
        return invalid(&problem);
    }
    if (page + 1) * per_page > MOST {
        let message = "You can only page through the first 1000 records. See https://auth0.com/docs/users/search/v3/view-search-results-by-page#limitation";
        return Answer::error(400, message, "invalid_paging");
    }
    let Some(text) = asked.get("q") else {
        return Answer::error_without_code(400, "The stand-in lists users only by a query `q`");
    };
    match asked.get("search_engine").map(String::as_str) {
        Some("v3") => {}
        Some(other @ ("v1" | "v2")) => {
            let message = format!("You are not allowed to use search_engine={other}. Use search_engine=v3 instead.");
            return Answer::error_without_code(400, &message);
        }
        _ => {
            let message = "The 'q' parameter is available only if you specify 'search_engine=v2|v3'";
            return Answer::error_without_code(400, message);
        }
    }
    let Some(clauses) = parse(text) else {
        return Answer::error(400, "Failed parsing query string syntax", "invalid_query_string");
    };
    let state = shared.lock();
    let found = select(&state.directory, &clauses, state.faults.search_lag);
    let users: Vec<Value> = found
        .iter()
        .skip(page * per_page)
        .take(per_page)
        .map(|user| Value::Object(with_fields(user.shown(), &asked)))
        .collect();
    if asked.get("include_totals").is_some_and(|wanted| wanted == "true") {
        let (start, length) = (page * per_page, users.len());
        let totals = json!({"start": start, "limit": per_page, "length": length, "users": users, "total": found.len()});
        return Answer::json(200, &totals);
    }
    Answer::json(200, &Value::Array(users))
}

fn invalid(problem: &str) -> Answer {
    Answer::error(400, &format!("Query validation error: {problem}."), "invalid_query_string")
}

/// Users that match all clauses, in the order of their ids.
fn select<'a>(directory: &'a Directory, clauses: &[Clause], lag: Duration) -> Vec<&'a StoredUser> {
    let matching = |clause: &Clause| -> BTreeSet<String> {
        let find = |value: &String| match clause.field.as_str() {
            "user_id" => directory.get(value),
            field => directory.owner(field, value),
        };
        clause.values.iter().filter_map(find).map(|user| user.user_id().to_owned()).collect()
    };
    let all = clauses.iter().map(matching).reduce(|one, other| one.intersection(&other).cloned().collect());
    all.unwrap_or_default()
        .iter()
        .filter_map(|id| directory.get(id))
        .filter(|user| user.inserted_at.is_none_or(|inserted| inserted.elapsed() >= lag))
        .collect()
}

/// The fields that were asked for, or all but those.
pub fn with_fields(mut user: Map<String, Value>, asked: &BTreeMap<String, String>) -> Map<String, Value> {
    if let Some(fields) = asked.get("fields") {
        let include = asked.get("include_fields").is_none_or(|value| value != "false");
        user.retain(|key, _| fields.split(',').any(|field| field == key) == include);
    }
    user
}

/// `user_id:("a" OR "b") AND email:"c"`; anything else is refused rather than half understood.
fn parse(text: &str) -> Option<Vec<Clause>> {
    let mut rest = text.trim();
    let mut clauses = Vec::new();
    loop {
        let (field, after) = rest.split_once(':')?;
        if !matches!(field, "user_id" | "email" | "username") {
            return None;
        }
        let mut values = Vec::new();
        rest = match after.strip_prefix('(') {
            Some(mut list) => loop {
                let (value, after) = quoted(list.trim_start())?;
                values.push(value);
                let after = after.trim_start();
                if let Some(after) = after.strip_prefix(')') {
                    break after;
                }
                list = after.strip_prefix("OR ")?;
            },
            None => {
                let (value, after) = quoted(after)?;
                values.push(value);
                after
            }
        };
        clauses.push(Clause { field: field.to_owned(), values });
        rest = rest.trim_start();
        if rest.is_empty() {
            return Some(clauses);
        }
        rest = rest.strip_prefix("AND ")?.trim_start();
    }
}

/// A text in quotes, in which a backslash escapes a quote or another backslash, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.strip_prefix('"')?.char_indices();
    while let Some((place, character)) = characters.next() {
        match character {
            '"' => return Some((value, &text[place + 2..])),
            '\\' => value.push(characters.next()?.1),
            other => value.push(other),
        }
    }
    None
}
