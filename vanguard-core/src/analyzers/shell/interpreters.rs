//! Where an interpreter's code comes from: its arguments, a file, its standard input. `curl x | python3 -c '…'` hands data
//! to code that is plain to see; `curl x | python3` runs what arrives.

use super::model::{NONE, Word, WordFlags};
use super::programs::Known;

/// Where the code comes from that a command runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// It runs no code, or none that this text decides about (a module, a fixed action).
    None,
    /// Standard input.
    Stdin,
    /// The word with this index (into all words) is code.
    Argument(u32),
    /// The word with this index names the file that is run.
    File(u32),
}

/// How one family of interpreters takes its code.
#[derive(Debug)]
pub(super) struct Interpreter {
    pub(super) names: &'static str,
    /// Short letters whose value (the next word, or the rest of the word) is code.
    code: &'static [u8],
    /// Long options whose value is code.
    long: &'static [&'static str],
    /// Short letters that take some other value.
    values: &'static [u8],
    /// Short letters after which no code is read: `-m module`, `-V`.
    none: &'static [u8],
    /// What the first operand is.
    operand: Operand,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operand {
    File,
    Code,
    /// A database, a host: no code.
    Other,
}

pub(super) const INTERPRETERS: &[Interpreter] = &[
    Interpreter {
        names: "sh bash dash ash zsh ksh ksh93 mksh pdksh oksh csh tcsh fish rbash rksh rzsh yash xonsh osh hush elvish nu",
        code: b"c",
        long: &["--command", "--commands"],
        values: b"oO",
        none: b"",
        operand: Operand::File,
    },
    Interpreter {
        names: "python pypy pypy3 ipython jython micropython",
        code: b"c",
        long: &[],
        values: b"WXQ",
        none: b"mVh",
        operand: Operand::File,
    },
    Interpreter { names: "perl", code: b"eE", long: &[], values: b"I", none: b"vVh", operand: Operand::File },
    Interpreter { names: "ruby jruby", code: b"e", long: &[], values: b"ICr", none: b"hvS", operand: Operand::File },
    Interpreter {
        names: "node nodejs bun deno tsx ts-node jjs jrunscript rhino",
        code: b"ep",
        long: &["--eval", "--print", "eval"],
        values: b"rC",
        none: b"hv",
        operand: Operand::File,
    },
    Interpreter {
        names: "php php-cgi hhvm phpdbg",
        code: b"rBRE",
        long: &["--run", "--process-code", "--process-begin", "--process-end"],
        values: b"cdzSt",
        none: b"ihvmSa",
        operand: Operand::File,
    },
    Interpreter { names: "lua luajit texlua", code: b"e", long: &[], values: b"l", none: b"v", operand: Operand::File },
    Interpreter {
        names: "awk gawk mawk nawk",
        code: b"e",
        long: &["--source"],
        values: b"Fv",
        none: b"f",
        operand: Operand::Code,
    },
    Interpreter { names: "sed", code: b"e", long: &["--expression"], values: b"l", none: b"f", operand: Operand::Code },
    Interpreter { names: "jq yq", code: b"", long: &[], values: b"", none: b"f", operand: Operand::Code },
    Interpreter { names: "rscript r", code: b"e", long: &[], values: b"", none: b"", operand: Operand::File },
    Interpreter {
        names: "julia crystal groovy scala elixir newlisp slsh swift dart raku janet guile racket gosh pike swipl sbcl clisp octave",
        code: b"eEc",
        long: &["--eval", "--print", "eval"],
        values: b"LJ",
        none: b"hv",
        operand: Operand::File,
    },
    Interpreter { names: "ghc ghci runghc", code: b"e", long: &[], values: b"", none: b"", operand: Operand::File },
    Interpreter { names: "erl", code: b"", long: &["-eval"], values: b"", none: b"", operand: Operand::Other },
    Interpreter {
        names: "emacs",
        code: b"",
        long: &["--eval", "-eval"],
        values: b"",
        none: b"",
        operand: Operand::Other,
    },
    Interpreter { names: "osascript", code: b"e", long: &[], values: b"l", none: b"", operand: Operand::File },
    Interpreter {
        names: "gdb lldb",
        code: b"",
        long: &["-ex", "--eval-command", "--batch-command"],
        values: b"x",
        none: b"",
        operand: Operand::Other,
    },
    Interpreter {
        names: "tclsh wish expect ocaml irb m4 escript cscript wscript",
        code: b"c",
        long: &[],
        values: b"",
        none: b"",
        operand: Operand::File,
    },
    Interpreter {
        names: "psql",
        code: b"c",
        long: &["--command"],
        values: b"hpUdfvoFRTPL",
        none: b"",
        operand: Operand::Other,
    },
    Interpreter {
        names: "mysql mariadb",
        code: b"e",
        long: &["--execute", "--init-command"],
        values: b"hPuSDB",
        none: b"",
        operand: Operand::Other,
    },
    Interpreter {
        names: "mongo mongosh",
        code: b"",
        long: &["--eval"],
        values: b"",
        none: b"",
        operand: Operand::Other,
    },
    Interpreter {
        names: "sqlcmd osql isql",
        code: b"qQ",
        long: &[],
        values: b"SUPdi",
        none: b"",
        operand: Operand::Other,
    },
    Interpreter {
        names: "vim vi nvim ex view rvim",
        code: b"c",
        long: &["--cmd"],
        values: b"uStT",
        none: b"",
        operand: Operand::Other,
    },
];

