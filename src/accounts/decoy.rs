//! What is verified when there is nothing to verify, so that time tells nothing about an account.
//!
//! # How time is made equal
//! The usual hash of a deployment is the dearest of those that a sample of its table holds often. Whoever is unknown,
//! without a password or unverifiable costs its twin, the decoy. Whoever has a cheaper hash is topped up, in the same
//! thread, until as much processor time is spent as the usual hash takes here, which is measured at the start and
//! with every run since.
use super::{stored_hash, times::Times, verification::Shape};
use crate::{
    config::password::Password,
    hash::{
        attempt::Attempt,
        digest::Digest,
        families::bcrypt,
        lanes::{self, Kind, Lane},
        scheme::{Cost, Identified, Verifier},
    },
    store::legacy_row::LegacyRow,
};
use arc_swap::ArcSwap;
use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

/// The cost of the decoy of an empty table: what today's libraries write by default.
const DEFAULT_BCRYPT_COST: u32 = 10;
/// A hash is usual when one in so many rows of the sample is like it.
const ONE_IN: u32 = 20;
/// Most kinds of hashes that are measured at the start.
const MOST_MEASURED: usize = 8;
/// Digests between two looks at the clock: about 20 µs.
const BETWEEN_LOOKS: usize = 64;
/// A hash that takes longer than this is not run again and again at the start: its kernel's own width is taken.
const LONGEST_CALIBRATED: Duration = Duration::from_millis(250);

/// The usual hash of this deployment.
pub struct Decoy {
    usual: ArcSwap<Usual>,
    contenders: Vec<Arc<Usual>>,
}

/// A hash that matches nobody, and what verifications take here.
pub struct Usual {
    verifier: Box<dyn Verifier>,
    cost: Cost,
    shape: Shape,
    times: Arc<Times>,
    // Most side by side.
    width: AtomicUsize,
}

impl Decoy {
    /// Chooses from the schemes and costs of some rows; what needs more than `memory` bytes is never verified.
    #[must_use]
    pub fn of_sample(rows: &[LegacyRow], password: &Password, memory: u64) -> Self {
        let mut seen: HashMap<Cost, (u32, Box<dyn Verifier>)> = HashMap::new();
        for row in rows {
            if let Identified::Hash { verifier, .. } = stored_hash::identify(row, password)
                && verifier.cost().memory <= memory
            {
                seen.entry(verifier.cost()).or_insert_with(|| (0, verifier.decoy())).0 += 1;
            }
        }
        let all: u32 = seen.values().map(|(count, _)| count).sum();
        let times = Arc::new(Times::default());
        let usual = |verifier| Arc::new(Usual::new(verifier, Arc::clone(&times)));
        let mut seen: Vec<_> = seen.into_values().filter(|(count, _)| count.saturating_mul(ONE_IN) >= all).collect();
        seen.sort_by_key(|(count, verifier)| std::cmp::Reverse((*count, verifier.cost().rounds)));
        let contenders: Vec<_> = seen.into_iter().take(MOST_MEASURED).map(|(_, verifier)| usual(verifier)).collect();
        // Until they are measured, the most frequent one stands for all.
        let first = contenders.first().cloned();
        let first = first.unwrap_or_else(|| usual(bcrypt::decoy(DEFAULT_BCRYPT_COST)));
        let contenders = if contenders.is_empty() { vec![Arc::clone(&first)] } else { contenders };
        Self { usual: ArcSwap::new(first), contenders }
    }

