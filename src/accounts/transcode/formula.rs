//! What a formula computes of the password, found without one.
//!
//! # Why from the formula
//! A list of scheme names says what somebody believed on the day it was written. Two hundred schemes are formulas: what
//! the row and the site fix is computed, and what then remains around the password is one digest, one HMAC, one inner
//! hash – or more than the import can say.
use super::{Told, lines::Row, reason, typed::Typed};
use crate::hash::{
    digest::Digest,
    encoding,
    recipe::{
        evaluate::Evaluation,
        formula::{Formula, Node},
        value::{Type, Value},
    },
};

/// What the whole of a formula comes to.
pub enum Found {
    /// One digest and its stored output.
    Digest(Digest, Typed, Vec<u8>),
    /// One HMAC: digest, key, and its stored output.
    Hmac(Digest, Vec<u8>, Typed, Vec<u8>),
    /// An inner hash of the password: who may read it, and its text.
    Inner(String, String, Typed),
}

/// What a step makes of the password.
#[derive(Clone)]
enum Made {
    Known(Value),
    Typed(Typed),
    Digest(Digest, Typed),
    Hmac(Digest, Vec<u8>, Typed),
    Hex(Box<Made>),
}

/// How a stored digest is written.
enum Expected<'a> {
    /// Hex or base64.
    Either(&'a str),
    /// Hex in either case.
    Hex(&'a str),
    /// The bytes.
    Octets(&'a [u8]),
    /// The very text.
    Text(&'a [u8]),
}

/// Reads a formula for one row.
pub struct Reader<'a> {
    row: &'a Row<'a>,
    formula: &'a Formula,
    typed: &'a Typed,
    running: Vec<Made>,
}

impl<'a> Reader<'a> {
    /// A reader of this row.
    pub fn new(row: &'a Row<'a>, formula: &'a Formula, typed: &'a Typed) -> Self {
        Self { row, formula, typed, running: Vec::new() }
    }

    /// What the formula comes to.
    pub fn read(&mut self) -> Told<Found> {
        let root = &self.formula.root;
        if self.formula.gives == Type::Bool {
            return self.decision(root);
        }
        let made = self.make(root)?;
        let expected = &self.row.expected;
        found(
            &made,
            if self.formula.gives == Type::Bytes { Expected::Either(expected) } else { Expected::Hex(expected) },
        )
    }

    fn decision(&mut self, node: &Node) -> Told<Found> {
        match node {
            Node::If(condition, yes, no) => {
                let yes_or_no = self.known(condition).ok_or(reason::READINGS)?.bool();
                self.decision(if yes_or_no { yes } else { no })
            }
            Node::Or(..) => Err(reason::READINGS),
            Node::And(a, b) => match self.known(a) {
                Some(first) if first.bool() => self.decision(b),
                _ => Err(reason::READINGS),
            },
            Node::Equal(a, b) => self.equal(a, b),
            Node::Call(function, args) if function.name == "equal" => match args.as_slice() {
                [a, b] => self.equal(a, b),
                _ => Err(reason::UNREADABLE),
            },
            Node::Verify(inner, password) => {
                let inner = self.formula.inners.get(*inner).ok_or(reason::UNREADABLE)?;
                let hash = self.known(&inner.hash).ok_or(reason::UNREADABLE)?.text().to_string();
                match self.make(password)? {
                    Made::Typed(typed) => Ok(Found::Inner(inner.schemes.clone(), hash, typed)),
                    _ => Err(reason::MADE),
                }
            }
            _ => Err(reason::UNREADABLE),
        }
    }

    fn equal(&mut self, a: &Node, b: &Node) -> Told<Found> {
        let ((Made::Known(stored), made) | (made, Made::Known(stored))) = (self.make(a)?, self.make(b)?) else {
            return Err(reason::READINGS);
        };
        match made {
            Made::Hex(_) => found(&made, Expected::Text(stored.octets())),
            _ => found(&made, Expected::Octets(stored.octets())),
        }
    }

    /// The value of a step that the password, the person and a running value have no part in.
    fn known(&self, node: &Node) -> Option<Value> {
        self.row.person.set(false);
        let value = Evaluation::new(self.row).run(node).ok();
        value.filter(|_| !self.row.person.get())
    }

    fn make(&mut self, node: &Node) -> Told<Made> {
        if let Some(value) = self.known(node) {
            return Ok(Made::Known(value));
        }
        match node {
            Node::Variable(name) if name == "password" => Ok(Made::Typed(self.typed.clone())),
            Node::Variable(_) | Node::Has(_) if self.row.person.get() => Err(reason::PERSON),
            Node::Running(slot) => self.running.get(*slot).cloned().ok_or(reason::UNREADABLE),
            Node::Join(a, b) => {
                let (a, b) = (self.make(a)?, self.make(b)?);
                join(a, b)
            }
            Node::Digest(digest, parts) => self.digest(*digest, parts),
            Node::Call(function, args) => self.call(function.name, args),
            Node::If(condition, yes, no) => {
                let yes_or_no = self.known(condition).ok_or(reason::READINGS)?.bool();
                self.make(if yes_or_no { yes } else { no })
            }
            Node::Iterate { rounds, slot, start, body } => {
                let rounds = self.known(rounds).ok_or(reason::UNREADABLE)?.int();
                let start = self.make(start)?;
                match rounds {
                    0 => Ok(start),
                    1 => {
                        self.running.truncate(*slot);
                        self.running.push(start);
                        let made = self.make(body);
                        self.running.truncate(*slot);
                        made
                    }
                    ..0 => Err(reason::UNREADABLE),
                    _ => Err(reason::ROUNDS),
                }
            }
            _ => Err(reason::UNREADABLE),
        }
    }

    fn digest(&mut self, digest: Digest, parts: &[Node]) -> Told<Made> {
        let mut whole = Made::Known(Value::of(&[]));
        for part in parts {
            whole = join(whole, self.make(part)?)?;
        }
        match whole {
            Made::Typed(typed) => Ok(Made::Digest(digest, typed)),
            Made::Known(_) => Err(reason::UNREADABLE),
            _ => Err(reason::NESTED),
        }
    }

    fn call(&mut self, name: &str, args: &[Node]) -> Told<Made> {
        match (name, args) {
            ("digest", [name, parts @ ..]) => {
                let digest = self.digest_named(name)?;
                self.digest(digest, parts)
            }
            ("digest_of", [length, part]) => {
                let length = self.known(length).and_then(|length| usize::try_from(length.int()).ok());
                let digest = length.and_then(Digest::of_length).ok_or(reason::UNREADABLE)?;
                self.digest(digest, std::slice::from_ref(part))
            }
            ("hmac", [name, key, message]) => {
                let digest = self.digest_named(name)?;
                match (self.make(key)?, self.make(message)?) {
                    (Made::Known(key), Made::Typed(typed)) => Ok(Made::Hmac(digest, key.octets().to_vec(), typed)),
                    (Made::Known(_), _) => Err(reason::NESTED),
                    _ => Err(reason::KEY),
                }
            }
            ("hex", [part]) => match self.make(part)? {
                made @ (Made::Digest(..) | Made::Hmac(..)) => Ok(Made::Hex(Box::new(made))),
                _ => Err(reason::CHANGED),
            },
            ("utf16le", [part]) => match self.make(part)? {
                Made::Typed(typed) => typed.wide().map(Made::Typed),
                _ => Err(reason::NESTED),
            },
            // What else a function does to the password, or to what was made of it.
            (_, args) => {
                let mut whole = None;
                for arg in args {
                    let made = self.make(arg)?;
                    if !matches!(made, Made::Known(_)) {
                        whole = Some(made);
                    }
                }
                Err(match (name, whole) {
                    (_, None) => reason::UNREADABLE,
                    (_, Some(Made::Typed(_))) if name == "pbkdf2" => reason::NESTED,
                    (_, Some(Made::Typed(_))) => reason::CHANGED,
                    ("slice" | "substring", _) => reason::PART,
                    _ => reason::NESTED,
                })
            }
        }
    }

    fn digest_named(&self, name: &Node) -> Told<Digest> {
        self.known(name).and_then(|name| Digest::named(&name.text())).ok_or(reason::UNREADABLE)
    }
}

fn join(a: Made, b: Made) -> Told<Made> {
    match (a, b) {
        (Made::Known(a), Made::Known(b)) => Ok(Made::Known(Value::of(&[a.octets(), b.octets()].concat()))),
        (Made::Known(before), Made::Typed(mut typed)) => {
            typed.before.splice(..0, before.octets().iter().copied());
            Ok(Made::Typed(typed))
        }
        (Made::Typed(mut typed), Made::Known(after)) => {
            typed.after.extend_from_slice(after.octets());
            Ok(Made::Typed(typed))
        }
        (Made::Typed(_), Made::Typed(_)) => Err(reason::MADE),
        // What is digested again; the empty text before it changes nothing.
        (Made::Known(nothing), made) if nothing.octets().is_empty() => Ok(made),
        _ => Err(reason::NESTED),
    }
}

fn found(made: &Made, expected: Expected<'_>) -> Told<Found> {
    let of_length = |length: usize| {
        let octets = match expected {
            Expected::Octets(octets) => Some(octets.to_vec()),
            Expected::Hex(text) => encoding::hex(text),
            Expected::Text(text) => std::str::from_utf8(text)
                .ok()
                // The formula compares its own lower-case digits with this.
                .filter(|text| !text.bytes().any(|octet| octet.is_ascii_uppercase()))
                .and_then(encoding::hex),
            Expected::Either(text) => {
                let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
                let hex = encoding::hex(digits.unwrap_or(text)).filter(|octets| octets.len() == length);
                hex.or_else(|| encoding::base64(text))
            }
        };
        octets.filter(|octets| octets.len() == length).ok_or(reason::UNREADABLE)
    };
    match (made, &expected) {
        (Made::Digest(digest, typed), Expected::Either(_) | Expected::Octets(_)) => {
            Ok(Found::Digest(*digest, typed.clone(), of_length(digest.length())?))
        }
        (Made::Hmac(digest, key, typed), Expected::Either(_) | Expected::Octets(_)) => {
            Ok(Found::Hmac(*digest, key.clone(), typed.clone(), of_length(digest.length())?))
        }
        (Made::Hex(inner), Expected::Hex(_) | Expected::Text(_)) => match inner.as_ref() {
            Made::Digest(digest, typed) => Ok(Found::Digest(*digest, typed.clone(), of_length(digest.length())?)),
            Made::Hmac(digest, key, typed) => {
                Ok(Found::Hmac(*digest, key.clone(), typed.clone(), of_length(digest.length())?))
            }
            _ => Err(reason::NESTED),
        },
        (Made::Typed(_), _) => Err(reason::PLAIN),
        (Made::Known(_), _) => Err(reason::UNREADABLE),
        _ => Err(reason::NESTED),
    }
}
