//! What a value is as a whole, where it should be data and something may evaluate it.
//!
//! A sentence that names a function is no call of it. So these ask whether the value is nothing but code: a call from its first
//! byte to its last, a callee that is computed, a loop without end, an expression between the signs of a template engine.

use super::CodeScratch;
use super::fact::Fact;
use super::gadgets;
use super::lexer::end_of_line;
use crate::message::Span;

/// Longer values are no one-line expressions.
const LONGEST: usize = 512;

/// Judges the value that begins at `from` and goes to the end of `text`.
pub(super) fn judge(text: &[u8], from: usize, s: &mut CodeScratch) {
    let value = text.get(from..).unwrap_or_default();
    let lead = value.len() - value.trim_ascii_start().len();
    let body = value.trim_ascii();
    let span = Span::of_usize(from + lead, from + lead + body.len());
    if body.is_empty() || body.len() > LONGEST {
        return;
    }
    let mut note = |holds: bool, fact: Fact| {
        if holds {
            s.note(fact, span);
        }
    };
    note(is_loop(body), Fact::Endless);
    note(is_sum(body), Fact::Probe);
    note(is_filter(body), Fact::Filter);
    // `{system('id')}`, as Smarty has it.
    let inner = body.strip_prefix(b"{").and_then(|rest| rest.strip_suffix(b"}")).unwrap_or(body);
    let call = sole_call(inner);
    // `exec #x⏎ (…)`: a name and its parenthesis are parted so only to pass a filter.
    let parted = |name: &[u8]| {
        let behind = memchr::memmem::find(inner, name).and_then(|at| inner.get(at + name.len()..));
        behind.is_some_and(|behind| skip_blanks(behind) > 1) && (gadgets::is_php(name) || gadgets::bare(name).is_some())
    };
    note(call.is_some_and(parted), Fact::Dynamic);
    note(call.is_some(), Fact::Sole);
    let beginning = inner.ends_with(b"(");
    let php = |name: &[u8]| gadgets::is_php(name) || gadgets::ends_in_php(name) || beginning && name.contains(&b'_');
    note(call.is_some_and(php), Fact::Php);
    // `gzuncompress/*comment*/()`: nobody parts a name and its parenthesis so.
    if let Some(at) = memchr::memmem::find(body, b"/*") {
        let before = body.get(..at).unwrap_or_default();
        let len = before.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        let name = before.get(before.len() - len..).unwrap_or_default();
        let behind = body.get(at..).unwrap_or_default();
        let called = behind.get(skip_blanks(behind)) == Some(&b'(') && !ends_in_comment(before);
        note(called && (gadgets::is_php(name) || gadgets::bare(name).is_some()), Fact::Dynamic);
    }
    note(is_dynamic(body), Fact::Dynamic);
    let signs: [(&[u8], &[u8]); 7] =
        [(b"${", b"}"), (b"{{", b"}}"), (b"#{", b"}"), (b"*{", b"}"), (b"%{", b"}"), (b"<%", b"%>"), (b"{!!", b"!!}")];
    let signed = body.iter().take_while(|byte| **byte == b'@').count();
    note(signed > 0 && body.get(signed..).is_some_and(|rest| rest.starts_with(b"{[")), Fact::Wrapped);
    note(signs.iter().any(|(open, close)| body.starts_with(open) && body.ends_with(close)), Fact::Wrapped);
}

/// `while(true);`, `while(!![]);`, `for(;;){}`
fn is_loop(body: &[u8]) -> bool {
    let compact = |wanted: &[u8]| body.iter().filter(|byte| !byte.is_ascii_whitespace()).take(wanted.len()).eq(wanted);
    if compact(b"for(;;)") {
        return true;
    }
    let Some(rest) = strip_word(body, b"while").and_then(|rest| rest.strip_prefix(b"(")) else { return false };
    let Some(end) = rest.iter().rposition(|byte| *byte == b')') else { return false };
    let (condition, behind) = rest.split_at(end);
    let empty = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b')' | b';' | b'{' | b'}');
    behind.iter().all(empty) && is_truth(condition.trim_ascii())
}

/// A constant that is a truth value to JavaScript: `true`, `!0`, `!![]`, `-Infinity`, `!!""`.
fn is_truth(condition: &[u8]) -> bool {
    let signs = condition.iter().take_while(|byte| matches!(byte, b'!' | b'-' | b'+' | b'~' | b' ')).count();
    let (signs, value) = condition.split_at(signs);
    let denied = signs.iter().filter(|byte| **byte == b'!').count() % 2 == 1;
    let empty = matches!(value, b"\"\"" | b"''" | b"``" | b"0" | b"null" | b"NaN" | b"false" | b"undefined");
    let number = !value.is_empty() && value.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    let holds = number || matches!(value, b"true" | b"True" | b"Infinity" | b"[]" | b"{}" | b"this" | b"\"a\"");
    // What never loops is a probe all the same, if it is written as nobody would.
    (holds || empty) && (denied != holds || !signs.is_empty() && empty)
}

