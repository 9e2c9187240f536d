//! How a path begins: which root it names, in any system's notation.
//!
//! Sources: Microsoft, "File path formats on Windows systems" and "Naming files, paths, and namespaces"; POSIX.1-2024,
//! 4.16 "Pathname resolution" and the shell's 2.6.1 "Tilde expansion".

use super::is_separator;

/// The first part of a path, taken off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lead<'t> {
    /// No root is named.
    Relative,
    /// `/`; `unc` if Windows would read a server name there.
    Posix { unc: bool },
    /// A drive letter, as typed.
    Drive { letter: u8, absolute: bool },
    /// `\\server\share`.
    Unc,
    /// `\\.\`, `\\?\`, `\??\`: what is there is settled by the first name.
    Namespace,
    /// `~`, `~user`, a variable that names the home folder. `below` are the folders the variable implies under it.
    Home { user: &'t [u8], below: &'static [&'static str] },
    /// A variable that names a place on the system drive.
    System { below: &'static [&'static str] },
    /// A variable whose value can't be known.
    Variable,
}

/// Device names that a program really opens as `//./name`, where POSIX would read a relative `.`.
const FORWARD_DEVICES: [&[u8]; 6] = [b"pipe", b"physicaldrive", b"harddisk", b"globalroot", b"volume{", b"cdrom"];

/// Variables that stand for a folder below the home folder.
const HOME_VARIABLES: [(&str, &[&str]); 11] = [
    ("HOME", &[]),
    ("USERPROFILE", &[]),
    ("HOMEPATH", &[]),
    ("APPDATA", &["AppData", "Roaming"]),
    ("LOCALAPPDATA", &["AppData", "Local"]),
    ("TEMP", &["AppData", "Local", "Temp"]),
    ("TMP", &["AppData", "Local", "Temp"]),
    ("XDG_CONFIG_HOME", &[".config"]),
    ("XDG_DATA_HOME", &[".local", "share"]),
    ("XDG_STATE_HOME", &[".local", "state"]),
    ("XDG_CACHE_HOME", &[".cache"]),
];

/// Variables that stand for a folder on the system drive.
const SYSTEM_VARIABLES: [(&str, &[&str]); 9] = [
    ("SYSTEMDRIVE", &[]),
    ("HOMEDRIVE", &[]),
    ("SYSTEMROOT", &["Windows"]),
    ("WINDIR", &["Windows"]),
    ("PROGRAMDATA", &["ProgramData"]),
    ("ALLUSERSPROFILE", &["ProgramData"]),
    ("PROGRAMFILES", &["Program Files"]),
    ("PROGRAMFILES(X86)", &["Program Files (x86)"]),
    ("PUBLIC", &["Users", "Public"]),
];

/// Takes the lead off `text` and returns it with what follows.
pub(super) fn take(text: &[u8]) -> (Lead<'_>, &[u8]) {
    match text {
        [b'\\', b'?', b'?', b'\\', rest @ ..] => (Lead::Namespace, rest),
        [a, b, b'?', c, rest @ ..] if is_separator(*a) && is_separator(*b) && is_separator(*c) => {
            (Lead::Namespace, rest)
        }
        [a, b, b'?'] if is_separator(*a) && is_separator(*b) => (Lead::Namespace, &[]),
        [b'\\', b'\\', b'.', c, rest @ ..] if is_separator(*c) => (Lead::Namespace, rest),
        [a, b, b'.', c, rest @ ..]
            if is_separator(*a) && is_separator(*b) && is_separator(*c) && opens_a_device(rest) =>
        {
            (Lead::Namespace, rest)
        }
        [sep, letter, b':', rest @ ..] if is_separator(*sep) && letter.is_ascii_alphabetic() && at_boundary(rest) => {
            (Lead::Drive { letter: *letter, absolute: true }, rest)
        }
        [letter, b':', rest @ ..] if letter.is_ascii_alphabetic() => {
            let absolute = rest.first().is_some_and(|byte| is_separator(*byte));
            (Lead::Drive { letter: *letter, absolute }, rest)
        }
        [b'\\', b'\\', rest @ ..] if names_a_server(rest) => (Lead::Unc, rest),
        [a, rest @ ..] if is_separator(*a) => {
            let unc = matches!(rest, [b, name @ ..] if is_separator(*b) && names_a_server(name));
            (Lead::Posix { unc }, rest)
        }
        [b'~', rest @ ..] => tilde(text, rest),
        [b'$', rest @ ..] => dollar(text, rest),
        [b'%', rest @ ..] => percent(text, rest),
        _ => (Lead::Relative, text),
    }
}

