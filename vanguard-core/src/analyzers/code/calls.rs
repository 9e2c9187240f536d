//! Tokens to calls and imports.

use super::CodeScratch;
use super::fact::Fact;
use super::gadgets;
use super::lexer::{Kind, Lexer, Token};
use crate::message::Span;

/// One call.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// The name that is called, without what stands before its last dot.
    pub name: Span,
    /// What it is called on: a name, the name of a call, or the module that an import on the spot names.
    pub object: Option<Span>,
    /// The first argument, if it begins with a name or a string.
    pub argument: Option<Span>,
    /// What the object was imported by, if it was on the spot.
    pub(super) inline: bool,
    /// What it hands its strings on to.
    pub(super) sink: Option<Sink>,
}

/// What a call hands the strings on to that it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sink {
    /// A shell, or the system, which runs them as one command line.
    Command,
    /// The file system: the first string is a path.
    Path,
    /// The same, and the file is written.
    Write,
    /// The file system, which removes what the first string names, and all below.
    Removal,
    /// The network: the first string is a URL.
    Url,
}

/// A string that is given to a call which hands it on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Given {
    pub(super) call: u32,
    pub(super) sink: Sink,
    pub(super) span: Span,
}

/// Deepest nesting of calls that is followed; deeper ones are found, but not what they are given to.
const DEPTH: usize = 1024;

/// Where an expression stands: `a.b` and whatever it is called on.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    name: Option<Span>,
    object: Option<Span>,
    inline: bool,
    /// Behind a dot.
    dotted: bool,
}

/// Reads all of a text. Returns whether a quote stood on its line alone.
pub(super) fn read(text: &[u8], from: usize, lines: bool, scratch: &mut CodeScratch) -> bool {
    scratch.open.clear();
    let mut lexer = Lexer::new(text, from, lines);
    let mut reader =
        Reader { text, place: Place::default(), before: [Kind::End; 2], key: None, importing: false, s: scratch };
    while let Some(token) = lexer.next() {
        reader.take(token);
    }
    lexer.torn
}

struct Reader<'t> {
    text: &'t [u8],
    place: Place,
    /// The last two tokens, the last one first.
    before: [Kind; 2],
    /// The string in `["…"]`, which is as good as a dot and a name.
    key: Option<Span>,
    /// In a statement that names modules.
    importing: bool,
    s: &'t mut CodeScratch,
}

