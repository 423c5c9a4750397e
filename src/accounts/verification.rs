//! Logins' verifications, alone or beside others: the one exit at which all of them have cost the same.
//!
//! # How a crowd is made equal
//! So many people who have the usual hash take a known time side by side. Any other crowd as large is topped up to
//! that: whoever is in it, its size tells the time.
use super::{
    decoy::{Usual, processor_time},
    times::Work,
};
use crate::hash::{
    attempt::Attempt,
    lanes::{self, Kind, Lane},
    scheme::{Verdict, Verifier},
};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};
use zeroize::Zeroizing;

/// One login's work: the row's verifier, or the decoy.
pub struct Job {
    /// What the password is held against; `None` when there is nothing to verify.
    pub verifier: Option<Box<dyn Verifier>>,
    /// What is spent instead, or topped up to.
    pub usual: Arc<Usual>,
    /// The scheme for the metrics.
    pub scheme: &'static str,
    /// The password.
    pub attempt: Attempt,
}

/// Why a job was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotVerified {
    /// The queue is full or could not answer within the deadline; come again after this time.
    Overloaded(Duration),
    /// The verifier itself failed.
    Failed,
    /// One verification alone is over the memory budget.
    TooLarge,
}

/// What is known of a job before it runs.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// What it computes.
    pub work: Work,
    /// What it could run beside.
    pub lanes: Option<Kind>,
    /// What it takes of the memory budget, in bytes.
    pub memory: u64,
}

impl Shape {
    /// Of this job; of the decoy where there is nothing to verify.
    #[must_use]
    pub fn of(job: &Job) -> Self {
        job.verifier.as_ref().map_or_else(|| job.usual.shape(), |verifier| Self::of_verifier(verifier.as_ref()))
    }

    /// Whether both are one work, and fit into one kernel where they fit into any.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        self.work == other.work && self.lanes == other.lanes
    }

    /// Of this verifier.
    #[must_use]
    pub fn of_verifier(verifier: &dyn Verifier) -> Self {
        let cost = verifier.cost();
        Self { work: Work::of(&cost), lanes: verifier.lane_kind(), memory: cost.memory }
    }
}

/// The verdict; none where there was only a decoy.
pub type Outcome = Result<Option<Verdict>, NotVerified>;

/// The one exit of every login: whatever it was about, it has cost what the usual hash costs.
///
/// A mistake in one verifier is that job's alone.
#[must_use]
pub fn run(jobs: &[(&Job, Shape)]) -> Vec<Outcome> {
    let begun = processor_time();
    let mut outcomes: Vec<Option<Outcome>> = jobs.iter().map(|_| None).collect();
    for at in 0..jobs.len() {
        if let (Some(None), Some((_, shape))) = (outcomes.get(at), jobs.get(at)) {
            // A mistake in a kernel leaves all of them to run alone.
            let _ = catch_unwind(AssertUnwindSafe(|| side_by_side(jobs, shape, &mut outcomes)));
        }
    }
    let alone = |((job, shape), outcome): (&(&Job, Shape), Option<Outcome>)| {
        outcome.unwrap_or_else(|| catch_unwind(AssertUnwindSafe(|| alone(job, shape))).map_err(|_| NotVerified::Failed))
    };
    let outcomes = jobs.iter().zip(outcomes).map(alone).collect();
    if let Some((job, _)) = jobs.first()
        && jobs.iter().any(|(job, shape)| shape.work != job.usual.shape().work)
    {
        job.usual.top_up(jobs.len(), processor_time().saturating_sub(begun));
    }
    outcomes
}

/// One run of a kernel for all jobs of this shape, where there are several; who cannot be in it is left.
fn side_by_side(jobs: &[(&Job, Shape)], shape: &Shape, outcomes: &mut [Option<Outcome>]) {
    let like = |(_, other): &&(&Job, Shape)| other.is_like(shape);
    if shape.lanes.is_none() || jobs.iter().filter(like).count() < 2 {
        return;
    }
    let begun = processor_time();
    let lane_of = |job: &Job| match &job.verifier {
        Some(verifier) => verifier.lane(&job.attempt),
        None => job.usual.lane(&job.attempt),
    };
    let (mut prepared, mut places): (Vec<Lane>, Vec<usize>) = (Vec::new(), Vec::new());
    for (at, entry) in jobs.iter().enumerate().filter(|(_, entry)| like(entry)) {
        if let Some(lane) = lane_of(entry.0).filter(|lane| Some(lane.kind()) == shape.lanes) {
            prepared.push(lane);
            places.push(at);
        }
    }
    let outputs: Vec<Zeroizing<Vec<u8>>> = lanes::run(&prepared);
    // A lane that gave nothing is no verdict: its job runs alone.
    for (at, output) in places.into_iter().zip(outputs).filter(|(_, output)| !output.is_empty()) {
        if let (Some(outcome), Some((job, _))) = (outcomes.get_mut(at), jobs.get(at)) {
            *outcome = Some(Ok(job.verifier.as_ref().map(|verifier| verifier.of_lane(&output))));
        }
    }
    if let (Some((job, _)), false) = (jobs.first(), prepared.is_empty()) {
        job.usual.times().note(&shape.work, prepared.len(), processor_time().saturating_sub(begun));
    }
}

fn alone(job: &Job, shape: &Shape) -> Option<Verdict> {
    let Some(verifier) = &job.verifier else {
        job.usual.run(&job.attempt);
        return None;
    };
    let begun = processor_time();
    let verdict = verifier.verify(&job.attempt);
    if matches!(verdict, Verdict::Match | Verdict::Mismatch) {
        job.usual.times().note(&shape.work, 1, processor_time().saturating_sub(begun));
    }
    Some(verdict)
}
