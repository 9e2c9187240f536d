//! What statements do.

use super::SqlScratch;
use super::fact::Fact;
use super::functions::{function, is_common, table};
use super::keywords::Keyword;
use super::lexer::{Token, TokenKind};
use crate::message::Span;

/// One statement.
#[derive(Clone, Copy, Debug)]
pub struct Statement {
    /// The word that says what it does; of `WITH … DELETE` and `EXPLAIN DELETE` it is `DELETE`.
    pub verb: Keyword,
    /// From its first token to its last.
    pub span: Span,
}

/// Judges a text that is SQL: every statement, and what stands anywhere.
pub(super) fn judge(text: &[u8], s: &mut SqlScratch) {
    obfuscation(text, s);
    s.tokens.retain(|token| !matches!(token.kind, TokenKind::Comment(_)));
    let tokens = std::mem::take(&mut s.tokens);
    let mut count = 0;
    for statement in tokens.split(|token| token.kind == TokenKind::Semicolon).filter(|tokens| !tokens.is_empty()) {
        count += 1;
        if count == 2 {
            s.note(Fact::Stacked, span_of(statement));
        }
        judge_statement(text, statement, s);
    }
    s.tokens = tokens;
}

/// `OR` and a constant compared with itself: no one asks for that on purpose, unlike `1=1` behind `WHERE` or `AND`.
fn always_true(text: &[u8], tokens: &[Token]) -> Option<Span> {
    let constant = |token: &Token| matches!(token.kind, TokenKind::String(_) | TokenKind::Number);
    (0_usize..).zip(tokens).find_map(|(at, token)| {
        // Not `||`: most databases join strings with it.
        let rest = tokens.get(at + 1..).filter(|_| token.kind == TokenKind::Keyword(Keyword::Or))?;
        let open = rest.iter().take_while(|token| token.kind == TokenKind::Open).count();
        let [one, equals, other] = rest.get(open..)?.first_chunk()?;
        let same = equals.span.of(text) == b"=" && one.span.of(text) == other.span.of(text);
        (same && constant(one) && constant(other)).then(|| Span::new(token.span.start, other.span.end))
    })
}

/// Judges one statement without comments; `false` if it is none.
pub(super) fn judge_statement(text: &[u8], tokens: &[Token], s: &mut SqlScratch) -> bool {
    let Some((verb, body)) = main_verb(tokens) else { return false };
    // "Insert into the slot": what is inserted is in parentheses, or comes from another statement.
    if verb == Keyword::Insert && !body.iter().any(|token| token.kind == TokenKind::Open || brings_rows(token.kind)) {
        return false;
    }
    let span = span_of(tokens);
    s.statements.push(Statement { verb, span });
    if let Some(always) = always_true(text, body) {
        s.note(Fact::Tautology, always);
    }
    let has = |keyword: Keyword| body.iter().any(|token| token.kind == TokenKind::Keyword(keyword));
    let second = body.get(1).map(|token| token.kind);
    let object = |keywords: &[Keyword]| keywords.iter().any(|keyword| second == Some(TokenKind::Keyword(*keyword)));
    match verb {
        Keyword::Drop if !object(&[Keyword::Temporary]) && !is_made_anew(text, body) => s.note(Fact::Destructive, span),
        Keyword::Truncate => s.note(Fact::Destructive, span),
        Keyword::Alter if has(Keyword::Drop) && object(&[Keyword::Table]) => s.note(Fact::Destructive, span),
        Keyword::Delete if is_unbounded(text, body) => s.note(Fact::Unbounded, span),
        Keyword::Update if has(Keyword::Set) && is_unbounded(text, body) => s.note(Fact::Unbounded, span),
        Keyword::Grant if is_narrow(text, body) => {}
        Keyword::Grant | Keyword::Revoke => s.note(Fact::Privilege, span),
        Keyword::Set if object(&[Keyword::Global]) => s.note(Fact::Server, span),
        Keyword::Set if is_word_at(text, body, 1, b"password") => s.note(Fact::Privilege, span),
        Keyword::Create | Keyword::Do if loads_code(text, body) => s.note(Fact::Command, span),
        Keyword::Shutdown | Keyword::Reconfigure => s.note(Fact::Server, span),
        Keyword::Waitfor => s.note(Fact::TimeDelay, span),
        Keyword::Load if has(Keyword::Infile) => s.note(Fact::FileRead, span),
        Keyword::Bulk => s.note(Fact::FileRead, span),
        Keyword::Attach | Keyword::Backup => s.note(Fact::FileWrite, span),
        Keyword::Restore => s.note(Fact::Server, span),
        Keyword::Vacuum if has(Keyword::Into) => s.note(Fact::FileWrite, span),
        Keyword::Prepare if has(Keyword::From) => s.note(Fact::Dynamic, span),
        Keyword::Exec | Keyword::Execute
            if matches!(second, Some(TokenKind::Open | TokenKind::Variable | TokenKind::String(_))) =>
        {
            s.note(Fact::Dynamic, span);
        }
        Keyword::Execute if object(&[Keyword::Immediate]) => s.note(Fact::Dynamic, span),
        Keyword::Copy => copy(body, s),
        _ => {}
    }
    let about_users = object(&[Keyword::User, Keyword::Role, Keyword::Login]);
    if matches!(verb, Keyword::Create | Keyword::Alter | Keyword::Drop) && about_users || has(Keyword::Superuser) {
        s.note(Fact::Privilege, span);
    }
    if verb == Keyword::Alter && is_word_at(text, body, 1, b"system") {
        s.note(Fact::Server, span);
    }
    anywhere(body, s);
    true
}

