//! From a parsed command to what it runs: its name and class, the code it is given, the command inside a wrapper.

use super::Dialect;
use super::interpreters::{Code, code_of};
use super::literal;
use super::model::{Assignment, Command, Context, Joined, NONE, RedirectOp, Snippet, Word, WordFlags};
use super::names;
use super::programs::{Class, Classes, Known, NO_ROW, lookup};
use super::scratch::{Item, Origin, ShellScratch, as_u32, caps, slice};
use super::wrappers::{Rest, VERB_WITHIN, Wrapper, listed, wrapper_of};
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
    let name = names::base(&mut s.bytes, program);
    let mut known = lookup(name.of(&s.bytes));
    let mut classes = known.map_or(Classes::NONE, |known| known.classes);
    if program.flags.has(WordFlags::GLOB) {
        if s.globbed < GLOBBED {
            s.globbed += 1;
            if let Some(found) = names::of_glob(name.of(&s.bytes)) {
                (known, classes) = (Some(found.0), found.1);
            }
        } else {
            s.complete = false;
        }
    }
    let code =
        known.map_or(Code::None, |known| code_of(known, slice(&s.words, command.words), command.words.0, &s.bytes));
    let this = Unwrap { index, command: Command { name, classes, code, ..command } };
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

/// How many programs spelled as patterns are looked up in one text: each costs a walk through the table.
const GLOBBED: u32 = 16;

fn known_is(s: &ShellScratch, name: Span, wanted: &str) -> bool {
    s.text(name) == wanted.as_bytes()
}

/// One command being finished.
struct Unwrap {
    index: u32,
    command: Command,
}

