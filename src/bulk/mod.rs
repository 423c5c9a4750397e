//! The users who do not log in: files for Auth0's bulk import. What it makes of a stored hash is
//! [`crate::accounts::transcode`]'s.
pub mod auth0_user;
pub mod chunk_files;
pub mod disk;
pub mod export;
pub mod shard;
