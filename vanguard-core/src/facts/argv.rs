//! Command lines that come in pieces: `command: ["rm", "-rf", "/"]`, a `program` beside its `args`, a list of lines in `commands`.
//!
//! Each piece by itself says little; whoever runs them puts them together first.

use crate::message::{Field, FieldKind, NodeId, NodeKind, Tape};

use super::analyze::quote;

/// Most pieces that are put together.
const MOST: usize = 128;

/// Longest line that comes of it: a file's content handed to a program is no command.
const LONGEST: usize = 16 * 1024;

/// Names of arguments whose value is a program that gets its arguments beside it.
const PROGRAMS: [&[u8]; 7] = [b"command", b"cmd", b"program", b"executable", b"binary", b"exe", b"process"];

/// Names those arguments go by.
pub(super) const ARGUMENTS: [&str; 4] = ["args", "arguments", "argv", "parameters"];

/// Names of those that nothing else tells to be programs.
const UNTOLD: [&[u8]; 3] = [b"executable", b"binary", b"exe"];

/// Whether a field is of those that a line may begin with, so that what it says hangs on what stands beside it.
pub(crate) fn may_begin_line(field: &Field, tape: &Tape) -> bool {
    match field.kind {
        FieldKind::Command | FieldKind::Code => true,
        FieldKind::Unknown | FieldKind::Path => {
            UNTOLD.iter().any(|name| tape.key_of(field.node).eq_ignore_ascii_case(name))
        }
        _ => false,
    }
}

/// Puts together the line that begins with this field, if one does. Returns whether it did.
pub(super) fn join(field: &Field, tape: &Tape, line: &mut Vec<u8>) -> bool {
    if !may_begin_line(field, tape) {
        return false;
    }
    let Some(node) = tape.node(field.node).filter(|node| node.kind == NodeKind::String) else { return false };
    let Some(parent) = tape.node(node.parent) else { return false };
    line.clear();
    match parent.kind {
        NodeKind::Array if field.kind == FieldKind::Command && begins(node.parent, field.node, tape) => {
            list(node.parent, tape, line)
        }
        NodeKind::Object if PROGRAMS.iter().any(|name| tape.key_of(field.node).eq_ignore_ascii_case(name)) => {
            let given = ARGUMENTS.iter().find_map(|name| tape.member_in_any_case(node.parent, name));
            let Some(list) = given.filter(|list| tape.node(*list).is_some_and(|node| node.kind == NodeKind::Array))
            else {
                return false;
            };
            // `python3 -m pytest` beside more arguments goes on with them.
            line.extend_from_slice(field.text.of(tape.arena()));
            words(list, tape, line);
            true
        }
        _ => false,
    }
}

/// Whether a string is the first of a list, but for a few other values and empty strings: `[null, "", "rm", "-rf", "/"]`.
pub(super) fn begins(array: NodeId, at: NodeId, tape: &Tape) -> bool {
    /// Most that may stand before it. Each string of a list asks this.
    const BEFORE: usize = 8;
    let says = |at: &NodeId| tape.node(*at).is_some_and(|node| node.kind == NodeKind::String && !node.text.is_empty());
    array + 1 == at && says(&at) || tape.elements(array).take(BEFORE).find(says) == Some(at)
}

/// The words of one command, or the lines of several: a word that holds a blank is put between quotes, a line is not.
fn list(array: NodeId, tape: &Tape, line: &mut Vec<u8>) -> bool {
    let mut texts = strings(array, tape).skip_while(|text| text.is_empty());
    let (Some(first), Some(_)) = (texts.next(), texts.next()) else { return false };
    // What begins with an option goes to a program that is named elsewhere.
    if first.starts_with(b"-") {
        return false;
    }
    let blank = |text: &[u8]| text.iter().any(u8::is_ascii_whitespace);
    let several = tape.key_of(array).ends_with(b"s") && strings(array, tape).any(blank);
    if blank(first) || several {
        for text in strings(array, tape).take(MOST) {
            if line.len() + text.len() < LONGEST {
                line.extend_from_slice(text);
                line.push(b'\n');
            }
        }
    } else {
        words(array, tape, line);
    }
    true
}

/// The strings of a list as the words of one command.
pub(super) fn words(array: NodeId, tape: &Tape, line: &mut Vec<u8>) {
    // An empty word at the start is nothing to whoever joins them.
    for text in strings(array, tape).take(MOST).skip_while(|text| text.is_empty()) {
        if line.len() + text.len() < LONGEST {
            if !line.is_empty() && !line.ends_with(b" ") {
                line.push(b' ');
            }
            quote(text, line);
        }
    }
}

/// The strings of a list.
fn strings(array: NodeId, tape: &Tape) -> impl Iterator<Item = &[u8]> {
    tape.elements(array)
        .filter(|at| tape.node(*at).is_some_and(|node| node.kind == NodeKind::String))
        .map(|at| tape.text(at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Framing, Limits, Span, read};

    /// The lines that the strings of `text` begin, each taken for a command.
    fn joined(text: &str) -> Vec<String> {
        let mut tape = Tape::new();
        read(text.as_bytes(), Framing::Body, &Limits::default(), &mut tape);
        let mut line = Vec::new();
        let strings = (0..).zip(tape.nodes()).filter(|(_, node)| node.kind == NodeKind::String);
        let lines = strings.filter_map(|(at, node)| {
            let text: Span = node.text;
            let field = Field { node: at, text, kind: FieldKind::Command, element: 0 };
            join(&field, &tape, &mut line).then(|| String::from_utf8_lossy(&line).into_owned())
        });
        lines.collect()
    }

    #[test]
    fn pieces_are_put_together() {
        for (text, line) in [
            (r#"{"command":["rm","-rf","/"]}"#, "rm -rf /"),
            (r#"{"argv":["sh","-c","id; ls"]}"#, "sh -c 'id; ls'"),
            (r#"{"commands":["cd /","rm -rf *"]}"#, "cd /\nrm -rf *\n"),
            (r#"{"commands":["pwd","cd /"]}"#, "pwd\ncd /\n"),
            (r#"{"program":"nc","args":["-e","/bin/sh"]}"#, "nc -e /bin/sh"),
            (r#"{"o":{"args":["x"],"cmd":"echo"}}"#, "echo x"),
            (r#"{"argv":["","rm","-rf","/"]}"#, "rm -rf /"),
            (r#"{"argv":[null,7,"rm","-rf","/"]}"#, "rm -rf /"),
        ] {
            assert_eq!(joined(text), [line], "{text}");
        }
    }

    #[test]
    fn what_is_whole_or_no_command_is_left() {
        for text in [
            r#"{"command":"ls"}"#,
            r#"{"command":["ls"]}"#,
            r#"{"args":["-e","x"]}"#,
            r#"{"command":"ls","args":"x"}"#,
            r#"{"name":"ls","args":["-la"]}"#,
            r#"{"command":[]}"#,
            r#"[["a"],{"b":1}]"#,
        ] {
            assert!(joined(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn what_is_long_stays_bounded() {
        let long = format!(r#"{{"command":["a","{}","{}"]}}"#, "x".repeat(LONGEST), "y".repeat(9));
        assert_eq!(joined(&long), ["a yyyyyyyyy"]);
        let many = format!(r#"{{"command":["a"{}]}}"#, r#","b""#.repeat(MOST * 2));
        assert_eq!(joined(&many)[0].len(), MOST * 2 - 1);
    }
}
