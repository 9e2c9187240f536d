//! Escapes of `$'…'`, `printf` and `echo -e`.

/// One escape of `$'…'` and `printf` after its backslash: its bytes, how many of them, and how much of `text` it took.
pub(super) fn escape(text: &[u8]) -> ([u8; 4], usize, usize) {
    let one = |byte: u8| ([byte, 0, 0, 0], 1, 1);
    match text.first().copied() {
        Some(b'n') => one(b'\n'),
        Some(b't') => one(b'\t'),
        Some(b'r') => one(b'\r'),
        Some(b'a') => one(7),
        Some(b'b') => one(8),
        Some(b'e' | b'E') => one(27),
        Some(b'f') => one(12),
        Some(b'v') => one(11),
        Some(b'0'..=b'7') => {
            // `\0NNN` (printf, echo -e) and `\NNN`.
            let longest = if text.first() == Some(&b'0') { 4 } else { 3 };
            let (value, used) = number(text, 8, longest);
            ([value.to_le_bytes()[0], 0, 0, 0], 1, used)
        }
        Some(b'x') => match number(text.get(1..).unwrap_or_default(), 16, 2) {
            (_, 0) => ([b'\\', b'x', 0, 0], 2, 1),
            (value, used) => ([value.to_le_bytes()[0], 0, 0, 0], 1, used + 1),
        },
        Some(letter @ (b'u' | b'U')) => {
            let (value, used) = number(text.get(1..).unwrap_or_default(), 16, if letter == b'u' { 4 } else { 8 });
            match char::from_u32(value).filter(|_| used > 0) {
                Some(letter) => {
                    let mut bytes = [0; 4];
                    let len = letter.encode_utf8(&mut bytes).len();
                    (bytes, len, used + 1)
                }
                None => ([b'\\', letter, 0, 0], 2, 1),
            }
        }
        Some(b'c') => ([text.get(1).copied().unwrap_or(0) & 0x1f, 0, 0, 0], 1, 2),
        Some(byte @ (b'\\' | b'\'' | b'"' | b'?')) => one(byte),
        Some(byte) => ([b'\\', byte, 0, 0], 2, 1),
        None => ([b'\\', 0, 0, 0], 1, 0),
    }
}

fn number(text: &[u8], radix: u32, longest: usize) -> (u32, usize) {
    let mut value = 0_u32;
    let mut used = 0;
    for byte in text.iter().take(longest) {
        let Some(digit) = char::from(*byte).to_digit(radix) else { break };
        value = value.wrapping_mul(radix).wrapping_add(digit);
        used += 1;
    }
    (value, used)
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn escapes_are_read_as_bash_does() {
        for (text, bytes, used) in [
            ("x41b", "A", 3),
            ("101", "A", 3),
            ("0101", "A", 4),
            ("u0041", "A", 5),
            ("u00e9", "é", 5),
            ("U0001F600x", "😀", 9),
            ("n", "\n", 1),
            ("q", "\\q", 1),
            ("xzz", "\\x", 1),
            ("", "\\", 0),
        ] {
            let (found, len, took) = escape(text.as_bytes());
            assert_eq!((&found[..len], took), (bytes.as_bytes(), used), "{text}");
        }
    }
}
