//! Names of tables as people write them.

/// The parts of `schema.table`, each bare or in double quotes, backticks or brackets.
pub(crate) fn parts(text: &str) -> Option<Vec<String>> {
    let mut parts = Vec::new();
    let mut rest = text.trim();
    loop {
        let close = match rest.chars().next()? {
            '"' => Some('"'),
            '`' => Some('`'),
            '[' => Some(']'),
            _ => None,
        };
        let (part, after) = match close {
            Some(close) => {
                let mut characters = rest.char_indices().skip(1).peekable();
                let mut part = String::new();
                let end = loop {
                    let (at, c) = characters.next()?;
                    if c != close {
                        part.push(c);
                    } else if characters.peek().is_some_and(|(_, next)| *next == close) {
                        characters.next();
                        part.push(c);
                    } else {
                        break at + c.len_utf8();
                    }
                };
                (part, rest.get(end..)?)
            }
            None => {
                let end = rest.find('.').unwrap_or(rest.len());
                (rest.get(..end)?.trim().to_owned(), rest.get(end..)?)
            }
        };
        if part.is_empty() || part.contains('\0') {
            return None;
        }
        parts.push(part);
        if after.is_empty() {
            break;
        }
        rest = after.strip_prefix('.')?;
    }
    (parts.len() <= 3).then_some(parts)
}