/// Whether a word of an `INSERT` says where its rows come from.
fn brings_rows(kind: TokenKind) -> bool {
    use Keyword::{Exec, Execute, Select, Set, Values, With};
    matches!(kind, TokenKind::Keyword(Exec | Execute | Select | Set | Values | With))
}

/// Whether what is dropped holds no data: a view, an index, a trigger is made anew from its text.
fn is_made_anew(text: &[u8], body: &[Token]) -> bool {
    const KINDS: [&[u8]; 12] = [
        b"view",
        b"materialized",
        b"index",
        b"trigger",
        b"function",
        b"procedure",
        b"type",
        b"policy",
        b"rule",
        b"statistics",
        b"synonym",
        b"alias",
    ];
    KINDS.iter().any(|kind| is_word_at(text, body, 1, kind))
}

/// Whether a `GRANT` names single rights on one thing: not all of them, not to everybody, and not to be passed on.
fn is_narrow(text: &[u8], body: &[Token]) -> bool {
    const WIDE: [&[u8]; 8] = [b"all", b"public", b"option", b"super", b"superuser", b"file", b"control", b"dba"];
    let wide = |token: &Token| WIDE.iter().any(|word| token.span.of(text).eq_ignore_ascii_case(word));
    let on = body.iter().any(|token| token.span.of(text).eq_ignore_ascii_case(b"on"));
    on && !body.iter().any(wide)
}

/// Whether a `CREATE FUNCTION` or `DO` is written in a language that leaves the database, or loads a library:
/// `LANGUAGE plpython3u`, `LANGUAGE C`, `SONAME 'x.so'`, `CREATE EXTENSION plperlu`.
fn loads_code(text: &[u8], body: &[Token]) -> bool {
    const LANGUAGES: [&[u8]; 9] =
        [b"plpython3u", b"plpythonu", b"plpython2u", b"plperlu", b"plsh", b"pltclu", b"c", b"pljavau", b"plluau"];
    body.windows(2).any(|pair| {
        let [one, two] = pair else { return false };
        let (name, value) = (one.span.of(text), two.span.of(text));
        let value = value.strip_prefix(b"'").and_then(|value| value.strip_suffix(b"'")).unwrap_or(value);
        let leaves = || LANGUAGES.iter().any(|language| language.eq_ignore_ascii_case(value));
        let installed = || value.eq_ignore_ascii_case(b"c") && is_installed(text, body);
        name.eq_ignore_ascii_case(b"language") && leaves() && !installed()
            || name.eq_ignore_ascii_case(b"extension") && leaves()
            || name.eq_ignore_ascii_case(b"soname") && matches!(two.kind, TokenKind::String(_))
    })
}

