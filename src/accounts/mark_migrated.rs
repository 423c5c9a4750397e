//! `mark_migrated`: this user has crossed.
use super::{
    Accounts,
    error::Refusal,
    marking::Wanted,
    subject::{Account, Subject},
    user_id,
};
use crate::ledger::{Mark, NewMark};
use std::time::Instant;

impl Accounts {
    /// Enters a mark for the user, or answers with the one that stands. `subject` learns whom it was about.
    ///
    /// A key that no row has is refused where the table can be asked: a mark for nobody would hide somebody later.
    ///
    /// # Errors
    /// `UserNotFound`, or an outage.
    pub async fn mark_migrated(
        &self,
        given: &str,
        client_id: &str,
        deadline: Instant,
        subject: &mut Subject,
    ) -> Result<(String, Mark), Refusal> {
        subject.account = Some(Account::of_identifier(given));
        let key = user_id::key_of(&self.users.id_prefix, given);
        // An id that could never have been ours is nobody's.
        let user_id = user_id::user_id(&self.users.id_prefix, key).map_err(|_| Refusal::UserNotFound)?;
        subject.account = Some(Account::of_user_id(&user_id));
        let mark = NewMark { user_id: user_id.clone(), marked_by: client_id.to_owned() };
        let wanted = Wanted { key: key.to_owned(), mark };
        let Some(mark) = self.ask("mark", deadline, self.marking.mark(wanted)).await? else {
            // A mark outlives its row: the answer about it stays the same.
            let standing = self.ask("ledger", deadline, self.ledger.migrated_at(&user_id)).await?;
            let migrated_at = standing.ok_or(Refusal::UserNotFound)?;
            return Ok((user_id, Mark { migrated_at, newly_marked: false }));
        };
        if mark.newly_marked {
            self.metrics.marked.inc();
        }
        Ok((user_id, mark))
    }
}
