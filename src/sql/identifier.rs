//! Quoting of table and column names: the only place that does it.
use super::dialect::Dialect;

/// The name in the dialect's quotes, safe whatever it holds. A NUL, which no server accepts, is left out.
#[must_use]
pub fn quote(dialect: Dialect, name: &str) -> String {
    let (open, close) = dialect.identifier_quotes();
    let mut quoted = String::with_capacity(name.len() + 2);
    quoted.push(open);
    for character in name.chars().filter(|character| *character != '\0') {
        if character == close {
            quoted.push(close);
        }
        quoted.push(character);
    }
    quoted.push(close);
    quoted
}

/// A path such as schema and table, each part quoted, joined by dots.
#[must_use]
pub fn quote_path(dialect: Dialect, parts: &[String]) -> String {
    parts.iter().map(|part| quote(dialect, part)).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_doubled_and_nul_is_dropped() {
        assert_eq!(quote(Dialect::Postgres, "a\"b"), "\"a\"\"b\"");
        assert_eq!(quote(Dialect::Mysql, "a`b\"\0"), "`a``b\"`");
        assert_eq!(quote(Dialect::SqlServer, "a]b["), "[a]]b[]");
        assert_eq!(quote_path(Dialect::Sqlite, &["main".into(), "Üser".into()]), "\"main\".\"Üser\"");
    }
}
