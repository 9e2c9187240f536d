//! What the analyzers understand of a message, handed to the rules field by field.
//!
//! Nothing is kept: each text is parsed, the rules look, and the next one is parsed in the same memory.

use std::cell::{Cell, RefCell};

use crate::analyzers::code::{self, CodeScratch};
use crate::analyzers::network::UrlView;
use crate::analyzers::path::{Access, PathView, Zones};
use crate::analyzers::shell::{self, Dialect, ShellScratch};
use crate::analyzers::sql::{self, SqlScratch};
use crate::config::Capabilities;
use crate::message::{Field, FieldKind};
use crate::normalize::host::{self, UrlScratch};
use crate::normalize::path::{self, PathScratch};
use crate::normalize::{Decoder, Notes, ViewPool};
use crate::rules::{Fact, FactSource, FieldFact};

/// The analyzers' buffers.
#[derive(Debug, Default)]
pub(crate) struct FactScratch {
    shell: ShellScratch,
    sql: SqlScratch,
    code: CodeScratch,
    path: PathScratch,
    url: UrlScratch,
    /// Fields whose path leaves the zones, with the view it was read in.
    outside: Vec<(u32, Option<u32>)>,
}

/// The fields of one message, to be analyzed when rules ask.
pub(crate) struct Facts<'a> {
    fields: &'a [Field],
    arena: &'a [u8],
    pool: &'a ViewPool,
    notes: &'a [Notes],
    zones: &'a Zones,
    access: Option<Access>,
    does: &'a dyn Fn(&Field) -> Capabilities,
    scratch: RefCell<&'a mut FactScratch>,
    unread: Cell<bool>,
    visited: Cell<bool>,
}

impl<'a> Facts<'a> {
    pub(crate) fn new(
        (fields, arena): (&'a [Field], &'a [u8]),
        (pool, notes): (&'a ViewPool, &'a [Notes]),
        (zones, access): (&'a Zones, Option<Access>),
        does: &'a dyn Fn(&Field) -> Capabilities,
        scratch: &'a mut FactScratch,
    ) -> Self {
        scratch.outside.clear();
        Self {
            fields,
            arena,
            pool,
            notes,
            zones,
            access,
            does,
            scratch: RefCell::new(scratch),
            unread: Cell::new(false),
            visited: Cell::new(false),
        }
    }

    /// Calls `f` with each field whose path leaves the zones, and the view that it does so in.
    pub(crate) fn outside(&self, mut f: impl FnMut(u32, Option<u32>)) {
        // The zones hold also where no rule asks for paths.
        if self.access.is_some() && !self.visited.get() {
            self.facts(&mut |_| {});
        }
        if let Ok(scratch) = self.scratch.try_borrow() {
            scratch.outside.iter().for_each(|(field, view)| f(*field, *view));
        }
    }

    /// Whether an analyzer could not read all of a text.
    pub(crate) fn unread(&self) -> bool {
        self.unread.get()
    }
}

impl FactSource for Facts<'_> {
    fn does(&self, field: u32) -> Capabilities {
        self.fields.get(field as usize).map_or(Capabilities::NONE, self.does)
    }

    fn facts(&self, visit: &mut dyn FnMut(FieldFact<'_>)) {
        let Ok(mut scratch) = self.scratch.try_borrow_mut() else { return };
        self.visited.set(true);
        let mut views = self.pool.views().iter().zip(0_u32..).peekable();
        for ((at, field), notes) in (0_u32..).zip(self.fields).zip(self.notes) {
            let text = field.text.of(self.arena);
            let mut tell =
                |view: Option<u32>, fact: Fact<'_>| visit(FieldFact { field: at, kind: field.kind, view, fact });
            if !notes.is_empty() {
                tell(None, Fact::Notes(*notes, text));
            }
            let jail = (self.zones, self.access);
            let (mut complete, inside) = scratch.analyze(field.kind, text, jail, &mut |fact| tell(None, fact));
            scratch.outside.extend((!inside).then_some((at, None)));
            while let Some((view, index)) = views.next_if(|(view, _)| view.source == at) {
                if is_read_as(field.kind, view.decoder) {
                    let text = view.span.of(self.pool.bytes());
                    let (read, inside) = scratch.analyze(field.kind, text, jail, &mut |fact| tell(Some(index), fact));
                    complete &= read;
                    scratch.outside.extend((!inside).then_some((at, Some(index))));
                }
            }
            if !complete {
                self.unread.set(true);
            }
        }
    }
}

/// Safe zones, and what is done with paths, if they are to be held to the zones.
type Jail<'a> = (&'a Zones, Option<Access>);

/// Longest text that is read as a path or a URL where nothing says that it is one: no operating system takes a longer path.
const LONGEST_NAME: usize = 8192;

/// Longest text that is read as what a form takes.
const LONGEST_LINE: usize = 512;

