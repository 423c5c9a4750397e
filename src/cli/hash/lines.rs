//! `hash verify --lines`: JSON lines in, verdicts out in the same order, on all cores.
use super::{Exit, schemes_of};
use crate::{
    cli::terminal,
    hash::{
        attempt::Attempt,
        scheme::{Identified, Reason, Site, Stored, Verdict},
        schemes::Schemes,
    },
    secret::Secret,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::{
    collections::BTreeMap,
    io::{BufRead, Write, stdin, stdout},
    sync::{Arc, Mutex, PoisonError, mpsc},
};
use zeroize::Zeroizing;

/// Lines that wait for a free thread.
const WAITING: usize = 64;

#[derive(Deserialize)]
struct Line {
    id: Option<Value>,
    scheme: Option<String>,
    hash: String,
    salt: Option<String>,
    username: Option<String>,
    params: Option<Map<String, Value>>,
    password: Secret,
}

/// Reads to the end of stdin.
pub fn run(scheme: Option<&str>) -> Exit {
    if let Err(exit) = schemes_of(scheme) {
        return exit;
    }
    let default = scheme.map(ToOwned::to_owned);
    let (work, jobs) = mpsc::sync_channel::<(usize, Zeroizing<String>)>(WAITING);
    let (answers, answered) = mpsc::channel::<(usize, Value, bool)>();
    let jobs = Arc::new(Mutex::new(jobs));
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    for _ in 0..threads {
        let (jobs, answers, default) = (Arc::clone(&jobs), answers.clone(), default.clone());
        std::thread::spawn(move || {
            loop {
                let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
                let Ok((number, line)) = job else { return };
                let (answer, sound) = judge(&line, default.as_deref());
                if answers.send((number, answer, sound)).is_err() {
                    return;
                }
            }
        });
    }
    drop(answers);
    let reader = std::thread::spawn(move || {
        for (number, line) in stdin().lock().split(b'\n').enumerate() {
            let Ok(line) = line else { return false };
            let text = Zeroizing::new(String::from_utf8_lossy(&Zeroizing::new(line)).into_owned());
            if work.send((number, text)).is_err() {
                return true;
            }
        }
        true
    });
    let all_sound = write_in_order(&answered);
    match (reader.join(), all_sound) {
        (Ok(true), Some(true)) => Exit::Done,
        (Ok(true), None) => Exit::Done,
        _ => Exit::Failed,
    }
}

/// Whether every line was JSON of the documented shape; `None` when nobody listens any more.
fn write_in_order(answered: &mpsc::Receiver<(usize, Value, bool)>) -> Option<bool> {
    let (mut next, mut early, mut all_sound) = (0, BTreeMap::new(), true);
    let mut out = stdout().lock();
    for (number, answer, sound) in answered {
        all_sound &= sound;
        early.insert(number, answer);
        while let Some(answer) = early.remove(&next) {
            next += 1;
            // An empty line, as the last one may be, has no answer.
            if !answer.is_null() {
                writeln!(out, "{answer}").ok()?;
            }
        }
        out.flush().ok()?;
    }
    Some(all_sound)
}

fn judge(text: &str, default: Option<&str>) -> (Value, bool) {
    if text.trim().is_empty() {
        return (Value::Null, true);
    }
    let line: Line = match serde_json::from_str(text) {
        Ok(line) => line,
        Err(error) => {
            // The message of the parser may quote the line: only its place is told.
            terminal::error(&format!("a line is no JSON of the documented shape (column {})", error.column()), None);
            return (json!({"id": null, "verdict": "unverifiable", "scheme": null, "reason": "invalid_line"}), false);
        }
    };
    let name = line.scheme.as_deref().or(default);
    let answer = |verdict: &str, scheme: Option<&str>, reason: Option<&str>| {
        let mut answer = json!({"id": line.id, "verdict": verdict, "scheme": scheme});
        if let (Some(reason), Some(object)) = (reason, answer.as_object_mut()) {
            object.insert("reason".into(), reason.into());
        }
        (answer, true)
    };
    let Some(schemes) = name.map_or_else(|| Some(Schemes::auto()), |name| Schemes::from_names(&[name.to_owned()]).ok())
    else {
        return answer("unverifiable", name, Some("unknown_scheme"));
    };
    let as_text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
    let params = line.params.iter().flatten().map(|(key, value)| (key.clone(), Secret::new(as_text(value)))).collect();
    let site = Site { params, ..Site::default() };
    let stored = Stored { hash: &line.hash, salt: line.salt.as_deref() };
    let attempt = Attempt {
        username: line.username.clone().map(Zeroizing::new),
        ..Attempt::with_password(line.password.expose())
    };
    match schemes.identify(stored, &site) {
        Identified::NoPassword => answer("unverifiable", name, Some("no_password")),
        Identified::Unverifiable(reason) => answer("unverifiable", name, Some(reason.word())),
        Identified::Hash { scheme, verifier } => match verifier.verify(&attempt) {
            Verdict::Match => answer("match", Some(scheme), None),
            Verdict::Mismatch => answer("mismatch", Some(scheme), None),
            Verdict::Undecided => answer("unverifiable", Some(scheme), Some("out_of_memory")),
            Verdict::Unverifiable(reason) => answer("unverifiable", Some(scheme), Some(Reason::word(reason))),
        },
    }
}
