//! Internet addresses in every spelling that some resolver takes.
//!
//! Sources: WHATWG URL, "IPv4 parser"; POSIX `inet_addr`; RFC 4291 (mapped, compatible), 2765 (translated), 6052 and 8215
//! (NAT64), 3056 (6to4), 4380 (Teredo), 5214 (ISATAP).

use std::net::{Ipv4Addr, Ipv6Addr};

/// An IPv4 address as some resolver reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct V4 {
    pub(super) address: Ipv4Addr,
    /// What readers see for whom a leading zero means nothing (`0177` is 177), if it is another address.
    pub(super) decimal: Option<Ipv4Addr>,
    /// How many numbers it was written with.
    pub(super) parts: usize,
    /// Whether a number did not fit its place.
    pub(super) overflow: bool,
    /// Whether any number has a `0x`.
    pub(super) hex: bool,
    /// Whether the last number is none to a browser, which therefore sees a name.
    pub(super) named: bool,
}

/// Reads one to four numbers, each decimal, octal or hexadecimal, the last filling the bytes that are left. Numbers that
/// don't fit are cut as C code without a check cuts them.
pub(super) fn v4(text: &[u8]) -> Option<V4> {
    let mut numbers = [Number::default(); 4];
    let mut parts = 0;
    for part in text.split(|byte| *byte == b'.') {
        *numbers.get_mut(parts)? = number(part)?;
        parts += 1;
    }
    // `o177` and `q177` are numbers only among numbers; a word alone is a name.
    if !numbers.iter().take(parts).any(|number| number.plain) {
        return None;
    }
    let numbers = numbers.get(..parts)?;
    let (address, overflow) = assemble(numbers.iter().map(|number| (number.value, number.overflow)), parts);
    let (decimal, _) = assemble(numbers.iter().map(|number| (number.decimal, false)), parts);
    Some(V4 {
        address,
        decimal: (decimal != address).then_some(decimal),
        parts,
        overflow,
        hex: numbers.iter().any(|number| number.hex),
        named: numbers.last().is_some_and(|number| !number.standard),
    })
}

#[derive(Clone, Copy, Debug, Default)]
struct Number {
    value: u32,
    decimal: u32,
    overflow: bool,
    hex: bool,
    plain: bool,
    standard: bool,
}

fn number(text: &[u8]) -> Option<Number> {
    let (digits, radix, plain, standard) = match text {
        [] => return None,
        [b'0', b'x' | b'X', digits @ ..] => (digits, 16, true, true),
        [b'0', b'o' | b'O', digits @ ..] if !digits.is_empty() => (digits, 8, true, false),
        [b'o' | b'O' | b'q' | b'Q', digits @ ..] if !digits.is_empty() => (digits, 8, false, false),
        [b'0', digits @ ..] if text.iter().all(|digit| (b'0'..=b'7').contains(digit)) => (digits, 8, true, true),
        _ => (text, 10, true, true),
    };
    let (value, overflow) = accumulate(digits, radix)?;
    let decimal =
        if radix == 8 && text.first() == Some(&b'0') { accumulate(text, 10).map(|(value, _)| value) } else { None };
    Some(Number { value, decimal: decimal.unwrap_or(value), overflow, hex: radix == 16, plain, standard })
}

/// The number modulo 2^32, and whether it was larger.
fn accumulate(digits: &[u8], radix: u32) -> Option<(u32, bool)> {
    let (mut value, mut overflow) = (0_u64, false);
    for digit in digits {
        let digit = char::from(*digit).to_digit(radix)?;
        value = value * u64::from(radix) + u64::from(digit);
        overflow |= value > u64::from(u32::MAX);
        value &= u64::from(u32::MAX);
    }
    u32::try_from(value).ok().map(|value| (value, overflow))
}

fn assemble(numbers: impl Iterator<Item = (u32, bool)>, parts: usize) -> (Ipv4Addr, bool) {
    let (mut address, mut overflow) = (0_u32, false);
    for (index, (value, too_large)) in numbers.enumerate() {
        let last = index + 1 == parts;
        let bits = if last { 8 * (5_usize.saturating_sub(parts)) as u32 } else { 8 };
        let mask = u32::MAX >> (32 - bits);
        overflow |= too_large || value > mask;
        let shift = if last { 0 } else { 24_usize.saturating_sub(8 * index) };
        address |= (value & mask) << shift;
    }
    (Ipv4Addr::from(address), overflow)
}

/// An IPv6 address, without brackets, with its zone cut off. The second value says whether there was a zone.
pub(super) fn v6(text: &[u8]) -> Option<(Ipv6Addr, bool)> {
    let end = memchr::memchr(b'%', text);
    let address = text.get(..end.unwrap_or(text.len()))?;
    // The longest spelling has 45 characters.
    if address.len() > 45 {
        return None;
    }
    let address = std::str::from_utf8(address).ok()?.parse().ok()?;
    Some((address, end.is_some()))
}

