//! Strict JSON (RFC 8259) into the tree, with the place of every value, which `serde_json` does not give. No recursion.

use crate::config::problem::{Problems, quoted};
use crate::config::tree::{Node, Source, Tree, TreeBuilder, Value, size_is_fine, without_bom};
use crate::message::Span;

/// Reads `text`; `file` is the name shown in problems. As [`read_yaml`](crate::config::yaml::read_yaml): problems go to `problems`, and
/// the tree is there wherever the text could be read on.
pub fn read_json(file: &str, text: &str, problems: &mut Problems) -> Option<Tree> {
    let source = Source::new(file, text);
    problems.enter(source.clone());
    if !size_is_fine(text, problems) {
        return None;
    }
    let at = without_bom(text).1;
    let mut reader = Reader { bytes: text.as_bytes(), text, at, closers: Vec::new(), builder: TreeBuilder::default() };
    match reader.run(problems) {
        Ok(root) => Some(Tree { file: source.file, text: source.text, root }),
        Err(Stop::Here { message, help }) => {
            let end = reader.at + text.get(reader.at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
            let problem = problems.error(Span::of_usize(reader.at, end), format!("invalid JSON: {message}"));
            problem.help = help.map(str::to_owned);
            None
        }
        Err(Stop::Reported) => None,
    }
}

enum Stop {
    /// Wrong at the reader's present byte.
    Here { message: String, help: Option<&'static str> },
    /// Already told.
    Reported,
}

fn wrong<T>(message: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Here { message: message.into(), help: None })
}

struct Reader<'t> {
    bytes: &'t [u8],
    text: &'t str,
    at: usize,
    closers: Vec<u8>,
    builder: TreeBuilder,
}

