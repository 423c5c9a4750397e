//! The files of an export: JSON arrays of users, none larger than the import takes, each written whole and then named.
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// The largest file in bytes: the request around it may have 512,000.
pub const MAX_BYTES: usize = 480_000;

/// One file of users.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChunkFile {
    /// Its name.
    pub name: String,
    /// How many users are in it.
    pub users: usize,
    /// Its size.
    pub bytes: usize,
    /// SHA-256 of it, in hex.
    pub sha256: String,
}

/// Writes users into files.
pub struct ChunkWriter {
    directory: PathBuf,
    open: Vec<u8>,
    users: usize,
    files: Vec<ChunkFile>,
}

impl ChunkWriter {
    /// Into this directory, which exists.
    #[must_use]
    pub fn new(directory: &Path) -> Self {
        Self { directory: directory.to_owned(), open: Vec::with_capacity(MAX_BYTES), users: 0, files: Vec::new() }
    }

    /// Whether one user alone would be larger than a file may be.
    #[must_use]
    pub fn fits(user: &[u8]) -> bool {
        user.len() + 3 <= MAX_BYTES
    }

    /// Adds a user, as JSON.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn add(&mut self, user: &[u8]) -> io::Result<()> {
        // The comma before it and the bracket and line end behind it count, too.
        if self.users > 0 && self.open.len() + user.len() + 3 > MAX_BYTES {
            self.close()?;
        }
        self.open.push(if self.users == 0 { b'[' } else { b',' });
        self.open.extend_from_slice(user);
        self.users += 1;
        Ok(())
    }

    /// Writes what is left, and tells all files.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn finish(mut self) -> io::Result<Vec<ChunkFile>> {
        if self.users > 0 {
            self.close()?;
        }
        Ok(std::mem::take(&mut self.files))
    }

    fn close(&mut self) -> io::Result<()> {
        self.open.extend_from_slice(b"]\n");
        let name = format!("users-{:06}.json", self.files.len() + 1);
        write_whole(&self.directory.join(&name), &self.open)?;
        let sha256 = hex::encode(Sha256::digest(&self.open));
        self.files.push(ChunkFile { name, users: self.users, bytes: self.open.len(), sha256 });
        self.open.clear();
        self.users = 0;
        Ok(())
    }
}

/// A file that is there with all of its content, or not at all, whenever the process is killed. Hashes are in it: only its
/// owner may read it.
///
/// # Errors
/// When it cannot be written.
pub fn write_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let unfinished = path.with_extension("unfinished");
    let mut file: File =
        fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&unfinished, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_whole_arrays_below_the_limit() {
        let directory = tempfile::tempdir().expect("a directory");
        let mut writer = ChunkWriter::new(directory.path());
        let user = |n: usize| format!("{{\"n\":{n},\"x\":\"{}\"}}", "y".repeat(10_000));
        for n in 0..200 {
            writer.add(user(n).as_bytes()).expect("it is written");
        }
        let files = writer.finish().expect("the rest is written");
        let mut seen = 0;
        for file in &files {
            let content = fs::read(directory.path().join(&file.name)).expect("the file");
            assert!(content.len() <= MAX_BYTES && content.len() == file.bytes);
            assert_eq!(hex::encode(Sha256::digest(&content)), file.sha256);
            let users: Vec<serde_json::Value> = serde_json::from_slice(&content).expect("an array");
            assert_eq!(users.len(), file.users);
            for user in users {
                assert_eq!(user["n"], seen);
                seen += 1;
            }
        }
        assert_eq!((seen, files.len()), (200, 5));
        assert!(ChunkWriter::new(directory.path()).finish().expect("nothing to write").is_empty());
    }
}