    /// How many of some rows cannot be verified, by reason.
    #[must_use]
    pub fn unverifiable_in(rows: &[LegacyRow], password: &Password) -> BTreeMap<&'static str, usize> {
        let mut reasons = BTreeMap::new();
        for row in rows {
            if let Identified::Unverifiable(reason) = stored_hash::identify(row, password) {
                *reasons.entry(reason.word()).or_default() += 1;
            }
        }
        reasons
    }

    /// Measures every usual kind of hash, takes the dearest, and finds how many of it are worth it side by side.
    ///
    /// Takes as long as each of them twice, and the dearest as often again as its kernel has lanes.
    pub fn measure(&self) {
        let attempt = Attempt::with_password("a password of usual length");
        for contender in &self.contenders {
            // The first run pays for cold caches.
            contender.verifier.verify(&attempt);
            contender.run(&attempt);
        }
        let dearest = self.contenders.iter().max_by_key(|contender| contender.times.of(&contender.shape.work, 1));
        if let Some(dearest) = dearest {
            self.usual.store(Arc::clone(dearest));
            dearest.calibrate(&attempt);
        }
    }

    /// The usual hash as it is known now.
    #[must_use]
    pub fn usual(&self) -> Arc<Usual> {
        self.usual.load_full()
    }

    /// The usual scheme's kind and cost, for the log.
    #[must_use]
    pub fn describe(&self) -> String {
        let usual = self.usual.load();
        format!("{} {}", usual.cost.kind, usual.cost.label)
    }
}

impl Usual {
    fn new(verifier: Box<dyn Verifier>, times: Arc<Times>) -> Self {
        let (cost, shape) = (verifier.cost(), Shape::of_verifier(verifier.as_ref()));
        let width = AtomicUsize::new(shape.lanes.map_or(1, Kind::widest));
        Self { verifier, cost, shape, times, width }
    }

    /// What is known of it.
    #[must_use]
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// What verifications take here.
    #[must_use]
    pub fn times(&self) -> &Times {
        &self.times
    }

    /// Most people whose verifications are worth it side by side.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width.load(Ordering::Relaxed)
    }

    /// Its part in a kernel, where it has one.
    #[must_use]
    pub fn lane(&self, attempt: &Attempt) -> Option<Lane> {
        self.verifier.lane(attempt)
    }

    /// Spends what the usual hash takes.
    pub fn run(&self, attempt: &Attempt) {
        let begun = processor_time();
        self.verifier.verify(attempt);
        self.times.note(&self.shape.work, 1, processor_time().saturating_sub(begun));
    }

    /// Spends what so many verifications side by side took less than as many usual ones take.
    pub fn top_up(&self, count: usize, spent: Duration) {
        let Some(usual) = self.times.of(&self.shape.work, count) else {
            self.run(&Attempt::default());
            return;
        };
        let end = processor_time() + usual.saturating_sub(spent);
        let mut digest = Digest::Sha256.of(&[]);
        while processor_time() < end {
            for _ in 0..BETWEEN_LOOKS {
                digest = Digest::Sha256.of(&[&digest]);
            }
        }
        std::hint::black_box(digest);
    }

    /// Runs it side by side, one more each time, as long as more get done in a time.
    fn calibrate(&self, attempt: &Attempt) {
        let (widest, alone) = (self.width(), self.times.of(&self.shape.work, 1).unwrap_or_default());
        if alone > LONGEST_CALIBRATED {
            return;
        }
        let (mut best, mut share) = (1, alone);
        for count in 2..=widest {
            let lanes: Vec<Lane> = (0..count).filter_map(|_| self.lane(attempt)).collect();
            let begun = processor_time();
            std::hint::black_box(lanes::run(&lanes));
            let spent = processor_time().saturating_sub(begun);
            self.times.note(&self.shape.work, count, spent);
            let each = spent / u32::try_from(count).unwrap_or(u32::MAX);
            if each < share {
                (best, share) = (count, each);
            }
        }
        self.width.store(best, Ordering::Relaxed);
    }
}

/// Processor time of this thread: a thread that waits for its turn has not worked.
#[must_use]
pub fn processor_time() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let seconds = u64::try_from(now.tv_sec).unwrap_or(0);
    Duration::from_secs(seconds) + Duration::from_nanos(u64::try_from(now.tv_nsec).unwrap_or(0))
}
