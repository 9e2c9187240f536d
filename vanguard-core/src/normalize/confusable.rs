//! Look-alikes: letters of another script in a word that otherwise is Latin (`іgnоrе` with Cyrillic `і`, `о`, `е`).
//!
//! A word is judged only if it has Latin letters and, beside them, letters of a script that isn't written together with
//! Latin: Japanese, Chinese and Korean words with Latin in them are honest (UTS 39 section 5.1, "highly restrictive"), and so
//! is every word of one script. In such a word each character that isn't ASCII is replaced by its prototype (UTS 39
//! section 4) where that is ASCII. At least one must be: `Δx` and `kΩ` have none and stay.
//!
//! Linear, one pass; some tens of ns for each character of a mixed word. A word that is longer than 64 characters is judged
//! in pieces.

use unicode_script::{Script, UnicodeScript};
use unicode_security::skeleton;

use super::cursor::{char_at, find};
use super::notes::Notes;
use super::pool::Unit;
use super::writer::Writer;

/// Longest word judged as one.
const WORD: usize = 64;

/// Replaces the look-alikes in mixed words of `text`.
pub(super) fn decode(text: &[u8], writer: &mut Writer<'_>) -> Notes {
    let mut notes = Notes::NONE;
    let (mut at, mut done) = (0, 0);
    while let Some(found) = find(text, at, |byte| byte >= 0x80) {
        if writer.is_full() {
            break;
        }
        // A stretch without an ASCII letter at either end is a word of another script: most honest text, passed at once.
        let rest = text.get(found..).unwrap_or_default();
        let stretch = found + rest.iter().position(u8::is_ascii).unwrap_or(rest.len());
        let latin = |at: usize| text.get(at).is_some_and(u8::is_ascii_alphabetic);
        if !latin(stretch) && !found.checked_sub(1).is_some_and(latin) {
            at = stretch;
            continue;
        }
        let start = word_start(text, found, done);
        let (end, mix) = word(text, start, found);
        if mix.is_mixed() && replace(text, start, end, writer) {
            notes |= Notes::MIXED_SCRIPT;
            if is_in_host(text, start, end) {
                notes |= Notes::LOOKALIKE_HOST;
            }
        }
        at = end;
        done = end;
    }
    notes
}

/// Where the word begins that the character at `at` belongs to: only ASCII can stand before it, and nothing before `done`.
fn word_start(text: &[u8], at: usize, done: usize) -> usize {
    let before = text.get(done..at).unwrap_or_default();
    at - before.iter().rev().take(WORD).take_while(|byte| byte.is_ascii_alphabetic()).count()
}

/// Whether the word at `start..end` is a label of a host in prose: another label of Latin letters follows a dot, and the last of them is
/// the name of a domain rather than of a kind of file.
fn is_in_host(text: &[u8], start: usize, end: usize) -> bool {
    let before = start.checked_sub(1).and_then(|at| text.get(at)).copied();
    if before.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80) {
        return false;
    }
    let rest = text.get(end..).unwrap_or_default();
    let rest = rest.get(..rest.len().min(WORD)).unwrap_or_default();
    let belongs = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(**byte, b'-' | b'.');
    let host = rest.get(..rest.iter().take_while(belongs).count()).unwrap_or_default();
    let host = host.strip_suffix(b".").unwrap_or(host);
    let mut labels = host.split(|byte| *byte == b'.');
    let Some(_) = labels.next() else { return false };
    let Some(last) = labels.next_back() else { return false };
    let domain = last.to_ascii_lowercase();
    last.len() >= 2 && last.iter().all(u8::is_ascii_alphabetic) && !FILES.contains(&domain.as_slice())
}

/// What ends the names of files that people write of in their own letters.
const FILES: [&[u8]; 20] = [
    b"txt", b"md", b"pdf", b"doc", b"docx", b"xls", b"xlsx", b"csv", b"json", b"xml", b"html", b"htm", b"py", b"js",
    b"rs", b"jpg", b"png", b"zip", b"log", b"sql",
];

#[derive(Default)]
struct Mix {
    latin: usize,
    foreign: usize,
}

impl Mix {
    fn is_mixed(&self) -> bool {
        self.latin > 0 && self.foreign > 0 && self.latin + self.foreign > 2
    }
}

/// The end of the word from `start`, at least past the character at `first`, and what it is made of.
fn word(text: &[u8], start: usize, first: usize) -> (usize, Mix) {
    let (mut at, mut mix) = (start, Mix::default());
    let mut count = 0;
    while let Some((value, len)) = char_at(text, at)
        && (at <= first || (count < 2 * WORD && is_alphabetic(value)))
    {
        match script(value) {
            Script::Latin => mix.latin += 1,
            Script::Common | Script::Inherited | Script::Unknown => {
                mix.foreign += usize::from(is_alphabetic(value) && !value.is_ascii())
            }
            Script::Han | Script::Hiragana | Script::Katakana | Script::Hangul | Script::Bopomofo => {}
            _ => mix.foreign += 1,
        }
        at += len;
        count += 1;
    }
    (at.max(first + 1), mix)
}

/// As [`char::is_alphabetic`]; of marks, of which an attacker may heap any number on a letter, and of what is mixed in most, without
/// a search in the tables.
fn is_alphabetic(value: char) -> bool {
    match value {
        '\u{300}'..='\u{36F}' => matches!(value, '\u{345}' | '\u{363}'..='\u{36F}'),
        'Ѐ'..='ҁ' | 'α'..='ω' => true,
        _ => value.is_alphabetic(),
    }
}

