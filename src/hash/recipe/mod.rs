//! Recipes: a scheme as one formula, built in or the operator's own (`[password.recipes]`).
//!
//! `hex(md5(hex(md5(password)) + salt))` is a whole scheme: what it gives is held against the stored hash in constant
//! time. Text is held against text, hex in either case, base64 padded or not; bytes against stored hex or base64. A
//! formula that gives yes or no decides by itself, through `verify` or `equal`.
mod bound;
mod checker;
pub mod evaluate;
pub mod formula;
pub mod functions;
pub mod value;

use self::{
    bound::Bound,
    formula::{Formula, FormulaError, Names, VARIABLES},
    value::Type,
};
use super::{
    layout::Layout,
    registry,
    scheme::{ParseError, Scheme, Site, Stored, Tell, Verifier},
};
use std::sync::{Arc, OnceLock};

/// A scheme that is a formula.
pub struct Recipe {
    name: &'static str,
    tell: Tell,
    layout: Option<Layout>,
    source: &'static str,
    compiled: OnceLock<Option<Arc<Formula>>>,
}

impl Recipe {
    /// A built-in recipe: how its text is laid out, and its formula over the fields.
    #[must_use]
    pub const fn new(
        name: &'static str,
        tell: Tell,
        prefix: &'static str,
        pattern: &'static str,
        source: &'static str,
    ) -> Self {
        Self { name, tell, layout: Some(Layout::new(prefix, pattern)), source, compiled: OnceLock::new() }
    }

    /// An operator's recipe, checked; `columns` are the mapped columns that it may name.
    ///
    /// # Errors
    /// What is wrong with the formula, and in which column.
    pub fn of_operator(name: &str, source: &str, columns: &[String]) -> Result<Self, FormulaError> {
        let variables = |name: &str| VARIABLES.contains(&name) || columns.iter().any(|column| column == name);
        let formula = formula::compile(source, &Names { variables: &variables, schemes: &registry::is_name_or_group })?;
        if formula.gives == Type::Bool && formula.inners.is_empty() && !formula.variables.contains("stored") {
            let message = "yes or no without `stored` or `verify`: it would not look at the hash".to_owned();
            return Err(FormulaError { column: 1, message });
        }
        if !formula.variables.contains("password") {
            return Err(FormulaError {
                column: 1,
                message: "it does not name `password`: everybody would match".into(),
            });
        }
        // A configuration is read once in a process: its names live as long.
        let name: &'static str = Box::leak(name.to_owned().into_boxed_str());
        Ok(Self {
            name,
            tell: Tell::OnlyByName,
            layout: None,
            source: "",
            compiled: OnceLock::from(Some(Arc::new(formula))),
        })
    }

    /// The checked formula of a built-in recipe; `None` would be a mistake of ours, which a test excludes.
    #[must_use]
    pub fn formula(&self) -> Option<Arc<Formula>> {
        let compile = || {
            let fields: Vec<&str> = self.layout.iter().flat_map(Layout::fields).collect();
            let variables = |name: &str| VARIABLES.contains(&name) || fields.contains(&name);
            let names = Names { variables: &variables, schemes: &registry::is_name_or_group };
            formula::compile(self.source, &names).ok().map(Arc::new)
        };
        self.compiled.get_or_init(compile).clone()
    }
}

impl Scheme for Recipe {
    fn name(&self) -> &'static str {
        self.name
    }

    fn tell(&self) -> Tell {
        self.tell
    }

    fn computes(&self) -> &'static str {
        if self.layout.is_some() { self.source } else { self.name }
    }

    fn needs(&self) -> Vec<String> {
        let captured: Vec<&str> = self.layout.iter().flat_map(Layout::fields).collect();
        let formula = self.formula();
        let optional = |name: &str| formula.iter().any(|formula| formula.optional.contains(name));
        let outside = |name: &&String| {
            let of_the_row = ["salt", "username", "email", "user_id", "pepper"].contains(&name.as_str());
            (of_the_row || name.starts_with("params.")) && !optional(name) && !captured.contains(&name.as_str())
        };
        if formula.is_none() {
            return vec!["a formula".to_owned()];
        }
        formula
            .iter()
            .flat_map(|formula| formula.variables.iter().filter(outside).cloned().collect::<Vec<_>>())
            .collect()
    }

    fn parse(&self, stored: Stored<'_>, site: &Site) -> Result<Box<dyn Verifier>, ParseError> {
        Ok(Box::new(Bound::of(self, stored, site)?))
    }
}
