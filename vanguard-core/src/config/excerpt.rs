//! The line of a file that a problem is on, and where the carets below it go.

use crate::message::Span;

/// Columns of a line that are shown around the caret.
const MAX_COLUMNS: usize = 160;

/// The line a problem is on, as it is shown, and where its carets go.
pub(super) struct Excerpt {
    /// The line, or a window of it.
    pub(super) line: String,
    /// Columns before the carets.
    pub(super) indent: usize,
    /// Number of carets.
    pub(super) run: usize,
}

impl Excerpt {
    /// What to show of `text` for a problem at `at`, which may lie anywhere. Looks at no more of a line than it shows.
    pub(super) fn of(text: &str, at: Span) -> Self {
        let (start, offset) = (line_start(text, at.start as usize), floor(text, at.start as usize));
        let line = text.get(start..).unwrap_or_default().split('\n').next().unwrap_or_default();
        let line = line.strip_suffix('\r').unwrap_or(line);
        let covered = canaries(text, start, line).map(|from| covered(line, from));
        let line = covered.as_deref().unwrap_or(line);
        let (before, after) = line.split_at_checked(offset - start).unwrap_or((line, ""));
        let marked = after.get(..floor(after, (at.end as usize).saturating_sub(offset))).unwrap_or_default();
        let mut left = Cells::of(before.chars().rev(), MAX_COLUMNS);
        let mut right = Cells::of(after.chars(), MAX_COLUMNS);
        if left.is_cut || right.is_cut || left.width + right.width > MAX_COLUMNS {
            left = Cells::of(before.chars().rev(), MAX_COLUMNS / 3);
            right = Cells::of(after.chars(), MAX_COLUMNS - left.width);
        }
        let mut line = String::from(if left.is_cut { "…" } else { "" });
        line.extend(left.cells.into_iter().rev());
        line.extend(right.cells);
        line.push_str(if right.is_cut { "…" } else { "" });
        let run = Cells::of(marked.chars(), right.width).width.max(1);
        Self { line, indent: left.width + usize::from(left.is_cut), run }
    }
}

/// From where on a line must not be shown, since it may hold canaries: behind their key, below it, or before its bracket is closed. Goes
/// by the text, since what is told may be that it can't be read; a key that was meant to be it counts, too.
fn canaries(text: &str, start: usize, line: &str) -> Option<usize> {
    const KEY: &str = "canar";
    let indent = |line: &str| line.len() - line.trim_start().len();
    let key = |line: &str| line.to_ascii_lowercase().find(KEY);
    if let Some(at) = key(line) {
        return Some(line.get(at..)?.find([':', '=', ']']).map_or(line.len(), |end| at + end + 1));
    }
    let before = text.get(..start).unwrap_or_default();
    let at = before.to_ascii_lowercase().rfind(KEY)?;
    let since = before.get(line_start(text, at)..)?;
    let mut lines = since.lines();
    let first = lines.next()?;
    let inside = match first.trim_start().starts_with('[') {
        // A table of TOML goes on to the next one.
        true => !lines.any(|line| line.trim_start().starts_with('[')) && !line.trim_start().starts_with('['),
        false => {
            let rest = before.get(at..)?;
            let count = |signs: [char; 2]| rest.matches(signs).count();
            let open = count(['{', '[']) > count(['}', ']']);
            let deeper = |line: &str| line.trim().is_empty() || indent(line) > indent(first);
            open || lines.all(deeper) && deeper(line)
        }
    };
    inside.then_some(0)
}

/// A line of which everything from `from` on but spaces is covered, letter by letter: carets still point to their place.
fn covered(line: &str, from: usize) -> String {
    // As many bytes as there were, so that places stay places.
    let cover = |(at, char): (usize, char)| match at < from || char.is_whitespace() {
        true => char.to_string(),
        false => "*".repeat(char.len_utf8()),
    };
    line.char_indices().map(cover).collect()
}

/// Characters as they are shown, up to a number of columns.
#[derive(Default)]
struct Cells {
    cells: Vec<String>,
    width: usize,
    is_cut: bool,
}

impl Cells {
    fn of(chars: impl Iterator<Item = char>, room: usize) -> Self {
        let mut out = Self::default();
        for char in chars {
            let mut cell = String::new();
            push_visible(&mut cell, char);
            let width = cell.chars().map(columns).sum::<usize>();
            // Combining marks take no columns, so their number is bounded too.
            if out.width + width > room || out.cells.len() > 4 * MAX_COLUMNS {
                out.is_cut = true;
                break;
            }
            out.width += width;
            out.cells.push(cell);
        }
        out
    }
}

/// Writes `char` so that a reader sees it: tabs as spaces, controls, invisible and direction-changing characters as escapes.
pub(super) fn push_visible(out: &mut String, char: char) {
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

/// The column, from 1, in characters.
pub(super) fn column_number(text: &str, offset: usize) -> usize {
    let before = text.get(line_start(text, offset)..floor(text, offset)).unwrap_or_default();
    before.chars().count() + 1
}

fn line_start(text: &str, offset: usize) -> usize {
    let before = text.get(..floor(text, offset)).unwrap_or_default();
    before.rfind('\n').map_or(0, |newline| newline + 1)
}

/// The number, from 1, of the line that byte `offset` is on.
pub(super) fn line_number(text: &str, offset: usize) -> usize {
    let before = text.get(..floor(text, offset)).unwrap_or_default();
    before.bytes().filter(|byte| *byte == b'\n').count() + 1
}

/// `text` with everything invisible written as an escape.
pub(super) fn visible(text: &str) -> String {
    let mut out = String::new();
    text.chars().for_each(|char| push_visible(&mut out, char));
    out
}
