//! Where what is sent has come from: what tools said is remembered by fingerprints, and looked for in what tools are told.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `grams` | fingerprints of a text |
//! | `index` | the fingerprints of a session |
//! | `decode` | other spellings of an argument |
//! | `source` | what was said, by whom |

pub(crate) mod decode;
mod grams;
mod index;
mod source;

use decode::{Spelling, moved, readings, runs};
use grams::{Choice, GRAM, Room, grams, is_distinctive, normalise};
use index::{Index, Place};
pub(crate) use source::{Source, Sources};

use super::label::Label;

/// Fingerprints of one result at most; of longer ones every so-manyth is kept.
const PER_SOURCE: usize = 4096;
/// Normalised bytes of one text that are compared in every spelling; longer ones as they are.
const SPELLED: usize = 128 << 10;
/// Bytes of a text that is read with its letters moved on by any number.
const TURNED: usize = 256;

/// What tools said in a session.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flows {
    index: Index,
    /// Fingerprints of what is secret: nothing else can make them go.
    vault: Index,
    pub(crate) sources: Sources,
}

/// A part of an argument that a tool had said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Trace {
    /// The number of the source.
    pub(crate) source: u16,
    /// The first and last of its values that are met.
    pub(crate) values: (u16, u16),
    /// Letters and digits that are the source's.
    pub(crate) matched: usize,
    /// Of how many.
    pub(crate) of: usize,
    pub(crate) spelling: Spelling,
}

/// One text of a result.
pub(crate) struct Said<'t> {
    pub(crate) text: &'t [u8],
    /// Which value or line of it, from 1.
    pub(crate) value: u16,
}

impl Flows {
    /// Bytes it takes.
    pub(crate) fn bytes(&self) -> usize {
        self.index.bytes() + self.vault.bytes() + self.sources.bytes()
    }

    /// Whether anything secret was said.
    pub(crate) fn has_secrets(&self) -> bool {
        self.vault.bytes() > 0
    }

