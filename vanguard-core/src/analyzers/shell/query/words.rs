//! What a single command's words and redirects are held against.

use super::super::glob::{Glob, Globs, shell_glob};
use super::super::model::{Command, Context, Joined, NONE, RedirectOp, Word, WordFlags};
use super::super::programs::known_name;
use super::super::scratch::Shell;
use super::Names;

/// Whether one of the patterns covers one of the words.
pub(super) fn covers_any(shell: Shell<'_>, words: &[Word], patterns: &Globs) -> bool {
    let some = |word: &&Word| may_match(shell, word, patterns);
    let covers = |word: &Word| patterns.iter().any(|pattern| word_matches(shell, word, pattern));
    !patterns.is_empty() && words.iter().filter(some).any(covers)
}

/// Whether some of the patterns may cover the word in one of the forms that [`word_matches`] compares.
pub(super) fn may_match(shell: Shell<'_>, word: &Word, patterns: &Globs) -> bool {
    // `id*` has no sign and stands for `id_rsa`.
    if word.flags.has(WordFlags::PLAIN) && !word.flags.has(WordFlags::GLOB) && patterns.are_signed() {
        return false;
    }
    let text = shell.text(word.text);
    // None of its forms is longer than both of these.
    let longest = word.text.len().max(word.clean.len());
    if longest < patterns.least() && !word.flags.has(WordFlags::GLOB) {
        return false;
    }
    patterns.may(text)
        || word.clean != word.text && patterns.may(shell.text(word.clean))
        || word.flags.has(WordFlags::GLOB)
        || value_of(text).is_some_and(|value| patterns.may(value))
}

/// What an option is given: `X` of `--output=X` and of `-oX`.
pub(super) fn value_of(text: &[u8]) -> Option<&[u8]> {
    let [b'-', first, rest @ ..] = text else { return None };
    let value = match memchr::memchr(b'=', text) {
        Some(at) => text.get(at + 1..),
        None if *first != b'-' => Some(rest),
        None => None,
    };
    value.filter(|value| !value.is_empty())
}

/// Whether `pattern` covers the word, its value, its short form, or a path the word may be filled in as.
#[inline]
pub(super) fn word_matches(shell: Shell<'_>, word: &Word, pattern: &Glob) -> bool {
    pattern.may(word.holds) && is_covered(shell, word, pattern)
        || pattern.may_fill(word.fills) && shell_glob(shell.text(word.text), pattern.as_str().as_bytes())
}

#[inline(never)]
fn is_covered(shell: Shell<'_>, word: &Word, pattern: &Glob) -> bool {
    let text = shell.text(word.text);
    if pattern.matches(text) || word.clean != word.text && pattern.matches(shell.text(word.clean)) {
        return true;
    }
    value_of(text).is_some_and(|value| pattern.matches(value))
}

pub(super) fn redirects(shell: Shell<'_>, command: &Command, patterns: &Globs, written: bool) -> bool {
    shell.redirects(command).iter().any(|redirect| {
        let counts = match redirect.op {
            RedirectOp::Write | RedirectOp::Append => written,
            RedirectOp::Read => !written,
            RedirectOp::ReadWrite => true,
            RedirectOp::Duplicate | RedirectOp::HereDoc | RedirectOp::HereString => false,
        };
        counts
            && may_match(shell, &redirect.target, patterns)
            && patterns.iter().any(|pattern| word_matches(shell, &redirect.target, pattern))
    })
}

/// What is set for a wrapper is set for what it runs: `env X=… sudo cmd`.
pub(super) fn assigns(shell: Shell<'_>, command: &Command, patterns: &[Glob]) -> bool {
    lineage(shell, command).any(|one| {
        let set = shell.assignments(one);
        set.iter().any(|one| patterns.iter().any(|pattern| pattern.matches(shell.text(one.name))))
    })
}

/// The command and those that run it, innermost first.
pub(super) fn lineage<'a>(shell: Shell<'a>, command: &'a Command) -> impl Iterator<Item = &'a Command> {
    std::iter::successors(Some(command), move |one| {
        let parent = shell.commands().get(one.parent as usize);
        parent.filter(|_| one.parent != NONE && one.context == Context::Inner)
    })
}

pub(super) fn is_wrapped(shell: Shell<'_>, command: &Command, by: &Names) -> bool {
    lineage(shell, command).skip(1).any(|one| by.matches(shell, one))
}

/// A capitalised word behind a full stop or a line end is prose: `First this.\nAt last that.` A program's name is typed as
/// it is, and what it is called in capitals on systems that don't care is not worth an honest sentence.
pub(super) fn is_injected(shell: Shell<'_>, command: &Command) -> bool {
    let apart = command.depth == 0 && command.joined != Joined::First
        || command.reach.passes(Context::Substitution)
        || command.reach.passes(Context::ProcessSubstitution);
    apart && !shell.program(command).first().is_some_and(u8::is_ascii_uppercase)
}

pub(super) fn is_dynamic(shell: Shell<'_>, command: &Command) -> bool {
    let Some(program) = shell.words(command).first().filter(|word| word.flags.has(WordFlags::EXPANSION)) else {
        return false;
    };
    let base = shell.text(program.text).rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    base.contains(&b'$') && known_name(shell.name(command)).is_none()
}

pub(super) fn is_hidden(shell: Shell<'_>, command: &Command) -> bool {
    let Some(program) = shell.words(command).first() else { return false };
    // A script's name may be put together of its parts: `& ($name + '.ps1')`.
    let script = || shell.text(program.text).ends_with(b".ps1");
    program.flags.has(WordFlags::SPLICED) && !program.flags.has(WordFlags::EXPANSION) && !script()
        // PowerShell filters by `?` and asks `$?` how the last command ended.
        || program.flags.has(WordFlags::GLOB) && !command.classes.is_empty() && program.text.len() > 2
}

/// Whether one of the spellings in `flag` stands among the command's own options.
pub(super) fn has_flag(shell: Shell<'_>, command: &Command, flag: &str) -> bool {
    let options = shell.own_args(command);
    let end = options.iter().position(|word| shell.text(word.text) == b"--").unwrap_or(options.len());
    let options = options.get(..end).unwrap_or_default();
    flag.split('|').any(|spelling| options.iter().any(|word| is_flag(shell.text(word.text), spelling.as_bytes())))
}

pub(super) fn is_flag(word: &[u8], spelling: &[u8]) -> bool {
    let Some(body) = word.strip_prefix(b"-") else { return false };
    if let [letter] = spelling {
        let letters = body.iter().take_while(|byte| byte.is_ascii_alphanumeric());
        return letters.into_iter().any(|byte| byte == letter);
    }
    let long = body.strip_prefix(b"-").unwrap_or(body);
    let cut = long.iter().position(|byte| matches!(byte, b'=' | b':')).unwrap_or(long.len());
    let name = long.get(..cut).unwrap_or_default();
    // GNU and PowerShell take any unambiguous beginning; shorter ones than this are too likely to mean something else.
    let begins = name.len() >= 3 && spelling.get(..name.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(name));
    begins || name.eq_ignore_ascii_case(spelling)
}
