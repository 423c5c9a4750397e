//! Whether the issuer's signing keys can be fetched.
use super::Finding;
use crate::{
    config::{Config, token::Token},
    store::runtime::DatabaseRuntime,
    telemetry::metrics::Metrics,
    token::keys::{self, Keys},
};
use std::time::{Duration, SystemTime};

/// Fetches the keys once.
pub async fn probe(config: &Config, runtime: &DatabaseRuntime) -> Vec<Finding> {
    let Some(rules) = &config.token else { return Vec::new() };
    if !rules.placeholders.is_empty() {
        let keys: Vec<String> = rules.placeholders.iter().map(|key| format!("`{key}`")).collect();
        let verb = if keys.len() == 1 { "is still a placeholder" } else { "are still placeholders" };
        let hint = "write your tenant's domain and the identifier of the API that you made for the bridge; `serve` asks for them";
        return vec![Finding::warning("token", format!("{} {verb}", keys.join(" and ")), Some(hint.into()))];
    }
    let unusable = |message: String| vec![Finding::error("signing_keys", message, None)];
    let metrics = match Metrics::new() {
        Ok(metrics) => metrics,
        Err(error) => return unusable(error.to_string()),
    };
    let cache = match Keys::start(rules, runtime.handle(), &metrics) {
        Ok(cache) => cache,
        Err(error) => return unusable(error.to_string()),
    };
    cache.first_attempt().await;
    let mut findings = vec![if cache.is_loaded() {
        Finding::note("signing_keys", format!("the signing keys of `{}` were fetched", rules.issuer))
    } else {
        let hint = format!("open `{}` from this machine; look at `token.issuer` and `token.jwks_url`", rules.jwks_url);
        let message = format!("the signing keys of `{}` cannot be fetched", rules.issuer);
        Finding { outside: true, ..Finding::error("signing_keys", message, Some(hint)) }
    }];
    findings.extend(clock(rules).await);
    findings
}

/// Our clock against the issuer's: tokens are held against ours.
async fn clock(rules: &Token) -> Option<Finding> {
    let asked = keys::client(&rules.jwks_url).ok()?.head(&rules.jwks_url).send().await.ok()?;
    let now = SystemTime::now();
    let date = asked.headers().get("date")?.to_str().ok()?;
    let theirs = SystemTime::from(chrono::DateTime::parse_from_rfc2822(date).ok()?);
    let apart = now.duration_since(theirs).or_else(|_| theirs.duration_since(now)).unwrap_or_default();
    let direction = if now > theirs { "ahead of" } else { "behind" };
    // The header has whole seconds, and the answer took some time.
    if apart <= Duration::from_secs(2) {
        return Some(Finding::note("clock", "this machine's clock agrees with the issuer's"));
    }
    let message = format!("this machine's clock is {} s {direction} the issuer's", apart.as_secs());
    let hint = Some("let NTP set it: tokens are good from one moment to another".to_owned());
    Some(if apart > rules.leeway {
        Finding::error("clock", message, hint)
    } else {
        Finding::warning("clock", message, hint)
    })
}
