//! Which files a configuration was made of, and how they looked right before they were read: what a reload compares.
use sha2::{Digest, Sha256};
use std::{
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

/// A file that the configuration names, or the configuration itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotedFile {
    /// The key that names it, such as `database.password_file`; empty for the configuration itself.
    pub key: String,
    /// Its path.
    pub path: PathBuf,
    /// How it looked.
    pub stamp: Stamp,
    /// The digest of what was in it; `None` where it could not be read, or is read anew for every use.
    pub digest: Option<[u8; 32]>,
}

/// What changes when somebody writes a file or puts another in its place; `None` where there is none.
///
/// Links are followed: Kubernetes replaces a link to the directory of the secret, never the file itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp(Option<(u64, u64, i64, i64, u64)>);

impl Stamp {
    /// How the file looks now.
    #[must_use]
    pub fn of(path: &Path) -> Self {
        let file = std::fs::metadata(path).ok();
        Self(file.map(|file| (file.dev(), file.ino(), file.mtime(), file.mtime_nsec(), file.size())))
    }
}

impl NotedFile {
    /// A file whose contents are read with the configuration. To be called before they are: a change in between is
    /// seen at the next look then, and never lost.
    #[must_use]
    pub fn read_now(key: String, path: &Path) -> Self {
        let stamp = Stamp::of(path);
        let digest = std::fs::read(path).ok().map(|bytes| Sha256::digest(zeroize::Zeroizing::new(bytes)).into());
        Self { key, path: path.to_owned(), stamp, digest }
    }

    /// A file that is read anew whenever it is needed.
    #[must_use]
    pub fn read_later(key: String, path: &Path) -> Self {
        Self { key, path: path.to_owned(), stamp: Stamp::of(path), digest: None }
    }
}
