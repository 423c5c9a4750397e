//! The last warnings and errors of our own log, for the ops page: each kind once, with its count and its last time.
//!
//! # Why only some fields
//! The log's own events name no person. So that it stays like that when somebody adds a field, only those that hold
//! words of the code are kept here, and the text of an error, which names no value of a row either.
use crate::clock;
use std::{
    fmt::{self, Write},
    sync::{Mutex, MutexGuard, PoisonError},
};
use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{Layer, layer::Context};

/// Most kinds that are kept; the one that was quiet for longest makes room.
const KINDS: usize = 32;
/// Longest text of a kind, in characters.
const LONGEST: usize = 400;
/// Fields whose values are words of the code.
const WORDS: &[&str] = &["query", "kind", "reason", "rule"];

static RECENT: Mutex<Vec<Problem>> = Mutex::new(Vec::new());

/// One kind of warning or error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Whether it is an error rather than a warning.
    pub is_error: bool,
    /// What happened.
    pub message: String,
    /// The words that tell its kind, such as a reason.
    pub words: String,
    /// The text of the error, from the last time.
    pub cause: Option<String>,
    /// What to do, where the event says so.
    pub hint: Option<String>,
    /// How often it happened.
    pub count: u64,
    /// The first time, in seconds since 1970.
    pub first: u64,
    /// The last time, in seconds since 1970.
    pub last: u64,
}

/// What happened since the start, the latest first.
#[must_use]
pub fn recent() -> Vec<Problem> {
    let mut problems = kept().clone();
    problems.sort_by_key(|problem| std::cmp::Reverse(problem.last));
    problems
}

fn kept() -> MutexGuard<'static, Vec<Problem>> {
    RECENT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Listens to the log.
pub struct Recorder;

impl<S: Subscriber> Layer<S> for Recorder {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut read = Read::default();
        event.record(&mut read);
        let now = clock::unix_now();
        enter(
            &mut kept(),
            Problem {
                is_error: *event.metadata().level() == Level::ERROR,
                message: read.message,
                words: read.words,
                cause: read.cause,
                hint: read.hint,
                count: 1,
                first: now,
                last: now,
            },
        );
    }
}

fn enter(problems: &mut Vec<Problem>, new: Problem) {
    let same = |old: &&mut Problem| old.message == new.message && old.words == new.words;
    if let Some(old) = problems.iter_mut().find(same) {
        old.count = old.count.saturating_add(1);
        old.last = new.last;
        old.cause = new.cause;
        return;
    }
    if problems.len() >= KINDS
        && let Some((oldest, _)) = problems.iter().enumerate().min_by_key(|(_, problem)| problem.last)
    {
        problems.swap_remove(oldest);
    }
    problems.push(new);
}

#[derive(Default)]
struct Read {
    message: String,
    words: String,
    cause: Option<String>,
    hint: Option<String>,
}

impl Visit for Read {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.take(field.name(), &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.take(field.name(), value);
    }
}

impl Read {
    fn take(&mut self, field: &str, value: &str) {
        let value: String = value.chars().take(LONGEST).collect();
        match field {
            "message" => self.message = value,
            "hint" => self.hint = Some(value),
            "error" => self.cause = Some(value),
            word if WORDS.contains(&word) => {
                let comma = if self.words.is_empty() { "" } else { ", " };
                // Writing into a text cannot fail.
                let _ = write!(self.words, "{comma}{word} {value}");
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing_subscriber::layer::SubscriberExt;

    fn problem(message: &str, last: u64) -> Problem {
        Problem {
            is_error: false,
            message: message.into(),
            words: String::new(),
            cause: None,
            hint: None,
            count: 1,
            first: last,
            last,
        }
    }

    #[test]
    fn one_kind_is_kept_once_and_the_quietest_makes_room() {
        let mut problems = Vec::new();
        for at in 0..100 {
            enter(&mut problems, problem("often", at));
            enter(&mut problems, problem(&format!("kind {at}"), at));
        }
        assert_eq!(problems.len(), KINDS);
        let often = problems.iter().find(|problem| problem.message == "often").expect("it stays");
        assert_eq!((often.count, often.first, often.last), (100, 0, 99));
        assert!(!problems.iter().any(|problem| problem.message == "kind 0"));
    }

    #[test]
    fn of_an_event_only_words_of_the_code_are_kept() {
        let listening = tracing_subscriber::registry().with(Recorder);
        tracing::subscriber::with_default(listening, || {
            tracing::warn!(reason = "ambiguous", client = "somebody", email = "ada@example.com", "of an event");
        });
        let kept = recent().into_iter().find(|problem| problem.message == "of an event").expect("it is kept");
        assert_eq!(kept.words, "reason ambiguous");
        assert!(!format!("{kept:?}").contains("ada@") && !format!("{kept:?}").contains("somebody"));
    }
}
