//! What the analyzers understand of a message, handed to the rules field by field.
//!
//! Nothing is kept: each text is parsed, the rules look, and the next one is parsed in the same memory.

use std::cell::{Cell, RefCell};

use crate::analyzers::code::{self, CodeScratch, Sink};
use crate::analyzers::network::UrlView;
use crate::analyzers::path::PathView;
use crate::analyzers::pii::{self, PiiScratch};
use crate::analyzers::shell::{self, Dialect, ShellScratch, Within};
use crate::analyzers::sql::{self, SqlScratch};
use crate::config::{Capabilities, Lists};
use crate::destination::{self, Reached};
use crate::message::{Field, FieldKind, Span, Tape};
use crate::normalize::host::{self, UrlFacts, UrlScratch};
use crate::normalize::path::{self, PathNote, PathScratch};
use crate::normalize::{Decoder, Notes, SEPARATOR, Triggers, ViewPool};
use crate::resolver::{Hold, Jail, Stray};
use crate::rules::{Asked, Fact, FactSource, FieldFact, Topic};
use crate::values;

/// The analyzers' buffers.
#[derive(Debug, Default)]
pub(crate) struct FactScratch {
    shell: ShellScratch,
    sql: SqlScratch,
    code: CodeScratch,
    path: PathScratch,
    url: UrlScratch,
    pii: PiiScratch,
    /// A command line that code puts together.
    line: Vec<u8>,
    /// Fields with a path that the zones object to, and the view it was read in.
    strays: Vec<(u32, Option<u32>, Stray)>,
    /// Whether a path was judged by the name it stands under.
    lent: bool,
}

/// The fields of one message, to be analyzed when rules ask.
pub(crate) struct Facts<'a> {
    fields: &'a [Field],
    tape: &'a Tape,
    pool: &'a ViewPool,
    notes: &'a [Notes],
    triggers: &'a [Triggers],
    jail: Jail<'a>,
    destinations: Option<Lists<'a>>,
    does: &'a dyn Fn(&Field) -> Capabilities,
    scratch: RefCell<&'a mut FactScratch>,
    unread: Cell<bool>,
    visited: Cell<bool>,
    places: Cell<bool>,
}

impl<'a> Facts<'a> {
    pub(crate) fn new(
        (fields, tape): (&'a [Field], &'a Tape),
        (pool, notes, triggers): (&'a ViewPool, &'a [Notes], &'a [Triggers]),
        (jail, destinations): (Jail<'a>, Option<Lists<'a>>),
        does: &'a dyn Fn(&Field) -> Capabilities,
        scratch: &'a mut FactScratch,
    ) -> Self {
        scratch.strays.clear();
        scratch.lent = false;
        Self {
            fields,
            tape,
            pool,
            notes,
            triggers,
            jail,
            destinations,
            does,
            scratch: RefCell::new(scratch),
            unread: Cell::new(false),
            visited: Cell::new(false),
            places: Cell::new(false),
        }
    }

    /// Calls `f` with each field whose path the zones object to, the view that it does so in, and what is wrong.
    pub(crate) fn strays(&self, mut f: impl FnMut(u32, Option<u32>, &Stray)) {
        // The zones hold also where no rule asks for paths.
        if (self.jail.holds() || self.destinations.is_some()) && !self.visited.get() {
            self.facts(&Asked::default(), &mut |_| {});
        }
        if let Ok(scratch) = self.scratch.try_borrow() {
            scratch.strays.iter().for_each(|(field, view, stray)| f(*field, *view, stray));
        }
    }

    /// Whether a rule asked what is done with a field, or what it is by its name, which depends on where it stands.
    pub(crate) fn has_looked_at_places(&self) -> bool {
        self.places.get()
    }

    /// Whether an analyzer could not read all of a text.
    pub(crate) fn unread(&self) -> bool {
        self.unread.get()
    }
}

impl FactSource for Facts<'_> {
    fn does(&self, field: u32) -> Capabilities {
        self.places.set(true);
        self.fields.get(field as usize).map_or(Capabilities::NONE, self.does)
    }

    fn key(&self, field: u32) -> &[u8] {
        self.places.set(true);
        self.fields.get(field as usize).map_or(&[], |field| self.tape.key_of(field.node))
    }

