//! What is secret in what a server says is redacted: every copy of it, and nothing else.

use std::sync::LazyLock;

use data_encoding::{BASE64, HEXLOWER};
use proptest::prelude::*;
use serde_json::{Value, json};
use vanguard_core::{Action, Inspector, Message, Profile, Verdict, Visibility};

const KEY: &str = "ghp_jY6IpFcfALM0oTZ82G61SNXnTJruGARD4YXv";
const OTHER: &str = "glpat-1L9zGftmkvoTKP9R9OHG";

/// One for all: what a message without a session leaves behind is nothing.
fn inspector() -> Inspector {
    static DEFAULT: LazyLock<Inspector> = LazyLock::new(|| Inspector::builder().build().unwrap());
    DEFAULT.clone()
}

fn result(text: &str) -> String {
    json!({"jsonrpc": "2.0", "id": 1, "result": {"content": [{"type": "text", "text": text}]}}).to_string()
}

/// The message as it passes; the verdict must be an edit.
fn redacted(inspector: &Inspector, message: &str) -> String {
    let verdict = inspector.inspect(&Message::to_client(message.as_bytes()));
    assert_eq!(verdict.action, Action::Edit, "{verdict}");
    assert!(!told(&verdict).contains(&KEY[4..]), "{}", told(&verdict));
    String::from_utf8(verdict.apply(message.as_bytes()).into_owned()).unwrap()
}

fn told(verdict: &Verdict) -> String {
    format!("{verdict} {verdict:?} {}", serde_json::to_string(verdict).unwrap())
}

#[test]
fn every_copy_goes_and_no_other_byte() {
    let percent: String = KEY.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let inner = json!({"token": KEY, "n": [1, 2.50]}).to_string();
    let unicode = KEY.replace("ghp", "\\u0067h\\u0070");
    let blob = BASE64.encode(format!("GITHUB_TOKEN={KEY}\nDEBUG=1\n").as_bytes());
    let message = format!(
        r#"{{ "jsonrpc" : "2.0", "id": "a-1", "result": {{"content": [{{"type":"text","text":"key {KEY}."}}, {{"type":"text","text":{inner:?}}},
 {{"type":"text","text":"as {unicode} and /"}}, {{"type":"resource_link","name":"x","uri":"https://x.example/{KEY}?a=1"}},
 {{"type":"resource_link","name":"y","uri":"https://y.example/?t={percent}"}}, {{"type":"resource","resource":{{"uri":"file:///.env","blob":"{blob}"}}}}],
 "structuredContent": {{"{KEY}": {{"value": "{KEY}", "rate": 1.50e3, "same": "/"}}}}, "isError": false}}}}"#
    );
    let mark = "[REDACTED:github-token:1]";
    let uri = "%5BREDACTED:github-token:1%5D";
    let expected = message
        .replace(&format!("https://x.example/{KEY}"), &format!("https://x.example/{uri}"))
        .replace(&percent, uri)
        .replace(&unicode, mark)
        .replace(&blob, &BASE64.encode(format!("GITHUB_TOKEN={mark}\nDEBUG=1\n").as_bytes()))
        .replace(KEY, mark);
    let inspector = inspector();
    let out = redacted(&inspector, &message);
    assert_eq!(out, expected);
    serde_json::from_str::<Value>(&out).unwrap();
    let again = inspector.inspect(&Message::to_client(out.as_bytes()));
    assert_eq!((again.action, again.edits.len()), (Action::Allow, 0), "{again}");
}

#[test]
fn errors_and_notifications_are_redacted_too() {
    for message in [
        json!({"jsonrpc": "2.0", "id": 1, "error": {"code": -1, "message": format!("bad {KEY}"), "data": {"env": [KEY]}}}),
        json!({"jsonrpc": "2.0", "method": "notifications/message", "params": {"level": "info", "data": format!("t={KEY}")}}),
        json!({"jsonrpc": "2.0", "method": "notifications/progress", "params": {"progressToken": 1, "progress": 1, "message": KEY}}),
        json!({"jsonrpc": "2.0", "id": 1, "method": "sampling/createMessage", "params": {"messages": [{"role": "user", "content": {"type": "text", "text": KEY}}], "maxTokens": 10}}),
        json!({"jsonrpc": "2.0", "id": 1, "result": {"tools": [{"name": "x", "description": format!("with {KEY}"), "inputSchema": {"type": "object"}}]}}),
    ] {
        let out = redacted(&inspector(), &message.to_string());
        assert!(!out.contains(KEY) && out.contains("[REDACTED:github-token:1]"), "{out}");
    }
}

