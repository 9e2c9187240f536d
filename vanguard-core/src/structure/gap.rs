//! Texts of a definition that go on where nobody looks: far to the right, or far below.

use super::Sign;
use crate::finding::{Confidence, Finding, Severity};
use crate::inspection::Inspection;
use crate::message::{FieldKind, Span};
use crate::rules::own;

const OUT_OF_SIGHT: Sign = Sign {
    rule: own::META_OUT_OF_SIGHT,
    severity: Severity::High,
    confidence: Confidence::Medium,
    taxonomy: &[
        ("owasp-mcp", "MCP03"),
        ("owasp-llm", "LLM01"),
        ("mcp-38", "MCP-10"),
        ("atlas", "AML.T0068"),
        ("cwe", "451"),
    ],
};

/// Blanks in a line, and lines, that push what follows out of a window: the widest tables of real definitions have 60 and 6.
const WIDE: usize = 120;
const TALL: usize = 24;
/// No shorter run is wide or tall.
const SHORTEST: usize = TALL;

/// Adds the definitions' texts that have a gap.
pub(super) fn judge(inspection: &Inspection<'_>, findings: &mut Vec<Finding>) {
    let tape = inspection.tape();
    for field in inspection.fields.iter().filter(|field| field.kind == FieldKind::Metadata) {
        let text = field.text.of(tape.arena());
        let Some(gap) = gap(text) else { continue };
        let behind = text.get(gap.end as usize..).unwrap_or_default();
        findings.push(OUT_OF_SIGHT.at(
            inspection,
            field.node,
            behind,
            "the text goes on where nobody looks, behind blanks or empty lines",
        ));
    }
}

/// Where runs of bytes that may be blanks are long enough: in most texts nowhere. A run that is has the end of a block in it.
fn wide(text: &[u8]) -> impl Iterator<Item = usize> {
    // All but the signs, digits and letters of ASCII.
    let may_be_blank = |byte: &u8| byte.wrapping_sub(b'!') > b'~' - b'!';
    let is_wide = move |end: &usize| {
        let Some((before, behind)) = text.split_at_checked(*end) else { return false };
        let after = behind.iter().take(SHORTEST).take_while(|byte| may_be_blank(byte)).count();
        after + before.iter().rev().take(SHORTEST).take_while(|byte| may_be_blank(byte)).count() >= SHORTEST
    };
    let ends = (SHORTEST..text.len()).step_by(SHORTEST);
    ends.filter(move |end| text.get(end - 1).is_some_and(may_be_blank)).filter(is_wide)
}

/// The first run of blanks that hides what follows it.
fn gap(text: &[u8]) -> Option<Span> {
    let mut wide = wide(text).peekable();
    wide.peek()?;
    let (text, mut past) = (std::str::from_utf8(text).ok()?, 0);
    for at in wide {
        if at < past {
            continue;
        }
        let mut within = at - 1;
        while !text.is_char_boundary(within) {
            within -= 1;
        }
        let (before, _) = text.split_at_checked(within)?;
        let start = before.trim_end_matches(is_blank).len();
        let run = text.get(start..)?;
        let end = text.len() - run.trim_start_matches(is_blank).len();
        if end - start >= SHORTEST && hides(text.get(..start)?, text.get(start..end)?, text.get(end..)?) {
            return Some(Span::of_usize(start, end));
        }
        past = end;
    }
    None
}

fn hides(before: &str, run: &str, behind: &str) -> bool {
    let starts = behind.chars().next().is_some_and(|first| first.is_alphanumeric() || "<[(*\"'`!#".contains(first));
    // The cells of a table, or a line drawn.
    let drawn = before.chars().next_back().is_some_and(|last| "|+-=_│".contains(last)) || before.is_empty();
    let width = |line: &str| line.chars().map(|blank| if blank == '\t' { 4 } else { 1 }).sum::<usize>();
    let lines = run.matches('\n').count();
    starts && (lines >= TALL || !drawn && run.split('\n').any(|line| width(line) >= WIDE))
}

/// Whether a character shows nothing and takes room.
fn is_blank(char: char) -> bool {
    char.is_whitespace() || matches!(char, '\u{2800}' | '\u{3164}' | '\u{115F}' | '\u{1160}' | '\u{FFA0}' | '\u{180E}')
}

#[cfg(test)]
mod tests {
    use super::{SHORTEST, gap};

    #[test]
    fn what_is_far_away_is_found() {
        for between in [
            " ".repeat(130),
            "\t".repeat(40),
            "\n".repeat(30),
            "\r\n".repeat(30),
            "\n  ".repeat(30),
            "\u{A0}".repeat(130),
            "\u{2800}".repeat(150),
            "\u{3000}".repeat(130),
            format!("\n{}", " ".repeat(200)),
        ] {
            let text = format!("Plays chess.{between}And pays.");
            assert_eq!(
                gap(text.as_bytes()).map(|gap| text[gap.end as usize..].to_owned()),
                Some("And pays.".to_owned()),
                "{between:?}"
            );
            assert_eq!(gap(format!("Plays chess.{between}").as_bytes()), None, "{between:?}");
            for len in 0..SHORTEST {
                let text = format!("{}{text}", "A text before it.".repeat(9) + &"x".repeat(len));
                assert!(gap(text.as_bytes()).is_some(), "{len} {between:?}");
            }
        }
        let cell = format!("| a {} | b |", " ".repeat(200));
        let table = format!("|{}| b |", " ".repeat(200));
        for text in [
            "Plays chess.\n\n\n\nArgs:\n    move: e4",
            "name            meaning                    default",
            &cell,
            &table,
            "",
        ] {
            assert_eq!(gap(text.as_bytes()), None, "{text:?}");
        }
    }
}
