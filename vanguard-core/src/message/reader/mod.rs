//! The strict reader: bytes to tape in one pass, without recursion.
//!
//! It reads RFC 8259 JSON and objects to whatever two readers might understand differently ([`IssueKind`]).
//! A syntax error ends the reading; other objections don't, so that a finding can name all of them.

mod keys;
mod scalar;
#[cfg(test)]
mod tests;

use super::issue::{Issue, IssueKind};
use super::string::{escape, find_special, special_in};
use super::tape::{NONE, Node, NodeId, NodeKind, Tape};
use super::{Framing, Limits, Span};
use crate::lanes::LANES;
use keys::hash;

/// Objections kept, apart from the first of each kind; a message needs one to be refused.
const KEPT_ISSUES: usize = 32;

/// Stands behind each string of the arena; no UTF-8 has it.
const SEPARATOR: u8 = 0xFF;

/// Reads `bytes` into `tape`, which is cleared first. What is wrong stands in [`Tape::issues`];
/// [`Tape::is_complete`] says whether the reader came to the end. Never panics; time is linear in the bytes, but for
/// the sorting of an object's keys.
pub fn read(bytes: &[u8], framing: Framing, limits: &Limits, tape: &mut Tape) {
    tape.clear();
    // It is worked on in its place among the reader's own fields, not behind a reference.
    let mut reader = Reader { bytes, at: 0, open: NONE, depth: 0, kinds: 0, limits, tape: std::mem::take(tape) };
    reader.read(framing);
    *tape = reader.tape;
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The innermost container that is open; the chain of parents is the stack.
    open: NodeId,
    depth: u32,
    /// A bit for each kind of objection there was.
    kinds: u32,
    limits: &'a Limits,
    tape: Tape,
}

