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

    /// The entries of a table.
    #[must_use]
    pub fn entries(&self) -> &[(String, Self)] {
        match &self.value {
            Value::Table(entries) => entries,
            _ => &[],
        }
    }

    /// Writes the tree down without its origins: two that are spelled alike say the same.
    pub fn spell(&self, text: &mut String) {
        match (&self.value, &self.raw) {
            (_, Some(raw)) => text.push_str(&format!("{raw:?}")),
            (Value::Text(value), None) => text.push_str(&format!("{value:?}")),
            (Value::Integer(value), None) => text.push_str(&value.to_string()),
            (Value::Bool(value), None) => text.push_str(&value.to_string()),
            (Value::Float, None) => text.push_str("float"),
            (Value::List(entries), None) => {
                text.push('[');
                for entry in entries {
                    entry.spell(text);
                    text.push(',');
                }
                text.push(']');
            }
            (Value::Table(entries), None) => {
                text.push('{');
                for (key, entry) in entries {
                    text.push_str(&format!("{key:?}="));
                    entry.spell(text);
                    text.push(',');
                }
                text.push('}');
            }
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

    /// Lays another tree under this one: what stands here stays, tables are joined key by key down to `depth`, and an
    /// empty text takes the other's entry away.
    pub fn lay_over(&mut self, below: Self, depth: u8) {
        let (Value::Table(entries), Value::Table(others)) = (&mut self.value, below.value) else { return };
        for (key, other) in others {
            match entries.iter_mut().find(|(name, _)| *name == key) {
                Some((_, node)) if depth > 0 => node.lay_over(other, depth - 1),
                Some(_) => {}
                None => entries.push((key, other)),
            }
        }
        entries.retain(|(_, node)| !matches!(&node.value, Value::Text(text) if text.is_empty()));
    }

    /// Takes an entry out of a table.
    pub fn remove(&mut self, key: &str) -> Option<Self> {
        let Value::Table(entries) = &mut self.value else { return None };
        let place = entries.iter().position(|(name, _)| name == key)?;
        Some(entries.remove(place).1)
    }

    /// Puts an entry into a table.
    pub fn insert(&mut self, key: &str, node: Self) {
        if let Value::Table(entries) = &mut self.value {
            entries.push((key.to_owned(), node));
        }
    }

    /// The same tree, written where somebody asked for it.
    #[must_use]
    pub fn at(mut self, origin: &Origin) -> Self {
        self.origin = origin.clone();
        match &mut self.value {
            Value::Table(entries) => {
                for (_, node) in entries.iter_mut() {
                    *node = node.clone().at(origin);
                }
            }
            Value::List(entries) => {
                for node in entries.iter_mut() {
                    *node = node.clone().at(origin);
                }
            }
            _ => {}
        }
        self
    }

    /// Changes every text of the tree.
    pub fn texts(&mut self, change: &mut impl FnMut(&mut String)) {
        match &mut self.value {
            Value::Text(text) => change(text),
            Value::Table(entries) => entries.iter_mut().for_each(|(_, node)| node.texts(change)),
            Value::List(entries) => entries.iter_mut().for_each(|node| node.texts(change)),
            Value::Integer(_) | Value::Float | Value::Bool(_) => {}
        }
    }

    pub(super) fn entry(&mut self, key: &str, origin: &Origin) -> Option<&mut Self> {
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
