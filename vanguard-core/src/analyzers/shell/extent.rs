//! Where a `$(…)`, `${…}` or backtick ends: quotes, comments, nested substitutions and here-documents inside are skipped,
//! so that an apostrophe in a commit message does not swallow the rest of the line.

/// How many openings may be nested before the rest counts as one text.
const OPENINGS: usize = 64;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Shell code up to `)`.
    Code,
    /// `case … esac`, where a pattern's `)` closes nothing.
    Case,
    /// Inside double quotes.
    Double,
    /// Inside `${ … }`.
    Brace,
    /// Inside backticks.
    Tick,
}

/// The place of the `)` that closes what was opened just before `start`, or `None` if it is never closed.
pub(super) fn closing_paren(text: &[u8], start: usize) -> Option<usize> {
    scan(text, start, Mode::Code, false)
}

/// The place of the `}` that closes what was opened just before `start`, or `None`. `quoted`: it stands in double quotes,
/// where an apostrophe is a letter like any other.
pub(super) fn closing_brace(text: &[u8], start: usize, quoted: bool) -> Option<usize> {
    scan(text, start, Mode::Brace, quoted)
}

/// The place of the backtick that closes the one just before `start`, or `None`.
pub(super) fn closing_tick(text: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    loop {
        let step = memchr::memchr2(b'`', b'\\', text.get(at..)?)?;
        at += step;
        if text.get(at) == Some(&b'`') {
            return Some(at);
        }
        at += 2;
    }
}

/// The place of the `'` that closes the `$'` just before `start`, or `None`.
pub(super) fn closing_ansi(text: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    loop {
        at += memchr::memchr2(b'\'', b'\\', text.get(at..)?)?;
        if text.get(at) == Some(&b'\'') {
            return Some(at);
        }
        at += 2;
    }
}

fn scan(text: &[u8], start: usize, first: Mode, quoted: bool) -> Option<usize> {
    let mut modes = [first; OPENINGS];
    let mut depth = 1_usize;
    let mut documents = Documents::default();
    let mut at = start;
    loop {
        let byte = *text.get(at)?;
        let mode = *modes.get(depth.checked_sub(1)?)?;
        let next = text.get(at + 1).copied();
        let mut open = None;
        let mut close = false;
        match (mode, byte) {
            (_, b'\\') => at += 1,
            (Mode::Tick, b'`') => close = true,
            (Mode::Tick, _) => {}
            (_, b'$') if next == Some(b'(') => {
                at += 1;
                open = Some(Mode::Code);
            }
            (_, b'$') if next == Some(b'{') => {
                at += 1;
                open = Some(Mode::Brace);
            }
            (Mode::Code | Mode::Case | Mode::Brace, b'$')
                if next == Some(b'\'')
                    && (mode != Mode::Brace || below(&modes, depth).map_or(!quoted, |below| below != Mode::Double)) =>
            {
                at = closing_ansi(text, at + 2)?;
            }
            (_, b'`') => open = Some(Mode::Tick),
            (Mode::Double, b'"') | (Mode::Brace, b'}') | (Mode::Code, b')') => close = true,
            (Mode::Double, _) => {}
            (_, b'"') => open = Some(Mode::Double),
            (Mode::Brace, b'\'') if below(&modes, depth).map_or(quoted, |below| below == Mode::Double) => {}
            (_, b'\'') => {
                at += 1 + memchr::memchr(b'\'', text.get(at + 1..)?)?;
            }
            (Mode::Brace, _) => {}
            (_, b'(') => open = Some(Mode::Code),
            (_, b'#') if at == start || starts_word(text, at) => {
                at += memchr::memchr(b'\n', text.get(at..)?)?;
                continue;
            }
            (_, b'<') if next == Some(b'<') => {
                at = documents.note(text, at + 2);
                continue;
            }
            (_, b'\n') => {
                at = documents.skip(text, at + 1);
                continue;
            }
            (Mode::Code, b'c') if word_at(text, at, start, b"case") => open = Some(Mode::Case),
            (Mode::Case, b'e') if word_at(text, at, start, b"esac") => close = true,
            _ => {}
        }
        if let Some(mode) = open {
            // Too deep to follow: the rest is taken as a whole.
            *modes.get_mut(depth)? = mode;
            depth += 1;
        }
        if close {
            depth -= 1;
            if depth == 0 {
                return Some(at);
            }
        }
        at += 1;
    }
}

/// The mode that holds the innermost one.
fn below(modes: &[Mode], depth: usize) -> Option<Mode> {
    modes.get(depth.checked_sub(2)?).copied()
}

fn starts_word(text: &[u8], at: usize) -> bool {
    at.checked_sub(1).and_then(|before| text.get(before)).is_none_or(|byte| b" \t\n;&|(".contains(byte))
}

