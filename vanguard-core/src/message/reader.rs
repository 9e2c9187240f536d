//! The strict reader: bytes to tape in one pass, without recursion.
//!
//! It reads RFC 8259 JSON and objects to whatever two readers might understand differently ([`IssueKind`]).
//! A syntax error ends the reading; other objections don't, so that a finding can name all of them.

use std::cmp::Ordering;

use super::issue::{Issue, IssueKind};
use super::string::{escape, find_special, special_in};
use super::tape::{NONE, Node, NodeId, NodeKind, Tape};
use super::{Framing, Limits, Span};

/// Objections kept, apart from the first of each kind; a message needs one to be refused.
const KEPT_ISSUES: usize = 32;
/// Up to this many keys an object is checked for duplicates pair by pair; larger ones are sorted.
const FEW_KEYS: usize = 8;

/// Reads `bytes` into `tape`, which is cleared first. What is wrong stands in [`Tape::issues`];
/// [`Tape::is_complete`] says whether the reader came to the end. Never panics; time is linear in the bytes, but for
/// the sorting of an object's keys.
pub fn read(bytes: &[u8], framing: Framing, limits: &Limits, tape: &mut Tape) {
    tape.clear();
    let mut reader = Reader { bytes, at: 0, open: NONE, depth: 0, kinds: 0, limits, tape };
    if bytes.len() > limits.message || u32::try_from(bytes.len()).is_err() {
        reader.object_to(IssueKind::TooLarge, limits.message, NONE);
        return;
    }
    if let Err(error) = std::str::from_utf8(bytes) {
        reader.object_to(IssueKind::Utf8, error.valid_up_to(), NONE);
        return;
    }
    if bytes.starts_with(b"\xEF\xBB\xBF") {
        reader.object_to(IssueKind::ByteOrderMark, 0, NONE);
        reader.at = 3;
    }
    if framing == Framing::Line
        && let Some(at) =
            memchr::memchr2(b'\n', b'\r', bytes).filter(|at| bytes.get(*at) == Some(&b'\n') || *at + 1 < bytes.len())
    {
        reader.object_to(IssueKind::Newline, at, NONE);
    }
    // A decoded string never takes more bytes than its literal with quotes, so this is the arena's ceiling.
    reader.tape.arena.reserve(bytes.len());
    if let Err(stop) = reader.run() {
        let at = reader.at;
        let open = reader.open;
        reader.object_to(stop, at, open);
        reader.close_all();
        return;
    }
    reader.tape.complete = true;
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
    tape: &'a mut Tape,
}

