//! What flows from which command into which: pipes, substitutions, process substitutions, files written and then run.

use super::copies;
use super::interpreters::Code;
use super::model::{Command, Context, Edge, NONE, RedirectOp, Via};
use super::programs::{Class, known_name};
use super::scratch::{Shell, ShellScratch, as_u32, caps, slice};
use crate::message::Span;

/// Turns what the parse noted into edges, ordered by the word they end in.
pub(super) fn connect(s: &mut ShellScratch) {
    for at in 0..s.links.len() {
        let Some(link) = s.links.get(at).copied() else { break };
        let Some(item) = s.items.get(link.item as usize) else { continue };
        let commands = item.commands;
        if commands.0 >= commands.1 {
            continue;
        }
        let edge = if link.reversed {
            Edge { from: link.peer, into: commands, word: NONE, via: link.via }
        } else {
            Edge { from: commands, into: link.peer, word: link.word, via: link.via }
        };
        s.edges.push(edge);
    }
    files(s);
    s.edges.sort_unstable_by_key(|edge| (edge.word, edge.from, edge.into));
}

/// A file the text writes.
#[derive(Clone, Copy)]
struct Written {
    path: Span,
    by: u32,
}

/// `curl -o f …; sh f`, `… > f && ./f`: an edge from the command that writes a file to the one that runs it.
fn files(s: &mut ShellScratch) {
    let mut written = [Written { path: Span::new(0, 0), by: 0 }; caps::FILES];
    let mut count = 0_usize;
    for index in 0..as_u32(s.commands.len()) {
        let Some(command) = s.commands.get(index as usize).copied() else { break };
        let known = written.get(..count.min(caps::FILES)).unwrap_or_default();
        for word in [command.words.0, command.code.word()] {
            let runs =
                word != NONE && word < command.words.1 && !matches!(command.code, Code::Argument(code) if code == word);
            let Some(word_text) = s.words.get(word as usize).filter(|_| runs).map(|word| bare(s.text(word.clean)))
            else {
                continue;
            };
            if let Some(file) = known.iter().rfind(|file| bare(s.text(file.path)) == word_text && file.by != index) {
                s.edges.push(Edge { from: (file.by, file.by + 1), into: (index, index + 1), word, via: Via::File });
            }
        }
        let mut note = |path: Span| {
            if !path.is_empty()
                && let Some(slot) = written.get_mut(count % caps::FILES)
            {
                *slot = Written { path, by: index };
                count += 1;
            }
        };
        for redirect in slice(&s.redirects, command.redirects) {
            if matches!(redirect.op, RedirectOp::Write | RedirectOp::Append) {
                note(redirect.target.clean);
            }
        }
        outputs(s, &command, &mut note);
        copies::outputs(s, &command, &mut note);
    }
}

/// The files that the arguments of a downloader, `tee` or `dd` name as its output.
fn outputs(s: &ShellScratch, command: &Command, note: &mut impl FnMut(Span)) {
    let args = slice(&s.words, (command.words.0 + 1, command.words.1));
    let name = s.text(command.name);
    if name == b"tee" {
        args.iter().filter(|word| s.text(word.text).first() != Some(&b'-')).for_each(|word| note(word.clean));
    } else if name == b"dd" {
        for word in args.iter().filter(|word| s.text(word.text).starts_with(b"of=")) {
            note(Span::new(word.text.start + 3, word.text.end));
        }
    }
    if !command.classes.has(Class::Downloader) {
        return;
    }
    let mut named = false;
    let mut remote = name == b"wget";
    for (at, word) in args.iter().enumerate() {
        let text = s.text(word.text);
        let glued = |len: u32| Span::new((word.text.start + len).min(word.text.end), word.text.end);
        let next = args.get(at + 1).map(|word| word.clean);
        let path = match text {
            b"--output" | b"--output-document" | b"--out" => next,
            _ if text.starts_with(b"--output=") => Some(glued(9)),
            _ if text.starts_with(b"--output-document=") => Some(glued(18)),
            [b'-', b'-', ..] => None,
            [b'-', letters @ ..] if letters.eq_ignore_ascii_case(b"outfile") => next,
            [b'-', letters @ ..] => match letters.iter().position(|letter| matches!(letter, b'o' | b'O')) {
                Some(place) if name == b"curl" && letters.get(place) == Some(&b'O') => {
                    remote = true;
                    None
                }
                Some(place) if place + 1 == letters.len() => next,
                Some(place) => Some(glued(as_u32(place) + 2)),
                None => None,
            },
            _ => None,
        };
        if let Some(path) = path {
            named = true;
            note(path);
        }
    }
    if remote && !named {
        // Named after the last part of the URL.
        for word in args {
            let text = s.text(word.text);
            let end = text.iter().position(|byte| matches!(byte, b'?' | b'#')).unwrap_or(text.len());
            if let Some(slash) = text.get(..end).and_then(|path| memchr::memrchr(b'/', path)) {
                note(Span::of_usize(word.text.range().start + slash + 1, word.text.range().start + end));
            }
        }
    }
}

fn bare(path: &[u8]) -> &[u8] {
    path.strip_prefix(b"./").unwrap_or(path)
}

/// A set of commands by index.
struct Bits([u64; caps::COMMANDS / 64]);

impl Bits {
    const fn new() -> Self {
        Self([0; caps::COMMANDS / 64])
    }

