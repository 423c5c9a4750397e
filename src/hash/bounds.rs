//! The accepted range of every cost, checked before any work is done.
//!
//! Whoever can write the legacy table could otherwise stop the service with one row. Each ceiling lets one
//! verification take about as long as a request may (5 s) on a slow core, well above what applications write.
use super::scheme::ParseError;

/// bcrypt's cost: 2^16 rounds take about 4 s; applications write 10 to 14.
pub const BCRYPT_COST: (u32, u32) = (4, 16);
/// PBKDF2's rounds times blocks of output: 2^24 take about 2 s with SHA-256; OWASP advises 600,000.
pub const PBKDF2_ROUNDS: (u32, u32) = (1, 1 << 24);
/// Longest output of PBKDF2 and argon2 in bytes: the longest known application stores 512.
pub const OUTPUT_BYTES: usize = 512;
/// argon2's memory in KiB: 1 GiB is the whole default budget; applications write 4 to 256 MiB.
pub const ARGON2_MEMORY: u32 = 1 << 20;
/// argon2's passes times KiB: 4 GiB written take about 3 s.
pub const ARGON2_WORK: u64 = 1 << 22;
/// argon2's lanes: applications write 1 to 16.
pub const ARGON2_LANES: u32 = 64;
/// phpass' log2 of rounds: every round reads the whole password, so 2^18 take about 2 s for the longest (4,096 bytes);
/// WordPress writes 13.
pub const PHPASS_LOG2: (u32, u32) = (7, 18);
/// scrypt's and yescrypt's memory in bytes: 1 GiB is the whole default budget; applications write 16 to 128 MiB.
pub const SCRYPT_MEMORY: u64 = 1 << 30;
/// scrypt's N times r times p: 2^24 take about 4 s; OWASP advises 2^20.
pub const SCRYPT_WORK: u64 = 1 << 24;
/// Rounds of sha256-crypt and sha512-crypt: every one reads the password up to three times; 2^22 take about 3 s.
pub const SHA_CRYPT_ROUNDS: (u32, u32) = (1, 1 << 22);
/// Blocks of all rounds of sha-crypt with this password: 2^24 take about 5 s. Every round reads a long password whole.
pub const SHA_CRYPT_BLOCKS: u64 = 1 << 24;
/// Rounds of NetBSD's sha1-crypt: 2^22 take about 2 s; passlib writes 480,000.
pub const SHA1_CRYPT_ROUNDS: (u32, u32) = (1, 1 << 22);
/// Rounds of Solaris' md5 beside its own 4,096: 2^20 take about 3 s; Solaris writes 904 to 34,000.
pub const SUN_MD5_ROUNDS: (u32, u32) = (0, 1 << 20);
/// Rounds of BSDi's DES: 24 bits are all that its text can hold, and take about 4 s.
pub const BSDI_ROUNDS: (u32, u32) = (1, (1 << 24) - 1);
/// Rounds that a text names for a formula: 2^23 digests take about 2 s; Shiro writes 500,000.
pub const RECIPE_ROUNDS: (u32, u32) = (0, 1 << 23);
/// Fewest characters of a cut hash that are still compared: 64 bits in hex.
pub const LEAST_CUT: usize = 16;
/// Longest stored text in bytes: the longest known format takes below 1 KiB.
pub const STORED_BYTES: usize = 4096;

/// Holds a cost against its range.
///
/// # Errors
/// `TooCostly` above it, `Malformed` below it.
pub fn within<T: PartialOrd>(cost: T, (least, most): (T, T)) -> Result<T, ParseError> {
    if cost > most {
        Err(ParseError::TooCostly)
    } else if cost < least {
        Err(ParseError::Malformed)
    } else {
        Ok(cost)
    }
}

/// A number of a cost field: digits only. More digits than the type holds is more cost than any ceiling.
///
/// # Errors
/// `Malformed` for what is no number, `TooCostly` for one beyond the type.
pub fn number(text: &str) -> Result<u32, ParseError> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(ParseError::Malformed);
    }
    text.parse().map_err(|_| ParseError::TooCostly)
}
