//! `[audit]`: where the record of every decision goes.
use super::{section::Section, shared_store};
use crate::{secret::Secret, telemetry::audit::Destination};

/// The audit stream.
#[derive(Debug, Clone)]
pub struct Audit {
    /// The one place that it is written to.
    pub destination: Destination,
    /// Whether what cannot be recorded is refused; false by default.
    pub required: bool,
    /// The key under which accounts are named; one of each process when `None`.
    pub key: Option<Secret>,
}

pub(super) fn read(section: &Section<'_>) -> Option<Audit> {
    if !section.is_present() {
        return None;
    }
    let file = section.path("file").map(Destination::File);
    let stdout = section.bool("stdout", false).then_some(Destination::Stdout);
    let syslog = section.text("syslog").and_then(|text| syslog(section, &text));
    let required = section.bool("required", false);
    let key = shared_store::read_key(section);
    section.finish();
    let mut chosen = [file, stdout, syslog].into_iter().flatten();
    let destination = chosen.next();
    if chosen.next().is_some() {
        let message = "`audit` names more than one place";
        section.problem("", message, Some("keep one of `file`, `stdout` and `syslog`"));
    }
    if destination.is_none() && !section.is_set("syslog") {
        let hint =
            "write `file = \"/var/log/drawbridge/audit.jsonl\"`, `stdout = true` or `syslog = \"unix:/dev/log\"`";
        section.problem("", "`audit` names no place to write to", Some(hint));
    }
    Some(Audit { destination: destination?, required, key })
}

fn syslog(section: &Section<'_>, text: &str) -> Option<Destination> {
    let path = text.strip_prefix("unix:").filter(|path| path.starts_with('/'));
    if path.is_none() {
        section.problem("syslog", "`audit.syslog` is no socket", Some("write it like `unix:/dev/log`"));
    }
    path.map(|path| Destination::Syslog(path.into()))
}
