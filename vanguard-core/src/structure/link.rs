//! URLs that a client opens, shows or loads because a server says so: pages (`websiteUrl`, an elicitation's `url`), icons, and links.

use super::{Sign, is_among};
use crate::analyzers::network::{HostClass, UrlView};
use crate::finding::{Confidence, Finding, Severity};
use crate::inspection::Inspection;
use crate::message::{Field, FieldKind, NodeKind};
use crate::normalize::host::{self, UrlNote, UrlScratch};
use crate::rules::own;

/// What a client does with a link.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    /// A person is led to it.
    Page,
    /// It is loaded and drawn unasked.
    Icon,
    /// A name of something, which may be a link.
    Name,
}

const SCRIPT: Sign = sign(own::LINK_SCHEME, Severity::High, Confidence::High, &[("cwe", "79")]);
const SCHEME: Sign = sign(own::LINK_SCHEME, Severity::High, Confidence::Medium, &[("cwe", "939")]);
const ODD_SCHEME: Sign = sign(own::LINK_SCHEME, Severity::Medium, Confidence::Medium, &[("cwe", "939")]);
const CONTENT: Sign = sign(own::LINK_CONTENT, Severity::High, Confidence::High, &[("cwe", "79")]);
const DISGUISED: Sign = sign(own::LINK_DISGUISED, Severity::High, Confidence::High, &[("cwe", "451")]);
const USER: Sign = sign(own::LINK_DISGUISED, Severity::Medium, Confidence::Medium, &[("cwe", "451")]);
const LOOKALIKE: Sign = sign(own::LINK_LOOKALIKE, Severity::High, Confidence::Medium, &[("cwe", "1007")]);
const FOREIGN: Sign = sign(own::LINK_LOOKALIKE, Severity::Medium, Confidence::Low, &[("cwe", "1007")]);
const INTERNAL: Sign =
    sign(own::LINK_INTERNAL, Severity::High, Confidence::High, &[("mcp-38", "MCP-09"), ("cwe", "918")]);
const CARRIES: Sign = sign(
    own::LINK_CARRIES,
    Severity::High,
    Confidence::Medium,
    &[("mcp-38", "MCP-24"), ("atlas", "AML.T0086"), ("cwe", "200")],
);

const fn sign(
    rule: &'static str,
    severity: Severity,
    confidence: Confidence,
    taxonomy: &'static [(&'static str, &'static str)],
) -> Sign {
    Sign { rule, severity, confidence, taxonomy }
}

/// Adds what is wrong with the links of a message.
pub(super) fn judge(inspection: &Inspection<'_>, url: &mut UrlScratch, findings: &mut Vec<Finding>) {
    let tape = inspection.tape();
    let is_link = |field: &&Field| {
        field.kind == FieldKind::Url && tape.node(field.node).is_some_and(|node| node.kind == NodeKind::String)
    };
    for field in inspection.fields.iter().filter(is_link) {
        let text = field.text.of(tape.arena());
        let used = match tape.key_of(field.node) {
            b"url" | b"websiteUrl" => Use::Page,
            b"src" => Use::Icon,
            _ => Use::Name,
        };
        if let Some((sign, reason)) = wrong(text, used, url) {
            findings.push(sign.at(inspection, field.node, text, reason));
        }
    }
}

fn wrong(text: &[u8], used: Use, url: &mut UrlScratch) -> Option<(&'static Sign, &'static str)> {
    let mut letters = [0; LONGEST];
    let len = lead(text, &mut letters);
    let scheme = letters.get(..len).unwrap_or_default();
    if matches!(scheme, b"javascript" | b"vbscript" | b"livescript") {
        return Some((&SCRIPT, "the link runs a script where it is opened"));
    }
    if scheme == b"data" {
        return content(text, used);
    }
    if used == Use::Name {
        return None;
    }
    match scheme {
        b"" | b"http" | b"https" => {}
        b"mailto" if used == Use::Page => return None,
        b"file" | b"smb" | b"ftp" | b"ftps" | b"gopher" | b"ldap" | b"ldaps" | b"jar" | b"blob" | b"view-source"
        | b"filesystem" | b"ms-msdt" | b"search-ms" | b"about" | b"chrome" | b"res" | b"mhtml" | b"dict" => {
            return Some((&SCHEME, "the link leads to a file or to another protocol"));
        }
        _ => return Some((&ODD_SCHEME, "the link opens another program than a browser")),
    }
    host::parse(text, url);
    let view = UrlView::new(url.url());
    let (notes, classes) = (view.facts().notes(), view.classes());
    let has = |several: &[UrlNote]| several.iter().any(|note| notes.has(*note));
    if classes.has(HostClass::Metadata) || classes.has(HostClass::LinkLocal) {
        return Some((&INTERNAL, "the link reaches a service that hands out a machine's credentials"));
    }
    if has(&[
        UrlNote::HostInUserinfo,
        UrlNote::ParsersDisagree,
        UrlNote::EncodedScheme,
        UrlNote::PercentHost,
        UrlNote::IpObfuscated,
        UrlNote::IpOverflow,
        UrlNote::EmbeddedV4,
        UrlNote::Backslash,
    ]) {
        return Some((&DISGUISED, "the link leads to another host than a person reads in it"));
    }
    if has(&[UrlNote::MixedScriptLabel, UrlNote::ConfusableLabel]) {
        return Some((&LOOKALIKE, "the link's host is spelled to look like another"));
    }
    if has_blank(text) {
        return Some((&CARRIES, "the link is to be filled with what the conversation holds"));
    }
    if notes.has(UrlNote::Userinfo) {
        return Some((&USER, "the link has a name before its host"));
    }
    if has(&[UrlNote::Idn, UrlNote::Punycode]) {
        return Some((&FOREIGN, "the link's host has letters of another script; look at it before it is opened"));
    }
    None
}

