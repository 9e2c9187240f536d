//! Headers of HTTP against the body that came with them.

use serde_json::{Value, json};
use vanguard_core::{Exchange, Inspector, Message, Profile, Session};

const META: &str = "io.modelcontextprotocol/protocolVersion";
const NOW: (&str, &str) = ("mcp-protocol-version", "2026-07-28");

fn modern(method: &str, mut params: Value) -> String {
    params["_meta"][META] = json!("2026-07-28");
    json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).to_string()
}

fn legacy(method: &str, params: &Value) -> String {
    json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).to_string()
}

/// The pointers of what the headers contradict.
fn contradicted(message: &str, headers: &[(&str, &str)]) -> Vec<String> {
    let inspector = Inspector::builder().build().unwrap();
    let verdict = inspector.inspect(&Message::to_server(message.as_bytes()).headers(headers));
    assert!(verdict.findings.iter().all(|finding| finding.rule == "HEADER-MISMATCH"), "{:?}", verdict.findings);
    assert_eq!(verdict.is_blocked(), !verdict.findings.is_empty());
    verdict.findings.into_iter().map(|finding| finding.pointer).collect()
}

#[test]
fn what_agrees_passes() {
    let call = modern("tools/call", json!({"name": "search", "arguments": {"q": "tide tables"}}));
    for headers in [
        vec![NOW, ("mcp-method", "tools/call"), ("mcp-name", "search")],
        vec![("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", "tools/call"), ("Mcp-Name", " search\t")],
        vec![NOW, ("mcp-method", "tools/call"), ("mcp-name", "=?base64?c2VhcmNo?=")],
        // Missing: the server refuses it, and nobody was told anything else.
        vec![NOW],
        vec![("host", "mcp.example"), ("mcp-param-region", "eu"), ("x-request-id", "7")],
        vec![],
    ] {
        assert!(contradicted(&call, &headers).is_empty(), "{headers:?}");
    }
    let read = modern("resources/read", json!({"uri": "notes://tromsø"}));
    assert!(contradicted(&read, &[NOW, ("mcp-name", "=?base64?bm90ZXM6Ly90cm9tc8O4?=")]).is_empty());
    // Only three methods have a name.
    let list = modern("tools/list", json!({}));
    assert!(contradicted(&list, &[NOW, ("mcp-method", "tools/list"), ("mcp-name", "anything")]).is_empty());
}

#[test]
fn what_differs_is_refused() {
    let call = modern("tools/call", json!({"name": "delete_all", "arguments": {}}));
    for (headers, place) in [
        (vec![NOW, ("mcp-method", "tools/list")], "/method"),
        (vec![NOW, ("Mcp-Method", "TOOLS/CALL")], "/method"),
        (vec![NOW, ("mcp-name", "search")], "/params/name"),
        (vec![NOW, ("mcp-name", "")], "/params/name"),
        // Read as the first by some and as the last by others.
        (vec![NOW, ("mcp-name", "search"), ("mcp-name", "delete_all")], "/params/name"),
        (vec![NOW, ("mcp-name", "delete_all, search")], "/params/name"),
        (vec![NOW, ("mcp-name", "=?base64?c2VhcmNo?=")], "/params/name"),
        (vec![NOW, ("mcp-name", "=?base64?!!?=")], "/params/name"),
        (vec![NOW, ("mcp-name", "=?base64?/w==?=")], "/params/name"),
        // The body says which version it is of, whatever the headers leave out.
        (vec![("mcp-name", "search")], "/params/name"),
        (vec![("mcp-protocol-version", "2025-11-25")], "/params/_meta/io.modelcontextprotocol~1protocolVersion"),
    ] {
        assert_eq!(contradicted(&call, &headers), [place], "{headers:?}");
    }
    // A name that looks like an encoded one has to be encoded itself.
    let odd = modern("prompts/get", json!({"name": "=?base64?c2VhcmNo?="}));
    assert_eq!(contradicted(&odd, &[NOW, ("mcp-name", "=?base64?c2VhcmNo?=")]), ["/params/name"]);
    let read = modern("resources/read", json!({"uri": "file:///srv/a", "name": "file:///srv/b"}));
    assert_eq!(contradicted(&read, &[NOW, ("mcp-name", "file:///srv/b")]), ["/params/uri"]);
    // The header alone says that it is of 2026.
    let bare = legacy("tools/call", &json!({"name": "delete_all"}));
    assert_eq!(contradicted(&bare, &[NOW, ("mcp-name", "search")]), ["/params/name"]);
    assert_eq!(contradicted(&legacy("tools/call", &json!({})), &[NOW, ("mcp-name", "search")]), ["/params"]);
    let told =
        json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"_meta": {META: "2026-07-28"}}});
    assert_eq!(contradicted(&told.to_string(), &[NOW, ("mcp-method", "notifications/progress")]), ["/method"]);
}

#[test]
fn older_requests_have_no_such_headers() {
    let call = legacy("tools/call", &json!({"name": "search"}));
    for headers in [
        vec![("mcp-name", "github"), ("mcp-method", "POST")],
        vec![("mcp-protocol-version", "2025-11-25"), ("mcp-name", "github")],
    ] {
        assert!(contradicted(&call, &headers).is_empty(), "{headers:?}");
    }
    // Nor have answers.
    let answer = r#"{"jsonrpc":"2.0","id":1,"result":{}}"#;
    let inspector = Inspector::builder().build().unwrap();
    let headers = [NOW, ("mcp-method", "tools/call")];
    assert!(inspector.inspect(&Message::to_client(answer.as_bytes()).headers(&headers)).findings.is_empty());
}

#[test]
fn an_exchange_says_with_which_status() {
    let exchange = |profile| Exchange::new(Inspector::builder().profile(profile).build().unwrap(), Session::default());
    let call = modern("tools/call", json!({"name": "delete_all"}));
    let posted = |profile, name| {
        let outcome = exchange(profile).handle_post(call.as_bytes(), &[NOW, ("Mcp-Name", name)]).into_owned();
        (outcome.forward.is_some(), outcome.reply.is_some(), outcome.status())
    };
    assert_eq!(posted(Profile::Balanced, "search"), (false, true, 400));
    assert_eq!(posted(Profile::Balanced, "delete_all"), (true, false, 202));
    assert_eq!(posted(Profile::Monitor, "search"), (true, false, 202));
    let twice = r#"{"jsonrpc":"2.0","id":7,"method":"ping","method":"ping"}"#;
    assert_eq!(exchange(Profile::Balanced).handle_post(twice.as_bytes(), &[]).status(), 200);
}
