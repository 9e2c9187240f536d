//! What a tool that writes files writes to a shell's start-up file: lines that only set something are everyday work, any other is run
//! in every later session.

use crate::analyzers::shell::{Dialect, only_sets};
use crate::message::{Field, NodeId, NodeKind, Tape};

/// Names of start-up files.
const FILES: [&str; 12] = [
    ".bashrc",
    ".bash_profile",
    ".bash_login",
    ".bash_aliases",
    ".profile",
    ".zshrc",
    ".zprofile",
    ".zlogin",
    ".zshenv",
    "config.fish",
    "bash.bashrc",
    "profile.ps1",
];

/// How a tool is told to write, and why; and what it takes out.
const ASIDE: [&str; 16] = [
    "mode",
    "encoding",
    "description",
    "explanation",
    "reason",
    "title",
    "old_str",
    "oldStr",
    "old_string",
    "oldString",
    "old_text",
    "oldText",
    "search",
    "find",
    "old",
    "original",
];

/// What an editing tool does, where it is told by a word.
const DEEDS: [&str; 8] = ["create", "write", "append", "insert", "edit", "str_replace", "update", "overwrite"];

/// Whether a call's arguments put nothing but settings into the start-up file that `path`, one of them, names.
pub(super) fn writes_settings(tape: &Tape, arguments: NodeId, path: &Field) -> bool {
    let Some(dialect) = dialect(path.text.of(tape.arena())) else { return false };
    let end = tape.node(arguments).map_or(arguments, |node| node.end);
    let mut written = false;
    let strings = (arguments..end)
        .filter(|id| *id != path.node && tape.node(*id).is_some_and(|node| node.kind == NodeKind::String));
    for id in strings {
        let (key, text) = (tape.key_of(id), tape.text(id));
        let is = |words: &[&str], word: &[u8]| words.iter().any(|one| one.as_bytes() == word);
        if is(&ASIDE, key) || key == b"command" && is(&DEEDS, text) {
            continue;
        }
        if !only_sets(text, dialect) {
            return false;
        }
        written = true;
    }
    written
}

/// Whose start-up file a path names; `None` of any other file, and where readers could differ about which it is.
fn dialect(path: &[u8]) -> Option<Dialect> {
    let plain = path.iter().all(|byte| byte.is_ascii_alphanumeric() || b"._-~/\\: $".contains(byte));
    let name = path.rsplit(|byte| matches!(byte, b'/' | b'\\')).next()?;
    let name = name.strip_prefix(b"Microsoft.PowerShell_").unwrap_or(name);
    let known = FILES.iter().any(|file| file.as_bytes() == name) && !path.windows(2).any(|two| two == b"..");
    (plain && known).then_some(if name == b"profile.ps1" { Dialect::PowerShell } else { Dialect::Posix })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn start_up_files_are_known_by_their_names() {
        for path in ["~/.bashrc", "/home/dana/.zshrc", "$HOME/.config/fish/config.fish", "/etc/bash.bashrc"] {
            assert_eq!(dialect(path.as_bytes()), Some(Dialect::Posix), "{path}");
        }
        assert_eq!(
            dialect(b"C:\\Users\\dana\\Documents\\PowerShell\\Microsoft.PowerShell_profile.ps1"),
            Some(Dialect::PowerShell)
        );
        for path in [
            "/etc/cron.d/x",
            "~/.ssh/authorized_keys",
            "/etc/cron.d/x\0/.bashrc",
            "/etc/cron.d/x%00.bashrc",
            "~/.bashrc/../x",
            "~/x/../.bashrc",
        ] {
            assert_eq!(dialect(path.as_bytes()), None, "{path}");
        }
    }
}
