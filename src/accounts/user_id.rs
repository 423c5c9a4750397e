//! `user_id`: made from the primary key, and read back from what Auth0 hands over.
use super::error::Refusal;
use crate::store::legacy_row::LegacyValue;

/// Auth0's documented maximum, in characters.
const MAX_CHARACTERS: usize = 255;

/// What Auth0 puts before the ids of database connections.
const AUTH0_PREFIX: &str = "auth0|";

/// The text of a primary key: numbers in decimal, uuids and text as stored, bytes in hex.
///
/// # Errors
/// `UserUnmappable` for a key that is NULL or of a type that has no stable text.
pub fn key_text(value: Option<&LegacyValue>) -> Result<String, Refusal> {
    match value {
        // 64 bits are printed in half the time of 128.
        Some(LegacyValue::Int(number)) => {
            Ok(i64::try_from(*number).map_or_else(|_| number.to_string(), |number| number.to_string()))
        }
        Some(LegacyValue::Text(text) | LegacyValue::Decimal(text)) => Ok(text.clone()),
        Some(LegacyValue::Bytes(bytes)) => Ok(hex::encode(bytes)),
        Some(LegacyValue::Null) => Err(Refusal::UserUnmappable("the key is NULL")),
        Some(_) => Err(Refusal::UserUnmappable("the key's type has no stable text")),
        None => Err(Refusal::UserUnmappable("the key's column is missing")),
    }
}

/// `prefix` + `key`, held against the rules of the contract.
///
/// # Errors
/// `UserUnmappable` with the rule that the key breaks.
pub fn user_id(prefix: &str, key: &str) -> Result<String, Refusal> {
    let mut user_id = String::new();
    join(prefix, key, &mut user_id)?;
    Ok(user_id)
}

/// The `user_id` of a row's key, written into an empty text, which stays empty where the key breaks a rule.
///
/// # Errors
/// `UserUnmappable` with the rule that the key breaks.
pub fn write(key: Option<&LegacyValue>, prefix: &str, user_id: &mut String) -> Result<(), Refusal> {
    match key {
        Some(LegacyValue::Text(text)) => join(prefix, text, user_id),
        other => join(prefix, &key_text(other)?, user_id),
    }
}

fn join(prefix: &str, key: &str, user_id: &mut String) -> Result<(), Refusal> {
    if key.is_empty() {
        return Err(Refusal::UserUnmappable("the key is empty"));
    }
    if !is_one_word(key) {
        return Err(Refusal::UserUnmappable("the key holds whitespace"));
    }
    if key.contains('|') {
        return Err(Refusal::UserUnmappable("the key holds a `|`"));
    }
    if prefix.chars().count() + key.chars().count() > MAX_CHARACTERS {
        return Err(Refusal::UserUnmappable("the user_id is longer than 255 characters"));
    }
    user_id.push_str(prefix);
    user_id.push_str(key);
    // An ordinary user's `sub` would look like a client's.
    if user_id.ends_with("@clients") {
        user_id.clear();
        return Err(Refusal::UserUnmappable("the user_id ends in `@clients`"));
    }
    Ok(())
}

/// Whether a text has neither whitespace nor control characters.
#[must_use]
pub fn is_one_word(text: &str) -> bool {
    // Without a way out in the middle, many bytes are looked at at a time.
    text.bytes().fold(true, |graphic, byte| graphic & byte.is_ascii_graphic())
        || !text.chars().any(|c| c.is_whitespace() || c.is_control())
}

/// The key in a `user_id` as an Action hands it over: with or without `auth0|`, with or without our prefix.
#[must_use]
pub fn key_of<'a>(prefix: &str, given: &'a str) -> &'a str {
    let ours = given.strip_prefix(AUTH0_PREFIX).unwrap_or(given);
    ours.strip_prefix(prefix).unwrap_or(ours)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_may_hand_over_every_form() {
        for given in ["auth0|legacy|42", "legacy|42", "auth0|42", "42"] {
            assert_eq!(key_of("legacy|", given), "42");
        }
        assert_eq!(key_of("", "auth0|42"), "42");
    }

    #[test]
    fn keys_that_break_a_rule_are_refused() {
        for key in ["", "4 2", "4\u{a0}2", "a|b", "x@clients", "4\n"] {
            assert!(matches!(user_id("legacy|", key), Err(Refusal::UserUnmappable(_))));
        }
        assert!(user_id("legacy|", &"é".repeat(248)).is_ok());
        assert!(user_id("legacy|", &"é".repeat(249)).is_err());
    }
}
