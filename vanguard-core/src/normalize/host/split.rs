//! Where the parts of a URL are, as RFC 3986 and as WHATWG readers see them.

use crate::message::Span;

/// The parts before the authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Start<'t> {
    /// The outermost scheme; empty if there is none.
    pub(super) scheme: &'t [u8],
    /// The scheme that a wrapper such as `jar:` or `jdbc:` wraps; empty if there is none.
    pub(super) inner: &'t [u8],
    /// Where what follows the last scheme's colon begins.
    pub(super) rest: usize,
}

impl<'t> Start<'t> {
    /// The scheme that decides how the rest is read.
    pub(super) fn deciding(&self) -> &'t [u8] {
        if self.inner.is_empty() { self.scheme } else { self.inner }
    }
}

/// Schemes for which browsers take any slashes, either way round, for `//` (WHATWG "special").
const SPECIAL: [&[u8]; 5] = [b"http", b"https", b"ws", b"wss", b"ftp"];

/// Schemes that may stand before another URL.
const WRAPPERS: [&[u8]; 9] =
    [b"jar", b"url", b"view-source", b"blob", b"feed", b"jdbc", b"filesystem", b"wyciwyg", b"ws+unix"];

/// Schemes that are read as such even without `//` behind them; what is not here and has no slashes may be `host:port`.
const OPAQUE: [&[u8]; 22] = [
    b"mailto",
    b"urn",
    b"data",
    b"javascript",
    b"vbscript",
    b"tel",
    b"sms",
    b"about",
    b"geo",
    b"cid",
    b"mid",
    b"news",
    b"sip",
    b"sips",
    b"magnet",
    b"file",
    b"netdoc",
    b"ldap",
    b"ldaps",
    b"gopher",
    b"dict",
    b"livescript",
];

/// Schemes whose `//` does not introduce a host: PHP's stream wrappers and their kin.
const HOSTLESS: [&[u8]; 14] = [
    b"php",
    b"expect",
    b"phar",
    b"zip",
    b"data",
    b"glob",
    b"rar",
    b"ogg",
    b"zlib",
    b"compress.zlib",
    b"compress.bzip2",
    b"netdoc",
    b"javascript",
    b"vbscript",
];

fn among(name: &[u8], list: &[&[u8]]) -> bool {
    list.iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// Whether the scheme, lower-case, is one that web addresses have.
pub(super) fn is_web(scheme: &[u8]) -> bool {
    SPECIAL.contains(&scheme)
}

/// Whether a user name could be taken for a host: labels with dots between them and a top-level domain, a host behind an
/// escaped slash, or an IPv4 address.
pub(super) fn looks_like_host(userinfo: &[u8]) -> bool {
    let user = userinfo.split(|byte| *byte == b':').next().unwrap_or_default();
    let slash = memchr::memmem::find(user, b"%2f").or_else(|| memchr::memmem::find(user, b"%2F"));
    let name = slash.and_then(|slash| user.get(..slash)).unwrap_or(user);
    let mut labels = name.rsplit(|byte| *byte == b'.');
    let top = labels.next().unwrap_or_default();
    let rest = labels.clone().count();
    let domain = rest > 0 && top.len() > 1 && top.iter().all(u8::is_ascii_alphabetic);
    let address = rest == 3 && super::address::v4(name).is_some();
    let plain = labels.all(|label| !label.is_empty() && label.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-'));
    plain && (domain || address)
}

/// Finds the scheme, and the one behind a wrapper.
pub(super) fn start(text: &[u8]) -> Start<'_> {
    let Some(scheme) = scheme(text, false) else { return Start { scheme: &[], inner: &[], rest: 0 } };
    let mut rest = scheme.len() + 1;
    let mut inner: &[u8] = &[];
    let mut wrapper = scheme;
    // Wrappers of wrappers (`jar:jar:http:`) are unwrapped a few times.
    for _ in 0..4 {
        if !among(wrapper, &WRAPPERS) {
            break;
        }
        let Some(next) = text.get(rest..).and_then(|rest| self::scheme(rest, true)) else { break };
        inner = next;
        wrapper = next;
        rest += next.len() + 1;
    }
    Start { scheme, inner, rest }
}

/// The scheme that `text` begins with. A drive letter is none, nor is a host before its port.
fn scheme(text: &[u8], wrapped: bool) -> Option<&[u8]> {
    if !text.first().is_some_and(u8::is_ascii_alphabetic) {
        return None;
    }
    let end =
        text.iter().position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'.' | b'-' | b'_')))?;
    let (name, rest) = text.split_at_checked(end)?;
    let [b':', rest @ ..] = rest else { return None };
    if name.len() < 2 {
        return None;
    }
    let slashes = matches!(rest, [b'/' | b'\\', b'/' | b'\\', ..]);
    let known = among(name, &SPECIAL) || among(name, &OPAQUE) || among(name, &WRAPPERS) || among(name, &HOSTLESS);
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let port = digits > 0 && matches!(rest.get(digits), None | Some(b'/' | b'?' | b'#' | b'\\'));
    let plain_word = name.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-'));
    (slashes || known || (!port && plain_word && (wrapped || !rest.is_empty()))).then_some(name)
}

