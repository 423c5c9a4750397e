//! `drawbridge auth0 write`: the tenant's directory, or one script to paste.
use super::terminal::{self, Exit};
use crate::{
    auth0::{templates, tenant_files},
    config::load::{self, Needs},
};
use std::{fs, io, path::Path};

/// Prints one script or Action.
#[must_use]
pub fn print(name: &str, complete: bool) -> Exit {
    match templates::find(name, complete) {
        Some(template) => {
            anstream::print!("{}", template.code);
            Exit::Done
        }
        None => {
            let names: Vec<String> = templates::SCRIPTS
                .iter()
                .chain(&templates::ACTIONS)
                .map(|template| format!("`{}`", template.name))
                .collect();
            terminal::error(&format!("`{name}` is no script"), Some(&format!("there are {}", names.join(", "))));
            Exit::Usage
        }
    }
}

/// Writes the directory.
#[must_use]
pub fn write(path: &Path, out: &Path, complete: bool) -> Exit {
    let config = match load::load(path, std::env::vars(), Needs::check()) {
        Ok(config) => config,
        Err(problems) => {
            terminal::problems(&problems);
            return Exit::Usage;
        }
    };
    let Some(token) = &config.token else { return Exit::Usage };
    if let Some(key) = token.placeholders.first() {
        terminal::error(
            &format!("`{key}` is still a placeholder"),
            Some("write your tenant's domain, and the identifier of the API"),
        );
        return Exit::Usage;
    }
    let files = tenant_files::files(&config, token, complete);
    match strangers(out, &files) {
        Ok(None) => {}
        Ok(Some(file)) => {
            let message = format!("{} holds `{file}`, which is not of this command", out.display());
            terminal::error(&message, Some("name an empty directory"));
            return Exit::Usage;
        }
        Err(error) => return unwritable(out, &error),
    }
    for (name, text) in &files {
        let file = out.join(name);
        let made = file.parent().map_or(Ok(()), fs::create_dir_all);
        if let Err(error) = made.and_then(|()| fs::write(&file, text)) {
            return unwritable(&file, &error);
        }
    }
    anstream::println!("{} files are in {}; its README.md has what is done by hand", files.len(), out.display());
    Exit::Done
}

fn unwritable(path: &Path, error: &io::Error) -> Exit {
    terminal::error(&format!("{} cannot be written: {error}", path.display()), None);
    Exit::Failed
}

/// The first entry of the directory that the command would not write: importing it would change the tenant, too.
fn strangers(out: &Path, files: &tenant_files::Files) -> io::Result<Option<String>> {
    let entries = match fs::read_dir(out) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let ours = files.keys().any(|file| *file == name || file.starts_with(&format!("{name}/")));
        if !ours {
            return Ok(Some(name));
        }
    }
    Ok(None)
}
