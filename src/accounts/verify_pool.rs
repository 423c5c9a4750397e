//! Threads of their own that verify passwords, behind a bounded queue and a memory budget.
//!
//! Hash work never runs anywhere else: an async thread that hashed would hold up everybody's answers.
//!
//! # Why side by side
//! A thread takes as many waiting jobs as fit into one run of a kernel (`hash::lanes`), but leaves each idle thread its
//! share. A lone job starts at once. Only hashes of the deployment's usual cost go together: what is cheaper is topped
//! up alone.
//!
//! # Why admission at the door
//! A request that would miss its deadline is refused at once with 503: waiting would cost its caller the time and
//! those behind it the threads. A job whose caller has gone, or whose deadline has passed, is dropped before it costs
//! anything.
use super::verification::{Job, NotVerified, Outcome, lane_kind, memory_of, run};
use crate::{hash::scheme::Verdict, telemetry::metrics::Metrics};
use std::{
    collections::VecDeque,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
    time::{Duration, Instant},
};
use tokio::sync::oneshot;

/// How much nicer than the threads that answer `/get_user`, health and metrics.
const NICENESS: i32 = 10;

struct Waiting {
    job: Job,
    memory: u64,
    deadline: Instant,
    queued: Instant,
    reply: oneshot::Sender<Outcome>,
}

struct Queue {
    waiting: VecDeque<Waiting>,
    running: usize,
    // Threads at work, each with a batch.
    working: usize,
    memory: u64,
    // Moving average of one job's work: what the wait is predicted with.
    mean: Duration,
    closed: bool,
}

struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
    threads: usize,
    depth: usize,
    memory: u64,
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
        let queue =
            Queue { waiting: VecDeque::new(), running: 0, working: 0, memory: 0, mean: Duration::ZERO, closed: false };
        let shared =
            Arc::new(Shared { queue: Mutex::new(queue), changed: Condvar::new(), threads, depth, memory, metrics });
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
        (self.shared.threads, self.shared.depth, self.shared.memory)
    }

    /// Whether a job with this deadline would be taken now: whoever asks early spares the database.
    ///
    /// # Errors
    /// `Overloaded`.
    pub fn has_room(&self, deadline: Instant) -> Result<(), NotVerified> {
        self.shared.has_room(&mut self.shared.lock(), Instant::now(), deadline)
    }

    /// Verifies, or says why not. `None` means that there was only a decoy.
    ///
    /// Dropping the future takes the job out of the queue; one that runs ends unheard.
    ///
    /// # Errors
    /// `NotVerified`, none of which says anything about the password.
    pub async fn verify(&self, job: Job, deadline: Instant) -> Result<Option<Verdict>, NotVerified> {
        let answer = self.shared.admit(job, deadline)?;
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

    /// Whether the queue takes one more, and it would be done by its deadline.
    fn has_room(&self, queue: &mut Queue, now: Instant, deadline: Instant) -> Result<(), NotVerified> {
        if queue.waiting.len() >= self.depth {
            // Jobs whose callers have gone hold no place.
            queue.waiting.retain(|waiting| !waiting.reply.is_closed());
        }
        let ahead = queue.waiting.len() + queue.running;
        let rounds = u32::try_from(ahead / self.threads.max(1) + 1).unwrap_or(u32::MAX);
        let predicted = queue.mean.saturating_mul(rounds);
        let is_late = ahead >= self.threads && now + predicted > deadline;
        if queue.waiting.len() >= self.depth || is_late {
            return Err(NotVerified::Overloaded(Duration::from_secs(predicted.as_secs().clamp(1, 30))));
        }
        Ok(())
    }

    fn admit(
        &self,
        job: Job,
        deadline: Instant,
    ) -> Result<oneshot::Receiver<Result<Option<Verdict>, NotVerified>>, NotVerified> {
        let memory = memory_of(&job);
        if memory > self.memory {
            return Err(NotVerified::TooLarge);
        }
        let now = Instant::now();
        let (reply, answer) = oneshot::channel();
        let mut queue = self.lock();
        self.has_room(&mut queue, now, deadline)?;
        queue.waiting.push_back(Waiting { job, memory, deadline, queued: now, reply });
        self.metrics.queue_depth.set(gauge(queue.waiting.len()));
        drop(queue);
        self.changed.notify_one();
        Ok(answer)
    }

    fn work(&self) {
        // Being nicer is a wish: a system that refuses it only loses isolation.
        let _ = rustix::process::setpriority_process(None, NICENESS);
        while let Some(batch) = self.next() {
            let begun = Instant::now();
            for waiting in &batch {
                self.metrics.queue_seconds.observe(begun.duration_since(waiting.queued).as_secs_f64());
            }
            let jobs: Vec<&Job> = batch.iter().map(|waiting| &waiting.job).collect();
            let results = run(&jobs);
            let took = begun.elapsed();
            let memory = batch.iter().map(|waiting| waiting.memory).sum();
            let count = batch.len();
            for (waiting, result) in batch.into_iter().zip(results) {
                self.metrics.verify_seconds.with_label_values(&[waiting.job.scheme]).observe(took.as_secs_f64());
                drop(waiting.job);
                // A caller who has gone needs no answer.
                let _ = waiting.reply.send(result);
            }
            self.done(count, memory, took);
        }
    }

    fn next(&self) -> Option<Vec<Waiting>> {
        let mut queue = self.lock();
        loop {
            if queue.closed {
                return None;
            }
            let now = Instant::now();
            while let Some(first) = queue.waiting.front() {
                if first.reply.is_closed() {
                    queue.waiting.pop_front();
                } else if first.deadline <= now {
                    if let Some(late) = queue.waiting.pop_front() {
                        let _ = late.reply.send(Err(NotVerified::Overloaded(Duration::from_secs(1))));
                    }
                } else {
                    break;
                }
            }
            let fits = queue.waiting.front().is_some_and(|first| queue.memory + first.memory <= self.memory);
            if fits && let Some(first) = queue.waiting.pop_front() {
                let batch = self.batch(&mut queue, first, now);
                queue.working += 1;
                queue.running += batch.len();
                queue.memory += batch.iter().map(|waiting| waiting.memory).sum::<u64>();
                self.metrics.queue_depth.set(gauge(queue.waiting.len()));
                self.metrics.verify_memory.set(gauge(queue.memory));
                return Some(batch);
            }
            self.metrics.queue_depth.set(gauge(queue.waiting.len()));
            queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The job and those that run beside it, in the order in which they came.
    fn batch(&self, queue: &mut Queue, first: Waiting, now: Instant) -> Vec<Waiting> {
        let mut batch = vec![first];
        let Some(kind) = batch.first().and_then(|first| lane_kind(&first.job)) else { return batch };
        let idle = self.threads.saturating_sub(queue.working).max(1);
        let share = (queue.waiting.len() + 1).div_ceil(idle).min(kind.widest());
        let mut at = 0;
        while batch.len() < share
            && let Some(waiting) = queue.waiting.get(at)
        {
            let alive = !waiting.reply.is_closed() && waiting.deadline > now;
            if alive && lane_kind(&waiting.job) == Some(kind) {
                batch.extend(queue.waiting.remove(at));
            } else {
                at += 1;
            }
        }
        batch
    }

    fn done(&self, count: usize, memory: u64, took: Duration) {
        let mut queue = self.lock();
        queue.running -= count;
        queue.working = queue.working.saturating_sub(1);
        queue.memory -= memory;
        // What one job keeps a thread: the jobs of a batch share its time.
        let took = took / u32::try_from(count).unwrap_or(1).max(1);
        queue.mean = if queue.mean.is_zero() { took } else { queue.mean * 7 / 8 + took / 8 };
        self.metrics.verify_memory.set(gauge(queue.memory));
        drop(queue);
        // Memory came free: every waiting thread may now find a job that fits.
        self.changed.notify_all();
    }
}

fn gauge(value: impl TryInto<i64>) -> i64 {
    value.try_into().unwrap_or(i64::MAX)
}