/// The IPv4 address that packets to `address` end at, where its form says so.
pub(super) fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, g, h] = address.segments();
    let v4 = |high: u16, low: u16| Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
    match [a, b, c, d, e, f] {
        [0, 0, 0, 0, 0, 0] if g == 0 && h <= 1 => None,
        [0, 0, 0, 0, 0, 0 | 0xFFFF] | [0, 0, 0, 0, 0xFFFF, 0] => Some(v4(g, h)),
        [0x64, 0xFF9B, 0 | 1, ..] => Some(v4(g, h)),
        [0x2002, high, low, ..] => Some(v4(high, low)),
        [0x2001, 0, ..] => Some(v4(!g, !h)),
        [_, _, _, _, 0 | 0x200, 0x5EFE] => Some(v4(g, h)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_spelling_of_this_machine() {
        for text in [
            "127.0.0.1",
            "2130706433",
            "0x7f000001",
            "017700000001",
            "127.1",
            "127.0.1",
            "0x7f.1",
            "0177.1",
            "0177.0.0.0x1",
            "0o177.0.0.1",
            "o177.0.0.1",
            "q177.0.0.1",
            "00000177.0.0.1",
            "0x0000007f.0.0.1",
            "127.0x000001",
        ] {
            assert_eq!(v4(text.as_bytes()).unwrap().address, Ipv4Addr::LOCALHOST, "{text}");
        }
        assert_eq!(v4(b"0177.0.0.1").unwrap().decimal, Some(Ipv4Addr::new(177, 0, 0, 1)));
        assert_eq!(v4(b"0x").unwrap().address, Ipv4Addr::UNSPECIFIED);
        assert_eq!(v4(b"08.0.0.1").unwrap().address, Ipv4Addr::new(8, 0, 0, 1));
    }

    #[test]
    fn numbers_that_do_not_fit_are_cut() {
        for text in ["425.510.425.510", "7147006462", "0x41414141A9FEA9FE", "169.254.43518"] {
            let read = v4(text.as_bytes()).unwrap();
            assert_eq!(read.address, Ipv4Addr::new(169, 254, 169, 254), "{text}");
            assert_eq!(read.overflow, text != "169.254.43518", "{text}");
        }
    }

    #[test]
    fn names_are_no_numbers() {
        for text in
            ["", ".", "1.2.3.4.5", "1..2", "1.2.3.x", "v1.2.3", "0xg", "o7", "quick", "q1.o2", "1.2.3.", "-1", "+1"]
        {
            assert_eq!(v4(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn addresses_inside_addresses() {
        let metadata = Ipv4Addr::new(169, 254, 169, 254);
        for text in [
            "::ffff:169.254.169.254",
            "::ffff:a9fe:a9fe",
            "::a9fe:a9fe",
            "::ffff:0:a9fe:a9fe",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::a9fe:a9fe",
            "2002:a9fe:a9fe::1",
            "2001::5601:5601",
            "fe80::5efe:a9fe:a9fe",
            "fe80::200:5efe:a9fe:a9fe",
        ] {
            assert_eq!(embedded(v6(text.as_bytes()).unwrap().0), Some(metadata), "{text}");
        }
        for text in ["::", "::1", "fe80::1", "2001:db8::a9fe:a9fe", "2606:4700::1"] {
            assert_eq!(embedded(v6(text.as_bytes()).unwrap().0), None, "{text}");
        }
        assert_eq!(v6(b"fe80::1%25eth0"), Some(("fe80::1".parse().unwrap(), true)));
        for text in ["12:30:45", "std::fmt", "00:1b:44:11:3a:b7", ":", "1:2:3:4:5:6:7:8:9"] {
            assert_eq!(v6(text.as_bytes()), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_spelling_is_read(octets in any::<[u8; 4]>(), parts in 1usize..=4, radix in prop::array::uniform4(0usize..5), zeros in 0usize..4) {
            let [a, b, c, d] = octets.map(u32::from);
            let numbers = match parts {
                1 => vec![a << 24 | b << 16 | c << 8 | d],
                2 => vec![a, b << 16 | c << 8 | d],
                3 => vec![a, b, c << 8 | d],
                _ => vec![a, b, c, d],
            };
            let text = numbers.iter().zip(radix).map(|(n, radix)| match radix {
                0 => format!("0x{}{n:x}", "0".repeat(zeros)),
                1 => format!("0X{n:X}"),
                2 => format!("0{}{n:o}", "0".repeat(zeros)),
                3 => format!("0o{n:o}"),
                _ => n.to_string(),
            }).collect::<Vec<_>>().join(".");
            let read = v4(text.as_bytes()).unwrap();
            prop_assert_eq!(read.address, Ipv4Addr::from(octets), "{}", text);
            prop_assert!(!read.overflow);
        }

        #[test]
        fn any_bytes(text in prop::collection::vec(any::<u8>(), 0..40)) {
            let _ = v4(&text);
            let _ = v6(&text);
        }
    }
}
