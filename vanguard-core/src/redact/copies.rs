//! The copies of known values in one text, in every encoding.
//!
//! A copy as written is replaced where it stands. One that a decoder brings to light is replaced in what it was decoded from: the views'
//! alignment says where that is. A blob (base64, base32, hexadecimal) is decoded, changed and encoded again, so that it stays one.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::Secret;
use super::encode;
use crate::message::{FieldKind, Span};
use crate::normalize::{Decoder, Triggers, Unit, View, ViewLimits, ViewPool, expand, triggers};

/// How deep blobs in blobs are opened. Detection opens four layers of any kind.
const DEPTH: u8 = 4;
/// More values than are looked for in the form of an automaton that is quickest to search.
const MANY: usize = 256;
/// A shorter value is a copy only where it stands as a word: a longer one is no part of anything else.
const WORD: usize = 8;
/// Copies are looked for harder than rules are: what is left over blocks the message.
const LIMITS: ViewLimits = ViewLimits { per_string: 48, depth: 6, expansion: 8, floor: 64 << 10 };
/// Read in full and by every decoder that undoes an encoding; prose would be read in excerpts.
const KIND: FieldKind = FieldKind::Code;

/// What calls for a decoder that changes a text where it stands, and opens no blob in it.
const UNDONE: Triggers =
    Triggers::PERCENT.and(Triggers::AMPERSAND).and(Triggers::BACKSLASH).and(Triggers::NON_ASCII).and(Triggers::CONTROL);

/// Bytes of a text, and what comes in their place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) span: Span,
    pub(crate) text: Vec<u8>,
}

/// Known values, each with what stands in for it.
pub(crate) struct Copies {
    automaton: AhoCorasick,
    marks: Vec<String>,
    numbers: Vec<Vec<u8>>,
}

impl Copies {
    /// Looks for these values; each comes with its placeholder. `None` where there is nothing to look for.
    pub(crate) fn of(values: &[(Secret, String)]) -> Option<Self> {
        Self::new(values, false)
    }

    /// The same, in letters of either case: for values of which no other spelling is honest.
    pub(crate) fn of_any_case(values: &[(Secret, String)]) -> Option<Self> {
        Self::new(values, true)
    }

    fn new(values: &[(Secret, String)], any_case: bool) -> Option<Self> {
        let (mut patterns, mut marks, mut numbers) = (Vec::new(), Vec::new(), Vec::new());
        for (secret, mark) in values {
            let value = secret.reveal();
            patterns.push(value.to_vec());
            marks.push(mark.clone());
            numbers.extend(as_number(value));
            // Found in an encoding: the plain value is the same secret.
            let seen = triggers(value);
            if !seen.intersects(UNDONE) {
                continue;
            }
            let (pool, _) = views(value, seen);
            for view in pool.views().iter().filter(|view| !is_blob(view.decoder) && !in_blob(&pool, view)) {
                let plain = view.span.of(pool.bytes());
                if plain.len() >= WORD && plain.is_ascii() {
                    patterns.push(plain.to_vec());
                    marks.push(mark.clone());
                }
            }
        }
        let mut builder = AhoCorasick::builder();
        // Of many values building takes longer than looking for them.
        let kind = (patterns.len() > MANY).then_some(AhoCorasickKind::NoncontiguousNFA);
        // What rare bytes they have is common in a text that is made of them.
        builder.match_kind(MatchKind::LeftmostLongest).ascii_case_insensitive(any_case).kind(kind).prefilter(false);
        let automaton = builder.build(&patterns).ok()?;
        (!patterns.is_empty()).then_some(Self { automaton, marks, numbers })
    }

    /// The changes that put every copy out of `text`: sorted, not overlapping.
    pub(crate) fn changes(&self, text: &[u8]) -> Vec<Change> {
        self.changes_at(text, 0)
    }

    /// Whether a copy is left in `text`, as written or in any decoded view.
    pub(crate) fn is_in(&self, text: &[u8]) -> bool {
        self.first(text).is_some()
    }

    /// What stands in for the first value found in `text` or in any decoded view of it.
    pub(crate) fn first(&self, text: &[u8]) -> Option<&str> {
        let plain = self.find(text).next();
        let in_view = || {
            let (pool, _) = views(text, triggers(text));
            pool.views().iter().find_map(|view| self.find(view.span.of(pool.bytes())).next().map(|(_, mark)| mark))
        };
        plain.map(|(_, mark)| mark).or_else(in_view)
    }

    /// Whether a JSON number is a copy of a value that is a number.
    pub(crate) fn is_number(&self, number: &[u8]) -> bool {
        self.numbers.iter().any(|known| known == number)
    }

    /// `text` without copies as written: for what only people read.
    pub(crate) fn plainly(&self, text: &str) -> String {
        let changes = self.direct(text.as_bytes(), false);
        if changes.is_empty() { text.to_owned() } else { lossy(&applied(text.as_bytes(), &changes)) }
    }

