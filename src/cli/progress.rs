//! How far long work is: on stderr, a bar on a terminal, plain lines elsewhere.
use crate::store::Store;
use indicatif::{HumanCount, HumanDuration, ProgressBar, ProgressStyle};
use std::{
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};
use tokio::task::JoinHandle;

/// Between two lines of progress where there is no terminal.
const BETWEEN_LINES: Duration = Duration::from_secs(10);
/// How long work takes before the rows are counted: the count reads the table, too, and short work needs none.
const BEFORE_COUNTING: Duration = Duration::from_secs(2);

/// A bar on a terminal, plain lines elsewhere.
pub struct Progress {
    bar: Option<ProgressBar>,
    begun: Instant,
    next_line: Instant,
    total: Arc<OnceLock<u64>>,
    counting: Option<JoinHandle<()>>,
    what: &'static str,
}

impl Progress {
    /// Over one of so many parts of all users. Has to be called on a runtime.
    #[must_use]
    pub fn over(store: &Arc<dyn Store>, parts: u32) -> Self {
        let total = Arc::new(OnceLock::new());
        let (store, told) = (Arc::clone(store), Arc::clone(&total));
        let counting = tokio::spawn(async move {
            tokio::time::sleep(BEFORE_COUNTING).await;
            // A table that is too large to be counted in time has a rate, and no end in sight.
            if let Ok(Some(rows)) = store.count().await {
                // It is told once.
                let _ = told.set(rows.div_ceil(u64::from(parts.max(1))));
            }
        });
        Self::new(total, Some(counting), "rows read")
    }

    /// Over a number of things that is known; `what` is what is done with them, in the plural.
    #[must_use]
    pub fn of(total: u64, what: &'static str) -> Self {
        Self::new(Arc::new(OnceLock::from(total)), None, what)
    }

    fn new(total: Arc<OnceLock<u64>>, counting: Option<JoinHandle<()>>, what: &'static str) -> Self {
        let is_terminal = std::io::IsTerminal::is_terminal(&std::io::stderr());
        let bar = is_terminal.then(|| {
            let style = ProgressStyle::with_template(&format!("{{spinner}} {{human_pos}} {what}, {{per_sec}}"));
            ProgressBar::new_spinner().with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
        });
        let begun = Instant::now();
        Self { bar, begun, next_line: begun + BETWEEN_LINES, total, counting, what }
    }

    /// So many were done by now.
    pub fn seen(&mut self, rows: u64) {
        let total = self.total.get().copied();
        match &self.bar {
            Some(bar) => {
                if let (Some(total), None) = (total, bar.length()) {
                    let what = self.what;
                    let style = ProgressStyle::with_template(&format!(
                        "{{wide_bar}} {{human_pos}}/{{human_len}} {what}, {{per_sec}}, {{eta}}"
                    ));
                    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
                    bar.set_length(total);
                }
                bar.set_position(rows);
            }
            None if Instant::now() >= self.next_line => {
                anstream::eprintln!("{}", line((rows, self.what), total, self.begun.elapsed()));
                self.next_line = Instant::now() + BETWEEN_LINES;
            }
            None => {}
        }
    }

    /// Takes the bar away.
    pub fn end(&self) {
        if let Some(counting) = &self.counting {
            counting.abort();
        }
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// How far it is in words: what was done, how fast, and how long the rest takes where its number is known.
fn line((rows, what): (u64, &str), total: Option<u64>, took: Duration) -> String {
    let seconds = took.as_secs().max(1);
    let rate = (rows / seconds).max(1);
    let rest = total.map(|total| {
        let left = HumanDuration(Duration::from_secs(total.saturating_sub(rows) / rate));
        (format!(" of {}", HumanCount(total)), format!(", {left} left"))
    });
    let (of, left) = rest.unwrap_or_default();
    format!("{}{of} {what}, {} a second{left}", HumanCount(rows), HumanCount(rate))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_rate_and_rest() {
        let ten = Duration::from_secs(10);
        assert_eq!(line((250_000, "rows read"), None, ten), "250,000 rows read, 25,000 a second");
        assert_eq!(
            line((250_000, "rows read"), Some(1_000_000), ten),
            "250,000 of 1,000,000 rows read, 25,000 a second, 30 seconds left"
        );
        assert_eq!(line((0, "rows read"), Some(10), Duration::ZERO), "0 of 10 rows read, 1 a second, 10 seconds left");
    }
}
