//! What nobody can read: entropy of what is decoded, with the ceiling that its length sets.

use super::flow::decode::{Spelling, runs};

/// What a blob is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Blob {
    /// A picture, a sound, a film, a font: by its first bytes.
    Media,
    /// An archive or a compressed file.
    Archive,
    /// As good as random: ciphertext, a key.
    Noise,
    /// Anything that has a form.
    Other,
}

/// Shannon entropy in bits a byte.
pub(crate) fn entropy(bytes: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in bytes {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count += 1;
        }
    }
    let all = bytes.len() as f64;
    let bits = |count: &u32| f64::from(*count) * (all / f64::from(*count)).log2();
    counts.iter().filter(|count| **count > 0).map(bits).sum::<f64>() / all.max(1.0)
}

/// What random bytes of this length come to: short ones can't reach eight bits.
fn ceiling(length: usize) -> f64 {
    let all = length.max(2) as f64;
    // Miller and Madow's correction.
    (8.0 - 255.0 / (2.0 * all * std::f64::consts::LN_2)).min(all.log2())
}

/// What these bytes are. Fewer than 96 are nothing in particular.
pub(crate) fn kind(bytes: &[u8]) -> Blob {
    const MEDIA: [&[u8]; 14] = [
        b"\x89PNG",
        b"\xff\xd8\xff",
        b"GIF8",
        b"RIFF",
        b"BM",
        b"OggS",
        b"ID3",
        b"\xff\xfb",
        b"wOFF",
        b"wOF2",
        b"%PDF",
        b"\0asm",
        b"fLaC",
        b"II*\0",
    ];
    const ARCHIVES: [&[u8]; 8] = [
        b"PK\x03\x04",
        b"\x1f\x8b",
        b"\xfd7zXZ",
        b"\x28\xb5\x2f\xfd",
        b"BZh",
        b"7z\xbc\xaf",
        b"Rar!",
        b"SQLite format",
    ];
    let begins = |any: &[&[u8]]| any.iter().any(|lead| bytes.starts_with(lead));
    if begins(&MEDIA) || bytes.get(4..8) == Some(b"ftyp") {
        return Blob::Media;
    }
    if begins(&ARCHIVES) {
        return Blob::Archive;
    }
    let sample = bytes.get(..bytes.len().min(64 << 10)).unwrap_or(bytes);
    if sample.len() >= 96 && entropy(sample) >= ceiling(sample.len()) * 0.96 { Blob::Noise } else { Blob::Other }
}

/// The blob that a text spells, and how many bytes it has: runs of base64 or hexadecimal that look like it. Words and paths are in those
/// alphabets too, and don't.
pub(crate) fn blob(text: &str) -> Option<(Blob, usize)> {
    let text = text.split_once(";base64,").map_or(text, |(_, data)| data);
    let long = text
        .split(|char: char| !(char.is_ascii_alphanumeric() || matches!(char, '+' | '/' | '-' | '_')))
        .filter(|run| run.len() >= 64);
    let mut coded = String::new();
    for run in long.filter(|run| is_coded(run)) {
        coded.push_str(run);
    }
    let hex = !coded.is_empty() && coded.bytes().all(|byte| byte.is_ascii_hexdigit());
    let decoded = runs(coded.as_bytes(), if hex { Spelling::Hex } else { Spelling::Base64 })?;
    Some((kind(&decoded), decoded.len()))
}

/// Whether a run of letters and digits is spread as an encoding is, not as words are.
pub(crate) fn is_coded(run: &str) -> bool {
    let (mut upper, mut lower, mut digits, mut marks) = (0, 0, 0, 0);
    for byte in run.bytes() {
        match byte {
            b'A'..=b'Z' => upper += 1,
            b'a'..=b'z' => lower += 1,
            b'0'..=b'9' => digits += 1,
            _ => marks += 1,
        }
    }
    let all = run.len();
    let hex = run.bytes().all(|byte| byte.is_ascii_hexdigit()) && digits * 10 >= all * 3 && digits * 10 <= all * 9;
    hex || upper * 100 >= all * 15 && lower * 100 >= all * 15 && digits * 100 >= all * 4 && marks * 100 <= all * 12
}

#[cfg(test)]
mod tests {
    use super::{Blob, blob, entropy, kind};
    use data_encoding::{BASE64, HEXLOWER};

    /// Bytes without form, the same each time.
    fn noise(count: usize) -> Vec<u8> {
        let mut state = 0x1234_5678_9abc_def1_u64;
        let next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 24) as u8
        };
        std::iter::repeat_with(next).take(count).collect()
    }

    #[test]
    fn noise_is_told_at_every_length() {
        for length in [96, 128, 200, 300, 512, 1000, 4096, 100_000] {
            assert_eq!(kind(&noise(length)), Blob::Noise, "{length} {}", entropy(&noise(length)));
        }
        assert!(entropy(&noise(100_000)) > 7.9 && entropy(b"aaaa") < 0.1);
    }

    #[test]
    fn what_has_a_form_is_no_noise() {
        let text = include_str!("opaque.rs");
        assert_eq!(kind(text.as_bytes()), Blob::Other);
        assert_eq!(blob(&BASE64.encode(text.as_bytes())).unwrap().0, Blob::Other);
        assert_eq!(blob(text), None);
        let picture = [b"\x89PNG\r\n\x1a\n".as_slice(), &noise(3000)].concat();
        assert_eq!(blob(&format!("data:image/png;base64,{}", BASE64.encode(&picture))).unwrap().0, Blob::Media);
        for honest in [
            "/usr/local/lib/python3.12/site-packages/numpy/core/tests/test_multiarray",
            "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
            "9fceb02d0ae598e95dc970b74767f19372d61af8",
        ] {
            assert_eq!(blob(honest), None, "{honest}");
        }
        let minified =
            "function(e,t){var n=e.length;for(var r=0;r<n;r++)if(t(e[r]))return e[r];return null}".repeat(20);
        assert_eq!(blob(&minified), None);
    }

    #[test]
    fn ciphertext_and_archives_are_told_in_both_alphabets() {
        assert_eq!(blob(&BASE64.encode(&noise(600))), Some((Blob::Noise, 600)));
        assert_eq!(blob(&HEXLOWER.encode(&noise(600))), Some((Blob::Noise, 600)));
        let archive = [b"\x1f\x8b\x08".as_slice(), &noise(500)].concat();
        assert_eq!(blob(&BASE64.encode(&archive)).unwrap().0, Blob::Archive);
    }
}
