//! Reads one section: typed keys, defaults, and every problem kept instead of stopping at the first.
mod files;

use super::{
    noted::NotedFile,
    problem::{Origin, Problem},
    source::{Node, Value},
};
use std::{
    cell::RefCell,
    path::{Path, PathBuf},
    time::Duration,
};

/// What all sections share: the directory that relative paths start from, and the problems.
pub struct Context {
    /// The configuration file's directory.
    pub directory: PathBuf,
    /// All problems so far.
    pub problems: RefCell<Vec<Problem>>,
    /// Keys whose secrets stand in the configuration file itself.
    pub secrets_inside: RefCell<Vec<String>>,
    /// Files that the configuration is made of.
    pub files: RefCell<Vec<NotedFile>>,
}

impl Context {
    /// Nothing is wrong yet.
    #[must_use]
    pub fn new(directory: &Path) -> Self {
        Self {
            directory: directory.to_owned(),
            problems: RefCell::default(),
            secrets_inside: RefCell::default(),
            files: RefCell::default(),
        }
    }

    /// Notes a file of the configuration; before it is read.
    pub fn note(&self, file: NotedFile) {
        self.files.borrow_mut().push(file);
    }

    /// A path of the configuration, relative to its file.
    #[must_use]
    pub fn path(&self, given: &str) -> PathBuf {
        self.directory.join(given)
    }
}

/// One section, or a table inside of one.
pub struct Section<'a> {
    name: String,
    node: Option<&'a Node>,
    context: &'a Context,
    known: RefCell<Vec<String>>,
}

impl<'a> Section<'a> {
    /// The section `name` below `parent`; `full` is its name in messages.
    #[must_use]
    pub fn new(full: &str, node: Option<&'a Node>, context: &'a Context) -> Self {
        let section = Self { name: full.to_owned(), node, context, known: RefCell::default() };
        if let Some(node) = node
            && !matches!(node.value, Value::Table(_))
        {
            section.problem_at(&node.origin, "", format!("`{full}` is not a table"), None);
        }
        section
    }

    /// Whether the section stands in the file at all.
    #[must_use]
    pub fn is_present(&self) -> bool {
        self.node.is_some()
    }

    /// Whether a key of the section is set.
    #[must_use]
    pub fn is_set(&self, key: &str) -> bool {
        self.node.is_some_and(|node| node.get(key).is_some())
    }

