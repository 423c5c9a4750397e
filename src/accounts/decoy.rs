//! What is verified when there is nothing to verify, so that time tells nothing about an account.
//!
//! # How time is made equal
//! The usual hash of a deployment is the dearest of those that a sample of its table holds often. Whoever is unknown,
//! without a password or unverifiable costs its twin, the decoy. Whoever has a cheaper hash is topped up, in the same
//! thread, until as much processor time is spent as the usual hash takes here, which is measured at the start and
//! with every run since.
use super::stored_hash;
use crate::{
    config::password::Password,
    hash::{
        attempt::Attempt,
        digest::Digest,
        families::bcrypt,
        lanes::{Kind, Lane},
        scheme::{Cost, Identified, Verifier},
    },
    store::legacy_row::LegacyRow,
};
use arc_swap::ArcSwap;
use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
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

/// The usual hash of this deployment.
pub struct Decoy {
    usual: ArcSwap<Usual>,
    contenders: Vec<Arc<Usual>>,
}

/// A hash that matches nobody, and the processor time that it takes here.
pub struct Usual {
    verifier: Box<dyn Verifier>,
    cost: Cost,
    // Moving average; 0 until it has run once.
    nanos: AtomicU64,
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
        let mut seen: Vec<_> = seen.into_values().filter(|(count, _)| count.saturating_mul(ONE_IN) >= all).collect();
        seen.sort_by_key(|(count, verifier)| std::cmp::Reverse((*count, verifier.cost().rounds)));
        let mut contenders: Vec<_> =
            seen.into_iter().take(MOST_MEASURED).map(|(_, verifier)| Arc::new(Usual::new(verifier))).collect();
        if contenders.is_empty() {
            contenders.push(Arc::new(Usual::new(bcrypt::decoy(DEFAULT_BCRYPT_COST))));
        }
        // Until they are measured, the most frequent one stands for all.
        let usual =
            contenders.first().cloned().unwrap_or_else(|| Arc::new(Usual::new(bcrypt::decoy(DEFAULT_BCRYPT_COST))));
        Self { usual: ArcSwap::new(usual), contenders }
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

    /// Measures every usual kind of hash and takes the dearest. Takes as long as each of them twice.
    pub fn measure(&self) {
        let attempt = Attempt::with_password("a password of usual length");
        for contender in &self.contenders {
            // The first run pays for cold caches.
            contender.verifier.verify(&attempt);
            contender.run(&attempt);
        }
        let dearest = self.contenders.iter().max_by_key(|contender| contender.nanos.load(Ordering::Relaxed));
        if let Some(dearest) = dearest {
            self.usual.store(Arc::clone(dearest));
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
    fn new(verifier: Box<dyn Verifier>) -> Self {
        let cost = verifier.cost();
        Self { verifier, cost, nanos: AtomicU64::new(0) }
    }

    /// What one run costs.
    #[must_use]
    pub fn cost(&self) -> &Cost {
        &self.cost
    }

    /// What it can run beside.
    #[must_use]
    pub fn lane_kind(&self) -> Option<Kind> {
        self.verifier.lane_kind()
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
        self.note(processor_time().saturating_sub(begun));
    }

    /// Spends what a verification took less than the usual hash takes.
    pub fn top_up(&self, cost: &Cost, spent: Duration, attempt: &Attempt) {
        if *cost == self.cost {
            self.note(spent);
            return;
        }
        let usual = Duration::from_nanos(self.nanos.load(Ordering::Relaxed));
        if usual.is_zero() {
            self.run(attempt);
            return;
        }
        let end = processor_time() + usual.saturating_sub(spent);
        let mut digest = Digest::Sha256.of(&[&attempt.password]);
        while processor_time() < end {
            for _ in 0..BETWEEN_LOOKS {
                digest = Digest::Sha256.of(&[&digest]);
            }
        }
        std::hint::black_box(digest);
    }

    /// Remembers what a run took.
    pub fn note(&self, spent: Duration) {
        let spent = u64::try_from(spent.as_nanos()).unwrap_or(u64::MAX);
        let before = self.nanos.load(Ordering::Relaxed);
        let average = if before == 0 { spent } else { before / 8 * 7 + spent / 8 };
        self.nanos.store(average, Ordering::Relaxed);
    }
}

/// Processor time of this thread: a thread that waits for its turn has not worked.
#[must_use]
pub fn processor_time() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let seconds = u64::try_from(now.tv_sec).unwrap_or(0);
    Duration::from_secs(seconds) + Duration::from_nanos(u64::try_from(now.tv_nsec).unwrap_or(0))
}
