//! What a formula can call. The table in the README is this list.
use super::value::{Failure, LONGEST, Type, Value};
use crate::hash::{digest::Digest, encoding};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// What an argument may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Text or bytes.
    Octets,
    /// Text.
    Text,
    /// A whole number.
    Int,
    /// The name of a digest, as a literal.
    DigestName,
}

/// A function of the formula language.
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub takes: &'static [Takes],
    /// How many of them may be left out at the end.
    pub optional: usize,
    /// Whether the last argument may be repeated.
    pub repeats: bool,
    /// What it gives; `None`: what its first argument is.
    pub gives: Option<Type>,
    /// One line for the README.
    pub meaning: &'static str,
    /// What it does.
    pub run: fn(&[Value]) -> Result<Value, Failure>,
}

const fn function(
    name: &'static str,
    takes: &'static [Takes],
    gives: Option<Type>,
    meaning: &'static str,
    run: fn(&[Value]) -> Result<Value, Failure>,
) -> Function {
    Function { name, takes, optional: 0, repeats: false, gives, meaning, run }
}

use Takes::{DigestName, Int, Octets as Any, Text};

/// All functions but the digests, `iterate` and `verify`.
pub const FUNCTIONS: &[Function] = &[
    function("hmac", &[DigestName, Any, Any], Some(Type::Bytes), "`hmac(digest, key, message)`", hmac),
    function(
        "pbkdf2",
        &[DigestName, Any, Any, Int, Int],
        Some(Type::Bytes),
        "`pbkdf2(digest, password, salt, rounds, length in bytes)`",
        pbkdf2,
    ),
    function("hex", &[Any], Some(Type::Text), "lower-case hex; `upper(hex(x))` for the other", |args| {
        Ok(Value::of(Zeroizing::new(hex::encode(first(args).octets())).as_bytes()))
    }),
    Function {
        repeats: true,
        ..function(
            "digest",
            &[DigestName, Any],
            Some(Type::Bytes),
            "`digest(name, x, …)`: the digest of that name",
            |args| {
                let (name, parts) = args.split_first().ok_or(Failure::Row)?;
                let parts: Vec<&[u8]> = parts.iter().map(Value::octets).collect();
                Ok(Value::Octets(digest_named(name)?.of(&parts)))
            },
        )
    },
    function(
        "digest_of",
        &[Int, Any],
        Some(Type::Bytes),
        "`digest_of(length, x)`: md5, sha1 or sha2, whichever is so many bytes long",
        |args| {
            let [length, data] = args else { return Err(Failure::Row) };
            let digest = usize::try_from(length.int()).ok().and_then(Digest::of_length).ok_or(Failure::Row)?;
            Ok(Value::Octets(digest.of(&[data.octets()])))
        },
    ),
    function(
        "undigest",
        &[Any, Any],
        Some(Type::Bytes),
        "`undigest(text, form)`: hex where the form is `.HEX`, else base64",
        |args| {
            let [text, form] = args else { return Err(Failure::Row) };
            let decode = if form.text().eq_ignore_ascii_case(".hex") { encoding::hex } else { encoding::base64 };
            decode(&text.text()).map(|bytes| Value::Octets(Zeroizing::new(bytes))).ok_or(Failure::Row)
        },
    ),
    function("unhex", &[Any], Some(Type::Bytes), "the bytes of a hex text, `0x` or not", |args| {
        let text = first(args).text();
        let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(&text);
        encoding::hex(digits).map(|bytes| Value::Octets(Zeroizing::new(bytes))).ok_or(Failure::Row)
    }),
    function("base64", &[Any], Some(Type::Text), "base64 with padding", |args| {
        Ok(Value::of(Zeroizing::new(encoding::to_base64(first(args).octets())).as_bytes()))
    }),
    function("unbase64", &[Any], Some(Type::Bytes), "the bytes of a base64 text, padded or not", |args| {
        encoding::base64(&first(args).text()).map(|bytes| Value::Octets(Zeroizing::new(bytes))).ok_or(Failure::Row)
    }),
    function("bytes", &[Any], Some(Type::Bytes), "a text's bytes", |args| Ok(first(args))),
    function("utf16le", &[Any], Some(Type::Bytes), "a text in UTF-16, little endian (.NET, Windows)", |args| {
        Ok(Value::Octets(encoding::utf16le(&first(args).text())))
    }),
    function("utf16be", &[Any], Some(Type::Bytes), "a text in UTF-16, big endian", |args| {
        Ok(Value::Octets(encoding::utf16be(&first(args).text())))
    }),
    function(
        "widen",
        &[Any],
        Some(Type::Bytes),
        "every byte followed by a zero byte, as some systems take for UTF-16",
        |args| {
            let octets = first(args).octets().iter().flat_map(|octet| [*octet, 0]).collect();
            Ok(Value::Octets(Zeroizing::new(octets)))
        },
    ),
    function("latin1", &[Any], Some(Type::Bytes), "a text in ISO 8859-1; a character beyond becomes `?`", |args| {
        let text = first(args).text();
        let octets = text.chars().map(|character| u8::try_from(u32::from(character)).unwrap_or(b'?')).collect();
        Ok(Value::Octets(Zeroizing::new(octets)))
    }),
    function("lower", &[Any], Some(Type::Text), "lower case", |args| {
        Ok(Value::of(Zeroizing::new(first(args).text().to_lowercase()).as_bytes()))
    }),
    function("upper", &[Any], Some(Type::Text), "upper case", |args| {
        Ok(Value::of(Zeroizing::new(first(args).text().to_uppercase()).as_bytes()))
    }),
    function("trim", &[Any], Some(Type::Text), "without blanks, tabs, line ends and NULs at both ends (PHP)", |args| {
        Ok(Value::of(first(args).text().trim_matches([' ', '\t', '\n', '\r', '\0', '\x0b']).as_bytes()))
    }),
    function("nfc", &[Any], Some(Type::Text), "Unicode NFC", |args| {
        Ok(Value::of(Zeroizing::new(first(args).text().nfc().collect::<String>()).as_bytes()))
    }),
    function("nfkc", &[Any], Some(Type::Text), "Unicode NFKC", |args| {
        Ok(Value::of(Zeroizing::new(first(args).text().nfkc().collect::<String>()).as_bytes()))
    }),
    function(
        "saslprep",
        &[Any],
        Some(Type::Text),
        "SASLprep (RFC 4013); a text that it forbids stays as it is",
        |args| {
            let text = first(args).text();
            let prepared = stringprep::saslprep(&text).map_or_else(|_| text.to_string(), std::borrow::Cow::into_owned);
            Ok(Value::of(Zeroizing::new(prepared).as_bytes()))
        },
    ),
    Function {
        optional: 1,
        ..function(
            "slice",
            &[Any, Int, Int],
            Some(Type::Bytes),
            "`slice(bytes, start, end)`: bytes, counted from 0",
            slice,
        )
    },
    Function {
        optional: 1,
        ..function(
            "substring",
            &[Any, Int, Int],
            None,
            "`substring(text, start, end)`: characters, counted from 0; of bytes it is `slice`",
            substring,
        )
    },
    function("split", &[Any, Text], Some(Type::Texts), "`split(text, separator)[0]` is the first piece", split),
    function("replace", &[Any, Text, Text], Some(Type::Text), "`replace(text, from, to)`", |args| {
        let [text, from, to] = args else { return Err(Failure::Row) };
        Ok(Value::of(Zeroizing::new(text.text().replace(from.text().as_str(), &to.text())).as_bytes()))
    }),
    function("repeat", &[Any, Int], None, "`repeat(x, times)`", |args| {
        let [piece, times] = args else { return Err(Failure::Row) };
        let times = usize::try_from(times.int()).map_err(|_| Failure::Row)?;
        if piece.octets().len().saturating_mul(times) > LONGEST {
            return Err(Failure::TooCostly);
        }
        Ok(Value::Octets(Zeroizing::new(piece.octets().repeat(times))))
    }),
    function("size", &[Any], Some(Type::Int), "how many characters or bytes", |args| {
        Ok(Value::Int(i64::try_from(first(args).text().chars().count()).unwrap_or(i64::MAX)))
    }),
    function("int", &[Any], Some(Type::Int), "the number that a text holds", |args| {
        first(args).text().trim().parse().map(Value::Int).map_err(|_| Failure::Row)
    }),
    function("string", &[Int], Some(Type::Text), "a number in decimal digits", |args| {
        Ok(Value::of(first(args).int().to_string().as_bytes()))
    }),
    function("startsWith", &[Any, Any], Some(Type::Bool), "`startsWith(text, beginning)`", |args| {
        let [text, piece] = args else { return Err(Failure::Row) };
        Ok(Value::Bool(text.octets().starts_with(piece.octets())))
    }),
    function("endsWith", &[Any, Any], Some(Type::Bool), "`endsWith(text, end)`", |args| {
        let [text, piece] = args else { return Err(Failure::Row) };
        Ok(Value::Bool(text.octets().ends_with(piece.octets())))
    }),
    function("equal", &[Any, Any], Some(Type::Bool), "whether two texts are the same, in constant time", |args| {
        let [a, b] = args else { return Err(Failure::Row) };
        Ok(Value::Bool(encoding::equal(a.octets(), b.octets())))
    }),
];

