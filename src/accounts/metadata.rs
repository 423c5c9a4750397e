//! One mapped value as JSON, of the type that the configuration gives it.
//!
//! A value that does not fit its type is an error, never left out: what is lost at the crossing is lost for good.
use super::php;
use crate::{config::users::Kind, store::legacy_row::LegacyValue};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Number, Value};
use std::borrow::Cow;

/// The largest whole number that JavaScript reads exactly; Auth0's scripts are JavaScript.
pub(super) const MAX_SAFE_INTEGER: i128 = (1 << 53) - 1;

/// The JSON of a value; `None` for NULL.
///
/// # Errors
/// What does not fit, without the value.
pub fn json_of(value: &LegacyValue, kind: Kind) -> Result<Option<Value>, &'static str> {
    if matches!(value, LegacyValue::Null) {
        return Ok(None);
    }
    if let LegacyValue::Undecodable(_) = value {
        return Err("a mapped column could not be decoded");
    }
    match kind {
        Kind::Auto => Ok(Some(as_typed_by_the_database(value))),
        Kind::Json => json(value).map(Some),
        Kind::Bool => bool(value).map(|answer| Some(Value::Bool(answer))),
        Kind::Int => int(value).map(Some),
        Kind::Float => float(value).map(Some),
        Kind::String => Ok(Some(Value::String(text(value).into_owned()))),
        Kind::List => list(value).map(Some),
        Kind::Php => php(value),
    }
}

/// A truth value as databases without booleans store it.
///
/// # Errors
/// When the value is neither a yes nor a no.
pub fn bool(value: &LegacyValue) -> Result<bool, &'static str> {
    const NEITHER: &str = "a value mapped as bool is neither yes nor no";
    match value {
        LegacyValue::Bool(answer) => Ok(*answer),
        LegacyValue::Int(number) => Ok(*number != 0),
        LegacyValue::Text(text) | LegacyValue::Decimal(text) => match text.trim().to_lowercase().as_str() {
            "1" | "t" | "true" | "y" | "yes" | "on" => Ok(true),
            "0" | "f" | "false" | "n" | "no" | "off" | "" => Ok(false),
            _ => Err(NEITHER),
        },
        LegacyValue::Bytes(bytes) => match bytes.as_slice() {
            [0 | b'0'] => Ok(false),
            [1 | b'1'] => Ok(true),
            _ => Err(NEITHER),
        },
        LegacyValue::Json(Value::Bool(answer)) => Ok(*answer),
        _ => Err(NEITHER),
    }
}

/// The text of any value.
#[must_use]
pub fn text(value: &LegacyValue) -> Cow<'_, str> {
    match value {
        LegacyValue::Text(text) | LegacyValue::Decimal(text) | LegacyValue::Moment(text) => Cow::Borrowed(text),
        LegacyValue::Bool(answer) => answer.to_string().into(),
        LegacyValue::Int(number) => number.to_string().into(),
        LegacyValue::Float(number) => number.to_string().into(),
        LegacyValue::Bytes(bytes) => {
            std::str::from_utf8(bytes).map_or_else(|_| STANDARD.encode(bytes).into(), Cow::Borrowed)
        }
        LegacyValue::Json(json) => json.to_string().into(),
        LegacyValue::List(_) => as_typed_by_the_database(value).to_string().into(),
        LegacyValue::Null | LegacyValue::Undecodable(_) => Cow::Borrowed(""),
    }
}

/// The JSON that comes nearest to the database's own type.
#[must_use]
pub fn as_typed_by_the_database(value: &LegacyValue) -> Value {
    match value {
        LegacyValue::Null | LegacyValue::Undecodable(_) => Value::Null,
        LegacyValue::Bool(answer) => Value::Bool(*answer),
        LegacyValue::Int(number) if number.abs() <= MAX_SAFE_INTEGER => whole(*number),
        LegacyValue::Float(number) => Number::from_f64(*number).map_or(Value::Null, Value::Number),
        LegacyValue::Decimal(text) => decimal(text),
        LegacyValue::Json(json) => json.clone(),
        LegacyValue::List(values) => Value::Array(values.iter().map(as_typed_by_the_database).collect()),
        LegacyValue::Int(_) | LegacyValue::Text(_) | LegacyValue::Bytes(_) | LegacyValue::Moment(_) => {
            Value::String(text(value).into_owned())
        }
    }
}

/// A number where a double holds it exactly enough to print it back, else its text.
fn decimal(text: &str) -> Value {
    let canonical = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text };
    if let Ok(number) = canonical.parse::<i64>() {
        if i128::from(number).abs() <= MAX_SAFE_INTEGER {
            return Value::from(number);
        }
        return Value::String(text.to_owned());
    }
    match canonical.parse::<f64>() {
        Ok(number) if number.is_finite() && number.to_string() == canonical => {
            Number::from_f64(number).map_or_else(|| Value::String(text.to_owned()), Value::Number)
        }
        _ => Value::String(text.to_owned()),
    }
}

fn whole(number: i128) -> Value {
    if let Ok(number) = i64::try_from(number) {
        Value::from(number)
    } else if let Ok(number) = u64::try_from(number) {
        Value::from(number)
    } else {
        Value::String(number.to_string())
    }
}

