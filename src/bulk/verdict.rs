//! What a job says of every single user that was sent.
use super::{journal::Failed, user_file::FileUser};
use crate::auth0::management_api::{Summary, UserErrors};
use std::collections::HashMap;

/// What a completed job says.
#[derive(Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Who was refused.
    pub failed: Vec<Failed>,
    /// Who was refused because there is such a user already: perhaps this one, from an earlier send.
    pub duplicates: Vec<Failed>,
}

/// What became of each user; `None` when the job does not tell of everybody.
#[must_use]
pub fn verdict(sent: &[FileUser], summary: &Summary, errors: &[UserErrors]) -> Option<Verdict> {
    let told = summary.total.max(summary.inserted + summary.updated + summary.failed);
    if usize::try_from(told) != Ok(sent.len()) {
        return None;
    }
    let by_id: HashMap<&str, usize> = sent.iter().zip(0..).map(|(user, n)| (user.user_id.as_str(), n)).collect();
    let by_email: HashMap<&str, usize> = sent.iter().zip(0..).map(|(user, n)| (user.email.as_str(), n)).collect();
    let mut refused: HashMap<usize, &UserErrors> = HashMap::new();
    for error in errors {
        let text = |key: &str| error.user.get(key).and_then(serde_json::Value::as_str).unwrap_or_default();
        let id = text("user_id");
        let place = by_id
            .get(id)
            .or_else(|| id.strip_prefix("auth0|").and_then(|id| by_id.get(id)))
            .or_else(|| by_email.get(text("email").to_lowercase().as_str()));
        // An error about nobody of the file could be about anybody of it.
        refused.insert(*place?, error);
    }
    if u64::try_from(refused.len()).ok()? < summary.failed {
        return None;
    }
    let mut verdict = Verdict { failed: Vec::new(), duplicates: Vec::new() };
    for (user, place) in sent.iter().zip(0..) {
        let Some(error) = refused.get(&place) else { continue };
        let list = if error.is_duplicate() { &mut verdict.duplicates } else { &mut verdict.failed };
        list.push(Failed { user_id: user.user_id.clone(), code: error.code().to_owned() });
    }
    Some(verdict)
}
