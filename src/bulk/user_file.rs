//! A file of an export, read back: its users as they stand in it, and who they are.
use super::chunk_files::ChunkFile;
use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use std::{collections::HashSet, fs, io, path::Path};

/// A user of the file.
pub struct FileUser {
    /// The profile's `user_id`.
    pub user_id: String,
    /// The address in lower case, as Auth0 keeps it.
    pub email: String,
    json: Box<RawValue>,
}

/// The users of a file.
pub struct UserFile {
    /// In their order.
    pub users: Vec<FileUser>,
}

/// Why a file is not what the manifest says.
#[derive(Debug, thiserror::Error)]
pub enum NotTheFile {
    /// It cannot be read.
    #[error("`{0}` cannot be read: {1}")]
    Io(String, io::Error),
    /// It was changed since the export.
    #[error("`{0}` is not the file that was exported: its SHA-256 differs from the manifest's")]
    Changed(String),
}

#[derive(Deserialize)]
struct Who {
    user_id: String,
    #[serde(default)]
    email: String,
}

impl UserFile {
    /// Reads a file that has to be as the manifest says.
    ///
    /// # Errors
    /// `NotTheFile`.
    pub fn read(directory: &Path, file: &ChunkFile) -> Result<Self, NotTheFile> {
        let changed = || NotTheFile::Changed(file.name.clone());
        let content = fs::read(directory.join(&file.name)).map_err(|error| NotTheFile::Io(file.name.clone(), error))?;
        if hex::encode(Sha256::digest(&content)) != file.sha256 {
            return Err(changed());
        }
        let users: Vec<Box<RawValue>> = serde_json::from_slice(&content).map_err(|_| changed())?;
        let user = |json: Box<RawValue>| {
            let Who { user_id, email } = serde_json::from_str(json.get()).map_err(|_| changed())?;
            Ok(FileUser { user_id, email: email.to_lowercase(), json })
        };
        Ok(Self { users: users.into_iter().map(user).collect::<Result<_, _>>()? })
    }

    /// All users but some.
    #[must_use]
    pub fn without(mut self, left_out: &HashSet<String>) -> Self {
        self.users.retain(|user| !left_out.contains(&user.user_id));
        self
    }

    /// The ids.
    #[must_use]
    pub fn ids(&self) -> Vec<String> {
        self.users.iter().map(|user| user.user_id.clone()).collect()
    }

    /// The users as a JSON array.
    #[must_use]
    pub fn json(&self) -> Vec<u8> {
        let mut json = vec![b'['];
        for (number, user) in self.users.iter().enumerate() {
            if number > 0 {
                json.push(b',');
            }
            json.extend_from_slice(user.json.get().as_bytes());
        }
        json.push(b']');
        json
    }
}
