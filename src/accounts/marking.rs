//! Marks that come at the same time are entered by one statement: a commit costs as much for many as for one.
//!
//! A lone mark is entered at once. Whoever comes while a statement is under way waits for its end, and then goes with all
//! who wait; where it takes long, another one begins beside it.
use super::{
    Mark,
    enter::{Enter, NewMark},
    marks::Register,
};
use crate::store::{
    error::{StoreError, StoreErrorKind},
    session::{Diesel, Sessions, Work},
};
use chrono::{NaiveDateTime, SubsecRound, Utc};
use deadpool::managed::Manager;
use diesel::result::Error as DieselError;
use diesel_async::pooled_connection::PoolError as SetupError;
use futures_util::FutureExt;
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};
use tokio::sync::oneshot;

/// Most marks of one statement.
const MOST: usize = 100;

/// A mark that somebody waits for.
pub(super) struct Asked {
    mark: NewMark,
    reply: oneshot::Sender<Result<Mark, StoreError>>,
}

/// Who waits, and how many statements are under way.
#[derive(Default)]
pub(super) struct Together(Mutex<Line>);

#[derive(Default)]
struct Line {
    waiting: Vec<Asked>,
    leading: usize,
    // When the last statement began, or its task.
    begun: Option<Instant>,
}

/// The task that enters what waits, until nothing does.
pub(super) struct Lead(Option<Arc<Together>>);

