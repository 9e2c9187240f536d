//! What an argument is, read from its key and from its value's shape, where nothing better says it.

use super::{FieldKind, nouns};

/// What a tool's name says of an argument whose key does not: a `query` given to `run_sql` is SQL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ToolHint {
    /// Nothing.
    #[default]
    None,
    /// The tool runs commands.
    Exec,
    /// The tool queries a database.
    Database,
    /// The tool runs code.
    Code,
    /// The tool looks for words in code, documentation, trackers or the web.
    Search,
    /// The tool looks for files; whether by their names or by what is in them, it does not say.
    Find,
    /// The tool runs queries of a kind that it does not name.
    Query,
    /// The tool changes a file's text.
    Edit,
    /// The tool makes something whose name is a title: a task, a page, a session.
    Entitle,
}

impl ToolHint {
    /// Reads the words of a tool's name.
    pub(crate) fn of(tool: &[u8]) -> Self {
        let mut hint = Self::None;
        let mut runs = false;
        let (mut makes, mut titled) = (false, false);
        let (mut looks, mut files, mut inside, mut asks) = (false, false, false, false);
        for_each_word(tool, |word| {
            makes |= matches!(word, b"create" | b"add" | b"new" | b"update" | b"edit" | b"rename" | b"save");
            titled |= matches!(
                word,
                b"task"
                    | b"todo"
                    | b"card"
                    | b"board"
                    | b"issue"
                    | b"ticket"
                    | b"page"
                    | b"note"
                    | b"doc"
                    | b"document"
                    | b"event"
                    | b"reminder"
                    | b"goal"
                    | b"story"
                    | b"epic"
                    | b"milestone"
                    | b"incident"
                    | b"session"
                    | b"conversation"
                    | b"thread"
                    | b"bookmark"
                    | b"playlist"
            );
            runs |= matches!(word, b"run" | b"execute" | b"exec" | b"eval" | b"evaluate" | b"repl" | b"interpreter");
            // A cell of a notebook is there to be run.
            runs |= matches!(word, b"cell" | b"cells");
            match word {
                b"sql" | b"database" | b"db" | b"postgres" | b"postgresql" | b"mysql" | b"sqlite" | b"mariadb"
                | b"duckdb" | b"snowflake" | b"bigquery" | b"clickhouse" | b"redshift" | b"mssql" => {
                    hint = Self::Database
                }
                b"shell" | b"bash" | b"terminal" | b"command" | b"commands" | b"cmd" | b"powershell" | b"console"
                | b"exec" | b"ssh" | b"sh" | b"zsh"
                    if hint == Self::None =>
                {
                    hint = Self::Exec;
                }
                b"python" | b"javascript" | b"js" | b"node" | b"code" | b"ipython" | b"jupyter" | b"repl"
                | b"script" | b"ruby" | b"php" | b"perl" | b"eval" | b"evaluate" | b"cell" | b"cells"
                    if hint == Self::None =>
                {
                    hint = Self::Code;
                }
                b"grep" | b"ripgrep" | b"rg" | b"docs" | b"documentation" | b"symbol" | b"symbols" | b"web"
                | b"google" | b"bing" | b"brave" | b"duckduckgo" | b"tavily" | b"arxiv" | b"stackoverflow"
                | b"issues" | b"commits" | b"discussions" | b"jql" | b"cve" | b"regex" | b"semgrep" | b"yara"
                    if hint == Self::None =>
                {
                    hint = Self::Search;
                }
                b"replace" | b"editor" | b"edit" | b"patch" if hint == Self::None => hint = Self::Edit,
                b"search" | b"find" | b"lookup" => looks = true,
                b"file" | b"files" | b"repo" | b"repository" | b"project" | b"workspace" => files = true,
                b"in" | b"within" | b"content" | b"contents" | b"text" | b"codebase" => inside = true,
                b"query" => asks = true,
                _ => {}
            }
        });
        // `search_code` reads code, `run_code` runs it.
        match hint {
            Self::Code if !runs => Self::Search,
            Self::None | Self::Edit if makes && titled => Self::Entitle,
            Self::None if looks && files && !inside => Self::Find,
            Self::None if looks && inside => Self::Search,
            Self::None if asks => Self::Query,
            hint => hint,
        }
    }
}

