//! `drawbridge hash`: what a stored hash is, and whether a password belongs to it.
//!
//! Nothing secret is taken from arguments: every process of the machine can read them, and shells keep them.
pub mod bench;
mod lines;

use super::terminal::{self, Exit};
use crate::hash::{
    attempt::Attempt,
    scheme::{Identified, Reason, Site, Stored, Verdict},
    schemes::Schemes,
};
use serde_json::{Value, json};
use std::io::{BufRead, IsTerminal, Write, stdin, stdout};
use zeroize::Zeroizing;

/// `hash identify`: stored hashes on stdin, one a line.
#[must_use]
pub fn identify(as_json: bool) -> Exit {
    let schemes = Schemes::auto();
    let mut out = stdout().lock();
    for line in stdin().lock().split(b'\n') {
        let Ok(line) = line.map(Zeroizing::new) else {
            terminal::error("stdin cannot be read", None);
            return Exit::Failed;
        };
        let text = String::from_utf8_lossy(&line);
        let stored = Stored { hash: text.trim_end_matches('\r'), salt: None };
        let candidates = || schemes.candidates(stored, &Site::default());
        let told = match schemes.identify(stored, &Site::default()) {
            Identified::NoPassword => json!({"kind": "no_password"}),
            Identified::Hash { scheme, verifier } => {
                json!({"kind": "hash", "scheme": scheme, "cost": verifier.cost().label})
            }
            Identified::Unverifiable(Reason::Ambiguous) => json!({"kind": "ambiguous", "candidates": candidates()}),
            Identified::Unverifiable(reason) => json!({"kind": reason.word()}),
        };
        let shown = if as_json { told.to_string() } else { as_text(&told) };
        if writeln!(out, "{shown}").is_err() {
            // Whoever listened has gone.
            return Exit::Done;
        }
    }
    Exit::Done
}

fn as_text(told: &Value) -> String {
    let text = |key: &str| told.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    match text("kind").as_str() {
        "hash" => format!("{} (cost {})", text("scheme"), text("cost")),
        "ambiguous" => {
            let names: Vec<_> = told.get("candidates").and_then(Value::as_array).into_iter().flatten().collect();
            let names: Vec<_> = names.into_iter().filter_map(Value::as_str).collect();
            format!("ambiguous: {}", names.join(", "))
        }
        kind => kind.replace('_', " "),
    }
}

/// `hash verify`: asks for a hash and a password, or reads them from two lines of stdin.
#[must_use]
pub fn verify(scheme: Option<&str>, from_lines: bool) -> Exit {
    if from_lines {
        return lines::run(scheme);
    }
    let schemes = match schemes_of(scheme) {
        Ok(schemes) => schemes,
        Err(exit) => return exit,
    };
    let Some((hash, password)) = asked() else {
        terminal::error(
            "no hash and password on stdin",
            Some("give the hash on the first line, the password on the second"),
        );
        return Exit::Usage;
    };
    let stored = Stored { hash: &hash, salt: None };
    let (verdict, scheme) = match schemes.identify(stored, &Site::default()) {
        Identified::Hash { scheme, verifier } => (verifier.verify(&Attempt::with_password(&password)), scheme),
        Identified::NoPassword => {
            anstream::println!("mismatch: the value says that no password can match");
            return Exit::Failed;
        }
        Identified::Unverifiable(reason) => (Verdict::Unverifiable(reason), ""),
    };
    match verdict {
        Verdict::Match => anstream::println!("match ({scheme})"),
        Verdict::Mismatch => anstream::println!("mismatch ({scheme})"),
        Verdict::Undecided => anstream::println!("unverifiable: out of memory"),
        Verdict::Unverifiable(Reason::Ambiguous) => {
            let candidates = schemes.candidates(stored, &Site::default()).join(", ");
            anstream::println!("unverifiable: ambiguous, name one with --scheme: {candidates}");
        }
        Verdict::Unverifiable(reason) => anstream::println!("unverifiable: {}", reason.word()),
    }
    if verdict == Verdict::Match { Exit::Done } else { Exit::Failed }
}

fn schemes_of(scheme: Option<&str>) -> Result<Schemes, Exit> {
    let Some(name) = scheme else { return Ok(Schemes::auto()) };
    Schemes::from_names(&[name.to_owned()]).map_err(|unknown| {
        let hint = unknown.nearest.map(|nearest| format!("the nearest known one is `{nearest}`"));
        terminal::error(&format!("`{name}` is no scheme"), hint.as_deref());
        Exit::Usage
    })
}

fn asked() -> Option<(Zeroizing<String>, Zeroizing<String>)> {
    if !stdin().is_terminal() {
        let mut lines = stdin().lock().lines();
        let mut next = || lines.next().and_then(Result::ok).map(Zeroizing::new);
        return Some((next()?, next()?));
    }
    let ask = |what| rpassword::prompt_password(what).ok().map(Zeroizing::new);
    Some((ask("stored hash: ")?, ask("password: ")?))
}
