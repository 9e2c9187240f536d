//! Expansions, with what bash 5.2 makes of them.

use super::{Dialect, ShellScratch, parse};

/// The words of every command, as a shell would run it.
fn commands(line: &str) -> Vec<String> {
    let mut scratch = ShellScratch::default();
    parse(line.as_bytes(), Dialect::Posix, &mut scratch);
    let shell = scratch.shell();
    let words = |command| {
        let words = shell.words(command).iter().map(|word| String::from_utf8_lossy(shell.text(word.text)).into_owned());
        words.collect::<Vec<_>>().join(" ")
    };
    shell.commands().iter().map(words).collect()
}

#[test]
fn expansions_come_out_as_in_bash() {
    let wrong: Vec<_> = [
        ("c\\\n$'\\x61't f", "cat f"),
        ("c\\\n${nothing}at f", "cat f"),
        ("$\\\n'\\x63at' f", "cat f"),
        ("y=cat; $\\\n{y} f", "cat f"),
        ("y=cat; $\\\n\\\ny f", "cat f"),
        ("$\\\n(echo cat) f", "cat f"),
        ("y=cat; ${\\\ny} f", "cat f"),
        ("y=cat; ${y\\\n} f", "cat f"),
        ("y=cat; \"$\\\ny\" f", "cat f"),
        ("y=cXXaXXt; ${y//X} f", "cat f"),
        ("y=cXXaXXt; ${y//X/} f", "cat f"),
        ("y=c12a34t; ${y//[0-9]/} f", "cat f"),
        ("y=c12a34t; ${y//[0-9]} f", "cat f"),
        ("y=c12at; ${y/[0-9][0-9]/} f", "cat f"),
        ("y=c1at; ${y//[!a-z]} f", "cat f"),
        ("y=c1at; ${y//[[:digit:]]} f", "cat f"),
        ("y='c?t'; ${y//\\?/a} f", "cat f"),
        ("y='c*t'; ${y//'*'/a} f", "cat f"),
        ("y=dat; ${y/#d/c} f", "cat f"),
        ("y=cad; ${y/%d/t} f", "cat f"),
        ("y=cat.txt; ${y%.*} f", "cat f"),
        ("y=cat.a.b; ${y%%.*} f", "cat f"),
        ("y=a/b/cat; ${y##*/} f", "cat f"),
        ("y=a/cat; ${y#*/} f", "cat f"),
        ("y=7cat9; y=${y#[0-9]}; ${y%[0-9]} f", "cat f"),
        ("y=CAT; ${y@L} f", "cat f"),
        ("y=cat; echo ${y@U}", "echo CAT"),
        ("y=cat; echo ${y@u}", "echo Cat"),
        ("y='\\x63at'; ${y@E} f", "cat f"),
        ("y=CAT; ${y,,[A-Z]} f", "cat f"),
        ("y=cAt; ${y,,A} f", "cat f"),
        ("set -- rm -rf /x; \"$@\"", "rm -rf /x"),
        ("set rm -rf /x; \"$@\"", "rm -rf /x"),
        ("set -- rm -rf /x; $1 $2 $3", "rm -rf /x"),
        ("set -- a rm -rf /x; shift; \"$@\"", "rm -rf /x"),
        ("set -- a b rm -rf /x; shift 2; \"$@\"", "rm -rf /x"),
        ("set -- rm -rf; \"$@\" /x", "rm -rf /x"),
        ("set -- rm -rf /x; $*", "rm -rf /x"),
        ("set -- rm -rf /x; \"${@}\"", "rm -rf /x"),
        ("set -- rm -rf /x; ${@:1:2} /y", "rm -rf /y"),
        ("set -- x rm -rf /x; \"${@:2}\"", "rm -rf /x"),
        ("set -- rm; set -- \"$@\" -rf /x; \"$@\"", "rm -rf /x"),
    ]
    .into_iter()
    .map(|(line, expected)| (line, expected, commands(line)))
    .filter(|(_, expected, seen)| !seen.iter().any(|one| one == expected))
    .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_can_not_be_known_is_not_made_up() {
    for line in
        ["y=cat; ${y//$x/t} f", "y=cat; ${y/(a)*/t} f", "set -e; \"$@\"", "shift; \"$@\"", "${y//a/b} f", "${@:2} f"]
    {
        let seen = commands(line);
        assert!(!seen.iter().any(|one| one.starts_with("ca") || one.starts_with("ct")), "{line}: {seen:?}");
    }
}