/// `{7*7}`, `@(7*7)`: a product between signs and nothing else.
fn is_sum(body: &[u8]) -> bool {
    let signed = body.starts_with(b"@") || body.starts_with(b"{");
    let inner = match body.strip_prefix(b"@").unwrap_or(body) {
        [b'{', inner @ .., b'}'] | [b'(', inner @ .., b')'] => inner,
        _ => return false,
    };
    // `(6*7)` may be honest arithmetic; who asks for a product between braces or behind an `@` wants to see it computed.
    let parts = || inner.split(|byte| *byte == b'*').map(<[u8]>::trim_ascii);
    signed && parts().count() == 2 && parts().all(|part| !part.is_empty() && part.iter().all(u8::is_ascii_digit))
}

/// A parenthesis that nothing opened, and behind it one that a directory's filter opens: `*)(uid=*`, `x)(|(a=b`, `*)(&`.
fn is_filter(body: &[u8]) -> bool {
    let Some(close) = memchr::memchr2(b'(', b')', body).filter(|at| body.get(*at) == Some(&b')')) else { return false };
    let behind = body.get(close + 1..).unwrap_or_default();
    let behind = behind.strip_prefix(b")").unwrap_or(behind).trim_ascii_start();
    let Some(inner) = behind.strip_prefix(b"(") else { return false };
    let len = inner.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-').count();
    let sign = inner.get(len).copied().unwrap_or(0);
    // `:) (a)` and `1) one (2) two` open no filter.
    if len == 0 { matches!(sign, b'|' | b'&' | b'!') } else { matches!(sign, b'=' | b'~') }
}

/// The name of the function that the whole value calls: `@eval($x);`, `base64_decode(`, `exec/**/('a')`, `a.b('c')`. A blank
/// before the parenthesis is a sentence's (`System (Admin)`), several are a filter's dodging.
fn sole_call(body: &[u8]) -> Option<&[u8]> {
    let mut rest = body;
    loop {
        let before = rest.len();
        rest = rest.trim_ascii_start();
        rest = rest.strip_prefix(b"@").or(rest.strip_prefix(b"!")).unwrap_or(rest);
        for word in [&b"<?php"[..], b"<?=", b"<?", b"return ", b"echo ", b"print ", b"new ", b"await ", b"T("] {
            rest = rest.strip_prefix(word).unwrap_or(rest);
        }
        if rest.len() == before {
            break;
        }
    }
    let in_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b':' | b'\\' | b'$');
    let len = rest.iter().take_while(|byte| in_name(byte)).count();
    let (name, behind) = rest.split_at(len);
    let blanks = skip_blanks(behind);
    let last = name.rsplit(|byte| matches!(byte, b'.' | b':' | b'\\')).next().unwrap_or(name);
    let snake = last.contains(&b'_') && (gadgets::is_php(last) || rest.ends_with(b"("));
    let called = behind.get(blanks) == Some(&b'(') && (blanks != 1 || snake);
    // `a.b["c"](…)`, `Runtime.getRuntime().exec(…)` begin with a name too.
    let ends = matches!(rest.last(), Some(b')' | b';' | b'(' | b'}' | b'>' | b']'))
        || !rest.iter().any(u8::is_ascii_whitespace);
    (called && ends && name.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_')).then_some(last)
}

/// Whether the last line of `text` is a comment to its end: `# so`, `// so`.
fn ends_in_comment(text: &[u8]) -> bool {
    let line = memchr::memrchr(b'\n', text).and_then(|at| text.get(at + 1..)).unwrap_or(text).trim_ascii_start();
    line.starts_with(b"//") || matches!(line, [b'#', next, ..] if next.is_ascii_whitespace() || *next == b'#')
}

/// Bytes of blanks and comments: `exec #comment`, `exec/*comment*/`.
fn skip_blanks(text: &[u8]) -> usize {
    let mut at = 0;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let step = match rest {
            [b' ' | b'\t' | b'\r' | b'\n', ..] => 1,
            [b'/', b'*', ..] => match memchr::memmem::find(rest, b"*/") {
                Some(end) => end + 2,
                None => return at,
            },
            [b'#', ..] | [b'/', b'/', ..] => match end_of_line(rest) {
                Some(end) => end + 1,
                None => return at,
            },
            _ => return at,
        };
        at += step;
    }
}

