//! Drawbridge stands in front of a legacy SQL user database while its users move to Auth0.
//!
//! Layers, top to bottom; a module imports only from rows below its own (`tests/import_direction.rs`):
//!
//! ```text
//! 6  main, cli, demo
//! 5  http   preflight   census   init   auth0   bulk   what people and machines touch
//! 4  accounts  token                 the decisions: who may ask, is it the right person
//! 3  store     ledger                the legacy database (read), our marks (ours)
//! 2  config                          parsed once, cannot be wrong afterwards
//! 1  hash      sql       presets     pure: no tokio, no I/O, no configuration
//! 0  secret    clock     telemetry   trust   supervisor   confinement
//! ```
// Code that meets hostile input answers with an error: it never panics. Tests may.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::as_conversions,
        clippy::allow_attributes
    )
)]

pub mod accounts;
pub mod auth0;
pub mod bulk;
pub mod census;
pub mod cli;
pub mod clock;
pub mod config;
pub mod confinement;
pub mod demo;
pub mod hash;
pub mod http;
pub mod init;
pub mod ledger;
pub mod preflight;
pub mod presets;
pub mod secret;
pub mod sql;
pub mod store;
pub mod supervisor;
pub mod telemetry;
pub mod token;
pub mod trust;
