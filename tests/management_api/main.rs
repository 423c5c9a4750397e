//! The stand-in of the Management API, driven by HTTP: each documented limit and error, and each fault.
//!
//! Sources, named in the tests by these words: "Bulk User Imports" and "User Search Best Practices" are pages of
//! auth0.com/docs; the description is the Management API's OpenAPI document; all as of 2026.
#![allow(clippy::pedantic, reason = "a test fails loudly; the strict set is for what is shipped")]
#[path = "../support/mod.rs"]
mod support;

mod faults;
mod job_faults;
mod jobs;
mod limits;
mod search;
mod tokens;
mod uploads;
mod world;