#[test]
fn a_private_key_goes_whole() {
    let key = format!(
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEAt98VnRcQGtQcjkYyblZX1R1WgVzIuiyScpoUfcWpdIigTWxf\n{}\n-----END RSA PRIVATE KEY-----",
        "q149dUEOp7QzYRVgubxwwUPefjOFgJBGFqGkqLSoHAurT9uuJjHZV1EqjU3k8zXm\n".repeat(12)
    );
    let out = redacted(&inspector(), &result(&format!("id_rsa:\n{key}\nend")));
    assert_eq!(out, result("id_rsa:\n[REDACTED:private-key:1]\nend"));
}

#[test]
fn numbers_are_stable_within_a_session() {
    let inspector = inspector();
    let pass = |text: &str, session: &str| {
        let message = result(text);
        let verdict = inspector.inspect(&Message::to_client(message.as_bytes()).server("s").session(session));
        let out = String::from_utf8(verdict.apply(message.as_bytes()).into_owned()).unwrap();
        serde_json::from_str::<Value>(&out).unwrap()["result"]["content"][0]["text"].as_str().unwrap().to_owned()
    };
    let third = "ghp_w3TrXtDRUySDcKgjwFuPPv1pDPoTVzeZbF5K";
    assert_eq!(pass(&format!("{KEY} {OTHER}"), "a"), "[REDACTED:github-token:1] [REDACTED:gitlab-token:1]");
    assert_eq!(pass(&format!("{third}, {KEY}"), "a"), "[REDACTED:github-token:2], [REDACTED:github-token:1]");
    assert_eq!(pass(third, "b"), "[REDACTED:github-token:1]");
    let message = result(third);
    let preview = inspector.preview(&Message::to_client(message.as_bytes()).server("s").session("c"));
    assert_eq!(preview.edits[0].value.as_deref(), Some("[REDACTED:github-token:1]"));
    assert_eq!(pass(OTHER, "c"), "[REDACTED:gitlab-token:1]");
}

#[test]
fn what_both_sides_hand_back_is_never_edited() {
    let message =
        json!({"jsonrpc": "2.0", "id": 1, "result": {"content": [{"type": "text", "text": KEY}], "nextCursor": KEY}});
    let verdict = inspector().inspect(&Message::to_client(message.to_string().as_bytes()));
    assert_eq!(verdict.action, Action::Block);
    assert!(verdict.findings.iter().any(|finding| finding.rule == "REDACT-RESIDUE"), "{verdict}");
    assert!(verdict.edits.is_empty() && !told(&verdict).contains(&KEY[4..]));
    // An id is its sender's own.
    let message =
        json!({"jsonrpc": "2.0", "id": KEY, "result": {"content": [{"type": "text", "text": KEY}]}}).to_string();
    let verdict = inspector().inspect(&Message::to_client(message.as_bytes()));
    let out = String::from_utf8(verdict.apply(message.as_bytes()).into_owned()).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap()["id"], KEY);
    assert_eq!(out.matches(KEY).count(), 1);
}

