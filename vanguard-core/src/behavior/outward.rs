//! What leaves with a call: what tools had said, what nobody can read, pieces in addresses.

use super::act::Act;
use super::drip::{domain, pieces};
use super::event::{Event, Payload};
use super::flow::decode::Spelling;
use super::flow::{Source, Trace};
use super::hash::{hash, hash_all, mix};
use super::label::Label;
use super::opaque::{Blob, blob};
use super::session::{BREAK, FRAGMENT, Session};
use crate::config::{BehaviorConfig, Detector, Setting};
use crate::finding::{Confidence, Finding, Layer, Severity};
use crate::inspection::Inspection;
use crate::message::{FieldKind, Span};
use crate::rules::own;
use crate::session::Name;

/// Letters and digits of a secret, of something private, of anything that are met before it is said.
const SECRET: usize = 14;
const PRIVATE: usize = 40;
const PLAIN: usize = 96;
/// Decoded bytes of a blob from which on it weighs.
const BLOB: usize = 384;
/// Distinct pieces in addresses of one domain within an hour.
const PIECES: usize = 4;
const HOUR: u64 = 3_600_000_000;
/// Fragments that make a stream.
const FRAGMENTS: u32 = 3;

/// What was seen of a call, for its settling.
#[derive(Debug, Default)]
pub(crate) struct Outgoing {
    /// Flows that are told.
    pub(crate) told: Vec<u64>,
    /// Fragments to add to the stream of the destination.
    pub(crate) fragments: Vec<String>,
    /// Pieces in addresses, by domain.
    pub(crate) pieces: Vec<(u64, u64)>,
}

/// Where fragments of a call go: one place, or one tool.
pub(crate) fn place_of(event: &Event<'_>, server: Option<&str>) -> u64 {
    let to = event.destination.as_ref().map(|to| if to.host { domain(&to.name) } else { to.name.as_str() });
    hash_all(&[server, to.or_else(|| Some(event.tool_name()))])
}

/// A call that leaves, held against what its session was told.
pub(crate) struct Outward<'a> {
    pub(crate) inspection: &'a Inspection<'a>,
    pub(crate) config: &'a BehaviorConfig,
    pub(crate) session: &'a Session,
    pub(crate) event: &'a Event<'a>,
    pub(crate) now: u64,
    /// The destination is one that the configuration lists.
    pub(crate) listed: bool,
}

