//! The pools a parse writes into, reused from text to text, and the cheap view rules read them through.

use super::documents::PendingDoc;
use super::glob::{Letters, ShellPattern};
use super::literal;
use super::model::{
    Assignment, Command, Context, Edge, Function, NONE, Reach, Redirect, Snippet, Via, Word, WordFlags,
};
use super::names;
use super::posix::Frame;
use super::programs::{Sum, exact_place_of};
use super::{Dialect, Within};
use crate::message::Span;

/// What one parse may grow to. A text that asks for more is read up to there and reported as incomplete.
pub(super) mod caps {
    /// Programs spelled as patterns that are looked up among all we know, in a message: each costs a walk through the table, and is
    /// held against the names in every rule. Behind them a pattern is taken for the most common program it may stand for.
    pub(in crate::analyzers::shell) const LOOKUPS: u32 = 8;
    /// Commands, those found inside wrappers included: a script of 8,000 commands is no command line.
    pub(in crate::analyzers::shell) const COMMANDS: usize = 8 * 1024;
    /// Outputs worked out (`$(echo …)`, `echo … | sh`): each costs a parse on the side.
    pub(in crate::analyzers::shell) const FOLDED: u32 = 256;
    /// Words of all commands.
    pub(in crate::analyzers::shell) const WORDS: usize = 128 * 1024;
    /// Texts inside texts and wrappers around commands: `sh -c "bash -c '…'"`, `$(… $(…))`, `sudo env nice timeout 5 …`.
    pub(in crate::analyzers::shell) const DEPTH: u8 = 12;
    /// Subshells, loops, braces around one command.
    pub(in crate::analyzers::shell) const NESTING: usize = 64;
    /// Variables remembered: the last ones set win.
    pub(in crate::analyzers::shell) const VARIABLES: usize = 64;
    /// Files remembered as written by the text.
    pub(in crate::analyzers::shell) const FILES: usize = 32;
}

/// A variable the text sets.
#[derive(Clone, Copy, Debug)]
pub(super) struct Variable {
    pub(super) name: Span,
    pub(super) value: Span,
    /// A list (`for x in a b`, an array): its expansion splits even in quotes.
    pub(super) list: bool,
    /// The value is known to the byte.
    pub(super) known: bool,
    /// The first of the substitutions in its value: an index into `items`, or [`NONE`].
    pub(super) item: u32,
}

/// How offsets in a text lead back to the source.
#[derive(Clone, Copy, Debug)]
pub(super) enum Origin {
    /// The text lies in the source, unchanged, from here on.
    Exact(u32),
    /// The text was made from this part of the source.
    Coarse(Span),
}

impl Origin {
    pub(super) fn map(self, start: usize, end: usize) -> Span {
        match self {
            Self::Exact(base) => {
                let place = Span::of_usize(start, end);
                Span::new(base.saturating_add(place.start), base.saturating_add(place.end))
            }
            Self::Coarse(span) => span,
        }
    }

    /// The origin of a part that begins at `start` and is taken over unchanged.
    pub(super) fn part(self, start: usize, end: usize) -> Self {
        match self {
            Self::Exact(_) => Self::Exact(self.map(start, end).start),
            Self::Coarse(span) => Self::Coarse(span),
        }
    }
}

/// A text found inside the text, to be parsed in its turn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    /// Where it lies in its level's text buffer.
    pub(super) text: (u32, u32),
    pub(super) origin: Origin,
    pub(super) dialect: Dialect,
    pub(super) context: Context,
    pub(super) reach: Reach,
    pub(super) parent: u32,
    pub(super) depth: u8,
    /// `$0 $1 …` of the text, as a range of words.
    pub(super) args: (u32, u32),
    /// The commands it became; set when it has been parsed.
    pub(super) commands: (u32, u32),
}

/// An edge from (or, reversed, into) the commands of a text that has not been parsed yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    pub(super) item: u32,
    pub(super) peer: (u32, u32),
    pub(super) word: u32,
    pub(super) via: Via,
    /// The item reads what the peer writes: `>(…)`.
    pub(super) reversed: bool,
}

