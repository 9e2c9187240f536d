//! NFKC and case fold of what is not ASCII, so that `ｉｇｎｏｒｅ`, `𝐢𝐠𝐧𝐨𝐫𝐞` and `İGNORE` read as letters.
//!
//! ASCII stays as it is: rules don't mind its case. Characters that normalise to themselves are known by range, so honest
//! text in any script is mostly copied; the rest goes through `unicode-normalization` in segments of one base character
//! and what composes with it. A segment ends after 32 characters (UAX 15 section 13, stream-safe text), and at most that
//! much is produced before the cap is asked.
//!
//! Linear: about 1 ns a byte on text that is stable, some tens of ns a character elsewhere. Worst case U+FDFA, which writes
//! eighteen characters: the cap on expansion stops it.

use unicode_normalization::UnicodeNormalization;

use super::cursor::{char_at, char_before, find};
use super::notes::Notes;
use super::pool::Unit;
use super::writer::Writer;

/// Longest segment, in characters.
const SEGMENT: usize = 32;

/// Normalises and folds `text`.
pub(super) fn normalize(text: &[u8], writer: &mut Writer<'_>) -> Notes {
    // `done` is the end of the last segment: nothing before it may be taken into the next.
    let (mut at, mut done) = (0, 0);
    while let Some(found) = find(text, at, |byte| byte >= 0x80) {
        at = found;
        if writer.is_full() {
            break;
        }
        let Some((value, len)) = char_at(text, at) else { break };
        match kind(value) {
            Kind::Stable => {
                at += len;
                while let Some((value, len)) = char_at(text, at)
                    && !value.is_ascii()
                    && kind(value) == Kind::Stable
                {
                    at += len;
                }
            }
            Kind::Folds(plain) if !char_at(text, at + len).is_some_and(|(next, _)| kind(next) == Kind::Other) => {
                let unit = match u8::try_from(len) {
                    Ok(source) if plain.is_ascii() => Unit { out: 1, source },
                    _ if plain.len_utf8() == len => Unit::COPY,
                    _ => Unit::BLOCK,
                };
                writer.replace_by(at..at + len, plain.encode_utf8(&mut [0; 4]).as_bytes(), unit);
                at += len;
                done = at;
            }
            Kind::Folds(_) | Kind::Other => {
                // What follows may compose with the character before, if that wasn't written yet.
                let start = if at > done { char_before(text, at).max(done) } else { at };
                let mut end = at + len;
                let mut count = 1;
                while let Some((next, len)) = char_at(text, end)
                    && kind(next) == Kind::Other
                    && count < SEGMENT
                {
                    end += len;
                    count += 1;
                }
                let segment =
                    text.get(start..end).and_then(|segment| std::str::from_utf8(segment).ok()).unwrap_or_default();
                if !segment.is_empty() {
                    writer.replace_with(start..end, segment.nfkc().flat_map(fold));
                }
                (at, done) = (end, end);
            }
        }
    }
    Notes::NONE
}

/// Full case folding where it matters to a reader of ASCII; ASCII itself keeps its case.
fn fold(value: char) -> impl Iterator<Item = char> {
    let (first, second) = match value {
        'ß' | 'ẞ' => ('s', Some('s')),
        // The dot that lower-casing leaves is no letter.
        'İ' => ('i', None),
        'ı' => ('i', None),
        'ς' => ('σ', None),
        _ if value.is_ascii() => (value, None),
        _ => {
            let mut lower = value.to_lowercase();
            (lower.next().unwrap_or(value), lower.next())
        }
    };
    std::iter::once(first).chain(second)
}

/// Whether the character is its own normal and folded form and composes with nothing before it.
pub(super) fn is_settled(value: char) -> bool {
    kind(value) == Kind::Stable
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Normalises and folds to itself, and never composes with what stands before it.
    Stable,
    /// Becomes one other character, and never composes with what stands before it.
    Folds(char),
    Other,
}

