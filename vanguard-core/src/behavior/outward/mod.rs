//! What leaves with a message: what tools had said, what nobody can read, pieces in addresses.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `flows` | what tools had said, and where it goes |
//! | `pieces` | what leaves piece by piece |

mod flows;
mod pieces;

use super::act::Act;
use super::drip::domain;
use super::event::{Event, Kind, Payload};
use super::hash::hash_all;
use super::opaque::{Blob, blob};
use super::session::Session;
use crate::config::{BehaviorConfig, Detector, Setting};
use crate::finding::{Confidence, Finding, Layer, Severity};
use crate::inspection::Inspection;
use crate::message::{FieldKind, Span};
use crate::rules::own;
pub(crate) use pieces::ANYWHERE;
use pieces::{asked_names, fragment_of};

/// Letters and digits of a secret, and of something private, that are met before it is said.
const SECRET: usize = 14;
const PRIVATE: usize = 40;
/// Decoded bytes of a blob from which on it weighs.
const BLOB: usize = 384;
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
