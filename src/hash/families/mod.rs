//! One file per family of schemes, its vectors beside it.
pub mod argon2;
pub mod aspnet_identity;
pub mod bcrypt;
pub mod django_digest;
pub mod pbkdf2;
pub mod phpass;
pub mod raw_digest;
pub mod salted_digest;
