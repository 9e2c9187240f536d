//! What is wrong with a file, where, and what would be right. Problems are collected, never thrown one by one.

use std::fmt;
use std::sync::Arc;

use serde::ser::{Serialize, SerializeStruct, Serializer};

// A path of its own, so that build scripts which include this file by path find it too.
#[path = "excerpt.rs"]
mod excerpt;

use excerpt::{Excerpt, column_number, line_number, push_visible, visible};

use crate::config::tree::Source;
use crate::message::Span;

/// Problems kept; more are only counted. A file of a million mistakes must not become a report of gigabytes.
pub const MAX_PROBLEMS: usize = 200;
/// Characters of a file's own words that a message repeats.
const MAX_QUOTE: usize = 80;

/// Whether a problem stops the load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Nothing is loaded.
    Error,
    /// Loaded, but probably not meant.
    Warning,
}

impl Severity {
    /// The word shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// One thing that is wrong. `Display` shows it with the line and a caret below the place, without colours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Whether it stops the load.
    pub severity: Severity,
    /// What is wrong: lower case, the file's words in backticks, no final period.
    pub message: String,
    /// What would be right.
    pub help: Option<String>,
    /// Where, as bytes of the file's text; `None` if it concerns no single place.
    pub at: Option<Span>,
    source: Source,
    order: usize,
}

impl Problem {
    /// Says what would be right.
    pub fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = Some(help.into());
        self
    }

    /// The file it is in.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.source.file
    }

    /// Line and column, both from 1, the column in characters; `None` if it concerns no single place.
    #[must_use]
    pub fn position(&self) -> Option<(usize, usize)> {
        let (text, offset) = (&self.source.text, self.at?.start as usize);
        Some((line_number(text, offset), column_number(text, offset)))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.severity.as_str(), self.message)?;
        let mut gutter = 1;
        if let (Some(at), Some((line, column))) = (self.at, self.position()) {
            let number = line.to_string();
            gutter = number.len();
            let shown = Excerpt::of(&self.source.text, at);
            let file = visible(&self.source.file);
            write!(f, "\n{:gutter$}--> {file}:{line}:{column}\n{:gutter$} |", "", "")?;
            write!(f, "\n{number} | {}", shown.line)?;
            write!(f, "\n{:gutter$} | {:indent$}{:^<run$}", "", "", "", indent = shown.indent, run = shown.run)?;
        } else if !self.source.file.is_empty() {
            write!(f, "\n --> {}", visible(&self.source.file))?;
        }
        if let Some(help) = &self.help {
            write!(f, "\n{:gutter$} = help: {help}", "")?;
        }
        Ok(())
    }
}

impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let position = self.position();
        let mut out = serializer.serialize_struct("Problem", 7)?;
        out.serialize_field("severity", &self.severity)?;
        out.serialize_field("message", &self.message)?;
        out.serialize_field("help", &self.help)?;
        out.serialize_field("file", self.file())?;
        out.serialize_field("line", &position.map(|(line, _)| line))?;
        out.serialize_field("column", &position.map(|(_, column)| column))?;
        out.serialize_field("span", &self.at.map(|at| [at.start, at.end]))?;
        out.end()
    }
}

/// All problems found so far, over one or more files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems {
    sources: Vec<Source>,
    current: Option<usize>,
    all: Vec<Problem>,
    errors: usize,
    dropped: usize,
    spare: Option<Box<Problem>>,
}

impl Problems {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// None yet; what is reported next is about `source`.
    #[must_use]
    pub fn of(source: Source) -> Self {
        let mut problems = Self::default();
        problems.enter(source);
        problems
    }

    /// What is reported from now on is about `source`.
    pub fn enter(&mut self, source: Source) {
        let is_same = |known: &Source| Arc::ptr_eq(&known.text, &source.text) && known.file == source.file;
        let known = self.sources.iter().position(is_same);
        self.current = Some(known.unwrap_or_else(|| {
            self.sources.push(source);
            self.sources.len() - 1
        }));
    }

    /// What is reported from now on is about no file.
    pub fn leave(&mut self) {
        self.current = None;
    }

