//! Runs a checked formula, paying for every step before it is done.
use super::{
    formula::Node,
    value::{Failure, LONGEST, Octets, Value},
};
use crate::hash::{
    digest::Digest,
    encoding,
    scheme::{Reason, Verdict},
};
use cel::common::ast::operators;
use zeroize::Zeroizing;

/// Blocks of 64 bytes that one verification may digest: 2^23 take about 2 s with SHA-1; the longest known
/// application (Jasypt's strong encryptor, Shiro) takes 2^19.
const BUDGET: u64 = 1 << 23;

/// Where a formula finds its values.
pub trait Values {
    /// The value of a variable; `None` when the row or the site has none.
    fn get(&self, name: &str) -> Option<Octets>;
    /// The verdict of an inner hash.
    fn verify(&self, inner: usize, password: &Octets) -> Verdict;
}

/// One run of a formula.
pub struct Evaluation<'a> {
    values: &'a dyn Values,
    running: Vec<Octets>,
    left: u64,
}

impl<'a> Evaluation<'a> {
    /// A run with the whole budget.
    #[must_use]
    pub fn new(values: &'a dyn Values) -> Self {
        Self { values, running: Vec::new(), left: BUDGET }
    }

    /// The value of a step.
    ///
    /// # Errors
    /// `Failure`: what the row, the site or the budget lacks.
    pub fn run(&mut self, node: &Node) -> Result<Value, Failure> {
        self.pay(1)?;
        match node {
            Node::Literal(value) => Ok(value.clone()),
            Node::Variable(name) => self.values.get(name).map(Value::Octets).ok_or(Failure::Missing),
            Node::Has(name) => Ok(Value::Bool(self.values.get(name).is_some())),
            Node::Running(slot) => self.running.get(*slot).cloned().map(Value::Octets).ok_or(Failure::Row),
            Node::Join(a, b) => {
                let (mut left, right) = (self.octets(a)?, self.octets(b)?);
                left.extend_from_slice(&right);
                if left.len() > LONGEST { Err(Failure::TooCostly) } else { Ok(Value::Octets(left)) }
            }
            Node::Digest(digest, parts) => {
                let parts = parts.iter().map(|part| self.octets(part)).collect::<Result<Vec<_>, _>>()?;
                let slices: Vec<&[u8]> = parts.iter().map(|part| part.as_slice()).collect();
                self.pay(blocks(slices.iter().map(|slice| slice.len()).sum()))?;
                Ok(Value::Octets(digest.of(&slices)))
            }
            Node::Call(function, args) => {
                let args = args.iter().map(|arg| self.run(arg)).collect::<Result<Vec<_>, _>>()?;
                self.pay(price(function.name, &args))?;
                (function.run)(&args)
            }
            Node::Piece(list, index) => {
                let (list, index) = (self.run(list)?, self.run(index)?.int());
                let Value::Texts(pieces) = list else { return Err(Failure::Row) };
                let at = usize::try_from(index).map_err(|_| Failure::Row)?;
                pieces.get(at).cloned().map(Value::Octets).ok_or(Failure::Row)
            }
            Node::If(condition, yes, no) => {
                if self.run(condition)?.bool() {
                    self.run(yes)
                } else {
                    self.run(no)
                }
            }
            Node::And(a, b) => Ok(Value::Bool(self.run(a)?.bool() && self.run(b)?.bool())),
            Node::Or(a, b) => Ok(Value::Bool(self.run(a)?.bool() || self.run(b)?.bool())),
            Node::Not(a) => Ok(Value::Bool(!self.run(a)?.bool())),
            Node::Equal(a, b) => {
                let (a, b) = (self.run(a)?, self.run(b)?);
                Ok(Value::Bool(match (&a, &b) {
                    (Value::Octets(a), Value::Octets(b)) => encoding::equal(a, b),
                    _ => a.int() == b.int() && a.bool() == b.bool(),
                }))
            }
            Node::Number(operator, a, b) => {
                let (a, b) = (self.run(a)?.int(), self.run(b)?.int());
                Ok(match *operator {
                    operators::ADD => Value::Int(a.checked_add(b).ok_or(Failure::Row)?),
                    operators::SUBSTRACT => Value::Int(a.checked_sub(b).ok_or(Failure::Row)?),
                    operators::MULTIPLY => Value::Int(a.checked_mul(b).ok_or(Failure::Row)?),
                    operators::DIVIDE => Value::Int(a.checked_div(b).ok_or(Failure::Row)?),
                    operators::MODULO => Value::Int(a.checked_rem(b).ok_or(Failure::Row)?),
                    operators::LESS => Value::Bool(a < b),
                    operators::LESS_EQUALS => Value::Bool(a <= b),
                    operators::GREATER => Value::Bool(a > b),
                    _ => Value::Bool(a >= b),
                })
            }
            Node::Iterate { rounds, slot, start, body } => self.iterate(rounds, *slot, start, body),
            Node::Verify(inner, password) => {
                let password = self.octets(password)?;
                match self.values.verify(*inner, &password) {
                    Verdict::Match => Ok(Value::Bool(true)),
                    Verdict::Mismatch => Ok(Value::Bool(false)),
                    Verdict::Undecided => Err(Failure::Undecided),
                    Verdict::Unverifiable(Reason::TooCostly) => Err(Failure::TooCostly),
                    Verdict::Unverifiable(Reason::Incomplete) => Err(Failure::Missing),
                    Verdict::Unverifiable(_) => Err(Failure::Row),
                }
            }
        }
    }

