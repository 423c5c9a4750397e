//! Files that are there with all of their content, or not at all, whenever the process is killed or the machine stops.
//! Hashes are in them: only their owner may read them.
use sha2::{Digest, Sha256};
use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread::{self, JoinHandle},
};

/// Threads that write: most of their time they wait for the disk to say that a file is safe.
const WRITERS: usize = 4;

/// Writes a file whole, and lasting.
///
/// # Errors
/// When it cannot be written.
pub fn write_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    place(path, content)?;
    path.parent().map_or(Ok(()), sync_directory)
}

/// Makes what was renamed in a directory last.
///
/// # Errors
/// When the disk does not say so.
pub fn sync_directory(path: &Path) -> io::Result<()> {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    File::open(path)?.sync_all()
}

fn place(path: &Path, content: &[u8]) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let unfinished = path.with_extension("unfinished");
    let mut file: File =
        fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&unfinished, path)
}

/// One file to write.
pub struct Job {
    /// Told again with what was written.
    pub number: usize,
    /// Where.
    pub path: PathBuf,
    /// What.
    pub content: Vec<u8>,
}

/// A file that was written.
pub struct Written {
    /// Its job's.
    pub number: usize,
    /// SHA-256 of its content, in hex.
    pub sha256: String,
    /// The buffer of its content, empty.
    pub buffer: Vec<u8>,
}

/// Writes files beside whoever makes them. What was renamed lasts when their directory is synced.
pub struct Disk {
    jobs: Option<mpsc::SyncSender<Job>>,
    written: mpsc::Receiver<io::Result<Written>>,
    writers: Vec<JoinHandle<()>>,
    open: usize,
}

impl Disk {
    /// Starts the threads.
    ///
    /// # Errors
    /// When the system refuses them.
    pub fn start() -> io::Result<Self> {
        let (jobs, next) = mpsc::sync_channel::<Job>(1);
        let (done, written) = mpsc::channel();
        let next = Arc::new(Mutex::new(next));
        let writer = |_| {
            let (next, done) = (Arc::clone(&next), done.clone());
            thread::Builder::new().name("drawbridge-disk".to_owned()).spawn(move || {
                loop {
                    let job = next.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok(job) = job else { return };
                    if done.send(job.run()).is_err() {
                        return;
                    }
                }
            })
        };
        let writers = (0..WRITERS).map(writer).collect::<io::Result<_>>()?;
        Ok(Self { jobs: Some(jobs), written, writers, open: 0 })
    }

    /// Hands over a file; waits while all threads have one.
    ///
    /// # Errors
    /// When the threads are gone.
    pub fn write(&mut self, job: Job) -> io::Result<()> {
        let gone = || io::Error::other("the files cannot be written any more");
        self.jobs.as_ref().ok_or_else(gone)?.send(job).map_err(|_| gone())?;
        self.open += 1;
        Ok(())
    }

    /// A file that was written meanwhile.
    pub fn written(&mut self) -> Option<io::Result<Written>> {
        let written = self.written.try_recv().ok()?;
        self.open -= 1;
        Some(written)
    }

    /// Waits for all files.
    ///
    /// # Errors
    /// When one cannot be written.
    pub fn finish(mut self) -> io::Result<Vec<Written>> {
        drop(self.jobs.take());
        let written: io::Result<Vec<_>> = self.written.iter().take(self.open).collect();
        let written = written?;
        for writer in self.writers.drain(..) {
            writer.join().map_err(|_| io::Error::other("a thread that wrote files broke off"))?;
        }
        if written.len() == self.open { Ok(written) } else { Err(io::Error::other("a file was not written")) }
    }
}

impl Job {
    fn run(self) -> io::Result<Written> {
        let Self { number, path, content: mut buffer } = self;
        place(&path, &buffer)?;
        let sha256 = hex::encode(Sha256::digest(&buffer));
        buffer.clear();
        Ok(Written { number, sha256, buffer })
    }
}