impl FactScratch {
    /// Parses one text by what it is and tells each fact. Returns whether all of it could be read, and whether it stays in
    /// the zones if it is a path.
    fn analyze(
        &mut self,
        kind: FieldKind,
        text: &[u8],
        (zones, access): Jail<'_>,
        tell: &mut dyn FnMut(Fact<'_>),
    ) -> (bool, bool) {
        let unknown = kind == FieldKind::Unknown;
        let shape = if unknown { Shape::of(text) } else { Shape::default() };
        let (mut complete, mut inside) = (true, true);
        if kind == FieldKind::Command || shape.command || is_injectable(kind, text) {
            shell::parse(text, Dialect::guess(text), &mut self.shell);
            let parsed = self.shell.shell();
            complete = parsed.is_complete() || kind != FieldKind::Command;
            tell(Fact::Shell(&parsed));
        }
        if matches!(kind, FieldKind::Sql | FieldKind::Identifier) || shape.value || is_short(kind, text) {
            // What is a query may do what it does; what is data must not become one.
            match kind {
                FieldKind::Sql => sql::parse(text, &mut self.sql),
                _ => sql::parse_value(text, &mut self.sql),
            }
            let parsed = self.sql.sql(text);
            complete &= kind != FieldKind::Sql || parsed.first(sql::Fact::Incomplete).is_none();
            if kind == FieldKind::Sql || !parsed.found().is_empty() || !parsed.statements().is_empty() {
                tell(Fact::Sql(&parsed));
            }
        }
        if kind == FieldKind::Code || is_expression(kind, text) {
            code::parse(text, &mut self.code);
            let parsed = self.code.code(text);
            if kind == FieldKind::Code || !parsed.found().is_empty() {
                tell(Fact::Code(&parsed));
            }
        }
        if matches!(kind, FieldKind::Url | FieldKind::Host) || shape.host {
            match kind {
                FieldKind::Host => host::parse_host(text, &mut self.url),
                _ => host::parse(text, &mut self.url),
            }
            tell(Fact::Host(&UrlView::new(self.url.url())));
        }
        if kind == FieldKind::Path || shape.path || kind == FieldKind::Url && is_file_url(text) {
            path::parse(text, &mut self.path);
            let facts = self.path.path();
            tell(Fact::Path(&PathView::new(facts), zones));
            inside = unknown || access.is_none_or(|access| zones.contains(&facts, access));
        }
        (complete, inside)
    }
}

/// What a text may be where nothing says what it is. Most strings of a record are none of it, and are not parsed.
#[derive(Clone, Copy, Debug, Default)]
struct Shape {
    /// It has more than one word, or what a shell acts on. A single word does what its program does without arguments.
    command: bool,
    /// It has more than one word, or a quote: what a value needs to break out into a query.
    value: bool,
    /// It has what parts a path, or names a place to start from.
    path: bool,
    /// It has what parts a host or a URL, begins as a number does, or is the one name that means this machine.
    host: bool,
}

impl Shape {
    fn of(text: &[u8]) -> Self {
        const COMMAND: u8 = 1;
        const PATH: u8 = 2;
        const HOST: u8 = 4;
        const LINE: u8 = 8;
        const QUOTE: u8 = 16;
        let marks = text.iter().fold(0, |marks, byte| {
            marks
                | match byte {
                    b'\n' => COMMAND | LINE,
                    0..=b' ' | b';' | b'|' | b'&' | b'`' | b'<' | b'>' | b'(' | b'{' => COMMAND,
                    b'$' => COMMAND | PATH,
                    b'/' | b'.' | b':' | b'%' | b'\\' => PATH | HOST,
                    b'\'' | b'"' => QUOTE,
                    b'~' => PATH,
                    b'@' | b'[' => HOST,
                    _ => 0,
                }
        });
        let number = text.first().is_some_and(u8::is_ascii_digit);
        let name = text.len() <= LONGEST_NAME && marks & LINE == 0;
        Self {
            command: marks & COMMAND != 0,
            value: marks & (COMMAND | QUOTE) != 0,
            path: name && marks & PATH != 0,
            host: name && (marks & HOST != 0 || number || text.eq_ignore_ascii_case(b"localhost")),
        }
    }
}

/// Whether a value that should be data would start a command where it lands in one: it holds what separates commands.
fn is_injectable(kind: FieldKind, text: &[u8]) -> bool {
    let data = matches!(kind, FieldKind::Identifier | FieldKind::Path | FieldKind::Host);
    data && text.iter().any(|byte| matches!(byte, b';' | b'|' | b'&' | b'$' | b'`' | b'\n'))
}

/// Whether a line that should be data would be an expression where it is evaluated: it holds what calls, climbs or opens a
/// template. Source code of many lines is what people write; who runs it says so.
fn is_expression(kind: FieldKind, text: &[u8]) -> bool {
    let data = matches!(kind, FieldKind::Identifier | FieldKind::Unknown) && text.len() <= LONGEST_LINE;
    data && memchr::memchr3(b'(', b'{', b'<', text).is_some() && !text.contains(&b'\n')
        || data && memchr::memmem::find(text, b"__").is_some()
}

/// Whether a text is a line that a form takes. Longer ones are files and letters, which quote what they like.
fn is_short(kind: FieldKind, text: &[u8]) -> bool {
    kind == FieldKind::Text && text.len() <= LONGEST_LINE && !text.contains(&b'\n')
}

/// Whether a URL names a file, so that it is a path too.
fn is_file_url(text: &[u8]) -> bool {
    text.trim_ascii_start().get(..5).is_some_and(|start| start.eq_ignore_ascii_case(b"file:"))
}

/// Whether the reader of a field of this kind undoes this encoding, so that the view is what it acts on. A shell undoes its own
/// quoting (its parser does), but no percent-encoding; nobody runs what base64 in the middle of a path spells.
fn is_read_as(kind: FieldKind, decoder: Decoder) -> bool {
    match decoder {
        Decoder::Visible | Decoder::Unicode => true,
        Decoder::Percent => matches!(kind, FieldKind::Path | FieldKind::Url | FieldKind::Host | FieldKind::Unknown),
        Decoder::Entities | Decoder::Escapes => kind == FieldKind::Unknown,
        _ => false,
    }
}
