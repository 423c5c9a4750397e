//! A configuration that changes while the bridge answers: on SIGHUP, and when one of its files does.
//!
//! # How
//! The new configuration is loaded, its certificate read and its database opened first; only then does it take the old
//! one's place, for the requests that begin after that. Whatever is wrong leaves the old one as it was, is told, and is
//! tried again: the half of a pair of files may be on its way, and so may the database that a new password is for.
//!
//! # Why a hangup has a task of its own
//! Whoever rotates the audit file says so by the same signal, and the file is opened anew at once, not when a reload that
//! is under way has heard from a slow database.
//!
//! # Why the files are looked at, and nobody waits for the kernel to tell
//! A look at a handful of files costs nothing, and is right for links, mounts, network file systems and secrets of
//! Kubernetes alike.
use super::{Before, Failure, assemble, surroundings};
use crate::{
    clock,
    config::{
        Config, difference,
        load::{self, Needs},
        noted::{NotedFile, Stamp},
        problem::{Problem, Problems},
    },
    http::{live::Live, tls::Handshakes, tls::Material},
    store::runtime::DatabaseRuntime,
    supervisor,
    telemetry::{logging, metrics::Metrics},
};
use actix_web::web;
use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{signal::unix::Signal, sync::Notify, time::sleep};

/// Time between two looks at the files.
const LOOK: Duration = Duration::from_secs(2);
/// How long files have to stand still before they are read, and how often that is waited for.
const STILL: (Duration, u32) = (Duration::from_millis(250), 12);
/// Shortest time between two reloads: signals that come meanwhile are one.
const PAUSE: Duration = Duration::from_millis(200);
/// Pauses between attempts while a configuration is refused: the first, and the longest.
const AGAIN: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(60));

/// A running bridge, as far as a reload changes it.
pub struct Reload {
    path: PathBuf,
    // What is in force: the file's last good words, and those of the start where only a restart changes them.
    config: Config,
    live: web::Data<Live>,
    handshakes: Option<Arc<Handshakes>>,
    runtime: DatabaseRuntime,
    metrics: Metrics,
    seen: Vec<NotedFile>,
    refused: Option<Refused>,
    // What the service manager shows.
    status: String,
}

/// The last attempt, when it failed.
struct Refused {
    why: Vec<Wrong>,
    again: Instant,
    pause: Duration,
}

/// One thing that is wrong with a new configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Wrong {
    message: String,
    place: Option<String>,
    hint: Option<String>,
}

impl Reload {
    /// Of a bridge that has just started.
    #[must_use]
    pub fn of(
        path: PathBuf,
        config: Config,
        live: web::Data<Live>,
        handshakes: Option<Arc<Handshakes>>,
        runtime: DatabaseRuntime,
        address: &str,
    ) -> Self {
        let metrics = live.bridge().metrics.clone();
        for result in ["ok", "failed"] {
            metrics.config_reloads.with_label_values(&[result]).inc_by(0);
        }
        metrics.config_last_reload_successful.set(1);
        metrics.config_last_reload.set(clock::unix_now_exact());
        let seen = config.files.clone();
        let status = format!("listening on {address}");
        Self { path, config, live, handshakes, runtime, metrics, seen, refused: None, status }
    }

    /// Reloads for ever, one after the other.
    pub async fn watch(mut self, hangup: Signal) {
        let asked = Arc::new(Notify::new());
        actix_web::rt::spawn(hear(hangup, self.live.clone(), Arc::clone(&asked)));
        loop {
            let is_asked = tokio::select! {
                () = asked.notified() => true,
                () = sleep(LOOK) => false,
            };
            let again = self.refused.as_ref().is_some_and(|refused| refused.again <= Instant::now());
            if is_asked || again || self.has_changed().await {
                self.stand_still().await;
                self.reload(is_asked).await;
                sleep(PAUSE).await;
            }
        }
    }

    /// The one place where a reload begins and ends.
    async fn reload(&mut self, is_asked: bool) {
        supervisor::reloading();
        // On the heap: it holds everything that a bridge is made of.
        let result = Box::pin(self.attempt()).await;
        let word = if result.is_ok() { "ok" } else { "failed" };
        self.metrics.config_reloads.with_label_values(&[word]).inc();
        self.metrics.config_last_reload_successful.set(i64::from(result.is_ok()));
        match result {
            Ok(changed) => {
                self.refused = None;
                self.metrics.config_last_reload.set(clock::unix_now_exact());
                tracing::info!(changed, "the configuration was loaded anew");
            }
            Err(why) => self.refuse(why, is_asked),
        }
        let refused = if self.refused.is_some() { "; a newer configuration is refused, the log says why" } else { "" };
        supervisor::ready(&format!("{}{refused}", self.status));
    }

    /// Tells what is wrong, once, and when it is tried again.
    fn refuse(&mut self, why: Vec<Wrong>, is_asked: bool) {
        let before = self.refused.take().filter(|before| before.why == why);
        if before.is_none() || is_asked {
            for wrong in &why {
                tracing::error!(place = wrong.place.as_deref(), hint = wrong.hint.as_deref(), "{}", wrong.message);
            }
            tracing::error!(problems = why.len(), "the new configuration is not used; the old one stays in force");
        }
        let pause = before.map_or(AGAIN.0, |before| (before.pause * 2).min(AGAIN.1));
        self.refused = Some(Refused { why, again: Instant::now() + pause, pause });
    }

