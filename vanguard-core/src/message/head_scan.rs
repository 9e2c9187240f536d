//! A scan in constant memory for messages above the size limit: who has to be answered.

use super::MessageKind;

/// Longest id, method or key that is kept. Longer ones are as unreadable as none.
const KEPT: usize = 256;

/// Reads a message in chunks and keeps only its top-level `id`, `method` and which of `result` and `error` it has.
/// Tolerant: it finds what there is, whatever else is wrong. For a JSON array it finds nothing.
#[derive(Clone, Debug, Default)]
pub struct HeadScan {
    depth: u32,
    in_string: bool,
    escaped: bool,
    /// At depth 1: what is being read.
    part: Part,
    token: Vec<u8>,
    too_long: bool,
    key: Vec<u8>,
    id: Option<Vec<u8>>,
    method: Option<Vec<u8>>,
    result: bool,
    error: bool,
    bytes: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Part {
    #[default]
    Key,
    Value,
}

impl HeadScan {
    /// Nothing read yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads on.
    pub fn push(&mut self, chunk: &[u8]) {
        self.bytes += chunk.len() as u64;
        let mut rest = chunk;
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
                b'{' | b'[' => {
                    self.depth = self.depth.saturating_add(if self.depth == 0 && *byte == b'[' { 2 } else { 1 })
                }
                b'}' | b']' => {
                    if self.depth == 1 {
                        self.end_member();
                    }
                    self.depth = self.depth.saturating_sub(1);
                }
                b':' if self.depth == 1 && self.part == Part::Key => {
                    self.key = std::mem::take(&mut self.token);
                    self.too_long = false;
                    self.part = Part::Value;
                }
                b',' if self.depth == 1 => self.end_member(),
                b' ' | b'\t' | b'\r' | b'\n' => {}
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

    fn end_member(&mut self) {
        let value = std::mem::take(&mut self.token);
        match serde_json::from_slice::<String>(&self.key).as_deref() {
            Ok("id") if !self.too_long => self.id = Some(value),
            Ok("method") if !self.too_long => self.method = Some(value),
            Ok("method") => self.method = Some(Vec::new()),
            Ok("result") => self.result = true,
            Ok("error") => self.error = true,
            _ => {}
        }
        self.key.clear();
        self.too_long = false;
        self.part = Part::Key;
    }

    /// Bytes read.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The id as a JSON value, if it is a string or an integer.
    #[must_use]
    pub fn id(&self) -> Option<serde_json::Value> {
        let id: serde_json::Value = serde_json::from_slice(self.id.as_deref()?).ok()?;
        (id.is_string() || id.is_i64()).then_some(id)
    }

    /// The method, if there is one.
    #[must_use]
    pub fn method(&self) -> Option<String> {
        serde_json::from_slice(self.method.as_deref()?).ok()
    }

    /// What the message seems to be.
    #[must_use]
    pub const fn kind(&self) -> Option<MessageKind> {
        match (self.method.is_some(), self.id.is_some()) {
            (true, true) => Some(MessageKind::Request),
            (true, false) => Some(MessageKind::Notification),
            (false, _) if self.result => Some(MessageKind::Result),
            (false, _) if self.error => Some(MessageKind::Error),
            _ => None,
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
            prop_assert!(scan.token.len() <= KEPT && scan.key.len() <= KEPT);
        }
    }

    #[test]
    fn tells_answers_and_refuses_odd_ids() {
        assert_eq!(scan(br#"{"id":3,"result":{"id":1}}"#, 3).kind(), Some(MessageKind::Result));
        assert_eq!(scan(br#"{"id":3,"error":{}}"#, 3).id(), Some(3.into()));
        assert_eq!(scan(br#"{"id":1.5,"method":"x"}"#, 3).id(), None);
        assert_eq!(scan(br#"[{"id":1,"method":"x"}]"#, 3).id(), None);
        assert_eq!(scan(br#"{"method":"x"}"#, 3).kind(), Some(MessageKind::Notification));
    }
}