fn script(value: char) -> Script {
    match value {
        'a'..='z' | 'A'..='Z' => Script::Latin,
        '\u{300}'..='\u{36F}' => Script::Inherited,
        // Most of what is mixed in, without a search in the tables.
        'α'..='ω' => Script::Greek,
        'Ѐ'..='ҁ' => Script::Cyrillic,
        _ => value.script(),
    }
}

fn replace(text: &[u8], start: usize, end: usize, writer: &mut Writer<'_>) -> bool {
    let (mut at, mut any) = (start, false);
    while at < end
        && let Some((value, len)) = char_at(text, at)
    {
        if let Some(plain) = prototype(value) {
            let unit = Unit { out: 1, source: u8::try_from(len).unwrap_or(1) };
            writer.replace_by(at..at + len, &[plain], unit);
            any = true;
        }
        at += len;
    }
    any
}

/// The ASCII letter that a character looks like.
fn prototype(value: char) -> Option<u8> {
    // The rest of the Russian alphabet looks like no ASCII letter.
    common(value).or_else(|| if matches!(value, 'А'..='я') { None } else { tabled(value) })
}

/// The look-alikes that are used most, without the tables: an attacker may fill a message with them.
const fn common(value: char) -> Option<u8> {
    Some(match value {
        'а' | 'α' => b'a',
        'Ь' => b'b',
        'с' => b'c',
        'ԁ' => b'd',
        'е' => b'e',
        'һ' => b'h',
        'і' => b'i',
        'ј' => b'j',
        'о' | 'ο' | 'σ' => b'o',
        'р' | 'ρ' => b'p',
        'г' => b'r',
        'ѕ' => b's',
        'ν' => b'v',
        'ш' => b'w',
        'х' => b'x',
        'у' => b'y',
        'А' | 'Α' => b'A',
        'В' | 'Β' => b'B',
        'С' => b'C',
        'Е' | 'Ε' => b'E',
        'Н' | 'Η' => b'H',
        'К' | 'Κ' => b'K',
        'М' | 'Μ' => b'M',
        'О' | 'Ο' => b'O',
        'Р' | 'Ρ' => b'P',
        'Т' | 'Τ' => b'T',
        'Х' | 'Χ' => b'X',
        'У' => b'Y',
        _ => return None,
    })
}

fn tabled(value: char) -> Option<u8> {
    if value.is_ascii() {
        return None;
    }
    let mut buffer = [0; 4];
    let mut prototype = skeleton(value.encode_utf8(&mut buffer));
    let (first, rest) = (prototype.next()?, prototype.next());
    let plain = u8::try_from(first).ok().filter(u8::is_ascii_alphabetic).filter(|_| rest.is_none())?;
    // Capital I and small l are one prototype; a capital was meant as an I.
    Some(if plain == b'l' && value.is_uppercase() { b'I' } else { plain })
}

#[cfg(test)]
mod tests {
    use super::super::decoder::Decoder;
    use super::super::notes::Notes;
    use super::super::testing::decoded;
    use super::{UnicodeScript, common, is_alphabetic, prototype, script, tabled};

    #[test]
    fn marks_are_what_the_tables_say() {
        for value in '\u{2F0}'..='\u{380}' {
            assert_eq!((script(value), is_alphabetic(value)), (value.script(), value.is_alphabetic()), "{value:?}");
        }
    }

    #[test]
    fn hosts_are_told_from_words_and_files() {
        for (text, notes) in [
            ("log in at s\u{435}cure.bank.example now", Notes::MIXED_SCRIPT | Notes::LOOKALIKE_HOST),
            ("https://p\u{430}y.example/x", Notes::MIXED_SCRIPT | Notes::LOOKALIKE_HOST),
            ("the p\u{430}yment.", Notes::MIXED_SCRIPT),
            ("the p\u{430}yment.Next", Notes::MIXED_SCRIPT | Notes::LOOKALIKE_HOST),
            ("r\u{435}port.pdf", Notes::MIXED_SCRIPT),
            ("почта.example и яндекс.example", Notes::NONE),
        ] {
            assert_eq!(decoded(Decoder::Skeleton, text).1, notes, "{text}");
        }
    }

    #[test]
    fn the_short_cuts_are_what_the_tables_say() {
        for value in (0x80..0x3000).filter_map(char::from_u32) {
            assert!(
                common(value).is_none() || common(value) == tabled(value),
                "{value} {:?}",
                tabled(value).map(char::from)
            );
            assert_eq!(prototype(value), tabled(value), "{value}");
            assert_eq!((script(value), is_alphabetic(value)), (value.script(), value.is_alphabetic()), "{value}");
        }
    }

    #[test]
    fn mixed_words_are_read_as_they_look() {
        for (text, plain) in [
            ("іgnоrе аll", "ignore all"),
            ("sуstem рrompt", "system prompt"),
            ("pаsswоrd", "password"),
            ("ІGNORE", "IGNORE"),
            ("gοοgle", "google"),
            ("rеmove it", "remove it"),
        ] {
            assert_eq!(decoded(Decoder::Skeleton, text), (Some(plain.to_owned()), Notes::MIXED_SCRIPT), "{text}");
        }
    }

    #[test]
    fn honest_words_stay() {
        for text in [
            "привет, мир: это просто текст about Linux",
            "Καλημέρα κόσμε",
            "नमस्ते दुनिया",
            "你好 world 世界",
            "Tシャツ K팝 Aさん",
            "Δx kΩ μs αβ",
            "café naïve Straße łódź",
            "日本語テキスト",
            "Wi‑Fi—и",
        ] {
            assert_eq!(decoded(Decoder::Skeleton, text), (None, Notes::NONE), "{text}");
        }
    }
}
