//! Import jobs: each works in the background, one user after the other, and two of them at once take turns.
use super::{
    directory::{Change, id_of, lower},
    faults::Masking,
    import_rules,
    shared::Shared,
};
use serde_json::{Value, json};
use std::{
    collections::HashSet,
    sync::Arc,
    time::{Duration, Instant},
};

/// The state of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It was accepted.
    Pending,
    /// It is at its users.
    Processing,
    /// It went through all users, whatever became of each.
    Completed,
    /// It failed as a whole, perhaps after some of its users.
    Failed,
}

/// A job.
#[derive(Debug, Clone)]
pub struct Job {
    /// `job_` and 16 characters.
    pub id: String,
    /// Where it is.
    pub status: Status,
    /// Users in its file.
    pub total: usize,
    /// Users that are new.
    pub inserted: usize,
    /// Users that have another profile.
    pub updated: usize,
    /// Users that were refused.
    pub failed: usize,
    /// As the request had it.
    pub upsert: bool,
    /// As the request had it.
    pub external_id: Option<String>,
    /// As the request had it.
    pub send_completion_email: bool,
    pub(super) fails_after: Option<(usize, &'static str)>,
    pub(super) ended: Option<Instant>,
    created_at: String,
    status_details: Option<String>,
    users: Arc<Vec<Value>>,
    errors: Vec<(usize, Vec<Value>)>,
    seen: HashSet<(&'static str, String)>,
}

/// Now, as Auth0 writes it.
pub fn now_text() -> String {
    chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

impl Job {
    /// A new one.
    pub fn new(users: Vec<Value>, upsert: bool, external_id: Option<String>, send_completion_email: bool) -> Self {
        Self {
            id: format!("job_{}", &uuid::Uuid::new_v4().simple().to_string()[..16]),
            status: Status::Pending,
            total: users.len(),
            inserted: 0,
            updated: 0,
            failed: 0,
            upsert,
            external_id,
            send_completion_email,
            fails_after: None,
            ended: None,
            created_at: now_text(),
            status_details: None,
            users: Arc::new(users),
            errors: Vec::new(),
            seen: HashSet::new(),
        }
    }

    /// Whether it counts as one of the jobs that a tenant may have at once.
    pub fn is_active(&self) -> bool {
        matches!(self.status, Status::Pending | Status::Processing)
    }

    /// The users in the file.
    pub fn users(&self) -> Arc<Vec<Value>> {
        Arc::clone(&self.users)
    }

    /// Ends it.
    pub fn end(&mut self, status: Status, details: Option<&str>) {
        self.status = status;
        self.status_details = details.map(str::to_owned);
        self.ended = Some(Instant::now());
        self.seen.clear();
    }

    /// The job as the API shows it.
    pub fn shown(&self, time_per_user: Duration) -> Value {
        let status = match self.status {
            Status::Pending => "pending",
            Status::Processing => "processing",
            Status::Completed => "completed",
            Status::Failed => "failed",
        };
        let mut shown = json!({
            "id": self.id, "type": "users_import", "status": status, "created_at": self.created_at,
            "connection_id": super::CONNECTION_ID, "connection": super::CONNECTION_NAME, "upsert": self.upsert,
            "send_completion_email": self.send_completion_email,
        });
        if let Some(external_id) = &self.external_id {
            shown["external_id"] = external_id.clone().into();
        }
        let done = self.inserted + self.updated + self.failed;
        match self.status {
            Status::Processing => {
                let left = time_per_user.mul_f64((self.total - done) as f64).as_secs();
                shown["percentage_done"] = (done * 100 / self.total.max(1)).into();
                shown["time_left_seconds"] = left.into();
            }
            Status::Completed => {
                shown["summary"] = json!({"failed": self.failed, "updated": self.updated,
                                          "inserted": self.inserted, "total": self.total});
            }
            Status::Failed => shown["status_details"] = self.status_details.clone().into(),
            Status::Pending => {}
        }
        shown
    }

    /// The users that were refused, as the API shows them; `None` when none was.
    pub fn errors(&self, masking: Masking) -> Option<Value> {
        let show = |(place, errors): &(usize, Vec<Value>)| {
            let user = self.users.get(*place).cloned().unwrap_or_default();
            json!({"user": import_rules::masked(&user, masking), "errors": errors})
        };
        (!self.errors.is_empty()).then(|| self.errors.iter().map(show).collect())
    }

    /// An identifier of this user that a user before it in the file has, too.
    fn seen_before(&mut self, user: &Value) -> Option<&'static str> {
        let identifiers =
            [("email", lower(user, "email")), ("username", lower(user, "username")), ("user_id", id_of(user))];
        let mut twice = None;
        for (field, value) in identifiers {
            if value.is_some_and(|value| !self.seen.insert((field, value))) {
                twice = twice.or(Some(field));
            }
        }
        twice
    }
}

/// Works through a job's users.
pub async fn run(shared: Arc<Shared>, id: String) {
    let accepted = tokio::time::Instant::now();
    let settings = &shared.settings;
    tokio::time::sleep(settings.start_latency).await;
    let Some(users) = shared.with_job(&id, |job| {
        job.status = Status::Processing;
        job.users()
    }) else {
        return;
    };
    let began = tokio::time::Instant::now();
    for place in 0..=users.len() {
        if accepted.elapsed() > settings.job_timeout {
            shared.with_job(&id, |job| job.end(Status::Failed, Some("The job took longer than allowed.")));
            return;
        }
        let failed = shared.with_job(&id, |job| {
            let due = job.fails_after.filter(|(after, _)| *after == place || place == job.total);
            if let Some((_, why)) = due {
                job.end(Status::Failed, Some(why));
            }
            due.is_some()
        });
        let Some(user) = users.get(place).filter(|_| failed == Some(false)) else { break };
        // Past moments return at once: the pace holds although the timer's steps are a millisecond.
        tokio::time::sleep_until(began + settings.time_per_user.mul_f64((place + 1) as f64)).await;
        tokio::task::yield_now().await;
        import(&shared, &id, place, user);
    }
    shared.with_job(&id, |job| {
        if job.is_active() {
            job.end(Status::Completed, None);
        }
    });
}

fn import(shared: &Shared, id: &str, place: usize, user: &Value) {
    let mut state = shared.lock();
    let refused = ["user_id", "email"].into_iter().find_map(|field| {
        let value = user.get(field).and_then(Value::as_str)?;
        state.faults.users_refused.get(value).cloned()
    });
    let state = &mut *state;
    let Some(job) = state.jobs.iter_mut().find(|job| job.id == id) else { return };
    let mut errors = import_rules::errors(user);
    if let Some(code) = refused {
        errors = vec![json!({"code": code, "message": "The user was refused."})];
    } else if let (true, Some(field)) = (errors.is_empty(), job.seen_before(user)) {
        let message = format!("A user with this {field} was already provided.");
        errors.push(json!({"code": "DUPLICATED_USER", "message": message}));
    }
    if errors.is_empty() {
        match state.directory.import(user, job.upsert, shared.settings.upserted_hash) {
            Ok(Change::Inserted) => job.inserted += 1,
            Ok(Change::Updated) => job.updated += 1,
            Err(error) => errors.push(error),
        }
    }
    if !errors.is_empty() {
        job.failed += 1;
        job.errors.push((place, errors));
    }
}
