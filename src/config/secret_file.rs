//! Secrets in files: one secret a file, readable by few.
use crate::secret::Secret;
use std::{os::unix::fs::PermissionsExt, path::Path};

/// Reads the secret; one line end behind it is not part of it.
///
/// # Errors
/// What is wrong, and what to do.
pub fn read(path: &Path) -> Result<Secret, (String, &'static str)> {
    let shown = path.display();
    is_private(path)?;
    let text = std::fs::read_to_string(path).map_err(|error| {
        (format!("{shown} cannot be read: {error}"), "the file must be UTF-8 and readable by the service")
    })?;
    let text = zeroize::Zeroizing::new(text);
    let secret = text.strip_suffix('\n').map_or(text.as_str(), |text| text.strip_suffix('\r').unwrap_or(text));
    if secret.is_empty() {
        return Err((format!("{shown} is empty"), "write the secret into it"));
    }
    Ok(Secret::new(secret.to_owned()))
}

/// Whether a secret file is closed to everybody else.
///
/// # Errors
/// When it is missing or everybody may read it.
pub fn is_private(path: &Path) -> Result<(), (String, &'static str)> {
    let shown = path.display();
    let file = std::fs::metadata(path)
        .map_err(|error| (format!("{shown} cannot be read: {error}"), "name a file that exists"))?;
    if file.permissions().mode() & 0o007 != 0 {
        return Err((format!("{shown} is open to every user of this machine"), "run `chmod o= FILE`"));
    }
    Ok(())
}
