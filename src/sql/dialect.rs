//! Which SQL is spoken: the few differences that the planner has to know.

/// The SQL of one family of servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// PostgreSQL.
    Postgres,
    /// MySQL and MariaDB.
    Mysql,
    /// SQLite.
    Sqlite,
}

impl Dialect {
    /// The character that encloses an identifier.
    #[must_use]
    pub fn identifier_quote(self) -> char {
        match self {
            Self::Mysql => '`',
            Self::Postgres | Self::Sqlite => '"',
        }
    }

    /// Whether a backslash escapes inside `'…'`.
    #[must_use]
    pub fn backslash_escapes(self) -> bool {
        self == Self::Mysql
    }

    /// Whether `#` opens a comment.
    #[must_use]
    pub fn hash_comments(self) -> bool {
        self == Self::Mysql
    }

    /// Whether `$tag$…$tag$` is a string.
    #[must_use]
    pub fn dollar_quotes(self) -> bool {
        self == Self::Postgres
    }

    /// Whether `/* /* */ */` nests.
    #[must_use]
    pub fn nested_comments(self) -> bool {
        self == Self::Postgres
    }
}