impl Reader<'_> {
    fn read(&mut self, framing: Framing) {
        let bytes = self.bytes;
        if bytes.len() > self.limits.message || u32::try_from(bytes.len()).is_err() {
            return self.object_to(IssueKind::TooLarge, self.limits.message, NONE);
        }
        if let Err(error) = std::str::from_utf8(bytes) {
            return self.object_to(IssueKind::Utf8, error.valid_up_to(), NONE);
        }
        if bytes.starts_with(b"\xEF\xBB\xBF") {
            self.object_to(IssueKind::ByteOrderMark, 0, NONE);
            self.at = 3;
        }
        if framing == Framing::Line
            && let Some(at) = memchr::memchr2(b'\n', b'\r', bytes)
                .filter(|at| bytes.get(*at) == Some(&b'\n') || *at + 1 < bytes.len())
        {
            self.object_to(IssueKind::Newline, at, NONE);
        }
        // A decoded string never takes more bytes than its literal with quotes, so this is the arena's ceiling, but for a block
        // that is copied whole and then cut.
        self.tape.arena.reserve(bytes.len() + 8);
        if let Err(stop) = self.run() {
            self.object_to(stop, self.at, self.open);
            return self.close_all();
        }
        self.tape.complete = true;
    }

    fn object_to(&mut self, kind: IssueKind, at: usize, node: NodeId) {
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        // The first of a kind is always kept: many of one kind that passes or is excepted must not hide another.
        let first = !self.seen(kind);
        if first || self.tape.issues.len() < KEPT_ISSUES {
            self.tape.issues.push(Issue { kind, at, node });
        } else if kind != IssueKind::SurrogateInText && !self.seen(IssueKind::TooManyIssues) {
            // Of the whole message: an entry that may be taken out must not take it along.
            self.tape.issues.push(Issue { kind: IssueKind::TooManyIssues, at, node: 0 });
        }
    }

    /// Whether there was an objection of this kind before; there is one now.
    fn seen(&mut self, kind: IssueKind) -> bool {
        let bit = 1_u32 << kind as u32;
        let before = self.kinds & bit != 0;
        self.kinds |= bit;
        before
    }

    fn run(&mut self) -> Result<(), IssueKind> {
        self.skip_space();
        let mut container = self.value()?;
        loop {
            if container {
                container = self.enter()?;
                continue;
            }
            // A value has just ended: close containers or go on to the next value.
            self.skip_space();
            if self.open == NONE {
                if self.at < self.bytes.len() {
                    return Err(IssueKind::TrailingBytes);
                }
                return Ok(());
            }
            let object = self.open_kind() == Some(NodeKind::Object);
            match (self.peek(), object) {
                (Some(b','), _) => {
                    self.at += 1;
                    self.skip_space();
                    if object {
                        self.key()?;
                    }
                    container = self.value()?;
                }
                (Some(b'}'), true) | (Some(b']'), false) => self.close(),
                _ => return Err(IssueKind::Syntax),
            }
        }
    }

    /// After an opening bracket: the first value inside, or the closing bracket. Returns whether it opened another.
    fn enter(&mut self) -> Result<bool, IssueKind> {
        self.skip_space();
        match (self.peek(), self.open_kind()) {
            (Some(b'}'), Some(NodeKind::Object)) | (Some(b']'), Some(NodeKind::Array)) => {
                self.close();
                Ok(false)
            }
            (_, Some(NodeKind::Object)) => {
                self.key()?;
                self.value()
            }
            _ => self.value(),
        }
    }

    fn open_kind(&self) -> Option<NodeKind> {
        self.tape.node(self.open).map(|node| node.kind)
    }

    /// Ends what is open where reading stopped, so that places can still be named.
    fn close_all(&mut self) {
        let end = self.next_id();
        let source_end = self.at as u32;
        while let Some(node) = self.tape.nodes.get_mut(self.open as usize) {
            node.end = end;
            node.source.end = source_end;
            self.open = node.parent;
        }
    }

    fn close(&mut self) {
        self.at += 1;
        let id = self.open;
        let end = self.next_id();
        let source_end = self.at as u32;
        let Some(node) = self.tape.nodes.get_mut(id as usize) else { return };
        node.source.end = source_end;
        let (kind, parent, first) = (node.kind, node.parent, std::mem::replace(&mut node.end, end));
        if kind == NodeKind::Object {
            self.check_keys(first as usize);
        }
        self.open = parent;
        self.depth = self.depth.saturating_sub(1);
    }

    /// Reads one value. Returns whether it is a container, now open.
    fn value(&mut self) -> Result<bool, IssueKind> {
        let start = self.at;
        match self.peek() {
            Some(b'"') => self.string(NodeKind::String)?,
            Some(b'{') => return self.open_container(NodeKind::Object),
            Some(b'[') => return self.open_container(NodeKind::Array),
            Some(b't') => self.literal(b"true", NodeKind::Bool)?,
            Some(b'f') => self.literal(b"false", NodeKind::Bool)?,
            Some(b'n') => self.literal(b"null", NodeKind::Null)?,
            Some(b'-' | b'0'..=b'9') => {
                let finite = self.number()?;
                let id = self.push(NodeKind::Number, start, Span::default(), (false, false))?;
                if !finite {
                    self.object_to(IssueKind::NonFiniteNumber, start, id);
                }
            }
            _ => return Err(IssueKind::Syntax),
        }
        Ok(false)
    }

    fn open_container(&mut self, kind: NodeKind) -> Result<bool, IssueKind> {
        if self.depth >= self.limits.depth {
            return Err(IssueKind::TooDeep);
        }
        let start = self.at;
        self.at += 1;
        let id = self.push(kind, start, Span::default(), (false, false))?;
        // Until it is closed, an object's end says where its keys begin among those of all open objects.
        if let Some(node) = self.tape.nodes.last_mut() {
            node.end = self.tape.keys.len() as u32;
        }
        self.open = id;
        self.depth += 1;
        Ok(true)
    }

    fn key(&mut self) -> Result<(), IssueKind> {
        if self.peek() != Some(b'"') {
            return Err(IssueKind::Syntax);
        }
        let (start, id) = (self.tape.arena.len(), self.next_id());
        self.string(NodeKind::Key)?;
        // Without the separator behind it.
        if let [text @ .., _] = self.tape.arena.get(start..).unwrap_or_default() {
            let hash = hash(text);
            self.tape.keys.push((hash, id));
        }
        self.skip_space();
        if self.peek() != Some(b':') {
            return Err(IssueKind::Syntax);
        }
        self.at += 1;
        self.skip_space();
        Ok(())
    }

    #[inline]
    fn string(&mut self, kind: NodeKind) -> Result<(), IssueKind> {
        let start = self.at;
        let arena_start = self.tape.arena.len();
        self.at += 1;
        let (escaped, lone) = if self.short_string() { (false, false) } else { self.long_string()? };
        let text = Span::new(arena_start as u32, self.tape.arena.len() as u32 - 1);
        let id = self.push(kind, start, text, (escaped, lone))?;
        if text.len() > self.limits.string {
            self.object_to(IssueKind::StringTooLong, start, id);
        }
        if lone {
            let what = if kind == NodeKind::Key { IssueKind::SurrogateInName } else { IssueKind::SurrogateInText };
            self.object_to(what, start, id);
        }
        Ok(())
    }

    /// Copies the string with its separator if it is plain and ends within a block, as most keys and words do; else what of it
    /// is plain so far. Returns whether it came to the end.
    #[inline]
    fn short_string(&mut self) -> bool {
        let Some(block) = self.rest().first_chunk::<LANES>().copied() else { return false };
        let plain = special_in(&block);
        // A copy of known length is cheaper than the right one.
        let end = self.tape.arena.len() + plain;
        self.tape.arena.extend_from_slice(&block);
        self.at += plain;
        match self.tape.arena.get_mut(end) {
            Some(last) if *last == b'"' => *last = SEPARATOR,
            _ => {
                self.tape.arena.truncate(end);
                return false;
            }
        }
        self.tape.arena.truncate(end + 1);
        self.at += 1;
        true
    }

    /// Decodes up to the closing quote and adds the separator. Returns whether there were escapes, and halves of a surrogate pair
    /// among them. Apart, so that what it needs does not crowd the registers of what reads short ones.
    #[inline(never)]
    fn long_string(&mut self) -> Result<(bool, bool), IssueKind> {
        let (mut escaped, mut lone) = (false, false);
        loop {
            let stop = find_special(self.bytes, self.at);
            self.tape.arena.extend_from_slice(self.bytes.get(self.at..stop).unwrap_or_default());
            self.at = stop;
            match self.peek() {
                Some(b'"') => {
                    self.tape.arena.push(SEPARATOR);
                    self.at += 1;
                    return Ok((escaped, lone));
                }
                Some(b'\\') => {
                    let escape = escape(self.rest()).ok_or(IssueKind::Syntax)?;
                    escaped = true;
                    lone |= escape.lone;
                    match u8::try_from(escape.char) {
                        Ok(byte) if byte.is_ascii() => self.tape.arena.push(byte),
                        _ => {
                            let mut buffer = [0; 4];
                            self.tape.arena.extend_from_slice(escape.char.encode_utf8(&mut buffer).as_bytes());
                        }
                    }
                    self.at += escape.len;
                }
                Some(control) => {
                    let (at, open) = (self.at, self.open);
                    self.object_to(IssueKind::ControlCharacter, at, open);
                    self.tape.arena.push(control);
                    self.at += 1;
                }
                None => return Err(IssueKind::Syntax),
            }
        }
    }

    #[inline]
    fn push(
        &mut self,
        kind: NodeKind,
        start: usize,
        text: Span,
        (escaped, lone): (bool, bool),
    ) -> Result<NodeId, IssueKind> {
        let id = self.next_id();
        if id >= self.limits.nodes {
            return Err(IssueKind::TooManyNodes);
        }
        // The message is shorter than 4 GiB: `read` saw to it.
        let source = Span::new(start as u32, self.at as u32);
        self.tape.nodes.push(Node {
            kind,
            escaped,
            lone_surrogate: lone,
            parent: self.open,
            end: id + 1,
            source,
            text,
        });
        Ok(id)
    }

    /// There are fewer nodes than bytes.
    fn next_id(&self) -> NodeId {
        self.tape.nodes.len() as NodeId
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }
}
