//! `bulk import`: the files of an export, through at most two jobs at once, each step in the journal.
//!
//! A file whose sending nobody can judge (killed or cut off before the answer, a job that failed or whose data are gone)
//! is sent again, without those whom the tenant's search finds already: Auth0 inserts nobody twice, and tells of those
//! who are there. Whether such a user is the one of the earlier send is asked of the tenant by id.
use super::{
    chunk_files::ChunkFile,
    export::Manifest,
    journal::{FileResult, Journal, NoJournal, Now, Step},
    user_file::{NotTheFile, UserFile},
    verdict::{Verdict, verdict},
};
use crate::{
    auth0::management_api::{ApiError, JobState, ManagementApi, Presence, Sent, Summary, jittered},
    ledger::{BULK, Ledger},
    store::error::StoreError,
};
use std::{
    collections::{HashMap, HashSet},
    io,
    path::Path,
    time::{Duration, Instant},
};

/// Auth0 runs no more import jobs at once.
const JOBS: usize = 2;
/// Between two questions about a job: the first, and the longest.
const POLL: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(5));
/// Until a file that was not taken is sent again: the first pause, and the longest.
const AGAIN: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(15));
/// While a job of an earlier send seems to run: so often it is looked at, and the pause between.
const SETTLING: (u32, Duration) = (20, Duration::from_secs(2));
/// So often a file is sent in one run before somebody should look.
const SENDS: u32 = 6;

/// Why an import stopped. The same command goes on where it was.
#[derive(Debug, thiserror::Error)]
pub enum NoImport {
    /// The Management API.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] StoreError),
    /// The journal.
    #[error(transparent)]
    Journal(#[from] NoJournal),
    /// A file of the export.
    #[error(transparent)]
    File(#[from] NotTheFile),
    /// A file that was sent again and again.
    #[error("`{0}` was sent {SENDS} times and no job could tell what became of its users: {1}")]
    Untold(String, String),
}

impl From<io::Error> for NoImport {
    fn from(error: io::Error) -> Self {
        Self::Journal(NoJournal::Io(error))
    }
}

/// A job that was not seen to its end yet.
struct Running<'a> {
    file: &'a ChunkFile,
    job: String,
    pause: Duration,
    next: Instant,
}

/// An import under way.
pub struct Import<'a> {
    directory: &'a Path,
    manifest: &'a Manifest,
    upsert: bool,
    api: ManagementApi,
    ledger: &'a dyn Ledger,
    journal: Journal,
    /// Files to send, the next one last.
    waiting: Vec<&'a ChunkFile>,
    running: Vec<Running<'a>>,
    /// How often each file was sent in this run, where it was more than once.
    sends: HashMap<&'a str, u32>,
    pause: Duration,
    send_at: Instant,
}