/// Whether a function in C is of a library that an administrator installed: `'$libdir/name'`, or what an extension's script says for its own.
fn is_installed(text: &[u8], body: &[Token]) -> bool {
    let named = |token: Option<&Token>| {
        let quoted = token.map(|token| token.span.of(text)).unwrap_or_default();
        let name = quoted.strip_prefix(b"'").and_then(|rest| rest.strip_suffix(b"'")).unwrap_or_default();
        let file = name.strip_prefix(b"$libdir/").unwrap_or_default();
        name == b"MODULE_PATHNAME"
            || !file.is_empty() && file.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
    };
    let mut libraries = 0;
    body.iter().enumerate().filter(|(_, token)| token.span.of(text).eq_ignore_ascii_case(b"as")).all(|(at, _)| {
        libraries += 1;
        named(body.get(at + 1))
    }) && libraries == 1
}

fn is_word_at(text: &[u8], body: &[Token], at: usize, word: &[u8]) -> bool {
    body.get(at).is_some_and(|token| token.span.of(text).eq_ignore_ascii_case(word))
}

/// `INTO OUTFILE`, `WAITFOR DELAY`, `OPENROWSET`: wherever they stand.
pub(super) fn anywhere(tokens: &[Token], s: &mut SqlScratch) {
    for (at, pair) in tokens.windows(2).enumerate() {
        let [one, two] = pair else { continue };
        let span = Span::new(one.span.start, two.span.end);
        match (one.kind, two.kind) {
            // Without `BULK` it asks another server.
            (TokenKind::Keyword(Keyword::Openrowset), TokenKind::Open)
                if tokens.get(at + 2).is_some_and(|token| matches!(token.kind, TokenKind::String(_))) =>
            {
                s.note(Fact::Outbound, span)
            }
            (TokenKind::Keyword(Keyword::Into), TokenKind::Keyword(Keyword::Outfile | Keyword::Dumpfile)) => {
                s.note(Fact::FileWrite, span)
            }
            (TokenKind::Keyword(Keyword::Waitfor), TokenKind::Keyword(Keyword::Delay)) => s.note(Fact::TimeDelay, span),
            (TokenKind::Keyword(Keyword::Openrowset), TokenKind::Open) => s.note(Fact::FileRead, span),
            (TokenKind::Keyword(Keyword::Execute), TokenKind::Keyword(Keyword::Immediate)) => {
                s.note(Fact::Dynamic, span)
            }
            _ => {}
        }
    }
}

/// `COPY t TO 'file'`, `COPY t FROM PROGRAM '…'`.
fn copy(body: &[Token], s: &mut SqlScratch) {
    for pair in body.windows(2) {
        let [way, target] = pair else { continue };
        let span = Span::new(way.span.start, target.span.end);
        match (way.kind, target.kind) {
            (TokenKind::Keyword(Keyword::To | Keyword::From), TokenKind::Keyword(Keyword::Program)) => {
                s.note(Fact::Command, span)
            }
            (TokenKind::Keyword(Keyword::To), TokenKind::String(_) | TokenKind::Operator) => {
                s.note(Fact::FileWrite, span)
            }
            (TokenKind::Keyword(Keyword::From), TokenKind::String(_)) => s.note(Fact::FileRead, span),
            _ => {}
        }
    }
}

/// What the functions that are called and the tables that are named mean.
pub(super) fn judge_calls(text: &[u8], s: &mut SqlScratch) {
    for at in s.earlier.0..s.calls.len() {
        let Some(span) = s.calls.get(at).copied() else { break };
        let name = span.of(text);
        let behind = text.get(span.end as usize..).unwrap_or_default();
        if let Some(fact) = function(name).filter(|fact| {
            *fact != Fact::Function && !is_common(name) && !(*fact == Fact::TimeDelay && is_short_blob(name, behind))
        }) {
            s.note(fact, span);
        }
    }
    named(text, s);
}

/// Tables, and procedures that are run without parentheses.
fn named(text: &[u8], s: &mut SqlScratch) {
    for at in s.earlier.1..s.names.len() {
        let Some(span) = s.names.get(at).copied() else { break };
        let name = span.of(text);
        // Procedures are run without parentheses: `EXEC master..xp_cmdshell 'id'`.
        let procedure = function(name).filter(|fact| {
            matches!(fact, Fact::Command | Fact::Outbound | Fact::Server | Fact::Privilege | Fact::Dynamic)
        });
        let behind = || text.get(span.end as usize..).unwrap_or_default();
        let procedure = procedure.filter(|_| name.contains(&b'_') && !is_common(name) && !tunes(name, behind()));
        if let Some(fact) = procedure.or_else(|| table(name)) {
            s.note(fact, span);
        }
    }
}