/// Where `words` (program first, `first` its index) takes its code from.
pub(super) fn code_of(known: &Known, words: &[Word], first: u32, bytes: &[u8]) -> Code {
    let args = words.get(1..).unwrap_or_default();
    let text = |word: &Word| word.text.of(bytes);
    let nth = |at: usize| first.saturating_add(1).saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
    match known.name.as_bytes() {
        b"eval" | b"iex" | b"invoke-expression" | b"trap" => {
            let at = args.iter().position(|word| !is_flag(text(word)));
            return at.map_or(Code::Stdin, |at| Code::Argument(nth(at)));
        }
        b"source" | b"." => return args.first().map_or(Code::None, |_| Code::File(nth(0))),
        b"at" | b"batch" => return if args.iter().any(|word| text(word) == b"-f") { Code::None } else { Code::Stdin },
        b"sqlite3" | b"duckdb" => {
            let mut operands = args.iter().enumerate().filter(|(_, word)| !is_flag(text(word)));
            return operands.nth(1).map_or(Code::None, |(at, _)| Code::Argument(nth(at)));
        }
        b"powershell" | b"pwsh" | b"cmd" => return Code::None,
        _ => {}
    }
    let Some(interpreter) = INTERPRETERS.get(known.interpreter as usize) else { return Code::None };
    let shell = interpreter.long.first() == Some(&"--command") && interpreter.operand == Operand::File;
    let mut wants_code = false;
    let mut at = 0;
    while let Some(word) = args.get(at) {
        let bytes = text(word);
        if let Some(value) = interpreter.long.iter().find_map(|long| long_value(bytes, long)) {
            return if value { Code::Argument(nth(at)) } else { after(args, at, nth) };
        }
        match bytes {
            b"-" => return Code::Stdin,
            b"--" => {
                at += 1;
                break;
            }
            [b'-', b'-', ..] => {}
            [b'-' | b'+', letters @ ..] if !letters.is_empty() => match cluster(interpreter, letters) {
                // A shell's -c takes the first operand, wherever it comes; others take what follows at once.
                Letter::Code(true) if shell => wants_code = true,
                Letter::Code(true) => return after(args, at, nth),
                Letter::Code(false) => return if shell { Code::Stdin } else { Code::Argument(nth(at)) },
                Letter::Value => at += 1,
                Letter::Nothing => return Code::None,
                Letter::Plain if shell && letters.contains(&b's') => return Code::Stdin,
                Letter::Plain => {}
            },
            // Redirect-like operands that are standard input.
            b"/dev/stdin" | b"/dev/fd/0" | b"/proc/self/fd/0" if !wants_code => return Code::Stdin,
            _ => break,
        }
        at += 1;
    }
    let Some(operand) = args.get(at) else {
        return match interpreter.operand {
            _ if wants_code => Code::None,
            Operand::Code => Code::None,
            Operand::File | Operand::Other => Code::Stdin,
        };
    };
    match interpreter.operand {
        _ if wants_code => Code::Argument(nth(at)),
        Operand::File if text(operand) == b"-" => Code::Stdin,
        Operand::File if operand.flags.has(WordFlags::EXPANSION) && text(operand) == b"<()" => Code::File(nth(at)),
        Operand::File => Code::File(nth(at)),
        Operand::Code => Code::Argument(nth(at)),
        Operand::Other => remaining(interpreter, args, at, nth, bytes),
    }
}

/// Options may follow operands: `mysql db -e '…'`.
fn remaining(interpreter: &Interpreter, args: &[Word], from: usize, nth: impl Fn(usize) -> u32, bytes: &[u8]) -> Code {
    for (at, word) in args.iter().enumerate().skip(from) {
        let text = word.text.of(bytes);
        if let Some(value) = interpreter.long.iter().find_map(|long| long_value(text, long)) {
            return if value { Code::Argument(nth(at)) } else { after(args, at, nth) };
        }
        if let [b'-', letters @ ..] = text
            && letters.first().is_some_and(|letter| letter.is_ascii_alphabetic())
            && let Letter::Code(next) = cluster(interpreter, letters)
        {
            return if next { after(args, at, nth) } else { Code::Argument(nth(at)) };
        }
    }
    Code::Stdin
}

fn after(args: &[Word], at: usize, nth: impl Fn(usize) -> u32) -> Code {
    args.get(at + 1).map_or(Code::None, |_| Code::Argument(nth(at + 1)))
}

/// Whether `word` is the long option, and whether its value stands in the same word.
fn long_value(word: &[u8], long: &str) -> Option<bool> {
    let rest = word.strip_prefix(long.as_bytes())?;
    match rest.first() {
        None => Some(false),
        Some(b'=') => Some(true),
        Some(_) => None,
    }
}

enum Letter {
    /// Code follows, in the next word (`true`) or in this one.
    Code(bool),
    /// The next word is some option's value.
    Value,
    /// No code at all.
    Nothing,
    Plain,
}

fn cluster(interpreter: &Interpreter, letters: &[u8]) -> Letter {
    for (at, letter) in letters.iter().enumerate() {
        let last = at + 1 == letters.len();
        if interpreter.code.contains(letter) {
            // `bash -cx '…'`: a shell goes on reading letters.
            return Letter::Code(
                last || interpreter.code == b"c" && interpreter.operand == Operand::File && interpreter.none.is_empty(),
            );
        }
        if interpreter.none.contains(letter) {
            return Letter::Nothing;
        }
        if interpreter.values.contains(letter) {
            return if last { Letter::Value } else { Letter::Plain };
        }
    }
    Letter::Plain
}

fn is_flag(word: &[u8]) -> bool {
    matches!(word, [b'-', _, ..])
}

/// The index of the word a code lies in, or [`NONE`].
impl Code {
    /// The word that is the code or names its file.
    #[must_use]
    pub const fn word(self) -> u32 {
        match self {
            Self::Argument(word) | Self::File(word) => word,
            Self::None | Self::Stdin => NONE,
        }
    }
}
