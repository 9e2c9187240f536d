//! Real servers and clients of the official Rust SDK, guarded at each of its hooks. Over stdio: `examples/rust`.

mod host;

use std::sync::{Arc, Mutex};

use host::{
    ATTACK, Client, Host, Watcher, call, guard, progress_and_cancellation, refused, requests_and_answers, soon,
    what_a_server_sends_by_itself,
};
use rmcp::service::{RunningService, Service, ServiceExt};
use rmcp::transport::Transport;
use rmcp::{RoleClient, RoleServer};
use serde_json::Value;
use tokio::sync::mpsc::UnboundedReceiver;
use vanguard_adapters::Guard;
use vanguard_core::{DenyAs, Inspector};

/// Both ends of a session in memory.
async fn session<S: Service<RoleServer>>(
    client: impl Transport<RoleClient> + 'static,
    server: impl Transport<RoleServer> + 'static,
    service: S,
) -> (Client, RunningService<RoleServer, S>, UnboundedReceiver<Value>) {
    let (watcher, told) = Watcher::new();
    let (client, server) = soon(async { tokio::join!(watcher.serve(client), service.serve(server)) }).await;
    (client.expect("a client"), server.expect("a server"), told)
}

/// Streams that lead to each other, as transports.
fn streams() -> (impl Transport<RoleClient> + 'static, impl Transport<RoleServer> + 'static) {
    let (client, server) = tokio::io::duplex(4096);
    let (read, write) = tokio::io::split(client);
    let client = rmcp::transport::async_rw::AsyncRwTransport::new_client(read, write);
    let (read, write) = tokio::io::split(server);
    (client, rmcp::transport::async_rw::AsyncRwTransport::new_server(read, write))
}

fn is_on_record(records: &Arc<Mutex<Vec<String>>>, words: &[&str]) -> bool {
    records.lock().unwrap().iter().any(|record| words.iter().all(|word| record.contains(word)))
}

#[tokio::test]
async fn a_client_is_guarded_by_its_transport() {
    let ((guard, records), (client, server), host) = (guard(), streams(), Host::default());
    let (client, _server, mut told) = session(guard.transport(client), server, host.clone()).await;
    requests_and_answers(&client, &host).await;
    progress_and_cancellation(&client, &host, &mut told).await;
    what_a_server_sends_by_itself(&client, &host, &mut told).await;
    assert!(is_on_record(&records, &["\"block\"", "notifications/message"]), "{records:?}");
}

#[tokio::test]
async fn a_server_is_guarded_by_its_transport() {
    let ((guard, records), (client, server), host) = (guard(), streams(), Host::default());
    let (client, _server, mut told) = session(client, guard.transport(server), host.clone()).await;
    requests_and_answers(&client, &host).await;
    progress_and_cancellation(&client, &host, &mut told).await;
    what_a_server_sends_by_itself(&client, &host, &mut told).await;
    assert!(is_on_record(&records, &["\"block\"", "notifications/message"]), "{records:?}");
}

#[tokio::test]
async fn a_server_is_guarded_as_a_service() {
    let ((guard, records), (client, server), host) = (guard(), streams(), Host::default());
    let (client, _server, mut told) = session(client, server, guard.service(host.clone())).await;
    requests_and_answers(&client, &host).await;
    progress_and_cancellation(&client, &host, &mut told).await;
    assert!(is_on_record(&records, &["\"block\"", "tools/call"]), "{records:?}");
}

#[tokio::test]
async fn an_honest_session_is_the_same_with_a_guard_and_without() {
    let mut answers = Vec::new();
    for guarded in [false, true] {
        let ((guard, _), (client, server), host) = (guard(), streams(), Host::default());
        let (client, server) = if guarded {
            let (client, server, _) =
                session(guard.transport(client), guard.transport(server), guard.service(host)).await;
            (client, drop_later(server))
        } else {
            let (client, server, _) = session(client, server, host).await;
            (client, drop_later(server))
        };
        let info = format!("{:?}", client.peer_info());
        answers.push((info, serde_json::json!(call(&client, "read_note", "today").await.expect("honest"))));
        drop(server);
    }
    assert_eq!(answers[0], answers[1]);
}

fn drop_later<T: 'static>(server: T) -> Box<dyn std::any::Any> {
    Box::new(server)
}

#[tokio::test]
async fn a_refusal_can_be_a_tool_result() {
    let guard = Guard::new(Inspector::builder().deny_as(DenyAs::ToolResult).build().unwrap());
    for (by_transport, by_service) in [(true, false), (false, true)] {
        let ((client, server), host) = (streams(), Host::default());
        let (client, server) = if by_service {
            let (client, server, _) = session(client, server, guard.service(host)).await;
            (client, drop_later(server))
        } else {
            let (client, server, _) = session(guard.transport(client), server, host).await;
            (client, drop_later(server))
        };
        let refusal = call(&client, "run", ATTACK).await.expect("a result");
        assert_eq!(refusal.is_error, Some(true), "{by_transport}");
        drop(server);
    }
}

#[tokio::test]
async fn what_can_t_be_recorded_is_refused() {
    let guard = Guard::new(Inspector::builder().build().unwrap()).audit(|_| Err(std::io::Error::other("full")));
    let ((client, server), host) = (streams(), Host::default());
    let (client, _server, _) = session(guard.transport(client), server, host).await;
    assert!(call(&client, "read_note", "today").await.is_ok(), "a plain allow needs no record");
    assert!(refused(call(&client, "keys", "mine").await).to_string().contains("RECORD-FAILED"));
}
