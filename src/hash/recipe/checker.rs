//! Walks the parsed expression of a formula: every type is known and every name exists, or an error points at it.
use super::{
    formula::{FormulaError, Inner, Names, Node, VARIABLES},
    functions::{FUNCTIONS, Takes},
    value::{Type, Value},
};
use crate::hash::digest::Digest;
use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, SourceInfo, operators};
use std::collections::BTreeSet;

/// The variables that must not decide which hash is verified.
const OF_THE_PERSON: &[&str] = &["password", "identifier"];

/// The state of one check.
pub(super) struct Checker<'a> {
    names: &'a Names<'a>,
    info: &'a SourceInfo,
    running: Vec<(String, Type)>,
    pub inners: Vec<Inner>,
    pub variables: BTreeSet<String>,
    pub optional: BTreeSet<String>,
}

type Lowered = Result<(Node, Type), FormulaError>;

impl<'a> Checker<'a> {
    pub fn new(names: &'a Names<'a>, info: &'a SourceInfo) -> Self {
        let (running, inners) = (Vec::new(), Vec::new());
        Self { names, info, running, inners, variables: BTreeSet::new(), optional: BTreeSet::new() }
    }

    pub fn error(&self, at: &IdedExpr, message: String) -> FormulaError {
        let start = self.info.offset_for(at.id).and_then(|(start, _)| usize::try_from(start).ok());
        // A call stands where its bracket opens: its name is before that.
        let name = match &at.expr {
            Expr::Call(call) if call.target.is_none() => call.func_name.as_str(),
            _ => "",
        };
        let named = |start: usize| {
            start.checked_sub(name.len()).filter(|from| self.info.source.get(*from..start) == Some(name))
        };
        let column = start.map_or(0, |start| named(start).unwrap_or(start) + 1);
        FormulaError { column, message }
    }

    pub fn lower(&mut self, at: &IdedExpr) -> Lowered {
        match &at.expr {
            Expr::Literal(literal) => self.literal(at, literal),
            Expr::Ident(name) => self.variable(at, name),
            Expr::Select(select) => match &select.operand.expr {
                Expr::Ident(owner) if owner == "params" || owner == "row" => {
                    let in_row = owner == "row";
                    let name = if in_row { select.field.clone() } else { format!("params.{}", select.field) };
                    if in_row && !(self.names.variables)(&name) {
                        return Err(self.error(at, format!("the row has no `{name}` here")));
                    }
                    if select.test {
                        self.optional.insert(name.clone());
                        return Ok((Node::Has(name), Type::Bool));
                    }
                    self.variables.insert(name.clone());
                    Ok((Node::Variable(name), Type::Text))
                }
                _ => Err(self.error(at, "only `params.name` and `row.column` have a dot".into())),
            },
            Expr::Call(call) => self.call(at, call),
            Expr::Comprehension(_) => Err(self.error(at, "loops over lists do not exist here: use `iterate`".into())),
            _ => Err(self.error(at, "lists, maps and messages cannot be built here".into())),
        }
    }

    fn literal(&self, at: &IdedExpr, literal: &LiteralValue) -> Lowered {
        Ok(match literal {
            LiteralValue::String(text) => (Node::Literal(Value::of(text.inner().as_bytes())), Type::Text),
            LiteralValue::Bytes(bytes) => (Node::Literal(Value::of(bytes.inner())), Type::Bytes),
            LiteralValue::Int(number) => (Node::Literal(Value::Int(*number.inner())), Type::Int),
            LiteralValue::Boolean(yes) => (Node::Literal(Value::Bool(*yes.inner())), Type::Bool),
            _ => return Err(self.error(at, "only texts, bytes, whole numbers and true/false are values here".into())),
        })
    }

    fn variable(&mut self, at: &IdedExpr, name: &str) -> Lowered {
        if let Some(slot) = self.running.iter().rposition(|(running, _)| running == name) {
            let of = self.running.get(slot).map_or(Type::Text, |(_, of)| *of);
            return Ok((Node::Running(slot), of));
        }
        if !(self.names.variables)(name) {
            let nearest = VARIABLES
                .iter()
                .map(|known| (strsim::jaro_winkler(name, known), known))
                .filter(|(likeness, _)| *likeness > 0.7)
                .max_by(|a, b| a.0.total_cmp(&b.0))
                .map(|(_, known)| format!("; the nearest known one is `{known}`"));
            return Err(self.error(at, format!("no variable is called `{name}`{}", nearest.unwrap_or_default())));
        }
        self.variables.insert(name.to_owned());
        Ok((Node::Variable(name.to_owned()), Type::Text))
    }

