//! Text as JSON, written straight into bytes; the same bytes as `serde_json` writes.
use serde_json::Value;

/// Appends a string.
pub fn push(json: &mut Vec<u8>, text: &str) {
    // Looks at all bytes rather than for the first: that is done many at a time.
    let escaped = text
        .bytes()
        .fold(0, |escaped, byte| escaped | u8::from(byte < b' ') | u8::from(byte == b'"') | u8::from(byte == b'\\'));
    if escaped != 0 {
        push_value(json, &Value::from(text));
    } else {
        json.push(b'"');
        json.extend_from_slice(text.as_bytes());
        json.push(b'"');
    }
}

/// Appends `"key":`, behind a comma where it is not the first of its object.
pub fn push_key(json: &mut Vec<u8>, key: &str) {
    if json.last() != Some(&b'{') {
        json.push(b',');
    }
    push(json, key);
    json.push(b':');
}

/// Appends a value.
pub fn push_value(json: &mut Vec<u8>, value: &Value) {
    // Neither a `Vec` nor a `Value` can refuse: keys are texts and numbers are finite.
    let written = serde_json::to_writer(&mut *json, value);
    debug_assert!(written.is_ok());
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn texts_are_as_serde_json_writes_them(text in "\\PC*|[\\x00-\\x7f]*") {
            let mut json = Vec::new();
            push(&mut json, &text);
            prop_assert_eq!(json, serde_json::to_vec(&text).expect("a text"));
        }
    }
}
