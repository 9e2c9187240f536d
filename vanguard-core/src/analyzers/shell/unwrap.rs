//! From a parsed command to what it runs: its name and class, the code it is given, the command inside a wrapper.

use super::Dialect;
use super::glob::Letters;
use super::interpreters::{Code, code_of};
use super::literal;
use super::model::{Command, Context, Joined, NONE, RedirectOp, Snippet, Word, WordFlags};
use super::names;
use super::programs::{Class, Classes, NO_ROW, known_at, place_of};
use super::scratch::{Item, Origin, ShellScratch, as_u32, caps, slice};
use crate::message::Span;

/// Finishes the commands from `first` on, appending those they run; their number grows while it goes.
pub(super) fn finish(s: &mut ShellScratch, first: u32) {
    let mut index = first;
    while let Some(command) = s.commands.get(index as usize).copied() {
        one(s, index, command);
        index += 1;
    }
}

fn one(s: &mut ShellScratch, index: u32, command: Command) {
    let Some(program) = s.words.get(command.words.0 as usize).copied().filter(|_| command.words.0 < command.words.1)
    else {
        return;
    };
    let mut name = names::base(&mut s.bytes, program);
    let mut place = place_of(name.of(&s.bytes));
    let mut known = place.and_then(known_at);
    let mut classes = known.map_or(Classes::NONE, |known| known.classes);
    // Without a folder before it a pattern is filled in with files of the folder one is in: `(2+3)*64`, `(\d+)\s*` run nothing.
    let globbed = program.flags.has(WordFlags::GLOB) && s.text(program.text).contains(&b'/');
    if globbed && names::is_pattern(name.of(&s.bytes)) {
        if s.may_look_up() {
            if let Some(found) = names::of_glob(name.of(&s.bytes)) {
                (known, classes) = (Some(found.0), found.1);
            }
        } else if let Some(found) = names::common_of_glob(name.of(&s.bytes)) {
            name = s.push_text(found.as_bytes());
            place = place_of(found.as_bytes());
            known = place.and_then(known_at);
            classes = known.map_or(Classes::NONE, |known| known.classes);
        }
    }
    let code =
        known.map_or(Code::None, |known| code_of(known, slice(&s.words, command.words), command.words.0, &s.bytes));
    let this = Unwrap { index, command: Command { name, classes, place, code, ..command } };
    if let Some(slot) = s.commands.get_mut(index as usize) {
        *slot = this.command;
    }
    let Some(known) = known else {
        if s.text(name) == b"alias" {
            this.aliases(s);
        }
        return;
    };
    match known.name {
        "powershell" | "pwsh" => return this.powershell(s),
        "cmd" => return this.cmd(s),
        "eval" => return this.joined(s, command.words.0 + 1, Dialect::Posix),
        "invoke-expression" | "iex" => return this.joined(s, command.words.0 + 1, Dialect::PowerShell),
        "find" => return this.find(s),
        "fd" | "fdfind" => return this.fd(s),
        _ => {}
    }
    let shell = classes.has(Class::Shell);
    match code {
        Code::Argument(word) if shell || known.name == "trap" => this.text_word(s, word, (word + 1, command.words.1)),
        Code::Argument(word) => this.snippet(s, word),
        Code::Stdin => this.stdin(s, shell || matches!(known.name, "at" | "batch")),
        _ => {}
    }
    if known.wrappers != [NO_ROW; 4] {
        this.wrapper(s, known);
    }
}

pub(super) fn known_is(s: &ShellScratch, name: Span, wanted: &str) -> bool {
    s.text(name) == wanted.as_bytes()
}

/// One command being finished.
pub(super) struct Unwrap {
    pub(super) index: u32,
    pub(super) command: Command,
}

