//! Database URLs: one grammar for all backends, with TLS said in one way.
use super::{
    database::{DatabaseTls, DatabaseUrl, ServerUrl},
    section::Context,
};
use crate::secret::Secret;
use std::{net::IpAddr, path::PathBuf};
use url::Url;

/// The keys that say TLS beside the URL.
#[derive(Default)]
pub struct TlsKeys {
    /// `off`, `unverified` or `verified`.
    pub mode: Option<String>,
    /// PEM file of the authority.
    pub root: Option<PathBuf>,
}

/// What is wrong and what would be right; the URL itself, which may hold a password, is in neither.
type Wrong = (String, String);

fn wrong<T>(message: impl Into<String>, hint: &str) -> Result<T, Wrong> {
    Err((message.into(), hint.to_owned()))
}

/// Parses the URL of a backend.
///
/// # Errors
/// What is wrong, without the URL.
pub fn parse(text: &str, password: Option<Secret>, tls: &TlsKeys, context: &Context) -> Result<DatabaseUrl, Wrong> {
    let Some((scheme, rest)) = text.split_once(':') else {
        return wrong("the URL has no scheme", "begin it with `sqlite:`, `postgres:`, `mysql:` or `mssql:`");
    };
    match scheme {
        "sqlite" => {
            let path = rest.strip_prefix("//").unwrap_or(rest);
            if path.is_empty() {
                return wrong("the URL names no file", "write it like `sqlite:legacy.db`");
            }
            if path.starts_with(":memory:") || path.contains('?') {
                return wrong("the URL is not the path of a file", "write it like `sqlite:legacy.db`");
            }
            Ok(DatabaseUrl::Sqlite { path: context.path(path) })
        }
        "postgres" | "postgresql" => Ok(DatabaseUrl::Postgres(server(text, 5432, password, tls, context)?)),
        "mysql" | "mariadb" => Ok(DatabaseUrl::Mysql(server(text, 3306, password, tls, context)?)),
        "mssql" | "sqlserver" => Ok(DatabaseUrl::SqlServer(server(text, 1433, password, tls, context)?)),
        _ => wrong(
            format!("`{scheme}` is no known backend"),
            "begin it with `sqlite:`, `postgres:`, `mysql:` or `mssql:`",
        ),
    }
}

fn server(
    text: &str,
    port: u16,
    password: Option<Secret>,
    keys: &TlsKeys,
    context: &Context,
) -> Result<ServerUrl, Wrong> {
    let Ok(url) = Url::parse(text) else {
        return wrong(
            "the URL cannot be read",
            "write it like `postgres://role@host:5432/database`, special characters percent-encoded",
        );
    };
    let decoded = |text: &str| match percent_decoded(text) {
        Some(text) => Ok(text),
        None => wrong("the URL holds a broken percent-encoding", "write special characters like `%40`"),
    };
    let user = decoded(url.username())?;
    if user.is_empty() {
        return wrong("the URL names no role", "write it like `postgres://role@host/database`");
    }
    let in_url = url.password().map(decoded).transpose()?.map(Secret::new);
    if in_url.is_some() && password.is_some() {
        return wrong("the URL holds a password, and another one is configured", "keep `password_file`");
    }
    let database = decoded(url.path().trim_start_matches('/'))?;
    if database.is_empty() {
        return wrong("the URL names no database", "write it like `postgres://role@host/database`");
    }
    let mut host = url.host_str().map(decoded).transpose()?.unwrap_or_default();
    let mut mode = keys.mode.clone();
    let mut root = keys.root.clone();
    for (name, value) in url.query_pairs() {
        match name.as_ref() {
            "host" | "socket" => host = value.into_owned(),
            "sslmode" | "ssl-mode" | "tls" => mode = Some(value.into_owned()),
            "sslrootcert" | "ssl-ca" => root = Some(context.path(&value)),
            _ => {
                return wrong(
                    format!("the URL has the parameter `{name}`, which means nothing here"),
                    "known are `sslmode`, `sslrootcert`, `ssl-mode`, `ssl-ca`, `host` and `socket`",
                );
            }
        }
    }
    let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    if host.is_empty() {
        return wrong("the URL names no host", "write it like `postgres://role@host/database`");
    }
    let tls = tls(mode.as_deref(), root, &host)?;
    Ok(ServerUrl { host, port: url.port().unwrap_or(port), user, password: password.or(in_url), database, tls })
}

/// What the words of the backends mean; the default is to verify, except where nobody can listen.
fn tls(mode: Option<&str>, root: Option<PathBuf>, host: &str) -> Result<DatabaseTls, Wrong> {
    let near = host.starts_with('/')
        || host == "localhost"
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    let tls = match mode.map(str::to_lowercase).as_deref() {
        None if near && root.is_none() => DatabaseTls::Off,
        Some("disable" | "disabled" | "off") => DatabaseTls::Off,
        Some("require" | "required" | "unverified") if root.is_none() => DatabaseTls::Unverified,
        None
        | Some(
            "require" | "required" | "unverified" | "verify-full" | "verify-ca" | "verify_ca" | "verify_identity"
            | "verified",
        ) => DatabaseTls::Verified { root: root.clone() },
        Some("prefer" | "preferred" | "allow") => {
            return wrong(
                "the TLS mode would go on in the clear when the server offers no TLS",
                "choose `disable`, `require` or `verify-full`",
            );
        }
        Some(_) => return wrong("the TLS mode is not known", "choose `disable`, `require` or `verify-full`"),
    };
    match &root {
        Some(path) if !path.is_file() => {
            wrong(format!("the root certificate {} cannot be read", path.display()), "name a PEM file")
        }
        _ => Ok(tls),
    }
}

pub(super) fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}
