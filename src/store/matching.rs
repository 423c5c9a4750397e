//! Whether a row really answers to what was typed. A database's collation is only a first sieve: it may hold accents,
//! emoji and trailing blanks for nothing.
use super::legacy_row::LegacyValue;

/// How a typed text is turned into the value of a column; `None` when it cannot be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Parse {
    /// As it is.
    Text,
    /// A whole number of 64 bits in its usual form.
    Integer {
        /// Whether the 64 bits hold no sign.
        unsigned: bool,
    },
    /// A UUID with hyphens.
    Uuid,
    /// Bytes in hexadecimal.
    Hex,
}

impl Parse {
    /// The text to bind.
    pub fn bindable(self, typed: &str) -> Option<String> {
        match self {
            Self::Text => Some(typed.to_owned()),
            Self::Integer { unsigned } => {
                let number: i128 = typed.parse().ok()?;
                let range =
                    if unsigned { 0..=i128::from(u64::MAX) } else { i128::from(i64::MIN)..=i128::from(i64::MAX) };
                let fits = range.contains(&number);
                (fits && number.to_string() == typed).then(|| typed.to_owned())
            }
            Self::Uuid => {
                let uuid: uuid::Uuid = typed.parse().ok()?;
                let canonical = uuid.hyphenated().to_string();
                canonical.eq_ignore_ascii_case(typed).then_some(canonical)
            }
            Self::Hex => hex::decode(typed).ok().map(|_| typed.to_owned()),
        }
    }
}

/// Text without case, character by character: a whole-word fold would turn one sigma into two forms.
pub(crate) fn folded(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// Whether an identifier column's value is what was typed, without regard to case.
pub(crate) fn answers(value: &LegacyValue, typed: &str) -> bool {
    if let LegacyValue::Bytes(bytes) = value
        && std::str::from_utf8(bytes).is_ok_and(|text| folded(text) == folded(typed))
    {
        return true;
    }
    printed(value).is_some_and(|text| folded(&text) == folded(typed))
}

/// The text of a key, as a page goes on behind it; `None` for NULL and what has no stable text.
pub(crate) fn key(value: &LegacyValue) -> Option<String> {
    match value {
        LegacyValue::Int(_) | LegacyValue::Text(_) | LegacyValue::Decimal(_) | LegacyValue::Bytes(_) => printed(value),
        _ => None,
    }
}

/// A value as the text that a person or a `user_id` has of it.
pub(crate) fn printed(value: &LegacyValue) -> Option<String> {
    match value {
        LegacyValue::Text(text) | LegacyValue::Decimal(text) | LegacyValue::Moment(text) => Some(text.clone()),
        LegacyValue::Int(number) => Some(number.to_string()),
        LegacyValue::Bytes(bytes) => Some(hex::encode(bytes)),
        LegacyValue::Bool(truth) => Some(truth.to_string()),
        LegacyValue::Float(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_and_blanks_count_and_case_does_not() {
        let stored = LegacyValue::Text("Usér@Example.org".into());
        assert!(answers(&stored, "uSÉR@example.org"));
        assert!(!answers(&stored, "user@example.org"));
        assert!(!answers(&stored, "usér@example.org "));
    }

    #[test]
    fn keys_are_strict() {
        assert_eq!(Parse::Integer { unsigned: true }.bindable("5abc"), None);
        assert_eq!(Parse::Integer { unsigned: true }.bindable("05"), None);
        assert_eq!(Parse::Integer { unsigned: false }.bindable("-5").as_deref(), Some("-5"));
        assert_eq!(Parse::Integer { unsigned: true }.bindable("-5"), None);
        assert_eq!(Parse::Integer { unsigned: true }.bindable("99999999999999999999"), None);
        assert!(Parse::Uuid.bindable("67e55044-10b1-426f-9247-bb680e5fe0c8").is_some());
        assert!(Parse::Uuid.bindable("67e5504410b1426f9247bb680e5fe0c8").is_none());
    }
}
