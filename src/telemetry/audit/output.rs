//! Where the lines go: a file, stdout, or the syslog of the machine.
use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    os::{
        fd::AsFd,
        unix::{
            fs::{MetadataExt, OpenOptionsExt},
            net::UnixDatagram,
        },
    },
    path::{Path, PathBuf},
    time::Duration,
};

/// The place that the configuration names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// A file that lines are appended to.
    File(PathBuf),
    /// The process's stdout.
    Stdout,
    /// The datagram socket of a syslog.
    Syslog(PathBuf),
}

/// Facility `authpriv`, severity `info` (RFC 5424, section 6.2.1).
const PRIORITY: u8 = 10 * 8 + 6;
/// How long a syslog that takes nothing may hold up the writer.
const SYSLOG_WAIT: Duration = Duration::from_secs(1);

/// An open destination; what is not open yet, or not any more, is opened by the next line.
pub struct Output {
    destination: Destination,
    file: Option<File>,
    syslog: Option<UnixDatagram>,
    // Part of a line stands at the end and could not be taken back.
    torn: bool,
}

impl Output {
    /// The place, not opened yet.
    #[must_use]
    pub fn new(destination: Destination) -> Self {
        Self { destination, file: None, syslog: None, torn: false }
    }

    /// The place for messages.
    #[must_use]
    pub fn shown(&self) -> String {
        match &self.destination {
            Destination::File(path) | Destination::Syslog(path) => path.display().to_string(),
            Destination::Stdout => "stdout".to_owned(),
        }
    }

    /// Writes one line, whole or not at all.
    ///
    /// # Errors
    /// Those of the system: no space, no permission, nobody who reads.
    pub fn write(&mut self, line: &[u8]) -> io::Result<()> {
        match &self.destination {
            Destination::Syslog(path) => {
                let path = path.clone();
                self.send(&path, line)
            }
            Destination::File(_) | Destination::Stdout => self.append(line),
        }
    }

    /// Opens the file by its name; the open one stays when that fails.
    ///
    /// # Errors
    /// Those of the system.
    pub fn reopen(&mut self) -> io::Result<()> {
        match &self.destination {
            Destination::File(path) => self.file = Some(open(path)?),
            Destination::Syslog(_) => self.syslog = None,
            Destination::Stdout => {}
        }
        Ok(())
    }

    fn append(&mut self, line: &[u8]) -> io::Result<()> {
        // A file that was deleted would take every line and keep none.
        if let (Destination::File(_), Some(file)) = (&self.destination, &self.file)
            && file.metadata()?.nlink() == 0
        {
            self.file = None;
        }
        let mut file = match self.file.take() {
            Some(file) => file,
            None => match &self.destination {
                Destination::File(path) => open(path)?,
                _ => File::from(io::stdout().as_fd().try_clone_to_owned()?),
            },
        };
        let mut separated;
        let mut line = line;
        if self.torn {
            separated = vec![b'\n'];
            separated.extend_from_slice(line);
            line = &separated;
        }
        let result = write_whole(&mut file, line);
        match &result {
            Ok(()) => self.torn = false,
            Err(torn) => self.torn = self.torn || torn.is_torn,
        }
        self.file = Some(file);
        result.map_err(|torn| torn.error)
    }

    /// One datagram a line, in the form of the C library's `syslog`.
    fn send(&mut self, path: &Path, line: &[u8]) -> io::Result<()> {
        let mut datagram = format!(
            "<{PRIORITY}>{} drawbridge[{}]: ",
            chrono::Local::now().format("%b %e %H:%M:%S"),
            std::process::id()
        )
        .into_bytes();
        datagram.extend_from_slice(line.strip_suffix(b"\n").unwrap_or(line));
        if let Some(socket) = &self.syslog
            && socket.send(&datagram).is_ok()
        {
            return Ok(());
        }
        // A syslog that was restarted has another socket under the same name.
        let socket = UnixDatagram::unbound()?;
        socket.set_write_timeout(Some(SYSLOG_WAIT))?;
        socket.connect(path)?;
        socket.send(&datagram)?;
        self.syslog = Some(socket);
        Ok(())
    }
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().append(true).create(true).mode(0o640).open(path)
}

/// A line that was not written whole.
struct Torn {
    error: io::Error,
    is_torn: bool,
}

/// One `write` a line; a line of which only a part found space is taken back.
fn write_whole(file: &mut File, line: &[u8]) -> Result<(), Torn> {
    let mut at = 0;
    while let Some(rest) = line.get(at..).filter(|rest| !rest.is_empty()) {
        let error = match file.write(rest) {
            Ok(0) => io::ErrorKind::WriteZero.into(),
            Ok(count) => {
                at += count;
                continue;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => error,
        };
        let is_torn = at > 0 && take_back(file, at).is_err();
        return Err(Torn { error, is_torn });
    }
    Ok(())
}

fn take_back(file: &File, count: usize) -> io::Result<()> {
    let length = file.metadata()?.len();
    let count = u64::try_from(count).map_err(io::Error::other)?;
    file.set_len(length.checked_sub(count).ok_or(io::ErrorKind::InvalidInput)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn part_of_a_line_can_be_taken_back() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("audit.jsonl");
        let mut file = open(&path).expect("a file");
        file.write_all(b"{}\n{\"ha").expect("written");
        take_back(&file, 4).expect("taken back");
        write_whole(&mut file, b"{\"b\":1}\n").map_err(|torn| torn.error).expect("written");
        assert_eq!(std::fs::read_to_string(&path).expect("the file"), "{}\n{\"b\":1}\n");
    }

    #[test]
    fn a_line_behind_a_torn_one_begins_anew() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("audit.jsonl");
        let mut output = Output::new(Destination::File(path.clone()));
        output.write(b"{\"to").expect("written");
        output.torn = true;
        output.write(b"{}\n").expect("written");
        output.write(b"{}\n").expect("written");
        assert_eq!(std::fs::read_to_string(&path).expect("the file"), "{\"to\n{}\n{}\n");
    }
}
