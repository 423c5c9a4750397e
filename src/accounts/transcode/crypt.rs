//! bcrypt and argon2, whose texts stay texts.
//!
//! # Why they are written anew
//! The import compares the text that it computes with the one that it was given. Writers differ in what no verifier
//! reads: stray bits behind a bcrypt salt, padding, the order of argon2's costs.
use super::{Told, Transcoded, object, reason, typed::Typed};
use crate::hash::{bounds, encoding};
use regex::Regex;
use std::sync::LazyLock;

/// The documentation's own expression for `password_hash`.
static PASSWORD_HASH: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^\$2[ab]?\$10+\$[./A-Za-z0-9]{53}$").ok());

/// The buffer in which libsodium verifies a text, its final NUL included.
const SODIUM_TEXT: usize = 128;
/// The shortest output that libsodium verifies.
const SODIUM_OUTPUT: usize = 16;

/// bcrypt of the password.
pub fn bcrypt(text: &str, typed: &Typed) -> Told<Transcoded> {
    typed.alone_for_bcrypt()?;
    // `$2$` reads its key without the final NUL, `$2x$` extends signs.
    let (version, rest) = text.split_at_checked(4).ok_or(reason::VERSION)?;
    if !["$2a$", "$2b$", "$2y$"].contains(&version) {
        return Err(reason::VERSION);
    }
    let (cost, rest) = rest.split_once('$').ok_or(reason::UNREADABLE)?;
    let (salt, output) = rest.split_at_checked(22).ok_or(reason::UNREADABLE)?;
    let again = |text: &str| encoding::bcrypt64(text).map(|octets| encoding::to_bcrypt64(&octets));
    let (salt, output) = again(salt).zip(again(output)).ok_or(reason::UNREADABLE)?;
    let text = format!("{version}{cost}${salt}{output}");
    let at_ten = PASSWORD_HASH.as_ref().is_some_and(|expression| expression.is_match(&text));
    Ok(if at_ten { Transcoded::PasswordHash(text) } else { object::text("bcrypt", &text) })
}

/// A bcrypt text that is written as `bcrypt` would write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exact {
    /// `a`, `b` or `y`.
    pub version: char,
    /// Whether `password_hash` takes it.
    pub at_ten: bool,
}

/// What a text is that `bcrypt` would hand on byte for byte; `None` where it has to be read.
#[must_use]
pub fn exact(text: &str) -> Option<Exact> {
    let [b'$', b'2', version @ (b'a' | b'b' | b'y'), b'$', tens, units, b'$', rest @ ..] = text.as_bytes() else {
        return None;
    };
    let cost = char::from(*tens).to_digit(10)? * 10 + char::from(*units).to_digit(10)?;
    bounds::within(cost, bounds::BCRYPT_COST).ok()?;
    let (salt, output) = rest.split_at_checked(22)?;
    // The alphabet is the letters, and the dot, the slash and the digits in a row: looked at many at a time.
    let stranger = |byte: u8| u8::from((byte | 0x20).wrapping_sub(b'a') > 25) & u8::from(byte.wrapping_sub(b'.') > 11);
    // The last character of each half holds four and two bits that belong to no byte.
    let ends = matches!(salt.last()?, b'.' | b'O' | b'e' | b'u') && b".CGKOSWaeimquy26".contains(output.last()?);
    let whole = output.len() == 31 && ends && rest.iter().fold(0, |strangers, byte| strangers | stranger(*byte)) == 0;
    whole.then_some(Exact { version: char::from(*version), at_ten: cost == 10 && *version != b'y' })
}

/// argon2 of the password; the import verifies it with libsodium.
pub fn argon2(text: &str, typed: &Typed) -> Told<Transcoded> {
    typed.alone()?;
    let (prefix, rest) = ["$argon2id$v=19$", "$argon2i$v=19$"]
        .into_iter()
        .find_map(|prefix| Some((prefix, text.strip_prefix(prefix)?)))
        .ok_or(reason::VERSION)?;
    let mut fields = rest.split('$');
    let (Some(costs), Some(salt), Some(output), None) = (fields.next(), fields.next(), fields.next(), fields.next())
    else {
        return Err(reason::UNREADABLE);
    };
    let cost = |name: &str| costs.split(',').find_map(|cost| cost.strip_prefix(name)?.parse::<u32>().ok());
    let (Some(memory), Some(passes), Some(lanes)) = (cost("m="), cost("t="), cost("p=")) else {
        return Err(reason::UNREADABLE);
    };
    let (salt, output) = encoding::base64(salt).zip(encoding::base64(output)).ok_or(reason::UNREADABLE)?;
    if lanes != 1 || output.len() < SODIUM_OUTPUT {
        return Err(reason::PARAMETERS);
    }
    let text = format!("{prefix}m={memory},t={passes},p=1${}${}", object::b64(&salt), object::b64(&output));
    if text.len() >= SODIUM_TEXT {
        return Err(reason::PARAMETERS);
    }
    Ok(object::text("argon2", &text))
}