/// Where an authority lies, and how it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Authority {
    pub(super) span: Span,
    /// Whether anything but two forward slashes led to it.
    pub(super) odd: bool,
    /// Whether a backslash led to it or ended it.
    pub(super) backslash: bool,
}

/// The authority as browsers find it.
pub(super) fn browser_authority(text: &[u8], start: &Start<'_>) -> Option<Authority> {
    let mut authority = find_authority(text, start)?;
    // `jar:http://host!/entry`: the archive's URL ends at the mark.
    if start.scheme.eq_ignore_ascii_case(b"jar")
        && let Some(mark) = memchr::memchr(b'!', authority.span.of(text))
    {
        authority.span = Span::of_usize(authority.span.start as usize, authority.span.start as usize + mark);
    }
    Some(authority)
}

fn find_authority(text: &[u8], start: &Start<'_>) -> Option<Authority> {
    let scheme = start.deciding();
    let rest = text.get(start.rest..)?;
    if scheme.is_empty() {
        return bare_authority(text);
    }
    if among(scheme, &HOSTLESS) {
        return None;
    }
    if among(scheme, &SPECIAL) {
        let slashes = rest.iter().take_while(|byte| matches!(byte, b'/' | b'\\')).count();
        let leading = rest.get(..slashes).unwrap_or_default();
        let from = start.rest + slashes;
        let end = from
            + rest
                .get(slashes..)?
                .iter()
                .position(|byte| matches!(byte, b'/' | b'\\' | b'?' | b'#'))
                .unwrap_or(rest.len() - slashes);
        return Some(Authority {
            span: Span::of_usize(from, end),
            odd: leading != b"//",
            backslash: leading.contains(&b'\\') || text.get(end) == Some(&b'\\'),
        });
    }
    let file = scheme.eq_ignore_ascii_case(b"file");
    let separator = |byte: &u8| *byte == b'/' || (file && *byte == b'\\');
    match rest {
        [a, b, after @ ..] if separator(a) && separator(b) => {
            let from = start.rest + 2;
            let ends = |byte: &u8| separator(byte) || matches!(byte, b'?' | b'#');
            let end = from + after.iter().position(ends).unwrap_or(after.len());
            Some(Authority { span: Span::of_usize(from, end), odd: false, backslash: *a == b'\\' || *b == b'\\' })
        }
        _ => None,
    }
}

/// The authority as RFC 3986 defines it: after `//`, up to the next `/`, `?` or `#`.
pub(super) fn rfc_authority(text: &[u8], start: &Start<'_>) -> Option<Span> {
    if start.scheme.is_empty() || among(start.deciding(), &HOSTLESS) {
        return None;
    }
    let after = text.get(start.rest..)?.strip_prefix(b"//")?;
    let from = start.rest + 2;
    let jar = start.scheme.eq_ignore_ascii_case(b"jar");
    let ends = |byte: &u8| matches!(byte, b'/' | b'?' | b'#') || (jar && *byte == b'!');
    let end = from + after.iter().position(ends).unwrap_or(after.len());
    Some(Span::of_usize(from, end))
}

/// A host without scheme, perhaps after `//` or `\\`.
fn bare_authority(text: &[u8]) -> Option<Authority> {
    let from = if matches!(text, [b'/', b'/', ..] | [b'\\', b'\\', ..]) { 2 } else { 0 };
    let rest = text.get(from..)?;
    let end = from + rest.iter().position(|byte| matches!(byte, b'/' | b'\\' | b'?' | b'#')).unwrap_or(rest.len());
    Some(Authority { span: Span::of_usize(from, end), odd: false, backslash: false })
}

/// The parts of an authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) userinfo: Option<Span>,
    pub(super) host: Span,
    pub(super) port: Option<u16>,
    pub(super) bad_port: bool,
}

/// Divides the authority at `span`: at its last `@` as WHATWG says, or at its first as parsers by regex do.
pub(super) fn divide(text: &[u8], span: Span, last_at: bool) -> Parts {
    let authority = span.of(text);
    let at = if last_at { memchr::memrchr(b'@', authority) } else { memchr::memchr(b'@', authority) };
    let start = span.start as usize;
    let userinfo = at.map(|at| Span::of_usize(start, start + at));
    let from = start + at.map_or(0, |at| at + 1);
    let rest = text.get(from..span.end as usize).unwrap_or_default();
    // A second `@` ends the host for those who cut at the first.
    let rest = rest.get(..memchr::memchr(b'@', rest).unwrap_or(rest.len())).unwrap_or(rest);
    let colon = match rest.first() {
        Some(b'[') => memchr::memchr(b']', rest).map(|close| close + 1).filter(|after| rest.get(*after) == Some(&b':')),
        _ if memchr::memchr_iter(b':', rest).nth(1).is_some() && super::address::v6(rest).is_some() => None,
        _ => memchr::memchr(b':', rest),
    };
    let host_end = from + colon.unwrap_or(rest.len());
    let port_text = colon.and_then(|colon| rest.get(colon + 1..)).unwrap_or_default();
    let port = std::str::from_utf8(port_text)
        .ok()
        .filter(|text| text.bytes().all(|b| b.is_ascii_digit()))
        .and_then(|text| text.parse().ok());
    Parts { userinfo, host: Span::of_usize(from, host_end), port, bad_port: port.is_none() && !port_text.is_empty() }
}
