//! `login`: is it the right person?
//!
//! Every path spends one verification before it answers: who is unknown, hidden, ambiguous, without a password or
//! unverifiable costs the decoy, so that time tells nothing.
use super::{
    Accounts, active,
    error::Refusal,
    profile::{self, Profile},
    stored_hash,
    subject::{Account, Subject},
    user_id,
    verification::{Job, NotVerified},
};
use crate::{
    config::users::ProfileKey,
    hash::{
        attempt::Attempt,
        scheme::{Identified, Reason, Verdict},
    },
    store::{
        Found,
        legacy_row::{LegacyRow, LegacyValue},
    },
};
use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};
use zeroize::Zeroizing;

/// The label where no scheme was found.
const NO_SCHEME: &str = "none";

impl Accounts {
    /// The profile of the person whose password this is. `subject` learns whom it was about, and by which scheme.
    ///
    /// # Errors
    /// Every `Refusal`; an outage is never a wrong password or an unknown user.
    pub async fn login(
        &self,
        identifier: &str,
        password: Zeroizing<String>,
        deadline: Instant,
        subject: &mut Subject,
    ) -> Result<Profile, Refusal> {
        subject.account = Some(Account::of_identifier(identifier));
        if let Err(NotVerified::Overloaded(after)) = self.pool.has_room(deadline).await {
            return self.counted(NO_SCHEME, Err(Refusal::Overloaded(after)));
        }
        let (person, account) = match self.find_person(identifier, deadline).await {
            Ok(found) => found,
            Err(outage) => return self.counted(NO_SCHEME, Err(outage)),
        };
        subject.account = Some(account.clone());
        if let Err(wait) = self.throttle.look(account.text(), deadline).await {
            return self.counted(NO_SCHEME, Err(Refusal::TooManyAttempts(wait)));
        }
        let verification = self.prepare(&person, identifier, password);
        let scheme = verification.job.scheme;
        subject.scheme = Some(scheme).filter(|scheme| *scheme != NO_SCHEME);
        let verdict = self.pool.verify(verification.job, deadline).await;
        let decision = match verdict {
            Err(NotVerified::Overloaded(after)) => Err(Refusal::Overloaded(after)),
            Err(NotVerified::Failed) => Err(Refusal::PasswordUnverifiable(Reason::Malformed)),
            Err(NotVerified::TooLarge) => Err(Refusal::PasswordUnverifiable(Reason::TooCostly)),
            Ok(verdict) => self.decide(&person, verification.otherwise, verdict),
        };
        let decision = self.throttled(&account, decision, deadline).await;
        self.counted(scheme, decision)
    }

    /// Counts a guess against its account; a success takes all guesses back.
    ///
    /// # Why again, after the verification
    /// Guesses that came side by side all passed the first look. Those beyond the limit learn nothing, not even the
    /// one that is right; people who log in side by side with the right password count nothing and all get in. Every
    /// decision about a person asks the throttle once: none takes longer than another.
    async fn throttled(
        &self,
        account: &Account,
        decision: Result<Profile, Refusal>,
        deadline: Instant,
    ) -> Result<Profile, Refusal> {
        let allowed = match &decision {
            Ok(_) => self.throttle.forgive(account.text(), deadline).await,
            Err(Refusal::WrongPassword | Refusal::UserNotFound | Refusal::NoPassword) => {
                self.throttle.count(account.text(), deadline).await
            }
            Err(Refusal::Overloaded(_) | Refusal::DatabaseUnavailable) => Ok(()),
            Err(_) => self.throttle.look(account.text(), deadline).await,
        };
        allowed.map_err(Refusal::TooManyAttempts).and(decision)
    }

    async fn find_person(&self, identifier: &str, deadline: Instant) -> Result<(Person, Account), Refusal> {
        let found = self.ask("find_user", deadline, self.store.find(identifier)).await?;
        let row = match &found {
            Found::One(row) => Some(row),
            Found::Nobody | Found::Several => None,
        };
        let user_id = row.and_then(|row| profile::of(row, &self.users).ok()).map(|profile| profile.user_id);
        let hidden = self.is_hidden(row, user_id.as_deref(), deadline).await?;
        let account = user_id.map_or_else(|| Account::of_identifier(identifier), |id| Account::of_user_id(&id));
        let person = match found {
            Found::One(row) if !hidden => Person::Known(row),
            Found::One(_) | Found::Nobody => Person::Unknown,
            Found::Several => Person::Ambiguous,
        };
        Ok((person, account))
    }

