//! Bulk import: the people whose stored hashes Auth0 takes as they are, without waiting for their logins.
pub use crate::accounts::transcode;
