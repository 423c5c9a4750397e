//! What is wrong with a configuration: where, what, and what would be right. Never a secret's value.
use std::fmt;

/// Where a value was written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// A line of the file, counted from 1.
    Line(usize),
    /// An environment variable.
    Variable(String),
    /// Nowhere: it is missing from the whole file.
    Missing,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub origin: Origin,
    /// The key with its section, such as `password.column`; empty for the file as a whole.
    pub key: String,
    /// What is wrong: the fact.
    pub message: String,
    /// What would be right.
    pub hint: Option<String>,
}

/// All that is wrong, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems {
    /// The file as it was named on the command line.
    pub file: String,
    /// At least one problem.
    pub all: Vec<Problem>,
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, problem) in self.all.iter().enumerate() {
            if number > 0 {
                f.write_str("\n")?;
            }
            writeln!(f, "error: {}", problem.message)?;
            write!(f, "  --> {}", self.place(problem))?;
            if let Some(hint) = &problem.hint {
                write!(f, "\nhint: {hint}")?;
            }
        }
        Ok(())
    }
}

impl Problems {
    /// File and line, or the variable, with the key.
    #[must_use]
    pub fn place(&self, problem: &Problem) -> String {
        let key = if problem.key.is_empty() { String::new() } else { format!(" (`{}`)", problem.key) };
        match &problem.origin {
            Origin::Line(line) => format!("{}, line {line}{key}", self.file),
            Origin::Variable(name) => format!("environment variable {name}{key}"),
            Origin::Missing => format!("{}{key}", self.file),
        }
    }
}

impl std::error::Error for Problems {}

/// A message about a place in a formula, with the formula and a caret below it.
#[must_use]
pub fn at_column(what: &str, source: &str, column: usize, message: &str) -> String {
    let caret = if column == 0 || source.contains('\n') {
        String::new()
    } else {
        format!("\n    {source}\n    {}^", " ".repeat(column - 1))
    };
    format!("column {column} of the {what}: {message}{caret}")
}