fn at_boundary(rest: &[u8]) -> bool {
    rest.first().is_none_or(|byte| is_separator(*byte))
}

/// A name that isn't all dots: `\\..\..\x` is a climb from the root, not a server called `..`.
fn names_a_server(rest: &[u8]) -> bool {
    rest.iter().take_while(|byte| !is_separator(**byte)).any(|byte| !matches!(byte, b'.' | b' '))
}

fn opens_a_device(rest: &[u8]) -> bool {
    let drive = matches!(rest, [letter, b':', tail @ ..] if letter.is_ascii_alphabetic() && at_boundary(tail));
    drive
        || FORWARD_DEVICES
            .iter()
            .any(|name| rest.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)))
}

fn tilde<'t>(text: &'t [u8], rest: &'t [u8]) -> (Lead<'t>, &'t [u8]) {
    let end = rest.iter().position(|byte| is_separator(*byte)).unwrap_or(rest.len());
    let (user, after) = rest.split_at_checked(end).unwrap_or((rest, &[]));
    match user {
        b"+" => (Lead::Relative, after.get(1..).unwrap_or_default()),
        b"-" => (Lead::Variable, text),
        [] => (Lead::Home { user, below: &[] }, after),
        [first, ..]
            if (first.is_ascii_alphabetic() || *first == b'_')
                && user.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')) =>
        {
            (Lead::Home { user, below: &[] }, after)
        }
        _ => (Lead::Relative, text),
    }
}

/// `$NAME`, `${NAME}`, `${NAME:-default}`, PowerShell's `$env:NAME` and `${env:NAME}`.
fn dollar<'t>(text: &'t [u8], rest: &'t [u8]) -> (Lead<'t>, &'t [u8]) {
    let (braced, rest) = match rest {
        [b'{', inner @ ..] => (true, inner),
        _ => (false, rest),
    };
    let rest = match rest.split_at_checked(4) {
        Some((scope, name)) if scope.eq_ignore_ascii_case(b"env:") => name,
        _ => rest,
    };
    let end = rest.iter().position(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_')).unwrap_or(rest.len());
    let (name, after) = rest.split_at_checked(end).unwrap_or((rest, &[]));
    let after = if braced {
        let Some(close) = after.iter().position(|byte| *byte == b'}' || is_separator(*byte)) else {
            return (Lead::Relative, text);
        };
        // A default value may hold separators: `${HOME:-/root}`.
        let close = if after.get(close) == Some(&b'}') { Some(close) } else { memchr::memchr(b'}', after) };
        match close.and_then(|close| after.get(close + 1..)) {
            Some(after) => after,
            None => return (Lead::Relative, text),
        }
    } else {
        after
    };
    variable(text, name, after)
}

fn percent<'t>(text: &'t [u8], rest: &'t [u8]) -> (Lead<'t>, &'t [u8]) {
    // Names are short; a longer run up to the next percent sign is no variable, and is not scanned for one.
    let Some(end) = rest.iter().take(40).position(|byte| *byte == b'%') else { return (Lead::Relative, text) };
    let (name, after) = (rest.get(..end).unwrap_or_default(), rest.get(end + 1..).unwrap_or_default());
    if name.eq_ignore_ascii_case(b"HOMEDRIVE")
        && let Some((path, tail)) = after.split_at_checked(b"%HOMEPATH%".len())
        && path.eq_ignore_ascii_case(b"%HOMEPATH%")
    {
        return variable(text, b"HOME", tail);
    }
    variable(text, name, after)
}