    fn call(&mut self, at: &IdedExpr, call: &CallExpr) -> Lowered {
        let mut args: Vec<&IdedExpr> = call.args.iter().collect();
        if let Some(target) = &call.target {
            args.insert(0, target);
        }
        match (call.func_name.as_str(), args.as_slice()) {
            (operators::ADD, [a, b]) => self.add(at, a, b),
            (operators::CONDITIONAL, [condition, yes, no]) => {
                let condition = self.typed(condition, Type::Bool)?;
                let ((yes, of), (no, other)) = (self.lower(yes)?, self.lower(no)?);
                if of != other {
                    return Err(self.error(at, format!("one branch gives {of}, the other {other}")));
                }
                Ok((Node::If(condition, Box::new(yes), Box::new(no)), of))
            }
            (operators::LOGICAL_AND, [a, b]) => {
                Ok((Node::And(self.typed(a, Type::Bool)?, self.typed(b, Type::Bool)?), Type::Bool))
            }
            (operators::LOGICAL_OR, [a, b]) => {
                Ok((Node::Or(self.typed(a, Type::Bool)?, self.typed(b, Type::Bool)?), Type::Bool))
            }
            (operators::LOGICAL_NOT, [a]) => Ok((Node::Not(self.typed(a, Type::Bool)?), Type::Bool)),
            (operators::EQUALS, [a, b]) => Ok((self.equal(at, a, b)?, Type::Bool)),
            (operators::NOT_EQUALS, [a, b]) => Ok((Node::Not(Box::new(self.equal(at, a, b)?)), Type::Bool)),
            (operators::INDEX, [list, index]) => {
                Ok((Node::Piece(self.typed(list, Type::Texts)?, self.typed(index, Type::Int)?), Type::Text))
            }
            ("iterate", [rounds, name, start, body]) => self.iterate(rounds, name, start, body),
            ("iterate", _) => Err(self.error(at, "`iterate(rounds, name, start, body)` takes four arguments".into())),
            ("verify", [schemes, hash, password]) => self.verify(schemes, hash, password),
            ("verify", _) => Err(self.error(at, "`verify(scheme, hash, password)` takes three arguments".into())),
            (name, args) => {
                if let Some(operator) = NUMBERS.iter().find(|(operator, _)| *operator == name)
                    && let [a, b] = args
                {
                    let (a, b) = (self.typed(a, Type::Int)?, self.typed(b, Type::Int)?);
                    return Ok((Node::Number(operator.0, a, b), operator.1));
                }
                self.function(at, name, args)
            }
        }
    }

    fn function(&mut self, at: &IdedExpr, name: &str, args: &[&IdedExpr]) -> Lowered {
        if let Some((_, digest)) = Digest::NAMES.iter().find(|(known, _)| *known == name) {
            if args.is_empty() {
                return Err(self.error(at, format!("`{name}` takes what it digests")));
            }
            let parts = args.iter().map(|arg| Ok(self.octets(arg)?.0)).collect::<Result<_, _>>()?;
            return Ok((Node::Digest(*digest, parts), Type::Bytes));
        }
        let Some(function) = FUNCTIONS.iter().find(|function| function.name == name) else {
            let known = FUNCTIONS.iter().map(|function| function.name).chain(Digest::NAMES.iter().map(|known| known.0));
            let nearest = known
                .chain(["iterate", "verify"])
                .map(|known| (strsim::jaro_winkler(name, known), known))
                .filter(|(likeness, _)| *likeness > 0.7)
                .max_by(|a, b| a.0.total_cmp(&b.0))
                .map(|(_, known)| format!("; the nearest known one is `{known}`"));
            return Err(self.error(at, format!("no function is called `{name}`{}", nearest.unwrap_or_default())));
        };
        let function = match (name, args.first()) {
            ("substring", Some(whole)) if self.lower(whole)?.1 == Type::Bytes => {
                FUNCTIONS.iter().find(|function| function.name == "slice").unwrap_or(function)
            }
            _ => function,
        };
        let most = if function.repeats { usize::MAX } else { function.takes.len() };
        if args.len() > most
            || function.repeats && args.len() < function.takes.len()
            || !function.repeats && args.len() + function.optional < most
        {
            let most = function.takes.len();
            return Err(self.error(at, format!("`{name}` takes {most} arguments, not {}", args.len())));
        }
        let mut lowered = Vec::new();
        let mut gives = function.gives;
        let last = function.takes.last().into_iter().cycle();
        for (arg, takes) in args.iter().zip(function.takes.iter().chain(last)) {
            let node = match takes {
                Takes::Octets => {
                    let (node, of) = self.octets(arg)?;
                    gives = gives.or(Some(of));
                    node
                }
                Takes::Text => *self.typed(arg, Type::Text)?,
                Takes::Int => *self.typed(arg, Type::Int)?,
                Takes::DigestName => self.digest_name(arg, name != "digest")?,
            };
            lowered.push(node);
        }
        Ok((Node::Call(function, lowered), gives.unwrap_or(Type::Text)))
    }

