//! A formula with the values of one row: what it computes is held against the stored hash.
use super::{
    Recipe,
    evaluate::{Evaluation, Values},
    formula::{self, Formula, Node},
    value::{self, Failure, Octets, Type},
};
use crate::hash::{
    attempt::Attempt,
    bounds, encoding,
    lanes::{Kind, Lane},
    layout::Fields,
    registry,
    scheme::{Cost, ParseError, Reason, SaltEncoding, Site, Stored, Verdict, Verifier},
};
use std::sync::Arc;
use zeroize::Zeroizing;

/// The captured field that a formula's result is held against; without it that is the whole text.
const DIGEST: &str = "digest";
/// The captured field that says how often something is done.
const ROUNDS: &str = "rounds";

/// A formula bound to a row.
pub(super) struct Bound {
    name: &'static str,
    formula: Arc<Formula>,
    stored: String,
    expected: String,
    salt: Option<Octets>,
    fields: Fields,
    site: Site,
    inners: Vec<Result<Box<dyn Verifier>, ParseError>>,
    matches_nobody: bool,
}

impl Bound {
    /// What a row gives a recipe; every cost is held against its ceiling.
    pub fn of(recipe: &Recipe, stored: Stored<'_>, site: &Site) -> Result<Self, ParseError> {
        let mut fields = match &recipe.layout {
            Some(layout) => layout.read(stored.hash)?,
            None => Fields::default(),
        };
        if let Some(rounds) = fields.get(ROUNDS).filter(|rounds| !rounds.is_empty()) {
            bounds::within(bounds::number(rounds)?, bounds::RECIPE_ROUNDS)?;
        }
        let formula = recipe.formula().ok_or(ParseError::Malformed)?;
        let expected = fields.remove(DIGEST).unwrap_or_else(|| stored.hash.to_owned());
        let salt = match (fields.remove("salt"), stored.salt) {
            (Some(captured), _) => Some(captured.into_bytes()),
            (None, Some(column)) => Some(match site.salt_encoding {
                SaltEncoding::Text => column.as_bytes().to_vec(),
                SaltEncoding::Hex => encoding::hex(column).ok_or(ParseError::Malformed)?,
                SaltEncoding::Base64 => encoding::base64(column).ok_or(ParseError::Malformed)?,
            }),
            (None, None) if formula.variables.contains("salt") && !formula.optional.contains("salt") => {
                return Err(ParseError::Incomplete);
            }
            (None, None) => None,
        };
        let mut bound = Bound {
            name: recipe.name,
            formula: Arc::clone(&formula),
            stored: stored.hash.to_owned(),
            expected,
            salt: salt.map(Zeroizing::new),
            fields,
            site: site.clone(),
            inners: Vec::new(),
            matches_nobody: false,
        };
        let of_the_site = |name: &&String| name.starts_with("params.") && !formula.optional.contains(*name);
        for name in formula.variables.iter().filter(of_the_site) {
            bound.of_the_site(name).ok_or(ParseError::Incomplete)?;
        }
        for inner in &formula.inners {
            let parsed = bound.parse_inner(inner, stored.salt);
            // A branch may do without it; a formula that is nothing but the inner hash cannot.
            if let (Err(error), Node::Verify(..)) = (&parsed, &formula.root) {
                return Err(*error);
            }
            bound.inners.push(parsed);
        }
        Ok(bound)
    }

    fn of_the_site(&self, name: &str) -> Option<Octets> {
        let secret = match name.strip_prefix("params.") {
            // Devise calls its pepper what everybody calls it.
            Some("pepper") => self.site.params.get("pepper").or(self.site.pepper.as_ref()),
            Some(key) => self.site.params.get(key),
            None => self.site.pepper.as_ref(),
        };
        secret.map(|secret| Zeroizing::new(secret.expose().as_bytes().to_vec()))
    }

    fn of_the_row(&self, name: &str) -> Option<Octets> {
        match name {
            "salt" => self.salt.clone(),
            "stored" => Some(Zeroizing::new(self.stored.clone().into_bytes())),
            "pepper" => self.of_the_site(name),
            _ if name.starts_with("params.") => self.of_the_site(name),
            _ => self.fields.get(name).map(|field| Zeroizing::new(field.as_bytes().to_vec())),
        }
    }

    fn parse_inner(&self, inner: &formula::Inner, salt: Option<&str>) -> Result<Box<dyn Verifier>, ParseError> {
        let values = OfTheRow(self);
        let hash = Evaluation::new(&values).run(&inner.hash).map_err(|failure| match failure {
            Failure::TooCostly => ParseError::TooCostly,
            Failure::Missing => ParseError::Incomplete,
            Failure::Row | Failure::Undecided => ParseError::Malformed,
        })?;
        registry::parse_inner(&inner.schemes, Stored { hash: &hash.text(), salt }, &self.site)
    }

    fn decide(&self, value: &value::Value) -> bool {
        match self.formula.gives {
            Type::Bool => value.bool(),
            Type::Bytes => self.equals_bytes(value.octets()),
            _ => self.equals_text(&value.text()),
        }
    }

    fn equals_bytes(&self, computed: &[u8]) -> bool {
        if let Some(kept) = self.kept() {
            let hex = Zeroizing::new(hex::encode(computed));
            let base64 = Zeroizing::new(encoding::to_base64(computed));
            let begins = |text: &str| text.get(..kept).is_some_and(|text| equal_texts(text, &self.expected));
            return begins(&hex) | begins(&base64);
        }
        let digits = self.expected.strip_prefix("0x").or_else(|| self.expected.strip_prefix("0X"));
        let stored = encoding::hex(digits.unwrap_or(&self.expected))
            .filter(|bytes| bytes.len() == computed.len())
            .or_else(|| encoding::base64(&self.expected));
        stored.is_some_and(|stored| !stored.is_empty() && encoding::equal(&stored, computed))
    }

