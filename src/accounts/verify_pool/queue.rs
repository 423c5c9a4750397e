//! What waits, what runs, and who is next.
use super::crowd::{self, Crowd};
use crate::accounts::verification::{Job, NotVerified, Outcome, Shape};
use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};
use tokio::sync::oneshot;

/// Most waiting jobs that are looked at for company: everybody else waits for the lock meanwhile.
const MOST_LOOKED_AT: usize = 64;

/// A job and whom to tell.
pub struct Waiting {
    /// The work.
    pub job: Job,
    /// What is known of it.
    pub shape: Shape,
    /// Whether it was dear when it came.
    pub dear: bool,
    /// From when on nobody waits for its answer.
    pub deadline: Instant,
    /// Since when it waits.
    pub queued: Instant,
    /// Where its answer goes.
    pub reply: oneshot::Sender<Outcome>,
}

impl Waiting {
    /// A job that comes now.
    pub fn new(job: Job, shape: Shape, deadline: Instant, now: Instant, reply: oneshot::Sender<Outcome>) -> Self {
        let dear = crowd::is_dear(&shape, &job.usual);
        Self { job, shape, dear, deadline, queued: now, reply }
    }

    fn is_wanted(&self, now: Instant) -> bool {
        !self.reply.is_closed() && self.deadline > now
    }
}

/// What the pool has to hold to.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Threads.
    pub threads: usize,
    /// Most jobs that wait.
    pub depth: usize,
    /// Most memory of what runs, in bytes.
    pub memory: u64,
}

/// A crowd that one thread runs.
pub struct Batch {
    /// Who is in it, the longest waiting first.
    pub jobs: Vec<Waiting>,
    /// What it takes of the memory budget.
    pub memory: u64,
    dear: bool,
    // Whether others were left waiting, and what a job takes where a crowd is full.
    is_full: bool,
    at_best: Option<Duration>,
}

/// A batch that has run.
pub struct Ran {
    count: usize,
    memory: u64,
    dear: bool,
    // What one of its jobs kept a thread; whether that tells how long those who wait will wait.
    each: Duration,
    is_full: bool,
    at_best: Option<Duration>,
}

/// The state of the pool, under its lock.
pub struct Queue {
    waiting: VecDeque<Waiting>,
    // Jobs and threads at work, and threads with dear work.
    running: usize,
    working: usize,
    dear: usize,
    memory: u64,
    // Moving average of what one job keeps a thread: what the wait is predicted with.
    mean: Duration,
    /// Whether the threads are to end.
    pub closed: bool,
}

impl Queue {
    /// Nothing waits, nothing runs.
    pub fn new() -> Self {
        Self {
            waiting: VecDeque::new(),
            running: 0,
            working: 0,
            dear: 0,
            memory: 0,
            mean: Duration::ZERO,
            closed: false,
        }
    }

    /// How many wait.
    pub fn depth(&self) -> usize {
        self.waiting.len()
    }

    /// Memory of what runs, in bytes.
    pub fn memory(&self) -> u64 {
        self.memory
    }

    /// Whether one more is taken, and would be done by its deadline.
    ///
    /// # Errors
    /// `Overloaded`.
    pub fn has_room(&mut self, bounds: &Bounds, now: Instant, deadline: Instant) -> Result<(), NotVerified> {
        if self.waiting.len() >= bounds.depth {
            // Jobs whose callers have gone hold no place.
            self.waiting.retain(|waiting| !waiting.reply.is_closed());
        }
        let ahead = self.waiting.len() + self.running;
        let rounds = u32::try_from(ahead / bounds.threads.max(1) + 1).unwrap_or(u32::MAX);
        let predicted = self.mean.saturating_mul(rounds);
        let is_late = ahead >= bounds.threads && now + predicted > deadline;
        if self.waiting.len() >= bounds.depth || is_late {
            return Err(NotVerified::Overloaded(Duration::from_secs(predicted.as_secs().clamp(1, 30))));
        }
        Ok(())
    }

    /// Takes a job that there is room for.
    pub fn push(&mut self, waiting: Waiting) {
        self.waiting.push_back(waiting);
    }

    /// What a free thread does next, if there is anything that it may begin.
    pub fn next(&mut self, bounds: &Bounds, now: Instant) -> Option<Batch> {
        self.drop_unwanted(now);
        let at = self.first_allowed(bounds)?;
        let fits = self.waiting.get(at).is_some_and(|first| self.memory + first.shape.memory <= bounds.memory);
        // What needs more memory than is free waits for it at the head: what is smaller does not overtake it for ever.
        let first = if fits { self.waiting.remove(at)? } else { return None };
        let batch = self.gather(first, bounds, now);
        self.working += 1;
        self.running += batch.jobs.len();
        self.dear += usize::from(batch.dear);
        self.memory += batch.memory;
        Some(batch)
    }

