//! The events of a stream (HTML, server-sent events), as their bytes come.

use std::borrow::Cow;
use std::mem::{replace, take};

/// What stands beside the message in the largest event that is held.
const BESIDE: usize = 64 * 1024;

/// Finds events and judges what they carry.
pub(super) struct Events {
    /// What has come of an event that has not ended.
    kept: Vec<u8>,
    /// How far it was looked at.
    seen: usize,
    /// The line there is empty so far.
    blank: bool,
    /// The last byte was a carriage return: a line feed would belong to it.
    returned: bool,
    /// The last event passed as it came.
    same: bool,
    /// No event has ended yet: a byte order mark may stand in front.
    first: bool,
    /// What becomes of the rest of an event that is too large to be held.
    rest: Rest,
    limit: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum Rest {
    None,
    Dropped,
    Passed,
}

impl Events {
    /// For messages of at most `limit` bytes.
    pub(super) const fn new(limit: usize) -> Self {
        let kept = Vec::new();
        Self { kept, seen: 0, blank: true, returned: false, same: true, first: true, rest: Rest::None, limit }
    }

    /// Takes bytes and gives the whole events so far, as they may pass. `judge` says what passes of a message: the very bytes, others, or
    /// nothing.
    pub(super) fn push(&mut self, bytes: &[u8], mut judge: impl FnMut(&[u8]) -> Option<Cow<'_, [u8]>>) -> Vec<u8> {
        let (mut passed, mut start) = (Vec::new(), 0);
        let mut bytes = bytes;
        // The other half of the line end that ended the last event.
        if self.kept.is_empty()
            && self.returned
            && let [b'\n', rest @ ..] = bytes
        {
            (bytes, self.returned) = (rest, false);
            passed.extend(self.same.then_some(b'\n'));
        }
        self.kept.extend_from_slice(bytes);
        while let Some(end) = self.end() {
            let event = self.kept.get(start..end).unwrap_or_default();
            let first = take(&mut self.first);
            let part = match replace(&mut self.rest, Rest::None) {
                Rest::None => admitted(event, first, &mut judge),
                Rest::Passed => Cow::Borrowed(event),
                Rest::Dropped => Cow::Owned(Vec::new()),
            };
            self.same = matches!(part, Cow::Borrowed(_));
            passed.extend_from_slice(&part);
            start = end;
        }
        self.kept.drain(..start);
        self.seen = self.kept.len();
        match self.rest {
            Rest::None if self.kept.len() <= self.limit.saturating_add(BESIDE) => return passed,
            // Too large to be held: what of the message has come is above the limit by itself, or what stands beside it is too much.
            Rest::None => {
                let (mut above, limit) = (false, self.limit);
                let begin = admitted(&self.kept, take(&mut self.first), &mut |data| {
                    above = data.len() > limit;
                    judge(data)
                });
                self.same = above && matches!(begin, Cow::Borrowed(_));
                self.rest = if self.same { Rest::Passed } else { Rest::Dropped };
                if self.same || matches!(begin, Cow::Owned(_)) {
                    passed.extend_from_slice(&begin);
                }
            }
            Rest::Passed => passed.extend_from_slice(&self.kept),
            Rest::Dropped => {}
        }
        self.kept.clear();
        self.seen = 0;
        passed
    }

    /// Where the next event ends: after an empty line. A line ends with CR, LF, or both.
    fn end(&mut self) -> Option<usize> {
        for byte in self.kept.get(self.seen..)? {
            self.seen += 1;
            let line_ends = match byte {
                b'\n' => !self.returned,
                b'\r' => true,
                _ => false,
            };
            let ended = line_ends && self.blank;
            self.blank = line_ends || (self.blank && *byte == b'\n');
            self.returned = *byte == b'\r';
            if ended {
                if self.returned && self.kept.get(self.seen) == Some(&b'\n') {
                    self.seen += 1;
                    self.returned = false;
                }
                return Some(self.seen);
            }
        }
        None
    }
}

/// What passes of an event; borrowed: its very bytes.
fn admitted<'a>(event: &'a [u8], first: bool, judge: &mut impl FnMut(&[u8]) -> Option<Cow<'_, [u8]>>) -> Cow<'a, [u8]> {
    let lines = || {
        let text = if first { event.strip_prefix("\u{feff}".as_bytes()).unwrap_or(event) } else { event };
        text.split(|byte| matches!(byte, b'\n' | b'\r')).filter(|line| !line.is_empty()).map(field)
    };
    let mut data = lines().filter(|(name, _, _)| *name == b"data").map(|(_, value, _)| value);
    let message: Cow<'_, [u8]> = match (data.next(), data.next()) {
        (None, _) => return Cow::Borrowed(event),
        (Some(one), None) => Cow::Borrowed(one),
        (Some(one), Some(two)) => Cow::Owned([one, two].into_iter().chain(data).collect::<Vec<_>>().join(&b'\n')),
    };
    // MCP of 2024 tells its clients by an event of this name where to post to.
    let place = lines().any(|(name, value, _)| (name, value) == (b"event", b"endpoint"));
    if message.trim_ascii().is_empty() || (place && !message.trim_ascii_start().starts_with(b"{")) {
        return Cow::Borrowed(event);
    }
    let judged = match judge(&message) {
        Some(Cow::Borrowed(_)) => return Cow::Borrowed(event),
        Some(Cow::Owned(altered)) => altered,
        None => return Cow::Owned(Vec::new()),
    };
    let mut altered = Vec::with_capacity(event.len());
    for (_, _, line) in lines().filter(|(name, _, _)| *name != b"data") {
        altered.extend_from_slice(line);
        altered.push(b'\n');
    }
    for line in judged.split(|byte| *byte == b'\n') {
        altered.extend_from_slice(b"data: ");
        altered.extend_from_slice(line);
        altered.push(b'\n');
    }
    altered.push(b'\n');
    Cow::Owned(altered)
}