/// The kind that a key names, if it names one. Words are split at `_`, `-`, `.` and camel case; the last one counts,
/// since English puts the noun last (`outputDir`, `source_path`).
pub(crate) fn of_key(key: &[u8], tool: ToolHint) -> Option<FieldKind> {
    let mut last = [0; WORD];
    let (mut len, mut words, mut edited) = (0, 0, false);
    // What is named: `file_name` is a path, `hostName` a host.
    let mut named = None;
    let noun = if key.len() <= WORD && key.iter().all(u8::is_ascii_lowercase) {
        // Most keys are one word.
        words = 1;
        key
    } else {
        for_each_word(key, |word| {
            edited |= words == 0 && matches!(word, b"old" | b"new");
            words += 1;
            named = match word {
                b"name" => named,
                b"file" | b"dir" | b"directory" | b"folder" | b"path" => Some(FieldKind::Path),
                b"host" | b"domain" => Some(FieldKind::Host),
                _ => None,
            };
            len = word.len();
            if let Some(place) = last.get_mut(..len) {
                place.copy_from_slice(word);
            }
        });
        last.get(..len)?
    };
    if noun == b"name" && named.is_some() {
        return named;
    }
    let told = match (tool, noun) {
        // A piece of a file that is changed: `old_string`, `newStr`.
        (
            ToolHint::None | ToolHint::Search | ToolHint::Find | ToolHint::Query | ToolHint::Edit | ToolHint::Entitle,
            b"string" | b"str" | b"code" | b"line" | b"lines",
        ) if edited && words == 2 => Some(FieldKind::Text),
        (
            ToolHint::Edit,
            b"repl" | b"replacement" | b"replace" | b"find" | b"search" | b"needle" | b"old" | b"new" | b"pattern",
        ) if words == 1 => Some(FieldKind::Text),
        (ToolHint::None, _) => None,
        (
            ToolHint::Exec,
            b"code" | b"snippet" | b"javascript" | b"python" | b"js" | b"function" | b"expression" | b"script",
        ) if words == 1 => Some(FieldKind::Command),
        (ToolHint::Exec, b"input" | b"line" | b"args") => Some(FieldKind::Command),
        (ToolHint::Database, b"query" | b"queries") => Some(FieldKind::Sql),
        (ToolHint::Code, b"input" | b"source" | b"expression" | b"function" | b"cell" | b"cells" | b"program") => {
            Some(FieldKind::Code)
        }
        // What one looks for in texts may be a piece of anything.
        (
            ToolHint::Search,
            b"query" | b"queries" | b"q" | b"pattern" | b"regex" | b"search" | b"topic" | b"term" | b"terms"
            | b"keyword" | b"keywords" | b"symbol",
        ) => Some(FieldKind::Text),
        // A pattern may be that of names, which end up in command lines.
        (
            ToolHint::Find,
            b"query" | b"queries" | b"q" | b"regex" | b"search" | b"term" | b"terms" | b"keyword" | b"keywords",
        ) => Some(FieldKind::Text),
        _ => None,
    };
    told.or_else(|| nouns::kind(noun))
}

/// Whether a text that a tool is to run as a query begins as SQL does: with a word that begins a statement, behind brackets and comments
/// at most. There are other languages of queries, and most begin with a name of something.
pub(crate) fn is_sql(key: &[u8], text: &[u8]) -> bool {
    const VERBS: [&[u8]; 26] = [
        b"select",
        b"with",
        b"insert",
        b"update",
        b"delete",
        b"replace",
        b"merge",
        b"create",
        b"alter",
        b"drop",
        b"truncate",
        b"grant",
        b"revoke",
        b"begin",
        b"start",
        b"commit",
        b"rollback",
        b"set",
        b"copy",
        b"exec",
        b"execute",
        b"call",
        b"explain",
        b"attach",
        b"pragma",
        b"vacuum",
    ];
    if !matches!(key, b"query" | b"queries" | b"q") {
        return false;
    }
    let mut text = text.get(..text.len().min(4096)).unwrap_or_default();
    loop {
        text = text.trim_ascii_start();
        text = match text {
            [b'(' | b';', rest @ ..] => rest,
            [b'-', b'-', rest @ ..] => memchr::memchr(b'\n', rest).and_then(|end| rest.get(end..)).unwrap_or_default(),
            [b'/', b'*', rest @ ..] => {
                memchr::memmem::find(rest, b"*/").and_then(|end| rest.get(end + 2..)).unwrap_or_default()
            }
            // A model's settings: `{{ config(materialized='table') }}`.
            [b'{', b'{' | b'%', rest @ ..] => match setting(rest) {
                Some(rest) => rest,
                None => return false,
            },
            _ => break,
        };
    }
    let len = text.iter().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(text.len());
    let (word, rest) = text.split_at(len);
    // `{delete: 1}`, `update.count`, `set(x)` are of other languages.
    let blank =
        rest.first().is_some_and(|byte| byte.is_ascii_whitespace() || matches!(byte, b'(' | b';' | b'*' | b'/'));
    blank && VERBS.iter().any(|verb| verb.eq_ignore_ascii_case(word))
}