fn first(args: &[Value]) -> Value {
    args.first().cloned().unwrap_or(Value::Bool(false))
}

fn digest_named(name: &Value) -> Result<Digest, Failure> {
    Digest::named(&name.text()).ok_or(Failure::Row)
}

fn hmac(args: &[Value]) -> Result<Value, Failure> {
    let [name, key, message] = args else { return Err(Failure::Row) };
    digest_named(name)?.hmac(key.octets(), &[message.octets()]).map(Value::Octets).ok_or(Failure::Row)
}

fn pbkdf2(args: &[Value]) -> Result<Value, Failure> {
    let [name, password, salt, rounds, length] = args else { return Err(Failure::Row) };
    let rounds = u32::try_from(rounds.int()).ok().filter(|rounds| *rounds > 0).ok_or(Failure::Row)?;
    let length = usize::try_from(length.int()).ok().filter(|length| *length > 0).ok_or(Failure::Row)?;
    if length > LONGEST {
        return Err(Failure::TooCostly);
    }
    let derived = digest_named(name)?.pbkdf2(password.octets(), salt.octets(), rounds, length);
    derived.map(Value::Octets).ok_or(Failure::Row)
}

fn range(args: &[Value]) -> Result<(usize, usize), Failure> {
    let start = args.get(1).and_then(|start| usize::try_from(start.int()).ok()).ok_or(Failure::Row)?;
    let end = args.get(2).map_or(Ok(usize::MAX), |end| usize::try_from(end.int())).map_err(|_| Failure::Row)?;
    Ok((start, end.checked_sub(start).ok_or(Failure::Row)?))
}

/// What lies beyond the end is not there.
fn substring(args: &[Value]) -> Result<Value, Failure> {
    let (start, count) = range(args)?;
    let text: String = first(args).text().chars().skip(start).take(count).collect();
    Ok(Value::Octets(Zeroizing::new(text.into_bytes())))
}

fn slice(args: &[Value]) -> Result<Value, Failure> {
    let (start, count) = range(args)?;
    Ok(Value::Octets(Zeroizing::new(first(args).octets().iter().copied().skip(start).take(count).collect())))
}

fn split(args: &[Value]) -> Result<Value, Failure> {
    let [text, separator] = args else { return Err(Failure::Row) };
    let (text, separator) = (text.text(), separator.text());
    if separator.is_empty() {
        return Err(Failure::Row);
    }
    Ok(Value::Texts(text.split(separator.as_str()).map(|piece| Zeroizing::new(piece.as_bytes().to_vec())).collect()))
}