    fn has(&self, at: u32) -> bool {
        self.0.get(at as usize / 64).is_some_and(|word| word >> (at % 64) & 1 == 1)
    }

    fn set(&mut self, at: u32) -> bool {
        self.set_range((at, at.saturating_add(1)))
    }

    /// The words that a range covers, each with the bits of it.
    fn masks(range: (u32, u32)) -> impl Iterator<Item = (usize, u64)> {
        let (start, end) = range;
        (start / 64..end.div_ceil(64)).map(move |word| {
            let low = start.saturating_sub(word * 64).min(64);
            let high = (end - word * 64).min(64);
            let up_to = |bits: u32| if bits >= 64 { u64::MAX } else { (1_u64 << bits) - 1 };
            (word as usize, up_to(high) & !up_to(low))
        })
    }

    /// Whether anything in the range is in the set.
    fn any(&self, range: (u32, u32)) -> bool {
        range.0 < range.1 && Self::masks(range).any(|(at, mask)| self.0.get(at).is_some_and(|word| word & mask != 0))
    }

    /// Adds the range; whether the set has changed.
    fn set_range(&mut self, range: (u32, u32)) -> bool {
        let mut changed = false;
        if range.0 < range.1 {
            for (at, mask) in Self::masks(range) {
                if let Some(word) = self.0.get_mut(at) {
                    changed |= *word & mask != mask;
                    *word |= mask;
                }
            }
        }
        changed
    }
}

/// Finds a command that `into` accepts and that data from one that `from` accepts reaches, by one of the given ways at
/// the last step. Where the reader runs code, the data must be that code. Returns the indices of both.
pub(super) fn reaches(
    shell: Shell<'_>,
    last: impl Fn(Via) -> bool,
    from: impl Fn(&Command) -> bool,
    into: impl Fn(&Command) -> bool,
) -> Option<(u32, u32)> {
    let commands = shell.commands();
    let through = |via: Via| via != Via::File || last(Via::File);
    let mut output = Bits::new();
    let mut first = None;
    for (index, command) in (0..).zip(commands) {
        if from(command) {
            first = first.or(Some(index));
            output.set(index);
        }
    }
    let first = first?;
    let (mut input, mut argument) = (Bits::new(), Bits::new());
    // Data passes one text or wrapper in a round, and those are nested no deeper than the cap.
    for _ in 0..2 * u32::from(caps::DEPTH) + 2 {
        if !spread(shell, through, &mut output, &mut input, &mut argument) {
            break;
        }
    }
    let (mut input, mut argument) = (Bits::new(), Bits::new());
    spread(shell, &last, &mut output, &mut input, &mut argument);
    let hit = (0..).zip(commands).find(|(index, command)| {
        let written = |word: u32| {
            shell.edges_into_word(word).iter().any(|edge| word != NONE && last(edge.via) && output.any(edge.from))
        };
        // A file that was written and is now the program itself.
        let ran = last(Via::File) && argument.has(*index) && command.code == Code::None && written(command.words.0);
        let reached = (input.has(*index) || argument.has(*index)) && into(command);
        ran || reached
            && match command.code {
                Code::Stdin => input.has(*index),
                Code::Argument(_) if is_joined(shell, command) => argument.has(*index),
                Code::Argument(word) | Code::File(word) => written(word),
                Code::None => !command.classes.has(Class::Interpreter),
            }
    });
    hit.map(|(index, _)| (first, index))
}

/// One round: from those whose output is reached along every edge, and between a wrapper and what it runs.
fn spread(
    shell: Shell<'_>,
    ways: impl Fn(Via) -> bool,
    output: &mut Bits,
    input: &mut Bits,
    argument: &mut Bits,
) -> bool {
    let mut changed = false;
    for edge in shell.edges().iter().filter(|edge| ways(edge.via)) {
        if output.any(edge.from) {
            let reader = if edge.word == NONE { &mut *input } else { &mut *argument };
            if reader.set_range(edge.into) {
                changed = true;
                output.set_range(edge.into);
            }
        }
    }
    for (index, command) in (0..).zip(shell.commands()).filter(|(_, command)| command.context == Context::Inner) {
        let parent = command.parent;
        if input.has(parent) {
            changed |= input.set(index);
            output.set(index);
        }
        if argument.has(parent) {
            changed |= argument.set(index);
            output.set(index);
        }
        if output.has(index) {
            changed |= output.set(parent);
        }
    }
    changed
}

/// Whether all of the command's arguments together are its code: `eval`, `iex`.
fn is_joined(shell: Shell<'_>, command: &Command) -> bool {
    matches!(known_name(shell.name(command)), Some("eval" | "iex" | "invoke-expression"))
}

#[cfg(test)]
mod tests {
    use super::Bits;

    #[test]
    fn ranges_of_bits() {
        let mut bits = Bits::new();
        assert!(!bits.any((0, 16384)));
        assert!(bits.set_range((60, 70)) && !bits.set_range((61, 69)));
        assert!(bits.has(60) && bits.has(69) && !bits.has(59) && !bits.has(70));
        assert!(bits.any((0, 61)) && !bits.any((0, 60)) && bits.any((69, 128)) && !bits.any((70, 128)));
        assert!(bits.set(128) && bits.any((128, 129)) && !bits.any((128, 128)));
    }
}
