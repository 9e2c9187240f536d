//! What a parse consists of: words, commands, redirects, and what flows into what.
//!
//! Everything is plain data over `u32` ranges: a [`Span`] named `text` points into the bytes the scratch unquoted,
//! a [`Span`] named `span` into the source text that was parsed.

use super::glob::Letters;
use super::interpreters::Code;
use super::programs::{Classes, Place};
use crate::message::Span;
use serde::{Deserialize, Serialize};

/// No index: a command without a parent, an edge that does not end in a word.
pub const NONE: u32 = u32::MAX;

/// What is known of a word beside its bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WordFlags(u16);

impl WordFlags {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// Some of it stood in quotes.
    pub const QUOTED: Self = Self(1);
    /// It holds an expansion whose value is not known; the text keeps it as `$name` or `$()`.
    pub const EXPANSION: Self = Self(1 << 1);
    /// It holds a command or process substitution.
    pub const SUBSTITUTION: Self = Self(1 << 2);
    /// It holds an unquoted `*`, `?` or `[`: the word is a pattern that the shell fills in.
    pub const GLOB: Self = Self(1 << 3);
    /// A quote, backslash or empty expansion stands between two letters (`c""at`, `w\get`): how words are hidden, not how
    /// people type.
    pub const SPLICED: Self = Self(1 << 4);
    /// Some of it came from a variable, a brace, a folded substitution or an escape: the source spells it differently.
    pub const DERIVED: Self = Self(1 << 5);
    /// All of it is one quoted string, so its bytes lie together in the source from `span.start + 1`.
    pub const VERBATIM: Self = Self(1 << 6);
    /// All but its last byte are letters and digits: a word of prose, with or without a full stop.
    pub const PLAIN: Self = Self(1 << 7);

    /// Whether any of `other`'s flags is set.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Both sets together.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// This set without `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

/// One word after unquoting and expansion.
#[derive(Clone, Copy, Debug)]
pub struct Word {
    /// Its bytes, as the program would receive them.
    pub text: Span,
    /// The same with `.`, `..` and doubled separators taken out where it looks like a path; else equal to `text`.
    pub clean: Span,
    /// Where it stands in the source.
    pub span: Span,
    /// What else is known.
    pub flags: WordFlags,
    /// The bytes of `text`, so that most patterns need not look at it.
    pub holds: Letters,
    /// What a path needs that it may be filled in as, if it is a pattern. No path has [`Letters::ALL`].
    pub fills: Letters,
}

impl Word {
    /// A word of which nobody has looked yet what bytes it has.
    pub(super) const fn new(text: Span, clean: Span, span: Span, flags: WordFlags) -> Self {
        Self { text, clean, span, flags, holds: Letters::ALL, fills: Letters::ALL }
    }
}

/// What carries a command line to its shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Context {
    /// A command of the text itself.
    Top,
    /// Inside `$(…)` or backticks.
    Substitution,
    /// Inside `<(…)` or `>(…)`.
    ProcessSubstitution,
    /// Inside `( … )`.
    Subshell,
    /// Inside a function's body: defined here, run when called.
    Function,
    /// In the body of a here-document, or in a literal text fed to a shell's standard input.
    HereDoc,
    /// Run by another command: `sudo`, `sh -c`, `xargs`, `find -exec`, … (`Command::parent`).
    Inner,
}

/// All contexts on the way from the text to a command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reach(u8);

impl Reach {
    /// This way and one more step.
    #[must_use]
    pub const fn through(self, context: Context) -> Self {
        Self(self.0 | 1 << context as u8)
    }

    /// Whether the way passes through `context`.
    #[must_use]
    pub const fn passes(self, context: Context) -> bool {
        self.0 & (1 << context as u8) != 0
    }
}

/// What joins a command to the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joined {
    /// Nothing: it is the first of its text.
    First,
    /// `;`, or a keyword that separates like it.
    Semicolon,
    /// A line end.
    Newline,
    /// `&&`
    And,
    /// `||`
    Or,
    /// `|` or `|&`
    Pipe,
    /// `&`
    Background,
}