    fn facts(&self, asked: &Asked, visit: &mut dyn FnMut(FieldFact<'_>)) {
        let Ok(mut scratch) = self.scratch.try_borrow_mut() else { return };
        self.visited.set(true);
        let mut views = self.pool.views().iter().zip(0_u32..).peekable();
        for (((at, field), notes), triggers) in (0_u32..).zip(self.fields).zip(self.notes).zip(self.triggers) {
            let text = field.text.of(self.tape.arena());
            let pii = asked.about(Topic::Pii, field.kind);
            let name = || name_of(field, self.tape.arena());
            let mut tell = |view, part: Option<(FieldKind, Span)>, fact: Fact<'_>| {
                let kind = part.map_or(field.kind, |(kind, _)| kind);
                visit(FieldFact { field: at, kind, view, part: part.map(|(_, span)| span), fact });
            };
            if !notes.is_empty() {
                tell(None, None, Fact::Notes(*notes, text));
            }
            let key = || self.tape.key_of(field.node);
            let what = ((field.kind, &key as _), asked, (&self.jail, self.jail.of(field)), self.destinations);
            let (mut complete, stray) = scratch.analyze(what, text, &mut |fact| tell(None, None, fact));
            if pii && triggers.intersects(NUMBERS) {
                let by_name = scratch.personal(text, name(), asked, &mut |fact| tell(None, None, fact));
                self.places.set(self.places.get() | by_name);
            }
            if field.kind == FieldKind::Code {
                scratch.hand_on(what, text, &mut |part, fact| tell(None, Some(part), fact));
            } else if is_markup(field.kind, text) {
                scratch.marked_up(what, text, &mut |part, fact| tell(None, Some(part), fact));
            }
            scratch.strays.extend(stray.map(|stray| (at, None, stray)));
            while let Some((view, index)) = views.next_if(|(view, _)| view.source == at) {
                if is_read_as(field.kind, view.decoder) {
                    let text = view.span.of(self.pool.bytes());
                    if pii {
                        let by_name = scratch.personal(text, name(), asked, &mut |fact| tell(Some(index), None, fact));
                        self.places.set(self.places.get() | by_name);
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
        }
        if scratch.lent {
            self.places.set(true);
        }
    }
}

/// Longest text that is read as a path or a URL where nothing says that it is one: no operating system takes a longer path.
const LONGEST_NAME: usize = 8192;

/// Most values of a text that are looked at by themselves.
const MOST_VALUES: usize = 16;

/// Most values of a document that are read as what is put behind a command: honest ones hold none.
const MOST_SUFFIXES: usize = 64;

/// Where a URL's schemes end, at the latest.
const LONGEST_LEAD: usize = 40;

/// Longest text that is read as what a form takes.
const LONGEST_LINE: usize = 512;

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

/// What a text is and the name of its argument, what is asked of such, and what holds it.
type What<'a> = ((FieldKind, &'a dyn Fn() -> &'a [u8]), &'a Asked, (&'a Jail<'a>, Hold<'a>), Option<Lists<'a>>);

/// A text of several lines that is no longer is read as an expression too: blanks and lines before a parenthesis dodge filters.
const SHORTEST: usize = 64;

impl FactScratch {
    /// Tells the personal data of a text that stands under `name`, if there is any. Returns whether it hangs on the name.
    fn personal(&mut self, text: &[u8], name: &[u8], asked: &Asked, tell: &mut dyn FnMut(Fact<'_>)) -> bool {
        pii::parse(text, name, asked.pii(), &mut self.pii);
        let found = self.pii.pii();
        if !found.found().is_empty() {
            tell(Fact::Pii(found));
        }
        self.pii.hangs_on_name()
    }

    /// Parses one text by what it is, and what is asked of such, and tells each fact. Returns whether all of it could be read, and what the
    /// zones object to if it is a path.
    fn analyze(
        &mut self,
        ((kind, name), asked, (jail, hold), destinations): What<'_>,
        text: &[u8],
        tell: &mut dyn FnMut(Fact<'_>),
    ) -> (bool, Option<Stray>) {
        let shape = Shape::of(kind, text);
        let about = |topic| asked.about(topic, kind);
        let (mut complete, mut stray) = (true, None);
        if about(Topic::Shell) && (kind == FieldKind::Command || shape.command) {
            shell::parse(text, Dialect::guess(text), &mut self.shell);
            let parsed = self.shell.shell();
            complete = parsed.is_complete() || kind != FieldKind::Command;
            tell(Fact::Shell(&parsed));
            if about(Topic::Host) || destinations.is_some() {
                for (at, value) in values::of_commands(parsed).take(MOST_VALUES) {
                    host::parse(value, &mut self.url);
                    self.url.shift(at);
                    let url = self.url.url();
                    let reached = destinations.and_then(|lists| destination::judge(lists, kind, url));
                    stray = stray.or(tell_host(url, reached, tell));
                }
            }
            // What is put between quotes ends them first: `'; id; '`.
            let short = kind != FieldKind::Command && text.len() <= LONGEST_LINE;
            let closed = |quote| short && memchr::memchr(quote, text).is_some();
            // Nobody knows which shell a value lands in.
            if short && Dialect::guess(text) != Dialect::Posix {
                shell::parse(text, Dialect::Posix, &mut self.shell);
                tell(Fact::Shell(&self.shell.shell()));
            }
            for (quote, within) in [(b'\'', Within::SingleQuotes), (b'"', Within::DoubleQuotes)] {
                if closed(quote) {
                    shell::parse_within(text, Dialect::Posix, within, &mut self.shell);
                    tell(Fact::Shell(&self.shell.shell()));
                }
            }
        }
        if about(Topic::Sql) && (kind == FieldKind::Sql || shape.value) {
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
        if about(Topic::Code) && (kind == FieldKind::Code || shape.expression) {
            match kind {
                FieldKind::Code => code::parse(text, &mut self.code),
                _ => code::parse_value(text, &mut self.code),
            }
            let parsed = self.code.code(text);
            if kind == FieldKind::Code || !parsed.found().is_empty() {
                tell(Fact::Code(&parsed));
            }
        }
        let reached = |url: UrlFacts<'_>| destinations.and_then(|lists| destination::judge(lists, kind, url));
        if (about(Topic::Host) || destinations.is_some())
            && (matches!(kind, FieldKind::Url | FieldKind::Host) || shape.host)
        {
            match kind {
                FieldKind::Host => host::parse_host(text, &mut self.url),
                _ => host::parse(text, &mut self.url),
            }
            stray = stray.or(tell_host(self.url.url(), reached(self.url.url()), tell));
        }
        let url_path = kind == FieldKind::Url && (is_file_url(text) || may_climb(text));
        let is_path = kind == FieldKind::Path || shape.path || url_path;
        if is_path && (about(Topic::Path) || hold.holds()) {
            path::parse(text, &mut self.path);
            let facts = self.path.path();
            // A sentence that ends in a path is no path.
            let prose = kind == FieldKind::Unknown
                && facts.notes().has(PathNote::Second)
                && !text.first().is_some_and(|byte| matches!(byte, b'/' | b'\\' | b'.' | b'~'));
            let view = PathView::new(facts);
            let lends = kind == FieldKind::Path && !view.places().is_empty() && lends_credential(name());
            self.lent |= lends;
            let view = if lends { view.lent() } else { view };
            // Where `//` begins, nobody knows how deep it is: `//td/../../../tr` of a page.
            let query = kind == FieldKind::Unknown && is_tree_query(text) && view.places().is_empty();
            if !prose && !query {
                tell(Fact::Path(&view, hold.zones));
            }
            let jailed = matches!(kind, FieldKind::Path) || url_path && is_file_url(text);
            stray = stray.or(if jailed { jail.stray(hold, text, &facts) } else { None });
        }
        if shape.values && (about(Topic::Path) || about(Topic::Host) || destinations.is_some()) {
            for (at, value) in values::of(text).take(MOST_VALUES) {
                if values::is_path(value) {
                    path::parse(value, &mut self.path);
                    self.path.shift(at);
                    let view = PathView::new(self.path.path());
                    // A page or project refers to its neighbours so: `<a href="../../../index.html">`.
                    if !(text.first() == Some(&b'<') && value.first() == Some(&b'.') && view.places().is_empty()) {
                        tell(Fact::Path(&view, hold.zones));
                    }
                } else if values::is_url(value) {
                    host::parse(value, &mut self.url);
                    self.url.shift(at);
                    let found = tell_host(self.url.url(), reached(self.url.url()), tell);
                    stray = stray.or(found);
                }
            }
        }
        (complete, stray)
    }

    /// Tells what the attributes and texts of a document would run that are made to be put behind a command.
    fn marked_up(
        &mut self,
        ((kind, _), asked, ..): What<'_>,
        text: &[u8],
        tell: &mut dyn FnMut((FieldKind, Span), Fact<'_>),
    ) {
        if !asked.about(Topic::Shell, kind) {
            return;
        }
        let runs = |value: &[u8]| is_suffix(value) || is_run(value) || is_disguised(value);
        for (at, value) in values::of_markup(text).filter(|(_, value)| runs(value)).take(MOST_SUFFIXES) {
            shell::parse(value, Dialect::guess(value), &mut self.shell);
            let span = Span::of_usize(at, at + value.len());
            tell((kind, span), Fact::Shell(&self.shell.shell()));
        }
    }

    /// Tells of each string that the code just read hands on what it is to whom it is handed: a command line, a path, a URL.
    fn hand_on(
        &mut self,
        (_, asked, (_, hold), _): What<'_>,
        text: &[u8],
        tell: &mut dyn FnMut((FieldKind, Span), Fact<'_>),
    ) {
        if !asked.about(Topic::Code, FieldKind::Code) {
            return;
        }
        let Self { shell, code, path, url, line, .. } = self;
        for (sink, mut strings) in code.code(text).handed_on() {
            let Some(first) = strings.next() else { continue };
            let given = first.of(text);
            match sink {
                Sink::Command | Sink::Removal if asked.about(Topic::Shell, FieldKind::Command) => {
                    line.clear();
                    line.extend_from_slice(if sink == Sink::Removal { b"rm -rf -- " } else { b"" });
                    let mut last = first;
                    // A list of words is a command line in pieces; what has a blank is one by itself.
                    if sink == Sink::Removal || !given.contains(&b' ') {
                        quote(given, line);
                        for word in strings {
                            line.push(b' ');
                            quote(word.of(text), line);
                            last = word;
                        }
                    } else {
                        line.extend_from_slice(given);
                    }
                    shell::parse(line, Dialect::guess(line), shell);
                    let part = (FieldKind::Command, Span::new(first.start, last.end));
                    tell(part, Fact::Shell(&shell.shell()));
                }
                Sink::Path | Sink::Write if asked.about(Topic::Path, FieldKind::Path) => {
                    path::parse(given, path);
                    let view = PathView::new(path.path());
                    tell((FieldKind::Path, first), Fact::Path(&view, hold.zones));
                    // To the tool it is code; that the code writes there is nothing the tool says.
                    if sink == Sink::Write {
                        tell((FieldKind::Code, first), Fact::Path(&view, hold.zones));
                    }
                }
                Sink::Url if asked.about(Topic::Host, FieldKind::Url) => {
                    host::parse(given, url);
                    tell((FieldKind::Url, first), Fact::Host(&UrlView::new(url.url())));
                }
                _ => {}
            }
        }
    }
}

/// Adds a word to a command line, so that the shell reads it as one.
fn quote(word: &[u8], line: &mut Vec<u8>) {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_@%+=:,./-~*".contains(byte);
    if !word.is_empty() && word.iter().all(plain) {
        line.extend_from_slice(word);
        return;
    }
    line.push(b'\'');
    for byte in word {
        line.extend_from_slice(if *byte == b'\'' { b"'\\''" } else { std::slice::from_ref(byte) });
    }
    line.push(b'\'');
}

/// Tells of a URL or host. One that the configuration lists is nobody's secret place. Returns whether it may not be reached.
fn tell_host(url: UrlFacts<'_>, reached: Option<Reached>, tell: &mut dyn FnMut(Fact<'_>)) -> Option<Stray> {
    let view = UrlView::new(url);
    tell(Fact::Host(&if matches!(reached, Some(Reached::Listed)) { view.trusted() } else { view }));
    match reached? {
        Reached::Listed => None,
        Reached::Forbidden(why) => Some(Stray::Destination(why)),
    }
}

/// What a text may be to a reader whose kind does not say so. Most strings are nothing of it, and are not parsed.
#[derive(Clone, Copy, Debug, Default)]
struct Shape {
    /// Where nothing says what it is: it has what a shell acts on, or several words of which the first is a program; a single
    /// word does what its program does without arguments. What is data has what parts commands.
    command: bool,
    /// It has what a value needs to break out into a query.
    value: bool,
    /// It is a line that has what calls, climbs or opens a template. Source code of many lines is what people write; who runs
    /// it says so.
    expression: bool,
    /// It has what parts a path, or names a place to start from.
    path: bool,
    /// It is a line with options, attributes or a form's fields: values that are paths or URLs of their own.
    values: bool,
    /// It has what parts a host or a URL, begins as a number does, or is the one name that means this machine.
    host: bool,
}

/// Marks of single bytes, see [`Shape`].
mod mark {
    /// A line break.
    pub(super) const LINE: u8 = 1;
    /// Another blank.
    pub(super) const BLANK: u8 = 1 << 1;
    /// Parts commands.
    pub(super) const OPERATOR: u8 = 1 << 2;
    /// Redirects or groups; calls or opens a template.
    pub(super) const GROUP: u8 = 1 << 3;
    /// Compares, comments or ends a string in a query.
    pub(super) const QUERY: u8 = 1 << 4;
    /// Parts paths.
    pub(super) const PATH: u8 = 1 << 5;
    /// Parts hosts.
    pub(super) const HOST: u8 = 1 << 6;
    /// `_`.
    pub(super) const LOW: u8 = 1 << 7;

    const fn of(byte: u8) -> u8 {
        match byte {
            b'\n' => LINE,
            0..=b' ' => BLANK,
            b';' | b'|' => OPERATOR | QUERY,
            b'&' | b'`' | b'^' => OPERATOR,
            b'$' => OPERATOR | PATH,
            b'<' | b'>' | b'(' | b'{' => GROUP,
            b'\'' | b'"' | b'=' | b'*' | b'#' => QUERY,
            b'/' | b'.' | b':' | b'%' | b'\\' => PATH | HOST,
            b'~' => PATH,
            b'@' | b'[' => HOST,
            b'_' => LOW,
            _ => 0,
        }
    }

    #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
    const TABLE: [u8; 256] = {
        let mut table = [0; 256];
        let mut byte = 0;
        while byte < 256 {
            table[byte] = of(byte as u8);
            byte += 1;
        }
        table
    };

    /// The marks of a text.
    pub(super) fn all(text: &[u8]) -> u8 {
        text.iter().fold(0, |marks, byte| marks | TABLE.get(usize::from(*byte)).copied().unwrap_or(0))
    }
}

impl Shape {
    fn of(kind: FieldKind, text: &[u8]) -> Self {
        use mark::{BLANK, GROUP, HOST, LINE, LOW, OPERATOR, PATH, QUERY};
        let short = text.len() <= LONGEST_LINE;
        let data = matches!(kind, FieldKind::Identifier | FieldKind::Path | FieldKind::Host | FieldKind::Url);
        if !(data || kind == FieldKind::Unknown || kind == FieldKind::Text && short) {
            return Self::default();
        }
        let marks = mark::all(text);
        let has = |wanted: u8| marks & wanted != 0;
        let calls = || {
            has(GROUP) && (!has(LINE) || text.len() <= SHORTEST)
                || has(LOW) && memchr::memchr_iter(b'_', text).any(|at| text.get(at + 1) == Some(&b'_'))
        };
        let value = has(LINE | OPERATOR | GROUP | QUERY)
            || has(BLANK) && (is_signed(text) || sql::begins(text) || selects(text));
        match kind {
            FieldKind::Unknown => {
                let name = text.len() <= LONGEST_NAME && !has(LINE);
                let number = text.first().is_some_and(u8::is_ascii_digit);
                Self {
                    command: has(LINE | OPERATOR | GROUP) || has(BLANK) && (has(PATH | HOST | QUERY) || is_run(text)),
                    value,
                    expression: short && calls(),
                    path: name && has(PATH),
                    values: short && !has(LINE) && has(PATH) && memchr::memchr(b'=', text).is_some(),
                    host: name && (has(HOST) || number || text.eq_ignore_ascii_case(b"localhost")),
                }
            }
            // What a form takes; longer ones are files and letters, which quote what they like.
            FieldKind::Text => Self {
                command: !has(LINE) && has(OPERATOR) && is_suffix(text),
                value: !has(LINE) && (has(QUERY | GROUP | OPERATOR) || selects(text)),
                ..Self::default()
            },
            FieldKind::Identifier => {
                let rooted = matches!(text, [b'/', next, ..] | [b'~', b'/', next, ..] if *next != b'/');
                let path = has(PATH) && text.len() <= LONGEST_NAME && (rooted && !has(LINE) || may_climb(text));
                let host = short && has(HOST) && memchr::memmem::find(text, b"://").is_some();
                let command = has(LINE | OPERATOR)
                    || has(BLANK) && is_run(text)
                    || is_disguised(text)
                    || text.first() == Some(&b'~');
                Self { command, value, expression: short && calls(), path, host, ..Self::default() }
            }
            // A remote address or a stream wrapper where a file is named, or a whole command: `cat /etc/hosts`.
            FieldKind::Path => Self {
                command: has(LINE | OPERATOR) || has(BLANK) && is_run(text) || is_disguised(text),
                host: has(HOST) && memchr::memchr(b':', text).is_some_and(|colon| colon > 1),
                ..Self::default()
            },
            // `&` and `$` are what addresses are made of.
            FieldKind::Url => {
                let parts = |byte: &u8| matches!(byte, b';' | b'|' | b'`' | b'\n');
                let command =
                    has(LINE | OPERATOR) && (text.iter().any(parts) || memchr::memmem::find(text, b"$(").is_some());
                Self { command, ..Self::default() }
            }
            _ => Self {
                command: has(LINE | OPERATOR | GROUP) || text.first() == Some(&b'~') || has(BLANK) && is_run(text),
                ..Self::default()
            },
        }
    }
}

/// Whether the first of several plain words is a program that is known; none has a longer name.
fn is_run(text: &[u8]) -> bool {
    // `! rm x` runs `rm`.
    let lead = |byte: &&u8| **byte <= b' ' || **byte == b'!';
    // So does `/bin/rm x`.
    let places: [&[u8]; 3] = [b"/bin/", b"/usr/bin/", b"/sbin/"];
    let text = places.iter().find_map(|place| text.strip_prefix(*place)).unwrap_or(text);
    let mut name = [0; 40];
    let mut len = 0;
    for (to, byte) in name.iter_mut().zip(text.iter().skip_while(lead).take_while(|byte| **byte > b' ')) {
        *to = byte.to_ascii_lowercase();
        len += 1;
    }
    name.get(..len).and_then(shell::known_name).is_some()
}

/// Whether the text begins as what is put behind a command: with what parts commands, or with the end of a string and that.
/// Rows of tables and escaped characters begin so too.
fn is_suffix(text: &[u8]) -> bool {
    let parts = |rest: &[u8]| match rest.trim_ascii_start() {
        [b'|', b'|', ..] | [b';', ..] | [b'&', b' ' | b'&', ..] => true,
        [b'|', ..] => !rest.trim_ascii_end().ends_with(b"|"),
        _ => false,
    };
    let text = text.trim_ascii_start();
    let word = text.iter().take(32).position(|byte| matches!(byte, b'\'' | b'"' | b' '));
    let closed = word.filter(|at| text.get(*at) != Some(&b' ')).and_then(|at| text.get(at + 1..));
    parts(text) || closed.is_some_and(parts)
}

/// Whether a text may be a document of attributes and texts between tags.
fn is_markup(kind: FieldKind, text: &[u8]) -> bool {
    kind == FieldKind::Unknown && text.len() <= LONGEST_NAME && text.trim_ascii_start().first() == Some(&b'<')
}

/// Whether a name may be a program that is spelled as nobody types it: out of braces, or with patterns in its place.
fn is_disguised(text: &[u8]) -> bool {
    match text.first() {
        Some(b'{') => memchr::memchr(b',', text).is_some(),
        Some(b'/') => memchr::memchr2(b'[', b'?', text).is_some(),
        _ => false,
    }
}

/// Whether the text begins as a number does.
fn is_signed(text: &[u8]) -> bool {
    text.trim_ascii_start().first().is_some_and(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'+'))
}

/// Whether `select` stands in the text.
fn selects(text: &[u8]) -> bool {
    memchr::memchr2_iter(b'l', b'L', text).any(|at| {
        at.checked_sub(2)
            .and_then(|start| text.get(start..start + 6))
            .is_some_and(|word| word.eq_ignore_ascii_case(b"select"))
    })
}

/// Whether a text that is no path by its kind has what climbs: `..` beside a separator, or an encoded dot.
fn may_climb(text: &[u8]) -> bool {
    let separated = |at: usize| {
        let around = [at.checked_sub(1), Some(at + 2)].into_iter().flatten();
        around.filter_map(|at| text.get(at)).any(|byte| matches!(byte, b'/' | b'\\' | b'%' | b';'))
    };
    memchr::memmem::find_iter(text, b"..").any(separated)
        || memchr::memchr_iter(b'%', text).any(|at| {
            let digits = text.get(at + 1..).unwrap_or_default();
            matches!(
                digits,
                [b'2', b'e' | b'E', ..] | [b'c' | b'C', b'0', ..] | [b'u' | b'U', _, ..] | [b'2', b'5', ..]
            )
        })
}

/// Whether an argument says which credential a tool is to use: `identity_file`, `privateKeyPath`, `kubeconfig`. What is read there
/// does not come back.
fn lends_credential(key: &[u8]) -> bool {
    const NAMES: [&[u8]; 24] = [
        b"identity",
        b"identityfile",
        b"identitypath",
        b"privatekey",
        b"privatekeyfile",
        b"privatekeypath",
        b"sshkey",
        b"sshkeyfile",
        b"sshkeypath",
        b"keyfile",
        b"keypath",
        b"pemfile",
        b"pempath",
        b"certkey",
        b"kubeconfig",
        b"kubeconfigfile",
        b"kubeconfigpath",
        b"credentialsfile",
        b"credentialspath",
        b"serviceaccountfile",
        b"serviceaccountkey",
        b"knownhosts",
        b"knownhostsfile",
        b"keystore",
    ];
    let plain = || key.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase);
    NAMES.iter().any(|name| plain().eq(name.iter().copied()))
}

/// Whether a text of unknown kind begins as a query over a tree does: XPath, with or without the word.
fn is_tree_query(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"xpath=").unwrap_or(text).trim_ascii_start();
    text.starts_with(b"//") || text.starts_with(b".//") || text.starts_with(b"(/") || text.starts_with(b"./..")
}

/// Whether a URL names a file, so that it is a path too.
fn is_file_url(text: &[u8]) -> bool {
    // Behind wrappers, too: `url:file:///etc/passwd`.
    let head = text.get(..text.len().min(LONGEST_LEAD)).unwrap_or_default();
    memchr::memchr_iter(b':', head).any(|colon| {
        let start = colon.checked_sub(4).and_then(|start| head.get(start..colon));
        start.is_some_and(|start| start.eq_ignore_ascii_case(b"file"))
    })
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

#[cfg(test)]
mod tests {
    use super::Shape;
    use crate::message::FieldKind;

    fn unknown(text: &str) -> Shape {
        Shape::of(FieldKind::Unknown, text.as_bytes())
    }

    #[test]
    fn what_runs_or_breaks_out_is_read() {
        for text in
            ["RM -rf x", "curl x", "Remove-Item C:\\x", "foo ~/.ssh/id_rsa", "x;y", "$(y)", "a\nb", "b''ash -c x"]
        {
            assert!(unknown(text).command, "{text}");
        }
        for text in ["1 or 1", "-1 union all", "x union select y", "x'or'1'='1", "1;drop", "1=1", "a\nb"] {
            assert!(unknown(text).value, "{text}");
            assert!(Shape::of(FieldKind::Identifier, text.as_bytes()).value, "{text}");
        }
        for text in ["/etc/passwd", "..\\x", "~root", "$HOME", ".env", "file:x"] {
            assert!(unknown(text).path, "{text}");
        }
        for text in ["10.0.0.1", "2130706433", "x.example", "LOCALHOST", "[::1]", "u@h"] {
            assert!(unknown(text).host, "{text}");
        }
        for text in ["f(x)", "{{7}}", "a.__class__", "<%= x"] {
            assert!(unknown(text).expression, "{text}");
        }
    }

    #[test]
    fn a_text_is_read_as_a_command_where_it_begins_behind_one() {
        for text in ["; id", "| whoami", "&& ls", "'; id; '", "a' ; cat /etc/hosts #", "\"|sh"] {
            assert!(Shape::of(FieldKind::Text, text.as_bytes()).command, "{text}");
        }
        for text in ["a; b", "| a | b |", "&lt;b&gt;", "it's; fine", "say 'x'; then y", "plain", ";\n; a comment"] {
            assert!(!Shape::of(FieldKind::Text, text.as_bytes()).command, "{text}");
        }
    }

    #[test]
    fn what_is_plain_is_not() {
        for text in ["", "red", "item three", "Weekly report", "some_name", "a-b"] {
            let Shape { command, value, expression, path, values, host } = unknown(text);
            assert!(!(command || value || expression || path || values || host), "{text}");
        }
    }
}
