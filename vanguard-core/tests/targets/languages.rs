//! Command lines and other languages that analyzers parse.

use vanguard_core::Span;
use vanguard_core::analyzers::shell::{Dialect, ShellScratch, Within, parse, parse_within};

/// Any bytes give a parse in every dialect, bounded and with its places in the text; a word that is hidden by quoting is read.
pub(super) fn shell(input: &[u8]) {
    let [way, choices @ ..] = input else { return };
    let mut scratch = ShellScratch::default();
    if way % 8 == 7 {
        hidden_word(choices, &mut scratch);
        return;
    }
    let dialect = [Dialect::Posix, Dialect::PowerShell, Dialect::Cmd][usize::from(*way) % 3];
    let within = [Within::Nothing, Within::SingleQuotes, Within::DoubleQuotes][usize::from(*way / 8) % 3];
    let text = choices;
    parse_within(text, dialect, within, &mut scratch);
    let shell = scratch.shell();
    let inside = |span: Span| span.start <= span.end && span.end as usize <= text.len();
    let commands = shell.commands().len();
    for command in shell.commands() {
        assert!(inside(command.span) && shell.words(command).iter().all(|word| inside(word.span)), "{command:?}");
        assert!(shell.redirects(command).iter().all(|one| inside(one.target.span)), "{command:?}");
        assert!(shell.assignments(command).iter().all(|one| inside(one.value.span)), "{command:?}");
        assert_eq!(shell.words(command).len(), (command.words.1 - command.words.0) as usize);
    }
    assert!(shell.snippets().iter().all(|one| inside(one.span)));
    for edge in shell.edges() {
        assert!(edge.from.0 < edge.from.1 && edge.from.1 as usize <= commands, "{edge:?} of {commands}");
        assert!(edge.into.0 < edge.into.1 && edge.into.1 as usize <= commands, "{edge:?} of {commands}");
    }
    let written: usize =
        shell.commands().iter().flat_map(|command| shell.words(command)).map(|word| word.text.len()).sum();
    assert!(written <= 4096 * (text.len() + 64), "{written} bytes of words from {} bytes", text.len());
}

/// A program's name with each letter quoted in one of a shell's many ways, after an innocent command.
fn hidden_word(choices: &[u8], scratch: &mut ShellScratch) {
    let Some((how, letters)) = choices.split_first() else { return };
    let mut word = String::new();
    let mut written = ["true; ", "echo hello && ", "x=1 ", "true | ", "( ", "true\n", "if true; then ", "! "]
        [usize::from(how % 8)]
    .to_owned();
    for choice in letters.iter().take(12) {
        let letter = char::from(b'a' + choice % 26);
        word.push(letter);
        let code = u32::from(letter);
        match choice / 26 {
            0 => written.push(letter),
            1 => written.push_str(&format!("'{letter}'")),
            2 => written.push_str(&format!("\"{letter}\"")),
            3 => written.push_str(&format!("\\{letter}")),
            4 => written.push_str(&format!("$'\\x{code:02x}'")),
            5 => written.push_str(&format!("$'\\{code:03o}'")),
            6 => written.push_str(&format!("${{nothing:-{letter}}}")),
            7 => written.push_str(&format!("''{letter}\"\"")),
            _ => written.push_str(&format!("$(printf {letter})")),
        }
    }
    if word.len() < 3 || RESERVED.contains(&word.as_str()) {
        return;
    }
    parse(written.as_bytes(), Dialect::Posix, scratch);
    let shell = scratch.shell();
    let seen: Vec<_> =
        shell.commands().iter().map(|command| String::from_utf8_lossy(shell.program(command)).into_owned()).collect();
    assert!(seen.contains(&word), "{word:?} written as {written:?} is not among {seen:?}");
}

/// Words that begin no command where nothing of them is quoted.
const RESERVED: [&str; 14] = [
    "for", "case", "done", "esac", "then", "else", "elif", "while", "until", "select", "function", "time", "coproc",
    "if",
];