fn int(value: &LegacyValue) -> Result<Value, &'static str> {
    const NOT_WHOLE: &str = "a value mapped as int is not a whole number";
    let number = match value {
        LegacyValue::Int(number) => *number,
        LegacyValue::Bool(answer) => i128::from(*answer),
        LegacyValue::Text(text) | LegacyValue::Decimal(text) => {
            let text = text.trim();
            let whole = match text.split_once('.') {
                Some((whole, rest)) if !rest.is_empty() && rest.bytes().all(|digit| digit == b'0') => whole,
                Some(_) => return Err(NOT_WHOLE),
                None => text,
            };
            whole.parse().map_err(|_| NOT_WHOLE)?
        }
        LegacyValue::Float(number) if number.fract() == 0.0 => {
            return number.to_string().parse::<i64>().map(Value::from).map_err(|_| NOT_WHOLE);
        }
        LegacyValue::Json(json) if json.is_i64() || json.is_u64() => return Ok(json.clone()),
        _ => return Err(NOT_WHOLE),
    };
    match whole(number) {
        Value::String(_) => Err("a value mapped as int is larger than JSON readers take"),
        number => Ok(number),
    }
}

fn float(value: &LegacyValue) -> Result<Value, &'static str> {
    const NOT_A_NUMBER: &str = "a value mapped as float is not a number";
    let number = match value {
        LegacyValue::Float(number) => *number,
        LegacyValue::Json(Value::Number(number)) => return Ok(Value::Number(number.clone())),
        LegacyValue::Int(_) | LegacyValue::Text(_) | LegacyValue::Decimal(_) => {
            text(value).trim().parse().map_err(|_| NOT_A_NUMBER)?
        }
        _ => return Err(NOT_A_NUMBER),
    };
    Number::from_f64(number).map(Value::Number).ok_or(NOT_A_NUMBER)
}

fn json(value: &LegacyValue) -> Result<Value, &'static str> {
    match value {
        LegacyValue::Json(json) => Ok(json.clone()),
        LegacyValue::Text(text) => serde_json::from_str(text).map_err(|_| "a value mapped as json is not JSON"),
        LegacyValue::Bytes(bytes) => serde_json::from_slice(bytes).map_err(|_| "a value mapped as json is not JSON"),
        other => Ok(as_typed_by_the_database(other)),
    }
}

fn php(value: &LegacyValue) -> Result<Option<Value>, &'static str> {
    match value {
        LegacyValue::Text(text) if text.is_empty() => Ok(None),
        LegacyValue::Text(text) => php::unserialize(text.as_bytes()).map(Some),
        LegacyValue::Bytes(bytes) => php::unserialize(bytes).map(Some),
        _ => Err("a value mapped as php is not text"),
    }
}

fn list(value: &LegacyValue) -> Result<Value, &'static str> {
    match value {
        LegacyValue::Json(json @ Value::Array(_)) => Ok(json.clone()),
        LegacyValue::List(_) => Ok(as_typed_by_the_database(value)),
        LegacyValue::Text(text) if text.starts_with("a:") && text.ends_with('}') => {
            Ok(match php::unserialize(text.as_bytes())? {
                // Roles are keys there: `{"administrator": true}`.
                Value::Object(entries) if entries.values().all(Value::is_boolean) => entries
                    .into_iter()
                    .filter(|(_, granted)| *granted == Value::Bool(true))
                    .map(|(name, _)| Value::String(name))
                    .collect(),
                Value::Object(entries) => entries.into_iter().map(|(_, value)| value).collect(),
                other => other,
            })
        }
        LegacyValue::Text(text) if text.trim_start().starts_with('[') => match serde_json::from_str(text) {
            Ok(json @ Value::Array(_)) => Ok(json),
            _ => Err("a value mapped as list is not a JSON array"),
        },
        LegacyValue::Text(text) => Ok(Value::Array(
            text.split(',').map(str::trim).filter(|entry| !entry.is_empty()).map(Value::from).collect(),
        )),
        LegacyValue::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => list(&LegacyValue::Text(text.to_owned())),
            Err(_) => Err("a value mapped as list is not text"),
        },
        _ => Err("a value mapped as list is not a list"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_keep_their_value_or_become_text() {
        let auto = |value| json_of(&value, Kind::Auto).ok().flatten();
        assert_eq!(auto(LegacyValue::Int(7)), Some(json!(7)));
        assert_eq!(auto(LegacyValue::Int(9_007_199_254_740_993)), Some(json!("9007199254740993")));
        assert_eq!(auto(LegacyValue::Decimal("12.50".into())), Some(json!(12.5)));
        assert_eq!(auto(LegacyValue::Decimal("100".into())), Some(json!(100)));
        assert_eq!(auto(LegacyValue::Decimal("0.1234567890123456789".into())), Some(json!("0.1234567890123456789")));
        assert_eq!(auto(LegacyValue::Null), None);
    }

    #[test]
    fn a_value_that_does_not_fit_is_an_error() {
        assert!(json_of(&LegacyValue::Text("x".into()), Kind::Int).is_err());
        assert!(json_of(&LegacyValue::Text("{".into()), Kind::Json).is_err());
        assert!(json_of(&LegacyValue::Text("perhaps".into()), Kind::Bool).is_err());
        assert!(json_of(&LegacyValue::Undecodable("point".into()), Kind::Auto).is_err());
        assert!(json_of(&LegacyValue::Int(5), Kind::List).is_err());
    }

    #[test]
    fn lists_come_from_arrays_json_and_commas() {
        for value in [LegacyValue::Text("a, b,".into()), LegacyValue::Text("[\"a\",\"b\"]".into())] {
            assert_eq!(json_of(&value, Kind::List), Ok(Some(json!(["a", "b"]))));
        }
    }
}
