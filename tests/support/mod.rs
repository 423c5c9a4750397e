//! Servers and stand-ins for the tests: real ones, private, ended with the test process.
#![allow(dead_code, reason = "every test crate uses a part of it")]

pub mod guard;
pub mod mariadb;
pub mod postgres;
