//! Auth0's user export: one JSON object a line, plain or gzip, in memory as fingerprints of what can be compared.
use flate2::read::MultiGzDecoder;
use serde_json::{Map, Value};
use std::{
    collections::{HashMap, HashSet},
    fs::File,
    hash::{BuildHasher, RandomState},
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

/// Keys whose values are compared, where both sides have one. Flags change after a crossing by their nature.
pub const COMPARED: [&str; 8] =
    ["email", "username", "name", "given_name", "family_name", "nickname", "phone_number", "picture"];

/// The first bytes of gzip.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The tenant's users who came from here, as fingerprints.
pub struct TenantExport {
    path: PathBuf,
    prefix: String,
    users: HashMap<u64, User>,
    addresses: HashMap<u64, u64>,
    state: RandomState,
    /// Users of the tenant who came from elsewhere.
    pub others: u64,
    /// Lines that are no user, counted from one.
    pub unreadable: Vec<usize>,
}

#[derive(Default)]
struct User {
    values: [Option<u64>; COMPARED.len()],
    seen: bool,
}

/// How a legacy user stands in the tenant.
#[derive(Debug, PartialEq, Eq)]
pub enum InTenant {
    /// Under the same id; these keys differ.
    Here(Vec<&'static str>),
    /// Not there, but the address is another user's.
    AddressTaken,
    /// Not there.
    Missing,
}

impl TenantExport {
    /// Reads an export; users of this connection have ids that begin with `auth0|` and `prefix`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read(path: &Path, prefix: &str) -> io::Result<Self> {
        let mut export = Self {
            path: path.to_owned(),
            prefix: format!("auth0|{prefix}"),
            users: HashMap::new(),
            addresses: HashMap::new(),
            state: RandomState::new(),
            others: 0,
            unreadable: Vec::new(),
        };
        for (number, line) in lines(path)?.split(b'\n').enumerate() {
            let line = line?;
            if line.trim_ascii().is_empty() {
                continue;
            }
            match serde_json::from_slice::<Map<String, Value>>(&line) {
                Ok(user) if user.get("user_id").is_some_and(Value::is_string) => export.add(&user),
                _ => export.unreadable.push(number + 1),
            }
        }
        Ok(export)
    }

    /// Users of the tenant who came from here.
    #[must_use]
    pub fn len(&self) -> usize {
        self.users.len()
    }

    /// Whether nobody of the tenant came from here.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.users.is_empty()
    }

    /// How a user stands in the tenant; counts as seen from now on.
    pub fn find(&mut self, user_id: &str, profile: &Map<String, Value>) -> InTenant {
        let values = self.values(profile);
        let Some(user) = self.users.get_mut(&self.state.hash_one(user_id)) else {
            let taken = values.first().copied().flatten().is_some_and(|email| self.addresses.contains_key(&email));
            return if taken { InTenant::AddressTaken } else { InTenant::Missing };
        };
        user.seen = true;
        let differs =
            |(ours, theirs): (&Option<u64>, &Option<u64>)| matches!((ours, theirs), (Some(a), Some(b)) if a != b);
        let pairs = values.iter().zip(&user.values).map(differs);
        InTenant::Here(COMPARED.into_iter().zip(pairs).filter(|(_, differs)| *differs).map(|(key, _)| key).collect())
    }

    /// The ids of those whom nobody asked for.
    ///
    /// # Errors
    /// When the file cannot be read again.
    pub fn unseen(&self) -> io::Result<Vec<String>> {
        let unseen: HashSet<u64> = self.users.iter().filter(|(_, user)| !user.seen).map(|(id, _)| *id).collect();
        let mut ids = Vec::new();
        if unseen.is_empty() {
            return Ok(ids);
        }
        for line in lines(&self.path)?.split(b'\n') {
            let user: Map<String, Value> = serde_json::from_slice(&line?).unwrap_or_default();
            ids.extend(
                self.own_id(&user).filter(|id| unseen.contains(&self.state.hash_one(id))).map(ToOwned::to_owned),
            );
        }
        Ok(ids)
    }

    /// The `user_id` without what Auth0 puts before it, when it is one of ours.
    fn own_id<'u>(&self, user: &'u Map<String, Value>) -> Option<&'u str> {
        let id = user.get("user_id").and_then(Value::as_str).filter(|id| id.starts_with(&self.prefix))?;
        id.strip_prefix("auth0|")
    }

    fn add(&mut self, user: &Map<String, Value>) {
        let Some(id) = self.own_id(user).map(|id| self.state.hash_one(id)) else {
            self.others += 1;
            return;
        };
        let values = self.values(user);
        if let Some(email) = values.first().copied().flatten() {
            self.addresses.insert(email, id);
        }
        self.users.insert(id, User { values, seen: false });
    }

    /// Fingerprints of what is compared. Addresses have no letter case in Auth0.
    fn values(&self, user: &Map<String, Value>) -> [Option<u64>; COMPARED.len()] {
        COMPARED.map(|key| {
            let text = user.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())?;
            Some(if key == "email" {
                self.state.hash_one(text.to_lowercase().as_str())
            } else {
                self.state.hash_one(text)
            })
        })
    }
}

/// The lines of a file, unpacked where it is gzip.
fn lines(path: &Path) -> io::Result<Box<dyn BufRead>> {
    let mut file = File::open(path)?;
    let mut first = Vec::new();
    file.by_ref().take(2).read_to_end(&mut first)?;
    file.seek(SeekFrom::Start(0))?;
    if first == GZIP {
        return Ok(Box::new(BufReader::new(MultiGzDecoder::new(BufReader::new(file)))));
    }
    Ok(Box::new(BufReader::new(file)))
}
