//! How far a large file has been read, on a terminal that would otherwise stay silent.

use std::io::{IsTerminal, Write, stderr, stdout};

/// Below this a file is read before anyone wonders.
const LARGE: u64 = 8 << 20;

/// A line on stderr that is written over.
#[derive(Debug)]
pub(crate) struct Progress {
    size: u64,
    read: u64,
    shown: Option<u64>,
}

impl Progress {
    /// For a file of `size` bytes; silent if it is small or unknown, if stderr is no terminal, or if verdicts go to one.
    pub(crate) fn new(size: Option<u64>) -> Self {
        let size = size.filter(|size| *size >= LARGE && stderr().is_terminal() && !stdout().is_terminal());
        Self { size: size.unwrap_or(0), read: 0, shown: None }
    }

    /// `bytes` more have been read.
    pub(crate) fn add(&mut self, bytes: usize) {
        self.read += bytes as u64;
        let Some(percent) = (self.read * 100).checked_div(self.size) else { return };
        if self.shown != Some(percent) {
            self.shown = Some(percent);
            // Nothing depends on it.
            let _ = write!(stderr(), "\r{percent:3} %");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown.is_some() {
            let _ = write!(stderr(), "\r     \r");
        }
    }
}
