//! Expressions that a template engine would run.

use super::CodeScratch;
use super::fact::Fact;
use crate::message::Span;

/// Finds every expression between an engine's signs, the innermost one where they nest.
pub(super) fn read(text: &[u8], s: &mut CodeScratch) {
    let mut open: Option<usize> = None;
    for at in memchr::memmem::find_iter(text, b"<?") {
        let rest = text.get(at + 2..).unwrap_or_default();
        if rest.first().is_some_and(|next| next.is_ascii_whitespace() || *next == b'=')
            || rest.get(..3).is_some_and(|word| word.eq_ignore_ascii_case(b"php"))
        {
            s.note(Fact::OpenTag, Span::of_usize(at, at + 2));
        }
    }
    for at in memchr::memchr3_iter(b'{', b'}', b'%', text) {
        let (before, here, next) = (at.checked_sub(1).and_then(|at| text.get(at)), text.get(at), text.get(at + 1));
        match (before, here, next) {
            (Some(b'{' | b'$' | b'#' | b'@' | b'*'), Some(b'{'), _) | (Some(b'<' | b'{'), Some(b'%'), _) => {
                open = Some(at + 1)
            }
            (_, Some(b'}'), _) | (_, Some(b'%'), Some(b'>' | b'}')) => {
                if let Some(start) = open.take() {
                    expression(text, Span::of_usize(start, at), s);
                }
            }
            _ => {}
        }
    }
}

fn expression(text: &[u8], span: Span, s: &mut CodeScratch) {
    let body = span.of(text).trim_ascii();
    if body.is_empty() {
        return;
    }
    s.note(Fact::Template, span);
    // In a template even the first step of the climb is not honest.
    if ["__class__", "__init__", "freemarker.template.utility"]
        .iter()
        .any(|way| memchr::memmem::find(body, way.as_bytes()).is_some())
    {
        s.note(Fact::Escape, span);
    }
    let body = body.strip_prefix(b"=").unwrap_or(body);
    let sum = |byte: &u8| byte.is_ascii_digit() || b" +-*/()'\"".contains(byte);
    let factors = body.split(|byte| matches!(byte, b'*' | b'+')).filter(|part| part.iter().any(u8::is_ascii_digit));
    if body.iter().all(sum) && factors.count() > 1 {
        s.note(Fact::Probe, span);
    }
}
