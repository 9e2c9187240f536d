//! Shells that wait for someone to type. Nobody types into a command that a program runs: such a shell is opened for
//! whoever comes later, with the rights that it was opened with.

use super::interpreters::Code;
use super::model::{Command, Context, NONE, RedirectOp};
use super::programs::Class;
use super::scratch::Shell;

/// Whether the command is a shell without code: none as an argument, no file, nothing that is fed to it.
pub(super) fn is_idle(shell: Shell<'_>, command: &Command) -> bool {
    if matches!(shell.name(command), b"sudo" | b"sudo-rs" | b"doas" | b"su") {
        return opens_shell(shell, command) && !is_fed(shell, command);
    }
    command.classes.has(Class::Shell)
        && !matches!(shell.name(command), b"cmd" | b"command.com" | b"powershell_ise" | b"nu")
        && command.code == Code::Stdin
        && !is_fed(shell, command)
        && !shell.args(command).iter().any(|word| {
            // `bash --version` answers and ends.
            let text = shell.text(word.text);
            text == b"--version" || text == b"--help" || text == b"-n"
        })
}

/// Whether a program that gives rights is asked for a shell of the one who has all, and for nothing to run in it: `sudo -i`, `su - root`.
fn opens_shell(shell: Shell<'_>, command: &Command) -> bool {
    let mut args = shell.args(command).iter().map(|word| shell.text(word.text));
    if shell.name(command) == b"su" {
        return args.all(|arg| matches!(arg, b"-" | b"-l" | b"--login" | b"-m" | b"-p" | b"root"));
    }
    let opens = |arg: &[u8]| match arg {
        b"--login" | b"--shell" => true,
        [b'-', letters @ ..] => letters.iter().any(|letter| matches!(letter, b'i' | b's')),
        _ => false,
    };
    let option = |arg: &[u8]| match arg {
        b"--login" | b"--shell" | b"--preserve-env" | b"--set-home" => true,
        [b'-', letters @ ..] => !letters.is_empty() && letters.iter().all(|letter| b"isEHnSAkP".contains(letter)),
        _ => false,
    };
    let mut asked = false;
    args.all(|arg| {
        asked |= opens(arg);
        option(arg)
    }) && asked
}

/// Whether a pipe or a file gives the shell, or the wrapper around it, what it reads.
fn is_fed(shell: Shell<'_>, command: &Command) -> bool {
    let outer = std::iter::successors(Some(command), |one| {
        let inner = one.context == Context::Inner && one.parent != NONE;
        shell.commands().get(one.parent as usize).filter(|_| inner)
    });
    outer.take(16).any(|one| {
        one.stage > 0
            || shell.redirects(one).iter().any(|redirect| {
                let target = shell.text(redirect.target.text);
                let terminal = target.starts_with(b"/dev/tty") || target.is_empty();
                matches!(redirect.op, RedirectOp::HereDoc | RedirectOp::HereString)
                    || redirect.op == RedirectOp::Read && !terminal
            })
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Dialect, ShellScratch, parse};
    use super::is_idle;

    fn idle(text: &str) -> bool {
        let mut scratch = ShellScratch::default();
        parse(text.as_bytes(), Dialect::Posix, &mut scratch);
        let shell = scratch.shell();
        shell.commands().iter().any(|command| is_idle(shell, command))
    }

    #[test]
    fn a_shell_that_is_given_nothing_waits() {
        for text in [
            "sudo -i",
            "sudo -E -s",
            "doas -s",
            "sudo su - root",
            "sudo su",
            "sudo sh",
            "env bash -i",
            "/bin/sh -p",
            "nohup sh -c 'sh </dev/tty >/dev/tty'",
            "timeout 9 zsh",
            "sh 0<&2",
        ] {
            assert!(idle(text), "{text}");
        }
        for text in [
            "bash x.sh",
            "sudo -i -u postgres",
            "sudo -iu postgres psql",
            "sudo -s ls",
            "sudo -l",
            "sudo su - postgres",
            "su -c ls root",
            "echo ls | sudo -s",
            "sh -c ls",
            "echo ls | sh",
            "sudo bash <<< ls",
            "bash --version",
            "sh < x.sh",
            "ls | sudo sh",
            "ls",
        ] {
            assert!(!idle(text), "{text}");
        }
    }
}