    /// Remembers what a tool said. `most`: bytes that fingerprints may take.
    pub(crate) fn remember<'t>(&mut self, source: Source, texts: impl Iterator<Item = Said<'t>>, most: usize) {
        let (label, lines) = (source.label, source.lines);
        let number = self.sources.add(source);
        if number == 1 {
            // Numbers have come round.
            (self.index, self.vault) = (Index::default(), Index::default());
        }
        let sources = &self.sources;
        let (index, most) = if label == Label::Secret { (&mut self.vault, most / 8) } else { (&mut self.index, most) };
        let (mut plain, mut ends, mut kept, mut room) = (Vec::new(), Vec::new(), 0_usize, Room::default());
        for said in texts {
            plain.clear();
            ends.clear();
            // Of a document it is told which lines are met.
            let end_of_line = |end| ends.extend(lines.then_some(end));
            if label == Label::Secret {
                values_of(said.text, &mut plain, end_of_line);
            } else {
                normalise(said.text, &mut plain, end_of_line);
            }
            // Stores of secrets tell them in base64, and who sends them on has read them.
            if label == Label::Secret
                && let Some(decoded) = runs(said.text, Spelling::Base64)
            {
                normalise(&decoded, &mut plain, |_| ());
            }
            let choice = match (plain.len() / 4).div_ceil(PER_SOURCE) {
                0 | 1 if label == Label::Secret && plain.len() <= PER_SOURCE => Choice::All,
                0 | 1 => Choice::Least,
                parts => Choice::Few(u16::try_from(parts).unwrap_or(u16::MAX)),
            };
            let mut rest = ends.iter().zip(2_u16..).peekable();
            let mut line = 1;
            grams(&plain, choice, &mut room, |hash, start| {
                if kept >= PER_SOURCE || !is_distinctive(&plain, start) {
                    return;
                }
                kept += 1;
                while let Some((_, next)) = rest.next_if(|(end, _)| **end <= start) {
                    line = next;
                }
                let place = Place { source: number, value: if lines { line } else { said.value } };
                // Who said it first is where it comes from, but what is secret stays so.
                index.insert(hash, place, most, |known| sources.stays(known.source, label));
            });
        }
    }

    /// Where the parts of a text come from: for each source the best spelling. Sources from before `since` are forgotten.
    pub(crate) fn trace(&self, text: &[u8], since: u64) -> Vec<Trace> {
        let mut found = Vec::new();
        if self.index.bytes() == 0 && !self.has_secrets() {
            return found;
        }
        let (mut plain, mut room) = (Vec::new(), Room::default());
        let mut see = |text: &[u8], spelling| self.match_in(text, spelling, since, (&mut room, &mut found));
        normalise(text, &mut plain, |_| ());
        see(&plain, Spelling::Plain);
        if text.len() > SPELLED {
            return found;
        }
        plain.reverse();
        see(&plain, Spelling::Backwards);
        plain.reverse();
        see(&moved(&plain, 13), Spelling::Rot13);
        let mut decoded = Vec::new();
        readings(text, |spelling, reading| {
            decoded.clear();
            normalise(reading, &mut decoded, |_| ());
            see(&decoded, spelling);
        });
        found
    }

    /// The same of a short text with its letters moved on by any number but thirteen, where anything secret is known.
    pub(crate) fn turned(&self, text: &[u8], since: u64) -> Vec<Trace> {
        let (mut plain, mut room, mut found) = (Vec::new(), Room::default(), Vec::new());
        if self.has_secrets() && text.len() <= TURNED {
            normalise(text, &mut plain, |_| ());
            for by in (1..26).filter(|by| *by != 13) {
                self.match_in(&moved(&plain, by), Spelling::Moved, since, (&mut room, &mut found));
            }
        }
        found
    }

    fn match_in(&self, text: &[u8], spelling: Spelling, since: u64, (room, found): (&mut Room, &mut Vec<Trace>)) {
        let mut here: Vec<(Trace, usize)> = Vec::new();
        // Every hash is asked, not only the least of some: a fragment cut anywhere is met.
        let choice = if text.len() <= PER_SOURCE { Choice::All } else { Choice::Any };
        grams(text, choice, room, |hash, start| {
            let told = |place: &Place| self.sources.get(place.source).is_some_and(|source| source.at >= since);
            let secret = self.vault.find(hash).filter(told);
            let Some(place) = secret.or_else(|| self.index.find(hash).filter(told)) else { return };
            let known = here.iter().position(|(trace, _)| trace.source == place.source);
            let at = known.unwrap_or_else(|| {
                let values = (place.value, place.value);
                here.push((Trace { source: place.source, values, matched: 0, of: text.len(), spelling }, 0));
                here.len() - 1
            });
            let Some((trace, covered)) = here.get_mut(at) else { return };
            trace.values = (trace.values.0.min(place.value), trace.values.1.max(place.value));
            let end = start + GRAM;
            // Of a winnowed text the hashes stand a few characters apart.
            let begin = if start > *covered && start - *covered < GRAM && *covered > 0 {
                *covered
            } else {
                start.max(*covered)
            };
            trace.matched += end.saturating_sub(begin);
            *covered = end.max(*covered);
        });
        for (trace, _) in here {
            match found.iter_mut().find(|known| known.source == trace.source) {
                Some(known) if known.matched >= trace.matched => {}
                Some(known) => *known = trace,
                None => found.push(trace),
            }
        }
    }

    /// Forgets what is older than `since`; of an idle session all but what is secret.
    pub(crate) fn forget(&mut self, since: u64, idle: bool) {
        self.sources.forget(since);
        let sources = &self.sources;
        let stays = |place: Place| sources.get(place.source).is_some_and(|source| source.at >= since);
        self.index.retain(|place| !idle && stays(place));
        self.vault.retain(stays);
    }
}