/// The reusable pools of a shell parse. One per thread of work; no allocation once warm.
#[derive(Debug, Default)]
pub struct ShellScratch {
    pub(super) bytes: Vec<u8>,
    pub(super) words: Vec<Word>,
    pub(super) commands: Vec<Command>,
    pub(super) redirects: Vec<Redirect>,
    pub(super) assignments: Vec<Assignment>,
    pub(super) edges: Vec<Edge>,
    pub(super) snippets: Vec<Snippet>,
    pub(super) functions: Vec<Function>,
    pub(super) sum: Sum,
    /// Commands whose programs are known, by index.
    pub(super) known: Vec<u32>,
    // What the parse works with.
    pub(super) items: Vec<Item>,
    pub(super) links: Vec<Link>,
    pub(super) texts: Vec<u8>,
    pub(super) next_texts: Vec<u8>,
    pub(super) variables: Vec<Variable>,
    pub(super) frames: Vec<Frame>,
    pub(super) documents: Vec<PendingDoc>,
    /// Outputs of folded substitutions, one buffer for each level of folding.
    pub(super) literals: [Vec<u8>; 4],
    /// Names of variables, apart from the words: a name may be noted while a word is being built.
    pub(super) names: Vec<u8>,
    pub(super) spare: Vec<u8>,
    pub(super) braces: Vec<u8>,
    pub(super) brace_word: Vec<u8>,
    pub(super) pipelines: u32,
    /// How many patterns for programs' names were looked up, and whether that is counted over the texts of a message.
    lookups: u32,
    of_message: bool,
    pub(super) folded: u32,
    pub(super) complete: bool,
    pub(super) unbalanced: bool,
    /// What the text was known to be put between.
    pub(super) within: Within,
    /// Bytes that may still be parsed inside wrappers and substitutions.
    pub(super) text_budget: usize,
    /// Bytes that may still come out of variables, braces and folded substitutions.
    pub(super) splice_budget: usize,
}

impl ShellScratch {
    /// Forgets the last text and keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.words.clear();
        self.commands.clear();
        self.redirects.clear();
        self.assignments.clear();
        self.edges.clear();
        self.snippets.clear();
        self.functions.clear();
        self.items.clear();
        self.links.clear();
        self.texts.clear();
        self.next_texts.clear();
        self.variables.clear();
        self.frames.clear();
        self.documents.clear();
        self.literals.iter_mut().for_each(Vec::clear);
        self.names.clear();
        self.spare.clear();
        self.braces.clear();
        self.brace_word.clear();
        self.pipelines = 0;
        self.lookups = if self.of_message { self.lookups } else { 0 };
        self.folded = 0;
        self.complete = true;
        self.unbalanced = false;
        self.text_budget = 0;
        self.splice_budget = 0;
    }

    /// From here on texts are of one message: programs' names that are patterns are counted over all of them.
    pub(crate) fn begin_message(&mut self) {
        (self.of_message, self.lookups) = (true, 0);
    }

    /// Counts a look for the programs that a pattern stands for; false if there were many.
    pub(super) fn may_look_up(&mut self) -> bool {
        let may = self.lookups < caps::LOOKUPS;
        self.lookups += u32::from(may);
        may
    }

    /// What the last parse found.
    #[must_use]
    pub fn shell(&self) -> Shell<'_> {
        Shell { scratch: self }
    }

    pub(super) fn text(&self, span: Span) -> &[u8] {
        span.of(&self.bytes)
    }

    pub(super) fn word_text(&self, index: u32) -> &[u8] {
        self.words.get(index as usize).map_or(&[], |word| self.text(word.text))
    }

    /// Sums up the commands.
    pub(super) fn sum_up(&mut self) {
        self.sum = Sum::default();
        self.known.clear();
        for (index, command) in (0..).zip(&self.commands) {
            let name = command.name.of(&self.bytes);
            self.sum.add(exact_place_of(name).unwrap_or_else(|home| home));
            match command.place {
                Some(place) => self.sum.add(place),
                None if command.classes.is_empty() => continue,
                None => {}
            }
            self.known.push(index);
            self.sum.classes = self.sum.classes.union(command.classes);
            self.sum.globbed |= is_globbed(&self.words, &self.bytes, command);
        }
    }

    /// Notes of each word and snippet which bytes it has.
    pub(super) fn note_letters(&mut self) {
        for snippet in &mut self.snippets {
            snippet.holds = Letters::of(snippet.text.of(&self.bytes));
        }
        let targets = self.redirects.iter_mut().map(|redirect| &mut redirect.target);
        for word in self.words.iter_mut().chain(targets) {
            let text = word.text.of(&self.bytes);
            let Some((last, body)) = text.split_last() else {
                word.holds = Letters::default();
                continue;
            };
            let body = Letters::of(body);
            if !body.has_signs() {
                word.flags = word.flags.with(WordFlags::PLAIN);
            }
            word.holds = body.with(Letters::of(std::slice::from_ref(last)));
            if word.flags.has(WordFlags::GLOB) {
                word.fills = ShellPattern::of_word(text).map_or(Letters::ALL, ShellPattern::needs);
            }
        }
    }

    pub(super) fn push_text(&mut self, bytes: &[u8]) -> Span {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        Span::of_usize(start, self.bytes.len())
    }

    /// Puts `text` in line to be parsed. `None`, and the parse is incomplete, where depth or budget is used up.
    pub(super) fn enqueue(&mut self, text: &[u8], item: Item) -> Option<u32> {
        if item.depth > caps::DEPTH || text.len() > self.text_budget {
            self.complete = false;
            return None;
        }
        self.text_budget -= text.len();
        let start = self.next_texts.len();
        self.next_texts.extend_from_slice(text);
        let index = as_u32(self.items.len());
        self.items.push(Item { text: (as_u32(start), as_u32(self.next_texts.len())), ..item });
        Some(index)
    }

    /// Whether one more output may be worked out.
    pub(super) fn may_fold(&mut self) -> bool {
        self.folded += 1;
        self.complete &= self.folded <= caps::FOLDED;
        self.folded <= caps::FOLDED
    }

    pub(super) fn variable(&self, name: &[u8]) -> Option<Variable> {
        self.variables.iter().rev().find(|variable| variable.name.of(&self.names) == name).copied()
    }

    /// Sets a variable.
    pub(super) fn set_variable(&mut self, name: &[u8], variable: Variable) {
        let at = self.variables.iter().position(|one| one.name.of(&self.names) == name);
        let start = self.names.len();
        self.names.extend_from_slice(name);
        self.store(at, Variable { name: Span::of_usize(start, self.names.len()), ..variable });
    }

    /// The same for a name that lies among the words' bytes.
    pub(super) fn set_variable_from(&mut self, name: Span, variable: Variable) {
        let name = name.of(&self.bytes);
        let at = self.variables.iter().position(|one| one.name.of(&self.names) == name);
        let start = self.names.len();
        self.names.extend_from_slice(name);
        self.store(at, Variable { name: Span::of_usize(start, self.names.len()), ..variable });
    }

    fn store(&mut self, at: Option<usize>, variable: Variable) {
        match at.and_then(|at| self.variables.get_mut(at)) {
            Some(slot) => *slot = variable,
            None => {
                if self.variables.len() >= caps::VARIABLES {
                    // Not silent: what uses the forgotten one is kept as an expansion of unknown value.
                    self.variables.remove(0);
                }
                self.variables.push(variable);
            }
        }
    }
}