/// Longest scheme that is told from another.
const LONGEST: usize = 16;

/// The scheme as browsers read it, in small letters: they drop blanks and controls before it, tabs and line ends in it. Empty if there
/// is none.
fn lead(text: &[u8], out: &mut [u8; LONGEST]) -> usize {
    let start = text.iter().position(|byte| *byte > b' ').unwrap_or(text.len());
    let mut len = 0;
    for byte in text.iter().skip(start).take(256).filter(|byte| !matches!(byte, b'\t' | b'\r' | b'\n')) {
        match (byte, out.get_mut(len)) {
            (b':', _) => return len,
            (byte, Some(place)) if byte.is_ascii_alphanumeric() || b"+.-".contains(byte) => {
                *place = byte.to_ascii_lowercase();
                len += 1;
            }
            _ => break,
        }
    }
    0
}

/// What a `data:` link holds: pictures may be drawn, pages and scripts may not.
fn content(text: &[u8], used: Use) -> Option<(&'static Sign, &'static str)> {
    let (head, body) = text.split_at(memchr::memchr(b',', text).unwrap_or(text.len()));
    let head = head.to_ascii_lowercase();
    let kind = head.splitn(2, |byte| *byte == b':').nth(1).unwrap_or_default();
    let kind = kind.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    match kind {
        b"image/svg+xml" => {
            let is_base = head.windows(7).any(|part| part == b";base64");
            let drawn = if is_base { unpacked(body) } else { unescaped(body) };
            runs(&drawn).then_some((&CONTENT, "the picture holds a script"))
        }
        b"text/html"
        | b"application/xhtml+xml"
        | b"text/xml"
        | b"application/xml"
        | b"text/javascript"
        | b"application/javascript" => Some((&CONTENT, "the link is a page or a script of its own")),
        _ if used == Use::Page => Some((&SCHEME, "the link is no address")),
        _ => None,
    }
}

fn unpacked(body: &[u8]) -> Vec<u8> {
    let clean: Vec<u8> =
        body.iter().copied().filter(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(byte)).collect();
    let whole = clean.len() - clean.len() % 4;
    let (groups, rest) = clean.split_at(whole);
    let mut out = data_encoding::BASE64.decode(groups).unwrap_or_default();
    out.extend(data_encoding::BASE64_NOPAD.decode(rest).unwrap_or_default());
    out
}

fn unescaped(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    while let [first, tail @ ..] = rest {
        let pair = tail.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = pair.filter(|_| *first == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok());
        out.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { tail.get(2..).unwrap_or_default() } else { tail };
    }
    out
}

/// Whether a drawing runs something: a script, a handler of an event, a page inside it, entities of its own.
fn runs(drawing: &[u8]) -> bool {
    let text = drawing.to_ascii_lowercase();
    let has = |part: &[u8]| memchr::memmem::find(&text, part).is_some();
    let handler = memchr::memmem::find_iter(&text, b"on").any(|at| {
        let before = at
            .checked_sub(1)
            .and_then(|at| text.get(at))
            .is_some_and(|byte| byte.is_ascii_whitespace() || b"/\"'".contains(byte));
        let rest = text.get(at + 2..).unwrap_or_default();
        let name = rest.iter().take(24).take_while(|byte| byte.is_ascii_lowercase()).count();
        before && name > 2 && rest.get(name..).unwrap_or_default().trim_ascii_start().starts_with(b"=")
    });
    handler
        || [&b"<script"[..], b"javascript:", b"<foreignobject", b"<iframe", b"<!entity", b"<embed"].into_iter().any(has)
}

