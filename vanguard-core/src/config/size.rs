//! Numbers of bytes, written with their unit.

use std::fmt;

/// A number of bytes. Written `32MiB`, `64 kB` or as a plain number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteSize(pub u64);

/// Units, the largest that fits first when shown. `kB`, `MB` and `GB` count in thousands, `KiB`, `MiB` and `GiB` in 1024s.
const UNITS: [(&str, u64); 7] = [
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("kB", 1000),
    ("B", 1),
];

impl ByteSize {
    /// What the schema says of the same text.
    pub(crate) const PATTERN: &str = "^[0-9]{1,10} ?(B|kB|MB|GB|KiB|MiB|GiB)$";

    /// Reads a number with its unit; `None` if it has another form.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let count = text.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, unit) = text.split_at_checked(count).filter(|_| (1..=10).contains(&count))?;
        let unit = unit.strip_prefix(' ').unwrap_or(unit);
        let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit)?;
        digits.parse::<u64>().ok()?.checked_mul(*factor).map(Self)
    }
}

impl fmt::Display for ByteSize {
    /// With the largest binary unit that keeps it whole.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = UNITS.iter().take(3).find(|(_, factor)| self.0 > 0 && self.0.is_multiple_of(*factor));
        let (name, factor) = unit.copied().unwrap_or(("B", 1));
        write!(f, "{}{name}", self.0 / factor)
    }
}

#[cfg(test)]
mod tests {
    use super::ByteSize;

    #[test]
    fn sizes_are_read_and_shown() {
        for (text, bytes) in [("32MiB", 32 << 20), ("1 KiB", 1024), ("64kB", 64_000), ("5B", 5), ("2GB", 2_000_000_000)]
        {
            assert_eq!(ByteSize::parse(text), Some(ByteSize(bytes)), "{text}");
        }
        for text in ["", "MiB", "32", "32 mib", "1.5MiB", "-1B", "1  MiB", "1MiB ", "99999999999B"] {
            assert_eq!(ByteSize::parse(text), None, "{text}");
        }
        assert_eq!(ByteSize(32 << 20).to_string(), "32MiB");
        assert_eq!(ByteSize(1500).to_string(), "1500B");
        assert_eq!(ByteSize(0).to_string(), "0B");
    }

    proptest::proptest! {
        #[test]
        fn what_is_shown_is_read_back(bytes in 0u64..9_999_999_999) {
            proptest::prop_assert_eq!(ByteSize::parse(&ByteSize(bytes).to_string()), Some(ByteSize(bytes)));
        }
    }
}
