//! Threads of their own that verify passwords, behind a bounded queue and a memory budget.
//!
//! Hash work never runs anywhere else: an async thread that hashed would hold up everybody's answers.
//!
//! # Why side by side
//! A thread takes as many waiting jobs as get done in about the time of one (`hash::lanes`), but leaves each idle
//! thread its share. A lone job starts at once and waits for no company.
//!
//! # Why admission at the door
//! A request that would miss its deadline is refused at once with 503: waiting would cost its caller the time and
//! those behind it the threads. A job whose caller has gone, or whose deadline has passed, is dropped before it costs
//! anything.
pub mod background;
mod crowd;
mod queue;
mod refusals;

use super::verification::{Job, NotVerified, Outcome, Shape, run};
use crate::{
    hash::{kept_memory, scheme::Verdict},
    telemetry::metrics::Metrics,
};
use background::step_back;
use queue::{Batch, Bounds, Queue, Ran, Waiting};
use refusals::Refusals;
use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
    time::{Duration, Instant},
};
use tokio::sync::oneshot;

/// How long an idle thread keeps the memory of its last verification.
const KEPT: Duration = Duration::from_secs(10);
/// Most memory that each keeps, in bytes.
const MOST_KEPT: u64 = 64 << 20;

struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
    refusals: Refusals,
    bounds: Bounds,
    metrics: Metrics,
}

/// The pool; its threads end when it is dropped.
pub struct VerifyPool {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

impl VerifyPool {
    /// Starts `threads` threads behind a queue of `depth` places and a budget of `memory` bytes.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(threads: usize, depth: usize, memory: u64, metrics: Metrics) -> std::io::Result<Self> {
        let bounds = Bounds { threads, depth, memory };
        let shared = Arc::new(Shared {
            queue: Mutex::new(Queue::new()),
            changed: Condvar::new(),
            refusals: Refusals::default(),
            bounds,
            metrics,
        });
        let mut started = Vec::new();
        for number in 0..threads {
            let shared = Arc::clone(&shared);
            let name = format!("verify-{number}");
            started.push(std::thread::Builder::new().name(name).spawn(move || shared.work())?);
        }
        Ok(Self { shared, threads: started })
    }

    /// Threads, places of the queue, and bytes of the budget.
    #[must_use]
    pub fn bounds(&self) -> (usize, usize, u64) {
        let Bounds { threads, depth, memory } = self.shared.bounds;
        (threads, depth, memory)
    }

    /// Whether a job with this deadline would be taken now: whoever asks early spares the database.
    ///
    /// # Errors
    /// `Overloaded`.
    pub async fn has_room(&self, deadline: Instant) -> Result<(), NotVerified> {
        let room = self.shared.lock().has_room(&self.shared.bounds, Instant::now(), deadline);
        self.shared.at_its_turn(room, deadline).await
    }

    /// Verifies, or says why not. `None` means that there was only a decoy.
    ///
    /// Dropping the future takes the job out of the queue; one that runs ends unheard.
    ///
    /// # Errors
    /// `NotVerified`, none of which says anything about the password.
    pub async fn verify(&self, job: Job, deadline: Instant) -> Result<Option<Verdict>, NotVerified> {
        let answer = self.shared.admit(job, deadline);
        let answer = self.shared.at_its_turn(answer, deadline).await?;
        match tokio::time::timeout_at(deadline.into(), answer).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(NotVerified::Failed),
            Err(_) => Err(NotVerified::Overloaded(Duration::from_secs(1))),
        }
    }
}

impl Drop for VerifyPool {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.changed.notify_all();
        for thread in self.threads.drain(..) {
            // A thread ends by itself after its job; it holds nothing that others wait for.
            drop(thread);
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn admit(&self, job: Job, deadline: Instant) -> Result<oneshot::Receiver<Outcome>, NotVerified> {
        let shape = Shape::of(&job);
        if shape.memory > self.bounds.memory {
            return Err(NotVerified::TooLarge);
        }
        let now = Instant::now();
        let (reply, answer) = oneshot::channel();
        let waiting = Waiting::new(job, shape, deadline, now, reply);
        let mut queue = self.lock();
        queue.has_room(&self.bounds, now, deadline)?;
        queue.push(waiting);
        self.metrics.queue_depth.set(gauge(queue.depth()));
        drop(queue);
        self.changed.notify_one();
        Ok(answer)
    }

    /// The same, where it is a refusal when its turn has come.
    async fn at_its_turn<T>(&self, result: Result<T, NotVerified>, deadline: Instant) -> Result<T, NotVerified> {
        if matches!(result, Err(NotVerified::Overloaded(_))) {
            self.refusals.wait(deadline).await;
        }
        result
    }

    fn work(&self) {
        step_back();
        // What all threads keep is within the budget of what they run.
        let share = self.bounds.memory / u64::try_from(self.bounds.threads).unwrap_or(u64::MAX).max(1);
        kept_memory::keep_at_most(share.min(MOST_KEPT));
        while let Some(batch) = self.next() {
            let begun = Instant::now();
            for waiting in &batch.jobs {
                self.metrics.queue_seconds.observe(begun.duration_since(waiting.queued).as_secs_f64());
            }
            let jobs: Vec<(&Job, Shape)> = batch.jobs.iter().map(|waiting| (&waiting.job, waiting.shape)).collect();
            let results = run(&jobs);
            let took = begun.elapsed();
            let ran = batch.ran(took);
            for (waiting, result) in batch.jobs.into_iter().zip(results) {
                self.metrics.verify_seconds.with_label_values(&[waiting.job.scheme]).observe(took.as_secs_f64());
                drop(waiting.job);
                // A caller who has gone needs no answer.
                let _ = waiting.reply.send(result);
            }
            self.done(ran);
        }
    }

    fn next(&self) -> Option<Batch> {
        let (mut queue, mut is_warm) = (self.lock(), true);
        loop {
            if queue.closed {
                return None;
            }
            let batch = queue.next(&self.bounds, Instant::now());
            self.metrics.queue_depth.set(gauge(queue.depth()));
            if let Some(batch) = batch {
                self.metrics.verify_memory.set(gauge(queue.memory()));
                return Some(batch);
            }
            if is_warm {
                let (back, waited) = self.changed.wait_timeout(queue, KEPT).unwrap_or_else(PoisonError::into_inner);
                queue = back;
                if waited.timed_out() {
                    kept_memory::give_back();
                    is_warm = false;
                }
            } else {
                queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    fn done(&self, ran: Ran) {
        let mut queue = self.lock();
        queue.done(ran);
        self.metrics.verify_memory.set(gauge(queue.memory()));
        drop(queue);
        // Memory came free, or a thread for what is dear: every waiting one may now find a job.
        self.changed.notify_all();
    }
}

fn gauge(value: impl TryInto<i64>) -> i64 {
    value.try_into().unwrap_or(i64::MAX)
}
