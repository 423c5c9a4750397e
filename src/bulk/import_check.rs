//! What an import would send: every file read back and held against the manifest, the import's schema and the ledger.
use super::{
    chunk_files::MAX_BYTES,
    export::{MANIFEST, Manifest},
    user_file::{NotTheFile, UserFile},
};
use crate::{ledger::Ledger, store::error::StoreError};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::{fs, io, path::Path};

/// Why a directory cannot be imported.
#[derive(Debug, thiserror::Error)]
pub enum NotAnExport {
    /// There is no manifest: the export was not finished.
    #[error("there is no whole export: `{MANIFEST}` cannot be read: {0}")]
    NoManifest(io::Error),
    /// The manifest is of another version, or none of ours.
    #[error("`{MANIFEST}` is not of this version's export")]
    Version,
    /// A file is not what it was.
    #[error(transparent)]
    File(#[from] NotTheFile),
    /// A file holds a user that the import would refuse.
    #[error("`{0}` holds users that the import refuses")]
    Refused(String),
    /// The ledger does not answer.
    #[error(transparent)]
    Ledger(#[from] StoreError),
}

/// What an import would send.
#[derive(Debug, Default, Serialize)]
pub struct Rehearsal {
    /// Files.
    pub files: u64,
    /// Users who would be sent.
    pub users: u64,
    /// Users who have crossed since the export.
    pub crossed: u64,
    /// Users whom the export left for login.
    pub left_for_login: u64,
}

/// The manifest of an export, and its SHA-256 in hex.
///
/// # Errors
/// `NotAnExport`.
pub fn manifest(directory: &Path) -> Result<(Manifest, String), NotAnExport> {
    let text = fs::read(directory.join(MANIFEST)).map_err(NotAnExport::NoManifest)?;
    let manifest: Manifest = serde_json::from_slice(&text).map_err(|_| NotAnExport::Version)?;
    // Names come from our own export; anything else could lead out of the directory.
    let is_ours = |name: &str| name.starts_with("users-") && !name.contains(['/', '\\']);
    if manifest.version != 1 || !manifest.files.iter().all(|file| is_ours(&file.name) && file.bytes <= MAX_BYTES) {
        return Err(NotAnExport::Version);
    }
    Ok((manifest, hex::encode(Sha256::digest(&text))))
}

/// Looks at every file; `seen` hears how many users were looked at.
///
/// # Errors
/// `NotAnExport`.
pub async fn rehearse(
    directory: &Path,
    manifest: &Manifest,
    ledger: &dyn Ledger,
    seen: &mut dyn FnMut(u64),
) -> Result<Rehearsal, NotAnExport> {
    let schema = serde_json::from_str(include_str!("import_schema.json")).map_err(|_| NotAnExport::Version)?;
    let schema = jsonschema::validator_for(&schema).map_err(|_| NotAnExport::Version)?;
    let mut rehearsal = Rehearsal { left_for_login: manifest.left_out.values().sum(), ..Rehearsal::default() };
    for file in &manifest.files {
        let users = UserFile::read(directory, file)?;
        let all: Vec<serde_json::Value> =
            serde_json::from_slice(&users.json()).map_err(|_| NotTheFile::Changed(file.name.clone()))?;
        if !all.iter().all(|user| schema.is_valid(user)) {
            return Err(NotAnExport::Refused(file.name.clone()));
        }
        let marked = ledger.marked(&users.ids()).await?;
        let crossed = users.users.iter().filter(|user| marked.contains(&user.user_id)).count();
        let (all, crossed) = (u64::try_from(all.len()).unwrap_or(0), u64::try_from(crossed).unwrap_or(0));
        rehearsal.files += 1;
        rehearsal.users += all - crossed;
        rehearsal.crossed += crossed;
        seen(rehearsal.users + rehearsal.crossed);
    }
    Ok(rehearsal)
}
