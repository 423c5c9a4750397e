//! `bulk export`: every user that has not crossed, in files that the import takes; constant memory, whatever the table.
//! The manifest is written last: a directory without one is half an export, and the next one begins anew.
use super::{
    auth0_user::{self, Outcome, Reason},
    chunk_files::{ChunkFile, ChunkWriter, write_whole},
};
use crate::{
    accounts::{
        pages::{NoPages, Pages},
        profile,
        transcode::row::Rows,
    },
    config::Config,
    ledger::Ledger,
    store::{Store, error::StoreError},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, HashSet},
    fs::{self, File},
    hash::{BuildHasher, RandomState},
    io::{self, BufWriter, Write},
    path::Path,
};

/// The manifest's name.
pub const MANIFEST: &str = "manifest.json";
/// Who was left out, and why.
pub const REJECTS: &str = "rejects.jsonl";

/// What an export holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The form of the directory.
    pub version: u32,
    /// Rows of the table.
    pub rows: u64,
    /// Users in the files.
    pub exported: u64,
    /// Users that have crossed before.
    pub already_migrated: u64,
    /// How many were left out, by reason.
    pub left_out: BTreeMap<String, u64>,
    /// The files, in order.
    pub files: Vec<ChunkFile>,
}

/// Why there is no export.
#[derive(Debug, thiserror::Error)]
pub enum NoExport {
    /// The users cannot be read.
    #[error(transparent)]
    Pages(#[from] NoPages),
    /// The directory cannot be written.
    #[error("the directory cannot be written: {0}")]
    Files(#[from] io::Error),
    /// The directory holds something else.
    #[error("the directory holds `{0}`, which is not of an export")]
    Stranger(String),
    /// The directory holds a whole export.
    #[error("the directory holds a whole export already")]
    Whole,
    /// The import's schema cannot be compiled.
    #[error("the import's schema cannot be read")]
    Schema,
}

impl From<StoreError> for NoExport {
    fn from(error: StoreError) -> Self {
        Self::Pages(NoPages::Store(error))
    }
}

/// Makes the directory ready: whatever a killed export left is removed.
///
/// # Errors
/// `NoExport` when it holds a whole export or something else.
pub fn prepare(directory: &Path) -> Result<(), NoExport> {
    fs::create_dir_all(directory)?;
    if directory.join(MANIFEST).exists() {
        return Err(NoExport::Whole);
    }
    let entries: Vec<_> = fs::read_dir(directory)?.collect::<Result<_, _>>()?;
    for entry in &entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let ours = name == REJECTS
            || name.ends_with(".unfinished")
            || name.strip_prefix("users-").is_some_and(|rest| rest.strip_suffix(".json").is_some());
        if !ours {
            return Err(NoExport::Stranger(name));
        }
    }
    for entry in entries {
        fs::remove_file(entry.path())?;
    }
    Ok(())
}

/// Exports into a directory that is ready; `seen` hears how many rows were read.
///
/// # Errors
/// `NoExport`.
pub async fn export(
    store: &dyn Store,
    ledger: &dyn Ledger,
    config: &Config,
    without_password: &[String],
    directory: &Path,
    seen: &mut dyn FnMut(u64),
) -> Result<Manifest, NoExport> {
    let schema: Value = serde_json::from_str(include_str!("import_schema.json")).map_err(|_| NoExport::Schema)?;
    let schema = jsonschema::validator_for(&schema).map_err(|_| NoExport::Schema)?;
    let mut manifest = Manifest {
        version: 1,
        rows: 0,
        exported: 0,
        already_migrated: 0,
        left_out: BTreeMap::new(),
        files: Vec::new(),
    };
    let mut users = ChunkWriter::new(directory);
    let mut rejects = BufWriter::new(File::create(directory.join(REJECTS))?);
    let mut addresses = Addresses::default();
    let rows = Rows::of(&config.password);
    let mut pages = Pages::new(store, &config.users);
    while let Some(page) = pages.next().await? {
        let ids: Vec<Option<String>> =
            page.iter().map(|row| profile::of(row, &config.users).ok().map(|profile| profile.user_id)).collect();
        let marked = ledger.marked(&ids.iter().flatten().cloned().collect::<Vec<_>>()).await?;
        for (row, id) in page.iter().zip(ids) {
            manifest.rows += 1;
            if id.as_ref().is_some_and(|id| marked.contains(id)) {
                manifest.already_migrated += 1;
                continue;
            }
            let reason = match auth0_user::of(row, config, &rows, without_password) {
                Outcome::User(user) => match accepted(user, &schema, &mut addresses) {
                    Ok(json) => {
                        users.add(&json)?;
                        manifest.exported += 1;
                        continue;
                    }
                    Err(reason) => reason,
                },
                Outcome::Left(reason) => reason,
            };
            let words = reason.words();
            writeln!(rejects, "{}", json!({"user_id": id, "reason": words}))?;
            *manifest.left_out.entry(words).or_default() += 1;
        }
        seen(manifest.rows);
    }
    manifest.files = users.finish()?;
    rejects.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    let text = serde_json::to_vec_pretty(&manifest).map_err(io::Error::other)?;
    write_whole(&directory.join(MANIFEST), &text)?;
    Ok(manifest)
}

/// The user as JSON, held against the import's schema.
fn accepted(
    user: serde_json::Map<String, Value>,
    schema: &jsonschema::Validator,
    addresses: &mut Addresses,
) -> Result<Vec<u8>, Reason> {
    let user = Value::Object(user);
    if !schema.is_valid(&user) {
        return Err(Reason::Refused("the object breaks its schema"));
    }
    let json = serde_json::to_vec(&user).map_err(|_| Reason::Refused("the object is not JSON"))?;
    if !ChunkWriter::fits(&json) {
        return Err(Reason::Refused("the user is larger than a file may be"));
    }
    let email = user.get("email").and_then(Value::as_str).unwrap_or_default();
    if addresses.is_new(email) { Ok(json) } else { Err(Reason::DuplicateEmail) }
}

/// Addresses that were met, as fingerprints: eight bytes each instead of the address.
///
/// A fingerprint that two addresses share, which among ten million happens once in three hundred thousand exports, leaves
/// the second of them for login: nobody is lost.
#[derive(Default)]
struct Addresses {
    seen: HashSet<u64>,
    state: RandomState,
}

impl Addresses {
    fn is_new(&mut self, address: &str) -> bool {
        // Auth0 keeps addresses in lower case.
        self.seen.insert(self.state.hash_one(address.to_lowercase()))
    }
}
