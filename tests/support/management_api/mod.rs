//! A stand-in for the part of Auth0's Management API that a bulk import needs, with every documented limit and error, and
//! with switches for what goes wrong in between. It runs on a thread of the test's own, on a free port of 127.0.0.1.
//!
//! ```ignore
//! let api = ManagementApi::start(Settings::default());
//! api.faults(|faults| faults.next(Route::Imports, Fault::DropAfter));
//! // … drawbridge bulk import, with api.url(), api.client_id(), api.client_secret(), api.connection_id() …
//! assert!(api.tenant().users.values().all(|user| user.inserted == 1 && user.sent == 1));
//! ```
//!
//! # Sources
//! "Bulk User Imports", "Bulk User Import Database Schema and Examples", "User Profile Structure", "Rate Limit Policy" of
//! auth0.com/docs, and the Management API's OpenAPI description with its texts for each status, all as of 2026. Where
//! they are silent or differ, the place says so, and a switch has both.
#![allow(unused_imports, reason = "every test crate uses a part of it")]

mod answer;
mod directory;
mod faults;
mod import_rules;
mod jobs;
mod rate_limit;
mod route;
mod search;
mod server;
mod settings;
mod shared;
mod token;
mod upload;

pub use directory::StoredUser;
pub use faults::{Fault, Faults, Masking};
pub use jobs::{Job, Status};
pub use route::Route;
pub use settings::{MAX_BYTES, Settings, UpsertedHash};
pub use shared::Tenant;

use shared::Shared;
use std::{net::TcpListener, sync::Arc, thread::JoinHandle};
use tokio::sync::oneshot;

/// The only connection.
const CONNECTION_ID: &str = "con_0000000000000001";
/// Its name.
const CONNECTION_NAME: &str = "legacy-users";

/// A running stand-in.
pub struct ManagementApi {
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl ManagementApi {
    /// Starts it on a free port.
    pub fn start(settings: Settings) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a listener that does not block");
        let url = format!("http://{}/", listener.local_addr().expect("an address"));
        let shared = Arc::new(Shared::new(settings, url));
        let (stop, stopped) = oneshot::channel();
        let served = Arc::clone(&shared);
        let thread = std::thread::spawn(move || server::run(listener, served, stopped));
        Self { shared, stop: Some(stop), thread: Some(thread) }
    }

    /// `http://127.0.0.1:…/`, the tenant's domain.
    pub fn url(&self) -> &str {
        &self.shared.url
    }

    /// The client that may import.
    pub fn client_id(&self) -> &str {
        &self.shared.settings.client_id
    }

    /// Its secret.
    pub fn client_secret(&self) -> &str {
        &self.shared.settings.client_secret
    }

    /// The connection that users are imported into.
    pub fn connection_id(&self) -> &'static str {
        CONNECTION_ID
    }

    /// The identifier of the Management API.
    pub fn audience(&self) -> String {
        format!("{}api/v2/", self.shared.url)
    }

    /// Sets what goes wrong from now on.
    pub fn faults<T>(&self, change: impl FnOnce(&mut Faults) -> T) -> T {
        change(&mut self.shared.lock().faults)
    }

    /// What the tenant knows now; also after it was stopped.
    pub fn tenant(&self) -> Tenant {
        self.shared.lock().snapshot()
    }

    /// Whether no job is pending or processing: cheaper to ask than [`Self::tenant`].
    pub fn is_idle(&self) -> bool {
        !self.shared.lock().jobs.iter().any(Job::is_active)
    }

    /// Puts a user there that no import inserted; `user_id` with or without `auth0|`.
    pub fn existing_user(&self, user_id: &str, email: &str) {
        self.shared.lock().directory.put(user_id, email);
    }

    /// Makes all tokens that were given worthless, as a rotated secret does.
    pub fn expire_tokens(&self) {
        for (end, _) in self.shared.lock().tokens.values_mut() {
            *end = std::time::Instant::now();
        }
    }

    /// Stops it: connections and jobs end where they are.
    pub fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for ManagementApi {
    fn drop(&mut self) {
        self.stop();
    }
}
