//! One end that lines are written to, by several threads.
//!
//! What is passed on is written by the thread that read it, and a reply by a thread of its own, from a bounded queue. So
//! a thread that reads from one side is never stopped because that side doesn't take its replies (until they fill the queue): a client that
//! writes a thousand requests before it reads the first answer works as it does without the guard, and each direction is
//! stopped by its own reader alone.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Instant;

/// How many bytes of replies wait for a reader that doesn't read before its own direction is stopped, too.
const QUEUE: usize = 8 * 1024 * 1024;

/// The other end takes nothing any more.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Gone;

/// Where the lines of one direction go, whole and one at a time.
#[derive(Debug)]
pub(crate) struct Sink<W> {
    out: Mutex<Option<W>>,
    closing: AtomicBool,
    written: AtomicU64,
    replies: Mutex<Replies>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Replies {
    waiting: VecDeque<Vec<u8>>,
    bytes: usize,
    /// A reply is being written.
    writing: bool,
    /// Replies up to the last message that was put here to go on, not to answer.
    forwards: usize,
    /// The end is closed: what waits is dropped.
    closed: bool,
}

impl<W: Write + Send> Sink<W> {
    /// A sink that writes to `out`.
    pub(crate) fn new(out: W) -> Self {
        Self {
            out: Mutex::new(Some(out)),
            closing: AtomicBool::new(false),
            written: AtomicU64::new(0),
            replies: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    /// Writes `line`, which ends as it should end, and returns when it is written.
    ///
    /// # Errors
    /// [`Gone`] if the other end is closed, by them or by us.
    pub(crate) fn write(&self, line: &[u8]) -> Result<(), Gone> {
        self.hold(|out| out.write(line))
    }

    /// Holds the sink for one line that is written in pieces: nothing comes between them.
    ///
    /// # Errors
    /// What `write` returns; [`Gone`] if the sink is closed.
    pub(crate) fn hold<T>(&self, write: impl FnOnce(&mut Held<'_, W>) -> Result<T, Gone>) -> Result<T, Gone> {
        let mut out = lock(&self.out);
        let result = match out.as_mut() {
            Some(out) => write(&mut Held(out)),
            None => Err(Gone),
        };
        if result.is_ok() {
            self.written.fetch_add(1, Ordering::Relaxed);
        } else {
            *out = None;
        }
        drop(out);
        if result.is_err() || self.closing.load(Ordering::SeqCst) {
            self.close();
        }
        result
    }

    /// Puts a reply in the queue; waits while the queue is full.
    pub(crate) fn post(&self, line: Vec<u8>) {
        self.put(line, false);
    }

    /// Puts a message in the queue that goes on after it had to wait.
    pub(crate) fn post_forward(&self, line: Vec<u8>) {
        self.put(line, true);
    }

    /// Waits until every message of [`Sink::post_forward`] is written, or the sink is closed. Costs nothing where there was none.
    pub(crate) fn drain_forwards(&self) {
        let mut replies = lock(&self.replies);
        while replies.forwards > 0 && !replies.closed {
            replies = self.changed.wait(replies).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn put(&self, line: Vec<u8>, forward: bool) {
        let mut replies = lock(&self.replies);
        while replies.bytes >= QUEUE && !replies.closed {
            replies = self.changed.wait(replies).unwrap_or_else(PoisonError::into_inner);
        }
        if !replies.closed {
            replies.bytes += line.len();
            replies.waiting.push_back(line);
            if forward {
                replies.forwards = replies.waiting.len() + usize::from(replies.writing);
            }
            self.changed.notify_all();
        }
    }

    /// Writes replies as they come, until the sink is closed. The body of the sink's own thread.
    pub(crate) fn write_replies(&self) {
        let mut replies = lock(&self.replies);
        while !replies.closed {
            if let Some(line) = replies.waiting.pop_front() {
                replies.writing = true;
                drop(replies);
                // Gone: `hold` has closed the sink, which ends this loop.
                let _ = self.write(&line);
                replies = lock(&self.replies);
                replies.writing = false;
                replies.forwards = replies.forwards.saturating_sub(1);
                replies.bytes -= line.len().min(replies.bytes);
                self.changed.notify_all();
            } else {
                replies = self.changed.wait(replies).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    /// Waits until every reply is written or the sink is closed, at most until `deadline`. Returns whether it came to that.
    pub(crate) fn drain(&self, deadline: Option<Instant>) -> bool {
        let mut replies = lock(&self.replies);
        loop {
            if replies.closed || (replies.waiting.is_empty() && !replies.writing) {
                return true;
            }
            replies = match deadline.map(|deadline| deadline.saturating_duration_since(Instant::now())) {
                None => self.changed.wait(replies).unwrap_or_else(PoisonError::into_inner),
                Some(left) if left.is_zero() => return false,
                Some(left) => self.changed.wait_timeout(replies, left).unwrap_or_else(PoisonError::into_inner).0,
            };
        }
    }

    /// Closes the sink without waiting: now, or after the line that is being written.
    pub(crate) fn close(&self) {
        self.closing.store(true, Ordering::SeqCst);
        // Whoever holds the lock looks at `closing` after giving it back, so one of the two closes.
        match self.out.try_lock() {
            Ok(mut out) => *out = None,
            Err(TryLockError::Poisoned(poisoned)) => *poisoned.into_inner() = None,
            Err(TryLockError::WouldBlock) => {}
        }
        let mut replies = lock(&self.replies);
        replies.closed = true;
        replies.forwards = 0;
        replies.waiting.clear();
        replies.bytes = 0;
        self.changed.notify_all();
    }

    /// How many lines have been written.
    pub(crate) fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// Whether a line is being written: its reader takes its time.
    pub(crate) fn is_busy(&self) -> bool {
        matches!(self.out.try_lock(), Err(TryLockError::WouldBlock)) || !lock(&self.replies).waiting.is_empty()
    }
}

/// The sink while one thread has it to itself.
#[derive(Debug)]
pub(crate) struct Held<'a, W>(&'a mut W);

impl<W: Write> Held<'_, W> {
    /// Writes all of `bytes`.
    ///
    /// # Errors
    /// [`Gone`] on any error: a broken pipe is the usual one, and after another the line is torn and the stream useless.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Gone> {
        self.0.write_all(bytes).and_then(|()| self.0.flush()).map_err(|_: io::Error| Gone)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::{Gone, QUEUE, Sink};
    use std::io::{self, BufRead, BufReader, Read, Write};
    use std::thread;
    use std::time::Instant;

    #[test]
    fn lines_of_many_threads_stay_whole() {
        let (reader, writer) = io::pipe().unwrap();
        let sink = Sink::new(writer);
        let line = |name: char| [name.to_string().repeat(9000).as_bytes(), b"\n"].concat();
        thread::scope(|scope| {
            scope.spawn(|| sink.write_replies());
            scope.spawn(|| {
                for _ in 0..50 {
                    sink.post(line('r'));
                }
                sink.drain(None);
                sink.close();
            });
            scope.spawn(|| {
                for _ in 0..50 {
                    let _ = sink.write(&line('f'));
                }
            });
            let mut replies = 0;
            for read in BufReader::new(reader).lines() {
                let read = read.unwrap();
                assert_eq!(read.len(), 9000);
                assert!(read.bytes().all(|byte| byte == read.as_bytes()[0]));
                replies += usize::from(read.starts_with('r'));
            }
            assert_eq!(replies, 50);
        });
    }

    #[test]
    fn posting_doesn_t_wait_for_a_reader_that_does_not_read() {
        let (mut reader, writer) = io::pipe().unwrap();
        let sink = Sink::new(writer);
        thread::scope(|scope| {
            scope.spawn(|| sink.write_replies());
            // Far more than a pipe holds.
            for _ in 0..8 {
                sink.post(vec![b'x'; QUEUE / 8]);
            }
            assert!(sink.is_busy());
            assert!(!sink.drain(Some(Instant::now())));
            let mut read = vec![0; QUEUE];
            reader.read_exact(&mut read).unwrap();
            sink.drain(None);
            sink.close();
            assert_eq!(reader.read(&mut read).unwrap(), 0);
        });
        assert_eq!(sink.write(b"late\n"), Err(Gone));
    }

    #[test]
    fn a_closed_reader_ends_everything() {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let sink = Sink::new(writer);
        assert_eq!(sink.write(b"x\n"), Err(Gone));
        sink.post(b"y\n".to_vec());
        assert!(sink.drain(None));
        sink.write_replies();
    }

    #[test]
    fn closing_waits_for_nobody_and_takes_effect_after_the_line() {
        let (mut reader, writer) = io::pipe().unwrap();
        let sink = Sink::new(writer);
        sink.hold(|out| {
            out.write(b"a long ")?;
            sink.close();
            out.write(b"line\n")
        })
        .unwrap();
        let mut read = String::new();
        reader.read_to_string(&mut read).unwrap();
        assert_eq!(read, "a long line\n");
    }

    #[test]
    fn bytes_pass_through_any_writer() {
        struct Slow(Vec<u8>);
        impl Write for &mut Slow {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0.extend_from_slice(&bytes[..1]);
                Ok(1)
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut slow = Slow(Vec::new());
        let sink = Sink::new(&mut slow);
        sink.write(b"odd \0\xff\r\n").unwrap();
        drop(sink);
        assert_eq!(slow.0, b"odd \0\xff\r\n");
    }
}
