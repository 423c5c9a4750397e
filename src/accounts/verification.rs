//! One login's verification, alone or beside others: the one exit at which all of them have cost the same.
use super::decoy::{self, Usual};
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

/// Jobs of the same kind fit into one run of a kernel.
#[must_use]
pub fn lane_kind(job: &Job) -> Option<Kind> {
    let usual = job.usual.cost();
    let of_usual_cost = job.verifier.as_ref().is_none_or(|verifier| verifier.cost() == *usual);
    of_usual_cost.then(|| job.usual.lane_kind()).flatten()
}

/// The verdict; none where there was only a decoy.
pub type Outcome = Result<Option<Verdict>, NotVerified>;

/// The one exit of every login: whatever it was about, it has cost what the usual hash costs.
///
/// A mistake in one verifier is that job's alone.
#[must_use]
pub fn run(jobs: &[&Job]) -> Vec<Outcome> {
    let together = if jobs.len() > 1 { catch_unwind(AssertUnwindSafe(|| side_by_side(jobs))).ok() } else { None };
    let mut together = together.unwrap_or_default().into_iter();
    let outcome = |job: &&Job| {
        if let Some(Some(outcome)) = together.next() {
            return outcome;
        }
        catch_unwind(AssertUnwindSafe(|| alone(job))).map_err(|_| NotVerified::Failed)
    };
    jobs.iter().map(outcome).collect()
}

/// One run of a kernel for all jobs that fit into it; `None` for each that has to run alone.
fn side_by_side(jobs: &[&Job]) -> Vec<Option<Outcome>> {
    let begun = decoy::processor_time();
    let mut prepared: Vec<Lane> = Vec::new();
    let mut in_lane = Vec::new();
    for job in jobs {
        let lane = match &job.verifier {
            Some(verifier) => verifier.lane(&job.attempt),
            None => job.usual.lane(&job.attempt),
        };
        let lane = lane.filter(|lane| prepared.first().is_none_or(|first| lane.kind() == first.kind()));
        in_lane.push(lane.is_some());
        prepared.extend(lane);
    }
    let mut outputs = lanes::run(&prepared).into_iter();
    if let Some(job) = jobs.first().filter(|_| !prepared.is_empty()) {
        job.usual.note(decoy::processor_time().saturating_sub(begun));
    }
    let verdict = |(job, in_lane): (&&Job, bool)| {
        let output = in_lane.then(|| outputs.next()).flatten()?;
        Some(Ok(job.verifier.as_ref().map(|verifier| verifier.of_lane(&output))))
    };
    jobs.iter().zip(in_lane).map(verdict).collect()
}

fn alone(job: &Job) -> Option<Verdict> {
    let Some(verifier) = &job.verifier else {
        job.usual.run(&job.attempt);
        return None;
    };
    let begun = decoy::processor_time();
    let verdict = verifier.verify(&job.attempt);
    let spent = decoy::processor_time().saturating_sub(begun);
    job.usual.top_up(&verifier.cost(), spent, &job.attempt);
    Some(verdict)
}

/// What it takes of the memory budget.
#[must_use]
pub fn memory_of(job: &Job) -> u64 {
    let usual = job.usual.cost().memory;
    job.verifier.as_ref().map_or(usual, |verifier| verifier.cost().memory)
}