/// What stands behind a template's tag that only names and calls plain things; `None` behind any other.
fn setting(tag: &[u8]) -> Option<&[u8]> {
    let plain = |byte: &&u8| byte.is_ascii_alphanumeric() || b" \t\r\n_.,=()'\"-".contains(byte);
    let len = tag.iter().take_while(plain).count();
    let (inside, rest) = tag.split_at_checked(len)?;
    let private = memchr::memmem::find(inside, b"__").is_some();
    let rest = rest.strip_prefix(b"}}").or(rest.strip_prefix(b"%}"))?;
    (!private).then_some(rest)
}

/// The kind that a value's shape shows: URLs and paths look like nothing else.
pub(crate) fn of_shape(value: &[u8]) -> FieldKind {
    let head = value.get(..value.len().min(4096)).unwrap_or_default();
    let scheme = head.iter().take(24).take_while(|byte| byte.is_ascii_alphanumeric() || b"+.-".contains(byte)).count();
    if scheme > 1 && head.get(scheme..).is_some_and(|rest| rest.starts_with(b"://")) {
        return FieldKind::Url;
    }
    // `//td/a` is as well a query over a page.
    let rooted = matches!(head, [b'/' | b'\\', next, ..] if !next.is_ascii_whitespace() && *next != b'/')
        || head.starts_with(b"~/")
        || head.starts_with(b"./")
        || head.starts_with(b"../")
        || head.starts_with(b"..\\")
        || matches!(head, [drive, b':', b'\\' | b'/', ..] if drive.is_ascii_alphabetic());
    // A path that holds a space or a line is as well a command or a text.
    if rooted && value.len() <= 4096 && !head.iter().any(|byte| matches!(byte, b' ' | b'\n' | b'\t')) {
        return FieldKind::Path;
    }
    FieldKind::Unknown
}

/// Longest word that is looked at; no key's word of interest is longer.
const WORD: usize = 16;

/// Calls `f` with each word of a name, in lower case; longer words than [`WORD`] are passed cut.
pub(crate) fn for_each_word(name: &[u8], mut f: impl FnMut(&[u8])) {
    // A hostile key can be as long as the message; its words past this say nothing more.
    let mut rest = name.get(..256).unwrap_or(name);
    while let Some(start) = rest.iter().position(|byte| class(*byte) != Class::Other) {
        rest = rest.get(start..).unwrap_or_default();
        let mut before = Class::Other;
        let ends = |byte: &u8| {
            let now = class(*byte);
            let ends = now == Class::Other || now == Class::Upper && before == Class::Lower;
            before = now;
            ends
        };
        let (text, behind) =
            rest.split_at_checked(rest.iter().position(ends).unwrap_or(rest.len())).unwrap_or((rest, &[]));
        let mut word = [0; WORD];
        word.iter_mut().zip(text).for_each(|(to, from)| *to = from.to_ascii_lowercase());
        f(word.get(..text.len().min(WORD)).unwrap_or_default());
        rest = behind;
    }
}

/// What a byte is to the words of a name; a digit is as a small letter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Other,
    Lower,
    Upper,
}

