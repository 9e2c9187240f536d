//! What is wrong with a file, where, and what would be right. Problems are collected, never thrown one by one.

use std::fmt;

use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::config::tree::Source;
use crate::message::Span;

/// Problems kept; more are only counted. A file of a million mistakes must not become a report of gigabytes.
pub const MAX_PROBLEMS: usize = 200;
/// Columns of a line that are shown around the caret.
const MAX_COLUMNS: usize = 160;
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
        let text: &str = &self.source.text;
        let start = line_start(text, self.at?.start as usize);
        let before = text.get(start..floor(text, self.at?.start as usize)).unwrap_or_default();
        Some((line_number(text, start), before.chars().count() + 1))
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
    current: Option<Source>,
    files: usize,
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
        self.files += 1;
        self.current = Some(source);
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

    /// Adds the problems of `other`, behind these.
    pub fn extend(&mut self, other: Self) {
        let before = self.files;
        self.files += other.files;
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
        self.current.as_ref().map_or(1, |source| line_number(&source.text, offset as usize))
    }

    /// The current file's text.
    #[must_use]
    pub fn text(&self) -> &str {
        self.current.as_ref().map_or("", |source| &source.text)
    }

    fn report(&mut self, severity: Severity, at: Option<Span>, message: String) -> &mut Problem {
        let source = self.current.clone().unwrap_or_else(|| Source::new("", ""));
        let problem = Problem { severity, message, help: None, at, source, order: self.files };
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

fn visible(text: &str) -> String {
    let mut out = String::new();
    text.chars().for_each(|char| push_visible(&mut out, char));
    out
}

/// The line a problem is on, as it is shown, and where its carets go.
struct Excerpt {
    line: String,
    indent: usize,
    run: usize,
}

impl Excerpt {
    fn of(text: &str, at: Span) -> Self {
        let start = line_start(text, at.start as usize);
        let rest = text.get(start..).unwrap_or_default();
        let line = rest.split('\n').next().unwrap_or_default();
        let line = line.strip_suffix('\r').unwrap_or(line);
        // Cells of the line that is shown: the text of each character and the columns it takes.
        let (mut cells, mut column, mut from, mut to) = (Vec::new(), 0, None, None);
        for (offset, char) in line.char_indices() {
            let (begin, end) = (start + offset, start + offset + char.len_utf8());
            let mut cell = String::new();
            push_visible(&mut cell, char);
            let width = cell.chars().map(columns).sum::<usize>();
            if end > at.start as usize {
                from.get_or_insert(column);
            }
            if from.is_some() && (begin < at.end as usize || to.is_none()) {
                to = Some(column + width);
            }
            cells.push((column, width, cell));
            column += width;
        }
        let indent = from.unwrap_or(column);
        let run = to.map_or(1, |to| to.saturating_sub(indent)).max(1);
        if column <= MAX_COLUMNS {
            let line = cells.into_iter().map(|(_, _, cell)| cell).collect();
            return Self { line, indent, run };
        }
        // A window of the line that begins a little before the caret.
        let low = indent.saturating_sub(MAX_COLUMNS / 3);
        let high = low + MAX_COLUMNS;
        let mut out = String::from(if low > 0 { "…" } else { "" });
        let mut shift = None;
        for (column, _, cell) in cells.iter().filter(|(column, width, _)| *column >= low && column + width <= high) {
            shift.get_or_insert(*column);
            out.push_str(cell);
        }
        if column > high {
            out.push('…');
        }
        let indent = indent.saturating_sub(shift.unwrap_or(low)) + usize::from(low > 0);
        Self { line: out, indent, run: run.min((MAX_COLUMNS + 2).saturating_sub(indent)).max(1) }
    }
}

/// Writes `char` so that a reader sees it: tabs as spaces, controls, invisible and direction-changing characters as escapes.
fn push_visible(out: &mut String, char: char) {
    match char {
        '\t' => out.push_str("    "),
        _ if char.is_control() || is_invisible(char) => out.extend(char.escape_unicode()),
        _ => out.push(char),
    }
}

/// Characters that show nothing or reorder their neighbours (Unicode `Default_Ignorable_Code_Point`, in ranges).
const fn is_invisible(char: char) -> bool {
    matches!(char,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// Terminal columns of a character: combining marks none, East Asian wide forms and pictographs two (UAX 11, in ranges).
const fn columns(char: char) -> usize {
    match char {
        '\u{300}'..='\u{36f}'
        | '\u{483}'..='\u{489}'
        | '\u{591}'..='\u{5bd}'
        | '\u{64b}'..='\u{65f}'
        | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}'
        | '\u{fe20}'..='\u{fe2f}' => 0,
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{303e}'
        | '\u{3041}'..='\u{a4cf}'
        | '\u{a960}'..='\u{a97f}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff01}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1f64f}'
        | '\u{1f680}'..='\u{1f6ff}'
        | '\u{1f900}'..='\u{1f9ff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}

fn floor(text: &str, offset: usize) -> usize {
    (0..=offset.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

fn line_start(text: &str, offset: usize) -> usize {
    let before = text.get(..floor(text, offset)).unwrap_or_default();
    before.rfind('\n').map_or(0, |newline| newline + 1)
}

fn line_number(text: &str, offset: usize) -> usize {
    let before = text.get(..floor(text, offset)).unwrap_or_default();
    before.bytes().filter(|byte| *byte == b'\n').count() + 1
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
