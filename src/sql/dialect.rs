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
    /// SQL Server and Azure SQL.
    SqlServer,
}

impl Dialect {
    /// The characters that enclose an identifier; the second one is doubled inside.
    #[must_use]
    pub fn identifier_quotes(self) -> (char, char) {
        match self {
            Self::Mysql => ('`', '`'),
            Self::Postgres | Self::Sqlite => ('"', '"'),
            Self::SqlServer => ('[', ']'),
        }
    }

    /// Whether `[name]` is a quoted name.
    #[must_use]
    pub fn bracket_quotes(self) -> bool {
        matches!(self, Self::Sqlite | Self::SqlServer)
    }

    /// A text as a literal; NULs, which no server accepts, are left out.
    #[must_use]
    pub fn text_literal(self, text: &str) -> String {
        let text = text.replace('\0', "").replace('\'', "''");
        let text = if self.backslash_escapes() { text.replace('\\', "\\\\") } else { text };
        format!("'{text}'")
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
        matches!(self, Self::Postgres | Self::SqlServer)
    }

    /// Opens a transaction.
    #[must_use]
    pub fn begin(self) -> &'static str {
        match self {
            Self::Mysql => "start transaction",
            Self::SqlServer => "begin transaction",
            Self::Postgres | Self::Sqlite => "begin",
        }
    }

    /// `select …` of at most so many rows.
    #[must_use]
    pub fn limited(self, selected: &str, rows: usize) -> String {
        match self {
            Self::Postgres | Self::Mysql | Self::Sqlite => format!("select {selected} limit {rows}"),
            Self::SqlServer => format!("select top ({rows}) {selected}"),
        }
    }

    /// An expression that gives the values of `element` over `from` as the text of a JSON array, in their order.
    #[must_use]
    pub fn json_list(self, element: &str, from: &str) -> String {
        match self {
            Self::Postgres => format!("select coalesce(json_agg({element} order by {element}), '[]') from {from}"),
            // JSON_ARRAYAGG came late and differs; the session lifts the length at which this would be cut.
            Self::Mysql => format!(
                "select concat('[', coalesce(group_concat(json_quote({element}) order by {element} separator ','), ''), \
                 ']') from {from}"
            ),
            Self::SqlServer => format!(
                "select '[' + coalesce(string_agg('\"' + string_escape(cast({element} as nvarchar(max)), 'json') + '\"', ',') \
                 within group (order by {element}), '') + ']' from {from}"
            ),
            Self::Sqlite => format!("select json_group_array({element} order by {element}) from {from}"),
        }
    }
}
