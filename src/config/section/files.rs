//! Keys of a section that name files, and the secrets in them. What is read is noted, so that a reload can see a change.
use super::{
    super::{noted::NotedFile, problem::Origin, secret_file},
    Section,
};
use crate::secret::Secret;
use std::path::{Path, PathBuf};

impl Section<'_> {
    /// The path of a file that must be readable.
    pub fn path(&self, key: &str) -> Option<PathBuf> {
        self.text(key).map(|given| self.context.path(&given))
    }

    /// The path of a file whose contents are part of the configuration.
    pub fn noted_path(&self, key: &str) -> Option<PathBuf> {
        let path = self.path(key)?;
        self.context.note(NotedFile::read_now(self.full(key), &path));
        Some(path)
    }

    /// A secret, from the key itself or from the file that its `_file` twin names.
    pub fn secret(&self, key: &str) -> Option<Secret> {
        let twin = format!("{key}_file");
        let (given, file) = (self.text(key), self.path(&twin));
        match (given, file) {
            (Some(_), Some(_)) => {
                self.problem(
                    &twin,
                    format!("both `{}` and `{}` are set", self.full(key), self.full(&twin)),
                    Some("keep the file"),
                );
                None
            }
            (Some(text), None) => {
                self.secret_is_inside(key);
                Some(Secret::new(text))
            }
            (None, Some(path)) => self.secret_of_file(&twin, &path),
            (None, None) => None,
        }
    }

    /// Notes that a key holds a secret in the file itself; a variable is not the file.
    pub fn secret_is_inside(&self, key: &str) {
        let origin = self.node.and_then(|node| node.get(key)).map(|node| &node.origin);
        if matches!(origin, Some(Origin::Line(_))) {
            self.context.secrets_inside.borrow_mut().push(self.full(key));
        }
    }

    /// The secret in a file; its problems are kept under `key`.
    pub fn secret_of_file(&self, key: &str, path: &Path) -> Option<Secret> {
        self.context.note(NotedFile::read_now(self.full(key), path));
        match secret_file::read(path) {
            Ok(secret) => Some(secret),
            Err((message, hint)) => {
                self.problem(key, format!("`{}`: {message}", self.full(key)), Some(hint));
                None
            }
        }
    }
}
