//! The operator's own SELECT: finds its `:identifier` places outside strings, names and comments. It must never touch
//! what stands inside them.
use super::{dialect::Dialect, statement::Piece};

/// Why a SELECT of the operator cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QueryProblem {
    /// It does not ask for anybody.
    #[error("`users.query` holds no `:identifier`")]
    NoIdentifier,
    /// More than one statement: SQLite would silently ignore the second.
    #[error("`users.query` holds more than one statement")]
    SeveralStatements,
    /// A string, a quoted name or a comment has no end.
    #[error("`users.query` holds a quote or a comment that is not closed")]
    Unclosed,
}

const PLACE: &str = ":identifier";

/// Splits the SELECT into the operator's text and binds of slot 0, without a closing semicolon.
///
/// # Errors
///
/// When there is no `:identifier`, more than one statement, or an open quote.
pub fn split(dialect: Dialect, query: &str) -> Result<Vec<Piece>, QueryProblem> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut rest = query;
    let mut before = ' ';
    while let Some(first) = rest.chars().next() {
        let length = skipped(dialect, rest)?;
        if length > 0 {
            let (inside, behind) = rest.split_at_checked(length).ok_or(QueryProblem::Unclosed)?;
            text.push_str(inside);
            rest = behind;
            before = ' ';
            continue;
        }
        if first == ';' {
            let after = rest.get(1..).unwrap_or_default();
            if !only_blanks_and_comments(dialect, after)? {
                return Err(QueryProblem::SeveralStatements);
            }
            break;
        }
        if before != ':'
            && let Some(behind) = rest.strip_prefix(PLACE)
            && !behind.starts_with(is_word)
        {
            pieces.push(Piece::Operator(std::mem::take(&mut text)));
            pieces.push(Piece::Bind(0));
            rest = behind;
            before = ' ';
            continue;
        }
        text.push(first);
        before = first;
        rest = rest.get(first.len_utf8()..).unwrap_or_default();
    }
    if pieces.is_empty() {
        return Err(QueryProblem::NoIdentifier);
    }
    pieces.push(Piece::Operator(text));
    Ok(pieces)
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn only_blanks_and_comments(dialect: Dialect, mut rest: &str) -> Result<bool, QueryProblem> {
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '-' | '/' | '#' => skipped(dialect, rest)?,
            ';' => 1,
            blank if blank.is_whitespace() => blank.len_utf8(),
            _ => 0,
        };
        if length == 0 {
            return Ok(false);
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    Ok(true)
}

/// Bytes of the string, quoted name or comment that opens here; 0 when none does.
fn skipped(dialect: Dialect, rest: &str) -> Result<usize, QueryProblem> {
    let mut characters = rest.chars();
    let (first, second) = (characters.next(), characters.next());
    match (first, second) {
        (Some('\''), _) => quoted(rest, '\'', dialect.backslash_escapes()),
        (Some('E' | 'e'), Some('\'')) if dialect == Dialect::Postgres => {
            quoted(rest.get(1..).unwrap_or_default(), '\'', true).map(|length| length + 1)
        }
        (Some('"'), _) => quoted(rest, '"', dialect.backslash_escapes()),
        (Some('`'), _) => quoted(rest, '`', false),
        (Some('['), _) if dialect.bracket_quotes() => {
            rest.find(']').map(|place| place + 1).ok_or(QueryProblem::Unclosed)
        }
        (Some('-'), Some('-')) => Ok(to_line_end(rest)),
        (Some('#'), _) if dialect.hash_comments() => Ok(to_line_end(rest)),
        (Some('/'), Some('*')) => block_comment(rest, dialect.nested_comments()),
        (Some('$'), _) if dialect.dollar_quotes() => dollar_quoted(rest),
        _ => Ok(0),
    }
}

fn to_line_end(rest: &str) -> usize {
    rest.find('\n').map_or(rest.len(), |place| place + 1)
}

fn quoted(rest: &str, mark: char, backslash: bool) -> Result<usize, QueryProblem> {
    let mut places = rest.char_indices().skip(1).peekable();
    while let Some((place, character)) = places.next() {
        if backslash && character == '\\' {
            places.next();
        } else if character == mark && places.next_if(|(_, next)| *next == mark).is_none() {
            return Ok(place + mark.len_utf8());
        }
    }
    Err(QueryProblem::Unclosed)
}

fn block_comment(rest: &str, nested: bool) -> Result<usize, QueryProblem> {
    let mut depth = 0_usize;
    let mut places = rest.char_indices().peekable();
    while let Some((place, character)) = places.next() {
        let next = places.peek().map(|(_, next)| *next);
        if character == '/' && next == Some('*') && (nested || depth == 0) {
            depth += 1;
            places.next();
        } else if character == '*' && next == Some('/') {
            depth = depth.saturating_sub(1);
            places.next();
            if depth == 0 {
                return Ok(place + 2);
            }
        }
    }
    Err(QueryProblem::Unclosed)
}

fn dollar_quoted(rest: &str) -> Result<usize, QueryProblem> {
    let Some(end) = rest.get(1..).and_then(|tail| tail.find('$')).map(|place| place + 2) else { return Ok(0) };
    let tag = rest.get(..end).unwrap_or_default();
    if !tag.trim_matches('$').chars().all(is_word) || tag.chars().nth(1).is_some_and(|c| c.is_ascii_digit()) {
        return Ok(0);
    }
    let behind = rest.get(end..).unwrap_or_default();
    behind.find(tag).map(|place| end + place + tag.len()).ok_or(QueryProblem::Unclosed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(dialect: Dialect, query: &str) -> Result<String, QueryProblem> {
        split(dialect, query)
            .map(|pieces| crate::sql::statement::Statement::new(dialect, pieces).text(|_| "⟨?⟩".into()))
    }

    #[test]
    fn only_free_places_are_bound() {
        let query = "select ':identifier', \":identifier\", a::identifier, :identifiers -- :identifier\n/* :identifier */ where x=:identifier or y=:identifier;\n-- end";
        let expected = "select ':identifier', \":identifier\", a::identifier, :identifiers -- :identifier\n/* :identifier */ where x=⟨?⟩ or y=⟨?⟩";
        for dialect in [Dialect::Postgres, Dialect::Mysql, Dialect::Sqlite] {
            assert_eq!(shown(dialect, query).as_deref(), Ok(expected));
        }
        assert_eq!(
            shown(Dialect::Postgres, "select $a$:identifier$a$, $1, :identifier").as_deref(),
            Ok("select $a$:identifier$a$, $1, ⟨?⟩")
        );
        assert_eq!(
            shown(Dialect::Mysql, r"select '\':identifier', :identifier").as_deref(),
            Ok(r"select '\':identifier', ⟨?⟩")
        );
        assert_eq!(shown(Dialect::Postgres, r"select '\', :identifier").as_deref(), Ok(r"select '\', ⟨?⟩"));
    }

    #[test]
    fn what_cannot_be_used_is_refused() {
        assert_eq!(shown(Dialect::Sqlite, "select 1"), Err(QueryProblem::NoIdentifier));
        assert_eq!(shown(Dialect::Sqlite, "select :identifier; drop table x"), Err(QueryProblem::SeveralStatements));
        assert_eq!(shown(Dialect::Sqlite, "select ':identifier"), Err(QueryProblem::Unclosed));
        assert_eq!(shown(Dialect::Postgres, "select /* :identifier"), Err(QueryProblem::Unclosed));
    }
}
