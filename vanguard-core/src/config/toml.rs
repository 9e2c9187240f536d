//! TOML 1.0 into the tree, over `toml_edit`'s spanned document.

use toml_edit::{Document, Item, TableLike, Value as Toml};

use crate::config::problem::Problems;
use crate::config::tree::{Key, MAX_DEPTH, Node, Source, Tree, Value, size_is_fine, without_bom};
use crate::message::Span;

/// Reads `text`; `file` is the name shown in problems. As [`read_yaml`](crate::config::yaml::read_yaml): problems go to `problems`, and
/// the tree is there wherever the text could be read on. Dates and times become strings, as written.
pub fn read_toml(file: &str, text: &str, problems: &mut Problems) -> Option<Tree> {
    let source = Source::new(file, text);
    problems.enter(source.clone());
    if !size_is_fine(text, problems) {
        return None;
    }
    let (body, skipped) = without_bom(text);
    let mut walk = Walk { body, skipped, problems };
    let document = match Document::parse(body) {
        Ok(document) => document,
        Err(error) => {
            let at = walk.span(error.span(), Span::default());
            walk.problems.error(at, format!("invalid TOML: {}", error.message()));
            return None;
        }
    };
    let whole = Span::of_usize(skipped, text.len());
    let root = Node { span: whole, value: walk.table(document.as_table(), whole, 0)? };
    Some(Tree { file: source.file, text: source.text, root })
}

struct Walk<'t, 'p> {
    body: &'t str,
    skipped: usize,
    problems: &'p mut Problems,
}

impl Walk<'_, '_> {
    /// `None` (with a problem) where it lies too deep. `MAX_DEPTH` bounds the recursion; `toml_edit` has a bound of its own.
    fn table(&mut self, table: &dyn TableLike, span: Span, depth: usize) -> Option<Value> {
        self.descend(span, depth)?;
        let mut entries = Vec::new();
        for (name, item) in table.iter() {
            let key_span = self.span(table.key(name).and_then(toml_edit::Key::span), span);
            let node = self.item(item, key_span, depth + 1)?;
            entries.push((Key { name: name.to_owned(), span: key_span }, node));
        }
        Some(Value::Map(entries))
    }

    /// `fallback`: the place of what has none of its own, such as the table that `a` is in `a.b = 1`.
    fn item(&mut self, item: &Item, fallback: Span, depth: usize) -> Option<Node> {
        let span = self.span(item.span(), fallback);
        let value = match item {
            Item::None => Value::Null,
            Item::Value(value) => self.value(value, span, depth)?,
            Item::Table(table) => self.table(table, span, depth)?,
            Item::ArrayOfTables(tables) => {
                self.descend(span, depth)?;
                let mut items = Vec::new();
                for table in tables {
                    let span = self.span(table.span(), span);
                    items.push(Node { span, value: self.table(table, span, depth + 1)? });
                }
                Value::List(items)
            }
        };
        Some(Node { span, value })
    }

    fn value(&mut self, value: &Toml, span: Span, depth: usize) -> Option<Value> {
        Some(match value {
            Toml::String(text) => Value::String(text.value().clone()),
            Toml::Integer(number) => Value::Integer(*number.value()),
            Toml::Boolean(flag) => Value::Bool(*flag.value()),
            Toml::Datetime(_) => Value::String(self.written(span).to_owned()),
            Toml::Float(number) if number.value().is_finite() => Value::Float(*number.value()),
            Toml::Float(_) => {
                self.problems.error(span, "numbers must be finite").help("quote it if it is text");
                Value::Null
            }
            Toml::InlineTable(table) => self.table(table, span, depth)?,
            Toml::Array(array) => {
                self.descend(span, depth)?;
                let mut items = Vec::new();
                for value in array {
                    let span = self.span(value.span(), span);
                    items.push(Node { span, value: self.value(value, span, depth + 1)? });
                }
                Value::List(items)
            }
        })
    }

    fn descend(&mut self, span: Span, depth: usize) -> Option<()> {
        if depth >= MAX_DEPTH {
            self.problems.error(span, format!("nested more than {MAX_DEPTH} levels deep"));
            return None;
        }
        Some(())
    }

    fn span(&self, range: Option<std::ops::Range<usize>>, fallback: Span) -> Span {
        range.map_or(fallback, |range| Span::of_usize(range.start + self.skipped, range.end + self.skipped))
    }

    fn written(&self, span: Span) -> &str {
        let range = span.range();
        self.body
            .get(range.start.saturating_sub(self.skipped)..range.end.saturating_sub(self.skipped))
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::read_toml;
    use crate::config::problem::Problems;
    use crate::config::tree::{MAX_DEPTH, Node, Value};

    fn read(text: &str) -> Result<Node, String> {
        let mut problems = Problems::new();
        match read_toml("f.toml", text, &mut problems) {
            Some(tree) if !problems.has_errors() => Ok(tree.root),
            _ => Err(problems.sorted().iter().map(|p| p.message.clone()).collect::<Vec<_>>().join("; ")),
        }
    }

    #[test]
    fn values_and_their_spans() {
        let text = "\u{feff}# ü\na = 'ä'\nd = 2026-03-01\nb.c = [1, 2.5]\n[t]\nx = true\n[[l]]\ny = { z = \"\"\"q\"\"\" }\n[[l]]\n";
        let root = read(text).unwrap();
        let of = |node: &Node| &text[node.span.range()];
        assert_eq!(of(root.get("a").unwrap()), "'ä'");
        assert_eq!(root.get("d").unwrap().as_str(), Some("2026-03-01"));
        assert_eq!(of(root.get("b").unwrap().get("c").unwrap()), "[1, 2.5]");
        assert_eq!(root.get("t").unwrap().get("x").unwrap().value, Value::Bool(true));
        let list = root.get("l").unwrap();
        assert_eq!(list.items().len(), 2);
        let z = list.items()[0].get("y").unwrap().get("z").unwrap();
        assert_eq!((of(z), z.as_str()), ("\"\"\"q\"\"\"", Some("q")));
        assert_eq!(z.place_in(text, crate::message::Span::new(0, 1)).of(text.as_bytes()), b"q");
        assert_eq!(&text[root.entries()[3].0.span.range()], "t");
        assert_eq!(read("").unwrap().value, Value::Map(vec![]));
    }

    #[test]
    fn what_is_wrong_is_refused() {
        assert!(read("a = 1\na = 2").unwrap_err().contains("duplicate key"));
        assert!(read("a = ").unwrap_err().starts_with("invalid TOML: "));
        assert_eq!(read("a = nan").unwrap_err(), "numbers must be finite");
        assert!(read("a = 9223372036854775808").is_err());
        for text in [
            format!("a = {}", "[".repeat(100_000)),
            format!("a{} = 1", ".a".repeat(100_000)),
            format!("[a{}]", ".a".repeat(100_000)),
        ] {
            assert!(read(&text).is_err());
        }
        let deep = format!("a = {}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
        assert_eq!(read(&deep).unwrap_err(), format!("nested more than {MAX_DEPTH} levels deep"));
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "([-a.= \\[\\]{},\"'#\n\té日]|nan|0x1|1979-05-27|true){0,60}") {
            let _ = read(&text);
        }
    }
}
