//! `[token]`: who is let in.
use super::section::Section;
use jsonwebtoken::Algorithm;
use std::time::Duration;
use url::{Host, Url};

/// The rules for access tokens.
#[derive(Debug, Clone)]
pub struct Token {
    /// The exact `iss`, trailing slash included. https, or http on loopback.
    pub issuer: String,
    /// Keys that still hold what `init` wrote for want of knowing better; empty except for `check`.
    pub placeholders: Vec<String>,
    /// The audience that `aud` must hold.
    pub audience: String,
    /// Allowed client ids; empty means every client of the tenant.
    pub clients: Vec<String>,
    /// Whether each route asks for its scope; true by default.
    pub scopes: bool,
    /// Where the keys are; issuer + `.well-known/jwks.json` by default.
    pub jwks_url: String,
    /// Allowed signature algorithms, asymmetric only; `[RS256]` by default.
    pub algorithms: Vec<Algorithm>,
    /// How often keys are fetched anew; 10 min by default.
    pub jwks_refresh: Duration,
    /// At most one fetch for unknown keys in this time; 30 s by default.
    pub jwks_cooldown: Duration,
    /// How long the last good keys are used while the endpoint is out of reach; 24 h by default.
    pub max_stale: Duration,
    /// Clock leeway; 30 s by default.
    pub leeway: Duration,
}

const ALGORITHMS: &[(&str, Algorithm)] = &[
    ("RS256", Algorithm::RS256),
    ("RS384", Algorithm::RS384),
    ("RS512", Algorithm::RS512),
    ("PS256", Algorithm::PS256),
    ("PS384", Algorithm::PS384),
    ("PS512", Algorithm::PS512),
    ("ES256", Algorithm::ES256),
    ("ES384", Algorithm::ES384),
    ("EdDSA", Algorithm::EdDSA),
];

pub(super) fn read(section: &Section<'_>, needed: bool, may_be_placeholder: bool) -> Option<Token> {
    if !section.is_present() && !needed {
        return None;
    }
    let issuer = section.required_text("issuer", "write your tenant's domain like `https://acme.eu.auth0.com/`");
    let audience =
        section.required_text("audience", "write the identifier of the API that you made for the bridge in Auth0");
    let mut placeholders = Vec::new();
    for (key, text) in [("issuer", &issuer), ("audience", &audience)] {
        if ["<", "REPLACE", "CHANGE_ME", "YOUR_"].iter().any(|mark| text.contains(mark)) {
            placeholders.push(section.full(key));
            if !may_be_placeholder {
                section.problem(key, format!("`{}` is still a placeholder", section.full(key)), None);
            }
        }
    }
    check_url(section, "issuer", &issuer);
    if !issuer.is_empty() && !issuer.ends_with('/') {
        let hint = format!("write `{issuer}/`: Auth0's issuer has a slash at its end");
        section.problem("issuer", "`token.issuer` has no slash at its end", Some(&hint));
    }
    let jwks_url = section.text("jwks_url").unwrap_or_else(|| format!("{issuer}.well-known/jwks.json"));
    if section.is_set("jwks_url") {
        check_url(section, "jwks_url", &jwks_url);
    }
    let token = Token {
        issuer,
        audience,
        placeholders,
        clients: section.texts("clients"),
        scopes: section.bool("scopes", true),
        jwks_url,
        algorithms: algorithms(section),
        jwks_refresh: section.duration("jwks_refresh", Duration::from_secs(600), SECOND..=DAY),
        jwks_cooldown: section.duration("jwks_cooldown", Duration::from_secs(30), SECOND..=DAY),
        max_stale: section.duration("max_stale", DAY, SECOND..=DAY * 30),
        leeway: section.duration("leeway", Duration::from_secs(30), Duration::ZERO..=Duration::from_secs(300)),
    };
    section.finish();
    Some(token)
}

const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_secs(86_400);

/// Whether a URL is https, or of this machine alone.
pub(super) fn check_url(section: &Section<'_>, key: &str, text: &str) {
    if text.is_empty() {
        return;
    }
    let loopback = |url: &Url| match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    let good = Url::parse(text).is_ok_and(|url| url.scheme() == "https" || (url.scheme() == "http" && loopback(&url)));
    if !good {
        let message = format!("`{}` is not an https URL", section.full(key));
        section.problem(key, message, Some("plain http is taken for loopback addresses only"));
    }
}

fn algorithms(section: &Section<'_>) -> Vec<Algorithm> {
    let names = section.texts("algorithms");
    if names.is_empty() {
        return vec![Algorithm::RS256];
    }
    let known = |name: &String| ALGORITHMS.iter().find(|(known, _)| known == name).map(|(_, algorithm)| *algorithm);
    for name in names.iter().filter(|name| known(name).is_none()) {
        let words: Vec<&str> = ALGORITHMS.iter().map(|(name, _)| *name).collect();
        section.problem(
            "algorithms",
            format!("`token.algorithms` holds `{name}`, which is no asymmetric signature"),
            Some(&format!("choose from {}", words.join(", "))),
        );
    }
    names.iter().filter_map(known).collect()
}