    fn iterate(&mut self, rounds: &Node, slot: usize, start: &Node, body: &Node) -> Result<Value, Failure> {
        let rounds = u64::try_from(self.run(rounds)?.int()).map_err(|_| Failure::Row)?;
        // Each round pays for its own work as well; this refuses the absurd before any of it.
        if rounds > self.left {
            return Err(Failure::TooCostly);
        }
        let mut value = self.octets(start)?;
        self.running.truncate(slot);
        if let Some((digest, before, after)) = self.plain_chain(slot, body)? {
            let length = before.len() + value.len().max(digest.length()) + after.len();
            self.pay(rounds.saturating_mul(1 + blocks(length)))?;
            let rounds = u32::try_from(rounds).map_err(|_| Failure::TooCostly)?;
            return Ok(Value::Octets(digest.chain(&value, rounds, &before, &after)));
        }
        for _ in 0..rounds {
            self.running.push(value);
            value = self.octets(body)?;
            self.running.truncate(slot);
            if value.len() > LONGEST {
                return Err(Failure::TooCostly);
            }
        }
        Ok(Value::Octets(value))
    }

    /// What stands before and behind the running value, where the body is one digest of it: such chains, which most
    /// applications have, run without the formula.
    fn plain_chain(&mut self, slot: usize, body: &Node) -> Result<Option<(Digest, Octets, Octets)>, Failure> {
        let Node::Digest(digest, parts) = body else { return Ok(None) };
        let mut flat = Vec::new();
        for part in parts {
            flatten(part, &mut flat);
        }
        let is_running = |node: &&Node| matches!(node, Node::Running(found) if *found == slot);
        let Some(at) = flat.iter().position(is_running) else { return Ok(None) };
        let (before, rest) = flat.split_at(at);
        let after = rest.get(1..).unwrap_or_default();
        if !before.iter().chain(after).all(|node| matches!(node, Node::Literal(_) | Node::Variable(_))) {
            return Ok(None);
        }
        let mut joined = |nodes: &[&Node]| {
            let mut joined = Octets::default();
            for node in nodes {
                joined.extend_from_slice(&self.octets(node)?);
            }
            Ok(joined)
        };
        Ok(Some((*digest, joined(before)?, joined(after)?)))
    }

    fn octets(&mut self, node: &Node) -> Result<Octets, Failure> {
        match self.run(node)? {
            Value::Octets(octets) => Ok(octets),
            other => Ok(Zeroizing::new(other.octets().to_vec())),
        }
    }

    fn pay(&mut self, price: u64) -> Result<(), Failure> {
        self.left = self.left.checked_sub(price).ok_or(Failure::TooCostly)?;
        Ok(())
    }
}

fn flatten<'n>(node: &'n Node, into: &mut Vec<&'n Node>) {
    if let Node::Join(a, b) = node {
        flatten(a, into);
        flatten(b, into);
    } else {
        into.push(node);
    }
}

fn blocks(length: usize) -> u64 {
    u64::try_from(length / 64).unwrap_or(u64::MAX)
}

/// What a function costs beside the step itself.
fn price(name: &str, args: &[Value]) -> u64 {
    let octets: usize = args.iter().map(|arg| arg.octets().len()).sum();
    let rounds = |at: usize| args.get(at).and_then(|arg| u64::try_from(arg.int()).ok()).unwrap_or(0);
    match name {
        // Two compressions a round and block of output; 16 bytes are the shortest block.
        "pbkdf2" => rounds(3).saturating_mul(rounds(4).div_ceil(16)),
        "hmac" => 2 + blocks(octets),
        _ => blocks(octets) / 16,
    }
}