    /// What all sections share.
    #[must_use]
    pub fn context(&self) -> &'a Context {
        self.context
    }

    /// The value of a key, which is a known one from now on.
    pub fn node(&self, key: &str) -> Option<&'a Node> {
        self.known.borrow_mut().push(key.to_owned());
        self.node?.get(key)
    }

    /// A table inside of this section.
    pub fn table(&self, key: &str) -> Section<'a> {
        Section::new(&self.full(key), self.node(key), self.context)
    }

    /// The keys of the section as written: for sections whose keys the operator names.
    #[must_use]
    pub fn entries(&self) -> &'a [(String, Node)] {
        match self.node.map(|node| &node.value) {
            Some(Value::Table(entries)) => entries,
            _ => &[],
        }
    }

    /// The key with its section.
    #[must_use]
    pub fn full(&self, key: &str) -> String {
        match (self.name.as_str(), key) {
            (name, "") => name.to_owned(),
            ("", key) => key.to_owned(),
            (name, key) => format!("{name}.{key}"),
        }
    }

    /// Keeps a problem of a key.
    pub fn problem(&self, key: &str, message: impl Into<String>, hint: Option<&str>) {
        let node = self.node.and_then(|node| if key.is_empty() { Some(node) } else { node.get(key) });
        // A key that is missing belongs where its section stands.
        let origin = node.or(self.node).map_or(Origin::Missing, |node| node.origin.clone());
        self.problem_at(&origin, key, message.into(), hint);
    }

    fn problem_at(&self, origin: &Origin, key: &str, message: String, hint: Option<&str>) {
        self.context.problems.borrow_mut().push(Problem {
            origin: origin.clone(),
            key: self.full(key),
            message,
            hint: hint.map(ToOwned::to_owned),
        });
    }

    /// A text; `None` when it is missing.
    pub fn text(&self, key: &str) -> Option<String> {
        let node = self.node(key)?;
        let text = node.text().map(ToOwned::to_owned);
        if text.is_none() {
            self.problem(key, format!("`{}` is not a text", self.full(key)), Some("put it in quotes"));
        }
        text
    }

    /// A text that must be there.
    pub fn required_text(&self, key: &str, hint: &str) -> String {
        let text = self.text(key);
        if self.node.and_then(|node| node.get(key)).is_none() {
            self.problem(key, format!("`{}` is missing", self.full(key)), Some(hint));
        } else if text.as_deref() == Some("") {
            self.problem(key, format!("`{}` is empty", self.full(key)), Some(hint));
        }
        text.unwrap_or_default()
    }

    /// A truth value.
    pub fn bool(&self, key: &str, default: bool) -> bool {
        match self.node(key).map(|node| &node.value) {
            None => default,
            Some(Value::Bool(answer)) => *answer,
            Some(_) => {
                self.problem(key, format!("`{}` is neither true nor false", self.full(key)), None);
                default
            }
        }
    }

    /// A whole number within bounds.
    pub fn integer(&self, key: &str, default: usize, bounds: std::ops::RangeInclusive<usize>) -> usize {
        let Some(node) = self.node(key) else { return default };
        match &node.value {
            Value::Integer(number) => match usize::try_from(*number) {
                Ok(number) if bounds.contains(&number) => return number,
                _ => {}
            },
            _ => {}
        }
        let message = format!("`{}` is not a whole number from {} to {}", self.full(key), bounds.start(), bounds.end());
        self.problem(key, message, None);
        default
    }

    /// A duration such as `5s` within bounds.
    pub fn duration(&self, key: &str, default: Duration, bounds: std::ops::RangeInclusive<Duration>) -> Duration {
        let Some(text) = self.text(key) else { return default };
        match humantime::parse_duration(&text) {
            Ok(duration) if bounds.contains(&duration) => duration,
            Ok(_) => {
                let (least, most) =
                    (humantime::format_duration(*bounds.start()), humantime::format_duration(*bounds.end()));
                self.problem(key, format!("`{}` is not between {least} and {most}", self.full(key)), None);
                default
            }
            Err(_) => {
                self.problem(
                    key,
                    format!("`{}` is not a duration", self.full(key)),
                    Some("write it like `500ms`, `5s` or `10m`"),
                );
                default
            }
        }
    }

    /// A list of texts; a single text is a list of one.
    pub fn texts(&self, key: &str) -> Vec<String> {
        let Some(node) = self.node(key) else { return Vec::new() };
        let listed = match &node.value {
            Value::List(entries) => entries.iter().map(|entry| entry.text().map(ToOwned::to_owned)).collect(),
            _ => node.text().map(|text| vec![text.to_owned()]),
        };
        listed.unwrap_or_else(|| {
            self.problem(
                key,
                format!("`{}` is not a list of texts", self.full(key)),
                Some("write it like `[\"a\", \"b\"]`"),
            );
            Vec::new()
        })
    }

    /// An address to listen on.
    pub fn address(&self, key: &str, default: std::net::SocketAddr) -> std::net::SocketAddr {
        let Some(text) = self.text(key) else { return default };
        text.parse().unwrap_or_else(|_| {
            let message = format!("`{}` is not an address with a port", self.full(key));
            self.problem(key, message, Some("write it like `0.0.0.0:8443`"));
            default
        })
    }

    /// One of a closed list of words.
    pub fn choice<T: Copy>(&self, key: &str, default: T, choices: &[(&str, T)]) -> T {
        let Some(text) = self.text(key) else { return default };
        if let Some((_, choice)) = choices.iter().find(|(word, _)| *word == text) {
            return *choice;
        }
        let words: Vec<String> = choices.iter().map(|(word, _)| format!("`{word}`")).collect();
        self.problem(
            key,
            format!("`{}` is none of {}", self.full(key), words.join(", ")),
            nearest_hint(&text, choices.iter().map(|(word, _)| *word)).as_deref(),
        );
        default
    }

    /// Reports every key that nobody asked for, with the nearest one that somebody did.
    pub fn finish(&self) {
        let known = self.known.borrow();
        for (key, _) in self.entries() {
            if !known.iter().any(|name| name == key) {
                let hint = nearest_hint(key, known.iter().map(String::as_str));
                self.problem(key, format!("`{}` is not a known key", self.full(key)), hint.as_deref());
            }
        }
    }
}

/// A hint that names the nearest of some words, where one is near.
#[must_use]
pub fn nearest_hint<'w>(given: &str, words: impl Iterator<Item = &'w str>) -> Option<String> {
    words
        .map(|word| (strsim::jaro_winkler(given, word), word))
        .filter(|(likeness, _)| *likeness > 0.7)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, word)| format!("the nearest known one is `{word}`"))
}