/// The values of lines of settings: what stands behind `=` or `:`. Names of settings are nobody's secret.
fn values_of(text: &[u8], out: &mut Vec<u8>, mut lines: impl FnMut(usize)) {
    for line in text.split(|byte| *byte == b'\n') {
        for setting in line.split(|byte| matches!(byte, b',' | b'{' | b'}')) {
            let is_name = |byte: &u8| {
                byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b' ' | b'"' | b'\'' | b'\t')
            };
            let lead = setting.iter().take(64).take_while(|byte| is_name(byte)).count();
            let value = match setting.get(lead) {
                Some(b'=' | b':') => setting.get(lead + 1..).unwrap_or_default(),
                _ => setting,
            };
            normalise(value, out, |_| ());
        }
        lines(out.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: &str = r#"[{"id":1,"name":"Ann Lee","mail":"ann.lee@mill.example","street":"12 Mill Road, Leeds"},{"id":2,"name":"Bob Ray","mail":"bob.ray@dock.example","street":"7 Dock Street, Hull"}]"#;

    fn flows(label: Label, text: &str) -> Flows {
        let mut flows = Flows::default();
        let source = Source { label, tool: "db.query".into(), ..Source::default() };
        let values = text.as_bytes().chunks(4000).zip(1..).map(|(text, value)| Said { text, value });
        flows.remember(source, values, 64 << 10);
        flows
    }

    #[test]
    fn every_spelling_is_traced_to_its_source() {
        let flows = flows(Label::Private, ROWS);
        let base = data_encoding::BASE64.encode(ROWS.as_bytes());
        let backwards: String = ROWS.chars().rev().collect();
        let other = "Bob Ray <bob.ray@dock.example>\n7 Dock Street, Hull\n";
        for (text, spelling) in [
            (ROWS.to_owned(), Spelling::Plain),
            (ROWS.to_uppercase(), Spelling::Plain),
            (serde_json::Value::from(ROWS).to_string(), Spelling::Plain),
            (base, Spelling::Base64),
            (backwards, Spelling::Backwards),
            (other.to_owned(), Spelling::Plain),
        ] {
            let found = flows.trace(text.as_bytes(), 0);
            let [trace] = found.as_slice() else { panic!("{text}: {found:?}") };
            assert_eq!(trace.spelling, spelling, "{text}");
            assert!(trace.matched * 10 >= trace.of * 7 || text == other, "{trace:?}");
        }
        assert_eq!(flows.trace(b"The weather in Leeds is fine today, says the report of the week.", 0), []);
    }

    #[test]
    fn names_of_settings_are_not_secret_and_their_values_are() {
        let flows = flows(
            Label::Secret,
            "DATABASE_PASSWORD=correct-horse-battery\nSTRIPE_SECRET_KEY=\"qwerty-uiop-asdf-1234\"\n",
        );
        assert_eq!(flows.trace(b"Set DATABASE_PASSWORD and STRIPE_SECRET_KEY before you start.", 0), []);
        assert_eq!(flows.trace(b"the key is qwerty-uiop-asdf-1234", 0).len(), 1);
        assert_eq!(flows.trace(b"{\"pw\":\"correct-horse-battery\"}", 0).len(), 1);
    }

    #[test]
    fn a_secret_that_was_told_in_base64_is_known_as_it_is() {
        let flows = flows(Label::Secret, "data:\n  password: aGVyb24tYmFzaW4tdGh1bWItMzM=\n");
        assert_eq!(flows.trace(b"it is heron-basin-thumb-33", 0).len(), 1);
        assert_eq!(flows.trace(b"the password is in the store", 0), []);
    }

    #[test]
    fn what_is_forgotten_is_not_traced() {
        let mut flows = flows(Label::Plain, ROWS);
        assert_eq!(flows.trace(ROWS.as_bytes(), 1), []);
        flows.forget(0, true);
        assert_eq!(flows.trace(ROWS.as_bytes(), 0), []);
    }
}
