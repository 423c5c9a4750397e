//! Text as JSON, written straight into bytes; the same bytes as `serde_json` writes.
use serde_json::Value;

/// Appends a string.
pub fn push(json: &mut Vec<u8>, text: &str) {
    if is_plain(text.as_bytes()) {
        json.push(b'"');
        json.extend_from_slice(text.as_bytes());
        json.push(b'"');
    } else {
        push_value(json, &Value::from(text));
    }
}

/// Whether no byte needs to be escaped; a "no" may be wrong.
#[must_use]
pub fn is_plain(text: &[u8]) -> bool {
    // The last eight bytes, some of them for the second time: putting the rest into a word costs more.
    let Some(last) = text.last_chunk::<8>() else {
        return text.iter().all(|byte| *byte >= b' ' && *byte != b'"' && *byte != b'\\');
    };
    let (chunks, _) = text.as_chunks::<8>();
    chunks.iter().fold(escaped(*last), |found, chunk| found | escaped(*chunk)) == 0
}

/// Not 0 when one of eight bytes is a control character, a quote or a backslash.
fn escaped(bytes: [u8; 8]) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let bytes = u64::from_le_bytes(bytes);
    // A byte that is too small borrows from its highest bit, which it did not have.
    let below = |bytes: u64, least: u64| bytes.wrapping_sub(ONES * least) & !bytes & (ONES * 0x80);
    below(bytes, 0x20) | below(bytes ^ (ONES * 0x22), 1) | below(bytes ^ (ONES * 0x5c), 1)
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
