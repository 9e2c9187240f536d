//! Paths with the shell's patterns in them: `/etc/pass*`, `/e?c/p[a]sswd`, `/etc/{passwd,shadow}`.
//!
//! Where a path lands in a shell or a glob, the pattern is filled in. Who means a folder's files writes `*` or `*.conf`; who
//! means one secret file and spells it so wants it unseen.

use super::place::{Place, Places};
use crate::analyzers::shell::shell_glob;

/// The files that such patterns are made for.
const WANTED: [(&str, Place); 9] = [
    ("/etc/passwd", Place::SystemAccounts),
    ("/etc/shadow", Place::SystemAccounts),
    ("/etc/gshadow", Place::SystemAccounts),
    ("/etc/master.passwd", Place::SystemAccounts),
    ("/etc/sudoers", Place::SystemAccounts),
    ("/proc/self/environ", Place::ProcSecrets),
    ("/root/.ssh/id_rsa", Place::Keys),
    ("/root/.ssh/id_ed25519", Place::Keys),
    ("/root/.aws/credentials", Place::Credentials),
];

/// Longest path that is looked at; the wanted ones are shorter, and a pattern needs not much more.
const LONGEST: usize = 96;

/// The classes of the files that a path with patterns in it is spelled for.
pub(super) fn places(path: &[u8]) -> Places {
    let patterned =
        path.len() <= LONGEST && path.first() == Some(&b'/') && path.iter().any(|byte| b"*?[{".contains(byte));
    if !patterned {
        return Places::none();
    }
    let (Some(open), Some(close)) = (memchr::memchr(b'{', path), memchr::memchr(b'}', path)) else {
        return if is_telling(path) { meant(path) } else { Places::none() };
    };
    let parts = (path.get(..open), path.get(open + 1..close), path.get(close + 1..));
    let (Some(before), Some(choice), Some(behind)) = parts else { return Places::none() };
    let mut found = Places::none();
    for word in choice.split(|byte| *byte == b',') {
        let mut whole = [0; LONGEST];
        let mut at = 0;
        for (to, byte) in whole.iter_mut().zip(before.iter().chain(word).chain(behind)) {
            *to = *byte;
            at += 1;
        }
        let whole = whole.get(..at).unwrap_or_default();
        found = found.union(if is_telling(whole) { meant(whole) } else { Places::none() });
    }
    found
}

fn meant(pattern: &[u8]) -> Places {
    WANTED.iter().filter(|(file, _)| shell_glob(pattern, file.as_bytes())).map(|(_, place)| *place).collect()
}

/// Whether each name says which files it means: three letters of it, or one sign for each.
fn is_telling(path: &[u8]) -> bool {
    path.split(|byte| *byte == b'/')
        .skip(1)
        .all(|name| !name.contains(&b'*') || name.iter().filter(|byte| byte.is_ascii_alphanumeric()).count() >= 3)
}

#[cfg(test)]
mod tests {
    use super::places;

    #[test]
    fn patterns_for_one_file_are_told_from_patterns_for_many() {
        for path in [
            "/etc/pass*",
            "/e?c/p?sswd",
            "/???/passwd",
            "/etc/[p]asswd",
            "/etc/{passwd,shadow}",
            "/etc/{a,shado}?",
            "/etc/*sswd",
        ] {
            assert!(!places(path.as_bytes()).is_empty(), "{path}");
        }
        for path in [
            "/etc/*",
            "/etc/*.conf",
            "/*/*",
            "/etc/p*",
            "src/{a,b}.rs",
            "/etc/{hosts,issue}",
            "/etc/passwd",
            "/proc/*/status",
            "{",
            "/}{",
        ] {
            assert!(places(path.as_bytes()).is_empty(), "{path}");
        }
    }
}
