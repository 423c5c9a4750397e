//! Kernels that verify several hashes side by side in one thread.
//!
//! A chain of dependent table look-ups waits for the cache most of its time: independent chains wait together. Pure
//! functions over N states, safe Rust; each is tested lane by lane against a single implementation.
pub mod bcrypt;
mod pi;
