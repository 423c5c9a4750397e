//! From the text of a formula to a checked program.
//!
//! The grammar is that of the Common Expression Language, parsed by the `cel` crate.
//!
//! # Why not the crate's own interpreter
//! It has no types before it runs, no bound on work, and its values are not wiped. A formula sees passwords, so it is
//! lowered here to a small program: every type is known when the configuration is loaded, comprehensions do not exist,
//! and each step pays from a budget before it works.
use super::{
    checker::Checker,
    functions::Function,
    value::{Type, Value},
};
use crate::hash::digest::Digest;
use cel::parser::Parser;
use std::collections::BTreeSet;

/// Longest formula in bytes.
const LONGEST_FORMULA: usize = 4096;
/// Deepest nesting.
const DEEPEST: u16 = 64;

/// A step of a checked formula.
pub enum Node {
    /// A constant.
    Literal(Value),
    /// A value of the row, the person or the site.
    Variable(String),
    /// Whether the site has a value of this name.
    Has(String),
    /// The running value of the enclosing `iterate` of this number.
    Running(usize),
    /// One behind the other.
    Join(Box<Node>, Box<Node>),
    /// A digest of its arguments, one behind the other.
    Digest(Digest, Vec<Node>),
    /// A function of the table.
    Call(&'static Function, Vec<Node>),
    /// The piece of a list.
    Piece(Box<Node>, Box<Node>),
    /// One or the other.
    If(Box<Node>, Box<Node>, Box<Node>),
    /// Both.
    And(Box<Node>, Box<Node>),
    /// Either.
    Or(Box<Node>, Box<Node>),
    /// The opposite.
    Not(Box<Node>),
    /// Equal in constant time.
    Equal(Box<Node>, Box<Node>),
    /// Numbers added, subtracted, multiplied, divided or compared; by operator.
    Number(&'static str, Box<Node>, Box<Node>),
    /// A body run several times over its own result.
    Iterate {
        /// How often.
        rounds: Box<Node>,
        /// The number of its running value.
        slot: usize,
        /// The first value.
        start: Box<Node>,
        /// What each round makes of it.
        body: Box<Node>,
    },
    /// The verdict of the inner hash of this number on this password.
    Verify(usize, Box<Node>),
}

/// An inner hash: which schemes may read it, and the text, which never depends on the password.
pub struct Inner {
    /// The name of a scheme, or of a group of them.
    pub schemes: String,
    /// The stored text.
    pub hash: Node,
}

/// A checked formula.
pub struct Formula {
    /// The last step.
    pub root: Node,
    /// What it gives.
    pub gives: Type,
    /// The inner hashes of its `verify` calls.
    pub inners: Vec<Inner>,
    /// The variables that it names; `params.x` for a site's value.
    pub variables: BTreeSet<String>,
    /// Those of the site that it can do without: it asks with `has(params.x)`.
    pub optional: BTreeSet<String>,
}

/// What is wrong with a formula, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormulaError {
    /// Counted in characters from 1; 0 where the parser knows none.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

/// What a formula may name.
pub struct Names<'a> {
    /// Variables beside `params.…`.
    pub variables: &'a dyn Fn(&str) -> bool,
    /// Schemes and groups for `verify`.
    pub schemes: &'a dyn Fn(&str) -> bool,
}

/// The variables that every recipe knows.
pub const VARIABLES: &[&str] = &["password", "salt", "identifier", "email", "username", "user_id", "pepper", "stored"];

/// Parses and checks a formula.
///
/// # Errors
/// The first thing that is wrong, with its column.
pub fn compile(source: &str, names: &Names<'_>) -> Result<Formula, FormulaError> {
    if source.len() > LONGEST_FORMULA {
        return Err(FormulaError { column: 0, message: format!("longer than {LONGEST_FORMULA} bytes") });
    }
    let parser = Parser::default().max_recursion_depth(DEEPEST);
    let (expression, info) = parser.parse_with_source_info(source).map_err(|errors| {
        let first = errors.errors.into_iter().next();
        let column = first.as_ref().and_then(|error| usize::try_from(error.pos.1).ok()).unwrap_or(0);
        FormulaError { column, message: first.map_or_else(|| "no formula".into(), |error| error.msg) }
    })?;
    let mut checker = Checker::new(names, &info);
    let (root, gives) = checker.lower(&expression)?;
    if matches!(gives, Type::Int | Type::Texts) {
        return Err(checker.error(&expression, format!("a formula gives text, bytes or yes/no, not {gives}")));
    }
    Ok(Formula { root, gives, inners: checker.inners, variables: checker.variables, optional: checker.optional })
}
