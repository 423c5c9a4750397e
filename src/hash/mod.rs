//! Stored hashes: which scheme wrote one, and whether a password belongs to it.
//!
//! Pure: no I/O, no runtime, no configuration. A scheme is one file in `families/`, its vectors beside it, and one
//! line in `registry.rs`.
pub mod attempt;
pub mod bounds;
pub mod digest;
pub mod encoding;
pub mod families;
pub mod kept_memory;
pub mod lanes;
pub mod layout;
pub mod recipe;
pub mod registry;
pub mod scheme;
pub mod schemes;
pub mod typing;
