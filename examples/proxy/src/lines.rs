//! Lines out of a byte stream, untouched, in bounded memory.

use std::io::{self, Read};

/// What a buffer starts with and shrinks back to: what a pipe holds at most by default on Linux.
const BUFFER: usize = 64 * 1024;
/// A buffer above this is given back once it is empty, so that one large message doesn't cost memory forever.
const KEEP: usize = 4 * 1024 * 1024;

/// Reads lines of at most `cap` bytes (without their terminator) whole, and longer ones in pieces.
#[derive(Debug)]
pub(crate) struct LineReader<R> {
    source: R,
    cap: usize,
    buffer: Vec<u8>,
    /// Where what was read and not yet returned begins and ends.
    start: usize,
    end: usize,
    /// Up to here no newline was found.
    searched: usize,
    /// The line under way is above the cap: [`LineReader::rest`] returns it.
    long: bool,
}

/// What [`LineReader::next`] returns.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// A whole line with its terminator, which only the last line of a stream may lack.
    Line(&'a [u8]),
    /// A line above the cap begins; [`LineReader::rest`] returns all of it in pieces.
    Long,
}

impl<R: Read> LineReader<R> {
    /// A reader of `source` with a cap of `cap` bytes.
    pub(crate) fn new(source: R, cap: usize) -> Self {
        Self { source, cap, buffer: vec![0; BUFFER], start: 0, end: 0, searched: 0, long: false }
    }

