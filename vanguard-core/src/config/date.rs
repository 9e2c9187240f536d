//! Dates for `expires`, by RFC 3339 and no laxer.

use std::time::Duration;

const FORM: &str = "write `2026-03-01` or `2026-03-01T12:00:00Z`";

/// The instant `text` names, since the Unix epoch: a date (its first second, UTC) or a date-time with `Z` or an offset. Instants
/// before 1970 count as 1970. The error says what is wrong and what would be right.
pub(crate) fn parse(text: &str) -> Result<Duration, (&'static str, &'static str)> {
    let mut rest = text.as_bytes();
    let form = ("expected a date", FORM);
    let year = digits(&mut rest, 4).ok_or(form)?;
    mark(&mut rest, b"-").ok_or(form)?;
    let month = digits(&mut rest, 2).ok_or(form)?;
    mark(&mut rest, b"-").ok_or(form)?;
    let day = digits(&mut rest, 2).ok_or(form)?;
    if !(1..=12).contains(&month) || day < 1 || day > days_in(year, month) {
        return Err(("there is no such day", FORM));
    }
    let mut seconds = days_since_epoch(year, month, day) * 86_400;
    let mut nanos = 0;
    if !rest.is_empty() {
        mark(&mut rest, b"Tt ").ok_or(form)?;
        let hour = digits(&mut rest, 2).ok_or(form)?;
        mark(&mut rest, b":").ok_or(form)?;
        let minute = digits(&mut rest, 2).ok_or(form)?;
        mark(&mut rest, b":").ok_or(form)?;
        let second = digits(&mut rest, 2).ok_or(form)?;
        if mark(&mut rest, b".").is_some() {
            nanos = fraction(&mut rest).ok_or(form)?;
        }
        // 60 is a leap second.
        if hour > 23 || minute > 59 || second > 60 {
            return Err(("there is no such time of day", FORM));
        }
        seconds += hour * 3600 + minute * 60 + second - offset(&mut rest)?;
    }
    if !rest.is_empty() {
        return Err(form);
    }
    Ok(u64::try_from(seconds).map_or(Duration::ZERO, |seconds| Duration::new(seconds, nanos)))
}

/// Seconds east of UTC.
fn offset(rest: &mut &[u8]) -> Result<i64, (&'static str, &'static str)> {
    let missing = ("the time has no offset", "add `Z` for UTC or an offset such as `+02:00`");
    let sign = match mark(rest, b"Zz+-").ok_or(missing)? {
        b'+' => 1,
        b'-' => -1,
        _ => return Ok(0),
    };
    let hour = digits(rest, 2).ok_or(missing)?;
    mark(rest, b":").ok_or(missing)?;
    let minute = digits(rest, 2).ok_or(missing)?;
    if hour > 23 || minute > 59 {
        return Err(("there is no such offset", "offsets go from `-23:59` to `+23:59`"));
    }
    Ok(sign * (hour * 3600 + minute * 60))
}

fn digits(rest: &mut &[u8], count: usize) -> Option<i64> {
    let (head, tail) = rest.split_at_checked(count)?;
    *rest = tail;
    head.iter().try_fold(0, |value, byte| byte.is_ascii_digit().then(|| value * 10 + i64::from(byte - b'0')))
}

/// Up to nine digits count; more are allowed and dropped.
fn fraction(rest: &mut &[u8]) -> Option<u32> {
    let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (head, tail) = rest.split_at_checked(count).filter(|_| count > 0)?;
    *rest = tail;
    let nanos = head.iter().chain(std::iter::repeat(&b'0')).take(9);
    Some(nanos.fold(0, |value, byte| value * 10 + u32::from(byte - b'0')))
}

fn mark(rest: &mut &[u8], allowed: &[u8]) -> Option<u8> {
    let (first, tail) = rest.split_first()?;
    allowed.contains(first).then(|| {
        *rest = tail;
        *first
    })
}

const fn days_in(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Howard Hinnant's `days_from_civil`, for years 0 to 9999.
const fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn dates_and_times_are_instants() {
        for (text, seconds) in [
            ("1970-01-01", 0),
            ("2000-02-29", 951_782_400),
            ("2026-03-01", 1_772_323_200),
            ("2026-03-01T12:00:00Z", 1_772_366_400),
            ("2026-03-01 14:00:00+02:00", 1_772_366_400),
            ("2026-03-01t10:30:00-01:30", 1_772_366_400),
            ("2016-12-31T23:59:60Z", 1_483_228_800),
            ("9999-12-31T23:59:59Z", 253_402_300_799),
            ("1960-01-01", 0),
        ] {
            assert_eq!(parse(text).map(|at| at.as_secs()), Ok(seconds), "{text}");
        }
        assert_eq!(parse("1970-01-01T00:00:01.5Z").unwrap().as_millis(), 1500);
    }

    #[test]
    fn what_is_no_date_says_why() {
        for (text, why) in [
            ("", "expected a date"),
            ("tomorrow", "expected a date"),
            ("2026-3-1", "expected a date"),
            ("01.03.2026", "expected a date"),
            ("2026-03-01Z", "expected a date"),
            ("2026-02-29", "there is no such day"),
            ("2026-13-01", "there is no such day"),
            ("2026-03-01T12:00:00", "the time has no offset"),
            ("2026-03-01T12:00", "expected a date"),
            ("2026-03-01T25:00:00Z", "there is no such time of day"),
            ("2026-03-01T12:00:00Zx", "expected a date"),
            ("2026-03-01T12:00:00.Z", "expected a date"),
            ("2026-03-01T12:00:00+24:00", "there is no such offset"),
        ] {
            assert_eq!(parse(text).unwrap_err().0, why, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics_and_days_are_in_order(text in "\\PC{0,30}", year in 1970i64..9999, month in 1i64..13, day in 1i64..28) {
            let _ = parse(&text);
            let at = |day: i64| parse(&format!("{year}-{month:02}-{day:02}")).unwrap().as_secs();
            proptest::prop_assert_eq!(at(day + 1) - at(day), 86_400);
        }
    }
}