impl Reader<'_> {
    fn object_to(&mut self, kind: IssueKind, at: usize, node: NodeId) {
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        // The first of a kind is always kept: many of one kind that passes or is excepted must not hide another.
        let first = !self.seen(kind);
        if first || self.tape.issues.len() < KEPT_ISSUES {
            self.tape.issues.push(Issue { kind, at, node });
        } else if kind != IssueKind::SurrogateInText && !self.seen(IssueKind::TooManyIssues) {
            self.tape.issues.push(Issue { kind: IssueKind::TooManyIssues, at, node });
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
        let source_end = u32::try_from(self.at).unwrap_or(u32::MAX);
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
        let source_end = u32::try_from(self.at).unwrap_or(u32::MAX);
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
            node.end = u32::try_from(self.tape.keys.len()).unwrap_or(u32::MAX);
        }
        self.open = id;
        self.depth += 1;
        Ok(true)
    }

    fn literal(&mut self, word: &[u8], kind: NodeKind) -> Result<(), IssueKind> {
        if !self.rest().starts_with(word) {
            return Err(IssueKind::Syntax);
        }
        let start = self.at;
        self.at += word.len();
        self.push(kind, start, Span::default(), (false, false)).map(drop)
    }

    /// RFC 8259 section 6. Returns whether the value is finite as a double.
    fn number(&mut self) -> Result<bool, IssueKind> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits()?,
            _ => return Err(IssueKind::Syntax),
        }
        let integer_end = self.at;
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        let mut exponent = false;
        if matches!(self.peek(), Some(b'e' | b'E')) {
            exponent = true;
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        // 309 digits before the point or an exponent are the only ways to leave the range of a double.
        if !exponent && integer_end - start <= 308 {
            return Ok(true);
        }
        let text = self.bytes.get(start..self.at).and_then(|text| std::str::from_utf8(text).ok());
        Ok(text.and_then(|text| text.parse::<f64>().ok()).is_some_and(f64::is_finite))
    }

    fn digits(&mut self) -> Result<(), IssueKind> {
        let count = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        if count == 0 { Err(IssueKind::Syntax) } else { Ok(()) }
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

    fn string(&mut self, kind: NodeKind) -> Result<(), IssueKind> {
        let start = self.at;
        let arena_start = self.tape.arena.len();
        self.at += 1;
        let (escaped, lone) = if self.short_string() { (false, false) } else { self.long_string()? };
        self.at += 1;
        let text = Span::of_usize(arena_start, self.tape.arena.len());
        self.tape.arena.push(0xFF);
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

    /// Copies the string if it is plain and ends within eight bytes, as most keys and words do. Returns whether it did.
    #[inline]
    fn short_string(&mut self) -> bool {
        let Some(block) = self.rest().first_chunk::<8>().copied() else { return false };
        let plain = special_in(block);
        if block.get(plain) != Some(&b'"') {
            return false;
        }
        // A copy of known length is cheaper than the right one.
        let end = self.tape.arena.len() + plain;
        self.tape.arena.extend_from_slice(&block);
        self.tape.arena.truncate(end);
        self.at += plain;
        true
    }

    /// Decodes up to the closing quote. Returns whether there were escapes, and halves of a surrogate pair among them.
    fn long_string(&mut self) -> Result<(bool, bool), IssueKind> {
        let (mut escaped, mut lone) = (false, false);
        loop {
            let stop = find_special(self.bytes, self.at);
            self.tape.arena.extend_from_slice(self.bytes.get(self.at..stop).unwrap_or_default());
            self.at = stop;
            match self.peek() {
                Some(b'"') => return Ok((escaped, lone)),
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
        let source = Span::of_usize(start, self.at);
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

    /// Reports every key that an object has twice; `first` is its first among the keys of all open objects. Sorted by hash and
    /// text, so crafted collisions cost no more than comparing equal text does.
    fn check_keys(&mut self, first: usize) {
        let mut keys = std::mem::take(&mut self.tape.keys);
        let own = keys.get_mut(first..).unwrap_or_default();
        if own.len() <= FEW_KEYS {
            let mut rest = &*own;
            while let [(hash, key), tail @ ..] = rest {
                for (_, again) in tail.iter().filter(|(other, _)| other == hash) {
                    if self.tape.text(*again) == self.tape.text(*key) {
                        self.duplicate(*again);
                        break;
                    }
                }
                rest = tail;
            }
        } else {
            own.sort_unstable_by(|(ha, a), (hb, b)| match ha.cmp(hb) {
                Ordering::Equal => self.tape.text(*a).cmp(self.tape.text(*b)).then(a.cmp(b)),
                other => other,
            });
            for pair in own.windows(2) {
                if let [(ha, a), (hb, b)] = pair
                    && ha == hb
                    && self.tape.text(*a) == self.tape.text(*b)
                {
                    self.duplicate(*b);
                }
            }
        }
        keys.truncate(first);
        self.tape.keys = keys;
    }

    fn duplicate(&mut self, key: NodeId) {
        let at = self.tape.node(key).map_or(0, |node| node.source.start as usize);
        self.object_to(IssueKind::DuplicateKey, at, key);
    }

    fn next_id(&self) -> NodeId {
        NodeId::try_from(self.tape.nodes.len()).unwrap_or(NONE)
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

/// Only spreads keys: an attacker who makes them collide gains nothing (see `check_keys`).
fn hash(text: &[u8]) -> u64 {
    let mut hash = text.len() as u64;
    let mut mix = |word: u64| hash = (hash ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    let (words, tail) = text.as_chunks::<8>();
    words.iter().for_each(|word| mix(u64::from_le_bytes(*word)));
    mix(tail.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)));
    hash
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tape(text: &[u8]) -> Tape {
        let mut tape = Tape::new();
        read(text, Framing::Body, &Limits::default(), &mut tape);
        tape
    }

    fn kinds(text: &[u8]) -> Vec<IssueKind> {
        tape(text).issues().iter().map(|issue| issue.kind).collect()
    }

    #[test]
    fn builds_a_tape_that_points_back() {
        let text = br#" {"a":[1,"x\u0041",{"b":null}],"c~/":true} "#;
        let tape = tape(text);
        assert!(tape.is_complete() && tape.issues().is_empty());
        let array = tape.member(0, "a").unwrap();
        let elements: Vec<_> = tape.elements(array).collect();
        assert_eq!(tape.string(elements[1]), Some("xA"));
        assert_eq!(tape.pointer(elements[1]), "/a/1");
        assert_eq!(tape.source_span(elements[1], Span::new(1, 2), text).of(text), br"\u0041");
        assert_eq!(tape.pointer(tape.path(elements[2], &["b"]).unwrap()), "/a/2/b");
        assert_eq!(tape.pointer(tape.member(0, "c~/").unwrap()), "/c~0~1");
        assert_eq!(tape.node(array).unwrap().source.of(text), br#"[1,"x\u0041",{"b":null}]"#);
    }

    #[test]
    fn refuses_what_readers_disagree_on() {
        for (text, kind) in [
            (&b"\xEF\xBB\xBF{}"[..], IssueKind::ByteOrderMark),
            (b"{\"a\":\"\xff\"}", IssueKind::Utf8),
            (b"{\"a\":\"\x01\"}", IssueKind::ControlCharacter),
            (br#"{"a":1,"\u0061":2}"#, IssueKind::DuplicateKey),
            (br#"{"\ud800":1}"#, IssueKind::SurrogateInName),
            (br#"{"a":"\ud800"}"#, IssueKind::SurrogateInText),
            (b"[1e999]", IssueKind::NonFiniteNumber),
            (b"{} {}", IssueKind::TrailingBytes),
            (b"{}\0", IssueKind::TrailingBytes),
            (b"[1,]", IssueKind::Syntax),
            (b"[01]", IssueKind::Syntax),
            (b"[NaN]", IssueKind::Syntax),
            (b"{'a':1}", IssueKind::Syntax),
            (b"[1", IssueKind::Syntax),
            (b"{\"a\":1]", IssueKind::Syntax),
            (b"", IssueKind::Syntax),
            (b"[\"\\x41\"]", IssueKind::Syntax),
            (b"\x0b[]", IssueKind::Syntax),
        ] {
            assert_eq!(kinds(text), [kind], "{}", String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn finds_duplicates_among_many_keys() {
        let mut text: Vec<String> = (0..300).map(|i| format!("\"k{i}\":{i}")).collect();
        text.push("\"k1\\u0037\":0".to_owned());
        assert_eq!(kinds(format!("{{{}}}", text.join(",")).as_bytes()), [IssueKind::DuplicateKey]);
        text.pop();
        assert!(kinds(format!("{{{}}}", text.join(",")).as_bytes()).is_empty());
    }

    #[test]
    fn many_objections_hide_no_other() {
        let duplicate = r#""a":1,"a":2"#;
        for (member, kind) in
            [(r#""k{}\ud800":0"#, IssueKind::SurrogateInName), (r#""k{}":"\ud800""#, IssueKind::SurrogateInText)]
        {
            let odd: Vec<String> = (0..40).map(|i| member.replace("{}", &i.to_string())).collect();
            for text in [format!("{{{},{duplicate}}}", odd.join(",")), format!("{{{duplicate},{}}}", odd.join(","))] {
                let kinds = kinds(text.as_bytes());
                assert!(kinds.contains(&kind) && kinds.contains(&IssueKind::DuplicateKey), "{kinds:?}");
                // More than are listed: an exception for those that are must not let the rest pass. A warning does.
                assert_eq!(kinds.contains(&IssueKind::TooManyIssues), kind == IssueKind::SurrogateInName, "{kinds:?}");
                assert!(kinds.len() <= KEPT_ISSUES + 2, "{kinds:?}");
            }
        }
    }

    #[test]
    fn a_line_holds_no_newline() {
        let line = |text: &[u8]| {
            let mut tape = Tape::new();
            read(text, Framing::Line, &Limits::default(), &mut tape);
            tape.issues().first().map(|issue| issue.kind)
        };
        assert_eq!(line(b"{}\r"), None);
        assert_eq!(line(b"{\n}"), Some(IssueKind::Newline));
        assert_eq!(line(b"{\r}"), Some(IssueKind::Newline));
        assert_eq!(line(b"{}"), None);
    }

    #[test]
    fn stops_at_each_limit() {
        let with = |change: fn(&mut Limits), text: &[u8]| {
            let mut limits = Limits::default();
            change(&mut limits);
            let mut tape = Tape::new();
            read(text, Framing::Body, &limits, &mut tape);
            tape.issues().first().map(|issue| issue.kind)
        };
        assert_eq!(with(|l| l.depth = 2, b"[[[]]]"), Some(IssueKind::TooDeep));
        assert_eq!(with(|l| l.depth = 3, b"[[[]]]"), None);
        assert_eq!(with(|l| l.nodes = 3, b"[1,2,3]"), Some(IssueKind::TooManyNodes));
        assert_eq!(with(|l| l.string = 2, b"[\"abc\"]"), Some(IssueKind::StringTooLong));
        assert_eq!(with(|l| l.message = 2, b"[1]"), Some(IssueKind::TooLarge));
        assert_eq!(kinds("[".repeat(100_000).as_bytes()), [IssueKind::TooDeep]);
    }

    fn rebuild(tape: &Tape, message: &[u8], id: NodeId) -> serde_json::Value {
        let node = tape.node(id).unwrap();
        match node.kind {
            NodeKind::String => tape.string(id).unwrap().into(),
            NodeKind::Array => tape.elements(id).map(|element| rebuild(tape, message, element)).collect(),
            NodeKind::Object => serde_json::Value::Object(
                tape.members(id)
                    .map(|(key, value)| {
                        (String::from_utf8(tape.text(key).to_vec()).unwrap(), rebuild(tape, message, value))
                    })
                    .collect(),
            ),
            _ => serde_json::from_slice(node.source.of(message)).unwrap(),
        }
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            ".*".prop_map(serde_json::Value::from),
        ];
        leaf.prop_recursive(5, 64, 8, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..8).prop_map(serde_json::Value::from),
                proptest::collection::hash_map(".{0,6}", inner, 0..12)
                    .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn reads_what_serde_json_wrote(value in json(), pretty in any::<bool>()) {
            let text = if pretty { serde_json::to_vec_pretty(&value) } else { serde_json::to_vec(&value) }.unwrap();
            let tape = tape(&text);
            prop_assert!(tape.is_complete());
            prop_assert!(tape.issues().is_empty());
            prop_assert_eq!(rebuild(&tape, &text, 0), value);
            prop_assert!(tape.arena().len() <= text.len());
        }

        #[test]
        fn accepts_nothing_serde_json_refuses(bytes in proptest::collection::vec(prop_oneof![
            proptest::sample::select(&b"{}[]\",:\\ue0123-+.tfn \t"[..]), any::<u8>()], 0..40)) {
            let tape = tape(&bytes);
            if tape.issues().is_empty() {
                prop_assert!(serde_json::from_slice::<serde_json::Value>(&bytes).is_ok());
            }
        }

        #[test]
        fn every_decoded_byte_maps_into_its_literal(text in "(\\\\n|\\\\u00e9|[a-zé]|\\\\ud83d\\\\ude00){0,12}", from in 0u32..30, len in 0u32..8) {
            let message = format!("[\"{text}\"]").into_bytes();
            let tape = tape(&message);
            let span = tape.source_span(1, Span::new(from, from + len), &message);
            let literal = tape.node(1).unwrap().source;
            prop_assert!(span.start <= span.end && span.start >= literal.start && span.end <= literal.end);
        }
    }
}
