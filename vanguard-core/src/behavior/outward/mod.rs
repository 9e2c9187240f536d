//! What leaves with a message: what tools had said, what nobody can read, pieces in addresses.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `pieces` | what leaves piece by piece |

mod pieces;

use super::act::Act;
use super::drip::domain;
use super::event::{Event, Kind, Payload};
use super::flow::decode::Spelling;
use super::flow::{Source, Trace};
use super::hash::hash_all;
use super::label::Label;
use super::opaque::{Blob, blob};
use super::session::Session;
use crate::config::{BehaviorConfig, Detector, Setting};
use crate::finding::{Confidence, Finding, Layer, Severity};
use crate::inspection::Inspection;
use crate::message::{FieldKind, Span};
use crate::rules::own;
use crate::session::Name;
pub(crate) use pieces::ANYWHERE;
use pieces::{asked_names, fragment_of};

/// Letters and digits of a secret, of something private, of anything that are met before it is said.
const SECRET: usize = 14;
const PRIVATE: usize = 40;
const PLAIN: usize = 96;
/// Decoded bytes of a blob from which on it weighs.
const BLOB: usize = 384;
/// Texts of a call up to which each is read with its letters moved on by any number.
const FEW: usize = 32;
const HOUR: u64 = 3_600_000_000;

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
    /// What is secret of what other sessions of the same principal were told.
    pub(crate) owner: Option<&'a Session>,
    /// Fragments of the elements before it in a batch, and where they go.
    pub(crate) earlier: &'a [(u64, String)],
}

/// How a text gets out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// It is sent: a body, a message, an address, a command that reaches out.
    Sent,
    /// It goes along with what reaches out: a header, a setting of a request, a command that pushes.
    Along,
    /// It is told to a server by a message that is no call.
    Told,
    /// It is given to a server's tool that sends nothing, as far as its name says.
    Handed,
}