/// The name of a line's field, its value, and the line.
fn field(line: &[u8]) -> (&[u8], &[u8], &[u8]) {
    let mut parts = line.splitn(2, |byte| *byte == b':');
    let (name, value) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    (name, value.strip_prefix(b" ").unwrap_or(value), line)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What passes of `stream`, come in pieces of `size` bytes, if `secret` is put out and `bad` refused.
    fn passed(stream: &[u8], size: usize, limit: usize) -> Vec<u8> {
        let mut events = Events::new(limit);
        let judge = |data: &[u8]| -> Option<Cow<'static, [u8]>> {
            let text = String::from_utf8_lossy(data).into_owned();
            (!text.contains("bad")).then(|| Cow::Owned(text.replace("secret", "***").into_bytes()))
        };
        let mut out = Vec::new();
        for piece in stream.chunks(size) {
            out.extend(events.push(piece, |data| match judge(data)? {
                same if same == data => Some(Cow::Borrowed(data)),
                other => Some(other),
            }));
        }
        out
    }

    fn text(stream: &str) -> String {
        let whole = passed(stream.as_bytes(), usize::MAX, 1000);
        for size in [1, 2, 3, 7] {
            assert_eq!(whole, passed(stream.as_bytes(), size, 1000), "in pieces of {size}");
        }
        String::from_utf8(whole).unwrap()
    }

    #[test]
    fn what_is_honest_passes_byte_for_byte() {
        for stream in [
            "data: {}\n\n",
            ": ping\n\nid: 1\nretry: 3000\ndata:\n\ndata: {}\r\n\r\n",
            "event: message\rid: 7\rdata: {}\r\r\rdata: {}\n\n",
            "event: endpoint\ndata: /messages?session=1\n\n",
            "\u{feff}data: {}\n\n\n\ndata: {}\n\r\n",
            "data: {\ndata:  \"a\": 1\ndata: }\n\n",
        ] {
            assert_eq!(text(stream), stream);
        }
    }

    #[test]
    fn what_is_refused_is_taken_out_and_what_is_altered_takes_its_place() {
        assert_eq!(text("id: 1\ndata: bad\n\ndata: {}\n\n"), "data: {}\n\n");
        assert_eq!(text("id: 1\r\ndata: secret\r\n\r\n"), "id: 1\ndata: ***\n\n");
        assert_eq!(text("data: a\ndata: secret\nevent: x\n\n"), "event: x\ndata: a\ndata: ***\n\n");
    }

    #[test]
    fn no_way_of_writing_it_hides_a_message() {
        for stream in [
            "\u{feff}data: bad\n\n",
            "data:bad\n\n",
            "data: bad\n\r\n",
            "data: bad\r\n\n",
            "data: b\rdata\r\n\ndata: bad\n\n",
            "event: endpoint\ndata: {bad\n\n",
            "event: ping\ndata: bad\n\n",
        ] {
            assert!(!text(stream).contains("bad"), "{stream:?}");
        }
    }

    #[test]
    fn what_has_no_end_never_passes() {
        assert_eq!(text("data: {}\n\ndata: {}\n"), "data: {}\n\n");
    }

    #[test]
    fn an_event_above_the_limit_is_decided_by_its_beginning_and_never_held() {
        let large = format!("data: {}\n\ndata: {{}}\n\n", "x".repeat(300_000));
        assert_eq!(passed(large.as_bytes(), 1000, 10), large.as_bytes());
        let refused = large.replacen("xx", "bad", 1);
        assert_eq!(passed(refused.as_bytes(), 1000, 10), b"data: {}\n\n");
        let beside = format!("{}\ndata: {{}}\n\ndata: {{}}\n\n", ":x".repeat(150_000));
        assert_eq!(passed(beside.as_bytes(), 1000, 10), b"data: {}\n\n", "a comment takes what follows it along");
        let mut events = Events::new(10);
        for _ in 0..1000 {
            let _ = events.push(&[b'x'; 1000], |_| None);
            assert!(events.kept.len() <= 10 + BESIDE + 1000);
        }
    }
}