    /// A thread has done this batch.
    pub fn done(&mut self, ran: Ran) {
        self.running = self.running.saturating_sub(ran.count);
        self.working = self.working.saturating_sub(1);
        self.dear = self.dear.saturating_sub(usize::from(ran.dear));
        self.memory = self.memory.saturating_sub(ran.memory);
        if self.mean.is_zero() {
            self.mean = ran.at_best.unwrap_or(ran.each);
        } else if ran.is_full && !ran.dear {
            // Those who wait will go in full crowds: what one alone takes, or a rare one that takes long, says nothing.
            self.mean = self.mean * 7 / 8 + ran.each / 8;
        }
    }

    /// A job whose caller has gone, or whose deadline has passed, costs nothing any more.
    fn drop_unwanted(&mut self, now: Instant) {
        while let Some(first) = self.waiting.pop_front_if(|first| !first.is_wanted(now)) {
            // Who has gone hears nothing.
            let _ = first.reply.send(Err(NotVerified::Overloaded(Duration::from_secs(1))));
        }
    }

    /// One thread always stays for what is not dear.
    fn first_allowed(&self, bounds: &Bounds) -> Option<usize> {
        if self.dear == 0 || self.dear + 1 < bounds.threads {
            return (!self.waiting.is_empty()).then_some(0);
        }
        self.waiting.iter().position(|waiting| !waiting.dear)
    }

    /// The job and those that run beside it, in the order in which they came; each idle thread keeps its share.
    fn gather(&mut self, first: Waiting, bounds: &Bounds, now: Instant) -> Batch {
        let mut crowd = Crowd::of(first.shape, first.dear, first.job.usual.clone());
        let idle = bounds.threads.saturating_sub(self.working).max(1);
        let share = (self.waiting.len() + 1).div_ceil(idle).min(crowd.most());
        let mut jobs = vec![first];
        let mut at = 0;
        while jobs.len() < share
            && at < MOST_LOOKED_AT
            && let Some(waiting) = self.waiting.get(at)
        {
            let fits = self.memory + crowd.memory() + waiting.shape.memory <= bounds.memory;
            if fits && waiting.is_wanted(now) && crowd.takes(waiting.shape) {
                jobs.extend(self.waiting.remove(at));
            } else {
                at += 1;
            }
        }
        let is_full = !self.waiting.is_empty();
        Batch { jobs, memory: crowd.memory(), dear: crowd.is_dear(), is_full, at_best: crowd.at_best() }
    }
}

impl Batch {
    /// What is left to say of it when it took so long.
    pub fn ran(&self, took: Duration) -> Ran {
        let count = self.jobs.len();
        let each = took / u32::try_from(count).unwrap_or(1).max(1);
        Ran { count, memory: self.memory, dear: self.dear, each, is_full: self.is_full, at_best: self.at_best }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        accounts::{
            decoy::{Decoy, Usual},
            times::Work,
        },
        config::password::Password,
        hash::{
            attempt::Attempt,
            registry,
            scheme::{Site, Stored},
            schemes::Schemes,
            typing::Typing,
        },
        store::legacy_row::{LegacyRow, LegacyValue},
    };
    use std::sync::Arc;

    const TWO: Bounds = Bounds { threads: 2, depth: 100, memory: 1 << 30 };
    const MS: Duration = Duration::from_millis(1);

    fn bcrypt(cost: u32) -> String {
        format!("$2b${cost:02}$abcdefghijklmnopqrstuuOuvuEB8yOWqrtta0jWB10wzwfcx.sGe")
    }

    /// bcrypt at cost 8 takes 10 ms, and side by side 11, 12 and 13.
    fn usual() -> Arc<Usual> {
        let row = LegacyRow::new(vec![("password".to_owned(), LegacyValue::Text(bcrypt(8)))]);
        let password = Password {
            column: "password".into(),
            salt: None,
            scheme: None,
            schemes: Schemes::auto(),
            site: Site::default(),
            typing: Typing::default(),
        };
        let usual = Decoy::of_sample(&[row], &password, 1 << 30).usual();
        for (count, time) in [(1, 10), (2, 11), (3, 12), (4, 13)] {
            usual.times().note(&usual.shape().work, count, time * MS);
        }
        usual
    }

