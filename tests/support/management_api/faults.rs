//! What goes wrong at the tenant: switches that a test can set at any time. They never change what the tenant knows of a
//! request that it accepted.
use super::route::Route;
use std::{collections::BTreeMap, collections::VecDeque, time::Duration};

/// What happens to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The connection closes before the body is read; nothing was done.
    DropBefore,
    /// The request was carried out, then the connection closes without an answer.
    DropAfter,
    /// This status instead of the request being carried out.
    ErrorBefore(u16),
    /// This status although the request was carried out.
    ErrorAfter(u16),
    /// 429 of the tenant's rate limit, which is used up.
    RateLimited,
    /// The right answer in small pieces, with this pause between two.
    SlowBody(Duration),
    /// The right answer up to its middle, then the connection closes.
    CutBody,
    /// The right status with a body that is not what it should be: half of the JSON, or a page.
    Garbage,
}

/// How much of a user the error list hides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Masking {
    /// Hashes and salts, as Auth0 does.
    #[default]
    Hashes,
    /// Every text but `user_id`.
    AllButUserId,
    /// Every text: nobody can be told from the list.
    Everything,
}

/// All switches; none is on at first.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    /// How often a connection is closed as soon as it is made.
    pub connections_closed: f64,
    /// Time that a request takes, half of it before it is carried out and half after.
    pub latency: Duration,
    /// Up to so much more, evenly spread.
    pub jitter: Duration,
    /// How long search does not see a new user.
    pub search_lag: Duration,
    /// Users whose import is refused: the `user_id` or e-mail in the file, and the code.
    pub users_refused: BTreeMap<String, String>,
    /// The next jobs fail as a whole, each after so many users.
    pub next_jobs_fail_after: VecDeque<usize>,
    /// How often a job fails as a whole.
    pub jobs_fail: f64,
    /// After how many users it does; 0 is before any.
    pub jobs_fail_after: usize,
    /// What error lists hide.
    pub masking: Masking,
    /// Error lists are gone before their time.
    pub errors_gone: bool,
    /// The error list of a job that failed as a whole is 204 and not the job with `status_details`. Both were seen:
    /// the Management API description has the object, issue 443 of auth0/auth0.net has 204.
    pub failed_jobs_tell_nothing: bool,
    chances: Vec<(Option<Route>, Fault, f64)>,
    script: VecDeque<(Route, Fault)>,
}

impl Faults {
    /// The next request to this route meets this fault; several wait in line.
    pub fn next(&mut self, route: Route, fault: Fault) {
        self.script.push_back((route, fault));
    }

    /// Requests to this route, or to all, meet this fault with this probability.
    pub fn sometimes(&mut self, route: Option<Route>, fault: Fault, probability: f64) {
        self.chances.push((route, fault, probability));
    }

    /// Scripted faults that no request has met yet.
    pub fn waiting(&self) -> usize {
        self.script.len()
    }

    /// All switches off.
    pub fn end(&mut self) {
        *self = Self::default();
    }

    /// What happens to a request.
    pub(super) fn pick(&mut self, route: Route, random: &mut fastrand::Rng) -> Option<Fault> {
        if let Some(place) = self.script.iter().position(|(aim, _)| *aim == route) {
            return self.script.remove(place).map(|(_, fault)| fault);
        }
        self.chances
            .iter()
            .find(|(aim, _, probability)| aim.is_none_or(|aim| aim == route) && random.f64() < *probability)
            .map(|(_, fault, _)| *fault)
    }

    /// How long a request takes.
    pub(super) fn time(&self, random: &mut fastrand::Rng) -> Duration {
        self.latency + self.jitter.mul_f64(random.f64())
    }

    /// After how many users a new job fails, if it does.
    pub(super) fn job_fails_after(&mut self, random: &mut fastrand::Rng) -> Option<usize> {
        self.next_jobs_fail_after
            .pop_front()
            .or_else(|| (random.f64() < self.jobs_fail).then_some(self.jobs_fail_after))
    }
}
