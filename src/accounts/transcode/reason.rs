//! Why a stored hash cannot be imported: the whole list, so that a report can count by it.

/// More than one round of a digest.
pub const ROUNDS: &str = "several rounds of a digest";
/// A digest in a digest.
pub const NESTED: &str = "a digest of a digest";
/// The crypt(3) families.
pub const CRYPT: &str = "crypt(3)";
/// A site secret that the import cannot hold as salt.
pub const PEPPER: &str = "a peppered password";
/// Trimmed, folded, normalised, escaped, cut …
pub const CHANGED: &str = "a password that was changed before it was hashed";
/// `password.charset` beyond `password.encoding`.
pub const CHARSET: &str = "a charset that the import does not have";
/// The username or another column of the row.
pub const PERSON: &str = "a hash that something else of the row is part of";
/// A single digest can be salted on one side only.
pub const SIDES: &str = "a salt on both sides of the password";
/// SHA-3, BLAKE2, SHA-224 …
pub const DIGEST: &str = "a digest that the import does not have";
/// Digests that were cut.
pub const PART: &str = "a part of a digest";
/// HMAC the other way round.
pub const KEY: &str = "a digest that the password is the key of";
/// The text does not say which of several hashes it is.
pub const READINGS: &str = "a text that can be read in several ways";
/// bcrypt of a digest and its kin.
pub const MADE: &str = "a hash of something made of the password";
/// `$2$`, `$2x$`, argon2d, argon2 before 1.3.
pub const VERSION: &str = "a version that the import does not have";
/// argon2 with several lanes, an empty salt …
pub const PARAMETERS: &str = "parameters that the import does not take";
/// Firebase's scrypt, LM, Oracle …
pub const ALGORITHM: &str = "an algorithm that the import does not have";
/// Not a hash.
pub const PLAIN: &str = "a password that was not hashed";
/// `[password.recipes]`.
pub const RECIPE: &str = "a recipe of the site's own";
/// Nothing to transcode.
pub const UNREADABLE: &str = "a row that cannot be read";

/// All of them.
pub const ALL: &[&str] = &[
    ROUNDS, NESTED, CRYPT, PEPPER, CHANGED, CHARSET, PERSON, SIDES, DIGEST, PART, KEY, READINGS, MADE, VERSION,
    PARAMETERS, ALGORITHM, PLAIN, RECIPE, UNREADABLE,
];
