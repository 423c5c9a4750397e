//! Whether secrets are closed to everybody else. The loader refuses open secret files; what stands in the configuration
//! itself is looked at here.
use super::Finding;
use crate::config::Config;
use std::{os::unix::fs::PermissionsExt, path::Path};

/// Looks at the mode of the configuration, where it holds secrets itself.
#[must_use]
pub fn probe(config: &Config, file: &Path) -> Vec<Finding> {
    if config.secrets_inside.is_empty() {
        return vec![Finding::note(
            "secret_files",
            "no secret stands in the configuration, and secret files are closed",
        )];
    }
    let keys: Vec<String> = config.secrets_inside.iter().map(|key| format!("`{key}`")).collect();
    let keys = keys.join(", ");
    let is_open = std::fs::metadata(file).is_ok_and(|file| file.permissions().mode() & 0o007 != 0);
    let shown = file.display();
    vec![if is_open {
        let message = format!("{shown} holds the secret of {keys} and is open to every user of this machine");
        Finding::error(
            "secret_files",
            message,
            Some(format!("run `chmod o= {shown}`, or move it into a file of its own")),
        )
    } else {
        let message = format!("{shown} holds the secret of {keys}");
        let hint = "move it into a file of its own and name that by the key's `_file` twin";
        Finding::warning("secret_files", message, Some(hint.into()))
    }]
}
