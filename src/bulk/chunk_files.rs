//! The files of an export: JSON arrays of users, none larger than the import takes, each written whole and then named.
use super::disk::{Disk, Job, Written, sync_directory};
use serde::{Deserialize, Serialize};
use std::{
    io,
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
    disk: Disk,
    spare: Vec<Vec<u8>>,
}

impl ChunkWriter {
    /// Into this directory, which exists.
    ///
    /// # Errors
    /// When the system refuses the threads that write.
    pub fn new(directory: &Path) -> io::Result<Self> {
        Ok(Self {
            directory: directory.to_owned(),
            open: Vec::with_capacity(MAX_BYTES),
            users: 0,
            files: Vec::new(),
            disk: Disk::start()?,
            spare: Vec::new(),
        })
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

    /// Writes what is left, waits until the disk has all of it, and tells all files.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn finish(mut self) -> io::Result<Vec<ChunkFile>> {
        if self.users > 0 {
            self.close()?;
        }
        let Self { directory, mut files, disk, .. } = self;
        for written in disk.finish()? {
            tell(&mut files, &written);
        }
        sync_directory(&directory)?;
        Ok(files)
    }

    fn close(&mut self) -> io::Result<()> {
        self.open.extend_from_slice(b"]\n");
        let name = format!("users-{:06}.json", self.files.len() + 1);
        let path = self.directory.join(&name);
        let number = self.files.len();
        self.files.push(ChunkFile { name, users: self.users, bytes: self.open.len(), sha256: String::new() });
        self.users = 0;
        while let Some(written) = self.disk.written() {
            let written = written?;
            tell(&mut self.files, &written);
            self.spare.push(written.buffer);
        }
        let next = self.spare.pop().unwrap_or_else(|| Vec::with_capacity(MAX_BYTES));
        let content = std::mem::replace(&mut self.open, next);
        self.disk.write(Job { number, path, content })
    }
}

fn tell(files: &mut [ChunkFile], written: &Written) {
    if let Some(file) = files.get_mut(written.number) {
        file.sha256.clone_from(&written.sha256);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};
    use std::fs;

    #[test]
    fn files_are_whole_arrays_below_the_limit() {
        let directory = tempfile::tempdir().expect("a directory");
        let mut writer = ChunkWriter::new(directory.path()).expect("threads");
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
        assert!(ChunkWriter::new(directory.path()).expect("threads").finish().expect("nothing to write").is_empty());
    }
}
