//! `limits.store`: the Redis in which all replicas count together, and the key under which they name what they count.
use super::section::Section;
use crate::secret::Secret;
use url::Url;
use zeroize::Zeroizing;

/// Least characters of a key for HMACs: `openssl rand -hex 32` writes 64.
const MIN_KEY: usize = 32;

/// Where the shared throttle is.
#[derive(Debug, Clone)]
pub struct SharedStore {
    /// Host name or address.
    pub host: String,
    /// Port; 6379 by default.
    pub port: u16,
    /// Whether the connection is encrypted and verified: `rediss://`.
    pub tls: bool,
    /// The user of the server's access list; its default one when `None`.
    pub user: Option<String>,
    /// The password, from the URL or from `store_password_file`.
    pub password: Option<Secret>,
    /// The number of the database; 0 by default.
    pub database: u16,
}

impl SharedStore {
    /// The server as messages name it.
    #[must_use]
    pub fn shown(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// Whether both are one server, asked in the same way.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        let place = |store: &Self| (store.host.clone(), store.port, store.tls, store.database);
        let password = |store: &Self| store.password.as_ref().map(|secret| Zeroizing::new(secret.expose().to_owned()));
        place(self) == place(other) && self.user == other.user && password(self) == password(other)
    }
}

pub(super) fn read(section: &Section<'_>, key: Option<&Secret>) -> Option<SharedStore> {
    let password = section.secret("store_password");
    let has_own_password = password.is_some();
    let Some(text) = section.text("store") else {
        if has_own_password {
            section.problem("", "`limits.store_password` is set, but `limits.store` is not", None);
        }
        return None;
    };
    if key.is_none() && !section.is_set("key") && !section.is_set("key_file") {
        section.problem(
            "store",
            "`limits.store` is set, but `limits.key_file` is missing: the replicas would count under different names",
            Some("write a key with `openssl rand -hex 32`, and give the same file to every replica"),
        );
    }
    match parse(&text, password) {
        Ok(store) => {
            if store.password.is_some() && !has_own_password {
                section.secret_is_inside("store");
            }
            Some(store)
        }
        Err((message, hint)) => {
            section.problem("store", format!("`limits.store`: {message}"), Some(hint));
            None
        }
    }
}

/// A key for HMACs, from `key` or `key_file`.
pub(super) fn read_key(section: &Section<'_>) -> Option<Secret> {
    let key = section.secret("key")?;
    if key.expose().trim().len() < MIN_KEY {
        let name = if section.is_set("key") { "key" } else { "key_file" };
        section.problem(
            name,
            format!("`{}` is shorter than {MIN_KEY} characters: names under it could be guessed", section.full(name)),
            Some("write one with `openssl rand -hex 32`"),
        );
    }
    Some(key)
}

/// The message names no part of the URL, which may hold a password.
fn parse(text: &str, password: Option<Secret>) -> Result<SharedStore, (&'static str, &'static str)> {
    const SHAPE: &str = "write it like `redis://redis.internal:6379/0`, or `rediss://` for TLS";
    let url = Url::parse(text).map_err(|_| ("the URL cannot be read", SHAPE))?;
    let tls = match url.scheme() {
        "redis" => false,
        "rediss" => true,
        _ => return Err(("the URL is not one of Redis", SHAPE)),
    };
    let host = url.host_str().filter(|host| !host.is_empty()).ok_or(("the URL names no host", SHAPE))?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err(("the URL has parameters, which mean nothing here", SHAPE));
    }
    let decoded = |text: &str| {
        let hint = "write special characters like `%40`";
        super::database_url::percent_decoded(text).ok_or(("the URL holds a broken percent-encoding", hint))
    };
    let user = Some(decoded(url.username())?).filter(|user| !user.is_empty());
    let in_url = url.password().map(decoded).transpose()?.map(Secret::new);
    if in_url.is_some() && password.is_some() {
        return Err(("the URL holds a password, and another one is configured", "keep `store_password_file`"));
    }
    let database = match url.path().trim_matches('/') {
        "" => 0,
        number => number.parse().map_err(|_| ("the path of the URL is not the number of a database", SHAPE))?,
    };
    let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    Ok(SharedStore { host, port: url.port().unwrap_or(6379), tls, user, password: password.or(in_url), database })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_redis_are_read_in_their_parts() {
        let store = parse("rediss://bridge:p%40ss@[::1]:7000/3", None).expect("a store");
        assert_eq!((store.host.as_str(), store.port, store.tls, store.database), ("::1", 7000, true, 3));
        assert_eq!(store.user.as_deref(), Some("bridge"));
        assert_eq!(store.password.map(|password| password.expose().to_owned()).as_deref(), Some("p@ss"));
        let store = parse("redis://redis.internal", None).expect("a store");
        assert_eq!((store.port, store.tls, store.database), (6379, false, 0));
        assert!(store.user.is_none() && store.password.is_none());
    }

    #[test]
    fn what_is_no_url_of_redis_is_refused() {
        for text in
            ["redis:", "http://a", "redis://a/x", "redis://a/0?x=1", "rediss://a#insecure", "redis://%zz@a", "a"]
        {
            assert!(parse(text, None).is_err(), "{text}");
        }
        assert!(parse("redis://:one@a", Some(Secret::new("two".into()))).is_err());
    }
}
