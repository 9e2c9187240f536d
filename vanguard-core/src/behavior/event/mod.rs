//! What one message is to a session, read from the message alone.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `call` | what a call does, and to what |
//! | `marks` | what the name of an argument says of it |
//! | `places` | hosts, addresses of people, folders |
//! | `secrets` | what files, tables and scripts call secret |
//! | `script` | whether a script takes what is not its own |

mod call;
mod marks;
mod places;
mod script;
mod secrets;

use super::act::{Act, Acts};
use super::hash::{hash, mix};
use super::label::Label;
use crate::config::Config;
use crate::finding::Finding;
use crate::inspection::Inspection;
use crate::message::{Envelope, Field, FieldKind, Flow, MessageKind};
pub(crate) use places::{Destination, named_places};

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A call of a tool, or a resource that is read.
    Call,
    /// The answer to something.
    Answer,
    /// Another request to the server.
    Request,
    /// All else.
    Other,
}

/// A string argument that may carry something away.
#[derive(Clone, Debug)]
pub(crate) struct Payload {
    pub(crate) field: Field,
    /// It is the address itself: what it carries stands in its path, its query, its host's labels.
    pub(crate) address: bool,
    /// It is given to log in with.
    pub(crate) credential: bool,
    /// It is a file by its name: an attachment, an upload.
    pub(crate) file: bool,
    /// It is the name of an argument: names carry as well as values do.
    pub(crate) name: bool,
    /// It says to whom, how or what for, and is the same each time: no part of what is told piece by piece.
    pub(crate) aside: bool,
}

impl Payload {
    /// A text of which nothing is known.
    const fn of(field: Field) -> Self {
        Self { field, address: false, credential: false, file: false, name: false, aside: false }
    }
}

/// What there is to wonder at in a file that is written; later ones weigh more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Odd {
    #[default]
    Nothing,
    /// It is put where nobody keeps what they mean to keep.
    Place,
    /// It takes what is not its own, or hides what it does.
    Content,
}

impl Odd {
    const fn place(odd: bool) -> Self {
        if odd { Self::Place } else { Self::Nothing }
    }
}

/// Names of files that a call brings, writes (and what there is to wonder at), runs.
#[derive(Debug, Default)]
pub(crate) struct Files {
    pub(crate) downloads: Vec<u64>,
    pub(crate) writes: Vec<(u64, Odd)>,
    pub(crate) runs: Vec<u64>,
}

/// What one message is to a session.
#[derive(Debug)]
pub(crate) struct Event<'a> {
    pub(crate) kind: Kind,
    pub(crate) flow: Flow,
    /// A hash of the id that it has or answers; 0 is none.
    pub(crate) id: u64,
    /// A hash of the message.
    pub(crate) digest: u64,
    /// The method and the tool (a resource's URI) by their bytes: what is looked at by every message is only compared.
    pub(crate) method: &'a [u8],
    pub(crate) tool: &'a [u8],
    /// A hash of its name.
    pub(crate) tool_hash: u64,
    pub(crate) acts: Acts,
    /// A hash of what it is done to.
    pub(crate) target: u64,
    pub(crate) destination: Option<Destination>,
    pub(crate) payloads: Vec<Payload>,
    /// What it does to files, if anything.
    pub(crate) files: Option<Box<Files>>,
    /// It changes what a database holds: whoever reads it there may be a stranger.
    pub(crate) stores: bool,
    /// It is a command that sends what stands in it, to a place that it doesn't name.
    pub(crate) tells: bool,
    /// Numbers among its arguments, by key: for sweeps.
    pub(crate) numbers: Vec<(u64, i64)>,
    pub(crate) bytes: u64,
    /// What its answer is, as far as the call says.
    pub(crate) label: Option<Label>,
    /// The element of a batch.
    pub(crate) element: u32,
    /// What the name of a called tool says that it does, if that had to be read.
    pub(crate) by_name: Option<Acts>,
}

/// Reads one element of a message. `known` are the acts of a tool by its name; `payloads` is a buffer to use.
pub(crate) fn event<'a>(
    inspection: &Inspection<'a>,
    config: &Config,
    findings: &[Finding],
    (element, envelope): (u32, &Envelope),
    (known, payloads): (impl Fn(&[u8], u64) -> Option<Acts>, Vec<Payload>),
) -> Event<'a> {
    let tape = inspection.tape;
    let root = tape.node(envelope.root).map_or(crate::message::Span::default(), |node| node.source);
    let bytes = root.of(inspection.bytes());
    let method = inspection.method_bytes(element).unwrap_or_default();
    let tool = inspection.target_bytes(element).unwrap_or_default();
    let kind = match envelope.kind {
        // A call without an id is no request, and is carried out by those who don't look.
        Some(MessageKind::Request | MessageKind::Notification)
            if matches!(method, b"tools/call" | b"resources/read") =>
        {
            Kind::Call
        }
        Some(MessageKind::Request) => Kind::Request,
        Some(MessageKind::Result | MessageKind::Error) => Kind::Answer,
        _ => Kind::Other,
    };
    // Each server has ids of its own.
    let server = inspection.context().server.map_or(0, |server| hash(server.as_bytes()));
    let id = envelope.id.and_then(|id| tape.node(id));
    let id = id.map_or(0, |node| mix(hash(node.source.of(inspection.bytes())), server).max(1));
    let mut event = Event {
        kind,
        flow: inspection.flow(),
        id,
        digest: hash(bytes),
        method,
        tool,
        tool_hash: 0,
        acts: Acts::NONE,
        target: 0,
        destination: None,
        payloads,
        files: None,
        stores: false,
        tells: false,
        numbers: Vec::new(),
        bytes: bytes.len() as u64,
        label: None,
        element,
        by_name: None,
    };
    if kind == Kind::Call && inspection.flow() == Flow::ToServer {
        event.read_call(inspection, config, findings, known);
    }
    event
}

impl<'a> Event<'a> {
    /// The name of its tool, or the URI of its resource.
    pub(crate) fn tool_name(&self) -> &'a str {
        std::str::from_utf8(self.tool).unwrap_or_default()
    }

    /// Its method, or that of the request that it answers.
    pub(crate) fn method_name(&self) -> &'a str {
        std::str::from_utf8(self.method).unwrap_or_default()
    }

    /// What it does to files, to add to.
    fn put(&mut self) -> &mut Files {
        self.files.get_or_insert_default()
    }

    /// Whether it takes something away.
    pub(crate) fn leaves(&self) -> bool {
        [Act::Network, Act::NetworkSend, Act::Message].into_iter().any(|act| self.acts.has(act))
            || self.stores
            || self.tells
    }

    /// The texts of a message to a server that is no call: answers to its questions, arguments of prompts, reasons.
    pub(crate) fn read_texts(&mut self, inspection: &Inspection<'_>) {
        let says = |kind| !matches!(kind, FieldKind::Opaque | FieldKind::Identifier);
        let texts = inspection.fields.iter().filter(|field| field.element == self.element && says(field.kind));
        self.payloads.extend(texts.map(|field| Payload::of(*field)));
    }

    /// Whether a finding stands in this element of a batch.
    pub(crate) fn is_mine(&self, inspection: &Inspection<'_>, pointer: &str) -> bool {
        let step = || pointer.split('/').nth(1).and_then(|step| step.parse::<u32>().ok());
        inspection.envelopes.len() < 2 || step() == Some(self.element)
    }
}