/// A call of what is only known when it runs: `$f(1)`, `$a['b'](1)`, `${'a'}(1)`, `(system)(id)`, `("sys"."tem")("id")`,
/// `[system][0](id)`, `$_GET['a']($_GET['b'])`.
fn is_dynamic(body: &[u8]) -> bool {
    let ends = matches!(body.last(), Some(b')' | b';' | b'('));
    let mut rest = body.strip_prefix(b"@").unwrap_or(body).trim_ascii_start();
    // `(string) "a"."b" (…)`
    if let Some(cast) = rest.strip_prefix(b"(").and_then(|rest| rest.trim_ascii_start().strip_prefix(b"string")) {
        let Some(behind) = cast.trim_ascii_start().strip_prefix(b")") else { return false };
        rest = behind.trim_ascii_start();
        return ends && matches!(rest.first(), Some(b'"' | b'\'')) && behind_strings(rest).starts_with(b"(");
    }
    let dollars = rest.iter().take_while(|byte| **byte == b'$').count();
    let (signs, behind) = rest.split_at(dollars);
    // `$ {'a'}`: PHP's variable by a computed name, with a blank that a filter does not expect.
    let spaced = behind.trim_ascii_start();
    if dollars == 1 && spaced.starts_with(b"{") && bracketed(spaced).is_some_and(<[u8]>::is_empty) {
        let inside = spaced.get(1..spaced.len() - 1).unwrap_or_default().trim_ascii();
        let quoted = matches!(inside, [b'\'', .., b'\''] | [b'"', .., b'"']);
        let word = !inside.is_empty() && inside.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        if quoted || word && spaced.len() < behind.len() {
            return true;
        }
    }
    let callee = match behind.first() {
        Some(byte) if !signs.is_empty() && (byte.is_ascii_alphabetic() || *byte == b'_') => {
            let len = behind.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
            behind.get(len..)
        }
        Some(b'{') if !signs.is_empty() => bracketed(behind),
        Some(b'(' | b'[') if signs.is_empty() => {
            // What is bracketed is a bare word or strings joined by dots; `(1 + 2)(3)` and `(a, b)` are not.
            let Some(after) = bracketed(behind) else { return false };
            let inside = behind.get(1..behind.len() - after.len() - 1).unwrap_or_default().trim_ascii();
            let word = !inside.is_empty() && inside.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
            let joined = matches!(inside.first(), Some(b'"' | b'\'')) && behind_strings(inside).is_empty();
            let called = |after: &[u8]| matches!(after.get(skip_blanks(after)), Some(b'(' | b'[' | b'{'));
            // A Markdown link is `[a](b)`, and `(c)(3)` a paragraph of a law.
            let known = word && (gadgets::bare(inside).is_some() || gadgets::is_php(inside));
            let list = known && behind.first() == Some(&b'[') && after.trim_ascii_start().starts_with(b"[");
            let named = (known || joined) && behind.first() == Some(&b'(') && called(after);
            (list || named || starts_nested(behind)).then_some(after)
        }
        _ => None,
    };
    let Some(mut after) = callee else { return false };
    let mut computed = signs.is_empty();
    loop {
        let blanks = skip_blanks(after);
        after = after.get(blanks..).unwrap_or_default();
        match after.first() {
            Some(b'[' | b'{') => match bracketed(after) {
                Some(rest) => (after, computed) = (rest, true),
                None => return false,
            },
            // `$HOME (the folder)`
            Some(b'(') if blanks == 1 && !computed => return false,
            // LaTeX closes with a `$` what it opened with one.
            Some(b'(') => return ends && !body.ends_with(b"$") && !body.contains(&b'\\'),
            _ => return false,
        }
    }
}

/// `( [ system ] [ 0 ] ) …`
fn starts_nested(text: &[u8]) -> bool {
    text.strip_prefix(b"(").is_some_and(|rest| rest.trim_ascii_start().starts_with(b"["))
}

/// What stands behind strings that dots join.
fn behind_strings(text: &[u8]) -> &[u8] {
    let mut rest = text;
    while let Some(quote @ (b'"' | b'\'')) = rest.first() {
        let body = rest.get(1..).unwrap_or_default();
        let Some(end) = memchr::memchr(*quote, body) else { return rest };
        rest = body.get(end + 1..).unwrap_or_default().trim_ascii_start();
        rest = rest.strip_prefix(b".").unwrap_or(rest).trim_ascii_start();
    }
    rest
}

/// What stands behind the bracket that closes the first one; brackets of one kind are counted.
fn bracketed(text: &[u8]) -> Option<&[u8]> {
    let open = *text.first()?;
    let close = match open {
        b'(' => b')',
        b'[' => b']',
        _ => b'}',
    };
    let mut depth = 0_usize;
    for (at, byte) in text.iter().enumerate() {
        if *byte == open {
            depth += 1;
        } else if *byte == close {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return text.get(at + 1..);
            }
        }
    }
    None
}

/// The text behind a word and blanks.
fn strip_word<'t>(text: &'t [u8], word: &[u8]) -> Option<&'t [u8]> {
    let (head, rest) = text.split_at_checked(word.len())?;
    head.eq_ignore_ascii_case(word).then(|| rest.trim_ascii_start())
}
