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
        if text.len() <= SHORTEST {
            continue;
        }
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

/// Whether a byte may be one of a blank: all but the signs, digits and letters of ASCII, and what begins no blank beyond it.
fn may_be_blank(byte: u8) -> bool {
    matches!(byte, 0..=b' ' | 0x7F..=0xBF | 0xC2 | 0xE1..=0xE3 | 0xEF)
}

/// The first run of blanks that hides what follows it. Wherever a run that is long enough begins, two neighbours in it are looked
/// at; most blanks stand alone between two words.
fn gap(text: &[u8]) -> Option<Span> {
    const STEP: usize = SHORTEST - 1;
    let may_be = |at: usize| text.get(at).copied().is_some_and(may_be_blank);
    let (mut at, mut read) = (STEP, None);
    while at < text.len() {
        if !may_be(at) || !may_be(at - 1) {
            at += STEP;
            continue;
        }
        let (before, behind) = text.split_at_checked(at)?;
        let start = before.iter().rposition(|byte| !may_be_blank(*byte)).map_or(0, |last| last + 1);
        let end = behind.iter().position(|byte| !may_be_blank(*byte)).map_or(text.len(), |next| at + next);
        if end - start >= SHORTEST && may_hide(text.get(start..end)?) {
            let read = *read.get_or_insert_with(|| std::str::from_utf8(text).unwrap_or_default());
            if let Some(gap) = gap_within(read, Span::of_usize(start, end)) {
                return Some(gap);
            }
        }
        at = end + STEP;
    }
    None
}

/// Whether a run of bytes could be tall or wide, were each of them a blank.
fn may_hide(run: &[u8]) -> bool {
    let count = |blank: u8| run.iter().filter(|byte| **byte == blank).count();
    run.len() + 3 * count(b'\t') >= WIDE || count(b'\n') >= TALL
}

/// The first run of blanks between these places that hides what follows it.
fn gap_within(text: &str, run: Span) -> Option<Span> {
    let (mut at, end) = (run.start as usize, run.end as usize);
    // The last bytes of a character that is no blank.
    while at < end && !text.is_char_boundary(at) {
        at += 1;
    }
    while let Some(from) = text.get(at..end)?.find(is_blank) {
        let start = at + from;
        let len = text.get(start..end)?.find(|char| !is_blank(char)).unwrap_or(end - start);
        at = start + len;
        if len >= SHORTEST && hides(text.get(..start)?, text.get(start..at)?, text.get(at..)?) {
            return Some(Span::of_usize(start, at));
        }
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
        let kana = |between: &str| format!("{}。{between}か。", "まっすぐすすむ, ".repeat(40));
        let wide = kana(&"\u{3000}".repeat(130));
        assert_eq!(gap(wide.as_bytes()).map(|gap| &wide[gap.end as usize..]), Some("か。"));
        assert_eq!(gap(kana("\u{3000}").as_bytes()), None);
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