impl Outward<'_> {
    /// What is found, and what its settling takes in. Adds to the event's acts.
    pub(crate) fn judge(&self, findings: &mut Vec<Finding>) -> (Outgoing, bool) {
        let mut outgoing = Outgoing::default();
        let mut opaque = false;
        let on = |detector| self.config.setting(detector) != Setting::Off && !self.listed;
        let sends = self.event.acts.has(Act::NetworkSend) || self.event.acts.has(Act::Message);
        for payload in &self.event.payloads {
            let text = self.text(payload);
            if text.is_empty() || !(sends || payload.address || self.carries(payload) || self.event.stores) {
                continue;
            }
            if on(Detector::Flows) && !payload.credential {
                self.flows(payload, text, findings, &mut outgoing);
            }
            if on(Detector::Entropy) && sends && !payload.address {
                opaque |= self.opaque(payload, text, findings);
            }
            if on(Detector::Dripping) {
                if payload.address {
                    self.pieces(payload, text, findings, &mut outgoing);
                } else if sends && !payload.name && text.len() < FRAGMENT && text.len() > 3 {
                    outgoing.fragments.push(fragment(text).to_owned());
                }
                if self.carries(payload) {
                    asked_names(text).for_each(|name| self.pieces(payload, name, findings, &mut outgoing));
                }
            }
        }
        if on(Detector::Dripping) {
            self.stream(findings, &mut outgoing);
        }
        (outgoing, opaque)
    }

    fn text(&self, payload: &Payload) -> &str {
        std::str::from_utf8(payload.field.text.of(self.inspection.tape().arena())).unwrap_or_default()
    }

    /// A command line that reaches out carries what stands in it.
    fn carries(&self, payload: &Payload) -> bool {
        self.event.acts.has(Act::Network) && matches!(payload.field.kind, FieldKind::Command | FieldKind::Code)
    }

    fn flows(&self, payload: &Payload, text: &str, findings: &mut Vec<Finding>, outgoing: &mut Outgoing) {
        // Of an address what stands behind the host is what it carries.
        let carried = if payload.address { behind_host(text) } else { text };
        if carried.len() < SECRET {
            return;
        }
        let since = self.now.saturating_sub(self.config.memory.forget_after.saturating_mul(1_000_000));
        for trace in self.session.flows.trace(carried.as_bytes(), since) {
            let Some(source) = self.session.flows.sources.get(trace.source) else { continue };
            self.flow(payload, &trace, source, findings, outgoing);
        }
    }

    fn flow(
        &self,
        payload: &Payload,
        trace: &Trace,
        source: &Source,
        findings: &mut Vec<Finding>,
        outgoing: &mut Outgoing,
    ) {
        let server = self.inspection.context().server;
        let crosses = source.server.as_ref().map(Name::as_str) != server;
        let host = self.event.destination.as_ref().filter(|to| to.host);
        let told = host.is_some_and(|to| self.session.is_told(to.hash()));
        let unusual = !trace.spelling.is_usual();
        let (rule, severity, confidence, why) = match source.label {
            Label::Public | Label::Untrusted => return,
            // Rows go from table to table; secrets don't.
            _ if self.event.stores && source.label != Label::Secret => return,
            Label::Secret if trace.matched >= SECRET => {
                (own::FLOW_SECRET, Severity::Critical, Confidence::High, "what is secret leaves")
            }
            Label::Private | Label::Plain if told && trace.matched >= PRIVATE => (
                own::FLOW_TOLD,
                Severity::High,
                Confidence::High,
                "data goes to a place that only a stranger's text has named",
            ),
            Label::Private | Label::Plain if unusual && trace.matched >= PRIVATE => {
                (own::FLOW_DISGUISED, Severity::High, Confidence::Medium, "data leaves in a disguise")
            }
            Label::Private if payload.address && trace.matched >= PRIVATE => {
                (own::FLOW_DISGUISED, Severity::High, Confidence::Medium, "private data leaves in an address")
            }
            Label::Private
                if trace.matched >= PLAIN || trace.spelling > Spelling::Percent && trace.matched >= PRIVATE =>
            {
                (own::FLOW_PRIVATE, Severity::Medium, Confidence::Medium, "private data leaves")
            }
            Label::Plain if crosses && trace.matched >= PLAIN => {
                (own::FLOW_CROSS, Severity::Medium, Confidence::Low, "what one server said goes out by another")
            }
            _ => return,
        };
        // What only warns is said once an hour of the same way.
        let way = hash_all(&[
            Some(rule),
            source.server.as_ref().map(Name::as_str),
            Some(source.tool.as_str()),
            server,
            Some(self.event.tool_name()),
        ]);
        if severity < Severity::High {
            if self.session.was_told(way, self.now.saturating_sub(HOUR)) || outgoing.told.contains(&way) {
                return;
            }
            outgoing.told.push(way);
        }
        findings.push(self.at(
            payload,
            rule,
            severity,
            confidence,
            format!("{why}: {}", self.path(payload, trace, source)),
        ));
    }

    /// The way that data took, in words.
    fn path(&self, payload: &Payload, trace: &Trace, source: &Source) -> String {
        let unit = if source.lines { "line" } else { "value" };
        let (first, last) = trace.values;
        let values = if first == last { format!("{unit} {first}") } else { format!("{unit}s {first}–{last}") };
        let pointer = self.inspection.tape().pointer(payload.field.node);
        let argument = pointer.split_once("/arguments").map_or(pointer.as_str(), |(_, argument)| argument);
        let spelling =
            if trace.spelling == Spelling::Plain { String::new() } else { format!(", {}", trace.spelling.as_str()) };
        format!(
            "{values} of `{}` result #{} → `{}` argument {argument}, {} of {} bytes{spelling}",
            source.tool.as_str(),
            source.call,
            self.event.tool_name(),
            trace.matched.min(trace.of),
            trace.of
        )
    }

    fn opaque(&self, payload: &Payload, text: &str, findings: &mut Vec<Finding>) -> bool {
        let Some((kind, length)) = blob(text).filter(|(_, length)| *length >= BLOB) else { return false };
        let (severity, confidence, what) = match kind {
            Blob::Noise => (Severity::Medium, Confidence::Medium, "bytes that look like ciphertext or keys"),
            Blob::Archive if payload.file => (Severity::Info, Confidence::Medium, "an archive"),
            Blob::Archive => (Severity::Medium, Confidence::Low, "an archive"),
            Blob::Media | Blob::Other => return false,
        };
        let reason = format!("{length} {what} leave; nobody can see what they hold");
        findings.push(self.at(payload, own::ENTROPY_SENT, severity, confidence, reason));
        true
    }

    fn pieces(&self, payload: &Payload, text: &str, findings: &mut Vec<Finding>, outgoing: &mut Outgoing) {
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

    /// Fragments of this and earlier calls, read as one text.
    fn stream(&self, findings: &mut Vec<Finding>, outgoing: &mut Outgoing) {
        let (Some(payload), false) = (self.event.payloads.first(), outgoing.fragments.is_empty()) else { return };
        let place = place_of(self.event, self.inspection.context().server);
        let Some(stream) = self.session.stream(place).filter(|stream| stream.fragments + 1 >= FRAGMENTS) else {
            return;
        };
        if findings.iter().any(|finding| finding.severity >= Severity::High) {
            return;
        }
        let mut parted = stream.text.clone();
        outgoing.fragments.iter().for_each(|fragment| parted.push_str(fragment));
        // Cut and then encoded, or encoded and then cut.
        let whole = parted.replace(BREAK, "");
        let since = self.now.saturating_sub(HOUR);
        let alone: usize = outgoing.fragments.iter().map(String::len).max().unwrap_or(0);
        let flows = &self.session.flows;
        for trace in flows.trace(whole.as_bytes(), since).into_iter().chain(flows.trace(parted.as_bytes(), since)) {
            if findings.iter().any(|finding| finding.rule == own::DRIP_FRAGMENTS) {
                return;
            }
            let Some(source) = self.session.flows.sources.get(trace.source) else { continue };
            let unusual = trace.spelling > Spelling::Percent;
            let blocks = match source.label {
                Label::Secret => trace.matched >= SECRET,
                // Among words of one's own some are also a row's.
                Label::Private => trace.matched >= PRIVATE && (unusual || alone < 64 && trace.matched * 2 >= trace.of),
                Label::Plain => trace.matched >= PRIVATE && unusual,
                Label::Public | Label::Untrusted => false,
            };
            if !blocks {
                continue;
            }
            let reason = format!(
                "data leaves in fragments, {} so far: {}",
                stream.fragments + 1,
                self.path(payload, &trace, source)
            );
            findings.push(self.at(payload, own::DRIP_FRAGMENTS, Severity::High, Confidence::Medium, reason));
        }
    }

    fn at(&self, payload: &Payload, rule: &str, severity: Severity, confidence: Confidence, reason: String) -> Finding {
        let tape = self.inspection.tape();
        let span = tape.node(payload.field.node).map_or(Span::default(), |node| node.source);
        Finding::new(rule, Layer::L3, severity, confidence).because(reason).at(tape.pointer(payload.field.node), span)
    }
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
fn asked_names(line: &str) -> impl Iterator<Item = &str> {
    let commands = line.split(['\n', ';', '|', '&', '`', '(', ')']).take(64);
    commands.flat_map(|command| {
        let mut words = command.split_whitespace().take(32);
        let program = words.next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
        let asks = matches!(program, "dig" | "nslookup" | "host" | "drill" | "ping" | "getent" | "resolvectl");
        words.filter(move |word| asks && word.contains('.') && !word.starts_with(['-', '@', '+']))
    })
}

/// What an address carries: its labels but the domain, its path and its query.
fn behind_host(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.find(['/', '?', '#']).and_then(|at| rest.get(at..)).unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use super::{behind_host, fragment};

    #[test]
    fn numbers_of_fragments_are_left_out() {
        assert_eq!(
            (fragment("3/12: abc"), fragment("07|abc"), fragment("abc"), fragment("2024 was")),
            ("abc", "abc", "abc", "was")
        );
        assert_eq!(fragment("4111111111"), "4111111111");
        assert_eq!((behind_host("https://x.example/p?q=1"), behind_host("abc.x.example")), ("/p?q=1", "abc.x.example"));
    }
}
