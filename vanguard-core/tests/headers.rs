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

/// A server's listing, then a call with these headers: where the headers contradict the call.
fn against_schema(schema: &Value, arguments: &Value, headers: &[(&str, &str)]) -> Vec<String> {
    let inspector = Inspector::builder().build().unwrap();
    let listing = json!({"jsonrpc": "2.0", "id": 1, "result": {"tools": [{"name": "query", "inputSchema": schema}]}});
    let listed = inspector.inspect(&Message::to_client(listing.to_string().as_bytes()).server("data"));
    assert!(listed.findings.is_empty(), "{:?}", listed.findings);
    let call = modern("tools/call", json!({"name": "query", "arguments": arguments}));
    let verdict = inspector.inspect(&Message::to_server(call.as_bytes()).server("data").headers(headers));
    assert!(verdict.findings.iter().all(|finding| finding.rule == "HEADER-MISMATCH"), "{:?}", verdict.findings);
    assert_eq!(verdict.is_blocked(), !verdict.findings.is_empty());
    verdict.findings.into_iter().map(|finding| finding.pointer).collect()
}

fn mirroring() -> Value {
    json!({"type": "object", "properties": {
        "region": {"type": "string", "x-mcp-header": "Region"},
        "customer": {"type": "string", "x-mcp-header": "Tenant"},
        "limit": {"type": "integer", "x-mcp-header": "Limit"},
        "dry": {"type": "boolean", "x-mcp-header": "Dry"},
        "where": {"type": "object", "properties": {"zone": {"type": "string", "x-mcp-header": "Zone"}}},
        "priority": {"type": "string"},
    }})
}

#[test]
fn an_argument_is_what_its_header_says() {
    let call = json!({"region": "eu-west", "customer": "smørrebrød", "limit": 42, "dry": true, "where": {"zone": " b "}, "priority": "low"});
    for headers in [
        vec![("Mcp-Param-Region", "eu-west")],
        vec![("mcp-param-region", " eu-west "), ("MCP-PARAM-LIMIT", "42"), ("Mcp-Param-Dry", "true")],
        vec![("Mcp-Param-Limit", "42.0")],
        vec![("Mcp-Param-Tenant", "=?base64?c23DuHJyZWJyw7hk?="), ("Mcp-Param-Zone", "=?base64?IGIg?=")],
        // Not this tool's: forwarded and ignored, whatever else is called so.
        vec![("Mcp-Param-Priority", "high"), ("Mcp-Param-Zebra", "x"), ("Mcp-Param-", "x"), ("Mcp-Params", "x")],
    ] {
        let headers: Vec<_> = [NOW].into_iter().chain(headers).collect();
        assert!(against_schema(&mirroring(), &call, &headers).is_empty(), "{headers:?}");
    }
    for (header, value, place) in [
        ("Mcp-Param-Region", "us-east", "/params/arguments/region"),
        ("mcp-param-region", "EU-WEST", "/params/arguments/region"),
        ("Mcp-Param-Region", "", "/params/arguments/region"),
        ("Mcp-Param-Region", "eu-west, us-east", "/params/arguments/region"),
        ("Mcp-Param-Region", "=?base64?dXMtZWFzdA==?=", "/params/arguments/region"),
        ("Mcp-Param-Region", "=?BASE64?ZXUtd2VzdA==?=", "/params/arguments/region"),
        ("Mcp-Param-Region", "=?base64?!?=", "/params/arguments/region"),
        ("Mcp-Param-Tenant", "smorrebrod", "/params/arguments/customer"),
        ("Mcp-Param-Limit", "43", "/params/arguments/limit"),
        ("Mcp-Param-Limit", "0x2A", "/params/arguments/limit"),
        ("Mcp-Param-Limit", "inf", "/params/arguments/limit"),
        ("Mcp-Param-Dry", "True", "/params/arguments/dry"),
        ("Mcp-Param-Zone", "b", "/params/arguments/where/zone"),
    ] {
        assert_eq!(against_schema(&mirroring(), &call, &[NOW, (header, value)]), [place], "{header}: {value}");
    }
    // Twice: read as the first by some and as the last by others.
    let twice = [NOW, ("mcp-param-region", "eu-west"), ("Mcp-Param-Region", "us-east")];
    assert_eq!(against_schema(&mirroring(), &call, &twice), ["/params/arguments/region"]);
}