impl Unwrap {
    pub(super) fn text<'s>(&self, s: &'s ShellScratch, word: u32) -> &'s [u8] {
        if word < self.command.words.1 { s.word_text(word) } else { &[] }
    }

    pub(super) fn item(&self, origin: Origin, context: Context, dialect: Dialect, args: (u32, u32)) -> Item {
        Item {
            text: (0, 0),
            origin,
            dialect,
            context,
            reach: self.command.reach.through(context),
            parent: self.index,
            depth: self.command.depth + 1,
            args,
            commands: (0, 0),
        }
    }

    /// Puts a word's text in line.
    pub(super) fn text_word(&self, s: &mut ShellScratch, word: u32, args: (u32, u32)) {
        let Some(word) = s.words.get(word as usize).copied() else { return };
        let item = self.item(origin(&word), Context::Inner, Dialect::Posix, args);
        enqueue_from_bytes(s, word.text, item);
    }

    /// Puts the words from `first` on, joined by blanks, in line.
    pub(super) fn joined(&self, s: &mut ShellScratch, first: u32, dialect: Dialect) {
        let end = self.command.words.1;
        let last = slice(&s.words, (first, end)).last().copied();
        let Some((one, last)) = s.words.get(first as usize).copied().filter(|_| first < end).zip(last) else {
            return self.stdin(s, true);
        };
        if first + 1 == end {
            let plain = !s.text(one.text).iter().any(|byte| b" \t\n;|&".contains(byte));
            if plain && one.flags.has(WordFlags::SUBSTITUTION) && one.flags.has(WordFlags::EXPANSION) {
                // Nothing but what a substitution prints: the edge says it all.
                return;
            }
            let item = self.item(origin(&one), Context::Inner, dialect, (0, 0));
            return enqueue_from_bytes(s, one.text, item);
        }
        let mut text = std::mem::take(&mut s.spare);
        text.clear();
        for (at, word) in slice(&s.words, (first, end)).iter().enumerate() {
            if at > 0 {
                text.push(b' ');
            }
            text.extend_from_slice(s.text(word.text));
        }
        let span = Span::new(one.span.start, last.span.end.max(one.span.end));
        let item = self.item(Origin::Coarse(span), Context::Inner, dialect, (0, 0));
        s.enqueue(&text, item);
        s.spare = text;
    }

    /// Code from standard input: a here-document, or a literal that is piped in.
    pub(super) fn stdin(&self, s: &mut ShellScratch, shell: bool) {
        let redirects = slice(&s.redirects, self.command.redirects);
        let document = redirects.iter().rfind(|one| matches!(one.op, RedirectOp::HereDoc | RedirectOp::HereString));
        if let Some(redirect) = document.copied() {
            let body = redirect.target;
            if shell {
                let exact = redirect.op == RedirectOp::HereDoc && body.text.len() == body.span.len();
                let origin = if exact { Origin::Exact(body.span.start) } else { origin(&body) };
                let item = self.item(origin, Context::HereDoc, Dialect::Posix, (0, 0));
                enqueue_from_bytes(s, body.text, item);
            } else {
                s.snippets.push(Snippet { command: self.index, text: body.text, span: body.span, holds: Letters::ALL });
            }
            return;
        }
        // What a wrapper reads, the command inside reads: `echo … | sudo sh`.
        let mut reader = self.index;
        while let Some(command) = s.commands.get(reader as usize)
            && command.parent != NONE
            && command.context == Context::Inner
            && command.stage == 0
        {
            reader = command.parent;
        }
        let mut text = std::mem::take(&mut s.spare);
        text.clear();
        if self.is_fed(s, reader) && s.may_fold() && literal::input(s, reader, &mut text) {
            let span = s.commands.get(reader as usize).map_or(self.command.span, |command| {
                let first = s.commands.get(reader.saturating_sub(command.stage) as usize);
                Span::new(first.map_or(command.span.start, |first| first.span.start), command.span.end)
            });
            if shell {
                let item = self.item(Origin::Coarse(span), Context::HereDoc, Dialect::Posix, (0, 0));
                s.enqueue(&text, item);
            } else if text.len() <= s.splice_budget {
                s.splice_budget -= text.len();
                let text = s.push_text(&text);
                s.snippets.push(Snippet { command: self.index, text, span, holds: Letters::ALL });
            }
        }
        s.spare = text;
    }

    /// Whether anything is piped into a command.
    pub(super) fn is_fed(&self, s: &ShellScratch, reader: u32) -> bool {
        s.commands.get(reader as usize).is_some_and(|command| command.stage > 0)
    }

    pub(super) fn snippet(&self, s: &mut ShellScratch, word: u32) {
        if let Some(word) = s.words.get(word as usize).copied() {
            s.snippets.push(Snippet { command: self.index, text: word.text, span: word.span, holds: Letters::ALL });
        }
    }

    /// The words `[first, end)` are a command of their own.
    pub(super) fn inner(&self, s: &mut ShellScratch, first: u32, end: u32) {
        if first >= end {
            return;
        }
        if self.command.depth >= caps::DEPTH || s.commands.len() >= caps::COMMANDS {
            s.complete = false;
            return;
        }
        let words = slice(&s.words, (first, end));
        let span = match (words.first(), words.last()) {
            (Some(one), Some(last)) => Span::new(one.span.start.min(last.span.start), last.span.end.max(one.span.end)),
            _ => self.command.span,
        };
        if let Some(command) = s.commands.get_mut(self.index as usize)
            && (command.words.0..command.own).contains(&first)
        {
            command.own = first;
        }
        let none = (s.assignments.len(), s.redirects.len());
        s.commands.push(Command {
            words: (first, end),
            own: end,
            assignments: (as_u32(none.0), as_u32(none.0)),
            redirects: (as_u32(none.1), as_u32(none.1)),
            context: Context::Inner,
            reach: self.command.reach.through(Context::Inner),
            parent: self.index,
            depth: self.command.depth + 1,
            joined: Joined::First,
            stage: 0,
            pipeline: s.pipelines,
            span,
            ..self.command
        });
        s.pipelines += 1;
    }

    /// `powershell -Command …`, `-EncodedCommand`, `-File`.
    pub(super) fn powershell(&self, s: &mut ShellScratch) {
        let (start, end) = self.command.words;
        let mut at = start + 1;
        while at < end {
            let text = s.word_text(at);
            let Some(option) =
                text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"/")).filter(|rest| !rest.is_empty())
            else {
                break;
            };
            // PowerShell takes any unambiguous beginning of a parameter's name.
            let short_for = |name: &str, least: usize| {
                option.len() >= least
                    && name.len() >= option.len()
                    && name.as_bytes().get(..option.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(option))
            };
            if option == b"-" {
                break;
            }
            if short_for("command", 1) {
                return self.joined(s, at + 1, Dialect::PowerShell);
            }
            if short_for("encodedcommand", 1) || option.eq_ignore_ascii_case(b"ec") {
                return self.encoded(s, at + 1);
            }
            if short_for("file", 1) {
                let code = if s.word_text(at + 1) == b"-" { Code::Stdin } else { Code::File(at + 1) };
                return self.set_code(s, code);
            }
            let valued = [
                "executionpolicy",
                "windowstyle",
                "version",
                "inputformat",
                "outputformat",
                "workingdirectory",
                "configurationname",
                "psconsolefile",
                "settingsfile",
                "custompipename",
            ];
            at += 1 + u32::from(valued.iter().any(|name| short_for(name, 1)) || option.eq_ignore_ascii_case(b"ep"));
        }
        let text = self.text(s, at);
        if at >= end || text == b"-" {
            self.set_code(s, Code::Stdin);
        } else if text.len() > 4 && text.get(text.len() - 4..).is_some_and(|end| end.eq_ignore_ascii_case(b".ps1")) {
            self.set_code(s, Code::File(at));
        } else {
            self.joined(s, at, Dialect::PowerShell);
        }
    }

    pub(super) fn set_code(&self, s: &mut ShellScratch, code: Code) {
        if let Some(command) = s.commands.get_mut(self.index as usize) {
            command.code = code;
        }
    }

    /// Base64 of UTF-16LE.
    pub(super) fn encoded(&self, s: &mut ShellScratch, at: u32) {
        let Some(word) = s.words.get(at as usize).copied().filter(|_| at < self.command.words.1) else { return };
        let mut text = std::mem::take(&mut s.spare);
        text.clear();
        if names::decode_utf16(s.text(word.text), &mut text) {
            let item = self.item(Origin::Coarse(word.span), Context::Inner, Dialect::PowerShell, (0, 0));
            s.enqueue(&text, item);
        }
        s.spare = text;
    }

    /// `alias x='…'`: what the alias will run.
    pub(super) fn aliases(&self, s: &mut ShellScratch) {
        for at in self.command.assignments.0..self.command.assignments.1 {
            if let Some(value) = s.assignments.get(at as usize).map(|one| one.value) {
                let item = self.item(Origin::Coarse(value.span), Context::Inner, Dialect::Posix, (0, 0));
                enqueue_from_bytes(s, value.text, item);
            }
        }
    }

    /// `cmd /c …`
    pub(super) fn cmd(&self, s: &mut ShellScratch) {
        let (start, end) = self.command.words;
        let option = (start + 1..end).find(|at| {
            matches!(s.word_text(*at), [b'/', letter, ..] if matches!(letter.to_ascii_lowercase(), b'c' | b'k' | b'r'))
        });
        match option {
            Some(at) if s.word_text(at).len() > 2 => {
                if let Some(word) = s.words.get(at as usize).copied() {
                    let text = Span::new(word.text.start + 2, word.text.end);
                    let item = self.item(Origin::Coarse(word.span), Context::Inner, Dialect::Cmd, (0, 0));
                    enqueue_from_bytes(s, text, item);
                }
            }
            Some(at) => self.joined(s, at + 1, Dialect::Cmd),
            None if end == start + 1 => self.set_code(s, Code::Stdin),
            None => {}
        }
    }
}

/// Texts piped into `xargs` beyond this are not turned into arguments.
pub(super) const PIPED: usize = 4096;
/// Nor are more lines than this.
pub(super) const LINES: usize = 8;

/// Where a word's text leads back to.
pub(super) fn origin(word: &Word) -> Origin {
    if word.flags.has(WordFlags::VERBATIM) {
        Origin::Exact(word.span.start + 1)
    } else if word.text.len() == word.span.len() && !word.flags.has(WordFlags::DERIVED.with(WordFlags::QUOTED)) {
        Origin::Exact(word.span.start)
    } else {
        Origin::Coarse(word.span)
    }
}

/// Puts a text that lies among the words' bytes in line.
pub(super) fn enqueue_from_bytes(s: &mut ShellScratch, text: Span, item: Item) {
    if text.of(&s.bytes).iter().all(u8::is_ascii_whitespace) {
        return;
    }
    let bytes = std::mem::take(&mut s.bytes);
    s.enqueue(text.of(&bytes), item);
    s.bytes = bytes;
}
