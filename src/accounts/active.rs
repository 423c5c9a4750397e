//! The operator's active rule: whether a user may cross.
use super::error::Refusal;
use crate::{
    config::users::Users,
    store::legacy_row::{LegacyRow, LegacyValue},
};

/// Texts that mean yes; everything else means no.
const YES: &[&str] = &["1", "t", "true", "y", "yes", "on", "active", "enabled"];

/// What a value of the active column or condition says. NULL means no: the rule did not say yes.
#[must_use]
pub fn says_yes(value: Option<&LegacyValue>) -> bool {
    match value {
        Some(LegacyValue::Bool(answer)) => *answer,
        Some(LegacyValue::Int(number)) => *number != 0,
        Some(LegacyValue::Float(number)) => *number != 0.0,
        Some(LegacyValue::Text(text) | LegacyValue::Decimal(text)) => {
            let text = text.trim().to_lowercase();
            YES.contains(&text.as_str()) || text.parse::<f64>().is_ok_and(|number| number != 0.0 && !number.is_nan())
        }
        // MySQL's bit(n) and SQL Server's arrive as bytes.
        Some(LegacyValue::Bytes(bytes)) => bytes.iter().any(|byte| *byte != 0 && *byte != b'0'),
        _ => false,
    }
}

/// Whether the operator's rule lets this user cross.
///
/// # Errors
/// `UserUnmappable` when the answer cannot be read: unsure is not a "no".
pub fn of(row: &LegacyRow, users: &Users) -> Result<bool, Refusal> {
    users.active_column().map_or(Ok(true), |column| read(row.get(column)))
}

/// The same for the value of the rule's column.
///
/// # Errors
/// `UserUnmappable` when the answer cannot be read.
pub fn read(value: Option<&LegacyValue>) -> Result<bool, Refusal> {
    match value {
        None | Some(LegacyValue::Undecodable(_)) => Err(Refusal::UserUnmappable("the active rule cannot be read")),
        value => Ok(says_yes(value)),
    }
}
