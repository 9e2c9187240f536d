//! The layer over Streamable HTTP: a real `rmcp` server and client, what only bytes show, and the suite that every carrier runs.

#[path = "../../tests/carrier_suite/mod.rs"]
mod carrier_suite;
#[allow(dead_code, reason = "a response has no way back for a refused question of the server")]
mod host;

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Request;
use axum::routing::{any, post};
use bytes::Bytes;
use carrier_suite::Carried;
use host::{Host, Watcher, call, guard, progress_and_cancellation, requests_and_answers, soon};
use http::header::{ACCEPT_ENCODING, CONTENT_TYPE};
use http::{Response, StatusCode};
use http_body_util::{BodyExt, Full};
use rmcp::model::ProtocolVersion;
use rmcp::service::{ClientLifecycleMode, ClientServiceExt};
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::{
    StreamableHttpClientTransport, StreamableHttpServerConfig, StreamableHttpService, UnixSocketHttpClient,
};
use serde_json::{Value, json};
use tower_service::Service;
use vanguard_adapters::Guard;
use vanguard_core::{Flow, Inspector, Profile};

/// A session with a guarded server over HTTP.
async fn over_http(config: StreamableHttpServerConfig, lifecycle: ClientLifecycleMode, streams: bool) {
    let (guard, records) = guard();
    let host = Host::default();
    let handler = host.clone();
    let service =
        StreamableHttpService::new(move || Ok(handler.clone()), Arc::new(LocalSessionManager::default()), config);
    let app = Router::new().nest_service("/mcp", service).layer(guard.layer());
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("mcp.sock");
    let listener = tokio::net::UnixListener::bind(&socket).unwrap();
    let server = tokio::spawn(async move { axum::serve(listener, app).await });

    let uri = "http://localhost/mcp";
    let transport = StreamableHttpClientTransport::with_client(
        UnixSocketHttpClient::new(socket.to_str().unwrap(), uri),
        StreamableHttpClientTransportConfig::with_uri(uri),
    );
    let (watcher, mut told) = Watcher::new();
    let client = soon(watcher.serve_with_lifecycle(transport, lifecycle)).await.expect("a session");
    requests_and_answers(&client, &host).await;
    if streams {
        progress_and_cancellation(&client, &host, &mut told).await;
        assert!(call(&client, "log", "twice").await.is_ok());
        assert_eq!(soon(told.recv()).await, Some(json!("all is well")));
        assert!(records.lock().unwrap().iter().any(|record| record.contains("notifications/message")));
    }
    server.abort();
}

#[tokio::test]
async fn sessions_and_their_streams_are_guarded() {
    over_http(StreamableHttpServerConfig::default(), ClientLifecycleMode::Initialize, true).await;
}

#[tokio::test]
async fn the_exchanges_of_2026_are_guarded() {
    let config = StreamableHttpServerConfig::default().with_legacy_session_mode(false).with_json_response(true);
    let lifecycle = ClientLifecycleMode::Discover { preferred_versions: vec![ProtocolVersion::V_2026_07_28] };
    over_http(config, lifecycle, false).await;
}

/// A guarded application of one handler.
fn app<F>(guard: &Guard, handler: impl Fn(Request) -> F + Clone + Send + Sync + 'static) -> Router
where
    F: Future<Output = Response<Full<Bytes>>> + Send + 'static,
{
    let handler = any(move |request: Request| {
        let answer = handler(request);
        async move { answer.await.map(axum::body::Body::new) }
    });
    Router::new().route("/{*path}", handler).layer(guard.layer())
}

fn answer(kind: &str, body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    Response::builder().header(CONTENT_TYPE, kind).body(Full::new(body.into())).unwrap()
}

async fn ask(app: &mut Router, method: &str, path: &str, body: impl Into<Bytes>) -> (StatusCode, Bytes) {
    let request = Request::builder().method(method).uri(path).header(ACCEPT_ENCODING, "gzip");
    let response = app.call(request.body(axum::body::Body::from(body.into())).unwrap()).await.unwrap();
    (response.status(), response.into_body().collect().await.unwrap().to_bytes())
}

fn with(config: &str) -> Guard {
    Guard::new(Inspector::builder().config_text("test.yaml", config).build().unwrap())
}

fn error(body: &[u8]) -> (Value, String) {
    let answer: Value = serde_json::from_slice(body).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(body)));
    assert_eq!(answer["error"]["code"], -31403, "{answer}");
    (answer["id"].clone(), answer["error"]["data"]["vanguard"]["rules"].to_string())
}