impl Unwrap {
    fn text<'s>(&self, s: &'s ShellScratch, word: u32) -> &'s [u8] {
        if word < self.command.words.1 { s.word_text(word) } else { &[] }
    }

    fn item(&self, origin: Origin, context: Context, dialect: Dialect, args: (u32, u32)) -> Item {
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
    fn text_word(&self, s: &mut ShellScratch, word: u32, args: (u32, u32)) {
        let Some(word) = s.words.get(word as usize).copied() else { return };
        let item = self.item(origin(&word), Context::Inner, Dialect::Posix, args);
        enqueue_from_bytes(s, word.text, item);
    }

    /// Puts the words from `first` on, joined by blanks, in line.
    fn joined(&self, s: &mut ShellScratch, first: u32, dialect: Dialect) {
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
    fn stdin(&self, s: &mut ShellScratch, shell: bool) {
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
                s.snippets.push(Snippet { command: self.index, text: body.text, span: body.span });
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
                s.snippets.push(Snippet { command: self.index, text, span });
            }
        }
        s.spare = text;
    }

    /// Whether anything is piped into a command.
    fn is_fed(&self, s: &ShellScratch, reader: u32) -> bool {
        s.commands.get(reader as usize).is_some_and(|command| command.stage > 0)
    }

    fn snippet(&self, s: &mut ShellScratch, word: u32) {
        if let Some(word) = s.words.get(word as usize).copied() {
            s.snippets.push(Snippet { command: self.index, text: word.text, span: word.span });
        }
    }

    /// The words `[first, end)` are a command of their own.
    fn inner(&self, s: &mut ShellScratch, first: u32, end: u32) {
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

    fn wrapper(&self, s: &mut ShellScratch, known: &Known) {
        let name = known.name;
        let (start, end) = self.command.words;
        let args = slice(&s.words, (start + 1, end)).iter().map(|word| s.text(word.text));
        let Some(wrapper) = wrapper_of(known.wrappers, args) else { return };
        let mut at = start + 1;
        if !wrapper.verbs.is_empty() {
            let within = (at..end).take(VERB_WITHIN);
            at = within.into_iter().find(|at| listed(wrapper.verbs, s.word_text(*at))).map_or(at, |at| at + 1);
        }
        let skip = if wrapper.rest == Rest::Nothing { u8::MAX } else { wrapper.skip };
        let mut state = Options { at, skip, replace: None, ended: false, text: false };
        self.options(s, wrapper, &mut state);
        let at = state.at.min(end);
        match (name, wrapper.rest) {
            ("xargs" | "gxargs", _) => self.xargs(s, at, state.replace),
            ("parallel", _) => self.parallel(s, at),
            ("ssh" | "su" | "sudo" | "doas" | "chroot" | "newgrp" | "nsenter" | "unshare", _)
                if at >= end && !state.text =>
            {
                // Nothing to run: an interactive shell, which reads its standard input.
                self.set_code(s, Code::Stdin);
                if let Some(command) = s.commands.get_mut(self.index as usize) {
                    command.classes = command.classes.union(Classes::of(&[Class::Interpreter]));
                }
                self.stdin(s, true);
            }
            (_, Rest::Words) => self.inner(s, at, end),
            (_, Rest::Text) if at < end => self.joined(s, at, Dialect::Posix),
            (_, Rest::One) if at < end => self.text_word(s, at, (0, 0)),
            _ => {}
        }
    }

    /// Reads over a wrapper's own options and operands.
    fn options(&self, s: &mut ShellScratch, wrapper: &Wrapper, state: &mut Options) {
        let end = self.command.words.1;
        while state.at < end {
            let text = s.word_text(state.at);
            match text {
                b"--" if !state.ended => {
                    state.ended = true;
                    state.at += 1;
                    if wrapper.dashes {
                        return;
                    }
                    continue;
                }
                [b'-', first, ..] if !state.ended => {
                    let long = *first == b'-';
                    self.option(s, wrapper, state, long);
                    continue;
                }
                _ => {}
            }
            if wrapper.assigns
                && let Some((name, value)) = literal::split_assignment(text)
            {
                self.assignment(s, state.at, name, value);
                state.at += 1;
            } else if state.skip > 0 {
                state.skip -= u8::from(state.skip != u8::MAX);
                state.at += 1;
            } else {
                return;
            }
        }
    }

    fn option(&self, s: &mut ShellScratch, wrapper: &Wrapper, state: &mut Options, long: bool) {
        let at = state.at;
        state.at += 1;
        let Some(word) = s.words.get(at as usize).copied() else { return };
        let text = s.text(word.text);
        if long {
            let cut = memchr::memchr(b'=', text).unwrap_or(text.len());
            let name = text.get(..cut).unwrap_or_default();
            if name == b"--replace" {
                state.replace = Some(Span::new(word.text.start + as_u32((cut + 1).min(text.len())), word.text.end));
            }
            if listed(wrapper.text, name) {
                state.text = true;
                if cut < text.len() {
                    self.part_of_word(s, word, cut + 1);
                } else {
                    state.at += 1;
                    self.text_word(s, at + 1, (0, 0));
                }
            } else if cut == text.len() && listed(wrapper.long, name) {
                state.at += 1;
            }
            return;
        }
        // `-oProxyCommand=…` runs its value.
        if wrapper.text.starts_with("-o") {
            let value = if text == b"-o" { at + 1 } else { at };
            let bytes = self.text(s, value);
            let from = usize::from(value == at) * 2;
            if let Some(option) = bytes.get(from..)
                && let Some(cut) = option.iter().position(|byte| matches!(byte, b'=' | b' '))
                && [b"proxycommand".as_slice(), b"localcommand", b"knownhostscommand"]
                    .iter()
                    .any(|name| option.get(..cut).is_some_and(|option| option.eq_ignore_ascii_case(name)))
                && let Some(word) = s.words.get(value as usize).copied()
            {
                self.part_of_word(s, word, from + cut + 1);
            }
        }
        let letters = Span::new(word.text.start + 1, word.text.end);
        for place in 0..letters.len() {
            let Some(letter) = s.text(letters).get(place).copied() else { break };
            let last = place + 1 == letters.len();
            if wrapper.text.split_ascii_whitespace().any(|option| option.as_bytes() == [b'-', letter]) {
                state.text = true;
                if last {
                    state.at += 1;
                    if at + 1 < self.command.words.1 {
                        self.text_word(s, at + 1, (0, 0));
                    }
                } else {
                    self.part_of_word(s, word, place + 2);
                }
                return;
            }
            if wrapper.values.contains(&letter) {
                let value = if last { s.words.get(at as usize + 1).map(|word| word.text) } else { None };
                let glued = Span::new(word.text.start + as_u32(place + 2), word.text.end);
                if letter == b'I' {
                    state.replace = Some(value.unwrap_or(glued));
                }
                state.at += u32::from(last);
                return;
            }
            if letter == b'i' && known_is(s, self.command.name, "xargs") {
                state.replace = Some(Span::new(word.text.start + as_u32(place + 2), word.text.end));
                return;
            }
        }
    }

    /// Puts the part of a word's text from `from` on in line.
    fn part_of_word(&self, s: &mut ShellScratch, word: Word, from: usize) {
        let text = Span::new((word.text.start + as_u32(from)).min(word.text.end), word.text.end);
        let item = self.item(Origin::Coarse(word.span), Context::Inner, Dialect::Posix, (0, 0));
        enqueue_from_bytes(s, text, item);
    }

    /// Notes `NAME=value` among a wrapper's arguments as an assignment of the command that runs.
    fn assignment(&self, s: &mut ShellScratch, at: u32, name: usize, value: usize) {
        let Some(word) = s.words.get(at as usize).copied() else { return };
        let own = self.command.assignments;
        let Some(command) = s.commands.get_mut(self.index as usize) else { return };
        // The pool only grows at its end: assignments before the command and those among its arguments lie together only
        // if there were none before.
        if own.0 == own.1 && command.assignments.0 == command.assignments.1 {
            command.assignments = (as_u32(s.assignments.len()), as_u32(s.assignments.len()));
        }
        if command.assignments.1 as usize != s.assignments.len() {
            for at in command.assignments.0..command.assignments.1 {
                if let Some(old) = s.assignments.get(at as usize).copied() {
                    s.assignments.push(old);
                }
            }
            let count = command.assignments.1 - command.assignments.0;
            command.assignments = (as_u32(s.assignments.len()) - count, as_u32(s.assignments.len()));
        }
        let name = Span::new(word.text.start, word.text.start + as_u32(name));
        let text = Span::new(word.text.start + as_u32(value), word.text.end);
        s.assignments.push(Assignment { name, value: Word { text, clean: text, ..word } });
        command.assignments.1 += 1;
    }

    fn find(&self, s: &mut ShellScratch) {
        let (start, end) = self.command.words;
        let mut at = start + 1;
        while at < end {
            let runs = matches!(s.word_text(at), b"-exec" | b"-execdir" | b"-ok" | b"-okdir");
            at += 1;
            if runs {
                let first = at;
                while at < end && !matches!(s.word_text(at), b";" | b"+") {
                    at += 1;
                }
                self.inner(s, first, at);
            }
        }
    }

    fn fd(&self, s: &mut ShellScratch) {
        let (start, end) = self.command.words;
        let runs = (start + 1..end).find(|at| matches!(s.word_text(*at), b"-x" | b"-X" | b"--exec" | b"--exec-batch"));
        if let Some(at) = runs {
            self.inner(s, at + 1, end);
        }
    }

    /// `… | xargs cmd`: where what is piped in is plain to see, it becomes arguments.
    fn xargs(&self, s: &mut ShellScratch, first: u32, replace: Option<Span>) {
        let end = self.command.words.1;
        let mut text = std::mem::take(&mut s.spare);
        text.clear();
        let known = first < end
            && !self.reads_file(s, first)
            && literal::input(s, self.index, &mut text)
            && text.len() <= PIPED;
        if known {
            let token = replace.map(|token| if token.is_empty() { s.push_text(b"{}") } else { token });
            for line in text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).take(LINES) {
                self.filled(s, (first, end), token, line);
            }
        } else {
            let before = s.commands.len();
            self.inner(s, first, end);
            // `xargs sh -c`, `xargs -I{} sh -c {}`: the code arrives with the data.
            let hole = replace.is_none_or(|token| token.is_empty() || s.text(token) == s.word_text(end - 1));
            if s.commands.len() > before && hole {
                self.mark_code(s, first, end, replace.is_some());
            }
        }
        s.spare = text;
    }

    /// The command that the words make with `line` put in for `token`, or behind them.
    fn filled(&self, s: &mut ShellScratch, words: (u32, u32), token: Option<Span>, line: &[u8]) {
        let from = as_u32(s.words.len());
        if s.words.len() + (words.1 - words.0) as usize + line.len() > caps::WORDS {
            s.complete = false;
            return;
        }
        for at in words.0..words.1 {
            self.copy_word(s, at, token, line);
        }
        if token.is_none() {
            for part in line.split(u8::is_ascii_whitespace).filter(|part| !part.is_empty()) {
                let text = s.push_text(part);
                s.words.push(Word { text, clean: text, span: self.command.span, flags: WordFlags::DERIVED });
            }
        }
        let one = from + 1 == as_u32(s.words.len());
        if one && s.word_text(from).iter().any(|byte| b" ;|&".contains(byte)) {
            return self.text_word(s, from, (0, 0));
        }
        self.inner(s, from, as_u32(s.words.len()));
    }

    /// `xargs -a file` leaves its standard input alone.
    fn reads_file(&self, s: &ShellScratch, first: u32) -> bool {
        (self.command.words.0 + 1..first).any(|at| {
            let text = s.word_text(at);
            text.starts_with(b"-a") || text.starts_with(b"--arg-file")
        })
    }

    fn mark_code(&self, s: &mut ShellScratch, first: u32, end: u32, replaced: bool) {
        let ends_in_code = s.word_text(end - 1) == b"-c" && !replaced;
        let hole = replaced && end - first >= 2 && s.word_text(end.saturating_sub(2)) == b"-c";
        if (ends_in_code || hole)
            && let Some(word) = s.words.get_mut(end as usize - 1)
        {
            word.flags = word.flags.with(WordFlags::EXPANSION);
            if let Some(command) = s.commands.get_mut(self.index as usize) {
                command.code = Code::Stdin;
                command.classes = command.classes.union(Classes::of(&[Class::Interpreter]));
            }
        }
    }

    /// A copy of a word, `token` in it replaced by `value`.
    fn copy_word(&self, s: &mut ShellScratch, at: u32, token: Option<Span>, value: &[u8]) {
        let Some(word) = s.words.get(at as usize).copied() else { return };
        let Some(token) = token.filter(|token| !token.is_empty()) else {
            s.words.push(word);
            return;
        };
        let place = memchr::memmem::find(s.text(word.text), s.text(token));
        let Some(place) = place.filter(|_| value.len() + word.text.len() <= s.splice_budget) else {
            s.words.push(word);
            return;
        };
        s.splice_budget -= value.len() + word.text.len();
        let start = s.bytes.len();
        let from = word.text.range().start;
        s.bytes.extend_from_within(from..from + place);
        s.bytes.extend_from_slice(value);
        s.bytes.extend_from_within(from + place + token.len()..word.text.range().end);
        let text = Span::of_usize(start, s.bytes.len());
        let flags = word.flags.with(WordFlags::DERIVED).without(WordFlags::VERBATIM);
        s.words.push(Word { text, clean: text, span: self.command.span, flags });
    }

    /// `parallel cmd ::: args`, `parallel ::: 'cmd …'`. GNU parallel hands the line it makes to a shell.
    fn parallel(&self, s: &mut ShellScratch, first: u32) {
        let end = self.command.words.1;
        let cut = (first..end).find(|at| matches!(s.word_text(*at), b":::" | b"::::" | b":::+")).unwrap_or(end);
        let hole = (first..cut).any(|at| memchr::memmem::find(s.word_text(at), b"{}").is_some());
        let token = hole.then(|| s.push_text(b"{}"));
        if cut == first {
            for at in cut + 1..end {
                self.text_word(s, at, (0, 0));
            }
            return;
        }
        if cut == end {
            return self.xargs(s, first, token);
        }
        for at in (cut + 1..end).take(LINES) {
            let mut value = std::mem::take(&mut s.spare);
            value.clear();
            value.extend_from_slice(s.word_text(at));
            self.filled(s, (first, cut), token, &value);
            s.spare = value;
        }
    }

    /// `powershell -Command …`, `-EncodedCommand`, `-File`.
    fn powershell(&self, s: &mut ShellScratch) {
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

    fn set_code(&self, s: &mut ShellScratch, code: Code) {
        if let Some(command) = s.commands.get_mut(self.index as usize) {
            command.code = code;
        }
    }

    /// Base64 of UTF-16LE.
    fn encoded(&self, s: &mut ShellScratch, at: u32) {
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
    fn aliases(&self, s: &mut ShellScratch) {
        for at in self.command.assignments.0..self.command.assignments.1 {
            if let Some(value) = s.assignments.get(at as usize).map(|one| one.value) {
                let item = self.item(Origin::Coarse(value.span), Context::Inner, Dialect::Posix, (0, 0));
                enqueue_from_bytes(s, value.text, item);
            }
        }
    }

    /// `cmd /c …`
    fn cmd(&self, s: &mut ShellScratch) {
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

/// What is known while a wrapper's options are read.
struct Options {
    at: u32,
    skip: u8,
    /// The token that `xargs -I` replaces.
    replace: Option<Span>,
    /// `--` was read.
    ended: bool,
    /// An option held the text that is run.
    text: bool,
}

/// Texts piped into `xargs` beyond this are not turned into arguments.
const PIPED: usize = 4096;
/// Nor are more lines than this.
const LINES: usize = 8;

/// Where a word's text leads back to.
fn origin(word: &Word) -> Origin {
    if word.flags.has(WordFlags::VERBATIM) {
        Origin::Exact(word.span.start + 1)
    } else if word.text.len() == word.span.len() && !word.flags.has(WordFlags::DERIVED.with(WordFlags::QUOTED)) {
        Origin::Exact(word.span.start)
    } else {
        Origin::Coarse(word.span)
    }
}

/// Puts a text that lies among the words' bytes in line.
fn enqueue_from_bytes(s: &mut ShellScratch, text: Span, item: Item) {
    if text.of(&s.bytes).iter().all(u8::is_ascii_whitespace) {
        return;
    }
    let bytes = std::mem::take(&mut s.bytes);
    s.enqueue(text.of(&bytes), item);
    s.bytes = bytes;
}
