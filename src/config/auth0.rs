//! `[auth0]`: the tenant's Management API, for the bulk import.
use super::{section::Section, token};
use crate::secret::Secret;

/// Where users are imported, and as whom.
#[derive(Debug, Clone)]
pub struct Auth0 {
    /// The tenant, with a slash at its end; `token.issuer` by default. https, or http on loopback.
    pub url: String,
    /// The audience of the Management API; `url` and `api/v2/` by default, which a custom domain is not.
    pub audience: String,
    /// The database connection that takes the users; `con_` and 16 letters or digits.
    pub connection_id: String,
    /// Who asks.
    pub credentials: Credentials,
}

/// How the Management API is told who asks.
#[derive(Debug, Clone)]
pub enum Credentials {
    /// A client with a grant for the Management API.
    Client {
        /// Its id.
        id: String,
        /// Its secret.
        secret: Secret,
    },
    /// An access token that somebody else fetched.
    AccessToken(Secret),
}

pub(super) fn read(section: &Section<'_>, needed: bool, issuer: Option<&str>) -> Option<Auth0> {
    if !section.is_present() && !needed {
        return None;
    }
    let url = match section.text("url").or_else(|| issuer.map(ToOwned::to_owned)) {
        Some(url) if url.ends_with('/') => url,
        Some(url) => format!("{url}/"),
        None => section.required_text("url", "write your tenant's domain like `https://acme.eu.auth0.com/`"),
    };
    token::check_url(section, "url", &url);
    let audience = section.text("audience").unwrap_or_else(|| format!("{url}api/v2/"));
    let connection_id = section.required_text(
        "connection_id",
        "write the connection's id like `con_Wu3EpvSPEjzbkTxI`: Authentication, Database, the connection",
    );
    let letters = connection_id.strip_prefix("con_").unwrap_or_default();
    if !connection_id.is_empty() && (letters.is_empty() || !letters.chars().all(|c| c.is_ascii_alphanumeric())) {
        section.problem(
            "connection_id",
            "`auth0.connection_id` is no id of a connection",
            Some("it is not the connection's name: it begins with `con_`"),
        );
    }
    let credentials = credentials(section);
    section.finish();
    Some(Auth0 { url, audience, connection_id, credentials: credentials? })
}

/// A token of somebody else's, or a client and its secret.
fn credentials(section: &Section<'_>) -> Option<Credentials> {
    let token = section.secret("access_token");
    let (id, secret) = (section.text("client_id"), section.secret("client_secret"));
    let has_token = section.is_set("access_token") || section.is_set("access_token_file");
    let has_secret = section.is_set("client_secret") || section.is_set("client_secret_file");
    match (has_token, id, has_secret) {
        (true, None, false) => token.map(Credentials::AccessToken),
        (false, Some(id), true) => secret.map(|secret| Credentials::Client { id, secret }),
        (true, ..) => {
            section.problem("access_token", "both an access token and a client are set", Some("keep the client"));
            None
        }
        (false, ..) => {
            section.problem(
                "client_id",
                "`auth0.client_id` and `auth0.client_secret_file` are missing",
                Some("make a Machine to Machine application with `create:users read:users` of the Management API"),
            );
            None
        }
    }
}
