//! What holds for every text.

use super::{Dialect, ShellScratch, Within, parse, parse_within};
use proptest::prelude::*;

const DIALECTS: [Dialect; 3] = [Dialect::Posix, Dialect::PowerShell, Dialect::Cmd];

/// Texts made of what the parsers look for.
fn shellish() -> impl Strategy<Value = String> {
    const PARTS: &[&str] = &[
        "$(",
        ")",
        "`",
        "\"",
        "'",
        "\\",
        "${",
        "}",
        "{",
        ",",
        "..",
        "$",
        "a",
        "b=",
        "a=(",
        "id",
        " ",
        "\n",
        ";",
        "|",
        "&",
        "<<EOF\n",
        "EOF",
        "<(",
        ">(",
        "<",
        ">",
        "<<<",
        "((",
        "))",
        "case",
        " in ",
        "esac",
        "if ",
        "then",
        "fi",
        "for x in ",
        "do",
        "done",
        "[[",
        "]]",
        "function ",
        "()",
        "sh -c ",
        "eval ",
        "xargs ",
        "sudo ",
        "find . -exec ",
        "\\;",
        "echo ",
        "base64 -d",
        "$'",
        "\\x41",
        "*",
        "?",
        "[",
        "#",
        "$@",
        "$IFS",
        "${x:-",
        "${a//b/",
        "é",
        "\u{2019}",
        "\0",
        "@'",
        "'@",
        "@(",
        "::",
        ".X(",
        "[char]",
        "+",
        "-f",
        "-join",
        "%a%",
        "%a:~1,2%",
        "^",
        "set a=",
        "cmd /c ",
        "powershell -enc ",
        "aQBkAA==",
        "parallel ::: ",
        "env -S ",
        "ssh h ",
        "0",
        "2>",
        "&>",
        "cat ",
        "/etc//x",
        "/../",
        "tr a-z b ",
    ];
    prop::collection::vec(prop::sample::select(PARTS), 0..60).prop_map(|parts| parts.concat())
}

fn check(text: &[u8], scratch: &mut ShellScratch) {
    let shell = scratch.shell();
    let inside = |span: crate::message::Span| span.start <= span.end && span.end as usize <= text.len();
    for command in shell.commands() {
        assert!(inside(command.span), "{:?} of {}", command.span, text.len());
        assert!(shell.words(command).iter().all(|word| inside(word.span)));
        assert!(shell.redirects(command).iter().all(|one| inside(one.target.span)));
        assert!(shell.assignments(command).iter().all(|one| inside(one.value.span)));
        assert!(command.words.0 <= command.own && command.own <= command.words.1);
        assert_eq!(shell.words(command).len(), (command.words.1 - command.words.0) as usize);
    }
    assert!(shell.snippets().iter().all(|one| inside(one.span)));
    let commands = shell.commands().len();
    for edge in shell.edges() {
        assert!(edge.from.0 < edge.from.1 && edge.from.1 as usize <= commands, "{edge:?} of {commands}");
        assert!(edge.into.0 < edge.into.1 && edge.into.1 as usize <= commands, "{edge:?} of {commands}");
    }
    // The bytes written are bounded by a multiple of the text, whatever it nests.
    assert!(scratch.bytes.len() <= 64 * text.len() + 256 * 1024, "{} bytes of {}", scratch.bytes.len(), text.len());
    assert!(scratch.words.len() <= 64 * text.len() + 4096);
}

