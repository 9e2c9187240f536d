//! A tolerant parse of command lines: POSIX sh and bash, and the useful part of PowerShell and `cmd.exe`.
//!
//! [`parse`] takes any bytes and writes what it found into a [`ShellScratch`]; [`ShellScratch::shell`] is the view that
//! rules and analyzers read. A command is listed with its words after unquoting and expansion, what redirects it, how it
//! is reached, and what flows into it. `sudo`, `sh -c`, `xargs`, `find -exec`, `ssh` and their like are unwrapped: the
//! command they run is listed too.
//!
//! The parse is linear in the text, allocates nothing once warm, and never refuses. Where it reaches a cap it says so
//! ([`Shell::is_complete`]).
//!
//! | file | what it holds |
//! | --- | --- |
//! | `posix`, `groups`, `documents` | command lines: operators, redirects, keywords, groups, here-documents |
//! | `commands` | commands as they end, and the variables they set |
//! | `word`, `expand`, `escape`, `braces`, `extent` | words: quotes, `$`, `{a,b}`, where a substitution ends |
//! | `parameter`, `change` | `${…}`, and what `${x%.*}`, `${x/a/b}`, `${x@L}` make of a known value |
//! | `fold`, `literal` | what `$(echo …)`, `base64 -d` and their like print, where that is plain to see |
//! | `powershell`, `cmd`, `line` | the other two dialects |
//! | `unwrap`, `wrappers`, `wrapper_options`, `lines`, `interpreters` | what a command runs |
//! | `programs`, `program_table`, `names` | what kinds of programs there are |
//! | `flow`, `copies` | what flows from which command into which |
//! | `query`, `glob` | the conditions rules are made of |
//! | `settings`, `settings_table` | lines of a start-up file that only set something |
//! | `suffix`, `idle` | values that start a command; shells that wait for a person |
//! | `model`, `scratch` | the data |

mod braces;
mod change;
mod cmd;
mod commands;
mod copies;
mod documents;
mod escape;
mod expand;
#[cfg(test)]
mod expansion_tests;
mod extent;
mod flow;
mod fold;
mod glob;
mod groups;
mod idle;
mod interpreters;
mod line;
mod lines;
mod literal;
mod model;
mod names;
mod parameter;
mod posix;
mod powershell;
mod powershell_strings;
mod program_table;
mod programs;
#[cfg(test)]
mod properties;
mod query;
#[cfg(test)]
mod query_tests;
mod scratch;
mod settings;
mod settings_table;
mod suffix;
#[cfg(test)]
mod tests;
mod tidy;
mod unwrap;
mod word;
mod wrapper_options;
mod wrappers;

pub(in crate::analyzers) use glob::shell_glob;
pub use glob::{Glob, Globs};
pub use interpreters::Code;
pub use model::{
    Assignment, Command, Context, Edge, Function, Joined, NONE, Reach, Redirect, RedirectOp, Snippet, Via, Word,
    WordFlags,
};
pub use programs::{Class, Classes, all as programs, class_named, classes_of, known_name};
pub(crate) use query::QueryIndex;
pub use query::{ArgsQuery, CodeFrom, Names, PipeQuery, RedirectQuery, RunQuery, ShellQuery};
pub use scratch::{Shell, ShellScratch};
pub(crate) use settings::only_sets;
pub use suffix::Suffix;

use model::{Context as Ctx, Reach as Way};
use posix::Posix;
use scratch::{Item, Origin, as_u32};
use serde::{Deserialize, Serialize};

/// Whose language a text is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dialect {
    /// sh, bash and their family.
    #[default]
    Posix,
    /// PowerShell.
    PowerShell,
    /// `cmd.exe` and batch files.
    Cmd,
}

/// What a text is known to be put between before a shell sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Within {
    /// It stands by itself.
    #[default]
    Nothing,
    /// A program puts it between `'…'`: it begins inside them, and its first `'` ends them.
    SingleQuotes,
    /// A program puts it between `"…"`.
    DoubleQuotes,
}

/// Parses `text` as a command line of `dialect` into `scratch`, whose former content is dropped.
///
/// Any bytes give a parse. Spans in it are offsets into `text`.
pub fn parse(text: &[u8], dialect: Dialect, scratch: &mut ShellScratch) {
    parse_within(text, dialect, Within::Nothing, scratch);
}

/// The same for a value that a program puts into a command line of its own: what breaks out of the quotes around it is
/// found as a command, what stays inside is one word. Quotes around it matter to [`Dialect::Posix`] alone.
pub fn parse_within(text: &[u8], dialect: Dialect, within: Within, scratch: &mut ShellScratch) {
    scratch.clear();
    scratch.within = within;
    scratch.text_budget = text.len().saturating_mul(4).saturating_add(16 * 1024);
    scratch.splice_budget = text.len().saturating_mul(2).saturating_add(16 * 1024);
    let source = Item {
        text: (0, as_u32(text.len())),
        origin: Origin::Exact(0),
        dialect,
        context: Ctx::Top,
        reach: Way::default().through(Ctx::Top),
        parent: NONE,
        depth: 0,
        args: (0, 0),
        commands: (0, 0),
    };
    one(text, &source, within, scratch);
    let mut done = 0;
    while done < scratch.items.len() {
        // A level's texts lie in one buffer, which cannot grow while they are read: what they hold goes to the other.
        let texts = std::mem::take(&mut scratch.next_texts);
        scratch.next_texts = std::mem::take(&mut scratch.texts);
        scratch.next_texts.clear();
        let level = scratch.items.len();
        for index in done..level {
            let Some(item) = scratch.items.get(index).copied() else { break };
            let text = texts.get(item.text.0 as usize..item.text.1 as usize).unwrap_or_default();
            let commands = one(text, &item, Within::Nothing, scratch);
            if let Some(item) = scratch.items.get_mut(index) {
                item.commands = commands;
            }
        }
        done = level;
        scratch.texts = texts;
    }
    scratch.note_letters();
    scratch.snippets.sort_unstable_by_key(|snippet| (snippet.command, snippet.text.start));
    flow::connect(scratch);
    scratch.sum_up();
}

/// Parses one text and finishes its commands. Returns the range of those it consists of, without what they run.
fn one(text: &[u8], item: &Item, within: Within, scratch: &mut ShellScratch) -> (u32, u32) {
    let first = as_u32(scratch.commands.len());
    match item.dialect {
        Dialect::Posix => {
            let quote = match within {
                Within::Nothing => 0,
                Within::SingleQuotes => b'\'',
                Within::DoubleQuotes => b'"',
            };
            Posix::new(text, item, quote, scratch).run();
        }
        Dialect::PowerShell => powershell::parse(text, item, scratch),
        Dialect::Cmd => cmd::parse(text, item, scratch),
    }
    let end = as_u32(scratch.commands.len());
    unwrap::finish(scratch, first);
    (first, end)
}

impl Dialect {
    /// The dialect a text most likely is of: PowerShell and `cmd.exe` where only they would write so, else POSIX.
    #[must_use]
    pub fn guess(text: &[u8]) -> Self {
        if powershell::looks_like(text) {
            Self::PowerShell
        } else if cmd::looks_like(text) {
            Self::Cmd
        } else {
            Self::Posix
        }
    }
}