    struct Waits {
        queue: Queue,
        usual: Arc<Usual>,
        replies: Vec<oneshot::Receiver<Outcome>>,
    }

    impl Waits {
        fn new(hashes: &[(&str, &str)]) -> Self {
            let mut waits = Self { queue: Queue::new(), usual: usual(), replies: Vec::new() };
            for (scheme, hash) in hashes {
                waits.push(scheme, hash);
            }
            waits
        }

        fn push(&mut self, scheme: &str, hash: &str) -> Shape {
            let verifier = registry::find(scheme).map(|scheme| {
                scheme.parse(Stored { hash, salt: None }, &Site::default()).unwrap_or_else(|_| panic!("{hash}"))
            });
            let job =
                Job { verifier, usual: Arc::clone(&self.usual), scheme: "test", attempt: Attempt::with_password("x") };
            let (shape, now) = (Shape::of(&job), Instant::now());
            let (reply, answer) = oneshot::channel();
            self.replies.push(answer);
            self.queue.push(Waiting::new(job, shape, now + 1000 * MS, now, reply));
            shape
        }

        /// The kinds of the next batch.
        fn next(&mut self) -> Vec<Work> {
            let batch = self.queue.next(&TWO, Instant::now());
            batch.map(|batch| batch.jobs.iter().map(|waiting| waiting.shape.work).collect()).unwrap_or_default()
        }
    }

    #[test]
    fn a_lone_job_starts_at_once_and_each_idle_thread_keeps_its_share() {
        let eight = bcrypt(8);
        let mut waits = Waits::new(&[("bcrypt_2b", &eight), ("bcrypt_2b", &eight), ("bcrypt_2b", &eight)]);
        assert_eq!(waits.next().len(), 2);
        assert_eq!(waits.next().len(), 1);
        assert_eq!(waits.next().len(), 0);
    }

    #[test]
    fn what_is_dear_never_takes_the_last_thread() {
        let (eight, fourteen) = (bcrypt(8), bcrypt(14));
        let mut waits = Waits::new(&[("bcrypt_2b", &fourteen), ("nobody", "")]);
        let dear = waits.push("bcrypt_2b", &fourteen).work;
        let usual = waits.push("bcrypt_2b", &eight).work;
        assert_eq!(waits.next(), [dear, dear]);
        assert_eq!(waits.next(), [usual, usual], "an unknown user and a usual hash");
        waits.push("bcrypt_2b", &fourteen);
        assert_eq!(waits.next(), []);
        waits.push("bcrypt_2b", &eight);
        assert_eq!(waits.next(), [usual]);
        waits.queue.done(Ran { count: 2, memory: 0, dear: true, each: 250 * MS, is_full: true, at_best: None });
        assert_eq!(waits.next(), [dear]);
    }

    #[test]
    fn who_comes_in_a_burst_after_a_quiet_time_is_let_in() {
        let eight = bcrypt(8);
        let mut waits = Waits::new(&[("bcrypt_2b", &eight)]);
        let now = Instant::now();
        let alone = waits.queue.next(&TWO, now).expect("a lone job");
        waits.queue.done(alone.ran(10 * MS));
        for _ in 0..90 {
            waits.push("bcrypt_2b", &eight);
        }
        // 46 rounds of what each takes in a full crowd, and not of the 10 ms that one takes alone.
        assert_eq!(waits.queue.has_room(&TWO, now, now + 300 * MS), Ok(()));
        assert!(waits.queue.has_room(&TWO, now, now + 40 * MS).is_err());
    }

    #[test]
    fn a_crowd_takes_what_fits_into_its_time() {
        let phpass = "$P$Babcdefgh......................";
        let mut waits = Waits::new(&[]);
        let cheap = waits.push("phpass_P", phpass).work;
        waits.push("nobody", "");
        waits.queue.working = 1;
        assert_eq!(waits.next(), [cheap], "what it takes is not known yet");
        assert_eq!(waits.next().len(), 1);
        for (time, together) in [(MS / 2, 4), (3 * MS, 1)] {
            let mut waits = Waits::new(&[]);
            waits.usual.times().note(&cheap, 1, time);
            for count in 2..=4 {
                waits.usual.times().note(&cheap, count, u32::try_from(count).unwrap_or(1) * time);
            }
            let eight = bcrypt(8);
            waits.push("bcrypt_2b", &eight);
            for _ in 0..3 {
                waits.push("phpass_P", phpass);
            }
            waits.queue.working = 1;
            assert_eq!(waits.next().len(), together, "{time:?}");
        }
    }
}
