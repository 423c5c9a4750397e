//! The users who do not log in: files for Auth0's bulk import, and the import itself. What becomes of a stored hash is
//! [`crate::accounts::transcode`]'s.
pub mod auth0_user;
pub mod chunk_files;
pub mod disk;
pub mod export;
pub mod import;
pub mod import_check;
pub mod journal;
pub mod reconcile;
pub mod shard;
pub mod tenant_export;
pub mod total;
pub mod user_file;
pub mod verdict;
pub mod waiting;