/// Where a link has a blank that is named after what a model knows: `?d={conversation_history}`, `/<api key>`.
fn has_blank(text: &[u8]) -> bool {
    let opened =
        memchr::memchr3_iter(b'{', b'<', b'[', text).chain(memchr::memmem::find_iter(text, b"%7").map(|at| at + 2));
    // Honest links have none or few, and hostile ones need but one.
    opened.take(64).any(|at| {
        let rest = text.get(at + 1..).unwrap_or_default();
        let rest = rest.get(..rest.len().min(48)).unwrap_or_default();
        let end = rest.iter().position(|byte| b"}>]%&/?#".contains(byte)).unwrap_or(rest.len());
        let name = rest.get(..end).unwrap_or_default();
        let mut known = false;
        crate::message::for_each_word(name, |word| known |= is_among(word, OF_THE_MODEL));
        known
    })
}

/// What a model knows and a server may not.
const OF_THE_MODEL: &str = "conversation history prompt secret secrets password passwords credential credentials context \
    messages chat transcript summary cookies env environment memory apikey api token data";

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, used: Use) -> Option<&'static str> {
        wrong(text.as_bytes(), used, &mut UrlScratch::default()).map(|(sign, _)| sign.rule)
    }

    #[test]
    fn a_page_is_one_that_a_person_can_trust_their_eyes_with() {
        for (link, rule) in [
            ("javascript:alert(1)", own::LINK_SCHEME),
            (" java\tscript:alert(1)", own::LINK_SCHEME),
            ("VBScript:x", own::LINK_SCHEME),
            ("file:///etc/passwd", own::LINK_SCHEME),
            ("ms-msdt:/id", own::LINK_SCHEME),
            ("vscode://extension/x", own::LINK_SCHEME),
            ("data:text/html,<b>x</b>", own::LINK_CONTENT),
            ("data:image/png;base64,AA==", own::LINK_SCHEME),
            ("https://bank.example@evil.example/", own::LINK_DISGUISED),
            ("https://me@x.example/", own::LINK_DISGUISED),
            ("http://2130706433/", own::LINK_DISGUISED),
            ("https://bank.example\\@evil.example/", own::LINK_DISGUISED),
            ("http://169.254.169.254/latest", own::LINK_INTERNAL),
            ("http://metadata.google.internal/", own::LINK_INTERNAL),
            ("https://аррӏе.com/", own::LINK_LOOKALIKE),
            ("https://xn--80ak6aa92e.com/", own::LINK_LOOKALIKE),
            ("https://bücher.example/", own::LINK_LOOKALIKE),
            ("https://x.example/?d={conversation}", own::LINK_CARRIES),
            ("https://x.example/?d=%7Bsystem_prompt%7D", own::LINK_CARRIES),
            ("https://x.example/<your api key>", own::LINK_CARRIES),
        ] {
            assert_eq!(found(link, Use::Page), Some(rule), "{link}");
        }
        for link in [
            "https://login.example.com/authorize?client_id=7&state=x&redirect_uri=http%3A%2F%2Flocalhost%3A80%2Fcb",
            "http://localhost:3000/callback",
            "https://docs.example.com/a_(b)#c",
            "mailto:help@example.com",
            "https://192.168.1.10:8443/ui",
            "/docs/start",
            "",
            "https://x.example/orders/{id}",
        ] {
            assert_eq!(found(link, Use::Page), None, "{link}");
        }
    }

    #[test]
    fn an_icon_is_a_picture_and_runs_nothing() {
        for link in [
            "data:text/html;base64,PGI+",
            "data:image/svg+xml,<svg onload=alert(1)>",
            "data:image/svg+xml,%3Csvg%3E%3Cscript%3E1%3C/script%3E",
            "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIG9ubG9hZD0iYWxlcnQoMSkiPjwvc3ZnPg==",
            "DATA:IMAGE/SVG+XML;charset=utf8,<svg><a href='JavaScript:x'/></svg>",
        ] {
            assert_eq!(found(link, Use::Icon), Some(own::LINK_CONTENT), "{link}");
        }
        for link in [
            "data:image/png;base64,iVBORw0KGgo=",
            "data:image/svg+xml;utf8,<svg xmlns='http://www.w3.org/2000/svg' version='1.1'><path d='M1 1'/></svg>",
            "https://example.com/icon.svg",
            "/icon.png",
        ] {
            assert_eq!(found(link, Use::Icon), None, "{link}");
        }
    }

    #[test]
    fn a_name_may_have_any_scheme_but_a_script() {
        for name in [
            "file:///srv/a.md",
            "notes://today",
            "ui://widget/x.html",
            "postgres://host/db",
            "data:image/png;base64,AA==",
            "git@x:y",
        ] {
            assert_eq!(found(name, Use::Name), None, "{name}");
        }
        assert_eq!(found("javascript:x()", Use::Name), Some(own::LINK_SCHEME));
        assert_eq!(found("data:text/html,<script>", Use::Name), Some(own::LINK_CONTENT));
    }
}