impl Together {
    /// Joins those who wait; with a lead where one more statement may be under way.
    pub fn join<C: Enter>(
        self: &Arc<Self>,
        mark: NewMark,
    ) -> (oneshot::Receiver<Result<Mark, StoreError>>, Option<Lead>) {
        let (reply, answer) = oneshot::channel();
        let mut line = self.line();
        line.waiting.push(Asked { mark, reply });
        let is_held_up = || line.begun.is_none_or(|begun| begun.elapsed() >= C::PATIENCE);
        let leads = line.leading == 0 || line.leading < C::AT_ONCE && is_held_up();
        if leads {
            line.begun = Some(Instant::now());
        }
        line.leading += usize::from(leads);
        (answer, leads.then(|| Lead(Some(Arc::clone(self)))))
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lead {
    /// Those who go next; `None` ends the lead.
    fn next(&mut self) -> Option<Vec<Asked>> {
        let together = self.0.as_ref()?;
        let mut line = together.line();
        let count = line.waiting.len().min(MOST);
        if count == 0 {
            // Under the same lock: whoever comes after this leads.
            line.leading -= 1;
            drop(line);
            self.0 = None;
            return None;
        }
        line.begun = Some(Instant::now());
        Some(line.waiting.drain(..count).collect())
    }

    /// Enters all that waits.
    pub async fn enter_all<C: Register>(mut self, sessions: Arc<Sessions<Diesel<C>>>)
    where
        Diesel<C>: Manager<Type = C, Error = SetupError> + Send + Sync,
    {
        while let Some(asked) = self.next() {
            let wanted = asked.into_iter().filter(|asked| !asked.reply.is_closed());
            let (marks, replies): (Vec<_>, Vec<_>) = wanted.map(|asked| (asked.mark, asked.reply)).unzip();
            if marks.is_empty() {
                continue;
            }
            match entered(&sessions, &marks).await {
                // One that the database refuses is no reason to refuse the others.
                Err(error) if error.kind == StoreErrorKind::Refused && marks.len() > 1 => {
                    for (mark, reply) in marks.into_iter().zip(replies) {
                        let alone = entered(&sessions, &[mark]).await;
                        let _ = reply.send(alone.and_then(|marks| marks.into_iter().next().ok_or_else(lost)));
                    }
                }
                Err(error) => replies.into_iter().for_each(|reply| drop(reply.send(Err(error.clone())))),
                // Who has gone hears nothing.
                Ok(marks) => replies.into_iter().zip(marks).for_each(|(reply, mark)| drop(reply.send(Ok(mark)))),
            }
        }
    }
}

impl Drop for Lead {
    fn drop(&mut self) {
        if let Some(together) = &self.0 {
            together.line().leading -= 1;
        }
    }
}

/// Nobody answers any more.
pub(super) fn lost() -> StoreError {
    StoreError::new(StoreErrorKind::Schema, "the reply of the database could not be read")
}

/// What stood already; all else was entered.
struct Found {
    standing: HashMap<String, (NaiveDateTime, String)>,
    attempt: u32,
}

/// The marks that stand afterwards, in the order of those that were asked for.
async fn entered<C: Register>(sessions: &Sessions<Diesel<C>>, marks: &[NewMark]) -> Result<Vec<Mark>, StoreError>
where
    Diesel<C>: Manager<Type = C, Error = SetupError> + Send + Sync,
{
    // Every database keeps microseconds; more would differ on the next read.
    let moment = Utc::now().naive_utc().trunc_subsecs(6);
    // Who asks first for a user enters the mark.
    let first: BTreeMap<&str, &NewMark> = marks.iter().rev().map(|mark| (&*mark.user_id, mark)).collect();
    let distinct: Arc<Vec<NewMark>> = Arc::new(first.into_values().cloned().collect());
    let work: Work<Diesel<C>, Found> = Arc::new(move |connection: &mut C, attempt| {
        let distinct = Arc::clone(&distinct);
        async move {
            let entered: HashSet<String> = Enter::enter(connection, &distinct, moment).await?.into_iter().collect();
            let others = distinct.iter().map(|mark| &mark.user_id).filter(|user_id| !entered.contains(*user_id));
            let others: Vec<String> = others.cloned().collect();
            let (asked, mut standing) = (others.len(), HashMap::new());
            if asked > 0 {
                let found = connection.find_all(others).await?;
                standing = found.into_iter().map(|(user_id, moment, by)| (user_id, (moment, by))).collect();
            }
            if standing.len() == asked { Ok(Found { standing, attempt }) } else { Err(DieselError::NotFound) }
        }
        .boxed()
    });
    let found = sessions.run(work).await?;
    let at = |moment: NaiveDateTime, newly_marked| Mark { migrated_at: moment.and_utc(), newly_marked };
    let mut told = HashSet::new();
    let mut stands = Vec::with_capacity(marks.len());
    for NewMark { user_id, marked_by } in marks {
        let is_first = told.insert(user_id);
        stands.push(match found.standing.get(user_id) {
            None => at(moment, is_first),
            // The first attempt may have entered it before its connection was lost.
            Some((standing, by)) => {
                let ours = found.attempt > 1 && *standing == moment && by == marked_by;
                at(*standing, is_first && ours)
            }
        });
    }
    Ok(stands)
}

#[cfg(test)]
mod tests {
    use super::*;
    use diesel_async::AsyncPgConnection;

    fn join(together: &Arc<Together>) -> Option<Lead> {
        let mark = NewMark { user_id: "legacy|1".to_owned(), marked_by: "client".to_owned() };
        let (answer, lead) = together.join::<AsyncPgConnection>(mark);
        // Whoever waits stays in line, whether anybody listens or not.
        drop(answer);
        lead
    }

    #[test]
    fn one_leads_and_takes_along_who_came_meanwhile() {
        let together = Arc::default();
        let mut lead = join(&together).expect("the first one leads");
        assert_eq!(lead.next().map(|asked| asked.len()), Some(1));
        assert!((0..2 * MOST).all(|_| join(&together).is_none()));
        assert_eq!(lead.next().map(|asked| asked.len()), Some(MOST));
        assert_eq!(lead.next().map(|asked| asked.len()), Some(MOST));
        assert!(lead.next().is_none());
        assert!(join(&together).is_some(), "who comes after the end leads");
    }

    #[test]
    fn another_one_leads_beside_one_that_is_held_up() {
        let together = Arc::default();
        let mut lead = join(&together).expect("the first one leads");
        let _ = lead.next();
        std::thread::sleep(AsyncPgConnection::PATIENCE);
        let mut others: Vec<Lead> = Vec::new();
        while others.len() + 1 < AsyncPgConnection::AT_ONCE {
            others.extend(join(&together));
            std::thread::sleep(AsyncPgConnection::PATIENCE);
        }
        assert!(join(&together).is_none(), "never more than that");
    }

    #[test]
    fn a_lead_that_breaks_off_leaves_its_place() {
        let together = Arc::default();
        drop(join(&together));
        let mut lead = join(&together).expect("nobody leads any more");
        assert_eq!(lead.next().map(|asked| asked.len()), Some(2), "who waited is not forgotten");
    }
}
