//! Where a running bridge may have to open files: those that its configuration names, and those of the system.
use crate::{
    config::{Config, database::DatabaseUrl, server::Confinement},
    confinement::{self, Confined, Needs},
    telemetry::audit::Destination,
};
use std::path::{Path, PathBuf};

/// What name resolution, root certificates, clocks and the metrics of a process read.
///
/// # Why all of /etc
/// `resolv.conf`, `hosts` and the root certificates are replaced by renaming. Landlock follows what was there at the
/// start, so a file of its own would be lost with the next lease of an address, and every database with a name with it.
const SYSTEM: &[&str] = &[
    "/etc",
    "/run/systemd/resolve",
    "/run/resolvconf",
    "/run/NetworkManager",
    "/usr/share/ca-certificates",
    "/usr/local/share/ca-certificates",
    "/var/lib/ca-certificates",
    "/usr/lib/ssl",
    "/usr/share/zoneinfo",
    // Name services are libraries that libc loads when it needs them.
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/dev/null",
    "/dev/urandom",
    "/proc/self",
    "/proc/stat",
    "/proc/meminfo",
    // How many cores a container may use.
    "/sys/fs/cgroup",
    "/sys/devices/system/cpu",
];

/// Confines the process to what this configuration needs, and tells the log.
#[must_use]
pub fn confine(config: &Config) -> Confined {
    let undumpable = confinement::undumpable();
    let confined = match config.server.confinement {
        Confinement::Off => undumpable,
        Confinement::On => confinement::confine(undumpable, needs(config)),
    };
    confined.tell();
    confined
}

fn needs(config: &Config) -> Needs {
    let mut needs = Needs { read: SYSTEM.iter().map(PathBuf::from).collect(), write: Vec::new() };
    for name in ["SSL_CERT_FILE", "SSL_CERT_DIR"] {
        for path in std::env::var_os(name).iter().flat_map(std::env::split_paths) {
            needs.read.push(path);
        }
    }
    for file in &config.files {
        places(&file.path, &mut needs.read);
    }
    for (_, path) in written(config) {
        places(path, &mut needs.write);
    }
    needs
}

/// What a configuration has written, each with its key: SQLite files, with what SQLite puts beside them, and the audit file.
fn written(config: &Config) -> impl Iterator<Item = (&'static str, &Path)> {
    let audit = match config.audit.as_ref().map(|audit| &audit.destination) {
        Some(Destination::File(path)) => Some(("audit.file", path.as_path())),
        Some(Destination::Stdout | Destination::Syslog(_)) | None => None,
    };
    databases(config).chain(audit)
}

/// The SQLite files of a configuration.
fn databases(config: &Config) -> impl Iterator<Item = (&'static str, &Path)> {
    let urls = [("database.url", Some(&config.database.url)), ("migration.store", config.migration.store.as_ref())];
    urls.into_iter().filter_map(|(key, url)| match url? {
        DatabaseUrl::Sqlite { path } => Some((key, path.as_path())),
        DatabaseUrl::Postgres(_) | DatabaseUrl::Mysql(_) | DatabaseUrl::SqlServer(_) => None,
    })
}

/// The directory of a file, and the one where its links lead: a new file may take its place in either.
fn places(path: &Path, places: &mut Vec<PathBuf>) {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    for path in [absolute.canonicalize().ok(), Some(absolute)].into_iter().flatten() {
        places.push(match path.parent() {
            // The root directory would be everything.
            Some(directory) if directory != Path::new("/") => directory.to_owned(),
            _ => path,
        });
    }
}

/// What a new configuration names that this process can no longer reach, each with its key.
#[must_use]
pub fn out_of_reach(
    confined: &Confined,
    config: Option<&Config>,
    files: &[(String, PathBuf)],
) -> Vec<(String, PathBuf)> {
    let mut beyond: Vec<_> = files.iter().filter(|(_, path)| !confined.may_read(path)).cloned().collect();
    for (key, path) in config.into_iter().flat_map(written) {
        // Where its directory leads: the file itself may not be there yet.
        if !confined.may_write(path.parent().unwrap_or(path)) && !confined.may_write(path) {
            beyond.push((key.to_owned(), path.to_owned()));
        }
    }
    beyond
}
