//! Which schemes a deployment reads, and how a stored value finds its own.
use super::{
    attempt::Attempt,
    bounds,
    registry::{PLAIN, all, find, told_apart},
    scheme::{Cost, Identified, ParseError, Reason, Scheme, Site, Stored, Tell, Verdict, Verifier},
};
use std::{fmt, sync::Arc};

/// A name in the configuration that no scheme has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownScheme {
    /// The name as written.
    pub name: String,
    /// The nearest known one.
    pub nearest: Option<&'static str>,
}

/// Which schemes are read: all that can be told apart, a list in order of preference, or first a list and then all that
/// can be told apart.
#[derive(Clone)]
pub struct Schemes {
    listed: Option<Vec<Arc<dyn Scheme>>>,
    and_auto: bool,
    recipes: Vec<Arc<dyn Scheme>>,
}

impl Schemes {
    /// Each value tells by itself what it is.
    #[must_use]
    pub fn auto() -> Self {
        Self { listed: None, and_auto: false, recipes: Vec::new() }
    }

    /// The schemes of these names; `["auto"]` is `auto`, and `auto` among others lets every scheme in whose text tells.
    ///
    /// # Errors
    /// The first name that is no scheme.
    pub fn from_names(names: &[String]) -> Result<Self, UnknownScheme> {
        Self::with_recipes(names, Vec::new())
    }

    /// The same with recipes of the operator's, which are found by name only.
    ///
    /// # Errors
    /// The first name that is neither a scheme nor a recipe.
    pub fn with_recipes(names: &[String], recipes: Vec<Arc<dyn Scheme>>) -> Result<Self, UnknownScheme> {
        if names.iter().any(|name| name == "auto") && names.len() == 1 {
            return Ok(Self { listed: None, and_auto: false, recipes });
        }
        let by_name = names.iter().filter(|name| *name != "auto");
        let listed = by_name.map(|name| named(name, &recipes)).collect::<Result<_, _>>()?;
        Ok(Self { listed: Some(listed), and_auto: names.iter().any(|name| name == "auto"), recipes })
    }

    /// Whether a listed scheme or recipe mixes in the site's pepper by itself.
    #[must_use]
    pub fn names_pepper(&self) -> bool {
        let mut of_recipes = self.listed.iter().flatten().chain(&self.recipes);
        of_recipes.any(|scheme| scheme.needs().iter().any(|need| need == "pepper" || need == "params.pepper"))
    }

    /// Whether a list is configured and names these schemes alone.
    #[must_use]
    pub fn are_of(&self, names: &[&str]) -> bool {
        !self.and_auto
            && self.listed.as_ref().is_some_and(|listed| listed.iter().all(|scheme| names.contains(&scheme.name())))
    }

    /// Whether recipes of the operator's are known, which may name any mapped column.
    #[must_use]
    pub fn has_recipes(&self) -> bool {
        !self.recipes.is_empty()
    }

    /// This one scheme or recipe, where a column of the row names it.
    #[must_use]
    pub fn only(&self, name: &str) -> Option<Self> {
        let scheme = named(name, &self.recipes).ok()?;
        Some(Self { listed: Some(vec![scheme]), and_auto: false, recipes: self.recipes.clone() })
    }

    /// What a stored value is: as it stands, or without the padding around it.
    #[must_use]
    pub fn identify(&self, stored: Stored<'_>, site: &Site) -> Identified {
        if stored.hash.len() > bounds::STORED_BYTES {
            return Identified::Unverifiable(Reason::Malformed);
        }
        let trimmed = Stored { hash: stored.hash.trim(), ..stored };
        let known = [stored, trimmed].into_iter().find_map(|stored| match self.look(stored, site) {
            Identified::Hash { scheme, verifier } => Some(Identified::Hash { scheme, verifier }),
            _ => None,
        });
        match known {
            // Plain text is whatever is listed last: a lock is no password.
            Some(Identified::Hash { scheme: "plaintext", .. }) if says_no_password(trimmed.hash) => {
                Identified::NoPassword
            }
            Some(known) => known,
            None if says_no_password(trimmed.hash) => Identified::NoPassword,
            None => self.look(trimmed, site),
        }
    }

