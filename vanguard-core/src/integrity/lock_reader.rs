//! Reading a lock. It fails closed: what is not understood, or doesn't fit its own fingerprints, is not used.

use std::fmt;
use std::sync::Arc;

use super::document::limits;
use super::lock::LOCK_VERSION;
use super::{Claims, Digest, Document, Entries, EntryKind, Identity, Json, Lock, ServerLock};
use crate::message::{Framing, NodeKind, Tape, read};

/// Why a lock is not used: file, line, key, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockError {
    file: String,
    line: usize,
    key: String,
    problem: String,
    help: &'static str,
}

impl fmt::Display for LockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "error: {}", self.problem)?;
        write!(f, " --> {}:{}", self.file, self.line)?;
        if !self.key.is_empty() {
            write!(f, ", at {}", self.key)?;
        }
        write!(f, "\n  = help: {}", self.help)
    }
}

impl std::error::Error for LockError {}

const RESTORE: &str = "restore the file from where you keep it, or write it anew with `vanguard lock`";
const UPDATE: &str = "a lock is not edited by hand: `vanguard lock --update` accepts changes; if nobody edited it, somebody tampered with it";
const NEWER: &str = "use a Vanguard that is as new as the one that wrote it";

impl Lock {
    /// Reads the text of a lock; `file` is for messages.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn read(file: &str, text: &str) -> Result<Self, LockError> {
        let mut tape = Tape::new();
        read(text.as_bytes(), Framing::Body, &limits(), &mut tape);
        let reading = Reading { file, text, tape: &tape };
        let root = Json::new(&tape, 0, text.as_bytes());
        if let Some(issue) = tape.issues().first() {
            let line = reading.line_of(issue.at as usize);
            return Err(LockError { line, ..reading.error(root, issue.kind.reason(), RESTORE) });
        }
        let version = reading.member(root, "vanguardLock")?;
        if version.number() != Some(f64::from(LOCK_VERSION)) {
            let found = String::from_utf8_lossy(version.source());
            let problem = format!("this is a lock of format {found}; this Vanguard reads format {LOCK_VERSION}");
            return Err(reading.error(version, problem, NEWER));
        }
        reading.only(root, &["vanguardLock", "servers"])?;
        let mut lock = Self::default();
        for (name, server) in reading.object(root, "servers")?.members() {
            lock.servers.insert(name.to_owned(), reading.server(server)?);
        }
        Ok(lock)
    }
}

struct Reading<'a> {
    file: &'a str,
    text: &'a str,
    tape: &'a Tape,
}

impl Reading<'_> {
    fn server(&self, value: Json<'_>) -> Result<ServerLock, LockError> {
        let lists = EntryKind::ALL.map(EntryKind::list);
        let own = ["identity", "protocol", "server", "capabilities", "instructions", "fingerprint"];
        self.only(value, &[&own[..], &lists].concat())?;
        let identity = self.object(value, "identity")?;
        let identity: Identity = serde_json::from_slice(identity.source())
            .map_err(|error| self.error(identity, without_place(&error.to_string()), RESTORE))?;
        let document = |name| value.member(name).map(|value| Arc::new(Document::of(value)));
        let text = |name| match value.member(name) {
            Some(value) => self.text(value).map(Some),
            None => Ok(None),
        };
        let mut claims = Claims {
            protocol: text("protocol")?,
            server: document("server"),
            capabilities: document("capabilities"),
            instructions: text("instructions")?,
            ..Claims::default()
        };
        for kind in EntryKind::ALL {
            *claims.entries_mut(kind) = self.entries(kind, self.object(value, kind.list())?)?;
        }
        let server = ServerLock { identity, claims };
        self.fits(self.member(value, "fingerprint")?, server.digest(), "server")?;
        Ok(server)
    }

    fn entries(&self, kind: EntryKind, list: Json<'_>) -> Result<Entries, LockError> {
        let mut entries = Entries::new();
        for (name, entry) in list.members() {
            self.only(entry, &["fingerprint", "fields", "definition"])?;
            let definition = self.member(entry, "definition")?;
            let document = Document::of(definition);
            // Fields first: they say more exactly what does not fit.
            let fields = self.object(entry, "fields")?;
            let expected = document.fields();
            for (field, digest) in &expected {
                self.fits(self.member(fields, field)?, *digest, field)?;
            }
            let names: Vec<_> = expected.iter().map(|(field, _)| *field).collect();
            self.only(fields, &names)?;
            self.fits(self.member(entry, "fingerprint")?, document.digest(), kind.as_str())?;
            if document.json().member(kind.key()).and_then(Json::str) != Some(name) {
                let problem = format!("the definition of `{name}` has another `{}`", kind.key());
                return Err(self.error(definition, problem, UPDATE));
            }
            entries.insert(name.to_owned(), Arc::new(document));
        }
        Ok(entries)
    }

    fn fits(&self, written: Json<'_>, digest: Digest, of: &str) -> Result<(), LockError> {
        let stated: Result<Digest, _> = self.text(written)?.parse();
        match stated {
            Ok(stated) if stated == digest => Ok(()),
            Ok(_) => {
                Err(self.error(written, format!("the fingerprint of `{of}` is not that of what is locked"), UPDATE))
            }
            Err(error) => Err(self.error(written, error.to_string(), RESTORE)),
        }
    }

    fn text(&self, value: Json<'_>) -> Result<String, LockError> {
        value.str().map(str::to_owned).ok_or_else(|| self.error(value, "a string belongs here", RESTORE))
    }

    fn object<'v>(&self, value: Json<'v>, name: &str) -> Result<Json<'v>, LockError> {
        let member = self.member(value, name)?;
        let is_object = member.kind() == Some(NodeKind::Object);
        is_object.then_some(member).ok_or_else(|| self.error(member, "an object belongs here", RESTORE))
    }

    fn member<'v>(&self, value: Json<'v>, name: &str) -> Result<Json<'v>, LockError> {
        value.member(name).ok_or_else(|| self.error(value, format!("`{name}` is missing"), RESTORE))
    }

    fn only(&self, value: Json<'_>, known: &[&str]) -> Result<(), LockError> {
        match value.members().find(|(name, _)| !known.contains(name)) {
            None => Ok(()),
            Some((name, member)) => {
                let problem = format!("unknown key {}", crate::config::problem::quoted(name));
                Err(self.error(member, problem, UPDATE))
            }
        }
    }

    fn error(&self, at: Json<'_>, problem: impl Into<String>, help: &'static str) -> LockError {
        let start = self.tape.node(at.node()).map_or(0, |node| node.source.start as usize);
        LockError {
            file: self.file.to_owned(),
            line: self.line_of(start),
            key: self.tape.pointer(at.node()),
            problem: problem.into(),
            help,
        }
    }

    fn line_of(&self, at: usize) -> usize {
        1 + memchr::memchr_iter(b'\n', self.text.as_bytes().get(..at).unwrap_or_default()).count()
    }
}

/// What serde says without the line and column, which it counts from elsewhere.
fn without_place(error: &str) -> String {
    error.rsplit_once(" at line ").map_or(error, |(problem, _)| problem).to_owned()
}
