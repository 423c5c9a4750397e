//! Whether the audit stream can be written; writes nothing.
use super::Finding;
use crate::{config::Config, telemetry::audit::Destination};
use rustix::fs::{Access, access, statvfs};
use std::{
    fs::OpenOptions,
    os::unix::net::UnixDatagram,
    path::{Path, PathBuf},
};

const CODE: &str = "audit";

/// A file system with less space is a warning: 100 MiB are some hundred thousand lines.
const LITTLE: u64 = 100 << 20;

/// Looks at the place that is configured.
#[must_use]
pub fn probe(config: &Config) -> Vec<Finding> {
    let Some(audit) = &config.audit else { return Vec::new() };
    let mut findings = match &audit.destination {
        Destination::Stdout => vec![Finding::note(CODE, "the audit stream goes to stdout")],
        Destination::File(path) => file(path),
        Destination::Syslog(path) => vec![syslog(path)],
    };
    if audit.key.is_none() {
        let message = "accounts are named under a key of each process: a case cannot be followed over a restart";
        let hint = "write a key with `openssl rand -hex 32`, and name it by `audit.key_file`";
        findings.push(Finding::warning("audit_key", message, Some(hint.into())));
    }
    findings
}

fn file(path: &Path) -> Vec<Finding> {
    let shown = path.display();
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let directory = parent.map_or_else(|| PathBuf::from("."), Path::to_path_buf);
    let writable = if path.exists() {
        OpenOptions::new().append(true).open(path).map(|_| ())
    } else {
        access(&directory, Access::WRITE_OK | Access::EXEC_OK).map_err(std::io::Error::from)
    };
    if let Err(error) = writable {
        let hint = format!("let the service write it: `install -d -o USER -m 750 {}`", directory.display());
        return vec![Finding::error(CODE, format!("the audit file {shown} cannot be written: {error}"), Some(hint))];
    }
    let space = statvfs(&directory).ok().map(|system| system.f_bavail.saturating_mul(system.f_frsize));
    vec![match space {
        Some(free) if free < LITTLE => Finding::warning(
            CODE,
            format!("the audit file {shown} can be written, but only {} MiB are free there", free >> 20),
            Some("make room: with `audit.required` a full disk refuses every request".into()),
        ),
        _ => Finding::note(CODE, format!("the audit file {shown} can be written")),
    }]
}

fn syslog(path: &Path) -> Finding {
    let connected = UnixDatagram::unbound().and_then(|socket| socket.connect(path));
    match connected {
        Ok(()) => Finding::note(CODE, format!("a syslog listens at {}", path.display())),
        Err(error) => Finding::error(
            CODE,
            format!("no syslog can be reached at {}: {error}", path.display()),
            Some("look at `audit.syslog`: it has to be a datagram socket".into()),
        ),
    }
}
