//! Inspects one fixed message a number of times and ends: `instructions NAME COUNT`. `scripts/instructions.py` runs it under
//! callgrind. Without arguments it lists the names; for any other name it reads a file, a message to the
//! server, or a result that begins as those of the search do.
#![allow(missing_docs)]

#[allow(dead_code, reason = "the benchmark's messages, of which five are counted")]
#[path = "../benches/support/messages.rs"]
mod messages;

use std::hint::black_box;
use vanguard_core::{Inspector, Message, Scratch};

const NAMES: [&str; 5] = ["call 250 B", "call 2 KB prose", "call 1.6 KB records", "list 5 tools", "result 64 KB prose"];

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (Some(name), Some(count)) = (arguments.next(), arguments.next()) else {
        return NAMES.iter().for_each(|name| println!("{name}"));
    };
    let known: Vec<_> = messages::honest().into_iter().chain(messages::hostile()).collect();
    let known = known.into_iter().find(|(known, ..)| **known == name).map(|(_, to_server, bytes)| (to_server, bytes));
    let (to_server, bytes) = known.unwrap_or_else(|| {
        let bytes = std::fs::read(&name).expect("the name of a message, or a file");
        (!bytes.starts_with(br#"{"jsonrpc":"2.0","id":7,"result""#), bytes)
    });
    let message = if to_server { Message::to_server(&bytes) } else { Message::to_client(&bytes) };
    let inspector = Inspector::builder().build().expect("the built-in configuration is valid");
    let mut scratch = Scratch::new();
    for _ in 0..count.parse().expect("a count") {
        drop(black_box(inspector.inspect_with(&mut scratch, black_box(&message))));
    }
}