    /// The schemes that a value could be of; more than one where its text does not tell.
    #[must_use]
    pub fn candidates(&self, stored: Stored<'_>, site: &Site) -> Vec<&'static str> {
        let stored = Stored { hash: stored.hash.trim(), ..stored };
        let mine = |scheme: &&dyn Scheme| {
            !PLAIN.contains(&scheme.name()) && matches!(scheme.parse(stored, site), Ok(_) | Err(ParseError::Incomplete))
        };
        match &self.listed {
            Some(listed) => listed.iter().map(AsRef::as_ref).filter(mine).map(Scheme::name).collect(),
            None => all().filter(mine).map(Scheme::name).collect(),
        }
    }

    fn look(&self, stored: Stored<'_>, site: &Site) -> Identified {
        match &self.listed {
            Some(listed) => try_listed(listed, stored, site).unwrap_or_else(|| {
                let other = try_all(told_apart(), stored, site);
                match other {
                    Some(told) if self.and_auto => told,
                    Some(_) => Identified::Unverifiable(Reason::NotAllowed),
                    None => Identified::Unverifiable(Reason::Unknown),
                }
            }),
            None => try_all(told_apart(), stored, site).unwrap_or_else(|| {
                let by_name =
                    all().filter(|scheme| scheme.tell() == Tell::OnlyByName && !PLAIN.contains(&scheme.name()));
                let mine = |scheme: &dyn Scheme| !matches!(scheme.parse(stored, site), Err(ParseError::NotMine));
                let candidate = by_name.into_iter().any(mine);
                Identified::Unverifiable(if candidate { Reason::Ambiguous } else { Reason::Unknown })
            }),
        }
    }
}

fn named(name: &str, recipes: &[Arc<dyn Scheme>]) -> Result<Arc<dyn Scheme>, UnknownScheme> {
    let known = || recipes.iter().map(|recipe| recipe.name()).chain(all().map(Scheme::name));
    let recipe = recipes.iter().find(|recipe| recipe.name() == name).cloned();
    recipe.or_else(|| find(name).map(built_in)).ok_or_else(|| UnknownScheme {
        name: name.to_owned(),
        nearest: known()
            .map(|known| (strsim::jaro_winkler(name, known), known))
            .filter(|(likeness, _)| *likeness > 0.7)
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, name)| name),
    })
}

fn built_in(scheme: &'static dyn Scheme) -> Arc<dyn Scheme> {
    Arc::new(BuiltIn(scheme))
}

/// A scheme of the registry among recipes.
struct BuiltIn(&'static dyn Scheme);

impl Scheme for BuiltIn {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn tell(&self) -> Tell {
        self.0.tell()
    }

    fn computes(&self) -> &'static str {
        self.0.computes()
    }

    fn needs(&self) -> Vec<String> {
        self.0.needs()
    }

    fn parse(&self, stored: Stored<'_>, site: &Site) -> Result<Box<dyn Verifier>, ParseError> {
        self.0.parse(stored, site)
    }
}

impl fmt::Debug for Schemes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.listed.iter().flatten().map(|scheme| scheme.name());
        f.debug_list().entries(names.chain((self.listed.is_none() || self.and_auto).then_some("auto"))).finish()
    }
}

/// The first scheme whose text this is; what is wrong with the text counts only when no other scheme takes it.
fn try_all(schemes: impl Iterator<Item = &'static dyn Scheme>, stored: Stored<'_>, site: &Site) -> Option<Identified> {
    let mut broken = None;
    for scheme in schemes {
        match scheme.parse(stored, site) {
            Ok(verifier) => return Some(Identified::Hash { scheme: scheme.name(), verifier }),
            Err(error) => broken = worse(broken, error),
        }
    }
    broken.map(Identified::Unverifiable)
}

/// Of a list every scheme that could have written the text: two that look alike may stand in one table, and each
/// is tried in the order of the list.
fn try_listed(listed: &[Arc<dyn Scheme>], stored: Stored<'_>, site: &Site) -> Option<Identified> {
    let mut broken = None;
    let mut found: Vec<(&'static str, &'static str, Box<dyn Verifier>)> = Vec::new();
    for scheme in listed {
        match scheme.parse(stored, site) {
            Ok(verifier) => {
                // Two names for one computation are one verification.
                if found.iter().all(|(computes, ..)| *computes != scheme.computes()) {
                    found.push((scheme.computes(), scheme.name(), verifier));
                }
            }
            Err(error) => broken = worse(broken, error),
        }
    }
    let (_, scheme, first) = match found.len() {
        0 => return broken.map(Identified::Unverifiable),
        _ => found.remove(0),
    };
    if found.is_empty() {
        return Some(Identified::Hash { scheme, verifier: first });
    }
    let rest = found.into_iter().map(|(_, _, verifier)| verifier);
    Some(Identified::Hash { scheme, verifier: Box::new(AnyOf(std::iter::once(first).chain(rest).collect())) })
}

