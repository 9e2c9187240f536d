//! What files, tables and scripts call secret.

use crate::message::for_each_word;

/// Whether a file's name says that it holds secrets. (L1 knows their places; this is what projects and people call them.)
pub(super) fn names_secret(path: &[u8]) -> bool {
    let (mut start, mut dot) = (0, path.len());
    // Names are short: a step at a time is faster than what looks through long texts.
    for (at, byte) in path.iter().enumerate().rev() {
        match byte {
            b'/' | b'\\' => {
                start = at + 1;
                break;
            }
            b'.' if dot == path.len() => dot = at,
            _ => {}
        }
    }
    let name = path.get(start..).unwrap_or(path);
    let ending = path.get(dot + 1..).unwrap_or_default();
    if matches!(
        ending,
        b"py"
            | b"js"
            | b"ts"
            | b"rs"
            | b"go"
            | b"java"
            | b"md"
            | b"rb"
            | b"c"
            | b"h"
            | b"cs"
            | b"html"
            | b"css"
            | b"tsx"
            | b"jsx"
    ) {
        return false;
    }
    let stem = name.split(|byte| *byte == b'.').find(|part| !part.is_empty()).unwrap_or(name);
    // `vault` is the shortest of the words.
    if stem.len() < 5 {
        return false;
    }
    let mut secret = false;
    for_each_word(stem, |word| {
        secret |= matches!(
            word,
            b"secret"
                | b"secrets"
                | b"credential"
                | b"credentials"
                | b"password"
                | b"passwords"
                | b"passwd"
                | b"apikeys"
                | b"keystore"
                | b"vault"
                | b"shadow"
        );
    });
    secret && memchr::memmem::find(name, b"example").is_none()
}

/// Whether a statement changes rows.
pub(super) fn changes_rows(sql: &str) -> bool {
    let first = sql.trim_start().split(|char: char| !char.is_ascii_alphabetic()).next().unwrap_or_default();
    ["insert", "update", "replace", "merge", "upsert"].iter().any(|word| first.eq_ignore_ascii_case(word))
}

/// Whether a statement asks for what its tables or columns call secret; what stands in quotes is only looked for.
pub(super) fn asks_secrets(sql: &str) -> bool {
    let asked = sql.split('\'').next().unwrap_or_default();
    let (mut secret, mut lead) = (false, false);
    for_each_word(asked.as_bytes(), |word| {
        secret |= matches!(word, b"secret" | b"secrets" | b"credentials" | b"apikey" | b"apikeys")
            || lead && matches!(word, b"key" | b"keys" | b"token" | b"tokens");
        lead = matches!(word, b"api" | b"access" | b"private" | b"refresh" | b"integration");
    });
    secret
}

/// Whether a script takes what keeps somebody logged in.
pub(super) fn takes_session(script: &[u8]) -> bool {
    memchr::memmem::find(script, b"document.cookie").is_some()
}

#[cfg(test)]
mod tests {
    use super::{asks_secrets, changes_rows, names_secret};

    #[test]
    fn a_name_says_that_a_file_is_secret() {
        for path in ["config/secrets.yaml", "/srv/credentials.json", "passwords.txt", "prod-secrets"] {
            assert!(names_secret(path.as_bytes()), "{path}");
        }
        for path in ["src/secrets.rs", "docs/secret.md", "secrets.example.yaml", "secretary.txt", "README"] {
            assert!(!names_secret(path.as_bytes()), "{path}");
        }
    }

    #[test]
    fn a_statement_asks_for_secrets_or_changes_rows() {
        for sql in [
            "select partner, secret from links",
            "SELECT * FROM api_keys",
            "with k as (select accessToken from x) select * from k",
        ] {
            assert!(asks_secrets(sql) && !changes_rows(sql), "{sql}");
        }
        for sql in [
            "select * from books where title like '%secret%'",
            "select key, value from settings",
            "select count(token) from words",
        ] {
            assert!(!asks_secrets(sql), "{sql}");
        }
        assert!(
            changes_rows(" INSERT into t values (1)") && changes_rows("update t set a = 1") && !changes_rows("updated")
        );
    }
}
