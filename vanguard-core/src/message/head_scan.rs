//! A scan in constant memory for messages that the reader refuses: who has to be answered.

use super::MessageKind;

/// Longest id, method or key that is kept. Longer ones are as unreadable as none.
const KEPT: usize = 256;

/// Reads a message in chunks and keeps only its top-level `id`, `method` and which of `result` and `error` it has.
/// Tolerant: it finds what there is, whatever else is wrong, and says nothing of what could be understood in two ways.
/// For a JSON array it finds nothing.
#[derive(Clone, Debug, Default)]
pub struct HeadScan {
    depth: u32,
    in_string: bool,
    escaped: bool,
    /// The message is an array: what looks like a head in it or behind it is none.
    list: bool,
    /// At depth 1: what is being read.
    part: Part,
    token: Vec<u8>,
    too_long: bool,
    /// Top-level members named `id`, and the first one's value once it has ended.
    ids: u32,
    id: Option<Vec<u8>>,
    has_method: bool,
    method: Option<Vec<u8>>,
    answer: Option<MessageKind>,
    /// A top-level object has ended.
    ended: bool,
    bytes: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Part {
    #[default]
    Key,
    Id,
    Method,
    Value,
}

impl HeadScan {
    /// Nothing read yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// All of a message.
    #[must_use]
    pub fn of(message: &[u8]) -> Self {
        let mut scan = Self::new();
        scan.push(message);
        scan
    }

    /// Reads on.
    pub fn push(&mut self, chunk: &[u8]) {
        self.bytes += chunk.len() as u64;
        let mut rest = if self.list { &[] } else { chunk };
        while let Some((byte, tail)) = rest.split_first() {
            rest = tail;
            if self.in_string {
                self.keep(*byte);
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => self.in_string = false,
                    _ if self.depth != 1 => {
                        // Nothing in here is kept: on to the next quote or backslash.
                        let skip = memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
                        rest = rest.get(skip..).unwrap_or_default();
                    }
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => {
                    self.in_string = true;
                    self.keep(b'"');
                }
                b'[' if self.depth == 0 => {
                    self.list = true;
                    return;
                }
                b'{' | b'[' => {
                    // Part of the token, so that `[1]2` is no id.
                    self.keep(*byte);
                    self.depth = self.depth.saturating_add(1);
                }
                b'}' | b']' => {
                    if self.depth == 1 {
                        self.end_member();
                        self.ended = true;
                    }
                    self.depth = self.depth.saturating_sub(1);
                }
                b':' if self.depth == 1 && self.part == Part::Key => self.end_key(),
                b',' if self.depth == 1 => self.end_member(),
                // One is kept between two parts of a token, so that `1 2` is no id.
                b' ' | b'\t' | b'\r' | b'\n' if self.token.last().is_none_or(|last| *last == b' ') => {}
                b' ' | b'\t' | b'\r' | b'\n' => self.keep(b' '),
                other => self.keep(*other),
            }
        }
    }

    fn keep(&mut self, byte: u8) {
        if self.depth == 1 {
            if self.token.len() < KEPT {
                self.token.push(byte);
            } else {
                self.too_long = true;
            }
        }
    }

    fn end_key(&mut self) {
        let key = serde_json::from_slice::<String>(&std::mem::take(&mut self.token)).unwrap_or_default();
        self.part = Part::Value;
        match key.as_str() {
            "id" => {
                self.ids = self.ids.saturating_add(1);
                self.part = Part::Id;
            }
            "method" => {
                self.has_method = true;
                self.part = Part::Method;
            }
            "result" => self.answer = Some(MessageKind::Result),
            "error" => self.answer = self.answer.or(Some(MessageKind::Error)),
            _ => {}
        }
        self.too_long = false;
    }

    fn end_member(&mut self) {
        let value = std::mem::take(&mut self.token);
        let whole = !std::mem::take(&mut self.too_long);
        match std::mem::take(&mut self.part) {
            Part::Id if whole && self.ids == 1 => self.id = Some(value),
            Part::Method if whole => self.method = Some(value),
            _ => {}
        }
    }

    /// Bytes read.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The id as a JSON value, if there is just one and it is a string or an integer.
    #[must_use]
    pub fn id(&self) -> Option<serde_json::Value> {
        let id: serde_json::Value = serde_json::from_slice(self.id.as_deref().filter(|_| self.ids == 1)?).ok()?;
        (id.is_string() || id.is_i64()).then_some(id)
    }

