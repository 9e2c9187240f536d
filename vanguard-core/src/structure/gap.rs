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
        if !may_have_gap(text) {
            continue;
        }
        let Some(gap) = std::str::from_utf8(text).ok().and_then(gap) else { continue };
        let behind = text.get(gap.end as usize..).unwrap_or_default();
        findings.push(OUT_OF_SIGHT.at(
            inspection,
            field.node,
            behind,
            "the text goes on where nobody looks, behind blanks or empty lines",
        ));
    }
}

/// Whether a run of bytes that may be blanks is long enough: most texts are told apart here.
fn may_have_gap(text: &[u8]) -> bool {
    // All but the signs, digits and letters of ASCII.
    let may_be_blank = |byte: &u8| byte.wrapping_sub(b'!') > b'~' - b'!';
    // A run that is long enough has the end of a block in it, and most blanks are alone.
    text.as_chunks::<SHORTEST>().0.iter().enumerate().any(|(block, bytes)| {
        let Some(before) = bytes.split_last().filter(|(last, _)| may_be_blank(last)).map(|(_, before)| before) else {
            return false;
        };
        let next = text.get((block + 1) * SHORTEST..).unwrap_or_default();
        let within = |bytes: &mut dyn Iterator<Item = &u8>| bytes.take_while(|byte| may_be_blank(byte)).count();
        let alone = !before.last().is_some_and(may_be_blank) && !next.first().is_some_and(may_be_blank);
        !alone && 1 + within(&mut before.iter().rev()) + within(&mut next.iter().take(SHORTEST)) >= SHORTEST
    })
}

/// The first run of blanks that hides what follows it.
fn gap(text: &str) -> Option<Span> {
    let mut at = SHORTEST;
    while at < text.len() {
        let mut here = at;
        while !text.is_char_boundary(here) {
            here -= 1;
        }
        let (before, behind) = text.split_at_checked(here)?;
        if !behind.chars().next().is_some_and(is_blank) {
            at += SHORTEST;
            continue;
        }
        let start = before.trim_end_matches(is_blank).len();
        let end = text.len() - behind.trim_start_matches(is_blank).len();
        if end - start >= SHORTEST && hides(text.get(..start)?, text.get(start..end)?, text.get(end..)?) {
            return Some(Span::of_usize(start, end));
        }
        at = end.max(at) + SHORTEST;
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
    use super::{gap, may_have_gap};

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
                gap(&text).map(|gap| text[gap.end as usize..].to_owned()),
                Some("And pays.".to_owned()),
                "{between:?}"
            );
            assert!(may_have_gap(text.as_bytes()), "{between:?}");
            assert_eq!(gap(&format!("Plays chess.{between}")), None, "{between:?}");
            assert_eq!(gap(&format!("{} {text}", "A text before it. ".repeat(9))).map(|_| ()), Some(()), "{between:?}");
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
            assert_eq!(gap(text), None, "{text:?}");
        }
    }
}
