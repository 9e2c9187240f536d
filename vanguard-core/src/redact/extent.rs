//! Which bytes of a match are the secret. A rule's pattern often takes in the name in front (`api_key = …`), which stays, and often
//! ends before the secret does.

use crate::message::Span;
use crate::rules::Rule;

/// Longest way that is gone for the end of a key in armour.
const LONGEST_ARMOUR: usize = 16 << 10;
/// Longest way that is gone behind a match to the end of its word.
const LONGEST_WORD: usize = 1 << 10;
/// A shorter value is none that could be looked for anywhere.
const SHORTEST: usize = 4;

/// The bytes of `text` that are the secret in what `rule` matched at `hit`; `None` if too little is left of it.
pub(crate) fn value(rule: &Rule, text: &[u8], hit: Span) -> Option<Span> {
    let found = if let Some(check) = rule.check {
        check.word(text, hit)
    } else if rule.id.starts_with("PII-") {
        hit
    } else {
        by_form(&rule.id, text, hit)?
    };
    (found.len() >= SHORTEST).then_some(found)
}

fn by_form(rule: &str, text: &[u8], hit: Span) -> Option<Span> {
    let matched = hit.of(text);
    let start = hit.start as usize;
    let behind = |mark: &[u8]| memchr::memmem::rfind(matched, mark).map(|at| start + at + mark.len());
    match rule {
        "SECRET-PRIVATE-KEY" | "SECRET-PRIVATE-KEY-SENT" => Some(armour(text, hit)),
        "SECRET-CONNECTION-STRING" | "SECRET-URL-BASIC" => {
            let host = matched.iter().rposition(|byte| *byte == b'@')?;
            let user = memchr::memmem::find(matched, b"://")? + 3;
            let colon = memchr::memchr(b':', matched.get(user..host)?)?;
            Some(Span::of_usize(start + user + colon + 1, start + host))
        }
        "SECRET-CURL-USER" => {
            let option = behind(b"--user").or_else(|| behind(b"-u"))?;
            let skipped = text.get(option..)?.iter().take_while(|byte| b" =\"'\t".contains(byte)).count();
            Some(word(text, option + skipped, hit.end as usize))
        }
        "SECRET-PASSWORD-HASH" => {
            let colon = start + memchr::memchr(b':', matched)? + 1;
            Some(word(text, colon, hit.end as usize))
        }
        "SECRET-AZURE-SAS" => Some(word(text, behind(b"sig=")?, hit.end as usize)),
        "SECRET-PASSWORD" | "SECRET-GCP-SERVICE-ACCOUNT" => {
            // What is given behind the first `=` or `:`.
            let sign = matched.iter().position(|byte| matches!(byte, b'=' | b':'));
            let given = sign.map_or(start, |sign| start + sign + 1);
            let skip = |byte: &&u8| b" \t=>\"'`\\".contains(byte);
            let skipped = text.get(given..)?.iter().take_while(skip).count();
            Some(word(text, given + skipped, hit.end as usize))
        }
        _ => Some(hit),
    }
}

/// From `from` to the end of the word that holds what stands before `end`.
fn word(text: &[u8], from: usize, end: usize) -> Span {
    let ends = |byte: &u8| byte.is_ascii_whitespace() || b"\"'`<>\\&,;".contains(byte);
    // A closing quote that was matched is not of the word.
    let kept = text.get(from..end).unwrap_or_default();
    let quotes = kept.iter().rev().take_while(|byte| ends(byte)).count();
    let end = end.max(from) - quotes;
    let rest = text.get(end..).unwrap_or_default();
    let more = if quotes > 0 { 0 } else { rest.iter().take(LONGEST_WORD).take_while(|byte| !ends(byte)).count() };
    Span::of_usize(from, end + more)
}

/// A key in armour: to the end of its last line, or where that is missing as far as it can be one. The next key is one of its own: if each of a
/// thousand keys without an end held all that follow, each of their bytes would be looked at a hundred times.
fn armour(text: &[u8], hit: Span) -> Span {
    let start = hit.start as usize;
    let rest = text.get(start..text.len().min(start + LONGEST_ARMOUR)).unwrap_or_default();
    let behind = hit.len().min(rest.len());
    let next = rest.get(behind..).and_then(|rest| memchr::memmem::find(rest, b"-----BEGIN "));
    let rest = next.and_then(|at| rest.get(..behind + at)).unwrap_or(rest);
    let close = memchr::memmem::find(rest, b"-----END").and_then(|at| {
        let head = at + b"-----END".len();
        let line = memchr::memmem::find(rest.get(head..)?, b"-----")?;
        (line < 64).then_some(head + line + 5)
    });
    // Lines may be joined by escapes, quotes and plus signs.
    let inside = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=-_:,.() \t\r\n\\\"'".contains(byte);
    let matched = hit.len().min(rest.len());
    let open = || matched + rest.get(matched..).unwrap_or_default().iter().take_while(|byte| inside(byte)).count();
    Span::of_usize(start, start + close.unwrap_or_else(open))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form<'t>(rule: &str, text: &'t str, matched: &str) -> &'t str {
        let start = text.find(matched).unwrap();
        let hit = Span::of_usize(start, start + matched.len());
        std::str::from_utf8(by_form(rule, text.as_bytes(), hit).unwrap().of(text.as_bytes())).unwrap()
    }

    #[test]
    fn the_name_in_front_stays() {
        let url = "at postgres://app:s3cr3tPw9@db.internal/x now";
        assert_eq!(form("SECRET-CONNECTION-STRING", url, "postgres://app:s3cr3tPw9@d"), "s3cr3tPw9");
        assert_eq!(form("SECRET-CURL-USER", "curl -u \"bob:p4ss99word\" x", " -u \"bob:p4ss9"), "bob:p4ss99word");
        assert_eq!(form("SECRET-PASSWORD", "password = \"Tr0ub4dor\"", "password = \"Tr0ub4dor\""), "Tr0ub4dor");
        assert_eq!(form("SECRET-PASSWORD", "DB_PASSWORD=x9Kfh22mPq-more ok", "PASSWORD=x9Kfh22"), "x9Kfh22mPq-more");
        assert_eq!(form("SECRET-AZURE-SAS", "?x&sig=abc%2Bdef%3D&y", "&sig=abc%2B"), "abc%2Bdef%3D");
    }

    #[test]
    fn a_key_without_an_end_ends_before_the_next() {
        let key = "-----BEGIN PRIVATE KEY-----\nAAAA\nBBBB\n";
        let keys = key.repeat(3);
        let found = form("SECRET-PRIVATE-KEY", &keys, "-----BEGIN PRIVATE KEY-----\nAAAA");
        assert_eq!(found, key);
    }

    #[test]
    fn a_key_goes_with_all_its_lines() {
        let key = "-----BEGIN PRIVATE KEY-----\nAAAA\nBBBB\n-----END PRIVATE KEY-----";
        assert_eq!(form("SECRET-PRIVATE-KEY", &format!("x {key} y"), "-----BEGIN PRIVATE KEY-----\nAAAA"), key);
        let open = "-----BEGIN PRIVATE KEY-----\\nAAAA\\nBBBB";
        assert_eq!(form("SECRET-PRIVATE-KEY", &format!("{open}{{"), "-----BEGIN PRIVATE KEY-----\\nAA"), open);
    }
}
