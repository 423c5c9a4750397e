//! What a selected column holds, and how its text becomes a value. Nothing here may fail: what cannot be read becomes
//! `Undecodable`.
use super::legacy_row::LegacyValue;

/// The shape of a column, chosen from the catalogue when the store is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Text, and everything that has no better form.
    Text,
    /// A truth value.
    Bool,
    /// A whole number.
    Int,
    /// A floating-point number.
    Float,
    /// An exact decimal.
    Decimal,
    /// A JSON document.
    Json,
    /// An SQL array, sent as JSON.
    List,
    /// A date or time without a zone.
    Moment,
    /// A moment in UTC.
    MomentUtc,
    /// Bytes.
    Bytes,
}

impl Shape {
    /// The value of raw bytes that the database sent for this column.
    pub fn of_bytes(self, bytes: &[u8], type_name: &str) -> LegacyValue {
        if self == Self::Bytes {
            return LegacyValue::Bytes(bytes.to_vec());
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => self.of_text(text, type_name),
            Err(_) => LegacyValue::Undecodable(type_name.to_owned()),
        }
    }

    /// The value of the text that the database printed for this column. A column whose type was changed since the
    /// store was opened is told as text.
    pub fn of_text(self, text: &str, type_name: &str) -> LegacyValue {
        let undecodable = || LegacyValue::Undecodable(type_name.to_owned());
        let as_text = || LegacyValue::Text(text.to_owned());
        match self {
            Self::Text => as_text(),
            Self::Bytes => LegacyValue::Bytes(text.as_bytes().to_vec()),
            Self::Bool => match text {
                "t" | "true" | "1" => LegacyValue::Bool(true),
                "f" | "false" | "0" => LegacyValue::Bool(false),
                _ => as_text(),
            },
            Self::Int => text.parse().map_or_else(|_| as_text(), LegacyValue::Int),
            Self::Float => match text.parse::<f64>() {
                Ok(number) => of_float(number, type_name),
                Err(_) => as_text(),
            },
            Self::Decimal => {
                if text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte)) {
                    LegacyValue::Decimal(text.to_owned())
                } else {
                    // NaN and infinity.
                    undecodable()
                }
            }
            Self::Json => serde_json::from_str(text).map_or_else(|_| undecodable(), LegacyValue::Json),
            Self::List => match serde_json::from_str(text) {
                Ok(serde_json::Value::Array(items)) => LegacyValue::List(items.into_iter().map(of_json).collect()),
                _ => undecodable(),
            },
            Self::Moment => of_moment(text, ""),
            Self::MomentUtc => of_moment(text.strip_suffix("+00").unwrap_or(text), "Z"),
        }
    }
}

/// A float, as long as JSON can tell it.
pub(crate) fn of_float(number: f64, type_name: &str) -> LegacyValue {
    if number.is_finite() { LegacyValue::Float(number) } else { LegacyValue::Undecodable(type_name.to_owned()) }
}

fn of_moment(text: &str, zone: &str) -> LegacyValue {
    if text.starts_with("0000-00-00") {
        return LegacyValue::Null;
    }
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    if !unsigned.starts_with(|first: char| first.is_ascii_digit()) || text.ends_with("BC") {
        // `infinity` and years before Christ have no ISO form.
        return LegacyValue::Text(text.to_owned());
    }
    // A fraction of nothing but zeros says nothing.
    let text = match text.split_once('.') {
        Some((whole, fraction)) => match fraction.trim_end_matches('0') {
            "" => whole.to_owned(),
            digits => format!("{whole}.{digits}"),
        },
        None => text.to_owned(),
    };
    LegacyValue::Moment(format!("{}{zone}", text.replacen(' ', "T", 1)))
}

fn of_json(value: serde_json::Value) -> LegacyValue {
    use serde_json::Value;
    match value {
        Value::Null => LegacyValue::Null,
        Value::Bool(truth) => LegacyValue::Bool(truth),
        Value::String(text) => LegacyValue::Text(text),
        Value::Number(number) => match (number.as_i128(), number.as_f64()) {
            (Some(whole), _) => LegacyValue::Int(whole),
            (None, Some(float)) => of_float(float, "number"),
            (None, None) => LegacyValue::Decimal(number.to_string()),
        },
        Value::Array(items) => LegacyValue::List(items.into_iter().map(of_json).collect()),
        object @ Value::Object(_) => LegacyValue::Json(object),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_values_become_values() {
        assert_eq!(
            Shape::MomentUtc.of_text("2024-02-29 10:00:00.120000+00", ""),
            LegacyValue::Moment("2024-02-29T10:00:00.12Z".into())
        );
        assert_eq!(Shape::Moment.of_text("2024-02-29", ""), LegacyValue::Moment("2024-02-29".into()));
        assert_eq!(Shape::Moment.of_text("0000-00-00 00:00:00", ""), LegacyValue::Null);
        assert_eq!(Shape::Moment.of_text("infinity", ""), LegacyValue::Text("infinity".into()));
        assert_eq!(Shape::Decimal.of_text("NaN", "numeric"), LegacyValue::Undecodable("numeric".into()));
        assert_eq!(Shape::Int.of_text("18446744073709551615", ""), LegacyValue::Int(u64::MAX.into()));
        assert_eq!(
            Shape::List.of_text("[1,\"a\",null]", ""),
            LegacyValue::List(vec![LegacyValue::Int(1), LegacyValue::Text("a".into()), LegacyValue::Null])
        );
        assert_eq!(Shape::Text.of_bytes(&[0xff], "varchar"), LegacyValue::Undecodable("varchar".into()));
    }
}
