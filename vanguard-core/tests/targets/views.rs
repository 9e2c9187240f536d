//! The normalisers: what holds for the views of every string, and that each encoding is undone, also on top of others.

use data_encoding::{BASE32, BASE64, BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};
use vanguard_core::Span;
use vanguard_core::message::FieldKind;
use vanguard_core::normalize::{SEPARATOR, ViewLimits, ViewPool, expand, triggers};

/// Percent-encoding, as `%61`, `%2561`, `%u0061` and overlong, in any mixture.
pub(super) fn percent(input: &[u8]) {
    undone(input, |word, choice| {
        let encode = |byte: u8| match choice % 4 {
            0 => format!("%{byte:02x}"),
            1 => format!("%{byte:02X}"),
            2 => format!("%u{byte:04x}"),
            _ => format!("%c{}%{:02x}", byte >> 6, 0x80 | (byte & 0x3F)),
        };
        let mut text: String = word.bytes().map(encode).collect();
        for _ in 0..choice / 4 % 3 {
            text = text.replace('%', "%25");
        }
        text
    });
}

/// HTML references, decimal and hexadecimal, with leading zeros, with and without `;`, and with their `&` written as one.
pub(super) fn entities(input: &[u8]) {
    undone(input, |word, choice| {
        let encode = |byte: u8| match choice % 4 {
            0 => format!("&#{byte};"),
            1 => format!("&#x{byte:X};"),
            2 => format!("&#{byte:07};"),
            _ => format!("&#x{byte:x}"),
        };
        // Without `;` a hexadecimal letter that follows would belong to the number: a sign closes it.
        let text: String = word.bytes().map(encode).collect::<String>() + if choice % 4 == 3 { " " } else { "" };
        if choice / 4 % 2 == 0 { text } else { text.replace('&', "&amp;") }
    });
}

/// Backslash escapes of JSON, JavaScript, C and Python.
pub(super) fn escapes(input: &[u8]) {
    undone(input, |word, choice| {
        let encode = |byte: u8| match choice % 5 {
            0 => format!("\\x{byte:02x}"),
            1 => format!("\\u{byte:04X}"),
            2 => format!("\\u{{{byte:x}}}"),
            3 => format!("\\{byte:03o}"),
            _ => format!("\\U{byte:08x}"),
        };
        word.bytes().map(encode).collect()
    });
}

/// Base64 in its alphabets, base32 and hexadecimal, also twice.
pub(super) fn base(input: &[u8]) {
    undone(input, |word, choice| {
        let encode = |text: &str, choice: usize| match choice % 6 {
            0 => BASE64.encode(text.as_bytes()),
            1 => BASE64_NOPAD.encode(text.as_bytes()),
            2 => BASE64URL_NOPAD.encode(text.as_bytes()),
            3 => BASE32.encode(text.as_bytes()),
            4 => HEXLOWER.encode(text.as_bytes()),
            _ => HEXUPPER.encode(text.as_bytes()),
        };
        // Sixteen characters of an alphabet are the least that is looked at, and twelve decoded bytes the least that is believed.
        let once = encode(&format!("{word} and {word}"), choice);
        if choice / 6 % 2 == 0 { once } else { encode(&once, choice / 12) }
    });
}

/// Characters that are letters in another dress, that nobody sees, or that only look like letters.
pub(super) fn unicode(input: &[u8]) {
    undone(input, |word, choice| {
        let letter = |base: u32, byte: u8| char::from_u32(base + u32::from(byte - b'a')).unwrap_or('?');
        let between = ["", "\u{200b}", "\u{2060}", "\u{ad}", "\u{fe0f}\u{fe0f}"][choice / 8 % 5];
        let mut out = String::new();
        for (at, byte) in word.bytes().enumerate() {
            match choice % 8 {
                0 => out.push(letter(0xFF41, byte)),
                1 => out.push(letter(0x1D41A, byte)),
                2 => out.push(letter(0x1D68A, byte)),
                3 => out.push(letter(0x24D0, byte)),
                4 => out.push(letter(0xE0061, byte)),
                5 if at % 2 == 0 => out.push(letter(0xFF21, byte)),
                _ => out.push(char::from(byte)),
            }
            out.push_str(if choice % 8 == 4 { "" } else { between });
        }
        out
    });
    mixed_scripts(input);
}

/// A Latin word in which every letter that has a Cyrillic double is written as that.
fn mixed_scripts(input: &[u8]) {
    let word = word(input, 24);
    let double = |letter| match letter {
        'a' => 'а',
        'c' => 'с',
        'e' => 'е',
        'o' => 'о',
        'p' => 'р',
        'x' => 'х',
        other => other,
    };
    let written: String = word.chars().map(double).collect();
    let doubles = written.chars().filter(|letter| !letter.is_ascii()).count();
    // More of the one script than of the other, so that it is a Latin word in disguise and no Russian one.
    if word.len() >= 8 && doubles > 0 && doubles * 2 < word.len() {
        found(&word, &written);
    }
}