    /// Reports what stops the load, at these bytes of the current file.
    pub fn error(&mut self, at: Span, message: impl Into<String>) -> &mut Problem {
        self.report(Severity::Error, Some(at), message.into())
    }

    /// Reports what stops the load and concerns no single place.
    pub fn error_overall(&mut self, message: impl Into<String>) -> &mut Problem {
        self.report(Severity::Error, None, message.into())
    }

    /// Reports what was probably not meant, at these bytes of the current file.
    pub fn warning(&mut self, at: Span, message: impl Into<String>) -> &mut Problem {
        self.report(Severity::Warning, Some(at), message.into())
    }

    /// Reports what was probably not meant and concerns no single place.
    pub fn warning_overall(&mut self, message: impl Into<String>) -> &mut Problem {
        self.report(Severity::Warning, None, message.into())
    }

    /// Adds the problems of `other`, behind these.
    pub fn extend(&mut self, other: Self) {
        let before = self.sources.len();
        self.sources.extend(other.sources);
        self.errors += other.errors;
        self.dropped += other.dropped;
        for mut problem in other.all {
            if self.all.len() < MAX_PROBLEMS {
                problem.order += before;
                self.all.push(problem);
            } else {
                self.dropped += 1;
            }
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// How many there are, those beyond [`MAX_PROBLEMS`] included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.all.len() + self.dropped
    }

    /// Whether further problems would only be counted: then their texts need not be made.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.all.len() >= MAX_PROBLEMS
    }

    /// Whether any of them stops the load.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// How many errors there are, those beyond [`MAX_PROBLEMS`] included.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.errors
    }

    /// In the order of files and, within each, of places.
    #[must_use]
    pub fn sorted(&self) -> Vec<&Problem> {
        let mut all: Vec<&Problem> = self.all.iter().collect();
        all.sort_by_key(|problem| (problem.order, problem.at));
        all
    }

    /// The number (from 1) of the line of the current file that byte `offset` is on.
    #[must_use]
    pub fn line_of(&self, offset: u32) -> usize {
        self.source().map_or(1, |source| line_number(&source.text, offset as usize))
    }

    /// The current file's text.
    #[must_use]
    pub fn text(&self) -> &str {
        self.source().map_or("", |source| &source.text)
    }

    fn source(&self) -> Option<&Source> {
        self.sources.get(self.current?)
    }

    fn report(&mut self, severity: Severity, at: Option<Span>, message: String) -> &mut Problem {
        let source = self.source().cloned().unwrap_or_else(|| Source::new("", ""));
        let problem =
            Problem { severity, message, help: None, at, source, order: self.current.unwrap_or(self.sources.len()) };
        self.errors += usize::from(severity == Severity::Error);
        if self.all.len() >= MAX_PROBLEMS {
            self.dropped += 1;
            return self.spare.insert(Box::new(problem));
        }
        let index = self.all.len();
        self.all.push(problem);
        #[expect(clippy::indexing_slicing, reason = "just pushed")]
        &mut self.all[index]
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.sorted().into_iter().enumerate() {
            let gap = if index == 0 { "" } else { "\n\n" };
            write!(f, "{gap}{problem}")?;
        }
        if self.dropped > 0 {
            write!(f, "\n\nand {} more", self.dropped)?;
        }
        Ok(())
    }
}

impl Serialize for Problems {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.sorted())
    }
}

/// `text` in backticks, shortened, with everything invisible written as an escape: a file's words must not drive a terminal.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut out = String::from("`");
    for (index, char) in text.chars().enumerate() {
        if index == MAX_QUOTE {
            out.push('…');
            break;
        }
        push_visible(&mut out, char);
    }
    out.push('`');
    out
}

#[cfg(test)]
mod tests {
    use super::{MAX_PROBLEMS, Problems, quoted};
    use crate::config::tree::Source;
    use crate::message::Span;

    fn shown(text: &str, start: u32, end: u32) -> String {
        let mut problems = Problems::of(Source::new("f.yaml", text));
        problems.error(Span::new(start, end), "wrong");
        problems.to_string()
    }

