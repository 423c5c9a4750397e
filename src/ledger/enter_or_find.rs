//! The marks that stand after some were to be entered: those that were not there yet are entered by one statement, and the
//! others are found by another one.
use super::{Mark, NewMark, enter::Enter, marks::Register};
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
    sync::Arc,
};

/// Longest `user_id` and name of a client that a mark has, in characters.
const LONGEST: usize = 255;

/// What stood already; all else was entered.
struct Found {
    standing: HashMap<String, (NaiveDateTime, String)>,
    attempt: u32,
}

/// A mark as the table can hold it.
fn enterable(NewMark { user_id, marked_by }: &NewMark) -> Result<NewMark, StoreError> {
    if user_id.contains('\0') || marked_by.contains('\0') || user_id.chars().count() > LONGEST {
        return Err(StoreError::new(StoreErrorKind::Refused, "the `user_id` cannot be entered into the ledger"));
    }
    Ok(NewMark { user_id: user_id.clone(), marked_by: marked_by.chars().take(LONGEST).collect() })
}

/// The marks that stand afterwards, in the order of those that were asked for.
pub(super) async fn enter_or_find<C: Register>(
    sessions: &Sessions<Diesel<C>>,
    marks: &[NewMark],
) -> Result<Vec<Mark>, StoreError>
where
    Diesel<C>: Manager<Type = C, Error = SetupError> + Send + Sync,
{
    // Every database keeps microseconds; more would differ on the next read.
    let moment = Utc::now().naive_utc().trunc_subsecs(6);
    let marks: Vec<NewMark> = marks.iter().map(enterable).collect::<Result<_, _>>()?;
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
    for NewMark { user_id, marked_by } in &marks {
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