    fn equals_text(&self, computed: &str) -> bool {
        let kept = self.kept().and_then(|kept| computed.get(..kept));
        equal_texts(kept.unwrap_or(computed), &self.expected)
    }

    /// How many characters the column kept, where it cut this hash.
    fn kept(&self) -> Option<usize> {
        self.site.cut_to.filter(|kept| *kept >= bounds::LEAST_CUT && self.expected.chars().count() == *kept)
    }
}

/// Hex is equal in either case, base64 with and without its padding; all else as it stands.
fn equal_texts(computed: &str, stored: &str) -> bool {
    let is_hex = computed.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hex {
        let fold = |text: &str| Zeroizing::new(text.to_ascii_lowercase());
        return !computed.is_empty() && encoding::equal(fold(computed).as_bytes(), fold(stored).as_bytes());
    }
    let plain = |text: &'_ str| text.trim_end_matches('=').len();
    let (a, b) = (computed.get(..plain(computed)), stored.get(..plain(stored)));
    matches!((a, b), (Some(a), Some(b)) if encoding::equal(a.as_bytes(), b.as_bytes()))
}

impl Verifier for Bound {
    fn cost(&self) -> Cost {
        let dearest =
            self.inners.iter().flatten().map(|inner| inner.cost()).max_by_key(|cost| (cost.memory, cost.rounds));
        let rounds = self.fields.get(ROUNDS).and_then(|rounds| rounds.parse().ok()).unwrap_or(1);
        dearest.unwrap_or_else(|| Cost { kind: self.name, rounds, memory: 0, label: rounds.to_string() })
    }

    fn verify(&self, attempt: &Attempt) -> Verdict {
        let values = Everything { bound: self, attempt };
        let verdict = match Evaluation::new(&values).run(&self.formula.root) {
            Ok(value) => Verdict::of(self.decide(&value) && !self.matches_nobody),
            Err(Failure::Undecided) => Verdict::Undecided,
            Err(Failure::TooCostly) => Verdict::Unverifiable(Reason::TooCostly),
            Err(Failure::Missing) => Verdict::Unverifiable(Reason::Incomplete),
            Err(Failure::Row) => Verdict::Unverifiable(Reason::Malformed),
        };
        // A twin that stands for nobody answers nothing else, whatever its row lacked.
        if self.matches_nobody { Verdict::Mismatch } else { verdict }
    }

    fn lane_kind(&self) -> Option<Kind> {
        let Node::Verify(inner, _) = &self.formula.root else { return None };
        self.inners.get(*inner)?.as_ref().ok()?.lane_kind()
    }

    fn lane(&self, attempt: &Attempt) -> Option<Lane> {
        let Node::Verify(inner, password) = &self.formula.root else { return None };
        let values = Everything { bound: self, attempt };
        let Ok(value::Value::Octets(password)) = Evaluation::new(&values).run(password) else { return None };
        self.inners.get(*inner)?.as_ref().ok()?.lane(&attempt.with_bytes(password))
    }

    fn of_lane(&self, output: &[u8]) -> Verdict {
        let Node::Verify(inner, _) = &self.formula.root else { return Verdict::Undecided };
        match self.inners.get(*inner) {
            Some(Ok(verifier)) if !self.matches_nobody => verifier.of_lane(output),
            Some(Ok(_)) => Verdict::Mismatch,
            _ => Verdict::Undecided,
        }
    }

    fn decoy(&self) -> Box<dyn Verifier> {
        Box::new(Self {
            name: self.name,
            formula: Arc::clone(&self.formula),
            stored: self.stored.clone(),
            expected: self.expected.clone(),
            salt: self.salt.clone(),
            fields: self.fields.clone(),
            site: self.site.clone(),
            inners: self
                .inners
                .iter()
                .map(|inner| inner.as_ref().map(|inner| inner.decoy()).map_err(|error| *error))
                .collect(),
            matches_nobody: true,
        })
    }
}

/// What is known before anybody typed a password.
struct OfTheRow<'a>(&'a Bound);

impl Values for OfTheRow<'_> {
    fn get(&self, name: &str) -> Option<Octets> {
        self.0.of_the_row(name)
    }

    fn verify(&self, _inner: usize, _password: &Octets) -> Verdict {
        Verdict::Undecided
    }
}

struct Everything<'a> {
    bound: &'a Bound,
    attempt: &'a Attempt,
}

impl Values for Everything<'_> {
    fn get(&self, name: &str) -> Option<Octets> {
        let bytes = |text: &Zeroizing<String>| Zeroizing::new(text.as_bytes().to_vec());
        match name {
            "password" => Some(self.attempt.password.clone()),
            "identifier" => Some(bytes(&self.attempt.identifier)),
            "username" => self.attempt.username.as_ref().map(bytes),
            "email" => self.attempt.email.as_ref().map(bytes),
            "user_id" => self.attempt.user_id.as_ref().map(bytes),
            _ => self.bound.of_the_row(name).or_else(|| self.attempt.columns.get(name).map(bytes)),
        }
    }

    fn verify(&self, inner: usize, password: &Octets) -> Verdict {
        match self.bound.inners.get(inner) {
            Some(Ok(verifier)) => verifier.verify(&self.attempt.with_bytes(password.clone())),
            Some(Err(error)) => Verdict::Unverifiable(error.reason().unwrap_or(Reason::Malformed)),
            None => Verdict::Undecided,
        }
    }
}
