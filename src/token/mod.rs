//! Who may ask: the gate before the three routes, and the signing keys behind it.
pub mod claims;
pub mod gate;
pub mod key_set;
pub mod keys;
pub mod parts;
pub mod rejection;
pub mod verified;
