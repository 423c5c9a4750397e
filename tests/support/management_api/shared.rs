//! What all connections and jobs of the stand-in share, and the snapshot that a test gets of it.
use super::{
    directory::{Directory, StoredUser},
    faults::{Fault, Faults},
    jobs::{Job, Status},
    rate_limit::{Bucket, Headers},
    route::Route,
    settings::Settings,
};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, MutexGuard},
    time::{Duration, Instant},
};

/// The tenant behind its lock, which is never held across an `await`.
pub struct Shared {
    /// What kind of tenant it is.
    pub settings: Settings,
    /// `http://127.0.0.1:…/`
    pub url: String,
    state: Mutex<State>,
}

/// What changes.
pub struct State {
    /// What goes wrong.
    pub faults: Faults,
    /// Where chances come from.
    pub random: fastrand::Rng,
    /// The users.
    pub directory: Directory,
    /// The import jobs, in order.
    pub jobs: Vec<Job>,
    /// Tokens with their end and scopes.
    pub tokens: HashMap<String, (Instant, Vec<String>)>,
    /// Answers sent, by route and status.
    pub requests: BTreeMap<(Route, u16), u64>,
    /// Requests whose connection was closed instead.
    pub dropped: BTreeMap<Route, u64>,
    most_jobs_at_once: usize,
    bucket: Bucket,
}

/// What was decided of a request when its head was read.
pub struct Admission {
    /// What goes wrong with it.
    pub fault: Option<Fault>,
    /// Whether the rate limit refuses it.
    pub limited: bool,
    /// The headers of its answer; the token endpoint has none.
    pub headers: Option<Headers>,
    /// How long it takes.
    pub time: Duration,
}

/// What the tenant knows, at one moment.
#[derive(Debug, Clone)]
pub struct Tenant {
    /// Users by `user_id`, with fields as stored and the counts of what became of them.
    pub users: BTreeMap<String, StoredUser>,
    /// In how many accepted jobs a user was, by `user_id`, imported or not.
    pub sent: BTreeMap<String, u32>,
    /// Jobs in the order in which they were accepted, those whose data have expired included.
    pub jobs: Vec<Job>,
    /// The most jobs that were pending or processing at once.
    pub most_jobs_at_once: usize,
    /// Answers sent, by route and status.
    pub requests: BTreeMap<(Route, u16), u64>,
    /// Requests whose connection was closed instead.
    pub dropped: BTreeMap<Route, u64>,
    /// Tokens given.
    pub tokens_given: usize,
}

impl Tenant {
    /// Requests that were answered 429, for frequency or for a job too many.
    pub fn too_many_requests(&self) -> u64 {
        self.requests.iter().filter(|((_, status), _)| *status == 429).map(|(_, count)| count).sum()
    }
}

impl Shared {
    /// An empty tenant.
    pub fn new(settings: Settings, url: String) -> Self {
        let state = State {
            faults: Faults::default(),
            random: fastrand::Rng::with_seed(settings.seed),
            directory: Directory::default(),
            jobs: Vec::new(),
            tokens: HashMap::new(),
            requests: BTreeMap::new(),
            dropped: BTreeMap::new(),
            most_jobs_at_once: 0,
            bucket: Bucket::new(settings.rate, settings.burst),
        };
        Self { settings, url, state: Mutex::new(state) }
    }

    /// The tenant's state.
    pub fn lock(&self) -> MutexGuard<'_, State> {
        // A test that failed inside a closure of its own does not take the tenant with it.
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Does something with a job.
    pub fn with_job<T>(&self, id: &str, change: impl FnOnce(&mut Job) -> T) -> Option<T> {
        self.lock().jobs.iter_mut().find(|job| job.id == id).map(change)
    }

    /// A job that can still be asked about.
    pub fn job(&self, id: &str) -> Option<Job> {
        let lifetime = self.settings.job_lifetime;
        let is_known = |job: &&Job| job.id == id && job.ended.is_none_or(|ended| ended.elapsed() < lifetime);
        self.lock().jobs.iter().find(is_known).cloned()
    }
}

impl State {
    /// Decides what becomes of a request.
    pub fn admit(&mut self, route: Route) -> Admission {
        let fault = self.faults.pick(route, &mut self.random);
        let time = self.faults.time(&mut self.random);
        if route == Route::Token {
            return Admission { fault, limited: false, headers: None, time };
        }
        let (mut taken, mut headers) = self.bucket.take();
        if fault == Some(Fault::RateLimited) {
            (taken, headers) = (false, self.bucket.empty());
        }
        Admission { fault, limited: !taken, headers: Some(headers), time }
    }

    /// Whether a connection is closed as soon as it is made.
    pub fn closes_connection(&mut self) -> bool {
        // Drawn only where it matters: clients differ in how many connections they make, and a seed should not.
        self.faults.connections_closed > 0.0 && self.random.f64() < self.faults.connections_closed
    }

    /// Takes a job unless there are too many; its number of active ones then.
    pub fn accept(&mut self, mut job: Job, max_jobs: usize) -> Result<(), usize> {
        let active = self.jobs.iter().filter(|job| job.is_active()).count();
        if active >= max_jobs {
            return Err(active);
        }
        if let Some(after) = self.faults.job_fails_after(&mut self.random) {
            job.fails_after.get_or_insert((after, "Unexpected error when importing users."));
        }
        for user in job.users().iter() {
            self.directory.count_sent(user);
        }
        self.jobs.push(job);
        self.most_jobs_at_once = self.most_jobs_at_once.max(active + 1);
        Ok(())
    }

    /// What the tenant knows now.
    pub fn snapshot(&self) -> Tenant {
        Tenant {
            users: self.directory.snapshot(),
            sent: self.directory.sent.clone(),
            jobs: self.jobs.clone(),
            most_jobs_at_once: self.most_jobs_at_once,
            requests: self.requests.clone(),
            dropped: self.dropped.clone(),
            tokens_given: self.tokens.len(),
        }
    }
}

impl Job {
    /// Whether it completed.
    pub fn is_completed(&self) -> bool {
        self.status == Status::Completed
    }
}