    fn changes_at(&self, text: &[u8], depth: u8) -> Vec<Change> {
        let uri = is_uri(text);
        let mut changes = self.direct(text, uri);
        let seen = if depth < DEPTH { triggers(text) } else { Triggers::NONE };
        let (pool, complete) = views(text, seen);
        let holds = |view: &View| self.find(view.span.of(pool.bytes())).next().is_some();
        // Where no view has a copy, no blob has: each was opened for a view of its own.
        if !complete || pool.views().iter().any(holds) {
            // What lies in a blob is met when that is opened.
            for (at, view) in (0_u32..).zip(pool.views()).filter(|(_, view)| !in_blob(&pool, view)) {
                if is_blob(view.decoder) {
                    self.blobs(text, &pool, (at, view), depth, &mut changes);
                } else {
                    let found = self.find(view.span.of(pool.bytes()));
                    changes.extend(found.map(|(span, mark)| {
                        let escape = uri || view.decoder == Decoder::Percent;
                        Change { span: pool.source_span(at, span), text: written(mark, escape) }
                    }));
                }
            }
        }
        settle(&mut changes);
        changes
    }

    fn direct(&self, text: &[u8], uri: bool) -> Vec<Change> {
        self.find(text).map(|(span, mark)| Change { span, text: written(mark, uri) }).collect()
    }

    /// The changes of each blob that `view` was made of.
    fn blobs(&self, text: &[u8], pool: &ViewPool, (at, view): (u32, &View), depth: u8, out: &mut Vec<Change>) {
        let (runs, whole) = (pool.runs(view), pool.text(at));
        let ends = runs.iter().skip(1).map(|run| run.out as usize).chain([whole.len()]);
        for (run, end) in runs.iter().zip(ends) {
            let piece = whole.get(run.out as usize..end).unwrap_or_default();
            if run.unit == Unit::BLOCK && piece == b"\n" {
                continue; // Between two pieces.
            }
            let changes = self.changes_at(piece, depth + 1);
            let Some(first) = changes.first() else { continue };
            let parent = view.parent.map_or(text, |parent| pool.text(parent));
            let blob = encode::Blob { decoder: view.decoder, text: parent, span: run.source };
            let (span, encoded) = blob.with(piece, &applied(piece, &changes), &first.text);
            let span = view.parent.map_or(span, |parent| pool.source_span(parent, span));
            out.push(Change { span, text: encoded });
        }
    }

    fn find<'a, 't>(&'a self, text: &'t [u8]) -> impl Iterator<Item = (Span, &'a str)> + use<'a, 't> {
        self.automaton.find_iter(text).filter_map(move |found| {
            let around = [found.start().checked_sub(1), Some(found.end())];
            let is_part = || {
                let beside = around.iter().flatten().filter_map(|at| text.get(*at));
                beside.into_iter().any(|byte| byte.is_ascii_alphanumeric())
            };
            let mark = self.marks.get(found.pattern().as_usize())?;
            let stands = found.len() >= WORD || !is_part();
            stands.then(|| (Span::of_usize(found.start(), found.end()), mark.as_str()))
        })
    }
}

/// Every view of `text`, of which `triggers` were seen; and whether there are no more.
fn views(text: &[u8], triggers: Triggers) -> (ViewPool, bool) {
    let mut pool = ViewPool::default();
    if triggers == Triggers::NONE {
        return (pool, true);
    }
    pool.begin(text.len());
    let exhausted = expand(text, triggers, KIND, 0, &LIMITS, &mut pool).exhausted;
    (pool, !exhausted)
}

/// Whether a view was made from what a blob holds. As many steps as there are layers.
fn in_blob(pool: &ViewPool, view: &View) -> bool {
    let above = |view: &View| view.parent.and_then(|parent| pool.views().get(parent as usize));
    std::iter::successors(above(view), |view| above(view)).any(|view| is_blob(view.decoder))
}

const fn is_blob(decoder: Decoder) -> bool {
    matches!(decoder, Decoder::Base64 | Decoder::Base32 | Decoder::Hex)
}

/// Sorts changes and joins those that overlap.
fn settle(changes: &mut Vec<Change>) {
    changes.sort_by_key(|change| (change.span.start, std::cmp::Reverse(change.span.end)));
    changes.dedup_by(|next, kept| {
        let overlaps = next.span.start < kept.span.end;
        if overlaps {
            kept.span.end = kept.span.end.max(next.span.end);
        }
        overlaps
    });
}

/// `text` with the changes made.
pub(super) fn applied(text: &[u8], changes: &[Change]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    for change in changes {
        out.extend_from_slice(text.get(at..change.span.start as usize).unwrap_or_default());
        out.extend_from_slice(&change.text);
        at = change.span.end as usize;
    }
    out.extend_from_slice(text.get(at..).unwrap_or_default());
    out
}

/// A placeholder as it is written; brackets have no place in a URI.
fn written(mark: &str, uri: bool) -> Vec<u8> {
    if uri { mark.replace('[', "%5B").replace(']', "%5D").into_bytes() } else { mark.as_bytes().to_vec() }
}

