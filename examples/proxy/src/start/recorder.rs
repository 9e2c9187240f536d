//! Puts decisions on record: written before they take effect, on the disk soon after.

use crate::output::tell;
use crate::terminal::{colours, paint, visible};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use vanguard_core::Record;

/// At most this long may a record be written and not yet be safe from a power cut.
const SYNC_EVERY: Duration = Duration::from_millis(200);
/// How long a stderr that nobody reads may stop us, once.
const STDERR_PATIENCE: Timespec = Timespec { tv_sec: 1, tv_nsec: 0 };

/// Where decisions go: to `--audit F`, one JSON line each, or to stderr, one readable line each.
#[derive(Debug)]
pub(crate) struct Recorder {
    audit: Option<Audit>,
    stderr: Stderr,
}

impl Recorder {
    /// Writes to `audit`, or where there is none to stderr.
    pub(crate) fn new(audit: Option<Audit>) -> Self {
        Self { audit, stderr: Stderr::new() }
    }

    /// Writes one decision.
    ///
    /// # Errors
    /// If an audit file is named and can't be written.
    pub(crate) fn put(&self, record: &Record) -> io::Result<()> {
        match &self.audit {
            Some(audit) => audit.append(format!("{}\n", record.json()).as_bytes()),
            None => {
                self.stderr.show(&record.human());
                Ok(())
            }
        }
    }

    /// Makes what has been written safe; the end of the process doesn't wait for the thread that does it otherwise.
    pub(crate) fn sync(&self) {
        self.audit.iter().for_each(Audit::sync);
    }

    /// Says on stderr that a decision could not be recorded.
    pub(crate) fn warn(&self, error: &io::Error) {
        self.tell(&format!("the audit record can't be written: {error}"));
    }

    /// Says something else on stderr.
    pub(crate) fn tell(&self, text: &str) {
        self.stderr.show(text);
    }
}

/// An append-only file of JSON lines. A record is one write; a thread of its own calls `fdatasync`, many records at a time.
#[derive(Debug)]
pub(crate) struct Audit {
    state: Arc<Mutex<AuditState>>,
    /// Holds at most one wish to sync, which covers everything written before it is taken.
    wishes: Option<SyncSender<()>>,
    syncer: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct AuditState {
    file: File,
    /// The last write was cut short: the next record starts a line of its own.
    torn: bool,
    /// The disk refused what had been written: nothing counts as recorded any more.
    lost: Option<io::ErrorKind>,
}

impl Audit {
    /// Opens `path` for appending; creates it, readable by its owner alone.
    ///
    /// # Errors
    /// If it can't be opened.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
        let syncing = file.try_clone()?;
        let state = Arc::new(Mutex::new(AuditState { file, torn: false, lost: None }));
        let (wishes, wished) = sync_channel(1);
        let syncer = thread::Builder::new().name("audit-sync".into()).spawn({
            let state = Arc::clone(&state);
            move || sync(&syncing, &state, &wished)
        })?;
        Ok(Self { state, wishes: Some(wishes), syncer: Some(syncer) })
    }

    /// Appends `line`, which ends in a newline, with one write.
    ///
    /// # Errors
    /// If it can't be written, or if earlier records could not be made safe.
    pub(crate) fn append(&self, line: &[u8]) -> io::Result<()> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kind) = state.lost {
            return Err(io::Error::new(kind, "earlier records could not be written to the disk"));
        }
        let (written, whole) = if state.torn {
            let line = [b"\n", line].concat();
            (write(&state.file, &line)?, line.len())
        } else {
            (write(&state.file, line)?, line.len())
        };
        state.torn = written < whole;
        if state.torn {
            return Err(io::Error::new(io::ErrorKind::WriteZero, "only a part of the record could be written"));
        }
        if let Some(wishes) = &self.wishes {
            // Full: a wish is waiting that covers this record.
            let _ = wishes.try_send(());
        }
        Ok(())
    }
}

impl Audit {
    fn sync(&self) {
        // A pipe or a terminal refuses, and a disk that fails has said so already.
        let _ = self.state.lock().unwrap_or_else(PoisonError::into_inner).file.sync_data();
    }
}

impl Drop for Audit {
    fn drop(&mut self) {
        // The last wish is granted before the thread ends.
        self.wishes = None;
        if let Some(syncer) = self.syncer.take() {
            let _ = syncer.join();
        }
    }
}

fn write(mut file: &File, line: &[u8]) -> io::Result<usize> {
    loop {
        match file.write(line) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

fn sync(file: &File, state: &Mutex<AuditState>, wished: &Receiver<()>) {
    while wished.recv().is_ok() {
        match file.sync_data() {
            // A pipe or a terminal can't be synced and need not be.
            Ok(()) => {}
            Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => return,
            Err(error) => {
                tell!("vanguard: the audit file can't be written to the disk: {error}");
                state.lock().unwrap_or_else(PoisonError::into_inner).lost = Some(error.kind());
                return;
            }
        }
        thread::sleep(SYNC_EVERY);
    }
}

/// Lines for people. It never refuses: who needs a record that holds names a file. A stderr that nobody reads delays us
/// once; after that lines are dropped, and counted, until it takes some again.
#[derive(Debug)]
pub(crate) struct Stderr {
    colour: bool,
    dropped: Mutex<u64>,
}

impl Stderr {
    /// Coloured if stderr is a terminal and `NO_COLOR` isn't set.
    pub(crate) fn new() -> Self {
        Self { colour: colours(&io::stderr()), dropped: Mutex::new(0) }
    }

    /// Writes one line.
    pub(crate) fn show(&self, line: &str) {
        let mut dropped = self.dropped.lock().unwrap_or_else(PoisonError::into_inner);
        let patience = if *dropped == 0 { STDERR_PATIENCE } else { Timespec::default() };
        let stderr = io::stderr();
        let ready = poll(&mut [PollFd::new(&stderr, PollFlags::OUT)], Some(&patience));
        if matches!(ready, Ok(0)) {
            *dropped += 1;
            return;
        }
        let missed = match std::mem::take(&mut *dropped) {
            0 => String::new(),
            count => format!("vanguard: {count} decisions before this one could not be shown\n"),
        };
        let line = visible(line);
        let line = if self.colour { paint(&line) } else { line.into_owned() };
        // Closed: nobody looks.
        let _ = stderr.lock().write_all(format!("{missed}vanguard: {line}\n").as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::Audit;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    #[test]
    fn records_are_appended_and_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.jsonl");
        for line in ["one\n", "two\n"] {
            Audit::open(&path).unwrap().append(line.as_bytes()).unwrap();
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), "one\ntwo\n");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_disk_is_an_error() {
        let audit = Audit::open(Path::new("/dev/full")).unwrap();
        assert!(audit.append(b"x\n").is_err());
        assert!(audit.append(b"x\n").is_err());
    }
}