    #[test]
    fn the_caret_stands_below_the_place() {
        insta::assert_snapshot!(shown("a: 1\nbad: 2\n", 5, 8), @r"
        error: wrong
         --> f.yaml:2:1
          |
        2 | bad: 2
          | ^^^
        ");
        // Tabs, wide characters and invisible ones before the place.
        insta::assert_snapshot!(shown("\t日本\u{202e}: x\r\n", 12, 13), @r"
        error: wrong
         --> f.yaml:1:7
          |
        1 |     日本\u{202e}: x
          |                   ^
        ");
        // The place is the end of the file, or lies beyond it.
        insta::assert_snapshot!(shown("ab", 2, 2), @r"
        error: wrong
         --> f.yaml:1:3
          |
        1 | ab
          |   ^
        ");
        assert_eq!(shown("ab", 2, 2), shown("ab", 90, 99));
    }

    #[test]
    fn a_long_line_is_shown_around_the_caret() {
        let text = format!("{}X{}", "a".repeat(300), "b".repeat(300));
        let out = shown(&text, 300, 301);
        let lines: Vec<&str> = out.lines().collect();
        assert_eq!(lines[3].chars().count(), 4 + 162);
        let caret = lines[4].find('^').unwrap();
        assert_eq!(lines[3].chars().nth(caret), Some('X'));
        // A run that leaves the window ends with it.
        assert!(shown(&text, 300, 600).lines().all(|line| line.chars().count() <= 4 + 162));
    }

    #[test]
    fn problems_are_sorted_by_place_and_capped() {
        let mut problems = Problems::of(Source::new("f", "0123456789"));
        problems.warning(Span::new(5, 6), "second");
        problems.error(Span::new(1, 2), "first").help("do it");
        assert_eq!(problems.sorted().iter().map(|p| p.message.as_str()).collect::<Vec<_>>(), ["first", "second"]);
        for _ in 0..MAX_PROBLEMS {
            problems.error(Span::new(7, 8), "more");
        }
        assert_eq!((problems.sorted().len(), problems.len(), problems.errors()), (MAX_PROBLEMS, MAX_PROBLEMS + 2, 201));
        assert!(problems.to_string().ends_with("and 2 more"));
    }

    #[test]
    fn problems_of_several_files_keep_their_file() {
        let mut problems = Problems::of(Source::new("b", "12"));
        problems.error(Span::new(1, 2), "late in b");
        let mut other = Problems::of(Source::new("a", "3"));
        other.error(Span::new(0, 1), "in a");
        problems.extend(other);
        problems.error(Span::new(0, 1), "early in b");
        problems.leave();
        problems.error_overall("nowhere");
        let shown: Vec<_> = problems.sorted().into_iter().map(|p| (p.file(), p.message.as_str())).collect();
        assert_eq!(shown, [("b", "early in b"), ("b", "late in b"), ("a", "in a"), ("", "nowhere")]);
        let mut none = Problems::new();
        none.extend(problems);
        none.error_overall("elsewhere");
        assert_eq!(none.sorted().last().map(|p| p.file()), Some(""));
    }

    #[test]
    fn a_files_words_cannot_drive_a_terminal() {
        assert_eq!(quoted("a\u{1b}[31m\u{202e}"), "`a\\u{1b}[31m\\u{202e}`");
        assert!(quoted(&"x".repeat(10_000)).chars().count() < 100);
    }

    #[test]
    fn the_json_form_has_line_and_column() {
        let mut problems = Problems::of(Source::new("f.toml", "a\nb"));
        problems.error(Span::new(2, 3), "wrong");
        assert_eq!(
            serde_json::to_string(&problems).unwrap(),
            r#"[{"severity":"error","message":"wrong","help":null,"file":"f.toml","line":2,"column":1,"span":[2,3]}]"#
        );
    }

    proptest::proptest! {
        #[test]
        fn rendering_never_fails(text in "\\PC{0,40}\n?\\PC{0,40}", start in 0u32..100, len in 0u32..50) {
            let out = shown(&text, start, start + len);
            proptest::prop_assert!(out.contains('^'));
        }
    }
}