    /// The method, if there is one.
    #[must_use]
    pub fn method(&self) -> Option<String> {
        serde_json::from_slice(self.method.as_deref()?).ok()
    }

    /// `Result` or `Error` if it has a member of that name, whatever else it has.
    #[must_use]
    pub const fn answer(&self) -> Option<MessageKind> {
        self.answer
    }

    /// What the message seems to be; `None` where it could be two things, or where what was read so far doesn't tell.
    #[must_use]
    pub const fn kind(&self) -> Option<MessageKind> {
        match (self.has_method, self.answer) {
            (true, None) if self.ids > 0 => Some(MessageKind::Request),
            (true, None) if self.ended => Some(MessageKind::Notification),
            (true, _) => None,
            (false, answer) => answer,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scan(text: &[u8], size: usize) -> HeadScan {
        let mut scan = HeadScan::new();
        text.chunks(size.max(1)).for_each(|chunk| scan.push(chunk));
        scan
    }

    proptest! {
        #[test]
        fn finds_id_and_method_in_any_order_and_chunking(size in 1usize..40, first in any::<bool>(), noise in "[a-z\"\\\\{}\\[\\],:]{0,30}") {
            let noise = serde_json::json!({"id": 9, "method": "no", "x": [noise.clone(), {"id": noise}]});
            let (id, params) = (r#""id" : "a\"}b""#, format!(r#""params":{noise}"#));
            let text = if first { format!(r#"{{{id},"method":"tools/call",{params}}}"#) } else { format!(r#"{{{params},"method":"tools/call",{id}}}"#) };
            let scan = scan(text.as_bytes(), size);
            prop_assert_eq!(scan.id(), Some("a\"}b".into()));
            prop_assert_eq!(scan.method(), Some("tools/call".to_owned()));
            prop_assert_eq!(scan.kind(), Some(MessageKind::Request));
            prop_assert_eq!(scan.bytes(), text.len() as u64);
        }

        #[test]
        fn keeps_little_of_anything(bytes in proptest::collection::vec(any::<u8>(), 0..4096)) {
            let scan = scan(&bytes, 7);
            prop_assert!(scan.token.len() <= KEPT && scan.id.iter().chain(&scan.method).all(|kept| kept.len() <= KEPT));
        }
    }

    #[test]
    fn tells_answers_and_refuses_odd_ids() {
        assert_eq!(scan(br#"{"id":3,"result":{"id":1}}"#, 3).kind(), Some(MessageKind::Result));
        assert_eq!(scan(br#"{"id":3,"error":{}}"#, 3).id(), Some(3.into()));
        assert_eq!(scan(br#"{"id":1.5,"method":"x"}"#, 3).id(), None);
        assert_eq!(scan(br#"[{"id":1,"method":"x"}]"#, 3).id(), None);
        assert_eq!(scan(br#"{"method":"x"}"#, 3).kind(), Some(MessageKind::Notification));
        assert_eq!(scan(br#"{"method":"x""#, 3).kind(), None);
        assert_eq!(scan(br#"{"id":3,"result":{"cut"#, 3).kind(), Some(MessageKind::Result));
    }

    #[test]
    fn an_id_that_could_be_another_is_none() {
        for text in [
            r#"{"id":1,"id":2,"method":"x"}"#,
            r#"{"id":1,"method":"x","\u0069d":1}"#,
            r#"{"id":1,"method":"x"}{"id":2,"method":"x"}"#,
            r#"{"id":1 2,"method":"x"}"#,
            r#"{"id":[7]1,"method":"x"}"#,
            r#"{"method":"x","id":1"#,
            r#"[7],"id":1,"method":"x"}"#,
        ] {
            assert_eq!(scan(text.as_bytes(), 3).id(), None, "{text}");
        }
        let long = format!(r#"{{"id":1,"method":"x","id":"{}"}}"#, "1".repeat(KEPT));
        assert_eq!(scan(long.as_bytes(), 9).id(), None);
        let text = br#"{"id" : 1 , "params":{"id":[2]},"method":"x"}, \xff"#;
        assert_eq!((scan(text, 3).id(), scan(text, 3).kind()), (Some(1.into()), Some(MessageKind::Request)));
        assert_eq!(scan(br#"{"id":1,"method":"x","error":1}"#, 3).kind(), None);
    }
}
