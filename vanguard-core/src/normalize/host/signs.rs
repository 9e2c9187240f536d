//! Signs that no host has: what a value holds that is meant for the shell behind the field.
//!
//! People put more into a field for a host than hosts: lists (`a;b`, `a, b`), ranges (`web{1..3}`), placeholders (`${HOST}`, `<host>`),
//! names of machines (`Bob's MacBook`, `R&D-2`), shares and instances (`sql-01\REPORT`). None of that is meant.

/// Whether `text` holds such a sign. One pass for each kind of sign.
pub(super) fn are_in(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b".:-_[]".contains(byte);
    // An address as a whole may end in `&` and hold escapes; its reader looks at those.
    let is_url = || memchr::memmem::find(text, b"://").is_some();
    !text.iter().all(plain)
        && (splices(text)
            || expands(text)
            || writes(text)
            || names_a_file(text)
            || (dangles(text) || breaks(text)) && !is_url())
}

/// `x &&`, `x |`, `||`: it ends in what needs something behind it. A list may end as its entries do: `a; b;`.
fn dangles(text: &[u8]) -> bool {
    match text.last() {
        Some(b'&' | b'|') => true,
        Some(b';') => memchr::memchr_iter(b';', text).count() == 1,
        _ => false,
    }
}

/// `w'h'o`, `ca"t"`, `'x /y`: quotes inside a word, or one that nothing closes.
fn splices(text: &[u8]) -> bool {
    const LONGEST: usize = 24;
    let open =
        matches!(text.split_first(), Some((quote @ (b'\'' | b'"'), rest)) if memchr::memchr(*quote, rest).is_none());
    open || memchr::memchr2_iter(b'\'', b'"', text).any(|at| {
        let (before, rest) = text.split_at(at);
        let Some((quote, rest)) = rest.split_first() else { return false };
        let len = rest.iter().take(LONGEST).position(|byte| byte == quote || byte.is_ascii_whitespace());
        // `rock'n'roll`
        let inside = len.and_then(|len| rest.get(..len)).filter(|inside| *inside != b"n");
        before.last().is_some_and(u8::is_ascii_alphanumeric)
            && inside.is_some_and(|inside| rest.get(inside.len()) == Some(quote))
    })
}

/// `{,id}`, `{cat,/etc/x}`: braces with an empty part, or of which a command is made.
fn expands(text: &[u8]) -> bool {
    let empty = memchr::memmem::find(text, b"{,").is_some() || memchr::memmem::find(text, b",}").is_some();
    empty
        || matches!(text, [b'{', inner @ .., b'}'] if memchr::memchr(b',', inner).is_some()
            && (inner.iter().any(|byte| b"/$#'\"|;&<>".contains(byte)) || memchr::memmem::find(inner, b",-").is_some()))
}

/// `> /tmp/x`: a redirect and nothing that it is for.
fn writes(text: &[u8]) -> bool {
    text.first() == Some(&b'>') && text.len() > 1
}

/// `x%0aid`, `x\nid`: an encoded end of the line.
fn breaks(text: &[u8]) -> bool {
    const BEHIND: [&[u8]; 6] = [b"id", b"ls", b"ps", b"pwd", b"env", b"cat"];
    memchr::memchr2_iter(b'%', b'\\', text).any(|at| match text.get(at..).unwrap_or_default() {
        [b'%', b'0', letter, ..] => matches!(letter, b'a' | b'A' | b'd' | b'D'),
        // `corp\nick` signs in somewhere.
        [b'\\', b'n' | b'r', rest @ ..] => {
            let word = rest.iter().position(|byte| byte.is_ascii_whitespace()).unwrap_or(rest.len());
            rest.get(..word).is_some_and(|word| BEHIND.contains(&word))
        }
        _ => false,
    })
}

/// `x /var/log/y`: a file of the system behind a word or two. What has options is the command line of a server.
fn names_a_file(text: &[u8]) -> bool {
    let path =
        |word: &[u8]| word.strip_prefix(b"/").and_then(|rest| memchr::memchr(b'/', rest)).is_some_and(|at| at > 0);
    let mut words = text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).take(3);
    words.next().is_some() && words.take_while(|word| !word.starts_with(b"-")).any(path)
}

#[cfg(test)]
mod tests {
    use super::are_in;

    #[test]
    fn signs_that_no_host_has_are_found() {
        for text in [
            "10.0.0.1 &&",
            "x|",
            "&&",
            "x.example;",
            "w'h'oami",
            "c\"a\"t",
            "'nl /x",
            "{,id}",
            "{ls,-l}",
            "{tac,/etc/hosts}",
            "> /tmp/x",
            "x.example%0Als",
            "%0d%0a",
            "x.example\\nid",
            "x\\ncat /y",
            "x /var/log/y",
            "/???/c?t /etc/hosts",
        ] {
            assert!(are_in(text.as_bytes()), "{text}");
        }
        for text in [
            "",
            "x.example",
            "a;b;",
            "a, b",
            "R&D-2",
            "Bob's MacBook",
            "rock'n'roll",
            "\"x.example\"",
            "{host}",
            "${HOST}",
            "<host>",
            "web{1..3}.x.example",
            "web{a,b}",
            "{db1,db2}",
            "fe80::1%eth0",
            "sql-01\\news",
            "\\\\nas\\share",
            "10.0.0.0/8",
            "unix:///run/x.sock",
            "tcp / udp",
            "https://x.example/a/b",
            "https://x.example/?a=1&",
            "https://x.example/%0a",
            "uvx a-server --root /srv/data",
            "{{ host }}",
            "a b",
        ] {
            assert!(!are_in(text.as_bytes()), "{text}");
        }
    }
}