impl<'a> Import<'a> {
    /// Takes up what the journal tells.
    #[must_use]
    pub fn new(
        (directory, manifest): (&'a Path, &'a Manifest),
        upsert: bool,
        api: ManagementApi,
        ledger: &'a dyn Ledger,
        journal: Journal,
    ) -> Self {
        let running = |file: &'a ChunkFile| match journal.state(&file.name).now {
            Now::Running(job) => Some(Running { file, job, pause: POLL.0, next: Instant::now() }),
            _ => None,
        };
        let running = manifest.files.iter().filter_map(running).collect();
        let waits = |file: &&ChunkFile| journal.state(&file.name).now == Now::Waiting;
        let mut waiting: Vec<&ChunkFile> = manifest.files.iter().filter(waits).collect();
        // Files that may have been taken come first: their users are the ones that nobody can tell about.
        waiting.sort_by_key(|file| (journal.state(&file.name).sends == 0, file.name.as_str()));
        waiting.reverse();
        Self {
            directory,
            manifest,
            upsert,
            api,
            ledger,
            journal,
            waiting,
            running,
            sends: HashMap::new(),
            pause: AGAIN.0,
            send_at: Instant::now(),
        }
    }

    /// Imports what is left; `seen` hears how many users are settled.
    ///
    /// # Errors
    /// `NoImport`; everything that was done is in the journal.
    pub async fn run(&mut self, seen: &mut dyn FnMut(u64)) -> Result<Vec<FileResult>, NoImport> {
        for file in &self.manifest.files {
            if let Now::Ended(result) = self.journal.state(&file.name).now {
                self.mark(file, &result).await?;
            }
        }
        seen(self.settled());
        while !(self.waiting.is_empty() && self.running.is_empty()) {
            while self.running.len() < JOBS && Instant::now() >= self.send_at {
                let Some(file) = self.waiting.pop() else { break };
                self.send(file).await?;
            }
            self.ask_for_jobs(seen).await?;
        }
        Ok(self.results())
    }

    /// What became of the files that are done.
    #[must_use]
    pub fn results(&self) -> Vec<FileResult> {
        let done = |file: &ChunkFile| match self.journal.state(&file.name).now {
            Now::Done(result) => Some(result),
            _ => None,
        };
        self.manifest.files.iter().filter_map(done).collect()
    }

    /// Users of the files that are done.
    fn settled(&self) -> u64 {
        let done = |file: &&ChunkFile| matches!(self.journal.state(&file.name).now, Now::Done(_));
        count(self.manifest.files.iter().filter(done).map(|file| file.users).sum())
    }

    /// Sends one file, those left out who have crossed since the export.
    async fn send(&mut self, file: &'a ChunkFile) -> Result<(), NoImport> {
        let users = UserFile::read(self.directory, file)?;
        let marked = self.ledger.marked(&users.ids()).await?;
        let crossed: Vec<String> = users.ids().into_iter().filter(|id| marked.contains(id)).collect();
        let users = users.without(&marked);
        let found = if self.journal.state(&file.name).sends > 0 { self.found(&users).await? } else { HashSet::new() };
        let present: Vec<String> = users.ids().into_iter().filter(|id| found.contains(id)).collect();
        let users = users.without(&found);
        let name = || file.name.clone();
        let counts = (count(crossed.len()), count(present.len()));
        self.journal.write(Step::Sending { file: name(), crossed, present })?;
        if users.users.is_empty() {
            let result = FileResult { crossed: counts.0, inserted: counts.1, ..FileResult::default() };
            self.journal.write(Step::Ended { file: name(), result: result.clone() })?;
            return self.mark(file, &result).await;
        }
        let attempt = self.journal.state(&file.name).sends;
        let external_id = format!("drawbridge-{}-{attempt}", file.name);
        match self.api.create_import(users.json(), &external_id, self.upsert).await? {
            Sent::Taken(job) => {
                self.journal.write(Step::Taken { file: name(), job: job.clone() })?;
                self.running.push(Running { file, job, pause: POLL.0, next: Instant::now() + POLL.0 });
                self.pause = AGAIN.0;
            }
            Sent::NotNow(_) => {
                self.journal.write(Step::NotTaken { file: name() })?;
                self.waiting.push(file);
                self.later();
            }
            Sent::Unknown(why) => self.lost(file, why)?,
        }
        Ok(())
    }

    /// Those of a file whom an earlier send brought into the tenant, as far as a search tells; nobody where users who are
    /// there are to be changed. While more and more are found the job of that send is still running.
    async fn found(&mut self, users: &UserFile) -> Result<HashSet<String>, NoImport> {
        let (ids, mut found) = (users.ids(), HashSet::new());
        if self.upsert {
            return Ok(found);
        }
        for _ in 0..SETTLING.0 {
            let now = self.api.search(&ids).await?;
            let is_settled = now.len() <= found.len() || now.len() == ids.len();
            found = now;
            if is_settled {
                break;
            }
            tokio::time::sleep(jittered(SETTLING.1)).await;
        }
        Ok(found)
    }

    /// The next file is sent after a pause that grows.
    fn later(&mut self) {
        self.send_at = Instant::now() + jittered(self.pause);
        self.pause = (self.pause * 2).min(AGAIN.1);
    }

    /// A file of which nobody knows what became is sent again.
    fn lost(&mut self, file: &'a ChunkFile, why: &str) -> Result<(), NoImport> {
        self.journal.write(Step::Lost { file: file.name.clone(), why: why.to_owned() })?;
        let sends = self.sends.entry(&file.name).or_insert(0);
        *sends += 1;
        if *sends >= SENDS {
            return Err(NoImport::Untold(file.name.clone(), why.to_owned()));
        }
        self.waiting.push(file);
        self.later();
        Ok(())
    }

    /// Waits until a job should be asked for, or a file can be sent.
    async fn ask_for_jobs(&mut self, seen: &mut dyn FnMut(u64)) -> Result<(), NoImport> {
        let may_send = self.running.len() < JOBS && !self.waiting.is_empty();
        let next = self.running.iter().map(|running| running.next).chain(may_send.then_some(self.send_at)).min();
        if let Some(next) = next {
            tokio::time::sleep_until(next.into()).await;
        }
        let now = Instant::now();
        let (due, rest): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.running).into_iter().partition(|running| running.next <= now);
        self.running = rest;
        for mut running in due {
            match self.api.job(&running.job).await? {
                JobState::Running => {
                    running.pause = running.pause.mul_f64(1.5).min(POLL.1);
                    running.next = Instant::now() + jittered(running.pause);
                    self.running.push(running);
                    continue;
                }
                JobState::Failed => self.lost(running.file, "its job failed as a whole")?,
                JobState::Gone => self.lost(running.file, "the data of its job are gone")?,
                JobState::Completed(summary) => self.end(running.file, running.job, summary).await?,
            }
            // Auth0 has room for another job now.
            (self.pause, self.send_at) = (AGAIN.0, Instant::now());
            seen(self.settled());
        }
        Ok(())
    }

    /// A job is over: finds out what became of everybody, and marks who is in the tenant.
    async fn end(&mut self, file: &'a ChunkFile, job: String, summary: Summary) -> Result<(), NoImport> {
        let errors = if summary.failed > 0 { self.api.job_errors(&job).await? } else { Some(Vec::new()) };
        let state = self.journal.state(&file.name);
        let not_sent = state.crossed.iter().chain(&state.present).cloned().collect();
        let sent = UserFile::read(self.directory, file)?.without(&not_sent);
        let verdict = errors.and_then(|errors| verdict(&sent.users, &summary, &errors));
        let Some(Verdict { mut failed, duplicates }) = verdict else {
            return self.lost(file, "its job does not tell who was not imported");
        };
        let ids: Vec<String> = duplicates.iter().map(|user| user.user_id.clone()).collect();
        let presence = self.api.presence(&ids).await?;
        let mut result = FileResult {
            job,
            inserted: summary.inserted + count(state.present.len()),
            updated: summary.updated,
            crossed: count(state.crossed.len()),
            ..FileResult::default()
        };
        let was_sent_before = state.sends > 1;
        for user in duplicates {
            match presence.get(&user.user_id) {
                Some(Presence::Here) if was_sent_before => result.inserted += 1,
                Some(Presence::Here) => result.already_there += 1,
                // A tenant that does not tell: such a user most likely is the one of the earlier send.
                Some(Presence::NotTold) if was_sent_before => result.inserted += 1,
                _ => failed.push(user),
            }
        }
        result.failed = failed;
        self.journal.write(Step::Ended { file: file.name.clone(), result: result.clone() })?;
        self.mark(file, &result).await
    }

    /// Marks everybody of a file who is in the tenant.
    async fn mark(&mut self, file: &ChunkFile, result: &FileResult) -> Result<(), NoImport> {
        let state = self.journal.state(&file.name);
        let failed = result.failed.iter().map(|failed| failed.user_id.clone());
        let left_out: HashSet<String> = state.crossed.into_iter().chain(failed).collect();
        let imported = UserFile::read(self.directory, file)?.without(&left_out);
        self.ledger.mark_all(&imported.ids(), &format!("{BULK} {}", result.job)).await?;
        self.journal.write(Step::Marked { file: file.name.clone() })?;
        Ok(())
    }
}

fn count(users: usize) -> u64 {
    u64::try_from(users).unwrap_or(u64::MAX)
}