fn worse(broken: Option<Reason>, error: ParseError) -> Option<Reason> {
    match error {
        ParseError::NotMine => broken,
        ParseError::TooCostly => Some(Reason::TooCostly),
        ParseError::Malformed | ParseError::Incomplete => broken.or(error.reason()),
    }
}

/// Several readings of one text, tried in order.
struct AnyOf(Vec<Box<dyn Verifier>>);

impl Verifier for AnyOf {
    fn cost(&self) -> Cost {
        let costs = self.0.iter().map(|verifier| verifier.cost());
        let dearest = costs.clone().max_by_key(|cost| (cost.rounds, cost.memory));
        let mut sum = dearest.unwrap_or(Cost { kind: "none", rounds: 0, memory: 0, label: String::new() });
        sum.rounds = costs.clone().filter(|cost| cost.kind == sum.kind).map(|cost| cost.rounds).sum();
        sum.memory = costs.map(|cost| cost.memory).max().unwrap_or(0);
        sum
    }

    fn verify(&self, attempt: &Attempt) -> Verdict {
        // All of them, always: the time must not tell which one matched.
        let verdicts: Vec<Verdict> = self.0.iter().map(|verifier| verifier.verify(attempt)).collect();
        let undecided = verdicts.iter().copied().find(|verdict| *verdict != Verdict::Mismatch);
        if verdicts.contains(&Verdict::Match) { Verdict::Match } else { undecided.unwrap_or(Verdict::Mismatch) }
    }

    fn decoy(&self) -> Box<dyn Verifier> {
        Box::new(Self(self.0.iter().map(|verifier| verifier.decoy()).collect()))
    }
}

/// Values that say that no password can match: empty, shadow's locks, Django's `!` with random text behind it, and
/// Moodle's `not cached` of people whom another system verifies.
fn says_no_password(text: &str) -> bool {
    // `*` and 40 hex digits is MySQL's hash.
    let mysql = text.len() == 41 && text.bytes().skip(1).all(|byte| byte.is_ascii_hexdigit());
    // Request Tracker's hashes begin with `!`, too: whoever asks here has found no scheme that takes the text.
    let text = ["{CRYPT}", "{crypt}"].iter().find_map(|wrapper| text.strip_prefix(wrapper)).unwrap_or(text);
    text.is_empty()
        || text.starts_with('!')
        || (text.starts_with('*') && !mysql)
        || ["x", "NP", "NL", "LK", "locked", "disabled", "nologin", "not cached"].contains(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_without_a_password_are_told_from_broken_ones() {
        let auto = |hash| Schemes::auto().identify(Stored { hash, salt: None }, &Site::default());
        for hash in ["", "  ", "!", "!!", "*", "*LK*", "!KeJHZTh2HUbVWWqLUDWMFpBoLfJnJZIKtOMgVWGi", "x"] {
            assert!(matches!(auto(hash), Identified::NoPassword));
        }
        for (hash, reason) in [
            ("5f4dcc3b5aa765d61d8327deb882cf99", Reason::Ambiguous),
            ("$2y$31$abcdefghijklmnopqrstuuwOuvuEB8yOWqrtta0jWB10wzwfcx.sG", Reason::TooCostly),
            ("$2y$10$abc", Reason::Malformed),
            ("hello", Reason::Unknown),
        ] {
            assert!(matches!(auto(hash), Identified::Unverifiable(found) if found == reason), "{}", reason.word());
        }
        let listed = Schemes::from_names(&["raw_md5".into()]).expect("a known name");
        let bcrypt = Stored { hash: "$2y$05$abcdefghijklmnopqrstuuwOuvuEB8yOWqrtta0jWB10wzwfcx.sG", salt: None };
        let found = listed.identify(bcrypt, &Site::default());
        assert!(matches!(found, Identified::Unverifiable(Reason::NotAllowed)));
        let both = Schemes::from_names(&["raw_md5".into(), "auto".into()]).expect("known names");
        let md5 = Stored { hash: "5f4dcc3b5aa765d61d8327deb882cf99", salt: None };
        for (stored, name) in [(bcrypt, "bcrypt_2y"), (md5, "raw_md5")] {
            let found = both.identify(stored, &Site::default());
            assert!(matches!(found, Identified::Hash { scheme, .. } if scheme == name));
        }
    }
}
