//! Whether the issuer's signing keys can be fetched.
use super::Finding;
use crate::{config::Config, store::runtime::DatabaseRuntime, telemetry::metrics::Metrics, token::keys::Keys};

/// Fetches the keys once.
pub async fn probe(config: &Config, runtime: &DatabaseRuntime) -> Vec<Finding> {
    let Some(rules) = &config.token else { return Vec::new() };
    let unusable = |message: String| vec![Finding::error("signing_keys", message, None)];
    let metrics = match Metrics::new() {
        Ok(metrics) => metrics,
        Err(error) => return unusable(error.to_string()),
    };
    let keys = match Keys::start(rules, runtime.handle(), &metrics) {
        Ok(keys) => keys,
        Err(error) => return unusable(error.to_string()),
    };
    keys.first_attempt().await;
    vec![if keys.is_loaded() {
        Finding::note("signing_keys", format!("the signing keys of `{}` were fetched", rules.issuer))
    } else {
        let hint = format!("open `{}` from this machine; look at `token.issuer` and `token.jwks_url`", rules.jwks_url);
        let message = format!("the signing keys of `{}` cannot be fetched", rules.issuer);
        Finding { outside: true, ..Finding::error("signing_keys", message, Some(hint)) }
    }]
}
