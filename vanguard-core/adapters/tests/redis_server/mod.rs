//! A Redis or Valkey of a test's own, on a free port.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// No test waits this long unless something hangs.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// A server that ends with the test.
pub(crate) struct Server {
    program: &'static str,
    folder: TempDir,
    port: u16,
    persists: bool,
    child: Option<Child>,
}

impl Server {
    /// Starts one that keeps everything in memory; `persists`: it writes every change to the disk. Nothing where there is none to start, and
    /// `VANGUARD_NEEDS_REDIS` doesn't say that there must be.
    pub(crate) fn start(persists: bool) -> Option<Self> {
        let there = |program: &&str| match Command::new(program).arg("--version").stdout(Stdio::null()).status() {
            Ok(status) => status.success(),
            Err(error) if error.kind() == ErrorKind::NotFound => false,
            Err(error) => panic!("{error}"),
        };
        let program = ["redis-server", "valkey-server"].into_iter().find(there);
        let Some(program) = program else {
            assert!(
                std::env::var_os("VANGUARD_NEEDS_REDIS").is_none(),
                "there is no redis-server and no valkey-server"
            );
            eprintln!("not run: there is no redis-server and no valkey-server");
            return None;
        };
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut server = Self { program, folder: tempfile::tempdir().unwrap(), port, persists, child: None };
        server.again();
        Some(server)
    }

    /// Starts it anew on the same port.
    pub(crate) fn again(&mut self) {
        let (port, folder) = (self.port.to_string(), self.folder.path().to_str().unwrap().to_owned());
        let mut command = Command::new(self.program);
        command.args(["--port", &port, "--bind", "127.0.0.1", "--dir", &folder, "--save", ""]);
        command.args(["--appendonly", if self.persists { "yes" } else { "no" }, "--appendfsync", "always"]);
        self.child = Some(command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap());
        until("a server that answers", || {
            let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) else { return false };
            let mut answer = [0; 5];
            stream.write_all(b"PING\r\n").is_ok() && stream.read_exact(&mut answer).is_ok() && answer == *b"+PONG"
        });
    }

    /// Kills it.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Where it is.
    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port())
    }

    /// Its port.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Waits for something that another thread or process does.
pub(crate) fn until(what: &str, mut is: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is() {
        assert!(begun.elapsed() < LIMIT, "no {what}");
        std::thread::park_timeout(Duration::from_millis(5));
    }
}
