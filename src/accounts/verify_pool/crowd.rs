//! Who goes side by side: a crowd that gets done in the time of as many usual hashes.
//!
//! # Why not everybody
//! A crowd's answers come together. Whoever joined with more work than fits would keep the others waiting, and by how
//! long would tell who was in it.
use crate::accounts::{decoy::Usual, times::Work, verification::Shape};
use std::{sync::Arc, time::Duration};

/// Work that takes more than so many usual hashes' time goes with its like only, and never takes all threads.
const DEAR: u32 = 2;

/// Whether it is dear beside what is usual.
pub fn is_dear(shape: &Shape, usual: &Usual) -> bool {
    usual.times().is_over(&shape.work, DEAR, &usual.shape().work)
}

/// What is computed, and how often.
type Group = (Shape, usize);

/// A crowd as it grows.
pub struct Crowd {
    usual: Arc<Usual>,
    dear: bool,
    groups: Vec<Group>,
    count: usize,
    memory: u64,
}

impl Crowd {
    /// A crowd of one.
    pub fn of(first: Shape, dear: bool, usual: Arc<Usual>) -> Self {
        Self { usual, dear, groups: vec![(first, 1)], count: 1, memory: first.memory }
    }

    /// Whether it holds dear work.
    pub fn is_dear(&self) -> bool {
        self.dear
    }

    /// Its memory in bytes.
    pub fn memory(&self) -> u64 {
        self.memory
    }

    /// The most that it can grow to.
    pub fn most(&self) -> usize {
        match self.groups.first().and_then(|(first, _)| first.lanes) {
            Some(kind) if self.dear => kind.widest(),
            None if self.dear => 1,
            _ => self.usual.width(),
        }
    }

    /// What one of the usual hashes takes where a crowd is full, if that is known.
    pub fn at_best(&self) -> Option<Duration> {
        let width = self.usual.width();
        let together = self.usual.times().of(&self.usual.shape().work, width)?;
        Some(together / u32::try_from(width).ok()?.max(1))
    }

    /// Takes one more where it fits.
    pub fn takes(&mut self, shape: Shape) -> bool {
        if self.count >= self.most() {
            return false;
        }
        let mut grown = self.groups.clone();
        match grown.iter_mut().find(|(known, _)| known.is_like(&shape)) {
            Some((_, count)) => *count += 1,
            None => grown.push((shape, 1)),
        }
        if !self.has_time_for(&grown) {
            return false;
        }
        self.groups = grown;
        self.count += 1;
        self.memory = self.memory.saturating_add(shape.memory);
        true
    }

    fn has_time_for(&self, groups: &[Group]) -> bool {
        let usual = self.usual.shape().work;
        match groups {
            // What the usual hash takes side by side is the measure, and what is dear has none.
            [(one, _)] if one.lanes.is_some() && (self.dear || one.work == usual) => true,
            _ if self.dear => false,
            _ => {
                let times: Option<Duration> = groups.iter().map(|(shape, count)| self.time_of(shape, *count)).sum();
                let allowed = self.usual.times().of(&usual, self.count + 1);
                times.zip(allowed).is_some_and(|(times, allowed)| times <= allowed)
            }
        }
    }

    /// Several of a kind in lanes as far as the kernel goes, all others one behind the other.
    fn time_of(&self, shape: &Shape, count: usize) -> Option<Duration> {
        let of = |work: &Work, count: usize| self.usual.times().of(work, count);
        match shape.lanes {
            Some(kind) if count <= kind.widest() => of(&shape.work, count),
            _ => Some(of(&shape.work, 1)? * u32::try_from(count).ok()?),
        }
    }
}
