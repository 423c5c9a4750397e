//! How far long work is: on stderr, a bar on a terminal, plain lines elsewhere.
use indicatif::{ProgressBar, ProgressStyle};
use std::time::{Duration, Instant};

/// Between two lines of progress where there is no terminal.
const BETWEEN_LINES: Duration = Duration::from_secs(10);

/// A bar on a terminal, plain lines elsewhere.
pub struct Progress {
    bar: Option<ProgressBar>,
    next_line: Instant,
}

impl Progress {
    /// For so many rows, where that is known.
    #[must_use]
    pub fn new(rows: Option<u64>) -> Self {
        let is_terminal = std::io::IsTerminal::is_terminal(&std::io::stderr());
        let bar = is_terminal.then(|| {
            let bar = rows.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
            let style = ProgressStyle::with_template("{wide_bar} {human_pos}/{human_len} rows, {per_sec}, {eta}");
            bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        Self { bar, next_line: Instant::now() + BETWEEN_LINES }
    }

    /// So many were read by now.
    pub fn seen(&mut self, rows: u64) {
        match &self.bar {
            Some(bar) => bar.set_position(rows),
            None if Instant::now() >= self.next_line => {
                anstream::eprintln!("{rows} rows read");
                self.next_line = Instant::now() + BETWEEN_LINES;
            }
            None => {}
        }
    }

    /// Takes the bar away.
    pub fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