/// The same for a value, where only names that no sentence and no other language has say anything by themselves.
pub(super) fn judge_calls_of_value(text: &[u8], quoted: bool, tokens: &[Token], s: &mut SqlScratch) {
    for at in s.earlier.0..s.calls.len() {
        let Some(span) = s.calls.get(at).copied() else { break };
        let name = span.of(text);
        let behind = text.get(span.end as usize..).unwrap_or_default();
        if let Some(fact) = function(name).filter(|fact| {
            // `sleep (8 hours)` is prose, `sleep (8)` is not.
            let called = match fact {
                Fact::Function | Fact::ServerProbe => behind.first() == Some(&b'('),
                // `sleep(5) mattress` goes on as no query does.
                Fact::TimeDelay if goes_on_in_words(behind) || is_short_blob(name, behind) => false,
                Fact::FileRead if is_of_library(text, span) => false,
                _ => behind.first() == Some(&b'(') || !has_words(behind),
            };
            quoted || !is_common(name) && called
        }) {
            s.note(fact, span);
        }
    }
    // A sentence that names a procedure runs none.
    let runs = |token: &Token| {
        matches!(token.kind, TokenKind::Keyword(Keyword::Exec | Keyword::Execute | Keyword::Select | Keyword::From))
    };
    if quoted || tokens.iter().any(runs) {
        named(text, s);
    }
}

/// Whether a setting of the server is set that only makes it faster or slower: `sp_configure 'max degree of parallelism', 4`.
fn tunes(name: &[u8], behind: &[u8]) -> bool {
    const SETTINGS: [&[u8]; 7] = [
        b"max ",
        b"min ",
        b"cost threshold",
        b"backup compression",
        b"optimize for",
        b"fill factor",
        b"query governor",
    ];
    let behind = behind.trim_ascii_start();
    let behind = behind.strip_prefix(b"N").unwrap_or(behind).strip_prefix(b"'").unwrap_or_default();
    name.len() >= 12
        && name.get(name.len() - 12..).is_some_and(|end| end.eq_ignore_ascii_case(b"sp_configure"))
        && SETTINGS.iter().any(|one| behind.get(..one.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(one)))
}

/// Whether a blob is made that takes no time to make: `randomblob(16)`, as for a key.
fn is_short_blob(name: &[u8], behind: &[u8]) -> bool {
    let Some(given) = behind.strip_prefix(b"(") else { return false };
    let digits = given.iter().take_while(|byte| byte.is_ascii_digit()).count();
    name.get(name.len().saturating_sub(4)..).is_some_and(|end| end.eq_ignore_ascii_case(b"blob"))
        && (1..6).contains(&digits)
        && given.get(digits) == Some(&b')')
}

