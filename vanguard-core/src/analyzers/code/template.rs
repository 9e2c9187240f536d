//! Expressions that a template engine would run.

use super::CodeScratch;
use super::fact::Fact;
use crate::analyzers::words::WordTable;
use crate::message::Span;

/// Words that no template of honest pages needs: they climb from what the page is given to the program.
const CLIMBS: &str = "__class__ __init__ __globals__ __mro__ __base__ __bases__ __subclasses__ __builtins__ __import__ __dict__ \
    getclass forname getruntime getdeclaredmethod getdeclaredconstructor newinstance processbuilder scriptenginemanager \
    _memberaccess ognlcontext opensymphony setaccessible registerundefinedfiltercallback registerundefinedfunctioncallback \
    mainmodule child_process execsync spawnsync popen smarty_internal_write_file smarty_internal_runtime_writefile getenv";

/// Functions of PHP that a filter of Twig or Smarty is told to call.
const CALLBACKS: &str = "system exec passthru shell_exec popen proc_open assert eval call_user_func file_get_contents phpinfo \
    include readfile file_put_contents array_map create_function";

static CLIMB_WORDS: WordTable<128> = WordTable::of(&[CLIMBS]);
static CALLBACK_WORDS: WordTable<64> = WordTable::of(&[CALLBACKS]);

/// Finds every expression between an engine's signs, the innermost one where they nest.
pub(super) fn read(text: &[u8], s: &mut CodeScratch) {
    let mut open: Option<usize> = None;
    for at in memchr::memmem::find_iter(text, b"<?") {
        let rest = text.get(at + 2..).unwrap_or_default();
        if rest.first().is_some_and(|next| next.is_ascii_whitespace() || *next == b'=')
            || rest.is_empty()
            || rest.get(..3).is_some_and(|word| word.eq_ignore_ascii_case(b"php"))
            // `<?xml:echo 1;` is PHP where short tags are on.
            || rest.get(..3).is_some_and(|word| word.eq_ignore_ascii_case(b"xml"))
                && rest.get(3..).unwrap_or_default().trim_ascii_start().starts_with(b":")
        {
            s.note(Fact::OpenTag, Span::of_usize(at, at + 2));
        }
    }
    for at in memchr::memchr3_iter(b'{', b'}', b'%', text) {
        // Perl puts into a string what `@{[…]}` gives.
        if text.get(at + 1..).unwrap_or_default().trim_ascii_start().first() == Some(&b'[')
            && at.checked_sub(1).and_then(|at| text.get(at)) == Some(&b'@')
        {
            s.note(Fact::Template, Span::of_usize(at - 1, at + 1));
            s.note(Fact::Escape, Span::of_usize(at - 1, at + 1));
        }
        let (before, here, next) = (at.checked_sub(1).and_then(|at| text.get(at)), text.get(at), text.get(at + 1));
        match (before, here, next) {
            (Some(b'{' | b'$' | b'#' | b'@' | b'*'), Some(b'{'), _) | (Some(b'<' | b'{'), Some(b'%'), _) => {
                open = Some(at + 1)
            }
            // Blade's `{!! … !!}`.
            (_, Some(b'{'), Some(b'!')) if text.get(at + 2) == Some(&b'!') => open = Some(at + 3),
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
    let body = body.strip_prefix(b"=").unwrap_or(body).trim_ascii();
    if climbs(body) {
        s.note(Fact::Escape, span);
    }
    if asks_context(body) {
        s.note(Fact::Context, span);
    }
    let sum = |byte: &u8| byte.is_ascii_digit() || b" +-*/()'\"".contains(byte);
    let factors = body.split(|byte| matches!(byte, b'*' | b'+')).filter(|part| part.iter().any(u8::is_ascii_digit));
    if body.iter().all(sum) && factors.count() > 1 || calls_constant(body) {
        s.note(Fact::Probe, span);
    }
}

/// Whether an expression climbs from what the page is given to the program around it. In a template even the first step is
/// not honest.
fn climbs(body: &[u8]) -> bool {
    // ERB and Ruby's strings: `` `id` ``, `%x(id)`.
    if body.starts_with(b"`") || body.starts_with(b"%x") {
        return true;
    }
    let mut before: &[u8] = b"";
    let mut pieces = None;
    for (word, at) in words(body) {
        let (left, right) = body.split_at(at);
        let behind = right.get(word.len()..).unwrap_or_default();
        let quoted = matches!(left.last(), Some(b'"' | b'\''));
        let dunder = word.starts_with(b"__") && word.len() > 4;
        if dunder && CLIMB_WORDS.row(word).is_some() || !dunder && CLIMB_WORDS.row(word).is_some() && !quoted {
            return true;
        }
        let found = match word {
            b"constructor" => matches!(behind.first(), Some(b'(' | b'.' | b'"' | b'\'')),
            b"_self" => behind.starts_with(b".env"),
            // `|attr('__class__')`, with the name in pieces.
            b"attr" => left.trim_ascii_end().ends_with(b"|") && *pieces.get_or_insert_with(|| in_pieces(body)),
            _ => quoted && CALLBACK_WORDS.row(word).is_some() && is_filter(before),
        };
        if found {
            return true;
        }
        // A filter's first string is what it calls, and others may follow.
        if !(quoted && is_filter(before)) {
            before = word;
        }
    }
    false
}

/// Filters that take the name of a function.
fn is_filter(word: &[u8]) -> bool {
    matches!(word, b"map" | b"filter" | b"sort" | b"usort" | b"reduce" | b"find")
}

/// Whether a name in an expression may be put together or spelled by codes.
fn in_pieces(body: &[u8]) -> bool {
    let pieces = [&b"\\x5f"[..], b"request", b"join", b"~", b"__"];
    pieces.iter().any(|piece| memchr::memmem::find(body, piece).is_some())
}

/// Whether an expression is what an engine keeps of its program, or goes through all of it.
fn asks_context(body: &[u8]) -> bool {
    const WHOLE: [&[u8]; 9] = [
        b"self",
        b"config",
        b"request",
        b"settings",
        b"applicationScope",
        b"sessionScope",
        b"pageContext",
        b".data_model",
        b"_self",
    ];
    let body = body
        .strip_prefix(b"for ")
        .map_or(body, |rest| memchr::memmem::find(rest, b" in ").and_then(|at| rest.get(at + 4..)).unwrap_or_default());
    let whole = body.trim_ascii();
    let items = [&b"config.items()"[..], b"config.iteritems()", b"self.__dict__", b"config.__dict__"];
    WHOLE.contains(&whole) || items.contains(&whole)
}

/// `'a'.toUpperCase()`: computes a constant, as one who asks whether anything is computed.
fn calls_constant(body: &[u8]) -> bool {
    let Some((quote @ (b'"' | b'\''), rest)) = body.split_first() else { return false };
    let Some(end) = memchr::memchr(*quote, rest) else { return false };
    let behind = rest.get(end + 1..).unwrap_or_default();
    behind
        .strip_prefix(b".")
        .and_then(|name| name.strip_suffix(b"()"))
        .is_some_and(|name| !name.is_empty() && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_'))
}

/// The words of an expression, each with its place.
fn words(body: &[u8]) -> impl Iterator<Item = (&[u8], usize)> {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let mut at = 0;
    std::iter::from_fn(move || {
        at += body.get(at..)?.iter().position(is_word)?;
        let rest = body.get(at..)?;
        let len = rest.iter().position(|byte| !is_word(byte)).unwrap_or(rest.len());
        let found = (rest.get(..len)?, at);
        at += len;
        Some(found)
    })
}