    fn digest_name(&mut self, at: &IdedExpr, keyed: bool) -> Result<Node, FormulaError> {
        let node = *self.typed(at, Type::Text)?;
        match &node {
            Node::Literal(name) => match Digest::named(&name.text()) {
                Some(digest) if !keyed || digest.is_keyed() => Ok(node),
                Some(_) => Err(self.error(at, "this digest is not used with a key here".into())),
                None => Err(self.error(at, "no digest has this name".into())),
            },
            // A field of the stored text, as in `sha256:1000:…`: what it may be is known when the row is read.
            Node::Variable(_) => Ok(node),
            _ => Err(self.error(at, "name the digest as a literal: \"sha256\"".into())),
        }
    }

    fn add(&mut self, at: &IdedExpr, a: &IdedExpr, b: &IdedExpr) -> Lowered {
        let ((left, of), (right, other)) = (self.lower(a)?, self.lower(b)?);
        let both = match (of, other) {
            (Type::Int, Type::Int) => {
                return Ok((Node::Number(operators::ADD, Box::new(left), Box::new(right)), Type::Int));
            }
            (Type::Text, Type::Text) => Type::Text,
            (Type::Text | Type::Bytes, Type::Text | Type::Bytes) => Type::Bytes,
            _ => return Err(self.error(at, format!("{of} and {other} cannot be put together"))),
        };
        Ok((Node::Join(Box::new(left), Box::new(right)), both))
    }

    fn equal(&mut self, at: &IdedExpr, a: &IdedExpr, b: &IdedExpr) -> Result<Node, FormulaError> {
        let ((left, of), (right, other)) = (self.lower(a)?, self.lower(b)?);
        let octets = |of| matches!(of, Type::Text | Type::Bytes);
        if !(octets(of) && octets(other)) && of != other || of == Type::Texts {
            return Err(self.error(at, format!("{of} cannot be compared with {other}")));
        }
        Ok(Node::Equal(Box::new(left), Box::new(right)))
    }

    fn iterate(&mut self, rounds: &IdedExpr, name: &IdedExpr, start: &IdedExpr, body: &IdedExpr) -> Lowered {
        let Expr::Ident(variable) = &name.expr else {
            return Err(self.error(name, "a name for the running value stands here".into()));
        };
        let rounds = self.typed(rounds, Type::Int)?;
        let (start, of) = self.octets(start)?;
        let slot = self.running.len();
        let mut lowered = |of| {
            self.running.push((variable.clone(), of));
            let body = self.octets(body);
            self.running.pop();
            body
        };
        let (mut node, again) = lowered(of)?;
        // A text that each round makes bytes of is bytes from the start.
        let both = if of == again { of } else { Type::Bytes };
        if both != of {
            node = lowered(both)?.0;
        }
        Ok((Node::Iterate { rounds, slot, start: Box::new(start), body: Box::new(node) }, both))
    }

    fn verify(&mut self, schemes: &IdedExpr, hash: &IdedExpr, password: &IdedExpr) -> Lowered {
        let Expr::Literal(LiteralValue::String(name)) = &schemes.expr else {
            return Err(self.error(schemes, "name the inner scheme as a literal: \"bcrypt\"".into()));
        };
        if !(self.names.schemes)(name.inner()) {
            return Err(self.error(schemes, format!("`{}` is no scheme", name.inner())));
        }
        let before = std::mem::take(&mut self.variables);
        let lowered = self.octets(hash);
        let of_the_person = OF_THE_PERSON.iter().any(|name| self.variables.contains(*name)) || !self.running.is_empty();
        self.variables.extend(before);
        let (node, _) = lowered?;
        if of_the_person {
            return Err(self.error(hash, "the inner hash comes from the row, never from what was typed".into()));
        }
        let number = self.inners.len();
        self.inners.push(Inner { schemes: name.inner().to_owned(), hash: node });
        let (password, _) = self.octets(password)?;
        Ok((Node::Verify(number, Box::new(password)), Type::Bool))
    }

    fn typed(&mut self, at: &IdedExpr, wanted: Type) -> Result<Box<Node>, FormulaError> {
        let (node, found) = self.lower(at)?;
        if found != wanted {
            return Err(self.error(at, format!("{wanted} is wanted here, this gives {found}")));
        }
        Ok(Box::new(node))
    }

    fn octets(&mut self, at: &IdedExpr) -> Lowered {
        let (node, found) = self.lower(at)?;
        if !matches!(found, Type::Text | Type::Bytes) {
            return Err(self.error(at, format!("text or bytes are wanted here, this gives {found}")));
        }
        Ok((node, found))
    }
}

/// Operators over numbers, and what they give.
const NUMBERS: &[(&str, Type)] = &[
    (operators::SUBSTRACT, Type::Int),
    (operators::MULTIPLY, Type::Int),
    (operators::DIVIDE, Type::Int),
    (operators::MODULO, Type::Int),
    (operators::LESS, Type::Bool),
    (operators::LESS_EQUALS, Type::Bool),
    (operators::GREATER, Type::Bool),
    (operators::GREATER_EQUALS, Type::Bool),
];
