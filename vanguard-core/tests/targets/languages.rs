//! Command lines and other languages that analyzers parse.

use vanguard_core::Span;
use vanguard_core::analyzers::code::{self, CodeScratch};
use vanguard_core::analyzers::shell::{Dialect, ShellScratch, Within, parse, parse_within};
use vanguard_core::analyzers::sql::{self, Fact, SqlScratch};

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

/// Any bytes give a reading, with its places in the text; a call is found however its blanks and dots are written, and is
/// none in a string or comment.
pub(super) fn code(input: &[u8]) {
    let [way, text @ ..] = input else { return };
    let mut scratch = CodeScratch::default();
    if way % 4 == 3 {
        return spelled_call(way / 4, text, &mut scratch);
    }
    match way % 2 {
        0 => code::parse(text, &mut scratch),
        _ => code::parse_value(text, &mut scratch),
    }
    let read = scratch.code(text);
    let inside = |span: Span| span.start <= span.end && span.end as usize <= text.len();
    assert!(read.found().iter().all(|one| inside(one.span)), "{:?}", read.found());
    assert!(read.imports().iter().all(|one| inside(*one)), "{:?}", read.imports());
    assert!(read.handed_on().all(|(_, mut strings)| strings.all(inside)));
    for call in read.calls() {
        assert!(inside(call.name) && call.object.is_none_or(inside) && call.argument.is_none_or(inside), "{call:?}");
    }
    assert!(read.found().len() <= 8 * text.len() + 8, "{} facts from {} bytes", read.found().len(), text.len());
}

/// `os.system("x")` in one of many spellings; and the same where it is only mentioned.
fn spelled_call(how: u8, choices: &[u8], scratch: &mut CodeScratch) {
    let of =
        |at: usize, list: &[&'static str]| list[choices.get(at).map_or(0, |choice| usize::from(*choice)) % list.len()];
    let blank = |at| of(at, &["", " ", "  ", "\t", "/* a' */", "\\\n"]);
    let module = of(0, &["os", "__import__('os')", "import_module(\"os\")"]);
    let dot = of(1, &[".", "?.", "['system']"]);
    let name = if dot.starts_with('[') { "" } else { "system" };
    let dot = format!("{}{dot}{}", blank(2), blank(3));
    let call = format!("{module}{dot}{name}{}(\"x\")", blank(4));
    let written = match how % 4 {
        0 => call.clone(),
        1 => format!("a = 7 // 2; {call}"),
        2 => format!("print('it is'); x = {call}"),
        _ => format!("if (a) {{ return {call} }}"),
    };
    code::parse(written.as_bytes(), scratch);
    assert!(scratch.code(written.as_bytes()).first(code::Fact::Process).is_some(), "{written:?} is not seen");
    let mentioned = format!("# {}\nx = 1", call.replace('\n', " "));
    code::parse(mentioned.as_bytes(), scratch);
    assert!(scratch.code(mentioned.as_bytes()).found().is_empty(), "{mentioned:?} is a comment");
}

/// Any bytes give a reading as a query and as a value, with its places in the text; what follows a quote is found however
/// its blanks are written.
pub(super) fn sql(input: &[u8]) {
    let [way, text @ ..] = input else { return };
    let mut scratch = SqlScratch::default();
    match way % 4 {
        0 => sql::parse(text, &mut scratch),
        1 => sql::parse_value(text, &mut scratch),
        _ => return broken_out(way / 4, text, &mut scratch),
    }
    let read = scratch.sql(text);
    let inside = |span: Span| span.start <= span.end && span.end as usize <= text.len();
    assert!(read.found().iter().all(|one| inside(one.span)), "{:?}", read.found());
    assert!(read.statements().iter().all(|one| inside(one.span)), "{:?}", read.statements());
    assert!(read.calls().iter().chain(read.names()).all(|one| inside(*one)));
    assert!(read.found().len() <= 4 * text.len() + 4, "{} facts from {} bytes", read.found().len(), text.len());
}

/// A value that closes its quote, with an innocent word before it and blanks of any kind inside.
fn broken_out(how: u8, choices: &[u8], scratch: &mut SqlScratch) {
    let quote = ["'", "\"", "')", "'))"][usize::from(how) % 4];
    let words =
        [&["or", "1=1", "--"][..], &["union", "select", "1", "#"], &["and", "sleep(5)", "--"], &["or", "true", "#"]]
            [usize::from(how / 4) % 4];
    let mut written = "name".to_owned() + quote;
    for (at, word) in words.iter().enumerate() {
        let blank = choices.get(at).map_or(0, |choice| usize::from(*choice));
        let text = [" ", "\t", "/**/", "\n", "/* a' */", "\u{b}", "\u{c}", "\u{a0}", "  "][blank % 9];
        written.push_str(text);
        let upper = choices.get(at + 8).is_some_and(|choice| choice % 2 == 1);
        written.push_str(&if upper { word.to_uppercase() } else { (*word).to_owned() });
    }
    sql::parse_value(written.as_bytes(), scratch);
    let found = scratch.sql(written.as_bytes()).first(Fact::BreakOut);
    assert!(found.is_some(), "{written:?} breaks out unseen");
}

/// Words that begin no command where nothing of them is quoted.
const RESERVED: [&str; 14] = [
    "for", "case", "done", "esac", "then", "else", "elif", "while", "until", "select", "function", "time", "coproc",
    "if",
];