/// Whether the keyword stands at `at` where a command may begin, and ends there.
fn word_at(text: &[u8], at: usize, start: usize, keyword: &[u8]) -> bool {
    let Some(rest) = text.get(at..) else { return false };
    if !rest.starts_with(keyword) || rest.get(keyword.len()).is_some_and(|byte| !b" \t\n;)&|".contains(byte)) {
        return false;
    }
    let before = text.get(start..at).unwrap_or_default();
    let code = before.trim_ascii_end();
    code.len() < before.len() && code.last().is_none_or(|byte| b";&|(".contains(byte))
        || before.is_empty()
        || before.last().is_some_and(|byte| b";&|(\n".contains(byte))
        || before.contains_keyword_end()
}

trait KeywordEnd {
    fn contains_keyword_end(&self) -> bool;
}

impl KeywordEnd for [u8] {
    /// `do case`, `then case`, `else case`: only the last bytes are looked at.
    fn contains_keyword_end(&self) -> bool {
        let code = self.trim_ascii_end();
        code.len() < self.len() && [b"do".as_slice(), b"then", b"else", b"{"].iter().any(|word| code.ends_with(word))
    }
}

/// Here-documents announced on the current line.
#[derive(Default)]
struct Documents<'a> {
    words: [Option<(&'a [u8], bool)>; 4],
}

impl<'a> Documents<'a> {
    /// Reads the delimiter after `<<`; returns where to go on.
    fn note(&mut self, text: &'a [u8], at: usize) -> usize {
        if text.get(at) == Some(&b'<') {
            return at + 1;
        }
        let tabs = text.get(at) == Some(&b'-');
        let mut start = at + usize::from(tabs);
        while matches!(text.get(start), Some(b' ' | b'\t')) {
            start += 1;
        }
        let quote = text.get(start).copied().filter(|byte| matches!(byte, b'\'' | b'"'));
        start += usize::from(quote.is_some() || text.get(start) == Some(&b'\\'));
        let rest = text.get(start..).unwrap_or_default();
        let end = rest
            .iter()
            .take(64)
            .position(|byte| quote.map_or(b" \t\n;&|()<>'\"`$".contains(byte), |quote| *byte == quote))
            .unwrap_or(rest.len().min(64));
        if let (Some(word), Some(slot)) =
            (rest.get(..end).filter(|word| !word.is_empty()), self.words.iter_mut().find(|slot| slot.is_none()))
        {
            *slot = Some((word, tabs));
        }
        start + end + usize::from(quote.is_some())
    }

    /// Skips the bodies that begin at `at`, the start of a line.
    fn skip(&mut self, text: &[u8], mut at: usize) -> usize {
        for slot in &mut self.words {
            let Some((word, tabs)) = slot.take() else { break };
            while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
                let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                let mut line = rest.get(..end).unwrap_or_default();
                while let [b'\t', tail @ ..] = line
                    && tabs
                {
                    line = tail;
                }
                at += end + usize::from(end < rest.len());
                if line == word {
                    break;
                }
            }
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::{closing_brace, closing_paren, closing_tick};

    #[test]
    fn the_closing_paren_is_found() {
        for (text, rest) in [
            ("id) x", " x"),
            ("echo ')' \")\" \\)) x", " x"),
            ("a $(b) (c)) x", " x"),
            ("echo \"$(a \")\" b)\") x", " x"),
            ("echo `a)`) x", " x"),
            ("case $a in x) b;; (y) c;; esac) x", " x"),
            ("echo ${a:-)}) x", " x"),
            ("a # no )\nb) x", " x"),
            ("cat <<'EOF'\nit's (a ) trap\nEOF\n) x", " x"),
            ("cat <<-EOF; b\n\t)\n\tEOF\n) x", " x"),
            ("cat <<< x) x", " x"),
            ("echo $'\\')') x", " x"),
            ("echo case) x", " x"),
        ] {
            let at = closing_paren(text.as_bytes(), 0).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(&text[at + 1..], rest, "{text}");
        }
        assert_eq!(closing_paren(b"never", 0), None);
        assert_eq!(closing_paren(b"'open )", 0), None);
    }

    #[test]
    fn braces_and_ticks() {
        assert_eq!(closing_brace(b"a:-${b:-\"}\"}} x", 0, false), Some(12));
        assert_eq!(closing_brace(b"a:-it's} x", 0, true), Some(7));
        assert_eq!(closing_brace(b"a:-'}'} x", 0, false), Some(6));
        assert_eq!(closing_tick(b"a \\` b` c", 0), Some(6));
        assert_eq!(closing_tick(b"a \\", 0), None);
    }
}
