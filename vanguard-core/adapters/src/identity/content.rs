//! Digests of files and of folders: names and contents, in order.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use vanguard_core::integrity::Digest;

/// Larger files and folders are not hashed: a lock is written while somebody waits.
const MOST_BYTES: u64 = 512 << 20;
const MOST_FILES: usize = 20_000;

/// The digest of a file.
pub(super) fn of_file(path: &Path) -> Option<Digest> {
    let mut file = File::open(path).ok()?;
    let about = file.metadata().ok().filter(|about| about.is_file() && about.len() <= MOST_BYTES)?;
    let mut failed = false;
    let mut left = about.len().saturating_add(1);
    let chunks = std::iter::from_fn(|| {
        let mut chunk = vec![0; 64 << 10];
        match file.read(&mut chunk) {
            Ok(0) => None,
            Ok(count) => {
                chunk.truncate(count);
                left = left.saturating_sub(count as u64);
                (left > 0).then_some(chunk)
            }
            Err(_) => {
                failed = true;
                None
            }
        }
    });
    let digest = Digest::of_parts(chunks);
    (!failed && left > 0).then_some(digest)
}

/// The digest of all files below `folder` but those in folders called `but`: each with its name and its own digest.
pub(super) fn of_folder(folder: &Path, but: &[&str]) -> Option<Digest> {
    let (mut open, mut files) = (vec![folder.to_owned()], Vec::new());
    while let Some(at) = open.pop() {
        for entry in fs::read_dir(at).ok()? {
            let entry = entry.ok()?;
            let kind = entry.file_type().ok()?;
            let name = entry.file_name();
            if kind.is_dir() && !but.iter().any(|but| name == **but) {
                open.push(entry.path());
            } else if kind.is_file() {
                files.push(entry.path());
            }
            if files.len() + open.len() > MOST_FILES {
                return None;
            }
        }
    }
    of_files(folder, files)
}

/// The digest of these files by their names below `folder`.
pub(super) fn of_files(folder: &Path, mut files: Vec<PathBuf>) -> Option<Digest> {
    files.sort();
    files.dedup();
    let sizes = files.iter().map(|file| file.metadata().map(|about| about.len()));
    if files.is_empty() || sizes.sum::<std::io::Result<u64>>().ok()? > MOST_BYTES {
        return None;
    }
    let line = |file: &PathBuf| {
        let name = file.strip_prefix(folder).unwrap_or(file);
        // The digest's end is the line's: no name can make two lists the same.
        Some(format!("{:?} {}\n", name, of_file(file)?))
    };
    let lines: Option<Vec<String>> = files.iter().map(line).collect();
    Some(Digest::of_parts(lines?))
}
