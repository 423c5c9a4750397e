//! The journal of an import: one JSON line before and after every step, on the disk before the next step begins. Whatever
//! kills the import, the next one reads here what was done, what was not, and what nobody can know.
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
};

/// The journal's name.
pub const JOURNAL: &str = "journal.jsonl";

/// A step of an import. Users stand here by their ids alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    /// The first line: what is imported, and whereto.
    Began {
        /// The connection.
        connection_id: String,
        /// Whether users who are there already are changed.
        upsert: bool,
        /// SHA-256 of the manifest, in hex.
        manifest: String,
    },
    /// A file is about to be sent.
    Sending {
        /// Its name.
        file: String,
        /// Its users who have crossed since the export, and are not sent.
        crossed: Vec<String>,
        /// Its users whom an earlier send brought into the tenant, and who are not sent again.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        present: Vec<String>,
    },
    /// It was not taken, for sure.
    NotTaken {
        /// The file.
        file: String,
    },
    /// It was taken.
    Taken {
        /// The file.
        file: String,
        /// The id of its job.
        job: String,
    },
    /// Nobody can say which of its users are there: it is sent again.
    Lost {
        /// The file.
        file: String,
        /// What happened.
        why: String,
    },
    /// The job is over and what became of each user is known.
    Ended {
        /// The file.
        file: String,
        /// What became of them.
        result: FileResult,
    },
    /// Everybody who is in the tenant is marked: the file is done.
    Marked {
        /// The file.
        file: String,
    },
}

/// What became of the users of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FileResult {
    /// The id of the job that told.
    pub job: String,
    /// New in the tenant.
    pub inserted: u64,
    /// Changed there.
    pub updated: u64,
    /// There before, under their own ids.
    pub already_there: u64,
    /// Not sent: they have crossed since the export.
    pub crossed: u64,
    /// Who was not imported.
    pub failed: Vec<Failed>,
}

/// A user who was not imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failed {
    /// The user.
    pub user_id: String,
    /// Auth0's code.
    pub code: String,
}

/// Where a file stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileState {
    /// How often it was sent and may have been taken.
    pub sends: u32,
    /// Its users who were not sent the last time, since they have crossed.
    pub crossed: Vec<String>,
    /// Its users who were not sent the last time, since they are in the tenant.
    pub present: Vec<String>,
    /// What is next.
    pub now: Now,
}

/// What is next for a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Now {
    /// To be sent.
    #[default]
    Waiting,
    /// To be asked for.
    Running(String),
    /// To be marked.
    Ended(FileResult),
    /// Nothing.
    Done(FileResult),
}

impl FileState {
    /// Takes a step of this file.
    pub fn take(&mut self, step: &Step) {
        match step {
            Step::Began { .. } => {}
            // Until the answer is here the file waits: an import that is killed now sends it again.
            Step::Sending { crossed, present, .. } => {
                (self.crossed, self.present) = (crossed.clone(), present.clone());
                (self.sends, self.now) = (self.sends + 1, Now::Waiting);
            }
            Step::NotTaken { .. } => (self.sends, self.now) = (self.sends.saturating_sub(1), Now::Waiting),
            Step::Taken { job, .. } => self.now = Now::Running(job.clone()),
            Step::Lost { .. } => self.now = Now::Waiting,
            Step::Ended { result, .. } => self.now = Now::Ended(result.clone()),
            Step::Marked { .. } => {
                if let Now::Ended(result) = std::mem::take(&mut self.now) {
                    self.now = Now::Done(result);
                }
            }
        }
    }
}

impl Step {
    fn file(&self) -> Option<&str> {
        match self {
            Self::Began { .. } => None,
            Self::Sending { file, .. }
            | Self::NotTaken { file }
            | Self::Taken { file, .. }
            | Self::Lost { file, .. }
            | Self::Ended { file, .. }
            | Self::Marked { file } => Some(file),
        }
    }
}

/// A step and its moment.
#[derive(Serialize, Deserialize)]
struct Line {
    at: String,
    #[serde(flatten)]
    step: Step,
}

/// Why there is no journal.
#[derive(Debug, thiserror::Error)]
pub enum NoJournal {
    /// Another process imports from the directory.
    #[error("another import of this directory is running")]
    Busy,
    /// It cannot be read or written.
    #[error("the journal cannot be read or written: {0}")]
    Io(#[from] io::Error),
    /// A line of it, counted from one, is not ours.
    #[error("line {0} of the journal cannot be read")]
    Broken(usize),
    /// It is of another import.
    #[error("the directory has been imported {0} before")]
    Other(String),
}

/// The journal, and the states that it tells of.
pub struct Journal {
    file: File,
    states: BTreeMap<String, FileState>,
}

impl Journal {
    /// Opens or begins the journal of a directory, alone.
    ///
    /// # Errors
    /// `NoJournal`, also when it is of an import with other settings than `began`.
    pub fn open(directory: &Path, began: &Step) -> Result<Self, NoJournal> {
        use std::os::unix::fs::OpenOptionsExt;
        let path = directory.join(JOURNAL);
        let mut file = OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(NoJournal::Busy),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        // A line that was cut off says nothing: its step is taken again.
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        file.set_len(u64::try_from(whole).unwrap_or(0))?;
        file.seek(SeekFrom::End(0))?;
        File::open(directory)?.sync_all()?;
        let mut journal = Self { file, states: BTreeMap::new() };
        let mut first = None;
        for (number, line) in text.get(..whole).unwrap_or_default().lines().enumerate() {
            let Line { step, .. } = serde_json::from_str(line).map_err(|_| NoJournal::Broken(number + 1))?;
            journal.apply(&step);
            first.get_or_insert(step);
        }
        match first {
            None => journal.write(began.clone())?,
            Some(first) if first == *began => {}
            Some(first) => return Err(NoJournal::Other(difference(&first, began))),
        }
        Ok(journal)
    }

    /// Writes a step; it is on the disk when this returns.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&mut self, step: Step) -> io::Result<()> {
        let now: DateTime<Utc> = Utc::now();
        let line = Line { at: now.to_rfc3339_opts(SecondsFormat::Millis, true), step };
        let mut text = serde_json::to_vec(&line).map_err(io::Error::other)?;
        text.push(b'\n');
        self.file.write_all(&text)?;
        self.file.sync_data()?;
        self.apply(&line.step);
        Ok(())
    }

    /// Where a file stands.
    #[must_use]
    pub fn state(&self, file: &str) -> FileState {
        self.states.get(file).cloned().unwrap_or_default()
    }

    fn apply(&mut self, step: &Step) {
        if let Some(file) = step.file() {
            self.states.entry(file.to_owned()).or_default().take(step);
        }
    }
}

fn difference(first: &Step, began: &Step) -> String {
    let Step::Began { connection_id, upsert, manifest } = first else { return "by another program".to_owned() };
    match began {
        Step::Began { manifest: ours, .. } if ours != manifest => "with another manifest".to_owned(),
        Step::Began { upsert: ours, .. } if ours != upsert => {
            format!("{} `--upsert`", if *upsert { "with" } else { "without" })
        }
        _ => format!("into `{connection_id}`"),
    }
}
