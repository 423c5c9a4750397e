//! The file and the environment as one tree, every value with its origin.
use super::problem::{Origin, Problem};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// What every variable of ours begins with.
const PREFIX: &str = "DRAWBRIDGE__";

/// A value with its origin.
#[derive(Debug, Clone)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Where it was written.
    pub origin: Origin,
    // The text of a variable, for keys that want text: `12345` may be a password.
    raw: Option<String>,
}

/// The value itself.
#[derive(Debug, Clone)]
pub enum Value {
    /// Text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction: no key takes one.
    Float,
    /// A truth value.
    Bool(bool),
    /// A list.
    List(Vec<Node>),
    /// A table in the order of the file.
    Table(Vec<(String, Node)>),
}

impl Node {
    /// The text of a value that is one, or that came from a variable.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match (&self.value, &self.raw) {
            (Value::Text(text), _) => Some(text),
            (_, Some(raw)) => Some(raw),
            _ => None,
        }
    }

    /// An entry of a table.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        match &self.value {
            Value::Table(entries) => entries.iter().find(|(name, _)| name == key).map(|(_, node)| node),
            _ => None,
        }
    }

    fn entry(&mut self, key: &str, origin: &Origin) -> Option<&mut Self> {
        if !matches!(self.value, Value::Table(_)) {
            self.value = Value::Table(Vec::new());
        }
        let empty = Self { value: Value::Table(Vec::new()), origin: origin.clone(), raw: None };
        if let Value::Table(entries) = &mut self.value
            && !entries.iter().any(|(name, _)| name == key)
        {
            entries.push((key.to_owned(), empty));
        }
        match &mut self.value {
            Value::Table(entries) => entries.iter_mut().find(|(name, _)| name == key).map(|(_, node)| node),
            _ => None,
        }
    }
}

/// Reads the file's text and lays the environment over it.
///
/// # Errors
/// A syntax error with its line.
pub fn tree(text: &str, environment: impl Iterator<Item = (String, String)>) -> Result<Node, Problem> {
    let mut root = parse(text)?;
    for (name, raw) in environment {
        let Some(path) = name.strip_prefix(PREFIX) else { continue };
        let origin = Origin::Variable(name.clone());
        let entered = path.split("__").try_fold(&mut root, |node, key| node.entry(&key.to_lowercase(), &origin));
        let Some(node) = entered else { continue };
        let value = parse(&format!("value = {raw}")).ok().and_then(|tree| Some(tree.get("value")?.value.clone()));
        *node = Node { value: value.unwrap_or_else(|| Value::Text(raw.clone())), origin, raw: Some(raw) };
    }
    Ok(root)
}

fn parse(text: &str) -> Result<Node, Problem> {
    let table = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        Problem {
            origin: Origin::Line(line_of(text, at)),
            key: String::new(),
            message: format!("the file is not TOML: {}", error.message()),
            hint: None,
        }
    })?;
    Ok(Node { value: convert_table(table.get_ref(), text), origin: Origin::Line(1), raw: None })
}

fn convert_table(table: &DeTable<'_>, text: &str) -> Value {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    Value::Table(
        entries
            .into_iter()
            .map(|(key, value)| (key.get_ref().to_string(), convert(value, text, key.span().start)))
            .collect(),
    )
}

fn convert(value: &Spanned<DeValue<'_>>, text: &str, at: usize) -> Node {
    let converted = match value.get_ref() {
        DeValue::String(string) => Value::Text(string.to_string()),
        DeValue::Integer(integer) => match i64::from_str_radix(integer.as_str(), integer.radix()) {
            Ok(integer) => Value::Integer(integer),
            Err(_) => Value::Text(integer.as_str().to_owned()),
        },
        DeValue::Float(_) => Value::Float,
        DeValue::Boolean(answer) => Value::Bool(*answer),
        DeValue::Datetime(moment) => Value::Text(moment.to_string()),
        DeValue::Array(array) => {
            Value::List(array.iter().map(|entry| convert(entry, text, entry.span().start)).collect())
        }
        DeValue::Table(table) => convert_table(table, text),
    };
    Node { value: converted, origin: Origin::Line(line_of(text, at)), raw: None }
}

fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}