/// Whether a text is a URI and nothing else.
fn is_uri(text: &[u8]) -> bool {
    let scheme = text.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"+.-".contains(byte)).count();
    let rest = text.get(scheme..).unwrap_or_default();
    scheme > 0 && rest.starts_with(b":") && !text.iter().any(|byte| *byte <= b' ' || b"\"<>{}|\\^`".contains(byte))
}

/// The digits of a value that is nothing but a number, long enough to be nobody else's.
fn as_number(value: &[u8]) -> Option<Vec<u8>> {
    let digits: Vec<u8> = value.iter().copied().filter(u8::is_ascii_digit).collect();
    let only = value.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b' ' | b'-' | b'.'));
    (only && digits.len() >= WORD).then_some(digits)
}

fn lossy(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::{BASE32, BASE64, BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER};

    const KEY: &str = "ghp_jY6IpFcfALM0oTZ82G61SNXnTJruGARD4YXv";
    const MARK: &str = "[REDACTED:github-token:1]";

    fn copies() -> Copies {
        Copies::of(&[(Secret::new(KEY.as_bytes()), MARK.to_owned())]).unwrap()
    }

    fn redacted(text: &str) -> String {
        let copies = copies();
        let out = applied(text.as_bytes(), &copies.changes(text.as_bytes()));
        assert!(!copies.is_in(&out), "{text} -> {}", lossy(&out));
        assert!(copies.changes(&out).is_empty(), "{}", lossy(&out));
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn plain_copies_go_and_the_rest_stays() {
        assert_eq!(redacted(&format!("a {KEY}, b {KEY}")), format!("a {MARK}, b {MARK}"));
        assert_eq!(redacted("nothing here"), "nothing here");
        assert_eq!(
            redacted(&format!("https://x.example/?t={KEY}&y=1")),
            "https://x.example/?t=%5BREDACTED:github-token:1%5D&y=1"
        );
    }

    #[test]
    fn encoded_copies_go_in_their_encoding() {
        let percent: String = KEY.bytes().map(|byte| format!("%{byte:02X}")).collect();
        assert_eq!(redacted(&format!("x={percent}&y=%20")), "x=%5BREDACTED:github-token:1%5D&y=%20");
        let escaped = KEY.replace('g', "\\u0067");
        assert_eq!(redacted(&format!(r#"{{"a":"{escaped}","b":"\n"}}"#)), format!(r#"{{"a":"{MARK}","b":"\n"}}"#));
        assert_eq!(redacted(&KEY.replace('_', "&#95;")), MARK);
        assert_eq!(redacted(&KEY.replace('p', "p\u{200b}")), MARK);
    }

    #[test]
    fn blobs_are_written_anew() {
        let (text, clean) = (format!("token: {KEY}\nend."), format!("token: {MARK}\nend."));
        for encoding in [BASE64, BASE64_NOPAD, BASE64URL_NOPAD, BASE32, HEXLOWER] {
            let blob = encoding.encode(text.as_bytes());
            let out = redacted(&format!("see \"{blob}\"."));
            assert_eq!(out, format!("see \"{}\".", encoding.encode(clean.as_bytes())), "{blob}");
        }
        let nested = BASE64.encode(BASE64.encode(text.as_bytes()).as_bytes());
        assert_eq!(redacted(&nested), BASE64.encode(BASE64.encode(clean.as_bytes()).as_bytes()));
        let upper = HEXLOWER.encode(text.as_bytes()).to_uppercase();
        assert_eq!(redacted(&upper), HEXLOWER.encode(clean.as_bytes()).to_uppercase());
    }

    #[test]
    fn blobs_keep_their_lines_and_their_width_of_characters() {
        let (text, clean) = (format!("{KEY} ").repeat(5), format!("{MARK} ").repeat(5));
        let lines = |text: &str| {
            let blob = BASE64.encode(text.as_bytes());
            let lines: Vec<_> = blob.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line)).collect();
            lines.join("\r\n")
        };
        assert_eq!(redacted(&lines(&text)), lines(&clean));
        let wide = |text: &str| BASE64.encode(&text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>());
        assert_eq!(redacted(&wide(&text)), wide(&clean));
    }

    #[test]
    fn a_short_value_is_a_copy_only_as_a_word() {
        let copies = Copies::of(&[(Secret::new(b"pa55w"), "[X]".to_owned())]).unwrap();
        let out = |text: &str| lossy(&applied(text.as_bytes(), &copies.changes(text.as_bytes())));
        assert_eq!(out("pa55w, pa55word, xpa55w :pa55w"), "[X], pa55word, xpa55w :[X]");
        assert!(Copies::of(&[]).is_none());
    }

    #[test]
    fn numbers_are_known_by_their_digits() {
        let copies = Copies::of(&[(Secret::new(b"4539 1488 0343 6467"), "[X]".to_owned())]).unwrap();
        assert!(copies.is_number(b"4539148803436467") && !copies.is_number(b"4539148803436468"));
    }
}
