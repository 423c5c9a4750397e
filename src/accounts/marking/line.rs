//! Who waits for a statement, and how many are under way.
use crate::ledger::Pace;
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

/// Those who wait.
pub(super) struct Line<T> {
    pace: Pace,
    state: Mutex<State<T>>,
}

struct State<T> {
    waiting: Vec<T>,
    leading: usize,
    // When the last statement began, or its task.
    begun: Option<Instant>,
}

/// The right to ask for those who wait, until nobody does.
pub(super) struct Lead<T>(Option<Arc<Line<T>>>);

impl<T> Line<T> {
    /// Nobody waits.
    pub fn new(pace: Pace) -> Self {
        Self { pace, state: Mutex::new(State { waiting: Vec::new(), leading: 0, begun: None }) }
    }

    /// Joins those who wait; with a lead where one more statement may be under way.
    pub fn join(self: &Arc<Self>, one: T) -> Option<Lead<T>> {
        let Pace { at_once, patience, .. } = self.pace;
        let mut state = self.state();
        state.waiting.push(one);
        let is_held_up = || state.begun.is_none_or(|begun| begun.elapsed() >= patience);
        let leads = state.leading == 0 || state.leading < at_once && is_held_up();
        if leads {
            state.begun = Some(Instant::now());
        }
        state.leading += usize::from(leads);
        leads.then(|| Lead(Some(Arc::clone(self))))
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Lead<T> {
    /// Those who go next; `None` ends the lead.
    pub fn next(&mut self) -> Option<Vec<T>> {
        let line = self.0.as_ref()?;
        let mut state = line.state();
        let count = state.waiting.len().min(line.pace.most);
        if count == 0 {
            // Under the same lock: whoever comes after this leads.
            state.leading -= 1;
            drop(state);
            self.0 = None;
            return None;
        }
        state.begun = Some(Instant::now());
        Some(state.waiting.drain(..count).collect())
    }
}

impl<T> Drop for Lead<T> {
    fn drop(&mut self) {
        if let Some(line) = &self.0 {
            line.state().leading -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const PACE: Pace = Pace { most: 100, at_once: 4, patience: Duration::from_millis(5) };

    fn count(lead: &mut Lead<()>) -> Option<usize> {
        lead.next().map(|those| those.len())
    }

    #[test]
    fn one_leads_and_takes_along_who_came_meanwhile() {
        let line = Arc::new(Line::new(PACE));
        let mut lead = line.join(()).expect("the first one leads");
        assert_eq!(count(&mut lead), Some(1));
        assert!((0..2 * PACE.most).all(|_| line.join(()).is_none()));
        assert_eq!(count(&mut lead), Some(PACE.most));
        assert_eq!(count(&mut lead), Some(PACE.most));
        assert_eq!(count(&mut lead), None);
        assert!(line.join(()).is_some(), "who comes after the end leads");
    }

    #[test]
    fn another_one_leads_beside_one_that_is_held_up() {
        let line = Arc::new(Line::new(PACE));
        let mut lead = line.join(()).expect("the first one leads");
        let _ = lead.next();
        std::thread::sleep(PACE.patience);
        let mut others: Vec<Lead<()>> = Vec::new();
        while others.len() + 1 < PACE.at_once {
            others.extend(line.join(()));
            std::thread::sleep(PACE.patience);
        }
        assert!(line.join(()).is_none(), "never more than that");
    }

    #[test]
    fn a_lead_that_breaks_off_leaves_its_place() {
        let line = Arc::new(Line::new(PACE));
        drop(line.join(()));
        let mut lead = line.join(()).expect("nobody leads any more");
        assert_eq!(count(&mut lead), Some(2), "who waited is not forgotten");
    }
}
