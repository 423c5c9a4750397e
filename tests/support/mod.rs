//! What several tests start: real servers, the real binary, a stand-in for the tenant.
#![allow(dead_code, reason = "each test crate uses some of it")]
pub mod bridge;
pub mod client;
pub mod issuer;
pub mod legacy_users;
