//! Users and rejects of an export between their row and their place: they wait until the addresses of many are looked up at
//! once. Their order is that of the rows.
//!
//! # Why many at once
//! The set of addresses is larger than the processor's caches. Look-ups behind each other wait for memory together, where each
//! of them between two rows would wait alone.
use super::auth0_user::Reason;
use crate::accounts::fingerprint::{Keyed, Set};

/// How many wait at most.
const MANY: usize = 256;
/// How many bytes of users wait, one user more at most.
const MUCH: usize = 128 * 1024;

/// Whoever waits.
#[derive(Default)]
pub struct Waiting {
    addresses: Addresses,
    json: Vec<u8>,
    user_ids: String,
    people: Vec<Person>,
}

/// One of them: where the bytes end that begin behind the one before.
struct Person {
    json: usize,
    user_id: usize,
    told: Result<u64, Reason>,
}

/// What became of one of them.
pub enum Settled<'a> {
    /// A user as JSON.
    User(&'a [u8]),
    /// Somebody who is left out, by the `user_id` where there is one.
    LeftOut(Option<&'a str>, Reason),
}

impl Waiting {
    /// Where the JSON of the next user is appended. What is there when a reject is added is taken away.
    pub fn json(&mut self) -> &mut Vec<u8> {
        &mut self.json
    }

    /// The JSON that was appended since the last one was added.
    #[must_use]
    pub fn appended(&self) -> &[u8] {
        self.json.get(self.settled_json()..).unwrap_or_default()
    }

    /// Adds whose JSON was appended.
    pub fn add(&mut self, user_id: &str, address: &str) {
        let fingerprint = self.addresses.fingerprint(address);
        self.push(user_id, Ok(fingerprint));
    }

    /// Adds somebody who is left out.
    pub fn leave_out(&mut self, user_id: Option<&str>, reason: Reason) {
        self.json.truncate(self.settled_json());
        self.push(user_id.unwrap_or_default(), Err(reason));
    }

    /// Whether they have to be settled.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.people.len() >= MANY || self.json.len() >= MUCH
    }

    /// Hands over all who wait, in their order.
    ///
    /// # Errors
    /// What `each` says.
    pub fn settle<E>(&mut self, mut each: impl FnMut(Settled<'_>) -> Result<(), E>) -> Result<(), E> {
        for person in &mut self.people {
            if let Ok(fingerprint) = person.told
                && !self.addresses.seen.insert(fingerprint)
            {
                person.told = Err(Reason::DuplicateEmail);
            }
        }
        let (mut json, mut user_id) = (0, 0);
        for person in self.people.drain(..) {
            each(match person.told {
                Ok(_) => Settled::User(self.json.get(json..person.json).unwrap_or_default()),
                Err(reason) => {
                    let user_id = self.user_ids.get(user_id..person.user_id);
                    Settled::LeftOut(user_id.filter(|user_id| !user_id.is_empty()), reason)
                }
            })?;
            (json, user_id) = (person.json, person.user_id);
        }
        self.json.clear();
        self.user_ids.clear();
        Ok(())
    }

    fn push(&mut self, user_id: &str, told: Result<u64, Reason>) {
        self.user_ids.push_str(user_id);
        self.people.push(Person { json: self.json.len(), user_id: self.user_ids.len(), told });
    }

    fn settled_json(&self) -> usize {
        self.people.last().map_or(0, |person| person.json)
    }
}

/// Addresses that were met, as fingerprints: eight bytes each instead of the address.
///
/// A fingerprint that two addresses share, which among ten million happens once in three hundred thousand exports, leaves
/// the second of them for login: nobody is lost.
#[derive(Default)]
struct Addresses {
    keys: Keyed,
    seen: Set<u64>,
    lower: Vec<u8>,
}

impl Addresses {
    fn fingerprint(&mut self, address: &str) -> u64 {
        // Auth0 keeps addresses in lower case.
        self.lower.clear();
        if address.is_ascii() {
            self.lower.extend_from_slice(address.as_bytes());
            self.lower.make_ascii_lowercase();
        } else {
            self.lower.extend_from_slice(address.to_lowercase().as_bytes());
        }
        self.keys.of(&self.lower)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_comes_out_once_and_in_order() {
        let mut waiting = Waiting::default();
        let mut told = Vec::new();
        let mut settle = |waiting: &mut Waiting| {
            waiting.settle(|settled| {
                told.push(match settled {
                    Settled::User(json) => String::from_utf8_lossy(json).into_owned(),
                    Settled::LeftOut(user_id, reason) => format!("{user_id:?}: {reason:?}"),
                });
                Ok::<_, ()>(())
            })
        };
        for (user_id, address) in [("1", "Ada@example.com"), ("2", "grace@example.com"), ("3", "aDA@EXAMPLE.com")] {
            waiting.json().extend_from_slice(user_id.as_bytes());
            assert_eq!(waiting.appended(), user_id.as_bytes());
            waiting.add(user_id, address);
            waiting.json().extend_from_slice(b"half a user");
            waiting.leave_out(None, Reason::NoEmail);
        }
        settle(&mut waiting).expect("nobody refuses");
        waiting.json().extend_from_slice(b"4");
        waiting.add("4", "GRACE@example.com");
        waiting.leave_out(Some("5"), Reason::Disabled);
        settle(&mut waiting).expect("nobody refuses");
        let expected = [
            "1",
            "None: NoEmail",
            "2",
            "None: NoEmail",
            "Some(\"3\"): DuplicateEmail",
            "None: NoEmail",
            "Some(\"4\"): DuplicateEmail",
            "Some(\"5\"): Disabled",
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn neither_many_nor_large_users_wait_for_long() {
        let mut waiting = Waiting::default();
        (0..MANY).for_each(|_| waiting.leave_out(None, Reason::NoEmail));
        assert!(waiting.is_full());
        let mut waiting = Waiting::default();
        waiting.json().extend_from_slice(&vec![b' '; MUCH]);
        waiting.add("1", "ada@example.com");
        assert!(waiting.is_full());
    }
}
