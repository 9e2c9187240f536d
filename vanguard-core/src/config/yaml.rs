//! YAML 1.2 (core schema) into the tree. What makes YAML dangerous or ambiguous is refused by name: anchors and aliases (billion
//! laughs), tags, merge keys, directives, several documents, keys that are no strings, keys written twice.

use saphyr_parser::{Event, Marker, Parser, ScalarStyle};

use crate::config::problem::Problems;
use crate::config::tree::{Node, Source, Tree, TreeBuilder, Value, size_is_fine, without_bom};
use crate::message::Span;

/// Reads `text`; `file` is the name shown in problems. Every problem is reported to `problems`. The tree is `None` where the text
/// can't be read on; where it can (a key written twice, a tag), the tree is there so that a validator can report the rest too, and
/// `problems.has_errors()` says that it must not be used. An empty file is [`Value::Null`].
pub fn read_yaml(file: &str, text: &str, problems: &mut Problems) -> Option<Tree> {
    let source = Source::new(file, text);
    problems.enter(source.clone());
    if !size_is_fine(text, problems) {
        return None;
    }
    let (body, skipped) = without_bom(text);
    let places = Places::new(body, skipped);
    let root = read_events(body, &places, problems)?;
    Some(Tree { file: source.file, text: source.text, root })
}

fn read_events(body: &str, places: &Places<'_>, problems: &mut Problems) -> Option<Node> {
    let mut builder = TreeBuilder::default();
    let mut documents = 0;
    for event in Parser::new_from_str(body) {
        let (event, span) = match event {
            Ok((event, span)) => (event, places.span(span)),
            Err(error) => {
                let at = places.byte(error.marker());
                problems.error(Span::new(at, at.saturating_add(1)), plain(error.info()));
                return None;
            }
        };
        let fine = match event {
            Event::DocumentStart(explicit) => {
                documents += 1;
                if documents > 1 {
                    problems
                        .error(span, "a second document begins here")
                        .help("keep one document in the file, without `---` between");
                    return None;
                }
                !explicit || no_directive(body, places, span, problems)
            }
            Event::Alias(_) => {
                problems.error(span, "aliases are not supported").help("write the value out");
                // A placeholder keeps the rest of the map in step. As a key it must be one nobody wrote.
                if builder.wants_key() {
                    builder.key(String::new(), span);
                    true
                } else {
                    builder.scalar(Value::Null, span, problems)
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                refuse_decoration(anchor, tag.is_some(), span, problems);
                let is_plain = style == ScalarStyle::Plain;
                if builder.wants_key() {
                    check_key(&text, is_plain, span, problems);
                    builder.key(text.into_owned(), span);
                    true
                } else {
                    let value =
                        if is_plain { plain_value(&text, span, problems) } else { Value::String(text.into_owned()) };
                    builder.scalar(value, span, problems)
                }
            }
            Event::SequenceStart(anchor, ref tag) | Event::MappingStart(anchor, ref tag) => {
                refuse_decoration(anchor, tag.is_some(), span, problems);
                if builder.wants_key() {
                    problems.error(span, "a key must be a string, found a list or a map");
                    return None;
                }
                builder.begin(matches!(event, Event::MappingStart(..)), span, problems)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                // A block collection has no closing mark; the span of a closing bracket takes in the blanks and comment after it.
                let start = (span.start as usize).saturating_sub(places.skipped);
                let closed =
                    body.as_bytes().get(start).is_some_and(|byte| matches!(byte, b']' | b'}')) && !span.is_empty();
                builder.end(closed.then(|| span.start.saturating_add(1)), problems);
                true
            }
            Event::StreamStart | Event::StreamEnd | Event::DocumentEnd | Event::Nothing => true,
        };
        if !fine {
            return None;
        }
    }
    Some(builder.finish().unwrap_or(Node { span: Span::default(), value: Value::Null }))
}

fn refuse_decoration(anchor: usize, tagged: bool, span: Span, problems: &mut Problems) {
    if anchor != 0 {
        problems.error(span, "anchors are not supported").help("remove the `&name` before this value");
    }
    if tagged {
        problems.error(span, "tags are not supported").help("remove the `!` tag; quote a value to make it a string");
    }
}

fn check_key(text: &str, is_plain: bool, span: Span, problems: &mut Problems) {
    if is_plain && text == "<<" {
        problems.error(span, "merge keys are not supported").help("write the keys out");
    } else if is_plain && text.is_empty() {
        problems.error(span, "a key must not be empty");
    }
}

/// `%YAML 1.1` would change what `yes` and `010` mean; `%TAG` declares what is refused anyway.
fn no_directive(body: &str, places: &Places<'_>, start: Span, problems: &mut Problems) -> bool {
    let mut offset = places.skipped;
    for line in body.split_inclusive('\n') {
        if offset >= start.start as usize {
            break;
        }
        if line.starts_with('%') {
            let at = Span::of_usize(offset, offset + line.trim_end().len());
            problems.error(at, "directives are not supported").help("remove the line; files are read as YAML 1.2");
            return false;
        }
        offset += line.len();
    }
    true
}

/// A plain scalar by the core schema (YAML 1.2.2, section 10.3.2).
fn plain_value(text: &str, span: Span, problems: &mut Problems) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    match number(text) {
        Some(Ok(value)) => value,
        Some(Err(why)) => {
            problems.error(span, why).help("quote it if it is text");
            Value::Null
        }
        None => Value::String(text.to_owned()),
    }
}

