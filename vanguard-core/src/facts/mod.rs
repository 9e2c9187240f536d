//! What the analyzers understand of a message, handed to the rules field by field.
//!
//! Nothing is kept: each text is parsed, the rules look, and the next one is parsed in the same memory.

mod analyze;
mod argv;
mod neighbour;
mod prose;
mod shape;
mod told;

use std::cell::{Cell, RefCell};

use crate::analyzers::code::CodeScratch;
use crate::analyzers::pii::PiiScratch;
use crate::analyzers::shell::ShellScratch;
use crate::analyzers::sql::SqlScratch;
use crate::config::{Capabilities, Lists};
use crate::message::{Field, FieldKind, Span, Tape};
use crate::normalize::host::UrlScratch;
use crate::normalize::path::PathScratch;
use crate::normalize::{Decoder, Notes, SEPARATOR, Triggers, ViewPool};
use crate::resolver::{Jail, Stray};
use crate::rules::{Asked, Fact, FactSource, FieldFact, Topic};

pub(crate) use self::told::{Telling, is_handed_on};

use self::neighbour::Neighbour;
use self::shape::is_markup;

/// Whether what a field says hangs on what stands beside it, so that the same text may mean something else in another place.
pub(crate) fn may_begin_line(field: &Field, tape: &Tape, telling: Telling) -> bool {
    argv::may_begin_line(field, tape) || told::hangs_on_name(field, tape, telling)
}

/// The analyzers' buffers.
#[derive(Debug, Default)]
pub(crate) struct FactScratch {
    shell: ShellScratch,
    sql: SqlScratch,
    code: CodeScratch,
    path: PathScratch,
    url: UrlScratch,
    pii: PiiScratch,
    /// A command line that code, or a list of its words, puts together.
    line: Vec<u8>,
    /// A sentence without the code it quotes.
    prose: Vec<u8>,
    /// Fields with a path that the zones object to, and the view it was read in.
    strays: Vec<(u32, Option<u32>, Stray)>,
    /// Whether a path was judged by the name it stands under.
    lent: bool,
    /// Fields of which something hangs on where they stand.
    hanging: Vec<u32>,
}

impl FactScratch {
    /// The next texts are those of another message.
    pub(crate) fn begin_message(&mut self) {
        self.shell.begin_message();
    }
}

/// The fields of one message, to be analyzed when rules ask.
pub(crate) struct Facts<'a> {
    fields: &'a [Field],
    tape: &'a Tape,
    pool: &'a ViewPool,
    notes: &'a [Notes],
    triggers: &'a [Triggers],
    jail: &'a Jail<'a>,
    destinations: Option<Lists<'a>>,
    does: &'a dyn Fn(&Field) -> Capabilities,
    telling: Telling,
    scratch: RefCell<&'a mut FactScratch>,
    unread: Cell<bool>,
    visited: Cell<bool>,
}

