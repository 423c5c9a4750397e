//! What several tests start: real servers, the real binary, a stand-in for the tenant. All end with the test process.
#![allow(dead_code, reason = "every test crate uses a part of it")]

pub mod bridge;
pub mod client;
pub mod guard;
pub mod issuer;
pub mod legacy_users;
pub mod management_api;
pub mod mariadb;
pub mod postgres;
pub mod redis;
pub mod site;