impl Reader<'_> {
    fn take(&mut self, token: Token) {
        let [last, earlier] = self.before;
        let first_argument = last == Kind::Open;
        match token.kind {
            Kind::Name | Kind::Text if first_argument => {
                if let Some(Some(call)) = self.s.open.last().copied()
                    && let Some(call) = self.s.calls.get_mut(call as usize)
                {
                    call.argument = Some(token.span);
                    let call = *call;
                    self.given(call);
                }
            }
            _ => {}
        }
        match token.kind {
            Kind::Name => self.name(token.span, last),
            Kind::Text => {
                self.hand_on(token.span);
                // Ruby and Perl call without parentheses: `system "id"`, `require "socket"`.
                if last == Kind::Name && self.place.object.is_none() {
                    self.worded(token.span);
                }
                if self.importing {
                    self.import(token.span);
                }
                self.key = (last == Kind::Bracket && is_operand(earlier)).then_some(token.span);
                if self.key.is_none() {
                    self.place = Place::default();
                }
            }
            Kind::Unbracket if let Some(key) = self.key.take() => {
                self.name(key, Kind::Dot);
                self.before = [Kind::Name, last];
                return;
            }
            Kind::Open => self.open(last),
            Kind::Close => {
                let call = self.s.open.pop().flatten().and_then(|call| self.s.calls.get(call as usize)).copied();
                self.place = call.map_or_else(Place::default, |call| self.value(call));
            }
            Kind::Dot | Kind::Bracket => {}
            Kind::End => {
                self.importing = false;
                self.place = Place::default();
            }
            _ => self.place = Place::default(),
        }
        self.before = [token.kind, last];
    }

    fn name(&mut self, span: Span, last: Kind) {
        let name = span.of(self.text);
        if last == Kind::Dot {
            let object = self.place.name.or(self.place.object);
            self.place = Place { name: Some(span), object, inline: self.place.inline, dotted: true };
            if let Some(object) = object
                && name == b"constructor"
                && object.of(self.text) == name
            {
                self.s.note(Fact::Escape, Span::new(object.start, span.end));
            }
            self.dotted(span);
        } else {
            // `def exec(…)` defines what it names, and `the operating system (…)` is prose.
            let free = last != Kind::Name
                || gadgets::leads(name)
                || self.place.name.is_some_and(|before| gadgets::leads(before.of(self.text)));
            self.place = Place { name: free.then_some(span), ..Place::default() };
            match name {
                b"import" | b"from" | b"require" | b"require_once" | b"use" => self.importing = true,
                _ if self.importing && matches!(last, Kind::Name | Kind::Comma) => self.import(span),
                _ => {}
            }
        }
        if let Some(fact) = gadgets::name(name) {
            self.s.note(fact, span);
        }
    }

    /// `java.lang.Runtime`: a whole path that says something.
    fn dotted(&mut self, span: Span) {
        let before = self.text.get(..span.start as usize).unwrap_or_default();
        let part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_');
        let len = before.iter().rev().take(40).take_while(|byte| part(byte)).count();
        let path = Span::new(span.start - u32::try_from(len).unwrap_or(0), span.end);
        if let Some(fact) = gadgets::name(path.of(self.text)) {
            self.s.note(fact, path);
        }
    }

    fn open(&mut self, last: Kind) {
        let place = std::mem::take(&mut self.place);
        let call = place.name.filter(|_| last == Kind::Name).map(|name| {
            let call = Call { name, object: place.object, argument: None, inline: place.inline, sink: None };
            let sink = self.called(call, place.dotted);
            self.s.calls.push(Call { sink, ..call });
            u32::try_from(self.s.calls.len() - 1).unwrap_or(u32::MAX)
        });
        if self.s.open.len() < DEPTH {
            self.s.open.push(call);
        }
    }

    /// What a call means by its names, and what it hands its strings on to.
    fn called(&mut self, call: Call, dotted: bool) -> Option<Sink> {
        let name = call.name.of(self.text);
        let Some(object) = call.object else {
            // `/a+/.exec(x)` asks a regex.
            let fact = gadgets::bare(name).filter(|fact| !dotted || *fact != Fact::Eval);
            if let Some(fact) = fact {
                self.act(fact, call.name, false);
            }
            return gadgets::sink(name, fact);
        };
        let whole = object.of(self.text);
        let whole = whole.strip_prefix(b"node:").unwrap_or(whole);
        let last = whole.rsplit(|byte| matches!(byte, b'.' | b'/')).next().unwrap_or_default();
        self.s.pair.clear();
        self.s.pair.extend_from_slice(last);
        self.s.pair.push(b'.');
        self.s.pair.extend_from_slice(name);
        let span = Span::new(object.start.min(call.name.start), call.name.end);
        let fact = gadgets::pair(&self.s.pair).or_else(|| gadgets::method(name));
        let sink = gadgets::sink(&self.s.pair, fact);
        if let Some(fact) = fact {
            self.act(fact, span, call.inline);
        }
        sink
    }

    /// A string is given to the nearest call around it that hands strings on; one for paths and URLs takes the first alone.
    fn hand_on(&mut self, span: Span) {
        let around = self.s.open.iter().rev().take(3).flatten();
        let found = around.copied().find_map(|call| Some((call, self.s.calls.get(call as usize)?.sink?)));
        let Some((call, sink)) = found else { return };
        match self.s.given.last_mut().filter(|last| last.call == call && sink != Sink::Command) {
            None => self.s.given.push(Given { call, sink, span }),
            // `open(path, "a")`
            Some(first) if sink == Sink::Path && gadgets::is_writing_mode(span.of(self.text)) => {
                first.sink = Sink::Write;
            }
            Some(_) => {}
        }
    }

    fn act(&mut self, fact: Fact, span: Span, inline: bool) {
        self.s.note(fact, span);
        if inline && matches!(fact, Fact::Process | Fact::Eval) {
            self.s.note(Fact::InlineImport, span);
        }
        // What is decoded or fetched here is given to one of the calls around it.
        if matches!(fact, Fact::Decode | Fact::Fetch) {
            let around = self.s.open.iter().rev().take(4).flatten().filter_map(|call| self.s.calls.get(*call as usize));
            // Ruby's `Kernel.exec` is `exec`.
            let bare = |call: &&Call| call.object.is_none_or(|object| object.of(self.text) == b"Kernel");
            let mut names = around.filter(bare).map(|call| call.name);
            let decoded = fact == Fact::Decode;
            let evaluates = names.find(|name| gadgets::evaluates(name.of(self.text), decoded));
            if let Some(name) = evaluates {
                let how = if decoded { Fact::DecodedEval } else { Fact::FetchedEval };
                self.s.note(how, Span::new(name.start, span.end));
            }
        }
    }

    /// What a call means by what it is given first.
    fn given(&mut self, call: Call) {
        let (name, Some(argument)) = (call.name.of(self.text), call.argument) else { return };
        if gadgets::imports(name) {
            self.import(argument);
        }
        // `fetch(…).then(eval)`
        if name == b"then" && argument.of(self.text) == b"eval" {
            self.s.note(Fact::FetchedEval, Span::new(call.name.start, argument.end));
        }
        if gadgets::reflects(name) && gadgets::is_powerful(argument.of(self.text)) {
            self.s.note(Fact::Escape, Span::new(call.name.start, argument.end));
        }
    }

    /// `system "id"`
    fn worded(&mut self, argument: Span) {
        let Some(name) = self.place.name else { return };
        if let Some(fact @ (Fact::Process | Fact::Eval)) = gadgets::bare(name.of(self.text)) {
            let call = u32::try_from(self.s.calls.len()).unwrap_or(u32::MAX);
            let sink = gadgets::sink(name.of(self.text), Some(fact));
            self.s.calls.push(Call { name, object: None, argument: Some(argument), inline: false, sink });
            self.s.given.extend(sink.map(|sink| Given { call, sink, span: argument }));
            self.s.note(fact, name);
        }
    }

    /// What stands where a call has returned.
    fn value(&self, call: Call) -> Place {
        let imported = call.argument.filter(|_| gadgets::imports(call.name.of(self.text)));
        Place { name: None, object: Some(imported.unwrap_or(call.name)), inline: imported.is_some(), dotted: false }
    }

    fn import(&mut self, span: Span) {
        if self.s.imports.last() != Some(&span) {
            self.s.imports.push(span);
        }
    }
}

fn is_operand(kind: Kind) -> bool {
    matches!(kind, Kind::Name | Kind::Close | Kind::Unbracket)
}