impl Reader<'_> {
    fn run(&mut self, problems: &mut Problems) -> Result<Node, Stop> {
        loop {
            // Here a value is due (or the end of an empty list).
            self.blanks()?;
            let start = self.at;
            match self.peek() {
                Some(open @ (b'{' | b'[')) => {
                    self.at += 1;
                    told(self.builder.begin(open == b'{', self.since(start), problems))?;
                    self.closers.push(if open == b'{' { b'}' } else { b']' });
                    self.blanks()?;
                    if self.peek() == self.closers.last().copied() {
                        self.close(problems);
                    } else {
                        self.key_if_due()?;
                        continue;
                    }
                }
                _ => {
                    let value = self.scalar()?;
                    told(self.builder.scalar(value, self.since(start), problems))?;
                }
            }
            // Here a value is complete: what follows is a comma or a closer.
            loop {
                self.blanks()?;
                match (self.peek(), self.closers.last().copied()) {
                    (None, None) => return std::mem::take(&mut self.builder).finish().ok_or(Stop::Reported),
                    (Some(_), None) => return wrong("text after the value"),
                    (Some(b','), Some(closer)) => {
                        self.at += 1;
                        self.blanks()?;
                        if self.peek() == Some(closer) {
                            return Err(Stop::Here {
                                message: "a comma before the end".into(),
                                help: Some("remove the comma"),
                            });
                        }
                        self.key_if_due()?;
                        break;
                    }
                    (Some(byte), Some(closer)) if byte == closer => self.close(problems),
                    (_, Some(closer)) => return wrong(format!("expected `,` or `{}`", char::from(closer))),
                }
            }
        }
    }

    fn close(&mut self, problems: &mut Problems) {
        self.at += 1;
        self.closers.pop();
        self.builder.end(u32::try_from(self.at).ok(), problems);
    }

    fn key_if_due(&mut self) -> Result<(), Stop> {
        if !self.builder.wants_key() {
            return Ok(());
        }
        let start = self.at;
        if self.peek() != Some(b'"') {
            return Err(Stop::Here {
                message: "expected a key".into(),
                help: Some("keys are written in double quotes"),
            });
        }
        let name = self.string()?;
        self.builder.key(name, self.since(start));
        self.blanks()?;
        if self.peek() != Some(b':') {
            return wrong("expected `:` after the key");
        }
        self.at += 1;
        Ok(())
    }

    fn scalar(&mut self) -> Result<Value, Stop> {
        match self.peek() {
            Some(b'"') => Ok(Value::String(self.string()?)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(byte) if byte.is_ascii_alphabetic() => self.word(),
            None => wrong("the file ends before a value"),
            Some(b'\'') => Err(Stop::Here {
                message: "expected a value".into(),
                help: Some("strings are written in double quotes"),
            }),
            Some(_) => wrong("expected a value"),
        }
    }

    fn word(&mut self) -> Result<Value, Stop> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let word = rest.split(|char: char| !char.is_ascii_alphanumeric()).next().unwrap_or_default();
        let value = match word {
            "null" => Value::Null,
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ => return wrong(format!("unknown word {}", quoted(word))),
        };
        self.at += word.len();
        Ok(value)
    }

    fn number(&mut self) -> Result<Value, Stop> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let leading = self.peek();
        let whole = self.digits();
        if whole == 0 || (whole > 1 && leading == Some(b'0')) {
            self.at = start;
            return wrong(if whole == 0 { "a number without digits" } else { "a number with a leading zero" });
        }
        let mut is_whole = true;
        if self.peek() == Some(b'.') {
            (self.at, is_whole) = (self.at + 1, false);
            if self.digits() == 0 {
                return wrong("expected a digit");
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            (self.at, is_whole) = (self.at + 1, false);
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if self.digits() == 0 {
                return wrong("expected a digit");
            }
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        let value = if is_whole { text.parse().ok().map(Value::Integer) } else { finite(text) };
        value.ok_or_else(|| {
            self.at = start;
            Stop::Here { message: "the number does not fit 64 bits".into(), help: None }
        })
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        self.at - start
    }

    /// From the opening quote to past the closing one.
    fn string(&mut self) -> Result<String, Stop> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let plain = rest.bytes().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)).unwrap_or(rest.len());
            out.push_str(rest.get(..plain).unwrap_or_default());
            self.at += plain;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => out.push(self.escape()?),
                Some(_) => return wrong("a control character in a string"),
                None => return wrong("the file ends inside a string"),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Stop> {
        let char = match self.bytes.get(self.at + 1) {
            Some(b'n') => '\n',
            Some(b't') => '\t',
            Some(b'r') => '\r',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(*byte),
            Some(b'u') => return self.unicode(),
            _ => return wrong("unknown escape"),
        };
        self.at += 2;
        Ok(char)
    }

    fn unicode(&mut self) -> Result<char, Stop> {
        let unit = |at: usize| {
            let digits = self.text.get(at + 2..at + 6)?;
            let is_hex =
                self.bytes.get(at..at + 2) == Some(b"\\u") && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
            is_hex.then(|| u16::from_str_radix(digits, 16).ok()).flatten()
        };
        let Some(first) = unit(self.at) else { return wrong("expected four hex digits after `\\u`") };
        let units = [first, unit(self.at + 6).unwrap_or_default()];
        match char::decode_utf16(units).next() {
            Some(Ok(char)) => {
                self.at += 6 * char.len_utf16();
                Ok(char)
            }
            _ => wrong("half of a surrogate pair"),
        }
    }

    fn blanks(&mut self) -> Result<(), Stop> {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
        if matches!(self.peek(), Some(b'#'))
            || self.bytes.get(self.at..self.at + 2).is_some_and(|two| two == b"//" || two == b"/*")
        {
            return Err(Stop::Here { message: "a comment".into(), help: Some("JSON has none; YAML and TOML do") });
        }
        Ok(())
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn since(&self, start: usize) -> Span {
        Span::of_usize(start, self.at)
    }
}

fn told(fine: bool) -> Result<(), Stop> {
    if fine { Ok(()) } else { Err(Stop::Reported) }
}