const PING: &str = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;

#[tokio::test]
async fn what_passes_are_the_very_bytes() {
    let body = r#" {"jsonrpc":"2.0" ,"id":1,"result":{}}"#;
    let mut app = app(&with(""), move |request| async move {
        assert!(!request.headers().contains_key(ACCEPT_ENCODING), "what is compressed nobody could judge");
        assert_eq!(request.into_body().collect().await.unwrap().to_bytes(), PING);
        answer("application/json", body)
    });
    assert_eq!(ask(&mut app, "POST", "/mcp", PING).await, (StatusCode::OK, Bytes::from(body)));
}

#[tokio::test]
async fn what_two_parsers_read_differently_is_refused() {
    let mut app = app(&with(""), |_| async { panic!("reached") });
    let twice = r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"a","name":"b"}}"#;
    let (status, body) = ask(&mut app, "POST", "/mcp", twice).await;
    assert_eq!((status, error(&body)), (StatusCode::OK, (json!(7), r#"["L0-DUPLICATE-KEY"]"#.to_owned())));
    let (status, body) =
        ask(&mut app, "POST", "/mcp", r#"{"jsonrpc":"2.0","method":"x","params":{"a":1,"a":2}}"#).await;
    assert_eq!((status, body.len()), (StatusCode::ACCEPTED, 0), "a refused notification goes nowhere");
}

#[tokio::test]
async fn what_its_headers_contradict_is_refused() {
    let passed = r#"{"jsonrpc":"2.0","id":1,"result":{}}"#;
    let mut app = app(&with(""), move |_| async move { answer("application/json", passed) });
    let meta = json!({"io.modelcontextprotocol/protocolVersion": "2026-07-28"});
    let params = json!({"name": "purge", "arguments": {"region": "eu"}, "_meta": meta});
    let call = json!({"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": params});
    for (name, region, wanted) in [
        ("purge", "eu", StatusCode::OK),
        ("list", "eu", StatusCode::BAD_REQUEST),
        ("purge", "us", StatusCode::BAD_REQUEST),
    ] {
        let request = Request::post("/mcp").header("MCP-Protocol-Version", "2026-07-28").header("Mcp-Name", name);
        let request = request.header("Mcp-Method", "tools/call").header("Mcp-Param-Region", region);
        let response = app.call(request.body(axum::body::Body::from(call.to_string())).unwrap()).await.unwrap();
        let (status, body) = (response.status(), response.into_body().collect().await.unwrap().to_bytes());
        assert_eq!(status, wanted, "{name} in {region}");
        if wanted != StatusCode::OK {
            assert_eq!(error(&body), (json!(3), r#"["HEADER-MISMATCH"]"#.to_owned()));
        }
    }
}

#[tokio::test]
async fn an_answer_that_is_refused_is_an_error_for_who_asked() {
    for kind in ["application/json", "Application/JSON; charset=utf-8", "text/event-stream"] {
        let mut app = app(&with(""), move |_| async move {
            let twice = r#"{"jsonrpc":"2.0","id":1,"result":{"a":1,"a":2}}"#;
            answer(kind, if kind.starts_with('t') { format!("data: {twice}\n\n") } else { twice.to_owned() })
        });
        let (_, body) = ask(&mut app, "POST", "/mcp", PING).await;
        let body = body.strip_prefix(b"data: ").unwrap_or(&body);
        assert_eq!(error(body).0, 1, "{kind}");
    }
}

#[tokio::test]
async fn what_is_beside_mcp_is_left_alone() {
    let mut app = app(&with(""), |request| async move {
        match request.uri().path() {
            "/denied" => {
                let mut denied = answer("application/json", r#"{"error":"invalid_token"}"#);
                *denied.status_mut() = StatusCode::UNAUTHORIZED;
                denied
            }
            _ => answer("application/json", r#"{"status":"ok"}"#),
        }
    });
    let ok = Bytes::from_static(br#"{"status":"ok"}"#);
    for (method, path, body) in [
        ("GET", "/health", ""),
        ("POST", "/auth/token", "grant_type=authorization_code&code=1"),
        ("GET", "/.well-known/oauth-authorization-server", ""),
        ("DELETE", "/mcp", ""),
    ] {
        assert_eq!(ask(&mut app, method, path, body).await, (StatusCode::OK, ok.clone()), "{method} {path}");
    }
    let (status, body) = ask(&mut app, "POST", "/denied", PING).await;
    assert_eq!((status, &body[..]), (StatusCode::UNAUTHORIZED, &br#"{"error":"invalid_token"}"#[..]));
}

#[tokio::test]
async fn no_path_excuses_a_message() {
    let guard =
        with("tools: {deny: [purge]}\nredaction: {custom: {badge: {regex: 'EMP-[0-9]{6}', to_client: redact}}}");
    let mut app = app(&guard, |request| async move {
        let told = r#"{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"EMP-123456"}]}}"#;
        match (request.method().as_str(), request.uri().path()) {
            ("GET", _) => answer("text/event-stream", format!("data: {told}\n\n")),
            ("POST", "/mcp/register") => answer("application/json", r#"{"client_id":"EMP-123456"}"#),
            _ => answer("application/json", told),
        }
    });
    let purge = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"purge"}}"#;
    for path in ["/mcp/token", "/mcp/.well-known/x", "/authorize"] {
        let (status, body) = ask(&mut app, "POST", path, purge).await;
        assert_eq!((status, error(&body)), (StatusCode::OK, (json!(1), r#"["POLICY-TOOL"]"#.to_owned())), "{path}");
        for (method, body) in [("POST", PING), ("GET", "")] {
            let (_, told) = ask(&mut app, method, path, body).await;
            assert!(!String::from_utf8_lossy(&told).contains("EMP-123456"), "{method} {path}");
        }
    }
    // What registers a client is JSON, too, and no message.
    let (_, body) = ask(&mut app, "POST", "/mcp/register", r#"{"redirect_uris":["https://a.example"]}"#).await;
    assert_eq!(&body[..], br#"{"client_id":"EMP-123456"}"#);
}

#[tokio::test]
async fn what_is_above_the_limit_is_refused_on_its_id_and_monitor_streams_it() {
    let large = format!(r#"{{"jsonrpc":"2.0","params":{{"a":"{}"}},"method":"x","id":"late"}}"#, "y".repeat(5000));
    let result = format!(r#"{{"jsonrpc":"2.0","id":1,"result":{{"a":"{}"}}}}"#, "y".repeat(5000));
    let answered = result.clone();
    let echo = move |request: Request| {
        let answered = answered.clone();
        async move {
            drop(request.into_body().collect().await.unwrap());
            answer("application/json", answered)
        }
    };
    let mut strict = app(&with("limits: {message: 1KiB}"), echo.clone());
    for (asked, id) in [(large.as_str(), json!("late")), (PING, json!(1))] {
        let (status, body) = ask(&mut strict, "POST", "/mcp", asked.to_owned()).await;
        assert_eq!((status, error(&body)), (StatusCode::OK, (id, r#"["L0-SIZE"]"#.to_owned())));
    }
    let seen = Arc::<Mutex<Bytes>>::default();
    let kept = seen.clone();
    let mut monitor = app(&with("profile: monitor\nlimits: {message: 1KiB}"), move |request| {
        let (kept, echo) = (kept.clone(), echo.clone());
        async move {
            *kept.lock().unwrap() = request.into_body().collect().await.unwrap().to_bytes();
            echo(Request::default()).await
        }
    });
    assert_eq!(ask(&mut monitor, "POST", "/mcp", large.clone()).await.1, result);
    assert_eq!(*seen.lock().unwrap(), large);
}

#[tokio::test]
async fn records_name_who_is_authenticated() {
    let (guard, records) = guard();
    let guard =
        guard.record_allows().principal_of(|parts| Some(parts.headers.get("x-user")?.to_str().ok()?.to_owned()));
    let mut app = Router::new()
        .route(
            "/mcp",
            post(|| async { ([(CONTENT_TYPE, "application/json")], r#"{"jsonrpc":"2.0","id":1,"result":{}}"#) }),
        )
        .layer(guard.layer());
    let request = Request::post("/mcp").header("x-user", "ada").header("mcp-session-id", "s-7");
    app.call(request.body(axum::body::Body::from(PING)).unwrap()).await.unwrap();
    let records = records.lock().unwrap().join("\n");
    assert_eq!(
        (records.matches(r#""principal":"ada""#).count(), records.matches(r#""session":"s-7""#).count()),
        (2, 2)
    );
}

#[tokio::test]
async fn judges_the_bodies_that_every_carrier_must() {
    let vectors: Value = serde_json::from_str(include_str!("../../../tests/vectors/carrier.json")).unwrap();
    for case in vectors["bodies"].as_array().unwrap() {
        let (said, name) = (case.clone(), &case["name"]);
        let mut app = app(&with(""), move |_| {
            let mut answer = Response::builder().status(u16::try_from(said["status"].as_u64().unwrap_or(200)).unwrap());
            for kind in said["content_type"].as_array().unwrap() {
                answer = answer.header(CONTENT_TYPE, kind.as_str().unwrap());
            }
            let body = said["body"].as_str().unwrap().to_owned();
            async move { answer.body(Full::from(body)).unwrap() }
        });
        let method = case["method"].as_str().unwrap_or("POST");
        let (_, body) = ask(&mut app, method, "/mcp", if method == "POST" { PING } else { "" }).await;
        let body = std::str::from_utf8(&body).unwrap();
        match case["judged"].as_bool().unwrap() {
            true => assert!(!body.contains(r#""a":2"#), "{name}: {body}"),
            false => assert_eq!(body, case["body"], "{name}"),
        }
    }
}

/// What went through one connection of the suite: a POST carries what flows to the server, a stream what flows to the client.
struct Connection {
    app: Router,
    reached: Arc<Mutex<Option<Vec<u8>>>>,
    said: Arc<Mutex<Vec<u8>>>,
}

#[test]
fn does_what_every_carrier_must() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    // An answer is told by the response that carries it, not by its id; and a response has no way back to the server.
    let fits = |case: &Value| {
        let learns = case["name"] == "a batch is refused once a version without batches is negotiated";
        let fits =
            |step: &Value| step["forward"].is_string() && (step["flow"] == "to_server" || !step["reply"].is_object());
        !learns && case["steps"].as_array().unwrap().iter().all(fits)
    };
    let open = |profile: Profile| {
        let (reached, said) = (Arc::<Mutex<Option<Vec<u8>>>>::default(), Arc::<Mutex<Vec<u8>>>::default());
        let (seen, says) = (reached.clone(), said.clone());
        let guard = Guard::new(Inspector::builder().profile(profile).build().unwrap());
        let app = app(&guard, move |request| {
            let (seen, says) = (seen.clone(), says.clone());
            async move {
                if request.method() == "GET" {
                    let event = [b"data: ", &says.lock().unwrap()[..], b"\n\n"].concat();
                    return answer("text/event-stream", event);
                }
                *seen.lock().unwrap() = Some(request.into_body().collect().await.unwrap().to_bytes().to_vec());
                answer("application/json", "")
            }
        });
        Connection { app, reached, said }
    };
    let ran = carrier_suite::run(fits, open, |connection: &mut Connection, flow, message| {
        let Connection { app, reached, said } = connection;
        if flow == Flow::ToServer {
            let (_, body) = runtime.block_on(ask(app, "POST", "/mcp", message.to_vec()));
            return Carried {
                forward: reached.lock().unwrap().take(),
                reply: (!body.is_empty()).then(|| body.to_vec()),
            };
        }
        *said.lock().unwrap() = message.to_vec();
        let (_, body) = runtime.block_on(ask(app, "GET", "/mcp", ""));
        let event = body.strip_prefix(b"data: ").and_then(|event| event.strip_suffix(b"\n\n"));
        Carried { forward: event.map(<[u8]>::to_vec), reply: None }
    });
    assert!(ran >= 15, "{ran} cases");
}