const fn class(byte: u8) -> Class {
    match byte {
        b'a'..=b'z' | b'0'..=b'9' => Class::Lower,
        b'A'..=b'Z' => Class::Upper,
        _ => Class::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_of_a_key_counts() {
        let none = ToolHint::None;
        for (key, kind) in [
            ("path", Some(FieldKind::Path)),
            ("outputDir", Some(FieldKind::Path)),
            ("source_path", Some(FieldKind::Path)),
            ("filePaths", Some(FieldKind::Path)),
            ("callback-url", Some(FieldKind::Url)),
            ("command", Some(FieldKind::Command)),
            ("commit_message", Some(FieldKind::Text)),
            ("file_content", Some(FieldKind::Text)),
            ("query", None),
            ("", None),
            ("repo_name", Some(FieldKind::Identifier)),
            ("file_name", Some(FieldKind::Path)),
            ("outputFolderName", Some(FieldKind::Path)),
            ("host-name", Some(FieldKind::Host)),
            ("file_owner_name", Some(FieldKind::Identifier)),
        ] {
            assert_eq!(of_key(key.as_bytes(), none), kind, "{key}");
        }
    }

    #[test]
    fn a_tools_name_settles_what_its_keys_leave_open() {
        let kind = |tool: &str, key: &str| of_key(key.as_bytes(), ToolHint::of(tool.as_bytes()));
        assert_eq!(kind("run_sql", "query"), Some(FieldKind::Sql));
        assert_eq!(kind("postgres.query", "query"), Some(FieldKind::Sql));
        assert_eq!(kind("web_search", "query"), Some(FieldKind::Text));
        assert_eq!(kind("terminal_exec", "input"), Some(FieldKind::Command));
        assert_eq!(kind("executePython", "input"), Some(FieldKind::Code));
        assert_eq!(kind("insert_cell", "source"), Some(FieldKind::Code));
        assert_eq!(kind("jupyter_execute", "cell"), Some(FieldKind::Code));
        assert_eq!(kind("python_repl", "source"), Some(FieldKind::Code));
        assert_eq!(kind("python_docs", "source"), None);
        assert_eq!(kind("search_code", "input"), None);
        assert_eq!(kind("search_code", "query"), Some(FieldKind::Text));
        assert_eq!(kind("brave_web_search", "query"), Some(FieldKind::Text));
        assert_eq!(kind("search_products", "query"), None);
        assert_eq!(kind("find_in_files", "search"), Some(FieldKind::Text));
        assert_eq!(kind("codebase_search", "query"), Some(FieldKind::Text));
        assert_eq!(kind("search_files", "query"), Some(FieldKind::Text));
        assert_eq!(kind("search_files", "pattern"), None);
        assert_eq!(ToolHint::of(b"read_query"), ToolHint::Query);
        assert_eq!(ToolHint::of(b"query_docs"), ToolHint::Search);
        assert_eq!(kind("edit_file", "new_string"), Some(FieldKind::Text));
        assert_eq!(kind("str_replace_editor", "oldStr"), Some(FieldKind::Text));
        assert_eq!(kind("t", "new_code"), Some(FieldKind::Text));
        assert_eq!(kind("run_code", "new_code"), Some(FieldKind::Code));
        assert_eq!(kind("t", "string"), None);
        assert_eq!(kind("run_shell", "script"), Some(FieldKind::Command));
        assert_eq!(kind("search_issues", "q"), Some(FieldKind::Text));
        assert_eq!(kind("replace_regex", "repl"), Some(FieldKind::Text));
        assert_eq!(kind("replace_regex", "path"), Some(FieldKind::Path));
        assert_eq!(ToolHint::of(b"create_task"), ToolHint::Entitle);
        assert_eq!(ToolHint::of(b"editPage"), ToolHint::Entitle);
        assert_eq!(ToolHint::of(b"get_task"), ToolHint::None);
        assert_eq!(ToolHint::of(b"create_branch"), ToolHint::None);
    }

    #[test]
    fn a_query_is_sql_by_its_first_word() {
        for text in [
            "SELECT 1",
            " (select 1)",
            "-- x\nDELETE FROM a",
            "/* x */ With a as (b)",
            "begin;",
            "select*from a",
            "{{ config(materialized='table') }}\n\nwith a as (select 1)",
            "{% set x = 1 %} select {{ x }}",
        ] {
            assert!(is_sql(b"query", text.as_bytes()), "{text}");
        }
        for text in [
            "rate(x[5m])",
            "{ user }",
            "update.count > 1",
            "selected",
            "select",
            "{{ 7*7 }} select 1",
            "{{ x.__class__ }} select 1",
            "{{ a",
            "MATCH (n) DELETE n",
            "-- x",
            "",
        ] {
            assert!(!is_sql(b"query", text.as_bytes()), "{text}");
        }
        assert!(!is_sql(b"name", b"select 1"));
    }

    #[test]
    fn shapes_show_urls_and_paths_only() {
        for (value, kind) in [
            ("https://x.example/a", FieldKind::Url),
            ("file:///etc/passwd", FieldKind::Url),
            ("/etc/passwd", FieldKind::Path),
            ("../../x", FieldKind::Path),
            (r"C:\x", FieldKind::Path),
            ("/etc/passwd; id", FieldKind::Unknown),
            ("/ hello", FieldKind::Unknown),
            ("//td/../a", FieldKind::Unknown),
            ("hello", FieldKind::Unknown),
            ("a: b", FieldKind::Unknown),
            ("", FieldKind::Unknown),
        ] {
            assert_eq!(of_shape(value.as_bytes()), kind, "{value}");
        }
    }
}
