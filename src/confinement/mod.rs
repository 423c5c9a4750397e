//! What `serve` gives up before its first request: files, ports and system calls that it has no use for, so that a mistake
//! in it is not a way into the machine.
//!
//! # Why before the threads
//! Landlock and seccomp bind a thread and those that it starts later. Whoever calls this has one thread.
mod calls;
mod files;

use rustix::{process, thread};
use std::path::{Path, PathBuf};

/// What the process goes on needing.
#[derive(Debug, Clone, Default)]
pub struct Needs {
    /// Files, and directories with all that is in them, that are read.
    pub read: Vec<PathBuf>,
    /// Directories in which files are read, made, changed and removed.
    pub write: Vec<PathBuf>,
}

/// What is in force, and what the kernel does not have.
#[derive(Debug, Clone, Default)]
pub struct Confined {
    on: bool,
    in_force: Vec<String>,
    /// What is not in force, in words; empty when nothing is missing, or when nothing was asked for.
    pub missing: Vec<String>,
    // Where files may be opened; `None` where any may.
    allowed: Option<Needs>,
}

/// A core file or a debugger would show passwords: neither is possible from here on. Always in force.
#[must_use]
pub fn undumpable() -> Confined {
    let mut confined = Confined::default();
    let none = process::Rlimit { current: Some(0), maximum: Some(0) };
    confined.note("no core files", process::setrlimit(process::Resource::Core, none));
    let dumpable = process::set_dumpable_behavior(process::DumpableBehavior::NotDumpable);
    confined.note("not dumpable", dumpable);
    confined
}

/// Gives up the rest, as far as this kernel can.
#[must_use]
pub fn confine(mut confined: Confined, needs: Needs) -> Confined {
    confined.on = true;
    if std::fs::read_dir("/proc/self/task").is_ok_and(|threads| threads.count() > 1) {
        confined.missing.push("threads that were there before".to_owned());
    }
    confined.note("no new privileges", thread::set_no_new_privs(true));
    let files = files::restrict(&needs);
    match files {
        Ok(restricted) => {
            confined.in_force.push(restricted.in_force);
            confined.missing.extend(restricted.missing);
            confined.allowed = Some(resolved(&needs));
        }
        Err(why) => confined.missing.push(format!("files and ports: {why}")),
    }
    match calls::restrict() {
        Ok(count) => confined.in_force.push(format!("{count} system calls refused by seccomp")),
        Err(why) => confined.missing.push(format!("system calls: {why}")),
    }
    confined
}

impl Confined {
    fn note<E: std::fmt::Display>(&mut self, what: &str, result: Result<(), E>) {
        match result {
            Ok(()) => self.in_force.push(what.to_owned()),
            Err(error) => self.missing.push(format!("{what}: {error}")),
        }
    }

    /// One word: `full`, `partial`, or `off`.
    #[must_use]
    pub fn state(&self) -> &'static str {
        match (self.on, self.missing.is_empty()) {
            (false, _) => "off",
            (true, true) => "full",
            (true, false) => "partial",
        }
    }

    /// One line of the log: never silent about what is missing.
    pub fn tell(&self) {
        let (in_force, missing) = (self.in_force.join(", "), self.missing.join(", "));
        match (self.on, self.missing.is_empty()) {
            (true, true) => tracing::info!(in_force, "confined"),
            (false, true) => tracing::info!(in_force, "not confined, as `server.confinement` says"),
            (_, false) => tracing::warn!(in_force, missing, "confined as far as this system can"),
        }
    }

    /// Whether a file may still be opened to be read, wherever its links lead.
    #[must_use]
    pub fn may_read(&self, path: &Path) -> bool {
        self.allowed.as_ref().is_none_or(|allowed| is_below(path, allowed.read.iter().chain(&allowed.write)))
    }

    /// Whether files may still be made and changed in the directory of this one.
    #[must_use]
    pub fn may_write(&self, path: &Path) -> bool {
        self.allowed.as_ref().is_none_or(|allowed| is_below(path, allowed.write.iter()))
    }
}

fn is_below<'a>(path: &Path, mut roots: impl Iterator<Item = &'a PathBuf>) -> bool {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    roots.any(|root| path.starts_with(root))
}

fn resolved(needs: &Needs) -> Needs {
    let resolve = |paths: &[PathBuf]| paths.iter().filter_map(|path| path.canonicalize().ok()).collect();
    Needs { read: resolve(&needs.read), write: resolve(&needs.write) }
}
