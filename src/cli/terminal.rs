//! How results look: results on stdout, everything else on stderr, one exit code for each kind of end.
use crate::{
    accounts::pages::NoPages,
    config::problem::Problems,
    store::error::{StoreError, StoreErrorKind},
};
use anstyle::{AnsiColor, Style};
use std::process::ExitCode;

const RED: Style = AnsiColor::Red.on_default().bold();
const CYAN: Style = AnsiColor::Cyan.on_default().bold();

/// How a command ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done,
    /// A check or a row failed.
    Failed,
    /// The call or the configuration is wrong.
    Usage,
    /// Something outside is out of reach.
    Unreachable,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Unreachable => 3,
        })
    }
}

/// How a command ends that a database did not answer.
#[must_use]
pub fn exit_of(error: &StoreError) -> Exit {
    match error.kind {
        StoreErrorKind::Schema | StoreErrorKind::Refused => Exit::Failed,
        StoreErrorKind::PoolExhausted | StoreErrorKind::Connection | StoreErrorKind::Timeout => Exit::Unreachable,
    }
}

/// Says why the users cannot be read one after the other, and how the command ends.
#[must_use]
pub fn no_pages(reason: &NoPages) -> Exit {
    match reason {
        NoPages::Store(failed) => {
            error(&failed.to_string(), Some("`drawbridge check` tells more"));
            exit_of(failed)
        }
        _ => {
            error(&reason.to_string(), Some("name the table in `users.table`, or a view of it"));
            Exit::Usage
        }
    }
}

/// Says an error, and what to do.
pub fn error(message: &str, hint: Option<&str>) {
    anstream::eprintln!("{RED}error:{RED:#} {message}");
    if let Some(hint) = hint {
        anstream::eprintln!("{CYAN}hint:{CYAN:#} {hint}");
    }
}

/// Says all that is wrong with a configuration.
pub fn problems(problems: &Problems) {
    for problem in &problems.all {
        anstream::eprintln!("{RED}error:{RED:#} {}", problem.message);
        anstream::eprintln!("  --> {}", problems.place(problem));
        if let Some(hint) = &problem.hint {
            anstream::eprintln!("{CYAN}hint:{CYAN:#} {hint}");
        }
    }
}
