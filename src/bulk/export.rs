//! `bulk export`: every user that has not crossed, in files that the import takes; constant memory, whatever the table.
//! The manifest is written last: a directory without one is half an export, and the next one begins anew.
use super::{
    auth0_user::{NoSchema, Reason, Writer},
    chunk_files::{ChunkFile, ChunkWriter},
    disk::write_whole,
    shard::Shard,
    waiting::{Settled, Waiting},
};
use crate::{
    accounts::{
        marks::Marks,
        pages::{NoPages, Pages},
    },
    config::Config,
    ledger::Ledger,
    store::{Store, error::StoreError, legacy_row::LegacyRow},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::Path,
    sync::Arc,
};

/// The manifest's name.
pub const MANIFEST: &str = "manifest.json";
/// Who was left out, and why.
pub const REJECTS: &str = "rejects.jsonl";

/// What an export holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The form of the directory.
    pub version: u32,
    /// Which part of the users it holds, as `I/N`; all of them without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<String>,
    /// Rows of the table, or of its shard.
    pub rows: u64,
    /// Users in the files.
    pub exported: u64,
    /// Users that have crossed before.
    pub already_migrated: u64,
    /// How many were left out, by reason.
    pub left_out: BTreeMap<String, u64>,
    /// The files, in order.
    pub files: Vec<ChunkFile>,
}

/// Why there is no export.
#[derive(Debug, thiserror::Error)]
pub enum NoExport {
    /// The users cannot be read.
    #[error(transparent)]
    Pages(#[from] NoPages),
    /// The directory cannot be written.
    #[error("the directory cannot be written: {0}")]
    Files(#[from] io::Error),
    /// The directory holds something else.
    #[error("the directory holds `{0}`, which is not of an export")]
    Stranger(String),
    /// The directory holds a whole export.
    #[error("the directory holds a whole export already")]
    Whole,
    /// The import's schema cannot be compiled.
    #[error(transparent)]
    Schema(#[from] NoSchema),
}

impl From<StoreError> for NoExport {
    fn from(error: StoreError) -> Self {
        Self::Pages(NoPages::Store(error))
    }
}

/// Makes the directory ready: whatever a killed export left is removed.
///
/// # Errors
/// `NoExport` when it holds a whole export or something else.
pub fn prepare(directory: &Path) -> Result<(), NoExport> {
    fs::create_dir_all(directory)?;
    if directory.join(MANIFEST).exists() {
        return Err(NoExport::Whole);
    }
    let entries: Vec<_> = fs::read_dir(directory)?.collect::<Result<_, _>>()?;
    for entry in &entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let ours = name == REJECTS
            || name.ends_with(".unfinished")
            || name.strip_prefix("users-").is_some_and(|rest| rest.strip_suffix(".json").is_some());
        if !ours {
            return Err(NoExport::Stranger(name));
        }
    }
    for entry in entries {
        fs::remove_file(entry.path())?;
    }
    Ok(())
}

/// What is exported, and where to.
pub struct Export<'a> {
    /// The configuration of the table.
    pub config: &'a Config,
    /// Users of these schemes go without their hash.
    pub without_password: &'a [String],
    /// The part of the users that is exported; all of them without one.
    pub shard: Option<Shard>,
    /// The directory, which is ready.
    pub directory: &'a Path,
}

/// Exports; `seen` hears how many rows were read.
///
/// # Errors
/// `NoExport`.
pub async fn export(
    store: &Arc<dyn Store>,
    ledger: &dyn Ledger,
    export: &Export<'_>,
    seen: &mut dyn FnMut(u64),
) -> Result<Manifest, NoExport> {
    let marks = Marks::read(ledger).await?;
    let mut pages = Pages::new(store, export.shard.map(Shard::stripes))?;
    let mut files = Files::new(export, marks)?;
    while pages.next(|row| files.add(row)).await? {
        seen(files.rows);
    }
    files.finish()
}

/// The files of an export on their way.
struct Files<'a> {
    export: &'a Export<'a>,
    marks: Marks,
    writer: Writer<'a>,
    waiting: Waiting,
    users: ChunkWriter,
    rejects: BufWriter<File>,
    rows: u64,
    exported: u64,
    already_migrated: u64,
    left_out: BTreeMap<Reason, u64>,
}

impl<'a> Files<'a> {
    fn new(export: &'a Export<'a>, marks: Marks) -> Result<Self, NoExport> {
        Ok(Self {
            export,
            marks,
            writer: Writer::new(export.config, export.without_password)?,
            waiting: Waiting::default(),
            users: ChunkWriter::new(export.directory)?,
            rejects: BufWriter::new(File::create(export.directory.join(REJECTS))?),
            rows: 0,
            exported: 0,
            already_migrated: 0,
            left_out: BTreeMap::new(),
        })
    }

    fn add(&mut self, row: &LegacyRow) -> Result<(), NoExport> {
        if self.export.shard.is_some_and(|shard| !shard.holds(row.get(&self.export.config.users.id_column))) {
            return Ok(());
        }
        self.rows += 1;
        let read = self.writer.read(row);
        if self.writer.user_id().is_some_and(|user_id| self.marks.hold(user_id)) {
            self.already_migrated += 1;
            return Ok(());
        }
        match read.and_then(|()| self.user(row)) {
            Ok(()) => self.waiting.add(self.writer.user_id().unwrap_or_default(), self.writer.email()),
            Err(reason) => self.waiting.leave_out(self.writer.user_id(), reason),
        }
        if self.waiting.is_full() { self.settle() } else { Ok(()) }
    }

    fn user(&mut self, row: &LegacyRow) -> Result<(), Reason> {
        self.writer.write(row, self.waiting.json())?;
        if !ChunkWriter::fits(self.waiting.appended()) {
            return Err(Reason::Refused("the user is larger than a file may be"));
        }
        Ok(())
    }

    fn settle(&mut self) -> Result<(), NoExport> {
        self.waiting.settle(|settled| match settled {
            Settled::User(json) => {
                self.exported += 1;
                Ok(self.users.add(json)?)
            }
            Settled::LeftOut(user_id, reason) => {
                *self.left_out.entry(reason).or_default() += 1;
                Ok(writeln!(self.rejects, "{}", json!({"user_id": user_id, "reason": reason.words()}))?)
            }
        })
    }

    fn finish(mut self) -> Result<Manifest, NoExport> {
        self.settle()?;
        let files = self.users.finish()?;
        self.rejects.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        let manifest = Manifest {
            version: 1,
            shard: self.export.shard.map(|shard| shard.to_string()),
            rows: self.rows,
            exported: self.exported,
            already_migrated: self.already_migrated,
            left_out: self.left_out.into_iter().map(|(reason, count)| (reason.words(), count)).collect(),
            files,
        };
        let text = serde_json::to_vec_pretty(&manifest).map_err(io::Error::other)?;
        write_whole(&self.export.directory.join(MANIFEST), &text)?;
        Ok(manifest)
    }
}
