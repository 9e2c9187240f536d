//! The conditions a rule puts on a parsed command line. Plain data: a rule author writes it as YAML, the rule table keeps it.
//!
//! ```yaml
//! shell: {pipe: {from: [downloader], into: [interpreter]}}           # curl … | bash, bash <(curl …), eval "$(curl …)"
//! shell: {run: {program: [rm], flags: ["r|R|recursive"], args: {any: ["/", "/[*]", "~", "$HOME"]}}} # `[*]`: a star itself
//! shell: {run: {program: [interpreter], context: [substitution]}}
//! shell: {redirect: {to: ["/dev/tcp/*", "/etc/cron*"]}}
//! ```

mod index;
mod names;
mod words;

use super::flow::reaches;
use super::glob::{Glob, Globs};
use super::idle::is_idle;
use super::interpreters::Code;
use super::model::{Command, Context, Joined, Snippet, Via, Word};
use super::programs::Sum;
use super::scratch::Shell;
use super::settings::writes_settings;
use super::suffix::{self, Suffix};
use crate::message::Span;
use serde::{Deserialize, Serialize};

pub(crate) use index::QueryIndex;
pub use names::Names;
use words::{
    assigns, covers_any, has_flag, is_dynamic, is_hidden, is_injected, is_wrapped, may_match, redirects, word_matches,
};

/// A condition on a command line. Every key that is given must hold; a query without any key matches nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ShellQuery {
    /// Output of one program reaches another.
    pub pipe: Option<PipeQuery>,
    /// A command is run, in whatever wrapper, substitution or group it stands.
    pub run: Option<RunQuery>,
    /// Some command redirects its output or input.
    pub redirect: Option<RedirectQuery>,
    /// There is a command substitution, `$(…)` or backticks. For values that should be data.
    pub substitution: bool,
    /// There is more than one command. For values that should be data.
    pub chained: bool,
    /// A function calls itself in its own pipeline or background: `:(){ :|:& };:`.
    pub recursion: bool,
    /// It starts a command though it should be data. For values that should be data.
    pub suffix: Option<Suffix>,
    /// It begins with what parts commands: `; id`, `| whoami`, `&& ls`. It was made to be put behind a command.
    pub leads: bool,
    /// The text could not be read to its end: too many commands, or too deeply nested.
    pub incomplete: bool,
}

/// `pipe: {from: […], into: […]}`: data flows from a program in `from` to one in `into`, over any number of programs between.
///
/// Where the receiver runs code (`bash`, `python`, `eval`), the data must be that code: `curl … | python3` is one,
/// `curl … | python3 -c 'print(1)'` and `curl … | python3 -m json.tool` are not.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PipeQuery {
    /// Programs or classes the data comes from.
    pub from: Names,
    /// What the arguments of the source must be.
    pub from_args: ArgsQuery,
    /// Programs or classes the data comes to.
    pub into: Names,
    /// What the arguments of the receiver must be.
    pub into_args: ArgsQuery,
    /// The ways that count for the last step: `pipe`, `substitution`, `process`, `file` (written, then run). Empty: all but
    /// `file`.
    pub via: Vec<Via>,
}

