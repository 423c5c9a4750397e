//! The lines of `SHOW GRANTS`, read.
use super::DIALECT;
use crate::sql::identifier::{quote, quote_path};

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Grant {
    /// The name of a role as `SHOW GRANTS FOR` takes it.
    Role(String),
    Proxy,
    On {
        privileges: Vec<Privilege>,
        object: Object,
        grantable: bool,
    },
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Privilege {
    pub word: String,
    pub columns: Option<Vec<String>>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Object {
    Everything,
    Schema(String),
    Table { schema: String, name: String },
    Routine(String),
}

impl Object {
    pub fn shown(&self) -> String {
        match self {
            Self::Everything => "*.*".to_owned(),
            Self::Schema(schema) => format!("{}.*", quote(DIALECT, schema)),
            Self::Table { schema, name } => quote_path(DIALECT, &[schema.clone(), name.clone()]),
            Self::Routine(text) => text.clone(),
        }
    }
}

impl Grant {
    /// Reads one line of `SHOW GRANTS`; `None` for what is no grant. The line may hold a password's hash behind the
    /// account: nothing of that part is kept.
    pub fn parse(line: &str) -> Option<Self> {
        let rest = line.strip_prefix("GRANT ")?;
        let mut reader = Reader { rest };
        if rest.starts_with("PROXY ") {
            return Some(Self::Proxy);
        }
        if rest.starts_with('`') || rest.starts_with('\'') {
            let role = reader.account()?;
            return Some(Self::Role(role));
        }
        let privileges = reader.privileges()?;
        if reader.rest.trim_start().starts_with("TO ") {
            // MariaDB writes a role without quotes.
            let role = privileges.into_iter().next()?.word;
            return Some(Self::Role(quote(DIALECT, &role)));
        }
        reader.word("ON ")?;
        let object = reader.object()?;
        let grantable = reader.rest.contains("WITH GRANT OPTION");
        Some(Self::On { privileges, object, grantable })
    }
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn word(&mut self, word: &str) -> Option<()> {
        self.rest = self.rest.trim_start().strip_prefix(word)?;
        Some(())
    }

    /// Up to ` ON ` or ` TO `, outside of parentheses.
    fn privileges(&mut self) -> Option<Vec<Privilege>> {
        let mut privileges = Vec::new();
        loop {
            self.rest = self.rest.trim_start();
            let end = self
                .rest
                .find([',', '('])
                .into_iter()
                .chain(self.rest.find(" ON "))
                .chain(self.rest.find(" TO "))
                .min()?;
            let (word, rest) = self.rest.split_at_checked(end)?;
            let word = word.trim().to_owned();
            self.rest = rest.trim_start();
            let mut columns = None;
            if let Some(listed) = self.rest.strip_prefix('(') {
                self.rest = listed;
                let mut names = Vec::new();
                loop {
                    self.rest = self.rest.trim_start_matches([' ', ',']);
                    if let Some(rest) = self.rest.strip_prefix(')') {
                        self.rest = rest.trim_start();
                        break;
                    }
                    names.push(self.name(&[',', ')'])?);
                }
                columns = Some(names);
            }
            privileges.push(Privilege { word, columns });
            match self.rest.strip_prefix(',') {
                Some(rest) => self.rest = rest,
                None => return Some(privileges),
            }
        }
    }

    /// A name in backticks or quotes, or bare up to one of these.
    fn name(&mut self, ends: &[char]) -> Option<String> {
        let mark = self.rest.chars().next().filter(|mark| ['`', '\'', '"'].contains(mark));
        let Some(mark) = mark else {
            let end = self.rest.find(|c: char| ends.contains(&c) || c == ' ').unwrap_or(self.rest.len());
            let (name, rest) = self.rest.split_at_checked(end)?;
            self.rest = rest;
            return Some(name.to_owned());
        };
        let mut name = String::new();
        let mut places = self.rest.char_indices().skip(1).peekable();
        while let Some((place, character)) = places.next() {
            if character != mark {
                name.push(character);
            } else if places.next_if(|(_, next)| *next == mark).is_some() {
                name.push(mark);
            } else {
                self.rest = self.rest.get(place + 1..)?;
                return Some(name);
            }
        }
        None
    }

    /// `` `role`@`host` ``, or a role without a host.
    fn account(&mut self) -> Option<String> {
        let name = self.name(&['@'])?;
        let Some(rest) = self.rest.strip_prefix('@') else { return Some(quote(DIALECT, &name)) };
        self.rest = rest;
        let host = self.name(&[' '])?;
        Some(format!("{}@{}", DIALECT.text_literal(&name), DIALECT.text_literal(&host)))
    }

    fn object(&mut self) -> Option<Object> {
        self.rest = self.rest.trim_start();
        for kind in ["FUNCTION ", "PROCEDURE ", "PACKAGE "] {
            if let Some(rest) = self.rest.strip_prefix(kind) {
                let end = rest.find(" TO ").unwrap_or(rest.len());
                return Some(Object::Routine(format!("{kind}{}", rest.get(..end)?)));
            }
        }
        let schema = self.name(&['.'])?;
        self.rest = self.rest.strip_prefix('.')?;
        let name = self.name(&[' '])?;
        Some(match (schema.as_str(), name.as_str()) {
            ("*", _) => Object::Everything,
            // A database's name is a pattern there: `\_` is an underscore.
            (_, "*") => Object::Schema(schema.replace("\\_", "_").replace("\\%", "%")),
            _ => Object::Table { schema, name },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_show_grants_are_read() {
        let on = |line: &str| match Grant::parse(line) {
            Some(Grant::On { privileges, object, grantable }) => {
                let words: Vec<String> = privileges
                    .iter()
                    .map(|one| match &one.columns {
                        Some(columns) => format!("{} {columns:?}", one.word),
                        None => one.word.clone(),
                    })
                    .collect();
                format!("{} on {} {grantable}", words.join(" + "), object.shown())
            }
            other => format!("{other:?}"),
        };
        assert_eq!(on("GRANT USAGE ON *.* TO `drawbridge`@`%` IDENTIFIED BY PASSWORD '*HASH'"), "USAGE on *.* false");
        assert_eq!(
            on("GRANT SELECT (`id`, `e``mail, x`), INSERT ON `le.gacy`.`users` TO `drawbridge`@`%` WITH GRANT OPTION"),
            "SELECT [\"id\", \"e`mail, x\"] + INSERT on `le.gacy`.`users` true"
        );
        assert_eq!(
            on("GRANT SELECT, LOCK TABLES ON `my\\_app`.* TO 'x'@'%'"),
            "SELECT + LOCK TABLES on `my_app`.* false"
        );
        assert_eq!(on("GRANT EXECUTE ON PROCEDURE `a`.`p` TO `x`@`%`"), "EXECUTE on PROCEDURE `a`.`p` false");
        assert_eq!(Grant::parse("GRANT `readers`@`%` TO `x`@`%`"), Some(Grant::Role("'readers'@'%'".into())));
        assert_eq!(Grant::parse("GRANT `readers` TO `x`@`%`"), Some(Grant::Role("`readers`".into())));
        assert_eq!(Grant::parse("GRANT PROXY ON ''@'%' TO 'root'@'localhost' WITH GRANT OPTION"), Some(Grant::Proxy));
        assert_eq!(Grant::parse("SET DEFAULT ROLE `readers` FOR `x`@`%`"), None);
    }
}