impl Outward<'_> {
    /// What is found, and what its settling takes in. Adds to the event's acts.
    pub(crate) fn judge(&self, findings: &mut Vec<Finding>) -> (Outgoing, bool) {
        let mut outgoing = Outgoing::default();
        let mut opaque = false;
        let on = |detector| self.config.setting(detector) != Setting::Off && !self.listed;
        let sends = self.event.acts.has(Act::NetworkSend) || self.event.acts.has(Act::Message);
        let hands = self.hands();
        for payload in &self.event.payloads {
            let text = self.text(payload);
            let Some(way) = self.way(payload, (sends, hands)).filter(|_| !text.is_empty()) else { continue };
            if on(Detector::Flows) && !payload.credential {
                self.flows((payload, way), text, findings, &mut outgoing);
            }
            if way != Way::Sent {
                continue;
            }
            if on(Detector::Entropy) && sends && !payload.address {
                opaque |= self.opaque(payload, text, findings);
            }
            if on(Detector::Dripping) {
                if payload.address {
                    self.pieces(payload, text, findings, &mut outgoing);
                } else if sends {
                    outgoing.fragments.extend(fragment_of(payload, text));
                }
                if self.carries(payload) {
                    asked_names(text).for_each(|name| self.pieces(payload, name, findings, &mut outgoing));
                }
            }
        }
        if on(Detector::Dripping) {
            self.streams(findings, &mut outgoing);
        }
        (outgoing, opaque)
    }

    /// How a text gets out, if it does.
    fn way(&self, payload: &Payload, (sends, hands): (bool, bool)) -> Option<Way> {
        let event = self.event;
        if event.kind != Kind::Call {
            return Some(Way::Told);
        }
        if sends || payload.address || self.carries(payload) || event.stores {
            return Some(Way::Sent);
        }
        let is_command = matches!(payload.field.kind, FieldKind::Command | FieldKind::Code);
        if event.acts.has(Act::Network) || event.tells && is_command {
            return Some(Way::Along);
        }
        (hands && !payload.name).then_some(Way::Handed)
    }

    /// Whether a call gives texts to a tool that has no use for settings: files, databases and shells do.
    fn hands(&self) -> bool {
        let local = |payload: &Payload| {
            matches!(payload.field.kind, FieldKind::Path | FieldKind::Command | FieldKind::Code | FieldKind::Sql)
        };
        let acts = self.event.acts;
        !(acts.has(Act::Execute) || acts.has(Act::Database) || self.event.payloads.iter().any(local))
    }

    /// Where its fragments go.
    pub(crate) fn place(&self) -> u64 {
        place_of(self.event, self.inspection.context().server)
    }

    fn text(&self, payload: &Payload) -> &str {
        std::str::from_utf8(payload.field.text.of(self.inspection.tape().arena())).unwrap_or_default()
    }

    /// A command line that reaches out carries what stands in it.
    fn carries(&self, payload: &Payload) -> bool {
        self.event.acts.has(Act::Network) && matches!(payload.field.kind, FieldKind::Command | FieldKind::Code)
    }

    fn flows(&self, (payload, way): (&Payload, Way), text: &str, findings: &mut Vec<Finding>, outgoing: &mut Outgoing) {
        // Of an address what stands behind the host is what it carries.
        let carried = if payload.address { behind_host(text) } else { text };
        let since = self.now.saturating_sub(self.config.memory.forget_after.saturating_mul(1_000_000));
        let told = [Some(self.session), self.owner].into_iter().flatten();
        for session in told {
            let before = findings.len();
            if carried.len() >= SECRET {
                let mut traces = session.flows.trace(carried.as_bytes(), since);
                if self.event.payloads.len() <= FEW {
                    traces.extend(session.flows.turned(carried.as_bytes(), since));
                }
                for trace in traces {
                    let Some(source) = session.flows.sources.get(trace.source) else { continue };
                    self.flow((payload, way), &trace, source, findings, outgoing);
                }
            }
            if payload.address && findings.len() == before && session.flows.has_secrets() {
                self.names((payload, way), text, (session, since), findings, outgoing);
            }
            // What both know is told once.
            if findings.len() > before {
                return;
            }
        }
    }

    /// What stands before a host's domain: labels of its own, somebody's name and password. Where the same text names the host too, it is an address that
    /// was told as it is.
    fn names(
        &self,
        (payload, way): (&Payload, Way),
        address: &str,
        (session, since): (&Session, u64),
        findings: &mut Vec<Finding>,
        outgoing: &mut Outgoing,
    ) {
        let authority = authority_of(address);
        let host = authority.rsplit('@').next().unwrap_or(authority);
        let names = authority.get(..authority.len().saturating_sub(domain(host).len())).unwrap_or_default();
        if names.len() < SECRET {
            return;
        }
        let whole = session.flows.trace(authority.as_bytes(), since);
        for trace in session.flows.trace(names.as_bytes(), since) {
            let Some(source) = session.flows.sources.get(trace.source) else { continue };
            let knows = whole.iter().any(|all| all.source == trace.source && all.matched > trace.matched.max(trace.of));
            if source.label == Label::Secret && !knows {
                self.flow((payload, way), &trace, source, findings, outgoing);
            }
        }
    }

    fn flow(
        &self,
        (payload, way): (&Payload, Way),
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
        let elsewhere = crosses && source.server.is_some() && server.is_some();
        let (rule, severity, confidence, why) = match source.label {
            label if way != Way::Sent && (label != Label::Secret || trace.matched < SECRET) => return,
            Label::Secret if matches!(way, Way::Told | Way::Handed) && !(source.certain && elsewhere) => return,
            Label::Secret if way == Way::Handed => (
                own::FLOW_CROSS,
                Severity::Medium,
                Confidence::Medium,
                "what is secret is given to a tool of another server",
            ),
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

    fn at(&self, payload: &Payload, rule: &str, severity: Severity, confidence: Confidence, reason: String) -> Finding {
        let tape = self.inspection.tape();
        let span = tape.node(payload.field.node).map_or(Span::default(), |node| node.source);
        Finding::new(rule, Layer::L3, severity, confidence).because(reason).at(tape.pointer(payload.field.node), span)
    }
}

/// Whoever is addressed: names and host.
fn authority_of(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.find(['/', '?', '#']).and_then(|at| rest.get(..at)).unwrap_or(rest)
}

/// What an address carries: its labels but the domain, its path and its query.
fn behind_host(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.find(['/', '?', '#']).and_then(|at| rest.get(at..)).unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use super::{authority_of, behind_host};

    #[test]
    fn an_address_is_told_from_what_it_carries() {
        assert_eq!((behind_host("https://x.example/p?q=1"), behind_host("abc.x.example")), ("/p?q=1", "abc.x.example"));
        assert_eq!(
            (authority_of("https://a@x.example/p?q=1"), authority_of("abc.x.example")),
            ("a@x.example", "abc.x.example")
        );
    }
}