fn finite(text: &str) -> Option<Value> {
    text.parse().ok().filter(|value: &f64| value.is_finite()).map(Value::Float)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

    use super::read_json;
    use crate::config::problem::Problems;
    use crate::config::tree::{MAX_DEPTH, Node, Value};

    fn read(text: &str) -> Result<Node, String> {
        let mut problems = Problems::new();
        match read_json("f.json", text, &mut problems) {
            Some(tree) if !problems.has_errors() => Ok(tree.root),
            _ => Err(problems.sorted().iter().map(|p| p.message.clone()).collect::<Vec<_>>().join("; ")),
        }
    }

    fn plain(node: &Node) -> serde_json::Value {
        match &node.value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(value) => (*value).into(),
            Value::Integer(value) => (*value).into(),
            Value::Float(value) => (*value).into(),
            Value::String(value) => value.clone().into(),
            Value::List(items) => items.iter().map(plain).collect(),
            Value::Map(entries) => entries.iter().map(|(key, node)| (key.name.clone(), plain(node))).collect(),
        }
    }

    #[test]
    fn values_and_their_spans() {
        let text = "\u{feff} {\"a\\u00e4\\ud83d\\ude00\": [1, -0.5e1, \"x\\n\"], \"b\": {}, \"c\": [], \"d\": null}";
        let root = read(text).unwrap();
        assert_eq!(plain(&root), serde_json::json!({"aä😀": [1, -5.0, "x\n"], "b": {}, "c": [], "d": null}));
        let (key, list) = &root.entries()[0];
        assert_eq!(&text[key.span.range()], "\"a\\u00e4\\ud83d\\ude00\"");
        assert_eq!(&text[list.span.range()], "[1, -0.5e1, \"x\\n\"]");
        assert_eq!(&text[list.items()[2].span.range()], "\"x\\n\"");
        assert_eq!(&text[root.get("b").unwrap().span.range()], "{}");
    }

    #[test]
    fn what_is_not_json_is_refused_with_its_reason() {
        for (text, expected) in [
            ("", "invalid JSON: the file ends before a value"),
            ("{\"a\": 1,}", "invalid JSON: a comma before the end"),
            ("{\"a\": 1 \"b\"", "invalid JSON: expected `,` or `}`"),
            ("{a: 1}", "invalid JSON: expected a key"),
            ("{} // c", "invalid JSON: a comment"),
            ("{} {}", "invalid JSON: text after the value"),
            ("{\"a\": 1, \"\\u0061\": 2}", "duplicate key `a`"),
            ("[01]", "invalid JSON: a number with a leading zero"),
            ("[1.]", "invalid JSON: expected a digit"),
            ("[-]", "invalid JSON: a number without digits"),
            ("[9223372036854775808]", "invalid JSON: the number does not fit 64 bits"),
            ("[1e999]", "invalid JSON: the number does not fit 64 bits"),
            ("[\"\\ud800\"]", "invalid JSON: half of a surrogate pair"),
            ("[\"\\ud800\\u0041\"]", "invalid JSON: half of a surrogate pair"),
            ("[\"\\u+123\"]", "invalid JSON: expected four hex digits after `\\u`"),
            ("[\"a\nb\"]", "invalid JSON: a control character in a string"),
            ("[NaN]", "invalid JSON: unknown word `NaN`"),
            ("['a']", "invalid JSON: expected a value"),
            ("[1", "invalid JSON: expected `,` or `]`"),
            ("[\"a", "invalid JSON: the file ends inside a string"),
        ] {
            assert_eq!(read(text).unwrap_err(), expected, "{text}");
        }
        assert!(read(&format!("{}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH))).is_ok());
        assert_eq!(read(&"[".repeat(100_000)).unwrap_err(), format!("nested more than {MAX_DEPTH} levels deep"));
    }

    proptest! {
        #[test]
        fn agrees_with_serde_json_on_near_json(text in "([-{}\\[\\],: \"0-9eE.+]|\\\\u00|\\\\n|\"a\":|null|true|\\PC){0,24}") {
            let theirs: Result<serde_json::Value, _> = serde_json::from_str(&text);
            match (read(&text), theirs) {
                // Numbers beyond 64 bits and duplicate keys are refused here alone.
                (Err(why), theirs) => prop_assert!(theirs.is_err() || why.contains("64 bits") || why.contains("duplicate"), "{why}"),
                (Ok(node), theirs) => prop_assert_eq!(plain(&node), theirs.unwrap()),
            }
        }

        #[test]
        fn reads_what_serde_json_writes(words in proptest::collection::vec((any::<String>(), any::<i64>(), any::<bool>()), 0..8)) {
            let value: serde_json::Value = words.iter().map(|(s, i, b)| serde_json::json!({"s": s, "i": i, "b": [b, null]})).collect();
            prop_assert_eq!(plain(&read(&value.to_string()).unwrap()), value);
        }
    }
}