    /// Takes the configuration, or nothing of it; whether it said anything new.
    async fn attempt(&mut self) -> Result<bool, Vec<Wrong>> {
        let path = self.path.clone();
        let loading = move || load::load_noting(&path, std::env::vars(), Needs::token());
        let (loaded, files) = web::block(loading).await.map_err(|error| vec![Wrong::of(error.to_string())])?;
        self.seen = files;
        let mut wrong = self.out_of_reach(loaded.as_ref().ok());
        let mut new = match loaded {
            Ok(new) if wrong.is_empty() => new,
            Ok(_) => return Err(wrong),
            Err(problems) => {
                wrong.extend(of_problems(&problems));
                return Err(wrong);
            }
        };
        let kept = difference::keep_until_restart(&self.config, &mut new);
        let changed = new.said != self.config.said;
        if changed {
            self.take(&new).await?;
        }
        if !kept.is_empty() {
            tracing::warn!(keys = kept.join(", "), "these keys need a restart; the rest is in force");
        }
        self.config = new;
        Ok(changed)
    }

    /// Opens everything that is new, and then puts it in the place of the old.
    async fn take(&self, new: &Config) -> Result<(), Vec<Wrong>> {
        let material = match &new.server.tls {
            Some(tls) if self.handshakes.is_some() => {
                Some(Material::read(tls, &crate::trust::provider()).map_err(|error| vec![Wrong::of(error)])?)
            }
            _ => None,
        };
        let level = logging::Level::new(&new.log.level);
        let level = level.map_err(|error| vec![Wrong::of(format!("`log.level`: {error}"))])?;
        let bridge = self.live.bridge();
        let before = Before { bridge: &bridge, config: &self.config };
        let clients = material.as_ref().and_then(Material::clients);
        let next = assemble(new, &self.runtime, Some(&before), clients).await.map_err(of_failure)?;
        // From here on nothing can fail.
        level.take_effect();
        next.accounts.throttle.set_rate(new.limits.account_attempts);
        next.client_throttle.set_rate(new.limits.client_rate);
        if let (Some(handshakes), Some(material)) = (&self.handshakes, &material)
            && !new.said.agrees(&self.config.said, &["server"])
        {
            handshakes.take(material);
            if let Some(end) = material.not_after() {
                self.metrics.certificate_expiry.set(end);
            }
        }
        if let (Some(audit), Some(recorder), Some(old)) = (&new.audit, &next.audit, &bridge.audit)
            && recorder.is_of(old)
        {
            recorder.take_effect(audit, old);
        }
        // What is no longer counted is no longer shown.
        if !Arc::ptr_eq(&next.accounts.progress, &bridge.accounts.progress) {
            self.metrics.users.reset();
        }
        if next.accounts.throttle.store_answers().is_none() {
            self.metrics.throttle_store_up.reset();
        }
        self.live.replace(next);
        Ok(())
    }

    fn out_of_reach(&self, config: Option<&Config>) -> Vec<Wrong> {
        let files: Vec<_> = self.seen.iter().map(|file| (file.key.clone(), file.path.clone())).collect();
        let wrong = |(key, path): (String, PathBuf)| Wrong {
            message: format!(
                "`{key}`: {} is out of reach since this process confined itself at its start",
                path.display()
            ),
            place: None,
            hint: Some("restart the service, or put the file beside the old one".to_owned()),
        };
        surroundings::out_of_reach(&self.live.confined, config, &files).into_iter().map(wrong).collect()
    }

    async fn has_changed(&self) -> bool {
        let seen: Vec<_> = self.seen.iter().map(|file| file.stamp).collect();
        self.stamps().await.is_some_and(|now| now != seen)
    }

    /// Waits while somebody is still writing: a certificate often comes before its key.
    async fn stand_still(&self) {
        let mut before = self.stamps().await;
        for _ in 0..STILL.1 {
            sleep(STILL.0).await;
            let now = self.stamps().await;
            if now == before {
                return;
            }
            before = now;
        }
    }

    /// How the files look now. Not on this thread: a file system may hang.
    async fn stamps(&self) -> Option<Vec<Stamp>> {
        let paths: Vec<_> = self.seen.iter().map(|file| file.path.clone()).collect();
        web::block(move || paths.iter().map(|path| Stamp::of(path)).collect()).await.ok()
    }
}

/// Hears the hangups: first the audit file is opened anew, then a reload is asked for.
async fn hear(mut hangup: Signal, live: web::Data<Live>, asked: Arc<Notify>) {
    while hangup.recv().await.is_some() {
        if let Some(audit) = &live.bridge().audit {
            audit.stream().reopen();
        }
        asked.notify_one();
    }
}

impl Wrong {
    fn of(message: String) -> Self {
        Self { message, place: None, hint: None }
    }
}

fn of_problems(problems: &Problems) -> Vec<Wrong> {
    let wrong = |problem: &Problem| Wrong {
        message: problem.message.clone(),
        place: Some(problems.place(problem)),
        hint: problem.hint.clone(),
    };
    problems.all.iter().map(wrong).collect()
}

fn of_failure(failure: Failure) -> Vec<Wrong> {
    let (Failure::Wrong(message, hint) | Failure::Unreachable(message, hint)) = failure;
    vec![Wrong { hint, ..Wrong::of(message) }]
}
