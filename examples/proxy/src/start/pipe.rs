//! Our own ends of stdin, stdout and the server's pipes, unbuffered.

use rustix::event::{PollFd, PollFlags, poll};
use std::fs::File;
use std::io::{self, PipeReader, Read, Write};
use std::os::fd::{AsFd, OwnedFd};

/// A file descriptor that blocks, even where whoever gave it to us has set it to non-blocking (the flag belongs to the
/// open file, which other processes share, so we leave it as it is).
#[derive(Debug)]
pub(crate) struct Pipe(File);

impl Pipe {
    /// Takes a descriptor over.
    pub(crate) fn new(descriptor: impl Into<OwnedFd>) -> Self {
        Self(File::from(descriptor.into()))
    }

    /// A second descriptor of the same open file.
    ///
    /// # Errors
    /// If the process can't have more descriptors.
    pub(crate) fn duplicate(descriptor: impl AsFd) -> io::Result<Self> {
        descriptor.as_fd().try_clone_to_owned().map(Self::new)
    }

    fn ready(&self, flags: PollFlags) -> io::Result<()> {
        match poll(&mut [PollFd::new(&self.0, flags)], None) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

impl Read for Pipe {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.0.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.ready(PollFlags::IN)?,
                other => return other,
            }
        }
    }
}

/// Our input, which ends where the client closes it; and, once the server is gone, as soon as nothing more of it has come.
pub(crate) struct Input {
    pipe: Pipe,
    /// Its other end is closed when the server is gone.
    over: PipeReader,
}

impl Input {
    /// Reads `pipe` until the other end of `over` is closed, and then what has come.
    pub(crate) fn new(pipe: Pipe, over: PipeReader) -> Self {
        Self { pipe, over }
    }
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let mut ends = [PollFd::new(&self.pipe.0, PollFlags::IN), PollFd::new(&self.over, PollFlags::IN)];
            match poll(&mut ends, None) {
                Ok(_) => {}
                Err(rustix::io::Errno::INTR) => continue,
                Err(error) => return Err(error.into()),
            }
            let [input, over] = ends.map(|end| !end.revents().is_empty());
            match (input, over) {
                (true, _) => return self.pipe.read(buffer),
                (false, true) => return Ok(0),
                (false, false) => {}
            }
        }
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            match self.0.write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.ready(PollFlags::OUT)?,
                other => return other,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Pipe;
    use std::io::{Read, Write};
    use std::os::unix::net::UnixStream;
    use std::thread;

    #[test]
    fn a_non_blocking_end_blocks() {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        ours.set_nonblocking(true).unwrap();
        let (mut reading, mut writing) = (Pipe::duplicate(&ours).unwrap(), Pipe::new(ours));
        let sent = vec![b'x'; 4_000_000];
        thread::scope(|scope| {
            scope.spawn(|| writing.write_all(&sent).unwrap());
            let reader = scope.spawn(|| {
                let mut word = [0; 4];
                reading.read_exact(&mut word).map(|()| word)
            });
            let mut received = vec![0; sent.len()];
            theirs.read_exact(&mut received).unwrap();
            assert!(received == sent);
            theirs.write_all(b"word").unwrap();
            assert_eq!(&reader.join().unwrap().unwrap(), b"word");
        });
    }
}
