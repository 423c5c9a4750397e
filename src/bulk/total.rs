//! What an import came to.
use super::{disk::write_whole, export::Manifest, journal::FileResult};
use serde::Serialize;
use std::{collections::BTreeMap, io, path::Path};

/// The file that names everybody who was not imported.
pub const FAILED: &str = "failed.jsonl";

/// The sums of an import.
#[derive(Debug, Default, Serialize)]
pub struct Total {
    /// New in the tenant.
    pub inserted: u64,
    /// Changed there.
    pub updated: u64,
    /// There before, under their own ids.
    pub already_there: u64,
    /// Not sent: they have crossed since the export.
    pub crossed: u64,
    /// Not imported, by Auth0's code.
    pub failed: BTreeMap<String, u64>,
    /// Left out by the export.
    pub left_for_login: u64,
}

impl Total {
    /// The sums of all files.
    #[must_use]
    pub fn of(manifest: &Manifest, results: &[FileResult]) -> Self {
        let mut total = Self { left_for_login: manifest.left_out.values().sum(), ..Self::default() };
        for result in results {
            total.inserted += result.inserted;
            total.updated += result.updated;
            total.already_there += result.already_there;
            total.crossed += result.crossed;
            for failed in &result.failed {
                *total.failed.entry(failed.code.clone()).or_default() += 1;
            }
        }
        total
    }
}

/// Names everybody who was not imported, by id and code, one JSON object a line.
///
/// # Errors
/// When the file cannot be written.
pub fn write_failed(directory: &Path, results: &[FileResult]) -> io::Result<()> {
    let mut lines = Vec::new();
    for failed in results.iter().flat_map(|result| &result.failed) {
        serde_json::to_writer(&mut lines, failed)?;
        lines.push(b'\n');
    }
    write_whole(&directory.join(FAILED), &lines)
}
