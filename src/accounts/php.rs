//! Reads what PHP's `serialize` wrote: WordPress, Joomla, MyBB and their like keep roles and settings in it. Scalars and
//! arrays only; an object is refused, and nothing is ever made of its class.
use serde_json::{Map, Number, Value};

/// Deepest nesting.
const DEEPEST: usize = 32;
const BROKEN: &str = "a value mapped as php is not serialized PHP";

/// The JSON of a serialized value: an array with the keys 0, 1, 2 … is a list, every other one an object.
///
/// # Errors
/// When the text is not serialized PHP, or holds an object.
pub fn unserialize(text: &[u8]) -> Result<Value, &'static str> {
    let mut reader = Reader { rest: text };
    let value = reader.value(DEEPEST)?;
    if reader.rest.is_empty() { Ok(value) } else { Err(BROKEN) }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn value(&mut self, depth: usize) -> Result<Value, &'static str> {
        let depth = depth.checked_sub(1).ok_or(BROKEN)?;
        let kind = self.take(2)?;
        Ok(match kind {
            b"N;" => Value::Null,
            b"b:" => Value::Bool(self.until(b';')? == b"1"),
            b"i:" => Value::from(self.number::<i64>(b';')?),
            b"d:" => {
                let number: f64 = self.number(b';')?;
                Number::from_f64(number).map_or(Value::Null, Value::Number)
            }
            b"s:" => {
                let text = self.text()?;
                self.expect(b";")?;
                Value::String(text)
            }
            b"a:" => self.array(depth)?,
            b"O:" | b"C:" | b"E:" => return Err("a value mapped as php holds an object"),
            _ => return Err(BROKEN),
        })
    }

    fn array(&mut self, depth: usize) -> Result<Value, &'static str> {
        let count: usize = self.number(b':')?;
        self.expect(b"{")?;
        // Every entry takes at least four bytes: a count beyond that is a lie.
        if count > self.rest.len() / 4 {
            return Err(BROKEN);
        }
        let mut entries = Vec::new();
        for _ in 0..count {
            let key = match self.value(depth)? {
                Value::String(text) => Key::Name(text),
                Value::Number(number) => Key::Place(number.as_i64().ok_or(BROKEN)?),
                _ => return Err(BROKEN),
            };
            entries.push((key, self.value(depth)?));
        }
        self.expect(b"}")?;
        let is_list = (0_i64..).zip(&entries).all(|(place, (key, _))| matches!(key, Key::Place(at) if *at == place));
        if is_list {
            return Ok(Value::Array(entries.into_iter().map(|(_, value)| value).collect()));
        }
        let entries = entries.into_iter().map(|(key, value)| match key {
            Key::Name(name) => (name, value),
            Key::Place(place) => (place.to_string(), value),
        });
        Ok(Value::Object(entries.collect::<Map<_, _>>()))
    }

    fn text(&mut self) -> Result<String, &'static str> {
        let length: usize = self.number(b':')?;
        self.expect(b"\"")?;
        let text = self.take(length)?;
        self.expect(b"\"")?;
        String::from_utf8(text.to_vec()).map_err(|_| BROKEN)
    }

    fn number<T: std::str::FromStr>(&mut self, end: u8) -> Result<T, &'static str> {
        std::str::from_utf8(self.until(end)?).ok().and_then(|text| text.parse().ok()).ok_or(BROKEN)
    }

    fn until(&mut self, end: u8) -> Result<&'a [u8], &'static str> {
        let place = self.rest.iter().position(|byte| *byte == end).ok_or(BROKEN)?;
        let taken = self.take(place)?;
        self.take(1)?;
        Ok(taken)
    }

    fn expect(&mut self, text: &[u8]) -> Result<(), &'static str> {
        if self.take(text.len())? == text { Ok(()) } else { Err(BROKEN) }
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], &'static str> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(BROKEN)?;
        self.rest = rest;
        Ok(taken)
    }
}

enum Key {
    Name(String),
    Place(i64),
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn what_php_wrote_is_read() {
        // From PHP 8.2: serialize(['administrator' => true]), serialize(['a', 2, 1.5, null, false, 'ü']), serialize([]).
        assert_eq!(unserialize(br#"a:1:{s:13:"administrator";b:1;}"#), Ok(json!({"administrator": true})));
        let list = r#"a:6:{i:0;s:1:"a";i:1;i:2;i:2;d:1.5;i:3;N;i:4;b:0;i:5;s:2:"ü";}"#;
        assert_eq!(unserialize(list.as_bytes()), Ok(json!(["a", 2, 1.5, null, false, "ü"])));
        assert_eq!(unserialize(b"a:0:{}"), Ok(json!([])));
    }

    #[test]
    fn what_is_not_whole_is_refused() {
        for broken in
            ["", "a", "a:9999999999:{", "s:5:\"abc\";", "i:1", "i:1;i:2;", "O:8:\"stdClass\":0:{}", "a:1:{N;N;}"]
        {
            assert!(unserialize(broken.as_bytes()).is_err(), "{broken}");
        }
        assert!(unserialize("a:1:{i:0;".repeat(100).as_bytes()).is_err());
    }

    proptest! {
        #[test]
        fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in "[abdisN:;{}0-9\"]{0,60}") {
            let _ = unserialize(&bytes);
            let _ = unserialize(text.as_bytes());
        }
    }
}
