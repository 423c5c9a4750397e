//! `get_user`: who is this? Without side effects, and as fast as one lookup.
use super::{
    Accounts, active,
    error::Refusal,
    profile::{self, Profile},
    subject::{Account, Subject},
};
use crate::store::Found;
use std::time::Instant;

impl Accounts {
    /// The profile of the person who types this identifier. `subject` learns whom it was about.
    ///
    /// # Errors
    /// `UserNotFound` for nobody, for the inactive and for the hidden; the other refusals but those of a password.
    pub async fn get_user(
        &self,
        identifier: &str,
        deadline: Instant,
        subject: &mut Subject,
    ) -> Result<Profile, Refusal> {
        subject.account = Some(Account::of_identifier(identifier));
        let found = self.ask("find_user", deadline, self.store.find(identifier)).await?;
        let (row, profile) = match &found {
            Found::One(row) => (Some(row), Some(profile::of(row, &self.users))),
            Found::Nobody | Found::Several => (None, None),
        };
        let user_id =
            profile.as_ref().and_then(|profile| profile.as_ref().ok()).map(|profile| profile.user_id.as_str());
        if let Some(user_id) = user_id {
            subject.account = Some(Account::of_user_id(user_id));
        }
        let hidden = self.is_hidden(row, user_id, deadline).await?;
        let active = match row {
            Some(row) if !hidden => active::of(row, &self.users)?,
            _ => false,
        };
        match profile {
            Some(profile) if active => profile.inspect_err(|refusal| {
                if let Refusal::UserUnmappable(rule) = refusal {
                    tracing::warn!(rule, "a user cannot be mapped");
                }
            }),
            _ if matches!(found, Found::Several) => Err(Refusal::AmbiguousUser),
            _ => Err(Refusal::UserNotFound),
        }
    }
}