/// `run: {…}`: one command for which every given key holds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RunQuery {
    /// Programs by base name (`rm`; versions are ignored: `python` is also `python3.12`) or class (`interpreter`). Empty: any.
    pub program: Names,
    /// What its arguments must be.
    pub args: ArgsQuery,
    /// Options it must have, each a list of spellings parted by `|`: `"r|R|recursive"` is `-r`, `-R`, `-rf`, `-fr`,
    /// `--recursive`, `--recurs`. One letter is a short option in any group; more letters are a long one, with one or two
    /// dashes.
    pub flags: Vec<String>,
    /// Options it must not have, spelled likewise.
    pub no_flags: Vec<String>,
    /// Files it writes by redirect.
    pub redirect_to: Globs,
    /// Files it reads by redirect.
    pub read_from: Globs,
    /// How it is reached: `top`, `substitution`, `process_substitution`, `subshell`, `function`, `here_doc`, `inner`. One
    /// of these must be on the way.
    pub context: Vec<Context>,
    /// Variables set before it or for it (`LD_PRELOAD=… cmd`, `env X=… cmd`, `export X=…`), by name.
    pub assigns: Globs,
    /// A program or class that runs it: `sudo`, `xargs`, `ssh`.
    pub wrapped_by: Names,
    /// Where its code comes from, if it is an interpreter. One of these.
    pub code: Vec<CodeFrom>,
    /// What the code must be that it is given on the command line or in a here-document.
    pub snippet: ArgsQuery,
    /// It is started in the background.
    pub background: bool,
    /// Its program's name is not known before it runs: `$x …`, `$(…) …`.
    pub dynamic: bool,
    /// Its program's name is spelled to hide it: `c""at`, `w\get`, `/???/c?t`, `$'\x63at'`.
    pub hidden: bool,
    /// It is a shell that is given no code and waits for someone to type: `sudo sh`, `env bash -i`, `sh -p </dev/tty`.
    pub idle: bool,
    /// What it writes is not known to be lines of a shell's start-up file that only set something. Asked of `tee` and of what writes a
    /// value to a file.
    pub beyond_settings: bool,
    /// It is not what the text begins with: behind an operator, a line end, or in a substitution. For values that should
    /// be data.
    pub injected: bool,
}

/// Where an interpreter's code comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeFrom {
    /// Its standard input.
    Stdin,
    /// An argument.
    Argument,
    /// A file.
    File,
}

/// `args: {any: […], but: […], all: […], none: […]}`: patterns over single arguments after unquoting.
///
/// A pattern is compared with the whole argument, with its value (`--output=X`, `-oX`: `X`), and with its short form as a
/// path (`/etc/./passwd`: `/etc/passwd`). An argument that is itself a pattern (`/etc/pass*`) matches a path without stars
/// that it could be filled in as.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ArgsQuery {
    /// At least one of these matches some argument.
    pub any: Globs,
    /// An argument that one of these covers counts for nothing in `any`. `none` would let an attacker add such an argument.
    pub but: Globs,
    /// In a command that copies or moves, a target that one of these covers counts for nothing in `any`: it is written, not read.
    pub but_target: Globs,
    /// Each of these matches some argument.
    pub all: Vec<Glob>,
    /// None of these matches any argument.
    pub none: Globs,
}

/// `redirect: {to: […], from: […]}`: some command's redirect names such a file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RedirectQuery {
    /// Files written.
    pub to: Globs,
    /// Files read.
    pub from: Globs,
    /// What is written is not known to be lines of a shell's start-up file that only set something.
    pub beyond_settings: bool,
}

impl ShellQuery {
    /// The place in the source of what the query asks for, or `None` if it is not there.
    #[must_use]
    pub fn matches(&self, shell: &Shell<'_>) -> Option<Span> {
        let shell = *shell;
        if !self.may(shell) {
            return None;
        }
        let mut evidence = None;
        let mut hold = |found: Option<Span>| {
            evidence = evidence.or(found);
            found.is_some()
        };
        let mut asked = false;
        let mut given = |is: bool| {
            asked |= is;
            is
        };
        let holds = !given(self.incomplete)
            | hold_if(self.incomplete, || (!shell.is_complete()).then(|| whole(shell)), &mut hold)
            && self.suffix.is_none_or(|suffix| given(true) && hold(suffix.find(shell)))
            && !given(self.leads)
                | hold_if(self.leads, || suffix::leads_or_ends(shell).then(|| whole(shell)), &mut hold)
            && !given(self.chained) | hold_if(self.chained, || chained(shell), &mut hold)
            && !given(self.substitution) | hold_if(self.substitution, || substitution(shell), &mut hold)
            && !given(self.recursion) | hold_if(self.recursion, || recursion(shell), &mut hold)
            && self.redirect.as_ref().is_none_or(|query| given(true) && hold(query.matches(shell)))
            && self.run.as_ref().is_none_or(|query| given(true) && hold(query.matches(shell)))
            && self.pipe.as_ref().is_none_or(|query| given(true) && hold(query.matches(shell)));
        evidence.filter(|_| holds && asked)
    }