#[test]
fn two_keys_that_become_one_block() {
    let message =
        format!(r#"{{"jsonrpc":"2.0","id":1,"result":{{"structuredContent":{{"{KEY}":1,"\u0067{}":2}}}}}}"#, &KEY[1..]);
    // The reader refuses the same key twice to begin with; in two spellings that decode alike it is the same.
    assert!(inspector().inspect(&Message::to_client(message.as_bytes())).is_blocked());
}

#[test]
fn a_batch_is_redacted_as_a_whole() {
    let message = format!("[{},{}]", result(KEY), result(&format!("x {OTHER} {KEY}")).replace("\"id\":1", "\"id\":2"));
    let out = redacted(&inspector(), &message);
    assert_eq!(out, message.replace(KEY, "[REDACTED:github-token:1]").replace(OTHER, "[REDACTED:gitlab-token:1]"));
}

#[test]
fn monitor_alters_nothing() {
    let inspector = Inspector::builder().profile(Profile::Monitor).build().unwrap();
    let message = result(KEY);
    let verdict = inspector.inspect(&Message::to_client(message.as_bytes()));
    assert_eq!((verdict.action, verdict.would, verdict.edits.len()), (Action::Warn, Action::Edit, 0));
    assert_eq!(verdict.apply(message.as_bytes()), message.as_bytes());
}

#[test]
fn an_exception_lets_it_pass() {
    let inspector = Inspector::builder()
        .config_text(
            "v.yaml",
            "exceptions: [{rule: SECRET-GITHUB-TOKEN, reason: a fixture}, {rule: SECRET-CHECKSUM, reason: a fixture}]",
        )
        .build()
        .unwrap();
    let message = result(KEY);
    assert_eq!(inspector.inspect(&Message::to_client(message.as_bytes())).action, Action::Allow);
}

/// The words of a text that may be secrets: long, of letters and digits.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let long = text
        .split(|char: char| !char.is_ascii_alphanumeric() && !"_+/-".contains(char))
        .filter(|word| word.len() >= 16);
    long.filter(|word| {
        word.bytes().any(|byte| byte.is_ascii_digit()) && word.bytes().any(|byte| byte.is_ascii_alphabetic())
    })
}

#[test]
fn no_sample_of_a_pack_is_shown_or_left() {
    let inspector = inspector();
    let rules: Vec<_> = inspector
        .rules()
        .rules()
        .iter()
        .filter(|rule| rule.id.starts_with("SECRET-") || rule.id.starts_with("PII-"))
        .cloned()
        .collect();
    assert!(rules.len() > 150);
    for (rule, sample) in rules.iter().flat_map(|rule| rule.hits.iter().map(move |hit| (rule, &hit.text))) {
        let message = result(sample);
        let verdict = inspector.inspect(&Message::to_client(message.as_bytes()));
        let told = told(&verdict);
        for secret in words(sample) {
            // A name in front of the secret may be long, too; no name has three digits in a row with letters around.
            assert!(!told.contains(&secret[4..]) || !rule_finds(&verdict), "{}: {sample}: {told}", rule.id);
        }
        assert!(!verdict.is_blocked(), "{}: {sample}: {verdict}", rule.id);
        let out = verdict.apply(message.as_bytes()).into_owned();
        serde_json::from_slice::<Value>(&out).unwrap();
        let again = inspector.inspect(&Message::to_client(&out));
        assert!(
            again.edits.is_empty() && again.apply(&out) == out,
            "{}: {sample}: {}",
            rule.id,
            String::from_utf8_lossy(&out)
        );
    }
}

fn rule_finds(verdict: &Verdict) -> bool {
    verdict.findings.iter().any(|finding| finding.rule.starts_with("SECRET-"))
}

/// A token in GitHub's form; what chance makes of it may be none (`check: random`), so it is asked first.
fn token() -> impl Strategy<Value = String> {
    "[A-Za-z0-9]{36}".prop_map(|random| format!("ghp_{random}")).prop_filter("random enough", |token| {
        let message = result(token);
        inspector().inspect(&Message::to_client(message.as_bytes())).action == Action::Edit
    })
}