/// Digits for letters, in words that show it; and letters spaced apart.
pub(super) fn leet(input: &[u8]) {
    undone(input, |word, choice| {
        let letters: Vec<_> = word.chars().map(String::from).collect();
        letters.join(["-", ".", " ", "_"][choice % 4])
    });
    let word = word(input, 24);
    let digit = |letter| match letter {
        'a' => '4',
        'e' => '3',
        'i' => '1',
        'o' => '0',
        's' => '5',
        't' => '7',
        other => other,
    };
    let written: String = word.chars().map(digit).collect();
    let digits = written.bytes().filter(u8::is_ascii_digit).count();
    let shown = written.as_bytes().windows(3).any(
        |three| matches!(three, [a, b, c] if a.is_ascii_alphabetic() && b.is_ascii_digit() && c.is_ascii_alphabetic()),
    );
    if word.len() >= 4 && digits * 2 <= word.len() && shown {
        // A `1` is an `i` or an `l`; which of them is a guess from its neighbours, so here they are the same letter.
        found_as(&word, &format!("{written} and {written}"), |text| text.replace('l', "i"));
    }
}

/// The word is in a view of the text that hides it.
fn found(word: &str, written: &str) {
    found_as(word, written, str::to_owned);
}

/// The same, where `alike` makes the same of what need not be told apart.
fn found_as(word: &str, written: &str, alike: impl Fn(&str) -> String) {
    let text = format!("see {written} there");
    let views = well_made(&text, FieldKind::Text);
    let plain = alike(word);
    let seen = text.contains(word) || views.iter().any(|view| alike(&view.to_ascii_lowercase()).contains(&plain));
    assert!(seen, "{word:?} written as {written:?} is in no view: {views:?}");
}

/// The lower-case letters of an input, up to `most`.
fn word(input: &[u8], most: usize) -> String {
    input.iter().filter(|byte| byte.is_ascii_lowercase()).take(most).map(|byte| char::from(*byte)).collect()
}

/// Half of the inputs are strings as they are; from the other half a word is taken, encoded, and looked for in the views.
fn undone(input: &[u8], encode: impl Fn(&str, usize) -> String) {
    let [way, choice, rest @ ..] = input else { return };
    if way % 2 == 0 {
        well_made(&String::from_utf8_lossy(rest), KINDS[usize::from(*choice) % KINDS.len()]);
        return;
    }
    let word = word(rest, 24);
    if word.len() < 8 {
        return;
    }
    found(&word, &encode(&word, usize::from(*choice)));
}

const KINDS: [FieldKind; 10] = [
    FieldKind::Path,
    FieldKind::Url,
    FieldKind::Host,
    FieldKind::Command,
    FieldKind::Code,
    FieldKind::Sql,
    FieldKind::Text,
    FieldKind::Identifier,
    FieldKind::Metadata,
    FieldKind::Unknown,
];

/// Makes the views of a string and checks what must hold for all of them: bounded, UTF-8, traceable, the same each time.
fn well_made(text: &str, kind: FieldKind) -> Vec<String> {
    let (limits, marks) = (ViewLimits::default(), triggers(text.as_bytes()));
    let (mut pool, mut again) = (ViewPool::default(), ViewPool::default());
    pool.begin(text.len());
    again.begin(text.len());
    let made = expand(text.as_bytes(), marks, kind, 7, &limits, &mut pool);
    assert_eq!(made, expand(text.as_bytes(), marks, kind, 7, &limits, &mut again));
    assert_eq!((pool.bytes(), pool.views()), (again.bytes(), again.views()));
    assert!(pool.views().len() <= usize::from(limits.per_string), "{} views", pool.views().len());
    assert!(
        pool.bytes().len() <= limits.total(text.len()) + pool.views().len(),
        "{} bytes of views",
        pool.bytes().len()
    );
    let mut found = Vec::new();
    for (index, view) in pool.views().iter().enumerate() {
        let own = view.span.of(pool.bytes());
        assert_eq!(own.len(), view.span.len(), "a view outside the pool");
        assert!(
            view.source == 7
                && view.parent.is_none_or(|parent| (parent as usize) < index)
                && view.depth <= limits.depth + 1
        );
        assert!(!own.contains(&SEPARATOR), "a separator inside a view");
        let decoded = std::str::from_utf8(own).expect("a view that is not UTF-8");
        let whole = Span::new(0, u32::try_from(own.len()).expect("small"));
        for part in [
            whole,
            Span::new(0, whole.end.min(1)),
            Span::new(whole.end / 2, whole.end),
            Span::new(whole.end, whole.end),
        ] {
            let source = pool.source_span(u32::try_from(index).expect("few"), part);
            assert!(
                source.start <= source.end && source.end as usize <= text.len(),
                "{part:?} of view {index} comes from {source:?}"
            );
        }
        found.push(decoded.to_owned());
    }
    found
}