/// Whether a reader of files is a library's, called in its language: `pd.read_csv(…)`. A schema may stand before a function of SQL.
fn is_of_library(text: &[u8], name: Span) -> bool {
    const SCHEMAS: [&[u8]; 7] = [b"main", b"system", b"memory", b"public", b"sys", b"temp", b"pg_catalog"];
    let written = name.of(text);
    let before = text.get(..name.start as usize).unwrap_or_default();
    let last = memchr::memrchr(b'.', written).map(|dot| written.get(..dot).unwrap_or_default());
    let owner = last.or_else(|| {
        let before = before.strip_suffix(b".")?;
        let start =
            before.iter().rposition(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_').map_or(0, |at| at + 1);
        before.get(start..)
    });
    owner.is_some_and(|owner| {
        owner.first().is_some_and(u8::is_ascii_alphabetic) && !SCHEMAS.iter().any(|one| one.eq_ignore_ascii_case(owner))
    })
}

/// Whether a word that is none of SQL's stands right behind the first parentheses.
fn goes_on_in_words(text: &[u8]) -> bool {
    let Some(close) = memchr::memchr(b')', text) else { return false };
    let rest = text.get(close + 1..).unwrap_or_default();
    let word = rest.trim_ascii_start();
    let len = word.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let word = word.get(..len).unwrap_or_default();
    rest.first() == Some(&b' ') && len > 2 && Keyword::of(word).is_none()
}

/// Whether the first parentheses hold several words.
fn has_words(text: &[u8]) -> bool {
    let inside = text.split(|byte| *byte == b')').next().unwrap_or_default().trim_ascii_start();
    inside.get(1..).unwrap_or_default().trim_ascii().iter().any(u8::is_ascii_whitespace)
}

/// Comments that stand in for blanks between words, and comments that are run.
pub(super) fn obfuscation(text: &[u8], s: &mut SqlScratch) {
    for at in 0..s.tokens.len() {
        let Some(token) = s.tokens.get(at).copied() else { break };
        if !matches!(token.kind, TokenKind::Comment(_)) {
            continue;
        }
        let before = at.checked_sub(1).and_then(|before| s.tokens.get(before));
        let after = s.tokens.get(at + 1);
        let executed = token.span.of(text).starts_with(b"/*!");
        let glued = token.span.of(text).starts_with(b"/*")
            && before.is_some_and(|one| {
                one.span.end == token.span.start && (is_word(one) || one.kind == TokenKind::Closing)
            })
            && after.is_some_and(|one| {
                one.span.start == token.span.end && (is_word(one) || one.kind == TokenKind::Semicolon)
            });
        if executed || glued {
            s.note(Fact::Obfuscated, token.span);
        }
    }
}

fn is_word(token: &Token) -> bool {
    matches!(token.kind, TokenKind::Keyword(_) | TokenKind::Name | TokenKind::Number)
}

/// The verb that says what a statement does, and the tokens from it on: `EXPLAIN`, `WITH … AS (…)`, `BEGIN` are read over.
fn main_verb(tokens: &[Token]) -> Option<(Keyword, &[Token])> {
    let start = tokens.iter().position(|token| token.kind != TokenKind::Open)?;
    let body = tokens.get(start..)?;
    let TokenKind::Keyword(first) = body.first()?.kind else { return None };
    if !first.is_verb() {
        return None;
    }
    if !matches!(
        first,
        Keyword::With | Keyword::Explain | Keyword::Describe | Keyword::Analyze | Keyword::If | Keyword::Begin
    ) {
        return Some((first, body));
    }
    let mut depth = 0_u32;
    for (at, token) in body.iter().enumerate().skip(1) {
        match token.kind {
            TokenKind::Open => depth += 1,
            TokenKind::Close => depth = depth.saturating_sub(1),
            TokenKind::Keyword(
                verb @ (Keyword::Select
                | Keyword::Insert
                | Keyword::Update
                | Keyword::Delete
                | Keyword::Merge
                | Keyword::Drop
                | Keyword::Exec
                | Keyword::Execute
                | Keyword::Waitfor
                | Keyword::Truncate),
            ) if depth == 0 => return Some((verb, body.get(at..)?)),
            _ => {}
        }
    }
    Some((first, body))
}

/// Whether a `DELETE` or `UPDATE` takes every row: no `WHERE`, or one that is a comparison of equal constants or a constant.
fn is_unbounded(text: &[u8], body: &[Token]) -> bool {
    let mut depth = 0_u32;
    let clause = body.iter().position(|token| {
        match token.kind {
            TokenKind::Open => depth += 1,
            TokenKind::Close => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && matches!(token.kind, TokenKind::Keyword(Keyword::Where | Keyword::Limit | Keyword::Join))
    });
    let Some(clause) = clause else { return true };
    if body.get(clause).is_none_or(|token| token.kind != TokenKind::Keyword(Keyword::Where)) {
        return false;
    }
    let condition = body.get(clause + 1..).unwrap_or_default();
    match condition {
        [one] => matches!(one.kind, TokenKind::Number | TokenKind::Keyword(Keyword::True)),
        [one, comparison, two] => {
            comparison.kind == TokenKind::Comparison && one.span.of(text).eq_ignore_ascii_case(two.span.of(text))
        }
        _ => false,
    }
}

/// From the first token's start to the last one's end.
pub(super) fn span_of(tokens: &[Token]) -> Span {
    match (tokens.first(), tokens.last()) {
        (Some(first), Some(last)) => Span::new(first.span.start, last.span.end),
        _ => Span::new(0, 0),
    }
}
