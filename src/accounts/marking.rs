//! Marks that come at the same time are entered together: two statements cost hardly more for many than for one.
//!
//! A lone mark is entered at once. Whoever comes while another one is under way waits for its end, and then goes with all
//! who wait; where it takes long, others begin beside it.
mod line;

use crate::{
    ledger::{Ledger, Mark, NewMark, lost},
    store::{
        Store,
        error::{StoreError, StoreErrorKind},
        runtime::DatabaseRuntime,
    },
};
use line::{Lead, Line};
use prometheus::Histogram;
use std::{iter, sync::Arc, time::Instant};
use tokio::sync::oneshot;

/// Enters marks for users that the legacy database has.
pub struct Marking {
    store: Arc<dyn Store>,
    ledger: Arc<dyn Ledger>,
    runtime: DatabaseRuntime,
    asking: Histogram,
    line: Arc<Line<Asked>>,
}

/// A mark for the user whose row has this key.
pub struct Wanted {
    /// The part of `user_id` behind the prefix.
    pub key: String,
    /// The mark.
    pub mark: NewMark,
}

/// What stands afterwards; `None` when no row has the key.
type Answer = Result<Option<Mark>, StoreError>;

/// A mark that somebody waits for.
struct Asked {
    wanted: Wanted,
    reply: oneshot::Sender<Answer>,
}

impl Marking {
    /// Nothing is asked yet; the time of the questions for rows goes to `asking`, in seconds.
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        ledger: Arc<dyn Ledger>,
        runtime: DatabaseRuntime,
        asking: Histogram,
    ) -> Arc<Self> {
        let line = Arc::new(Line::new(ledger.pace()));
        Arc::new(Self { store, ledger, runtime, asking, line })
    }

    /// Enters a mark, or answers with the one that stands; `None` when the table can be asked and no row has the key.
    ///
    /// # Errors
    /// When the store or the ledger does not answer, or refuses.
    pub async fn mark(self: &Arc<Self>, wanted: Wanted) -> Result<Option<Mark>, StoreError> {
        let (reply, answer) = oneshot::channel();
        if let Some(lead) = self.line.join(Asked { wanted, reply }) {
            // In a task of its own: whoever leads enters the marks of others, too.
            self.runtime.spawn(Arc::clone(self).enter_all(lead));
        }
        answer.await.unwrap_or_else(|_| Err(lost()))
    }

    /// Enters all that waits.
    async fn enter_all(self: Arc<Self>, mut lead: Lead<Asked>) {
        while let Some(asked) = lead.next() {
            let asked = asked.into_iter().filter(|asked| !asked.reply.is_closed());
            let (wanted, replies): (Vec<_>, Vec<_>) = asked.map(|asked| (asked.wanted, asked.reply)).unzip();
            if wanted.is_empty() {
                continue;
            }
            match self.entered(&wanted).await {
                // One that the database refuses is no reason to refuse the others.
                Err(error) if error.kind == StoreErrorKind::Refused && wanted.len() > 1 => {
                    for (wanted, reply) in wanted.into_iter().zip(replies) {
                        let alone = self.entered(&[wanted]).await;
                        let _ = reply.send(alone.and_then(|marks| marks.into_iter().next().ok_or_else(lost)));
                    }
                }
                Err(error) => replies.into_iter().for_each(|reply| drop(reply.send(Err(error.clone())))),
                // Who has gone hears nothing.
                Ok(marks) => replies.into_iter().zip(marks).for_each(|(reply, mark)| drop(reply.send(Ok(mark)))),
            }
        }
    }

    /// What stands afterwards, in the order of those that were asked for.
    async fn entered(&self, wanted: &[Wanted]) -> Result<Vec<Option<Mark>>, StoreError> {
        let keys: Vec<&str> = wanted.iter().map(|wanted| &*wanted.key).collect();
        let begun = Instant::now();
        let known = self.store.has_keys(&keys).await;
        self.asking.observe(begun.elapsed().as_secs_f64());
        let known = known?.unwrap_or_else(|| vec![true; keys.len()]);
        let marks = wanted.iter().zip(&known).filter(|(_, is_known)| **is_known).map(|(wanted, _)| wanted.mark.clone());
        let marks: Vec<NewMark> = marks.collect();
        if marks.is_empty() {
            return Ok(iter::repeat_n(None, wanted.len()).collect());
        }
        let mut standing = self.ledger.enter(&marks).await?.into_iter();
        let mark = |is_known: bool| if is_known { standing.next().map(Some).ok_or_else(lost) } else { Ok(None) };
        known.into_iter().map(mark).collect()
    }
}