/// Offsets and counts stay below the text budget, which is far below 4 GiB; what would not fit is clamped.
pub(super) fn as_u32(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// The parsed text: a view into a [`ShellScratch`].
#[derive(Clone, Copy, Debug)]
pub struct Shell<'a> {
    scratch: &'a ShellScratch,
}

impl<'a> Shell<'a> {
    /// Every command, those inside substitutions and wrappers after those that hold them.
    #[must_use]
    pub fn commands(self) -> &'a [Command] {
        &self.scratch.commands
    }

    pub(super) fn sum(self) -> &'a Sum {
        &self.scratch.sum
    }

    /// The commands whose programs are known, with their indexes.
    pub(super) fn known_commands(self) -> impl Iterator<Item = (usize, &'a Command)> {
        let at = |index: &u32| Some((*index as usize, self.scratch.commands.get(*index as usize)?));
        self.scratch.known.iter().filter_map(at)
    }

    pub(super) fn has_redirects(self) -> bool {
        !self.scratch.redirects.is_empty()
    }

    pub(super) fn has_assignments(self) -> bool {
        !self.scratch.assignments.is_empty()
    }

    pub(super) fn is_globbed(self, command: &Command) -> bool {
        is_globbed(&self.scratch.words, &self.scratch.bytes, command)
    }

    /// The words of a command, the program first.
    #[must_use]
    pub fn words(self, command: &Command) -> &'a [Word] {
        slice(&self.scratch.words, command.words)
    }

    /// The words of a command after its program.
    #[must_use]
    pub fn args(self, command: &Command) -> &'a [Word] {
        self.words(command).get(1..).unwrap_or_default()
    }

    /// The arguments of a wrapper that are its own, without those of the command it runs; of others, all.
    #[must_use]
    pub fn own_args(self, command: &Command) -> &'a [Word] {
        slice(&self.scratch.words, (command.words.0, command.own)).get(1..).unwrap_or_default()
    }

    /// The word with this index, as edges and [`super::Code`] name it.
    #[must_use]
    pub fn word(self, index: u32) -> Option<&'a Word> {
        self.scratch.words.get(index as usize)
    }

    /// The program as it was typed, after unquoting.
    #[must_use]
    pub fn program(self, command: &Command) -> &'a [u8] {
        self.words(command).first().map_or(&[], |word| self.text(word.text))
    }

    /// The program's folded base name: `/usr/bin/Python3.12` → `python3.12`.
    #[must_use]
    pub fn name(self, command: &Command) -> &'a [u8] {
        self.text(command.name)
    }

    /// The redirects of a command.
    #[must_use]
    pub fn redirects(self, command: &Command) -> &'a [Redirect] {
        slice(&self.scratch.redirects, command.redirects)
    }

    /// The assignments before a command's program, and those it is given as arguments (`env`, `export`).
    #[must_use]
    pub fn assignments(self, command: &Command) -> &'a [Assignment] {
        slice(&self.scratch.assignments, command.assignments)
    }

    /// What flows from where to where, ordered by the receiving word.
    #[must_use]
    pub fn edges(self) -> &'a [Edge] {
        &self.scratch.edges
    }

    /// The edges that end in the word with this index.
    #[must_use]
    pub fn edges_into_word(self, word: u32) -> &'a [Edge] {
        let edges = self.edges();
        let start = edges.partition_point(|edge| edge.word < word);
        let end = edges.partition_point(|edge| edge.word <= word);
        edges.get(start..end).unwrap_or_default()
    }

    /// Program texts handed to interpreters: `python -c '…'`, `perl -e '…'`, a here-document for `node`.
    #[must_use]
    pub fn snippets(self) -> &'a [Snippet] {
        &self.scratch.snippets
    }

    /// Functions the text defines.
    #[must_use]
    pub fn functions(self) -> &'a [Function] {
        &self.scratch.functions
    }

    /// The bytes a `text` or `name` span stands for.
    #[must_use]
    pub fn text(self, span: Span) -> &'a [u8] {
        span.of(&self.scratch.bytes)
    }

    /// What the pipeline that ends in a command prints, if that is plain to see, with unknown variables as they are written.
    pub(super) fn printed(self, index: usize, out: &mut Vec<u8>) -> bool {
        let Some(command) = self.commands().get(index) else { return false };
        let index = as_u32(index);
        let words = command.words.0 < command.words.1;
        words && literal::output_as_written(self.scratch, (index.saturating_sub(command.stage), index + 1), out)
    }

    /// The same of what a command is fed, by way of what runs it.
    pub(super) fn fed(self, index: usize, out: &mut Vec<u8>) -> bool {
        literal::input_as_written(self.scratch, as_u32(self.outermost(index)), out)
    }

    /// The command of the text itself that runs the one with this index, or that one.
    pub(super) fn outermost(self, index: usize) -> usize {
        let outer = |at: &usize| {
            let one = self.commands().get(*at).filter(|one| one.context == Context::Inner && one.parent != NONE)?;
            Some(one.parent as usize)
        };
        std::iter::successors(Some(index), outer).take(16).last().unwrap_or(index)
    }

    /// What the text was known to be put between.
    #[must_use]
    pub fn within(self) -> Within {
        self.scratch.within
    }

    /// Whether all of the text was read. `false` where a cap on commands, words, depth or total work was reached: what
    /// lies behind it was not judged.
    #[must_use]
    pub fn is_complete(self) -> bool {
        self.scratch.complete
    }

    /// Whether a quote, substitution or here-document was left open: a shell would refuse the text as it stands.
    #[must_use]
    pub fn is_unbalanced(self) -> bool {
        self.scratch.unbalanced
    }
}

/// Whether the program's name is a pattern that stands for programs we know.
pub(super) fn is_globbed(words: &[Word], bytes: &[u8], command: &Command) -> bool {
    let first = || slice(words, command.words).first();
    !command.classes.is_empty()
        && first().is_some_and(|word| word.flags.has(WordFlags::GLOB))
        && names::is_pattern(command.name.of(bytes))
}

pub(super) fn slice<T>(pool: &[T], range: (u32, u32)) -> &[T] {
    pool.get(range.0 as usize..range.1 as usize).unwrap_or_default()
}

impl Default for Word {
    fn default() -> Self {
        let empty = Span::new(0, 0);
        Self::new(empty, empty, empty, WordFlags::default())
    }
}

impl Default for Variable {
    fn default() -> Self {
        Self { name: Span::new(0, 0), value: Span::new(0, 0), list: false, known: false, item: NONE }
    }
}
