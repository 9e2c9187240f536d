//! What a layer sees of a message: its fields, its context, and what was found so far.

use crate::finding::Finding;
use crate::message::{Context, Envelope, Field, FieldKind, Flow, Message, MessageKind, NodeKind, Span, Tape};
use crate::session::Origin;

/// A message under inspection. Layers read it; none can change it.
#[derive(Clone, Copy, Debug)]
pub struct Inspection<'a> {
    pub(crate) message: &'a Message<'a>,
    pub(crate) tape: &'a Tape,
    pub(crate) envelopes: &'a [Envelope],
    pub(crate) origins: &'a [Option<Origin>],
    pub(crate) fields: &'a [Field],
    pub(crate) findings: &'a [Finding],
}

impl<'a> Inspection<'a> {
    /// The direction.
    #[must_use]
    pub const fn flow(&self) -> Flow {
        self.message.flow()
    }

    /// The context that the host gave.
    #[must_use]
    pub const fn context(&self) -> &'a Context<'a> {
        self.message.context()
    }

    /// The bytes as they came.
    #[must_use]
    pub const fn bytes(&self) -> &'a [u8] {
        self.message.bytes()
    }

    /// The parsed message.
    #[must_use]
    pub const fn tape(&self) -> &'a Tape {
        self.tape
    }

    /// The message, or the messages of a batch.
    #[must_use]
    pub const fn envelopes(&self) -> &'a [Envelope] {
        self.envelopes
    }

    /// What was found so far, by earlier layers.
    #[must_use]
    pub const fn findings(&self) -> &'a [Finding] {
        self.findings
    }

    /// What the message (of a batch, the first) is.
    #[must_use]
    pub fn kind(&self) -> Option<MessageKind> {
        self.envelopes.first().and_then(|envelope| envelope.kind)
    }

    /// The method of element `element` of a batch (0 for a single message); for an answer, of the request it answers.
    #[must_use]
    pub fn method(&self, element: u32) -> Option<&'a str> {
        let own = self.envelopes.get(element as usize)?.method.and_then(|node| self.tape.string(node));
        own.or_else(|| self.origin(element).map(Origin::method))
    }

    /// The tool or prompt that it calls, or that it is the answer of.
    #[must_use]
    pub fn target(&self, element: u32) -> Option<&'a str> {
        let own = self.envelopes.get(element as usize)?.target;
        own.and_then(|node| self.tape.string(node)).or_else(|| self.origin(element).and_then(Origin::target))
    }

    /// The bytes of [`Inspection::method`]: most who ask only compare them.
    pub(crate) fn method_bytes(&self, element: u32) -> Option<&'a [u8]> {
        let own = self.envelopes.get(element as usize)?.method.and_then(|node| self.string_bytes(node));
        own.or_else(|| self.origin(element).map(|origin| origin.method().as_bytes()))
    }

    /// The bytes of [`Inspection::target`].
    pub(crate) fn target_bytes(&self, element: u32) -> Option<&'a [u8]> {
        let own = self.envelopes.get(element as usize)?.target.and_then(|node| self.string_bytes(node));
        own.or_else(|| self.origin(element).and_then(Origin::target).map(str::as_bytes))
    }

    fn string_bytes(&self, node: u32) -> Option<&'a [u8]> {
        let node = self.tape.node(node).filter(|node| node.kind == NodeKind::String)?;
        Some(node.text.of(self.tape.arena()))
    }

    /// The request that it answers.
    #[must_use]
    pub fn origin(&self, element: u32) -> Option<&'a Origin> {
        self.origins.get(element as usize)?.as_ref()
    }

    /// Every string with what it is, in the order of the message.
    pub fn fields(&self) -> impl Iterator<Item = FieldRef<'a>> + use<'a> {
        let here = *self;
        self.fields.iter().map(move |field| FieldRef { inspection: here, field: *field })
    }
}

/// One string of a message under inspection.
#[derive(Clone, Copy, Debug)]
pub struct FieldRef<'a> {
    inspection: Inspection<'a>,
    field: Field,
}

impl<'a> FieldRef<'a> {
    /// What it is to its reader.
    #[must_use]
    pub const fn kind(&self) -> FieldKind {
        self.field.kind
    }

    /// Its decoded text.
    #[must_use]
    pub fn text(&self) -> &'a str {
        std::str::from_utf8(self.field.text.of(self.inspection.tape.arena())).unwrap_or_default()
    }

    /// Its RFC 6901 pointer.
    #[must_use]
    pub fn pointer(&self) -> String {
        self.inspection.tape.pointer(self.field.node)
    }

    /// The bytes of the message that it is written in, quotes and all.
    pub(crate) fn source(&self) -> Span {
        self.inspection.tape.node(self.field.node).map(|node| node.source).unwrap_or_default()
    }

    pub(crate) const fn node(&self) -> u32 {
        self.field.node
    }

    /// The key that it stands under, in whatever lists.
    pub(crate) fn key(&self) -> &'a str {
        std::str::from_utf8(self.inspection.tape.key_of(self.field.node)).unwrap_or_default()
    }

    /// Which message of a batch it belongs to.
    #[must_use]
    pub const fn element(&self) -> u32 {
        self.field.element
    }

    /// Where bytes of its text stand in the message.
    #[must_use]
    pub fn span(&self, within: Span) -> Span {
        self.inspection.tape.source_span(self.field.node, within, self.inspection.message.bytes())
    }
}