/// `None` if the text has not the form of a number; an error if it has one but no value we can hold.
fn number(text: &str) -> Option<Result<Value, &'static str>> {
    const RANGE: &str = "the number does not fit 64 bits";
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Some(Err("numbers must be finite"));
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        let Some(digits) = text.strip_prefix(prefix) else { continue };
        if !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix)) {
            return Some(i64::from_str_radix(digits, radix).map(Value::Integer).map_err(|_| RANGE));
        }
    }
    if !unsigned.is_empty() && unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(text.parse().map(Value::Integer).map_err(|_| RANGE));
    }
    if !is_float(unsigned) {
        return None;
    }
    let value: f64 = text.parse().ok()?;
    Some(if value.is_finite() { Ok(Value::Float(value)) } else { Err("the number is too large") })
}

/// `(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_float(text: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let exponent_fits = exponent.is_none_or(|exponent| {
        let bare = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !bare.is_empty() && digits(bare)
    });
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    exponent_fits && digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty())
}

/// The parser's own words, in our style.
fn plain(info: &str) -> String {
    let mut chars = info.trim_end_matches('.').chars();
    let first = chars.next().map(|char| char.to_ascii_lowercase());
    format!("invalid YAML: {}", first.into_iter().chain(chars).collect::<String>())
}

/// From the parser's character counts to bytes: one known offset for every 64 characters.
struct Places<'t> {
    text: &'t str,
    skipped: usize,
    known: Vec<u32>,
}

const STRIDE: usize = 64;

impl<'t> Places<'t> {
    fn new(text: &'t str, skipped: usize) -> Self {
        let known =
            text.char_indices().step_by(STRIDE).map(|(offset, _)| u32::try_from(offset).unwrap_or(u32::MAX)).collect();
        Self { text, skipped, known }
    }

    fn byte(&self, marker: &Marker) -> u32 {
        let index = marker.index();
        let base = self.known.get(index / STRIDE).map_or(self.text.len(), |offset| *offset as usize);
        let rest = self.text.get(base..).unwrap_or_default();
        let within = rest.char_indices().nth(index % STRIDE).map_or(rest.len(), |(offset, _)| offset);
        Span::of_usize(base + within + self.skipped, 0).start
    }

    fn span(&self, span: saphyr_parser::Span) -> Span {
        Span::new(self.byte(&span.start), self.byte(&span.end))
    }
}

#[cfg(test)]
mod tests {
    use super::read_yaml;
    use crate::config::problem::Problems;
    use crate::config::tree::{MAX_DEPTH, Node, Tree, Value};

    fn read(text: &str) -> Result<Tree, String> {
        let mut problems = Problems::new();
        match read_yaml("f.yaml", text, &mut problems) {
            Some(tree) if !problems.has_errors() => Ok(tree),
            _ => Err(problems.sorted().iter().map(|p| p.message.clone()).collect::<Vec<_>>().join("; ")),
        }
    }

    fn value(text: &str) -> Value {
        read(text).unwrap().root.value
    }

