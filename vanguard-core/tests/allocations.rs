//! The clean path, warm, takes nothing from the heap.

#[path = "../benches/support/messages.rs"]
mod messages;

use vanguard_core::{Inspector, Message, Scratch};

#[test]
fn a_clean_message_allocates_nothing() {
    let inspector = Inspector::builder().build().unwrap();
    for (name, to_server, bytes) in messages::honest() {
        let message = if to_server { Message::to_server(&bytes) } else { Message::to_client(&bytes) };
        if bytes.len() > 1 << 19 {
            continue; // Above what a scratch keeps between messages: its buffers are given back on purpose.
        }
        let mut scratch = Scratch::new();
        for _ in 0..2 {
            let verdict = inspector.inspect_with(&mut scratch, &message);
            assert!(verdict.findings.is_empty(), "{name}: {verdict}");
        }
        let counted = allocation_counter::measure(|| drop(inspector.inspect_with(&mut scratch, &message)));
        assert_eq!(counted.count_total, 0, "{name}");
    }
}

#[test]
fn numbers_that_are_nobodys_allocate_nothing() {
    let inspector = Inspector::builder().build().unwrap();
    let mut text = String::new();
    for at in 0..200 {
        text += &format!(
            "2024-11-21T09:30:{:02}Z order id {} took {} ms, part 41268{:04}, to <ines@falk.dev>\\n",
            at % 60,
            4_916_384_729_105_000_u64 + at,
            at * 37,
            at
        );
    }
    let bytes = format!(r#"{{"jsonrpc":"2.0","id":1,"result":{{"content":[{{"type":"text","text":"{text}"}}]}}}}"#);
    let (message, mut scratch) = (Message::to_client(bytes.as_bytes()), Scratch::new());
    for _ in 0..2 {
        let verdict = inspector.inspect_with(&mut scratch, &message);
        assert!(verdict.findings.is_empty(), "{verdict}");
    }
    let counted = allocation_counter::measure(|| drop(inspector.inspect_with(&mut scratch, &message)));
    assert_eq!(counted.count_total, 0);
}

#[test]
fn a_hostile_message_leaves_no_memory_behind() {
    let inspector = Inspector::builder().build().unwrap();
    let mut scratch = Scratch::new();
    for (_, to_server, bytes) in messages::hostile() {
        let message = if to_server { Message::to_server(&bytes) } else { Message::to_client(&bytes) };
        drop(inspector.inspect_with(&mut scratch, &message));
    }
    let counted = allocation_counter::measure(|| {
        let huge = vec![b'['; 8 << 20];
        drop(inspector.inspect_with(&mut scratch, &Message::to_server(&huge)));
        let text = format!("{{\"a\":\"{}\"}}", "x".repeat(24 << 20));
        drop(inspector.inspect_with(&mut scratch, &Message::to_server(text.as_bytes())));
        drop(inspector.inspect_with(&mut scratch, &Message::to_server(b"{}")));
    });
    assert!(counted.bytes_current < 8 << 20, "{} bytes kept", counted.bytes_current);
}
