//! The families: formats that share code, or are lines of one kind.
//!
//! A family of real code has structs of its own; one of one-liners has a table of recipes. Both give their schemes to
//! the registry, and have their vectors beside them.
pub mod argon2;
pub mod aspnet;
pub mod aspnet_identity;
pub mod bcrypt;
pub mod bcrypt_wrapped;
pub mod database;
pub mod des_crypt;
pub mod dialect;
pub mod django;
pub mod forum;
pub mod java;
pub mod keycloak;
pub mod ldap;
pub mod lm;
pub mod md5_crypt;
pub mod mysql323;
pub mod oracle10;
pub mod pbkdf2;
pub mod pbkdf2_dialects;
pub mod php_application;
pub mod phpass;
pub mod raw_digest;
pub mod ruby;
pub mod salted_digest;
pub mod scrypt;
pub mod scrypt_dialects;
pub mod sha1_crypt;
pub mod sha_crypt;
pub mod sun_md5;
pub mod yescrypt;

use super::{
    recipe::Recipe,
    scheme::{Scheme, Tell},
};

/// A built-in recipe: name, how it is told, fixed prefix, layout behind it, formula.
pub type Line = (&'static str, Tell, &'static str, &'static str, &'static str);

/// The schemes of a table.
pub fn of_lines(lines: &'static [Line]) -> impl Iterator<Item = Box<dyn Scheme>> {
    lines.iter().map(|(name, tell, prefix, pattern, formula)| line(name, *tell, prefix, pattern, formula))
}

fn line(
    name: &'static str,
    tell: Tell,
    prefix: &'static str,
    pattern: &'static str,
    formula: &'static str,
) -> Box<dyn Scheme> {
    Box::new(Recipe::new(name, tell, prefix, pattern, formula))
}

/// The layout of so many hex digits.
fn hex(digits: usize) -> &'static str {
    match digits {
        16 => "(?<digest>[0-9a-fA-F]{16})",
        32 => "(?<digest>[0-9a-fA-F]{32})",
        40 => "(?<digest>[0-9a-fA-F]{40})",
        56 => "(?<digest>[0-9a-fA-F]{56})",
        64 => "(?<digest>[0-9a-fA-F]{64})",
        96 => "(?<digest>[0-9a-fA-F]{96})",
        _ => "(?<digest>[0-9a-fA-F]{128})",
    }
}

/// The layout of so many base64 characters and their padding.
fn base64(characters: usize) -> &'static str {
    match characters {
        22 => "(?<digest>[A-Za-z0-9+/]{22}(?:==)?)",
        27 => "(?<digest>[A-Za-z0-9+/]{27}=?)",
        43 => "(?<digest>[A-Za-z0-9+/]{43}=?)",
        _ => "(?<digest>[A-Za-z0-9+/]{86}(?:==)?)",
    }
}