    #[test]
    fn plain_scalars_follow_the_core_schema() {
        for (text, expected) in [
            ("~", Value::Null),
            ("True", Value::Bool(true)),
            ("yes", Value::String("yes".into())),
            ("on", Value::String("on".into())),
            ("012", Value::Integer(12)),
            ("0o17", Value::Integer(15)),
            ("0xfF", Value::Integer(255)),
            ("0x", Value::String("0x".into())),
            ("-5", Value::Integer(-5)),
            ("-", Value::List(vec![Node { span: crate::message::Span::new(1, 1), value: Value::Null }])),
            ("1e3", Value::Float(1000.0)),
            (".5", Value::Float(0.5)),
            ("1_000", Value::String("1_000".into())),
            ("1.2.3", Value::String("1.2.3".into())),
            (".", Value::String(".".into())),
            ("12:30:45", Value::String("12:30:45".into())),
            ("2026-01-01", Value::String("2026-01-01".into())),
            ("'5'", Value::String("5".into())),
            ("inf", Value::String("inf".into())),
        ] {
            assert_eq!(value(text), expected, "{text}");
        }
        assert_eq!(value(""), Value::Null);
        assert_eq!(value("# only a comment\n"), Value::Null);
    }

    #[test]
    fn spans_are_bytes_of_the_text() {
        let text = "\u{feff}# ünï 日本\n日本: [ä, 'b c']  # ü\nmap:\n  k: \"vé\"\n";
        let tree = read(text).unwrap();
        let of = |node: &Node| &text[node.span.range()];
        let (key, list) = &tree.root.entries()[0];
        assert_eq!((&text[key.span.range()], of(list)), ("日本", "[ä, 'b c']"));
        assert_eq!(list.items().iter().map(of).collect::<Vec<_>>(), ["ä", "'b c'"]);
        let map = tree.root.get("map").unwrap();
        assert_eq!(of(map), "k: \"vé\"");
        assert_eq!(map.get("k").unwrap().as_str(), Some("vé"));
    }

    #[test]
    fn what_is_ambiguous_or_dangerous_is_refused_by_name() {
        for (text, expected) in [
            ("a: 1\nb: 2\na: 3\n", "duplicate key `a`"),
            ("{a: 1, 'a': 2}", "duplicate key `a`"),
            ("a: &x 1\nb: *x\n", "anchors are not supported; aliases are not supported"),
            (
                "a: &x {b: 1}\nc:\n  <<: *x\n",
                "anchors are not supported; merge keys are not supported; aliases are not supported",
            ),
            ("a: !!str 5", "tags are not supported"),
            ("a: !ruby/object {}", "tags are not supported"),
            ("%YAML 1.1\n---\na: yes\n", "directives are not supported"),
            ("a: 1\n---\na: 2\n", "a second document begins here"),
            ("? [a]\n: b\n", "a key must be a string, found a list or a map"),
            ("? \n: b\n", "a key must not be empty"),
            ("a: 99999999999999999999", "the number does not fit 64 bits"),
            ("a: .inf", "numbers must be finite"),
            ("a: 1e999", "the number is too large"),
        ] {
            assert_eq!(read(text).unwrap_err(), expected, "{text}");
        }
        assert!(read("a: [1").unwrap_err().starts_with("invalid YAML: "));
        assert!(read("a: *nowhere").unwrap_err().starts_with("invalid YAML: "));
        assert!(read("a: b: c").is_err());
        assert!(read("a:\n\tb: 1").is_err());
    }

    #[test]
    fn honest_neighbours_of_what_is_refused_pass() {
        for text in [
            "a: '*x'",
            "a: '&x'",
            "'<<': 1",
            "---\na: 1\n",
            "a: 1\n...\n",
            "a: '!x'",
            "a: |\n  %x\n  ---x\n",
            "true: 1",
            "a: b*c&d",
        ] {
            assert!(read(text).is_ok(), "{text}: {:?}", read(text));
        }
    }

    #[test]
    fn depth_is_capped_in_both_styles_and_quickly() {
        assert!(read(&format!("{}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH))).is_ok());
        for text in ["[".repeat(100_000), "- ".repeat(100_000), "{a: ".repeat(100_000), "? ".repeat(100_000)] {
            assert!(read(&text).is_err());
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics_and_spans_lie_within(text in "([-a: \\[\\]{},&*!|>'\"#?%\n\té日]|<<|---|null|0x1){0,60}") {
            if let Ok(tree) = read(&text) {
                let mut open = vec![&tree.root];
                while let Some(node) = open.pop() {
                    proptest::prop_assert!(text.get(node.span.range()).is_some(), "{:?}", node);
                    open.extend(node.items());
                    open.extend(node.entries().iter().map(|(_, node)| node));
                }
            }
        }
    }
}