    /// The next line; `None` at the end of the stream. What is left of a long line is skipped.
    ///
    /// # Errors
    /// What the source answers, except an interruption, which is tried again.
    pub(crate) fn next(&mut self) -> io::Result<Option<Piece<'_>>> {
        while self.rest()?.is_some() {}
        self.release();
        let stop = loop {
            if let Some(at) = memchr::memchr(b'\n', &self.buffer[self.searched..self.end]) {
                break self.searched + at + 1;
            }
            self.searched = self.end;
            if self.end - self.start > self.longest() {
                self.long = true;
                return Ok(Some(Piece::Long));
            }
            if self.fill()? == 0 {
                break self.end;
            }
        };
        if stop == self.start {
            return Ok(None);
        }
        if split(&self.buffer[self.start..stop]).0.len() > self.cap {
            self.long = true;
            return Ok(Some(Piece::Long));
        }
        let from = self.take(stop);
        Ok(Some(Piece::Line(&self.buffer[from..stop])))
    }

    /// The next piece of a long line, the last one with its terminator; `None` when the line has ended.
    ///
    /// # Errors
    /// As [`LineReader::next`].
    pub(crate) fn rest(&mut self) -> io::Result<Option<&[u8]>> {
        if !self.long || (self.start == self.end && self.fill()? == 0) {
            self.long = false;
            return Ok(None);
        }
        let newline = memchr::memchr(b'\n', &self.buffer[self.start..self.end]);
        self.long = newline.is_none();
        let stop = newline.map_or(self.end, |at| self.start + at + 1);
        let from = self.take(stop);
        Ok(Some(&self.buffer[from..stop]))
    }

    /// Whether the next line is here already, with its terminator.
    pub(crate) fn has_line(&self) -> bool {
        memchr::memchr(b'\n', &self.buffer[self.start..self.end]).is_some()
    }

    fn take(&mut self, stop: usize) -> usize {
        self.searched = stop;
        std::mem::replace(&mut self.start, stop)
    }

    /// The longest beginning of a line that may still prove to be within the cap: what follows may be `\r\n`.
    fn longest(&self) -> usize {
        self.cap.saturating_add(1)
    }

    /// Reads once, after making room. Room grows by doubling, so that every byte is moved a bounded number of times.
    fn fill(&mut self) -> io::Result<usize> {
        if self.start == self.end {
            (self.start, self.end, self.searched) = (0, 0, 0);
        } else if self.end == self.buffer.len() && self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
            self.searched = self.end;
        }
        if self.end == self.buffer.len() {
            let room = self.buffer.len().saturating_mul(2).min(self.longest().saturating_add(1)).max(self.end + 1);
            self.buffer.reserve_exact(room - self.end);
            self.buffer.resize(room, 0);
        }
        // The rest of a long line is read in small pieces: it's passed on or discarded as it comes.
        let stop = if self.long { self.buffer.len().min(self.end + BUFFER) } else { self.buffer.len() };
        loop {
            match self.source.read(&mut self.buffer[self.end..stop]) {
                Ok(count) => {
                    self.end += count;
                    return Ok(count);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Gives a large buffer back when what is left of it fits a small one.
    fn release(&mut self) {
        if self.buffer.len() > KEEP && self.end - self.start < BUFFER {
            let mut small = vec![0; BUFFER];
            small[..self.end - self.start].copy_from_slice(&self.buffer[self.start..self.end]);
            (self.start, self.end) = (0, self.end - self.start);
            self.searched = 0;
            self.buffer = small;
        }
    }
}

/// A line without its terminator, and the terminator: `\n`, `\r\n` or nothing.
pub(crate) fn split(line: &[u8]) -> (&[u8], &[u8]) {
    let body = line.strip_suffix(b"\n").map_or(line, |body| body.strip_suffix(b"\r").unwrap_or(body));
    line.split_at(body.len())
}

#[cfg(test)]
mod tests {
    use super::{BUFFER, KEEP, LineReader, Piece, split};
    use proptest::prelude::*;
    use std::io::{self, Read};

    /// Gives its bytes in chunks of the given sizes, over and over.
    struct Chunks<'a> {
        bytes: &'a [u8],
        sizes: Vec<usize>,
        turn: usize,
    }

    impl Read for Chunks<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.turn += 1;
            if self.turn.is_multiple_of(5) {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let size = self.sizes[self.turn % self.sizes.len()].min(buffer.len());
            self.bytes.read(&mut buffer[..size])
        }
    }

    /// Lines as (bytes, whether above the cap).
    fn lines(bytes: &[u8], cap: usize, sizes: Vec<usize>) -> Vec<(Vec<u8>, bool)> {
        let mut reader = LineReader::new(Chunks { bytes, sizes, turn: 0 }, cap);
        let (mut lines, mut long) = (Vec::new(), Vec::new());
        while let Some(piece) = reader.next().unwrap() {
            if let Piece::Line(line) = piece {
                lines.push((line.to_vec(), false));
                continue;
            }
            while let Some(bytes) = reader.rest().unwrap() {
                long.extend_from_slice(bytes);
            }
            lines.push((std::mem::take(&mut long), true));
        }
        lines
    }

    #[test]
    fn terminators_stay_and_empty_lines_count() {
        let read = lines(b"a\r\n\n\r\nb\rc\0\xff\nlast", 100, vec![3]);
        let expected: [&[u8]; 5] = [b"a\r\n", b"\n", b"\r\n", b"b\rc\0\xff\n", b"last"];
        assert!(read.iter().zip(expected).all(|((line, long), expected)| line == expected && !long));
        assert_eq!(read.len(), expected.len());
        assert!(lines(b"", 100, vec![1]).is_empty());
    }

    #[test]
    fn the_cap_counts_without_the_terminator() {
        for (line, long) in [
            (&b"12345678\n"[..], false),
            (b"12345678\r\n", false),
            (b"12345678", false),
            (b"12345678\r", true),
            (b"123456789\n", true),
            (b"123456789\r\n", true),
            (b"123456789", true),
        ] {
            for size in [1, 2, 100] {
                assert_eq!(lines(line, 8, vec![size]), [(line.to_vec(), long)], "{line:?} by {size}");
            }
        }
    }

    #[test]
    fn a_large_line_costs_its_size_and_only_while_it_lasts() {
        let cap = 2 * KEEP;
        let mut reader = LineReader::new(io::repeat(b'x').take(8 * cap as u64).chain(&b"\nsmall\n"[..]), cap);
        assert_eq!(reader.next().unwrap(), Some(Piece::Long));
        let mut most = 0;
        while let Some(bytes) = reader.rest().unwrap() {
            assert!(bytes.len() <= cap + 2);
            most = most.max(reader.buffer.capacity());
        }
        assert!(most <= cap + 2, "{most}");
        assert_eq!(reader.next().unwrap(), Some(Piece::Line(b"small\n")));
        assert_eq!(reader.buffer.capacity(), BUFFER);
        assert_eq!(reader.next().unwrap(), None);
    }

    proptest! {
        #[test]
        fn every_byte_comes_out_once_in_lines(
            bytes in proptest::collection::vec(prop_oneof![Just(b'\n'), Just(b'\r'), any::<u8>()], 0..300),
            cap in 0usize..40,
            sizes in proptest::collection::vec(1usize..50, 1..4),
        ) {
            let read = lines(&bytes, cap, sizes);
            let expected: Vec<(Vec<u8>, bool)> = bytes
                .split_inclusive(|byte| *byte == b'\n')
                .map(|line| (line.to_vec(), split(line).0.len() > cap))
                .collect();
            prop_assert_eq!(read, expected);
        }
    }
}