#[test]
fn a_header_of_an_argument_that_is_not_there_is_refused() {
    for (arguments, header, place) in [
        (json!({}), "Mcp-Param-Region", "/params/arguments"),
        (json!({"region": null}), "Mcp-Param-Region", "/params/arguments"),
        (json!({"region": ["eu-west"]}), "Mcp-Param-Region", "/params/arguments/region"),
        (json!({"zone": "x"}), "Mcp-Param-Zone", "/params/arguments"),
        (json!({"where": {}}), "Mcp-Param-Zone", "/params/arguments"),
    ] {
        assert_eq!(against_schema(&mirroring(), &arguments, &[NOW, (header, "x")]), [place], "{arguments}");
    }
    // The server refuses a call that leaves one out: nobody was told anything else.
    assert!(against_schema(&mirroring(), &json!({"region": "eu-west"}), &[NOW]).is_empty());
    let big = json!({"limit": 9_007_199_254_740_993_u64});
    assert!(against_schema(&mirroring(), &big, &[NOW, ("Mcp-Param-Limit", "9007199254740993")]).is_empty());
    assert_eq!(against_schema(&mirroring(), &big, &[NOW, ("Mcp-Param-Limit", "9007199254740992")]).len(), 1);
}

#[test]
fn a_parameter_is_held_against_the_argument_of_its_name_where_no_schema_is_known() {
    let arguments = json!({"Region": "eu-west", "filter": {"zone": "a"}, "limit": 7, "none": null});
    let call = modern("tools/call", json!({"name": "query", "arguments": arguments}));
    for (header, value) in [
        ("mcp-param-region", "eu-west"),
        ("mcp-param-limit", "7"),
        // Which arguments these are of, only the schema says.
        ("mcp-param-zone", "b"),
        ("mcp-param-filter", "a"),
        ("mcp-param-none", "x"),
        ("mcp-param-tenant", "x"),
    ] {
        assert!(contradicted(&call, &[NOW, (header, value)]).is_empty(), "{header}");
    }
    assert_eq!(contradicted(&call, &[NOW, ("mcp-param-region", "us")]), ["/params/arguments/Region"]);
    assert_eq!(contradicted(&call, &[NOW, ("mcp-param-limit", "8")]), ["/params/arguments/limit"]);
    // Other methods have no arguments that a tool's schema speaks of, and older requests no such headers.
    let prompt = modern("prompts/get", json!({"name": "query", "arguments": {"region": "eu-west"}}));
    assert!(contradicted(&prompt, &[NOW, ("mcp-param-region", "us")]).is_empty());
    let old = legacy("tools/call", &json!({"name": "query", "arguments": {"region": "eu-west"}}));
    assert!(contradicted(&old, &[("mcp-param-region", "us")]).is_empty());
}

#[test]
fn parameters_without_number_are_refused() {
    let call = modern("tools/call", json!({"name": "query", "arguments": {"q": "tides"}}));
    let names: Vec<_> = (0..65).map(|at| format!("Mcp-Param-H{at}")).collect();
    let headers: Vec<_> = [NOW].into_iter().chain(names.iter().map(|name| (name.as_str(), "x"))).collect();
    assert_eq!(contradicted(&call, &headers), ["/params/arguments"]);
    assert!(contradicted(&call, &headers[..65]).is_empty());
}

#[test]
fn an_exchange_keeps_the_headers_of_arguments() {
    let exchange = Exchange::new(Inspector::builder().build().unwrap(), Session::default());
    let call = modern("tools/call", json!({"name": "query", "arguments": {"region": "eu-west"}}));
    let status = |region| exchange.handle_post(call.as_bytes(), &[NOW, ("Mcp-Param-Region", region)]).status();
    assert_eq!((status("eu-west"), status("us-east")), (202, 400));
}