/// What happens to a character, for the ranges that honest text is made of. A test proves each against the tables.
fn kind(value: char) -> Kind {
    let shifted = |offset: i32| {
        u32::from(value).checked_add_signed(offset).and_then(char::from_u32).map_or(Kind::Other, Kind::Folds)
    };
    match value {
        // First what most text in other scripts is made of: the arms are tried in turn.
        '\0'..'\u{80}' | 'а'..='џ' | '一'..='鿿' | 'ぁ'..='ゖ' | '가'..='힣' => Kind::Stable,
        // Marks, of which an attacker may heap any number on a letter.
        '\u{300}'..='\u{36F}' => Kind::Other,
        '\u{A1}'..='\u{A7}' | '©' | '«' | '¬' | '®' | '°' | '±' | '¶' | '·' | '»' | '¿' | '×' | 'à'..='ÿ' => {
            Kind::Stable
        }
        'À'..='Ö' | 'Ø'..='Þ' => shifted(0x20),
        'ά'..='ώ' if !matches!(value, 'ς') => Kind::Stable,
        'Α'..='Ρ' | 'Σ'..='Ϋ' => shifted(0x20),
        'А'..='Я' => shifted(0x20),
        'Ѐ'..='Џ' => shifted(0x50),
        'א'..='ת' | 'ء'..='غ' | 'ف'..='ي' | '٠'..='٩' | '۰'..='۹' | 'ٹ'..='ڿ' | 'ی' | 'ہ' => Kind::Stable,
        'अ'..='न' | 'प'..='र' | 'ल'..='ळ' | 'व'..='ह' | 'ा'..='ौ' | '०'..='९' | 'ก'..='ะ' | 'า' | 'เ'..='ๆ' => {
            Kind::Stable
        }
        '‐' | '‒'..='―' | '‘'..='•' | '‰' | '‹'..='※' | '€' => Kind::Stable,
        '←'..='∫' | '─'..='◿' | '☀'..='➿' => Kind::Stable,
        '、'..='】' | 'ァ'..='ヺ' | 'ー' => Kind::Stable,
        '！'..='～' => shifted(-0xFEE0),
        '\u{3000}' => Kind::Folds(' '),
        '\u{1F300}'..='\u{1F64F}' | '\u{1F680}'..='\u{1F6FF}' | '\u{1F900}'..='\u{1F9FF}' => Kind::Stable,
        _ => Kind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::super::decoder::Decoder;
    use super::super::testing::one;
    use super::{Kind, fold, kind};
    use unicode_normalization::{IsNormalized, UnicodeNormalization, char::canonical_combining_class, is_nfkc_quick};

    #[test]
    fn the_ranges_are_what_the_tables_say() {
        for value in (0x80..=0x10FFFF).filter_map(char::from_u32) {
            let folded = std::iter::once(value).nfkc().flat_map(fold).collect::<String>();
            let plain = match kind(value) {
                Kind::Stable => value,
                Kind::Folds(plain) => plain,
                Kind::Other => continue,
            };
            assert_eq!(folded, plain.to_string(), "U+{:04X}", u32::from(value));
            assert_eq!(canonical_combining_class(value), 0, "U+{:04X}", u32::from(value));
            let composes = is_nfkc_quick(std::iter::once(value)) == IsNormalized::Maybe;
            assert!(!composes, "U+{:04X}", u32::from(value));
        }
    }

    #[test]
    fn disguises_fall() {
        for (text, plain) in [
            ("ｉｇｎｏｒｅ", "ignore"),
            ("ＲＭ　－ｒｆ", "RM -rf"),
            ("𝐢𝐠𝐧𝐨𝐫𝐞 𝒂𝒍𝒍", "ignore all"),
            ("ⓘⓖⓝⓞⓡⓔ", "ignore"),
            ("ﬁle:／／", "file://"),
            ("\u{212A}ey ſecret", "Key secret"),
            ("İgnore", "ignore"),
            ("Straße", "Strasse"),
            ("a\u{a0}b…", "a b..."),
            ("ИГНОРИРУЙ", "игнорируй"),
            ("e\u{301}te\u{301}", "été"),
            ("И\u{306}", "й"),
            ("\u{1112}\u{1161}\u{11ab}", "한"),
        ] {
            assert_eq!(one(Decoder::Unicode, text).as_deref(), Some(plain), "{text}");
        }
    }

    #[test]
    fn settled_text_makes_no_view() {
        for text in [
            "café, naïve — “x”",
            "привет мир",
            "你好、世界",
            "こんにちは",
            "안녕하세요",
            "שלום",
            "مرحبا",
            "नमस्ते",
            "👍 → ✓",
        ] {
            assert_eq!(one(Decoder::Unicode, text), None, "{text}");
        }
    }

    #[test]
    fn segments_agree_with_the_whole() {
        for text in [
            "Ａ\u{301}e\u{302}\u{301}ﬀ",
            "Ｅ\u{301}",
            "\u{1112}\u{1161}\u{11ab}글\u{11a8}",
            "が\u{3099}か\u{3099}",
            "ẛ̣ ṩ",
        ] {
            let whole = text.nfkc().flat_map(fold).collect::<String>();
            assert_eq!(one(Decoder::Unicode, text).as_deref().unwrap_or(text), whole, "{text}");
        }
    }
}