    /// A text that runs none of these doesn't match; `None` where any may.
    fn programs(&self) -> Option<&Names> {
        let run = self.run.as_ref().map(|run| [&run.program, &run.wrapped_by]).into_iter().flatten();
        let from = self.pipe.as_ref().map(|pipe| &pipe.from);
        run.chain(from).find(|names| !names.is_empty() && !names.is_any())
    }

    /// What a text must have to match: bits of [`index`].
    fn needs(&self) -> usize {
        let bit = |needs: bool, bit: usize| if needs { bit } else { 0 };
        let run = self.run.as_ref().map_or(0, |run| {
            bit(!run.snippet.is_empty(), index::SNIPPETS)
                | bit(!run.assigns.is_empty(), index::ASSIGNMENTS)
                | bit(!run.redirect_to.is_empty() || !run.read_from.is_empty(), index::REDIRECTS)
                | bit(!run.wrapped_by.is_empty(), index::NESTED)
                | bit(run.background, index::BACKGROUND)
                | bit(run.dynamic, index::DYNAMIC)
                | bit(!run.context.is_empty() && !run.context.contains(&Context::Top), index::NESTED)
        });
        run | bit(self.pipe.is_some(), index::EDGES)
            | bit(self.redirect.is_some(), index::REDIRECTS)
            | bit(self.substitution, index::NESTED)
            | bit(self.recursion, index::FUNCTIONS)
            | bit(self.incomplete, index::REST)
    }

    /// Whether the text has what is asked of any command of it. Most texts have not.
    fn may(&self, shell: Shell<'_>) -> bool {
        self.run.as_ref().is_none_or(|run| run.may(shell))
            && self.pipe.as_ref().is_none_or(|pipe| pipe.may(shell.sum()))
            && (self.redirect.is_none() || shell.has_redirects())
    }
}

fn hold_if(asked: bool, find: impl FnOnce() -> Option<Span>, hold: &mut impl FnMut(Option<Span>) -> bool) -> bool {
    asked && hold(find())
}

fn whole(shell: Shell<'_>) -> Span {
    let end = shell.commands().iter().map(|command| command.span.end).max().unwrap_or(0);
    Span::new(0, end)
}

fn chained(shell: Shell<'_>) -> Option<Span> {
    let at_top = |command: &&Command| command.depth == 0 && command.words.0 < command.words.1;
    shell.commands().iter().filter(at_top).nth(1).map(|command| command.span)
}

fn substitution(shell: Shell<'_>) -> Option<Span> {
    shell.commands().iter().find(|command| command.reach.passes(Context::Substitution)).map(|command| command.span)
}

fn recursion(shell: Shell<'_>) -> Option<Span> {
    shell.functions().iter().find_map(|function| {
        let body = shell.commands().get(function.body.0 as usize..function.body.1 as usize)?;
        let own = |command: &&Command| shell.program(command) == shell.text(function.name) && !function.name.is_empty();
        let calls = body
            .iter()
            .filter(own)
            .filter(|command| command.background || command.stage > 0 || command.joined == Joined::Pipe);
        calls.map(|command| command.span).next()
    })
}

impl PipeQuery {
    /// A file that was written and is run may be any program.
    fn may(&self, sum: &Sum) -> bool {
        self.from.may(sum) && (self.into.may(sum) || self.via.contains(&Via::File))
    }

    fn matches(&self, shell: Shell<'_>) -> Option<Span> {
        if shell.edges().is_empty() {
            return None;
        }
        let ways = |via: Via| if self.via.is_empty() { via != Via::File } else { self.via.contains(&via) };
        let from =
            |command: &Command| self.from.matches(shell, command) && self.from_args.matches(shell, shell.args(command));
        let into =
            |command: &Command| self.into.matches(shell, command) && self.into_args.matches(shell, shell.args(command));
        let (from, into) = reaches(shell, ways, from, into)?;
        let commands = shell.commands();
        let (from, into) = (commands.get(from as usize)?.span, commands.get(into as usize)?.span);
        Some(Span::new(from.start.min(into.start), from.end.max(into.end)))
    }
}