fn variable<'t>(text: &'t [u8], name: &[u8], after: &'t [u8]) -> (Lead<'t>, &'t [u8]) {
    if !at_boundary(after) {
        return (Lead::Relative, text);
    }
    let find = |table: &[(&str, &'static [&'static str])]| {
        table.iter().find(|(known, _)| name.eq_ignore_ascii_case(known.as_bytes())).map(|(_, below)| *below)
    };
    if let Some(below) = find(&HOME_VARIABLES) {
        return (Lead::Home { user: &[], below }, after);
    }
    if let Some(below) = find(&SYSTEM_VARIABLES) {
        return (Lead::System { below }, after);
    }
    if name.eq_ignore_ascii_case(b"PWD") {
        return (Lead::Relative, after.get(1..).unwrap_or_default());
    }
    // `$lib/x.ts` and `$id.tsx` are file names; variables are written in capitals.
    let shouted = !name.is_empty() && name.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_');
    (if shouted { Lead::Variable } else { Lead::Relative }, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_notation_names_its_root() {
        let home = |below| Lead::Home { user: b"", below };
        let cases: [(&str, Lead<'_>, &str); 34] = [
            ("", Lead::Relative, ""),
            ("a/b", Lead::Relative, "a/b"),
            ("/a", Lead::Posix { unc: false }, "a"),
            ("//a/b", Lead::Posix { unc: true }, "/a/b"),
            ("///a", Lead::Posix { unc: false }, "//a"),
            ("//./etc/passwd", Lead::Posix { unc: false }, "/./etc/passwd"),
            ("//./pipe/x", Lead::Namespace, "pipe/x"),
            ("//./c:/x", Lead::Namespace, "c:/x"),
            (r"\a", Lead::Posix { unc: false }, "a"),
            (r"\\srv\share", Lead::Unc, r"srv\share"),
            (r"\\..\..\x", Lead::Posix { unc: false }, r"\..\..\x"),
            (r"\\.\COM1", Lead::Namespace, "COM1"),
            (r"\\?\C:\x", Lead::Namespace, r"C:\x"),
            (r"\??\C:\x", Lead::Namespace, r"C:\x"),
            ("//?/C:/x", Lead::Namespace, "C:/x"),
            (r"C:\x", Lead::Drive { letter: b'C', absolute: true }, r"\x"),
            ("c:x", Lead::Drive { letter: b'c', absolute: false }, "x"),
            ("/C:/x", Lead::Drive { letter: b'C', absolute: true }, "/x"),
            ("~", home(&[]), ""),
            ("~/x", home(&[]), "/x"),
            ("~bob/x", Lead::Home { user: b"bob", below: &[] }, "/x"),
            ("~$draft.docx", Lead::Relative, "~$draft.docx"),
            ("~+/x", Lead::Relative, "x"),
            ("$HOME/x", home(&[]), "/x"),
            ("$HOMER/x", Lead::Variable, "$HOMER/x"),
            ("${HOME:-/root}/x", home(&[]), "/x"),
            ("$env:USERPROFILE\\x", home(&[]), "\\x"),
            ("%UserProfile%\\x", home(&[]), "\\x"),
            ("%APPDATA%", home(&["AppData", "Roaming"]), ""),
            ("%HOMEDRIVE%%HOMEPATH%\\x", home(&[]), "\\x"),
            ("%windir%\\x", Lead::System { below: &["Windows"] }, "\\x"),
            ("$lib/server.ts", Lead::Relative, "$lib/server.ts"),
            ("$OLDPWD/x", Lead::Variable, "$OLDPWD/x"),
            ("%2e%2e/x", Lead::Relative, "%2e%2e/x"),
        ];
        for (text, lead, rest) in cases {
            assert_eq!(take(text.as_bytes()), (lead, rest.as_bytes()), "{text}");
        }
    }
}
