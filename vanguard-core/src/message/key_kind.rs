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
                _ => {}
            }
        });
        // `search_code` reads code, `run_code` runs it.
        match hint {
            Self::Code if !runs => Self::Search,
            Self::None | Self::Edit if makes && titled => Self::Entitle,
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
            ToolHint::None | ToolHint::Search | ToolHint::Edit | ToolHint::Entitle,
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
        _ => None,
    };
    told.or_else(|| nouns::kind(noun))
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