impl<'a> Facts<'a> {
    pub(crate) fn new(
        (fields, tape): (&'a [Field], &'a Tape),
        (pool, notes, triggers): (&'a ViewPool, &'a [Notes], &'a [Triggers]),
        (jail, destinations): (&'a Jail<'a>, Option<Lists<'a>>),
        (does, telling): (&'a dyn Fn(&Field) -> Capabilities, Telling),
        scratch: &'a mut FactScratch,
    ) -> Self {
        scratch.strays.clear();
        scratch.lent = false;
        scratch.hanging.clear();
        Self {
            fields,
            tape,
            pool,
            notes,
            triggers,
            jail,
            destinations,
            does,
            telling,
            scratch: RefCell::new(scratch),
            unread: Cell::new(false),
            visited: Cell::new(false),
        }
    }

    /// Calls `f` with each field whose path the zones object to, the view that it does so in, and what is wrong.
    pub(crate) fn strays(&self, mut f: impl FnMut(u32, Option<u32>, &Stray)) {
        // The zones hold also where no rule asks for paths.
        if (self.jail.holds() || self.destinations.is_some()) && !self.visited.get() {
            self.facts(&Asked::default(), &mut |_| false);
        }
        if let Ok(scratch) = self.scratch.try_borrow() {
            scratch.strays.iter().for_each(|(field, view, stray)| f(*field, *view, stray));
        }
    }

    /// Calls `f` with each field of which a rule asked what is done with it, or what it is by its name, which depends on where it stands.
    /// Some are told twice.
    pub(crate) fn hanging(&self, f: impl FnMut(u32)) {
        if let Ok(scratch) = self.scratch.try_borrow() {
            scratch.hanging.iter().copied().for_each(f);
        }
    }

    fn hangs(&self, field: u32) {
        if let Ok(mut scratch) = self.scratch.try_borrow_mut() {
            scratch.hanging.push(field);
        }
    }

    /// Whether an analyzer could not read all of a text.
    pub(crate) fn unread(&self) -> bool {
        self.unread.get()
    }
}

impl FactSource for Facts<'_> {
    fn does(&self, field: u32) -> Capabilities {
        self.hangs(field);
        self.fields.get(field as usize).map_or(Capabilities::NONE, self.does)
    }

    fn key(&self, field: u32) -> &[u8] {
        self.hangs(field);
        // A variable's value goes by the variable, whether it is a member or stands beside its name.
        self.fields.get(field as usize).map_or(&[], |field| {
            told::variable(field, self.tape, self.telling).unwrap_or_else(|| self.tape.key_of(field.node))
        })
    }

    fn facts(&self, asked: &Asked, visit: &mut dyn FnMut(FieldFact<'_>) -> bool) {
        let Ok(mut scratch) = self.scratch.try_borrow_mut() else { return };
        self.visited.set(true);
        let mut views = self.pool.views().iter().zip(0_u32..).peekable();
        let heard = Cell::new(false);
        let mut neighbour = Neighbour::default();
        let alike = self.destinations.is_none() && !asked.files();
        for (((at, field), notes), triggers) in (0_u32..).zip(self.fields).zip(self.notes).zip(self.triggers) {
            let text = field.text.of(self.tape.arena());
            let pii = asked.about(Topic::Pii, field.kind);
            let name = || name_of(field, self.tape.arena());
            let mut tell = |view, part: Option<(FieldKind, Span)>, fact: Fact<'_>| {
                let kind = part.map_or(field.kind, |(kind, _)| kind);
                let found = visit(FieldFact { field: at, kind, view, part: part.map(|(_, span)| span), fact });
                heard.set(heard.get() | found);
            };
            if !notes.is_empty() {
                tell(None, None, Fact::Notes(*notes, text));
            }
            let key = || self.tape.key_of(field.node);
            let what = ((field.kind, &key as _), asked, (self.jail, self.jail.of(field)), self.destinations);
            let lead = if alike && field.kind == FieldKind::Url { neighbour::lead(text) } else { None };
            let known = lead.is_some_and(|lead| neighbour.is_of(lead));
            heard.set(false);
            let (mut complete, stray) =
                if known { (true, None) } else { scratch.analyze(what, text, &mut |fact| tell(None, None, fact)) };
            if let Some(lead) = lead.filter(|_| !known) {
                neighbour.note(lead, heard.get());
            }
            if pii
                && triggers.intersects(NUMBERS)
                && scratch.personal(text, name(), asked, &mut |fact| tell(None, None, fact))
            {
                scratch.hanging.push(at);
            }
            if field.kind == FieldKind::Code {
                scratch.hand_on(what, text, &mut |part, fact| tell(None, Some(part), fact));
            } else if is_markup(field.kind, text) {
                scratch.marked_up(what, text, &mut |part, fact| tell(None, Some(part), fact));
            }
            if asked.about(Topic::Shell, FieldKind::Command) {
                for told in [false, true] {
                    let line = &mut scratch.line;
                    let joined = if told {
                        told::join(field, self.tape, self.telling, line)
                    } else {
                        argv::join(field, self.tape, line)
                    };
                    if joined {
                        let found =
                            scratch.joined(text, self.destinations, &mut |part, fact| tell(None, Some(part), fact));
                        scratch.strays.extend(found.map(|stray| (at, None, stray)));
                    }
                }
            }
            scratch.strays.extend(stray.map(|stray| (at, None, stray)));
            while let Some((view, index)) = views.next_if(|(view, _)| view.source == at) {
                if is_read_as(field.kind, view.decoder) {
                    let text = view.span.of(self.pool.bytes());
                    if pii && scratch.personal(text, name(), asked, &mut |fact| tell(Some(index), None, fact)) {
                        scratch.hanging.push(at);
                    }
                    let (read, stray) = scratch.analyze(what, text, &mut |fact| tell(Some(index), None, fact));
                    if field.kind == FieldKind::Code {
                        scratch.hand_on(what, text, &mut |part, fact| tell(Some(index), Some(part), fact));
                    } else if is_markup(field.kind, text) {
                        scratch.marked_up(what, text, &mut |part, fact| tell(Some(index), Some(part), fact));
                    }
                    complete &= read;
                    scratch.strays.extend(stray.map(|stray| (at, Some(index), stray)));
                }
            }
            if !complete {
                self.unread.set(true);
            }
            if std::mem::take(&mut scratch.lent) {
                scratch.hanging.push(at);
            }
        }
    }
}

/// What a text has in which there is personal data: digits, a mail address, or a word of capitals and digits.
const NUMBERS: Triggers = Triggers::AT.and(Triggers::DIGIT).and(Triggers::BASE_RUN);

/// Longest name of a field that is heard.
const LONGEST_KEY: usize = 64;

/// What stands before a field's text: its key; in a list, the entry before it, as in a row of labels and values.
fn name_of<'a>(field: &Field, arena: &'a [u8]) -> &'a [u8] {
    let end = (field.text.start as usize).saturating_sub(1);
    let before = arena.get(end.saturating_sub(LONGEST_KEY)..end).unwrap_or_default();
    before.rsplit(|byte| *byte == SEPARATOR).next().unwrap_or_default()
}

/// Whether the reader of a field of this kind undoes this encoding, so that the view is what it acts on. A shell undoes its own
/// quoting (its parser does), but no percent-encoding; nobody runs what base64 in the middle of a path spells.
fn is_read_as(kind: FieldKind, decoder: Decoder) -> bool {
    match decoder {
        Decoder::Visible | Decoder::Unicode => true,
        Decoder::Percent => {
            matches!(
                kind,
                FieldKind::Path | FieldKind::Url | FieldKind::Host | FieldKind::Identifier | FieldKind::Unknown
            )
        }
        Decoder::Entities | Decoder::Escapes => kind == FieldKind::Unknown,
        _ => false,
    }
}
