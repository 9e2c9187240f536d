//! What leaves piece by piece: in addresses, and in fragments of text.

use super::{Outgoing, Outward, PRIVATE, SECRET};
use crate::behavior::drip::{domain, pieces};
use crate::behavior::event::Payload;
use crate::behavior::flow::decode::Spelling;
use crate::behavior::hash::{hash, mix};
use crate::behavior::label::Label;
use crate::behavior::session::{BREAK, FRAGMENT};
use crate::finding::{Confidence, Finding, Severity};
use crate::rules::own;

/// Distinct pieces in addresses of one domain within an hour.
const PIECES: usize = 4;
const HOUR: u64 = super::HOUR;
/// Fragments that make a stream.
const FRAGMENTS: u32 = 3;
/// The stream of all that is sent, wherever to: pieces of a secret may go to as many places.
pub(crate) const ANYWHERE: u64 = 1;

impl Outward<'_> {
    pub(super) fn pieces(&self, payload: &Payload, text: &str, findings: &mut Vec<Finding>, outgoing: &mut Outgoing) {
        let found = pieces(text);
        let host = text.split_once("://").map_or(text, |(_, rest)| rest);
        let host = host.split(['/', '?', '#', ':']).next().unwrap_or_default();
        let place = mix(3, hash(domain(host).as_bytes()));
        let known = self.session.stream(place);
        let mut distinct: Vec<u64> = known
            .into_iter()
            .flat_map(|stream| stream.pieces.iter())
            .filter(|(_, at)| self.now.saturating_sub(*at) <= HOUR)
            .map(|(piece, _)| *piece)
            .collect();
        for piece in &found {
            if !distinct.contains(&piece.hash) {
                distinct.push(piece.hash);
            }
            outgoing.pieces.push((place, piece.hash));
        }
        let Some(piece) = found.first() else { return };
        let many = distinct.len() >= PIECES;
        let (rule, what) =
            if piece.label { (own::DRIP_LABELS, "names of hosts") } else { (own::DRIP_QUERY, "addresses") };
        if many {
            let reason = format!(
                "data leaves piece by piece in {what} under {}: {} pieces within an hour",
                domain(host),
                distinct.len()
            );
            findings.push(self.at(payload, rule, Severity::High, Confidence::Medium, reason));
        } else if piece.text.len() >= 60 || distinct.len() == 2 {
            let reason = format!("data stands in {what} under {}", domain(host));
            findings.push(self.at(payload, rule, Severity::Medium, Confidence::Low, reason));
        }
    }

    /// Fragments of this and earlier calls, read as one text: those that went to the same place, and all.
    pub(super) fn streams(&self, findings: &mut Vec<Finding>, outgoing: &mut Outgoing) {
        if outgoing.fragments.is_empty() {
            return;
        }
        self.stream(self.place(), findings, outgoing);
        self.stream(ANYWHERE, findings, outgoing);
    }

    fn stream(&self, place: u64, findings: &mut Vec<Finding>, outgoing: &Outgoing) {
        let Some(payload) = self.event.payloads.first() else { return };
        let known = self.session.stream(place);
        let mut parted = known.map(|stream| stream.text.clone()).unwrap_or_default();
        let mut count = known.map_or(0, |stream| stream.fragments);
        // What stands before it in the same batch.
        for (_, fragment) in self.earlier.iter().filter(|(to, _)| *to == place || place == ANYWHERE) {
            parted.push_str(fragment);
            parted.push(BREAK);
            count += 1;
        }
        if count + 1 < FRAGMENTS || findings.iter().any(|finding| finding.severity >= Severity::High) {
            return;
        }
        outgoing.fragments.iter().for_each(|fragment| parted.push_str(fragment));
        // Cut and then encoded, or encoded and then cut.
        let whole = parted.replace(BREAK, "");
        let since = self.now.saturating_sub(HOUR);
        let alone: usize = outgoing.fragments.iter().map(String::len).max().unwrap_or(0);
        let flows = &self.session.flows;
        if place == ANYWHERE && !flows.has_secrets() {
            return;
        }
        for trace in flows.trace(whole.as_bytes(), since).into_iter().chain(flows.trace(parted.as_bytes(), since)) {
            if findings.iter().any(|finding| finding.rule == own::DRIP_FRAGMENTS) {
                return;
            }
            let Some(source) = self.session.flows.sources.get(trace.source) else { continue };
            let unusual = trace.spelling > Spelling::Percent;
            let blocks = match source.label {
                Label::Secret => trace.matched >= SECRET,
                _ if place == ANYWHERE => false,
                // Among words of one's own some are also a row's.
                Label::Private => trace.matched >= PRIVATE && (unusual || alone < 64 && trace.matched * 2 >= trace.of),
                Label::Plain => trace.matched >= PRIVATE && unusual,
                Label::Public | Label::Untrusted => false,
            };
            if !blocks {
                continue;
            }
            let reason =
                format!("data leaves in fragments, {} so far: {}", count + 1, self.path(payload, &trace, source));
            findings.push(self.at(payload, own::DRIP_FRAGMENTS, Severity::High, Confidence::Medium, reason));
        }
    }
}

/// A text as a fragment, if it is one.
pub(super) fn fragment_of(payload: &Payload, text: &str) -> Option<String> {
    let is = !payload.name && !payload.aside && text.len() < FRAGMENT && text.len() > 3;
    is.then(|| fragment(text).to_owned())
}

/// A fragment without the number that it begins with.
fn fragment(text: &str) -> &str {
    let rest = text.trim_start_matches(|char: char| char.is_ascii_digit());
    let numbered = rest.len() < text.len()
        && text.len() - rest.len() <= 4
        && rest.starts_with(['/', ':', '.', '-', '|', ')', ' ']);
    if !numbered {
        return text;
    }
    rest.trim_start_matches(|char: char| {
        char.is_ascii_digit() || matches!(char, '/' | ':' | '.' | '-' | '|' | ')' | ' ')
    })
}

/// The hosts that a command line asks name servers for.
pub(super) fn asked_names(line: &str) -> impl Iterator<Item = &str> {
    let commands = line.split(['\n', ';', '|', '&', '`', '(', ')']).take(64);
    commands.flat_map(|command| {
        let mut words = command.split_whitespace().take(32);
        let program = words.next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
        let asks = matches!(program, "dig" | "nslookup" | "host" | "drill" | "ping" | "getent" | "resolvectl");
        words.filter(move |word| asks && word.contains('.') && !word.starts_with(['-', '@', '+']))
    })
}

#[cfg(test)]
mod tests {
    use super::fragment;

    #[test]
    fn numbers_of_fragments_are_left_out() {
        assert_eq!(
            (fragment("3/12: abc"), fragment("07|abc"), fragment("abc"), fragment("2024 was")),
            ("abc", "abc", "abc", "was")
        );
        assert_eq!(fragment("4111111111"), "4111111111");
    }
}
