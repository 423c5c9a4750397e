//! What is verified when there is nothing to verify, so that time tells nothing about an account.
//!
//! The decoy is a twin of the deployment's usual hash: the most frequent scheme and cost of a sample of the table.
use super::stored_hash;
use crate::{
    config::password::Password,
    hash::{
        families::bcrypt,
        scheme::{Cost, Identified, Verifier},
    },
    store::legacy_row::LegacyRow,
};
use std::collections::{BTreeMap, HashMap};

/// The cost of the decoy of an empty table: what today's libraries write by default.
const DEFAULT_BCRYPT_COST: u32 = 10;

/// The usual hash of this deployment.
pub struct Decoy {
    usual: Box<dyn Verifier>,
    cost: Cost,
}

impl Decoy {
    /// Chooses the most frequent scheme and cost of some rows.
    #[must_use]
    pub fn of_sample(rows: &[LegacyRow], password: &Password) -> Self {
        let mut seen: HashMap<Cost, (u32, Box<dyn Verifier>)> = HashMap::new();
        for row in rows {
            if let Identified::Hash { verifier, .. } = stored_hash::identify(row, password) {
                seen.entry(verifier.cost()).or_insert_with(|| (0, verifier.decoy())).0 += 1;
            }
        }
        let usual = seen
            .into_values()
            .max_by_key(|(count, verifier)| (*count, verifier.cost().rounds))
            .map_or_else(|| bcrypt::decoy(DEFAULT_BCRYPT_COST), |(_, verifier)| verifier);
        let cost = usual.cost();
        Self { usual, cost }
    }

    /// How many of some rows cannot be verified, by reason.
    #[must_use]
    pub fn unverifiable_in(rows: &[LegacyRow], password: &Password) -> BTreeMap<&'static str, usize> {
        let mut reasons = BTreeMap::new();
        for row in rows {
            if let Identified::Unverifiable(reason) = stored_hash::identify(row, password) {
                *reasons.entry(reason.word()).or_default() += 1;
            }
        }
        reasons
    }

    /// A verifier that takes the usual time and matches nobody.
    #[must_use]
    pub fn verifier(&self) -> Box<dyn Verifier> {
        self.usual.decoy()
    }

    /// What is to be verified beside a row's own verifier: nothing where that one is the usual one or costs as much.
    #[must_use]
    pub fn beside(&self, cost: &Cost) -> Option<Box<dyn Verifier>> {
        let as_much = cost.kind == self.cost.kind && cost.rounds >= self.cost.rounds;
        (!as_much && is_cheap(cost)).then(|| self.verifier())
    }

    /// The usual scheme's kind and cost, for the log.
    #[must_use]
    pub fn describe(&self) -> String {
        format!("{} {}", self.cost.kind, self.cost.label)
    }
}

/// Single digests take microseconds: alone they would tell themselves apart from everything else.
fn is_cheap(cost: &Cost) -> bool {
    cost.memory == 0 && cost.rounds <= 1
}
