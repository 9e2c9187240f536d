//! The files that `scp`, `rsync` and `sftp` bring here: those whose first operands lie on another machine.

use super::model::{Command, Word};
use super::scratch::{ShellScratch, as_u32, slice};
use crate::message::Span;

/// Calls `note` with every name under which a copied file may lie here.
pub(super) fn outputs(s: &ShellScratch, command: &Command, note: &mut impl FnMut(Span)) {
    if !matches!(s.text(command.name), b"scp" | b"rsync" | b"rcp" | b"sftp") {
        return;
    }
    let args = slice(&s.words, (command.words.0 + 1, command.words.1));
    let remote = |word: &&Word| place(s.text(word.text)).is_some();
    let last = args.iter().rfind(|word| s.text(word.text).first() != Some(&b'-'));
    let here = last.filter(|last| !remote(last));
    // `scp a host:b` sends; `sftp host:b` fetches to where one is.
    if here.is_none() && s.text(command.name) != b"sftp" {
        return;
    }
    if args.iter().any(|word| remote(&word)) {
        here.into_iter().for_each(|word| note(word.clean));
    }
    for word in args.iter().filter(remote) {
        let text = s.text(word.text);
        let start = memchr::memrchr(b'/', text).map_or_else(|| place(text).unwrap_or(0), |slash| slash + 1);
        note(Span::new(word.text.start + as_u32(start), word.text.end));
    }
}

/// Where the path begins in `host:path`, `host::module/path` or `rsync://host/path`; a drive's letter is no host.
fn place(text: &[u8]) -> Option<usize> {
    let colon = memchr::memchr2(b':', b'/', text).filter(|at| *at > 1 && text.get(*at) == Some(&b':'))?;
    let option = text.first() == Some(&b'-');
    (!option).then(|| colon + text.get(colon..).unwrap_or_default().iter().take_while(|byte| **byte == b':').count())
}

#[cfg(test)]
mod tests {
    use super::super::{Dialect, ShellQuery, ShellScratch, parse};

    fn runs_what_it_copied(text: &str) -> bool {
        let query = r#"{"pipe": {"from": ["scp", "rsync", "sftp"], "into": ["interpreter"], "via": ["file"]}}"#;
        let query: ShellQuery = serde_json::from_str(query).unwrap();
        let mut scratch = ShellScratch::default();
        parse(text.as_bytes(), Dialect::Posix, &mut scratch);
        query.matches(&scratch.shell()).is_some()
    }

    #[test]
    fn a_copied_file_that_is_run_is_followed() {
        for text in [
            "scp q@x.example:/tmp/a.sh /tmp/b.sh; sh /tmp/b.sh",
            "scp -P 22 x.example:a.sh . && bash ./a.sh",
            "rsync x.example::pub/a.sh . && sh a.sh",
            "sftp q@x.example:a.py && python3 a.py",
        ] {
            assert!(runs_what_it_copied(text), "{text}");
        }
        for text in [
            "scp a.sh q@x.example:/tmp/a.sh; sh a.sh",
            "rsync -a dist/ x.example:/srv/ && sh test.sh",
            "scp x.example:a.tgz . && sh b.sh",
            "cp C:a.sh b.sh && sh b.sh",
            "scp C:/a.sh b.sh; sh b.sh",
        ] {
            assert!(!runs_what_it_copied(text), "{text}");
        }
    }
}