impl RunQuery {
    fn may(&self, shell: Shell<'_>) -> bool {
        (self.program.is_empty() || self.program.may(shell.sum()))
            && (self.wrapped_by.is_empty() || self.wrapped_by.may(shell.sum()))
            && (self.snippet.is_empty() || !shell.snippets().is_empty())
            && (self.assigns.is_empty() || shell.has_assignments())
            && (self.redirect_to.is_empty() && self.read_from.is_empty() || shell.has_redirects())
    }

    fn matches(&self, shell: Shell<'_>) -> Option<Span> {
        let mut barren = Barren::default();
        let is = |(index, command): &(usize, &Command)| self.is(shell, command, *index, &mut barren);
        let found = if self.program.is_empty() || self.program.is_open() {
            shell.commands().iter().enumerate().find(is)
        } else {
            shell.known_commands().find(is)
        };
        found.map(|(_, command)| command.span)
    }

    fn is(&self, shell: Shell<'_>, command: &Command, index: usize, barren: &mut Barren) -> bool {
        (self.program.is_empty() || self.program.matches(shell, command))
            && (self.context.is_empty() || self.context.iter().any(|context| command.reach.passes(*context)))
            && (!self.background || command.background)
            && (!self.idle || is_idle(shell, command))
            && (!self.injected || is_injected(shell, command))
            && (!self.dynamic || is_dynamic(shell, command))
            && (!self.hidden || is_hidden(shell, command))
            && (self.code.is_empty() || self.code.iter().any(|from| from.is(command.code)))
            && self.flags.iter().all(|flag| has_flag(shell, command, flag))
            && !self.no_flags.iter().any(|flag| has_flag(shell, command, flag))
            && (self.assigns.is_empty() || assigns(shell, command, &self.assigns))
            && (self.redirect_to.is_empty() || redirects(shell, command, &self.redirect_to, true))
            && (self.read_from.is_empty() || redirects(shell, command, &self.read_from, false))
            && (self.wrapped_by.is_empty() || is_wrapped(shell, command, &self.wrapped_by))
            && (self.snippet.is_empty() || {
                // They are in the order of commands: each command looks at its own alone.
                let all = shell.snippets();
                let from = all.partition_point(|snippet| (snippet.command as usize) < index);
                let own = all.get(from..).unwrap_or_default();
                let own = || own.iter().take_while(|snippet| snippet.command as usize == index);
                let covers =
                    |pattern: &Glob, one: &Snippet| pattern.may(one.holds) && pattern.matches(shell.text(one.text));
                let longest = own().map(|snippet| snippet.text.len()).max().unwrap_or_default();
                self.snippet.holds(longest, |pattern| own().any(|snippet| covers(pattern, snippet)))
            })
            && self.args.matches_wrapped(shell, command, barren)
            && (!self.beyond_settings || !writes_settings(shell, index))
    }
}

impl CodeFrom {
    const fn is(self, code: Code) -> bool {
        matches!(
            (self, code),
            (Self::Stdin, Code::Stdin) | (Self::Argument, Code::Argument(_)) | (Self::File, Code::File(_))
        )
    }
}