/// How a server may write a value into a text.
fn written(token: &str, way: u8) -> String {
    match way {
        0 => token.to_owned(),
        1 => token.bytes().map(|byte| format!("%{byte:02X}")).collect(),
        2 => BASE64.encode(format!("the token: {token}; keep it.").as_bytes()),
        3 => HEXLOWER.encode(token.as_bytes()),
        4 => json!({"k": [token]}).to_string(),
        5 => json!(json!({"k": [token]}).to_string()).to_string(),
        6 => token.bytes().map(|byte| format!("\\u{byte:04x}")).collect(),
        7 => token.replace('_', "&#x5f;"),
        8 => format!("https://x.example/a%20b?token={token}#x"),
        _ => BASE64.encode(json!({"k": token.replace('_', "%5F")}).to_string().as_bytes()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_left_and_nothing_else_is_changed(
        token in token(),
        ways in proptest::collection::vec((0u8..10, "[ -~é\n]{0,20}"), 1..6),
        escaped in any::<bool>(),
        id in 0u32..1000,
    ) {
        let inspector = inspector();
        let quoted = |text: &str| {
            let plain = json!(text).to_string();
            if escaped { plain.replace("ghp", "\\u0067hp") } else { plain }
        };
        let around = |text: &str| text.replace(['=', '+', '/', '%', '&', '\\'], " ");
        let blocks: Vec<_> = ways.iter().map(|(way, text)| {
            let text = around(text);
            format!(r#"{{"type": "text",  "text":{}}}"#, quoted(&format!("{text} {} {text}", written(&token, *way))))
        }).collect();
        // One copy as written, so that it is found.
        let message = format!(r#"{{"jsonrpc":"2.0", "id":{id},"result":{{"content":[{},{{"type":"text","text":"{token}"}}], "isError" : false}}}}"#, blocks.join(", "));
        let verdict = inspector.inspect(&Message::to_client(message.as_bytes()));
        prop_assert_eq!(verdict.action, Action::Edit, "{}", verdict);
        let out = String::from_utf8(verdict.apply(message.as_bytes()).into_owned()).unwrap();
        let value: Value = serde_json::from_str(&out).unwrap();
        prop_assert_eq!(&value["id"], &json!(id));
        prop_assert!(!out.contains(&token[4..]));
        for way in 0..10 {
            prop_assert!(!out.contains(&written(&token, way)), "{way} {out}");
        }
        // What stands between the edits is what stood there.
        let (mut from, mut at) = (0, 0);
        for edit in &verdict.edits {
            let kept = &message[from..edit.span.start as usize];
            prop_assert_eq!(&out[at..at + kept.len()], kept);
            at += kept.len() + edit.value.as_ref().map_or(0, String::len);
            from = edit.span.end as usize;
        }
        prop_assert_eq!(&out[at..], &message[from..]);
        let again = inspector.inspect(&Message::to_client(out.as_bytes()));
        prop_assert!(again.edits.is_empty() && !again.is_blocked(), "{}", again);
    }

    #[test]
    fn honest_bytes_stay(text in "[ -~é\n\t]{0,200}") {
        let message = result(&text);
        let verdict = inspector().inspect(&Message::to_client(message.as_bytes()));
        prop_assert_eq!(verdict.edits.len(), 0);
        prop_assert_eq!(&*verdict.apply(message.as_bytes()), message.as_bytes());
    }
}

fn with(config: &str) -> Inspector {
    Inspector::builder().config_text("vanguard.yaml", config).build().unwrap_or_else(|error| panic!("{error}"))
}

fn call(tool: &str, arguments: &Value) -> String {
    json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": arguments}})
        .to_string()
}

fn sent(inspector: &Inspector, tool: &str, arguments: &Value) -> Verdict {
    inspector.inspect(&Message::to_server(call(tool, arguments).as_bytes()))
}

#[test]
fn a_key_that_leaves_is_blocked_and_one_that_stays_is_not() {
    let pem = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEI3586xRU9W86vt0EjnlrV1NRjsSi5qpbM1lEo44oixFhIO87AO3MWcXqmGoBM\n-----END EC PRIVATE KEY-----";
    for (tool, arguments) in [
        ("send_email", json!({"to": "x@y.example", "body": format!("the token is {KEY}")})),
        ("http_post", json!({"url": "https://x.example", "body": json!({"t": KEY}).to_string()})),
        ("create_issue", json!({"title": "x", "body": pem})),
        ("lookup", json!({"term": BASE64.encode(KEY.as_bytes())})),
    ] {
        let verdict = sent(&inspector(), tool, &arguments);
        assert!(verdict.is_blocked(), "{tool} {verdict}");
        assert!(!told(&verdict).contains(&KEY[4..]), "{tool}");
    }
    for (tool, arguments) in [
        ("write_file", json!({"path": "/srv/.env", "content": format!("GITHUB_TOKEN={KEY}\n")})),
        ("http_request", json!({"url": "https://api.example/", "headers": {"Authorization": format!("Bearer {KEY}")}})),
        ("list_repos", json!({"github_token": KEY})),
        ("run_command", json!({"command": format!("GITHUB_TOKEN={KEY} gh pr list")})),
        ("set_secret", json!({"name": "GITHUB_TOKEN", "value": KEY})),
        ("send_email", json!({"to": "x@y.example", "body": "GITHUB_TOKEN=ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"})),
    ] {
        assert!(!sent(&inspector(), tool, &arguments).is_blocked(), "{tool} {}", sent(&inspector(), tool, &arguments));
    }
}

#[test]
fn types_classes_and_directions_are_configured() {
    let to_client = |config: &str, text: &str| {
        let message = result(text);
        let inspector = with(config);
        let verdict = inspector.inspect(&Message::to_client(message.as_bytes()));
        (verdict.action, String::from_utf8(verdict.apply(message.as_bytes()).into_owned()).unwrap())
    };
    for (word, action) in
        [("allow", Action::Allow), ("warn", Action::Warn), ("redact", Action::Edit), ("block", Action::Block)]
    {
        let config = format!("redaction: {{types: {{provider-keys: {{to_client: {word}}}}}}}");
        assert_eq!(to_client(&config, OTHER).0, action, "{word}");
    }
    let card = "the card 4539 1488 0343 6467 of visa";
    assert_eq!(to_client("", card).0, Action::Warn);
    let (action, out) = to_client("redaction: {types: {card: redact}}", card);
    assert_eq!((action, out), (Action::Edit, result("the card [REDACTED:card:1] of visa")));
    let (action, out) = to_client("redaction: {types: {personal-data: {to_client: redact}, card: warn}}", card);
    assert_eq!((action, out), (Action::Warn, result(card)));
    // A number is no place for a placeholder.
    let message = json!({"jsonrpc": "2.0", "id": 1, "result": {"structuredContent": {"card": "4539 1488 0343 6467", "n": 4_539_148_803_436_467_u64}}}).to_string();
    let verdict = with("redaction: {types: {card: redact}}").inspect(&Message::to_client(message.as_bytes()));
    assert!(
        verdict.is_blocked() && verdict.findings.iter().any(|finding| finding.rule == "REDACT-RESIDUE"),
        "{verdict}"
    );

    let arguments = json!({"to": "x", "body": format!("see {KEY}")});
    let inspector = with("redaction: {types: {provider-keys: {to_server: redact}}}");
    let verdict = sent(&inspector, "send_email", &arguments);
    let message = call("send_email", &arguments);
    assert_eq!(verdict.action, Action::Edit);
    assert_eq!(verdict.apply(message.as_bytes()), message.replace(KEY, "[REDACTED:github-token:1]").as_bytes());
    assert!(
        sent(&with("redaction: {types: {github-token: block}}"), "write_file", &json!({"path": "x", "content": KEY}))
            .is_blocked()
    );
}

#[test]
fn a_name_that_is_no_type_is_an_error_with_its_place() {
    let build =
        |config: &str| Inspector::builder().config_text("vanguard.yaml", config).build().unwrap_err().to_string();
    let error = build("redaction:\n  types:\n    github-tokn: warn\n");
    assert!(error.contains("vanguard.yaml:3:5") && error.contains("did you mean `github-token`?"), "{error}");
    let error = build("redaction: {custom: {npm: {regex: 'x-[0-9]{8}'}}}");
    assert!(error.contains("already called `npm`") && error.contains("vanguard.yaml:1"), "{error}");
}

#[test]
fn types_of_ones_own_are_found_checked_and_redacted() {
    let config = "redaction: {custom: {employee-id: {regex: '\\bEMP-[0-9]{6}\\b', to_client: redact, to_server: block}, customer: {regex: '\\bC-[0-9-]{10,14}', check: luhn, to_client: redact}}}";
    let inspector = with(config);
    let text = "EMP-204817 has C-7992-7398713, not C-7992-7398714";
    let out = redacted(&inspector, &result(text));
    assert_eq!(out, result("[REDACTED:employee-id:1] has [REDACTED:customer:1], not C-7992-7398714"));
    assert!(sent(&inspector, "write_file", &json!({"path": "x", "content": "EMP-204817"})).is_blocked());
}

#[test]
fn a_canary_is_critical_in_any_encoding_and_shown_nowhere() {
    let value = "planted-7731-string";
    let inspector = with(&format!("redaction: {{canaries: {{vault: {value}}}}}"));
    let hex = HEXLOWER.encode(value.as_bytes());
    for text in [
        value.to_owned(),
        value.to_uppercase(),
        format!("https://{value}.x.example/"),
        BASE64.encode(format!("data: {value}").as_bytes()),
        hex,
        value.bytes().map(|byte| format!("%{byte:02x}")).collect(),
    ] {
        for key in ["path", "text", "url", "x"] {
            let verdict = sent(&inspector, "read_file", &json!({key: text}));
            let told = told(&verdict) + &String::from_utf8(verdict.error_response()).unwrap();
            assert!(verdict.is_blocked() && verdict.findings.iter().any(|finding| finding.rule == "CANARY"), "{told}");
            assert!(!told.contains("7731"), "{told}");
        }
    }
    assert_eq!(sent(&inspector, "read_file", &json!({"path": "planted"})).action, Action::Allow);
    let message = result(value);
    assert_eq!(inspector.inspect(&Message::to_client(message.as_bytes())).action, Action::Allow);
    assert!(!format!("{inspector:?}").contains("planted-7731"));
}

#[test]
fn a_file_in_base64_is_read_and_written_anew() {
    let text = |token: &str| BASE64.encode(format!("# settings\nDEBUG=1\nGITHUB_TOKEN={token}\n").as_bytes());
    let message = |token: &str| {
        json!({"jsonrpc": "2.0", "id": 1, "result": {"contents": [{"uri": "file:///.env", "blob": text(token)}]}})
            .to_string()
    };
    assert_eq!(redacted(&inspector(), &message(KEY)), message("[REDACTED:github-token:1]"));
    let cursor = json!({"jsonrpc": "2.0", "id": 1, "result": {"tools": [], "nextCursor": text(KEY)}}).to_string();
    assert_eq!(inspector().inspect(&Message::to_client(cursor.as_bytes())).action, Action::Allow);
}

#[test]
fn where_a_schema_has_no_place_for_a_placeholder_the_message_is_blocked() {
    let inspector = inspector();
    let answer = |key: &str| {
        let context = |message| Message::visibility(message, Visibility::Full).server("s").session("schemas");
        let schema = json!({"type": "object", "properties": {"token": {"type": "string", "pattern": "^ghp_"}, "short": {"type": "string", "maxLength": 24}, "note": {"type": "string"}}});
        let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}).to_string();
        let tools = json!({"jsonrpc": "2.0", "id": 1, "result": {"tools": [{"name": "t", "inputSchema": {"type": "object"}, "outputSchema": schema}]}}).to_string();
        let call = call("t", &json!({}));
        let result =
            json!({"jsonrpc": "2.0", "id": 1, "result": {"content": [], "structuredContent": {key: KEY}}}).to_string();
        assert!(!inspector.inspect(&context(Message::to_server(list.as_bytes()))).is_blocked());
        assert!(!inspector.inspect(&context(Message::to_client(tools.as_bytes()))).is_blocked());
        assert!(!inspector.inspect(&context(Message::to_server(call.as_bytes()))).is_blocked());
        inspector.inspect(&context(Message::to_client(result.as_bytes())))
    };
    assert_eq!(answer("note").action, Action::Edit);
    for key in ["token", "short"] {
        let verdict = answer(key);
        assert!(
            verdict.is_blocked() && verdict.findings.iter().any(|finding| finding.rule == "REDACT-RESIDUE"),
            "{verdict}"
        );
    }
}

#[test]
fn a_definition_that_holds_a_secret_stays_without_it_unless_it_is_its_name() {
    let inspector = with("");
    let left = |tool: Value| {
        let other = json!({"name": "other", "inputSchema": {"type": "object"}});
        let list = json!({"jsonrpc": "2.0", "id": 1, "result": {"tools": [other, tool]}}).to_string();
        let verdict = inspector.inspect(&Message::to_client(list.as_bytes()).server("files").session("s"));
        assert_eq!(verdict.action, Action::Edit, "{verdict}");
        let passed = String::from_utf8(verdict.apply(list.as_bytes()).into_owned()).unwrap();
        assert!(!passed.contains(&KEY[4..]), "{passed}");
        let passed: Value = serde_json::from_str(&passed).unwrap();
        passed["result"]["tools"].as_array().unwrap().clone()
    };
    let mark = "[REDACTED:github-token:1]";
    let tools = left(
        json!({"name": "a", "description": format!("Asks the API with {KEY}."), "inputSchema": {"type": "object"}}),
    );
    assert_eq!(tools[1]["description"], format!("Asks the API with {mark}."));
    let schema = json!({"type": "object", "properties": {"token": {"type": "string", "default": KEY}}});
    let tools = left(json!({"name": "a", "inputSchema": schema}));
    assert_eq!(tools[1]["inputSchema"]["properties"]["token"]["default"], mark);
    // By a placeholder it could not be called.
    let tools = left(json!({"name": KEY, "description": KEY, "inputSchema": {"type": "object"}}));
    assert_eq!(tools.len(), 1);
}

#[test]
fn a_placeholder_is_restored_for_its_own_server_alone() {
    let inspector = with("redaction: {reversible: true}");
    let said = result(&format!("GITHUB_TOKEN={KEY}"));
    let verdict = inspector.inspect(&Message::to_client(said.as_bytes()).server("files").session("s"));
    let mark = "[REDACTED:github-token:1]";
    assert!(String::from_utf8_lossy(&verdict.apply(said.as_bytes())).contains(mark));
    let asked = |tool: &str, arguments: &Value, server: &str, session: &str| {
        let message = call(tool, arguments);
        let verdict = inspector.inspect(&Message::to_server(message.as_bytes()).server(server).session(session));
        assert!(!told(&verdict).contains(&KEY[4..]), "{}", told(&verdict));
        assert!(!String::from_utf8(verdict.error_response()).unwrap().contains(&KEY[4..]));
        let passed = String::from_utf8(verdict.apply(message.as_bytes()).into_owned()).unwrap();
        (message, verdict, passed)
    };
    let arguments =
        json!({"path": "/srv/.env", "content": format!("A=1\nGITHUB_TOKEN={mark}\n"), "n": 1.50, "github_token": mark});
    let (message, verdict, passed) = asked("write_file", &arguments, "files", "s");
    assert_eq!(passed, message.replace(mark, KEY), "{verdict}");
    assert_eq!(verdict.action, Action::Edit);
    assert!(verdict.findings.iter().any(|finding| finding.rule == "REDACT-RESTORED"));
    let start = message.find(mark).unwrap();
    assert_eq!(verdict.edits[0].span.range(), start..start + mark.len());
    // Another server, another session, another placeholder: it stays one.
    for (server, session, mark) in
        [("mail", "s", mark), ("files", "t", mark), ("files", "s", "[REDACTED:github-token:2]")]
    {
        let (message, verdict, passed) =
            asked("write_file", &json!({"path": "/srv/x", "content": mark}), server, session);
        assert_eq!((verdict.action, passed), (Action::Allow, message));
    }
    // The call is judged with the value in it.
    let (_, verdict, _) = asked("send_email", &json!({"to": "x@y.example", "body": mark}), "files", "s");
    assert!(verdict.is_blocked() && verdict.edits.is_empty(), "{verdict}");
    assert!(verdict.findings.iter().all(|finding| finding.span.end as usize <= 200), "{verdict:?}");
    // A preview restores as well, and a key is no place for it.
    let message = call("write_file", &json!({"path": "/srv/x", mark: "x"}));
    assert_eq!(
        inspector.preview(&Message::to_server(message.as_bytes()).server("files").session("s")).action,
        Action::Allow
    );
    assert!(!format!("{:?}", inspector.knowledge()).contains(&KEY[4..]));
    // Off unless asked for.
    let plain = with("");
    assert!(plain.inspect(&Message::to_client(said.as_bytes()).server("files").session("s")).action == Action::Edit);
    let message = call("write_file", &arguments);
    let verdict = plain.inspect(&Message::to_server(message.as_bytes()).server("files").session("s"));
    assert!(verdict.edits.is_empty() && !verdict.is_blocked(), "{verdict}");
}

#[test]
fn thousands_of_secrets_cost_no_more_than_their_sum() {
    // Quadratic in findings, this would take minutes.
    let digits = |number: u32| format!("{:08}{:08}", number.wrapping_mul(2_654_435_761), number.wrapping_mul(40_503));
    let token = |number: u32| {
        let body: String = digits(number)
            .bytes()
            .zip("aZbYcXdWeVfUgThS".chars())
            .map(|(digit, letter)| format!("{letter}{}", char::from(digit)))
            .collect();
        format!("ghp_{}qRtY", body.get(..32).unwrap_or_default())
    };
    let blocks: Vec<_> = (1..3000).map(|number| json!({"type": "text", "text": token(number)})).collect();
    let message = json!({"jsonrpc": "2.0", "id": 1, "result": {"content": blocks}}).to_string();
    let verdict = inspector().inspect(&Message::to_client(message.as_bytes()));
    let out = verdict.apply(message.as_bytes());
    assert!(verdict.action == Action::Edit && verdict.omitted > 0 && verdict.edits.len() == 2999, "{verdict}");
    assert!(!String::from_utf8_lossy(&out).contains("ghp_"));
}

#[test]
fn no_record_tells_a_secret_that_a_request_names() {
    let session = vanguard_core::Session { record_allows: true, ..Default::default() };
    let exchange = vanguard_core::Exchange::new(inspector(), session);
    let told = |flow, message: &Value| {
        let message = message.to_string();
        let record = exchange.handle(flow, message.as_bytes()).record.unwrap();
        assert!(!record.json().contains("t0psecretpw") && !record.json().contains(&KEY[4..]), "{}", record.json());
        assert!(!record.human().contains("t0psecretpw") && !record.human().contains(&KEY[4..]), "{}", record.human());
    };
    for uri in ["https://deploy:t0psecretpw1@git.example/x.git".to_owned(), format!("https://x.example/{KEY}")] {
        let ask = json!({"jsonrpc": "2.0", "id": 5, "method": "resources/read", "params": {"uri": uri}});
        told(vanguard_core::Flow::ToServer, &ask);
        let answer = json!({"jsonrpc": "2.0", "id": 5, "result": {"contents": [{"uri": uri, "text": "fine"}]}});
        told(vanguard_core::Flow::ToClient, &answer);
    }
}

#[test]
fn hundreds_of_secrets_in_one_text_go_and_thousands_block() {
    let key = |at: usize| -> String {
        let mixed = |place: usize| {
            (at * 16 + place).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(23).wrapping_mul(0xC4CE_B9FE_1A85_EC53)
                >> 59
        };
        let letters = (0..16).map(|place| char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[mixed(place)]));
        format!("AKIA{}", letters.collect::<String>())
    };
    let keys = |count: usize| (0..count).map(key).collect::<Vec<_>>().join(" ");
    let few = redacted(&inspector(), &result(&keys(300)));
    assert!(!few.contains("AKIA") && few.matches("[REDACTED:").count() == 300, "{few}");
    let many = result(&keys(2000));
    let verdict = inspector().inspect(&Message::to_client(many.as_bytes()));
    assert!(
        verdict.is_blocked() && verdict.findings.iter().any(|finding| finding.rule == "REDACT-RESIDUE"),
        "{verdict}"
    );
    // One secret, however often, is one.
    let one = redacted(&inspector(), &result(&format!("{KEY} ").repeat(1500)));
    assert_eq!(one.matches("[REDACTED:github-token:1]").count(), 1500);
}
