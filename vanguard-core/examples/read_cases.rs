//! What the strict reader understands, for comparison with other readers: `tests/differential` feeds it.
//!
//! Reads one case a line (base64) on stdin and prints one JSON line for each: `{"issues": [rule, …], "value": …}`, the value as
//! `["z"]`, `["b", true]`, `["n", "1e2"]` (as written), `["s", "text"]`, `["a", […]]` or `["o", [[key, value], …]]` in document order,
//! and `null` if reading stopped before the end.

use std::io::{self, BufRead, Write};

use serde_json::{Value, json};
use vanguard_core::message::{Framing, Limits, NodeId, NodeKind, Tape, read};

fn main() -> io::Result<()> {
    let mut tape = Tape::new();
    let mut out = io::BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let case = data_encoding::BASE64
            .decode(line?.as_bytes())
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        read(&case, Framing::Body, &Limits::default(), &mut tape);
        let issues: Vec<&str> = tape.issues().iter().map(|issue| issue.kind.rule()).collect();
        let value = if tape.is_complete() { value(&tape, 0, &case) } else { Value::Null };
        writeln!(out, "{}", json!({ "issues": issues, "value": value }))?;
    }
    out.flush()
}

/// Recursion is bounded by `Limits::depth`.
fn value(tape: &Tape, id: NodeId, case: &[u8]) -> Value {
    let Some(node) = tape.node(id) else { return Value::Null };
    let source = || String::from_utf8_lossy(node.source.of(case)).into_owned();
    match node.kind {
        NodeKind::Null => json!(["z"]),
        NodeKind::Bool => json!(["b", source() == "true"]),
        NodeKind::Number => json!(["n", source()]),
        NodeKind::String | NodeKind::Key => json!(["s", String::from_utf8_lossy(tape.text(id))]),
        NodeKind::Array => {
            json!(["a", tape.elements(id).map(|element| value(tape, element, case)).collect::<Vec<_>>()])
        }
        NodeKind::Object => {
            let members = tape
                .members(id)
                .map(|(key, member)| json!([String::from_utf8_lossy(tape.text(key)), value(tape, member, case)]));
            json!(["o", members.collect::<Vec<_>>()])
        }
    }
}