impl ArgsQuery {
    /// Whether nothing is asked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.any.is_empty() && self.all.is_empty() && self.none.is_empty()
    }

    /// The same as [`ArgsQuery::matches`] for one of many commands: what a wrapper runs has its last words, and what was not
    /// found among more words is not among fewer.
    fn matches_wrapped(&self, shell: Shell<'_>, command: &Command, barren: &mut Barren) -> bool {
        if !self.any.is_empty() && barren.holds(command.words) {
            return false;
        }
        let args = shell.args(command);
        let any = self.has_any(shell, self.without_target(shell, command, args));
        if !any {
            barren.note(command.words);
        }
        any && self.rest(shell, args)
    }

    fn matches(&self, shell: Shell<'_>, args: &[Word]) -> bool {
        self.has_any(shell, args) && self.rest(shell, args)
    }

    /// The words of a command without the target of a copy, if that is one of `but_target`.
    fn without_target<'w>(&self, shell: Shell<'_>, command: &Command, args: &'w [Word]) -> &'w [Word] {
        if self.but_target.is_empty() || !matches!(shell.name(command), b"cp" | b"mv" | b"install") {
            return args;
        }
        // `-t` names the target ahead of what is copied there.
        let option = |word: &Word| shell.text(word.text).first() == Some(&b'-');
        let ahead = |word: &Word| option(word) && shell.text(word.text).contains(&b't');
        let operands = args.iter().filter(|word| !option(word)).count();
        match args.split_last() {
            Some((last, rest))
                if operands > 1
                    && !option(last)
                    && !args.iter().any(ahead)
                    && self
                        .but_target
                        .iter()
                        .any(|one| one.matches(shell.text(last.text)) || one.matches(shell.text(last.clean))) =>
            {
                rest
            }
            _ => args,
        }
    }

    /// Whether one of `any` is among the words, if there are such.
    fn has_any(&self, shell: Shell<'_>, args: &[Word]) -> bool {
        let some = |word: &&Word| may_match(shell, word, &self.any);
        let counts = |word: &Word| {
            let (text, clean) = (shell.text(word.text), shell.text(word.clean));
            !self.but.iter().any(|one| one.matches(text) || one.matches(clean))
        };
        let found = |word: &Word| self.any.iter().any(|one| word_matches(shell, word, one));
        self.any.is_empty() || args.iter().filter(some).any(|word| found(word) && counts(word))
    }

    fn rest(&self, shell: Shell<'_>, args: &[Word]) -> bool {
        self.all.iter().all(|one| args.iter().any(|word| word_matches(shell, word, one)))
            && !covers_any(shell, args, &self.none)
    }

    /// The same of texts that are no words, the longest of them of this length.
    fn holds(&self, longest: usize, found: impl Fn(&Glob) -> bool) -> bool {
        (self.any.is_empty() || longest >= self.any.least() && self.any.iter().any(&found))
            && self.all.iter().all(&found)
            && !self.none.iter().any(&found)
    }
}

impl RedirectQuery {
    fn matches(&self, shell: Shell<'_>) -> Option<Span> {
        let mut commands = shell.commands().iter().enumerate();
        let found = commands.find(|(index, command)| {
            (!self.to.is_empty() || !self.from.is_empty())
                && (self.to.is_empty() || redirects(shell, command, &self.to, true))
                && (self.from.is_empty() || redirects(shell, command, &self.from, false))
                && (!self.beyond_settings || !writes_settings(shell, *index))
        });
        found.map(|(_, command)| command.span)
    }
}

/// Words among which nothing was found that is asked for.
#[derive(Default)]
struct Barren((u32, u32));

impl Barren {
    fn holds(&self, words: (u32, u32)) -> bool {
        self.0.0 <= words.0 && words.1 <= self.0.1 && words.0 < words.1
    }

    fn note(&mut self, words: (u32, u32)) {
        if words.1 - words.0 > self.0.1 - self.0.0 {
            self.0 = words;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Names, words::is_flag};

    #[test]
    fn flags_in_any_grouping() {
        for (word, spelling, hit) in [
            ("-rf", "r", true),
            ("-fr", "r", true),
            ("-f", "r", false),
            ("--recursive", "r", false),
            ("--recursive", "recursive", true),
            ("--recurs", "recursive", true),
            ("--re", "recursive", false),
            ("-Recurse", "recurse", true),
            ("-delete", "delete", true),
            ("--output=x", "output", true),
            ("-o=r", "r", false),
            ("r", "r", false),
        ] {
            assert_eq!(is_flag(word.as_bytes(), spelling.as_bytes()), hit, "{word} {spelling}");
        }
    }

    #[test]
    fn names_keep_classes_apart() {
        let names: Names = ["interpreter", "curl", "no-such"].into_iter().collect();
        assert_eq!(names.unknown().collect::<Vec<_>>(), ["no-such"]);
        let back: Vec<String> = names.into();
        assert_eq!(back, ["interpreter", "curl", "no-such"]);
    }
}