/// One command with what belongs to it. Ranges are `[start, end)` into the scratch's pools.
#[derive(Clone, Copy, Debug)]
pub struct Command {
    /// Its words, the program first; empty for a bare assignment or redirect.
    pub words: (u32, u32),
    /// Where the words of the command it wraps begin, if it is a wrapper (`sudo -u root rm`: at `rm`), else `words.1`.
    pub own: u32,
    /// Assignments before the program.
    pub assignments: (u32, u32),
    /// Redirects anywhere in it.
    pub redirects: (u32, u32),
    /// The program's base name: no directory, no `.exe`, lower case, expansions of unknown value left out.
    pub name: Span,
    /// What kind of program it is.
    pub classes: Classes,
    /// Its place in the table of programs, if it is there by the name it is called by.
    pub(super) place: Option<Place>,
    /// Where the code comes from that it runs, if it runs code.
    pub code: Code,
    /// The innermost thing that holds it.
    pub context: Context,
    /// Everything that holds it.
    pub reach: Reach,
    /// The command that runs it (`Context::Inner`), whose substitution it is, or [`NONE`].
    pub parent: u32,
    /// How many texts and wrappers deep it lies; 0 is the source itself.
    pub depth: u8,
    /// Which pipeline it belongs to; equal numbers, same pipeline.
    pub pipeline: u32,
    /// Its position in the pipeline.
    pub stage: u32,
    /// What joins it to the command before.
    pub joined: Joined,
    /// Whether it runs in the background (`&`).
    pub background: bool,
    /// Where it stands in the source.
    pub span: Span,
}

/// What a redirect does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedirectOp {
    /// `<`
    Read,
    /// `>`, `>|`, `&>`
    Write,
    /// `>>`, `&>>`
    Append,
    /// `<>`
    ReadWrite,
    /// `>&` or `<&` with a descriptor
    Duplicate,
    /// `<<`, `<<-`: the target is the body.
    HereDoc,
    /// `<<<`: the target is the text.
    HereString,
}

/// One redirect.
#[derive(Clone, Copy, Debug)]
pub struct Redirect {
    /// What it does.
    pub op: RedirectOp,
    /// The descriptor before the operator, if one was written.
    pub fd: Option<u16>,
    /// File, descriptor, or body.
    pub target: Word,
}

/// `NAME=value` before a command, or an argument of `export`, `env`, `declare`, ….
#[derive(Clone, Copy, Debug)]
pub struct Assignment {
    /// The name's bytes.
    pub name: Span,
    /// The value.
    pub value: Word,
}

/// How data comes from one command to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// `a | b`, or the output of the one fed to the other's standard input.
    Pipe,
    /// `b "$(a)"`, also by way of a variable.
    Substitution,
    /// `b <(a)`, `a > >(b)`.
    Process,
    /// `a > file; b file`: the one writes a file which the other runs.
    File,
}

/// Data flows from any command of one range into any command of another.
#[derive(Clone, Copy, Debug)]
pub struct Edge {
    /// Commands that write.
    pub from: (u32, u32),
    /// Commands that read.
    pub into: (u32, u32),
    /// The word of the reader that receives the data, or [`NONE`] for its standard input.
    pub word: u32,
    /// How.
    pub via: Via,
}

/// A piece of program text handed to an interpreter on the command line or in a here-document.
#[derive(Clone, Copy, Debug)]
pub struct Snippet {
    /// The command that runs it.
    pub command: u32,
    /// The code's bytes.
    pub text: Span,
    /// Where it stands in the source.
    pub span: Span,
    /// Which bytes it has.
    pub holds: Letters,
}

/// A function the text defines.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// Its name's bytes.
    pub name: Span,
    /// The commands of its body.
    pub body: (u32, u32),
}