proptest! {
    #[test]
    fn any_bytes_give_a_parse(text in prop::collection::vec(any::<u8>(), 0..300), dialect in prop::sample::select(&DIALECTS[..])) {
        let mut scratch = ShellScratch::default();
        parse(&text, dialect, &mut scratch);
        check(&text, &mut scratch);
    }

    #[test]
    fn any_shell_like_text_gives_a_parse(
        text in shellish(),
        dialect in prop::sample::select(&DIALECTS[..]),
        within in prop::sample::select(&[Within::Nothing, Within::SingleQuotes, Within::DoubleQuotes][..]),
    ) {
        let mut scratch = ShellScratch::default();
        parse_within(text.as_bytes(), dialect, within, &mut scratch);
        check(text.as_bytes(), &mut scratch);
    }

    #[test]
    fn a_scratch_forgets(first in shellish(), second in shellish()) {
        let (mut used, mut fresh) = (ShellScratch::default(), ShellScratch::default());
        parse(first.as_bytes(), Dialect::Posix, &mut used);
        parse(second.as_bytes(), Dialect::Posix, &mut used);
        parse(second.as_bytes(), Dialect::Posix, &mut fresh);
        prop_assert_eq!(format!("{:?}", used.shell().commands()), format!("{:?}", fresh.shell().commands()));
        prop_assert_eq!(used.shell().is_complete(), fresh.shell().is_complete());
    }

    #[test]
    fn single_quotes_keep_any_text(text in any::<String>()) {
        let quoted = format!("x '{}'", text.replace('\'', "'\\''"));
        let mut scratch = ShellScratch::default();
        parse(quoted.as_bytes(), Dialect::Posix, &mut scratch);
        let shell = scratch.shell();
        prop_assert_eq!(shell.commands().len(), 1);
        let args = shell.args(&shell.commands()[0]);
        prop_assert_eq!(args.len(), 1);
        prop_assert_eq!(shell.text(args[0].text), text.as_bytes());
    }

    #[test]
    fn quoting_a_plain_word_changes_nothing(word in "[a-z/.]{1,12}", cut in 0_usize..12, quote in prop::sample::select(&["\"\"", "''", "\\\n", "$@"][..])) {
        let cut = cut.min(word.len());
        let spelled = format!("x {}{quote}{} y", &word[..cut], &word[cut..]);
        let mut scratch = ShellScratch::default();
        parse(spelled.as_bytes(), Dialect::Posix, &mut scratch);
        let shell = scratch.shell();
        let args = shell.args(&shell.commands()[0]);
        let text = String::from_utf8_lossy(shell.text(args[0].text)).into_owned();
        // Beside a slash or dot `$@` is not between letters: it stays as typed.
        prop_assert!(text == word || quote == "$@" && text.replace("$@", "") == word, "{spelled:?}: {text}");
    }
}

/// Texts built to be expensive. Each is parsed at a size and at twice the size: the time must grow with the text, not with
/// its square. Counted in the bytes and entries written, since clocks lie on shared machines.
#[test]
fn work_grows_with_the_text() {
    let repeated: &[&str] = &[
        "$(",
        "`",
        "${a:-",
        "{a,",
        "{",
        "(",
        "((",
        "\"$(",
        "a|",
        "a;",
        "'",
        "\"",
        "<<A\n",
        "<(",
        "$((",
        "case x in ",
        "if ",
        "sudo ",
        "eval ",
        "sh -c ",
        "a=b ",
        "$a",
        "a=$a$a;",
        "xargs ",
        "find -exec ",
        "{1..60}",
        "{a,b}",
        "${a//b/cc}",
        "*",
        "echo $(echo ",
        "sh -c \"",
        "f(){ ",
        "|&",
        "&",
        "<",
        ">",
        "\\",
        "#",
        "~/../",
        "/./",
    ];
    for part in repeated {
        let size = |times: usize| {
            let text = part.repeat(times);
            let mut scratch = ShellScratch::default();
            parse(text.as_bytes(), Dialect::Posix, &mut scratch);
            scratch.bytes.len()
                + scratch.words.len()
                + scratch.commands.len()
                + scratch.edges.len()
                + scratch.items.len()
        };
        let (one, two) = (size(2000), size(4000));
        assert!(two <= 3 * one + 4096, "{part:?}: {one} then {two}");
    }
}
