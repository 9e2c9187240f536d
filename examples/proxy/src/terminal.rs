//! Text for people: colours where they help, and nothing that an attacker's text could do to a terminal.

use crate::output::tell;
use std::borrow::Cow;
use std::ffi::OsString;
use std::fmt::Write;
use std::io::IsTerminal;

/// Whether to colour what goes to `stream`: it is a terminal that knows colours, and `NO_COLOR` is unset or empty
/// (<https://no-color.org>).
pub(crate) fn colours(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && wanted(|name| std::env::var_os(name))
}

fn wanted(variable: impl Fn(&str) -> Option<OsString>) -> bool {
    variable("NO_COLOR").is_none_or(|value| value.is_empty())
        && variable("CLICOLOR").is_none_or(|value| value != "0")
        && variable("TERM").is_none_or(|value| value != "dumb")
}

/// Says on stderr what is waited for where stdin is a terminal: a program that only stands there looks stuck.
pub(crate) fn expect_from_terminal(what: &str) {
    if std::io::stdin().is_terminal() {
        tell!("vanguard: {what} is read from this terminal; Ctrl-D ends it");
    }
}

/// `text` with everything that a terminal acts on, or that hides or reorders text, written as an escape.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(acts) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        if acts(char) {
            // Writing to a String can't fail.
            let _ = write!(out, "{}", char.escape_unicode());
        } else {
            out.push(char);
        }
    }
    Cow::Owned(out)
}

fn acts(char: char) -> bool {
    char.is_control()
        || matches!(char,
            '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// `line` with the name of an action, which it begins with, in its colour.
pub(crate) fn paint(line: &str) -> String {
    let (action, rest) = line.split_at(line.find(' ').unwrap_or(line.len()));
    let colour = match action {
        "allow" => "32",
        "warn" => "33",
        "edit" => "36",
        "review" => "35",
        "block" => "31",
        _ => return line.to_owned(),
    };
    format!("\u{1b}[{colour}m{action}\u{1b}[0m{rest}")
}

#[cfg(test)]
mod tests {
    use super::{paint, visible, wanted};

    #[test]
    fn colours_are_for_those_who_want_them() {
        for (name, value, expected) in [
            ("TERM", "xterm", true),
            ("TERM", "dumb", false),
            ("NO_COLOR", "", true),
            ("NO_COLOR", "0", false),
            ("CLICOLOR", "1", true),
            ("CLICOLOR", "0", false),
        ] {
            assert_eq!(wanted(|asked| (asked == name).then(|| value.into())), expected, "{name}={value}");
        }
    }

    #[test]
    fn a_terminal_is_not_the_attacker_s() {
        assert_eq!(visible("a\u{1b}[2Jb\r\u{202e}c\u{e0041}"), "a\\u{1b}[2Jb\\u{d}\\u{202e}c\\u{e0041}");
        assert!(matches!(visible("plain, naïve, 漢字, हिन्दी 👍"), std::borrow::Cow::Borrowed(_)));
    }

    #[test]
    fn an_action_has_its_colour() {
        assert_eq!(paint("block X: y"), "\u{1b}[31mblock\u{1b}[0m X: y");
        assert_eq!(paint("something"), "something");
    }
}