    fn prepare(&self, person: &Person, identifier: &str, password: Zeroizing<String>) -> Verification {
        let attempt = |row: Option<&LegacyRow>| {
            let mapped = |key| row.and_then(|row| profile::text_of(row, &self.users, key)).map(Zeroizing::new);
            let context = Attempt {
                identifier: Zeroizing::new(identifier.to_owned()),
                username: mapped(ProfileKey::Username),
                email: mapped(ProfileKey::Email),
                user_id: row.and_then(|row| self.key_of(row)),
                columns: row.map(|row| self.columns_for_recipes(row)).unwrap_or_default(),
                ..Attempt::default()
            };
            self.password.typing.apply(&password, self.password.site.pepper.as_ref(), context)
        };
        let usual = self.decoy.usual();
        let nothing = |otherwise, attempt| Verification {
            job: Job { verifier: None, usual: Arc::clone(&usual), scheme: NO_SCHEME, attempt },
            otherwise,
        };
        let row = match person {
            Person::Unknown => return nothing(Refusal::UserNotFound, attempt(None)),
            Person::Ambiguous => return nothing(Refusal::AmbiguousUser, attempt(None)),
            Person::Known(row) => row,
        };
        match stored_hash::identify(row, &self.password) {
            Identified::NoPassword => nothing(Refusal::NoPassword, attempt(Some(row))),
            Identified::Unverifiable(reason) => {
                tracing::warn!(reason = reason.word(), "a stored hash cannot be verified");
                nothing(Refusal::PasswordUnverifiable(reason), attempt(Some(row)))
            }
            Identified::Hash { scheme, verifier } => {
                let job = Job { verifier: Some(verifier), usual, scheme, attempt: attempt(Some(row)) };
                Verification { job, otherwise: Refusal::WrongPassword }
            }
        }
    }

    fn key_of(&self, row: &LegacyRow) -> Option<Zeroizing<String>> {
        user_id::key_text(row.get(&self.users.id_column)).ok().map(Zeroizing::new)
    }

    /// Only formulas of the operator's name columns; for all others nothing is copied.
    fn columns_for_recipes(&self, row: &LegacyRow) -> BTreeMap<String, Zeroizing<String>> {
        if !self.password.schemes.has_recipes() {
            return BTreeMap::new();
        }
        let told = |(name, value): (&str, &LegacyValue)| Some((name.to_owned(), stored_hash::text(value)?));
        row.columns().filter_map(told).collect()
    }

    fn decide(&self, person: &Person, otherwise: Refusal, verdict: Option<Verdict>) -> Result<Profile, Refusal> {
        match (person, verdict) {
            (_, Some(Verdict::Unverifiable(reason))) => {
                tracing::warn!(reason = reason.word(), "a stored hash cannot be verified");
                Err(Refusal::PasswordUnverifiable(reason))
            }
            // Memory comes back: who asks again may get an answer.
            (_, Some(Verdict::Undecided)) => Err(Refusal::Overloaded(Duration::from_secs(1))),
            (Person::Known(row), Some(Verdict::Match)) => {
                if active::of(row, &self.users)? {
                    profile::of(row, &self.users)
                } else {
                    Err(Refusal::AccountDisabled)
                }
            }
            _ => Err(otherwise),
        }
    }

    fn counted(&self, scheme: &'static str, decision: Result<Profile, Refusal>) -> Result<Profile, Refusal> {
        if let Err(Refusal::TooManyAttempts(_)) = &decision {
            self.metrics.throttled.with_label_values(&["account"]).inc();
        }
        let outcome = decision.as_ref().map_or_else(|refusal| refusal.code(), |_| "ok");
        self.metrics.logins.with_label_values(&[outcome, scheme]).inc();
        if let Err(Refusal::UserUnmappable(rule)) = &decision {
            tracing::warn!(rule, "a user cannot be mapped");
        }
        decision
    }
}

enum Person {
    Known(LegacyRow),
    Unknown,
    Ambiguous,
}

struct Verification {
    job: Job,
    otherwise: Refusal,
}
