//! Whether users are in the tenant under their own ids.
use super::{ApiError, ErrorBody, ManagementApi, UNREADABLE, in_path};
use reqwest::StatusCode;
use serde::Deserialize;
use std::collections::{HashMap, HashSet};

/// Users that one search asks for; its query has to fit into a URL.
const SEARCHED: usize = 40;
/// From so many users on a search may spare requests.
const MANY: usize = 5;
/// The word of an answer about a user who is not there; every other 404 is about the route.
const NO_USER: &str = "inexistent_user";

/// Whether a user is in the tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// There is one with this id.
    Here,
    /// There is none.
    Missing,
    /// The tenant does not answer such questions.
    NotTold,
}

#[derive(Deserialize)]
struct User {
    user_id: String,
}

impl ManagementApi {
    /// Whether these users are in the tenant, each by the id that the import gave it (`auth0|` and our `user_id`).
    ///
    /// # Errors
    /// `ApiError`.
    pub async fn presence(&mut self, user_ids: &[String]) -> Result<HashMap<String, Presence>, ApiError> {
        let mut known = HashMap::new();
        if user_ids.len() >= MANY {
            known.extend(self.search(user_ids).await?.into_iter().map(|id| (id, Presence::Here)));
        }
        // A search may not know yet who came a moment ago: only what it finds counts.
        for user_id in user_ids {
            if !known.contains_key(user_id) {
                let presence = self.user(user_id).await?;
                known.insert(user_id.clone(), presence);
            }
        }
        Ok(known)
    }

    async fn user(&mut self, user_id: &str) -> Result<Presence, ApiError> {
        if self.users_answer == Some(false) {
            return Ok(Presence::NotTold);
        }
        let id = format!("auth0|{user_id}");
        let url = self.route(&format!("users/{}?fields=user_id&include_fields=true", in_path(&id)));
        for _ in 0..UNREADABLE {
            let answer = self.ask(|http| http.get(&url)).await?;
            let presence = match answer.status {
                StatusCode::OK => serde_json::from_slice::<User>(&answer.body)
                    .ok()
                    .map(|user| if user.user_id == id { Presence::Here } else { Presence::NotTold }),
                StatusCode::NOT_FOUND => serde_json::from_slice::<ErrorBody>(&answer.body)
                    .ok()
                    .map(|error| if error.error_code == NO_USER { Presence::Missing } else { Presence::NotTold }),
                _ => Some(Presence::NotTold),
            };
            if let Some(presence) = presence {
                // A missing permission or route will not appear while we run.
                self.users_answer = Some(presence != Presence::NotTold);
                return Ok(presence);
            }
            self.pace.failed();
        }
        self.users_answer = Some(false);
        Ok(Presence::NotTold)
    }

    /// Those of these users whom the tenant's search finds; nobody where it does not answer. It may not know yet who came
    /// a moment ago.
    ///
    /// # Errors
    /// `ApiError`.
    pub async fn search(&mut self, user_ids: &[String]) -> Result<HashSet<String>, ApiError> {
        let mut found = HashSet::new();
        for some in user_ids.chunks(SEARCHED) {
            let Some(users) = self.search_some(some).await? else { break };
            let ids = users.iter().filter_map(|user| user.user_id.strip_prefix("auth0|"));
            // A tenant that does not understand the query may answer with anybody.
            found.extend(ids.filter(|id| some.iter().any(|asked| asked == id)).map(ToOwned::to_owned));
        }
        Ok(found)
    }

    async fn search_some(&mut self, user_ids: &[String]) -> Result<Option<Vec<User>>, ApiError> {
        let quoted = |id: &String| format!("\"auth0|{}\"", id.replace('\\', "\\\\").replace('"', "\\\""));
        let query = format!("user_id:({})", user_ids.iter().map(quoted).collect::<Vec<_>>().join(" OR "));
        let url = self.route(&format!(
            "users?search_engine=v3&per_page=50&fields=user_id&include_fields=true&q={}",
            in_path(&query)
        ));
        let answer = self.ask(|http| http.get(&url)).await?;
        let is_told = answer.status == StatusCode::OK;
        Ok(is_told.then(|| serde_json::from_slice(&answer.body).unwrap_or_default()))
    }
}
