//! JSON for people: one member a line, two blanks a level.

use super::Document;
use super::canonical::write_string;

/// An object that is being written.
pub(super) struct Object<'o> {
    out: &'o mut String,
    level: usize,
    empty: bool,
}

impl<'o> Object<'o> {
    /// Opens an object whose members stand `level` levels in.
    pub(super) fn new(out: &'o mut String, level: usize) -> Self {
        out.push('{');
        Self { out, level, empty: true }
    }

    fn key(&mut self, key: &str) {
        if !std::mem::take(&mut self.empty) {
            self.out.push(',');
        }
        new_line(self.out, self.level);
        write_string(key, self.out);
        self.out.push_str(": ");
    }

    /// A member that is a string, if there is one.
    pub(super) fn string(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.key(key);
            write_string(value, self.out);
        }
    }

    /// A member that is any value, if there is one.
    pub(super) fn document(&mut self, key: &str, value: Option<&Document>) {
        if let Some(value) = value {
            self.key(key);
            pretty(value.text(), self.level, self.out);
        }
    }

    /// A member that is an object.
    pub(super) fn object(&mut self, key: &str, fill: impl FnOnce(&mut Object<'_>)) {
        self.key(key);
        let mut inner = Object::new(self.out, self.level + 1);
        fill(&mut inner);
        inner.close();
    }

    /// Closes it.
    pub(super) fn close(self) {
        if !self.empty {
            new_line(self.out, self.level.saturating_sub(1));
        }
        self.out.push('}');
    }
}

fn new_line(out: &mut String, level: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", level));
}

/// Deeper levels stand where this one does: a line must not be mostly blanks.
const DEEPEST: usize = 40;

/// Appends canonical JSON, one value a line; `level` is that of the line it begins on.
fn pretty(canonical: &str, level: usize, out: &mut String) {
    let (mut level, mut in_string, mut escaped, mut before) = (level, false, false, ' ');
    for char in canonical.chars() {
        if in_string {
            out.push(char);
            in_string = escaped || char != '"';
            escaped = char == '\\' && !escaped;
            before = char;
            continue;
        }
        let opened = matches!(before, '{' | '[');
        match char {
            '}' | ']' => {
                level = level.saturating_sub(1);
                if !opened {
                    new_line(out, level.min(DEEPEST));
                }
            }
            _ if opened => new_line(out, level.min(DEEPEST)),
            _ => {}
        }
        out.push(char);
        match char {
            '{' | '[' => level += 1,
            ',' => new_line(out, level.min(DEEPEST)),
            ':' => out.push(' '),
            '"' => in_string = true,
            _ => {}
        }
        // A string that ends in a bracket has not opened one.
        before = char;
    }
}

#[cfg(test)]
mod tests {
    use super::{Document, pretty};

    #[test]
    fn each_value_has_its_line() {
        let document = Document::parse(r#"{"a":[],"b":{},"c":["x]{","\\",{"d":1}],"e":"{["}"#).unwrap();
        let mut out = String::new();
        pretty(document.text(), 0, &mut out);
        assert_eq!(
            out,
            "{\n  \"a\": [],\n  \"b\": {},\n  \"c\": [\n    \"x]{\",\n    \"\\\\\",\n    {\n      \"d\": 1\n    }\n  ],\n  \"e\": \"{[\"\n}"
        );
        assert_eq!(Document::parse(&out).unwrap(), document);
    }
}
