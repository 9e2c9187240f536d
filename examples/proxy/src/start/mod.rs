//! `vanguard start`: a guarded server over stdio.
//!
//! ```text
//!  client ──stdin──▶ [direction to the server] ──▶ sink ──▶ server
//!     ▲                    │ replies   ▲ replies             │
//!     └──stdout── sink ◀───┴── [direction to the client] ◀───┘
//! ```
//! Two threads carry one direction each; a line is passed on by the thread that read it, with one write. Two more write
//! the replies (`sink`), one waits for the server's process, one for signals; the main thread holds the `course` of the ending.
//!
//! Why it can't deadlock: a carrying thread waits for three things only: its source, the sink ahead (whose only other users
//! hold it for one line each), and room for replies in the sink behind. The last comes up only when the same peer whose
//! messages it carries has left 8 MiB of replies unread. So a direction is stopped by its own reader, as it would be without
//! us, or by a sender that doesn't read what it asked for.

mod asker;
mod course;
mod direction;
mod pipe;
mod recorder;
mod sandbox;
pub(crate) mod server;
mod shared;
mod sink;
mod zones;

use crate::cli::Start;
use crate::exit::Failure;
use crate::judge;
use crate::lock::{Pinning, pinned};
use crate::output;
use asker::Asker;
use course::{Act, Course, Event, Progress};
use direction::{Direction, End};
use pipe::{Input, Pipe};
use recorder::{Audit, Recorder};
use rustix::process::{Pid, Signal};
use sandbox::Run;
use server::{Server, StartError, wait_for_exit};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use sink::Sink;
use std::io::{self, PipeWriter};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use vanguard_adapters::identity::{Places, name_of};
use vanguard_core::config::PackFile;
use vanguard_core::exchange::Ticket;
use vanguard_core::{Answers, Exchange, Flow, Framing, Session};
use zones::Zones;

/// How often we look whether the client has taken the last answers, where nothing else can wake us.
const LOOK: Duration = Duration::from_millis(100);
/// How long a client that goes on and on is listened to once the server is gone.
const LAST_REQUESTS: Duration = Duration::from_secs(2);
/// Exit codes from here on say that a signal ended the server.
const KILLED_FROM: u8 = 128;
/// The exit code when a part of ourselves has failed (`EX_SOFTWARE`).
const FAILED: u8 = 70;

/// Runs `vanguard start`. Returns the exit code.
pub(crate) fn run(arguments: Start) -> Result<u8, Failure> {
    let command = match &arguments.server {
        Some(server) => server::words(server).map_err(start_failure)?,
        None => arguments.command.clone(),
    };
    let name = arguments.name.clone().unwrap_or_else(|| name_of(&command, &Places::of_this_process()));
    let mut config = judge::config(&arguments.judging)?;
    let confined = sandbox::is_asked(&arguments, &config);
    let zones = Zones::take(&arguments.safe_zone, &mut config, &name, confined)?;
    let named = command.clone();
    let command = match sandbox::run(&arguments, &config, &zones, command)? {
        Run::Command(command) => command,
        Run::Explained(text) => {
            output::print(text);
            return Ok(0);
        }
    };
    let pinned =
        pinned(&arguments, &config, &Pinning { name: &name, named: &named, command: &command, folder: zones.start() })?;
    let mut builder = judge::builder(config.clone())?.check_schemas(arguments.check_schemas);
    if let Some((lock, mode)) = pinned {
        builder = builder.lock(lock, mode);
    }
    if let Some(jail) = zones.jail() {
        builder = builder.path_resolver(jail);
    }
    let (builder, shared) = shared::open(&arguments, builder, &config)?;
    let inspector = judge::build(builder)?;
    let asker = inspector.config().semantic.llm.as_ref().map(Asker::start).transpose()?;
    let session = Session {
        server: Some(name),
        tenant: arguments.tenant,
        principal: arguments.principal,
        answerer: asker.is_some(),
        intent: arguments.intent,
        session: Some(session_name()),
        framing: Framing::Line,
        record_allows: arguments.audit_all || inspector.config().audit.all,
        ..Session::default()
    };
    let audit = arguments.audit.or_else(|| inspector.config().audit.file.as_ref().map(PackFile::resolved));
    let open = |path: PathBuf| Audit::open(&path).map_err(|error| Failure::io(path.display(), error));
    let recorder = Recorder::new(audit.map(open).transpose()?);
    let failed = |error| Failure::io("start", error);
    let shared = shared.begin(&inspector).map_err(failed)?;
    let ends = Ends::of_this_process().map_err(failed)?;
    let (server, input, output) = Server::start(&command, zones.start()).map_err(start_failure)?;
    let guard = Arc::new(Guard {
        exchange: Exchange::new(inspector, session),
        recorder,
        asker,
        to_server: Sink::new(Pipe::new(input)),
        to_client: Sink::new(ends.output),
        order: Default::default(),
        over: AtomicBool::new(false),
    });
    let (events, happened) = channel();
    let (input, over) = (ends.input, ends.over);
    if let Err(error) = start_threads(&guard, server.pid(), (input, Pipe::new(output)), ends.signals, &events) {
        server.signal(Signal::KILL);
        return Err(failed(error));
    }
    let code = run_to_the_end(&guard, server, (&happened, over), arguments.grace).map_err(failed);
    shared.finish();
    if let Ok(code @ 1..KILLED_FROM) = code
        && guard.to_client.written() == 0
    {
        guard.recorder.tell(&format!(
            "the server ended with exit code {code} before it said anything; its command alone may tell why"
        ));
    }
    code
}

/// A name that no other session on this machine has.
fn session_name() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("{:x}-{:x}", std::process::id(), since.as_micros())
}

pub(crate) fn start_failure(error: StartError) -> Failure {
    Failure::Code(error.exit_code(), error.to_string())
}

struct Guard {
    exchange: Exchange,
    recorder: Recorder,
    asker: Option<Asker>,
    to_server: Sink<Pipe>,
    to_client: Sink<Pipe>,
    order: [Mutex<()>; 2],
    /// The server is gone: nobody else answers what is still asked.
    over: AtomicBool,
}

impl Guard {
    /// Answers in the place of a server that is gone.
    fn answer_what_is_left(&self) {
        for mut answer in self.exchange.closed() {
            answer.push(b'\n');
            self.to_client.post(answer);
        }
    }
}

/// Carries a direction: what it reads, and what answers let go.
fn carry<T>(guard: &Arc<Guard>, flow: Flow, act: impl FnOnce(Direction<'_, Pipe, Pipe>) -> T) -> T {
    let Guard { exchange, recorder, to_server, to_client, order: [first, second], .. } = &**guard;
    let (ahead, back, order) = match flow {
        Flow::ToServer => (to_server, to_client, first),
        Flow::ToClient => (to_client, to_server, second),
    };
    let ask = |ticket, queries| {
        let Some(asker) = &guard.asker else { return };
        let waiting = Arc::clone(guard);
        asker.ask(flow, queries, move |answers| {
            let _finished = Finished { guard: &waiting, flow };
            answered(&waiting, flow, ticket, &answers);
        });
    };
    act(Direction { flow, exchange, recorder, ahead, back, ask: &ask, order })
}

fn answered(guard: &Arc<Guard>, flow: Flow, ticket: Ticket, answers: &Answers) {
    carry(guard, flow, |direction| direction.answered(ticket, answers));
}

/// A message waits no more, whatever became of it.
struct Finished<'a> {
    guard: &'a Guard,
    flow: Flow,
}

impl Drop for Finished<'_> {
    fn drop(&mut self) {
        self.guard.asker.iter().for_each(|asker| asker.finished(self.flow));
    }
}

/// Waits for what a model still thinks about.
fn drain(guard: &Guard, flow: Flow) {
    guard.asker.iter().for_each(|asker| asker.drain(flow));
}

/// What we are given, taken before there is a server that a failure would leave behind.
struct Ends {
    input: Input,
    /// What ends the input, closed.
    over: PipeWriter,
    output: Pipe,
    signals: Signals,
}

impl Ends {
    fn of_this_process() -> io::Result<Self> {
        let signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
        let (ended, over) = io::pipe()?;
        let input = Input::new(Pipe::duplicate(io::stdin())?, ended);
        Ok(Self { input, over, output: Pipe::duplicate(io::stdout())?, signals })
    }
}

/// Waits for the end, answers what is left, and returns the exit code.
fn run_to_the_end(
    guard: &Guard,
    server: Server,
    (happened, over): (&Receiver<Event>, PipeWriter),
    grace: Duration,
) -> io::Result<u8> {
    let mut course = Course::new(grace);
    let failed = supervise(guard, &server, &mut course, happened);
    // Whoever reads a request from here on sees that nobody answers it; of those read before, we do.
    guard.over.store(true, Ordering::SeqCst);
    drop(over);
    hear_out(&mut course, happened);
    guard.answer_what_is_left();
    flush(guard, &mut course, happened, grace);
    guard.recorder.sync();
    let code = server.finish()?;
    Ok(if failed { FAILED } else { code })
}

fn start_threads(
    guard: &Arc<Guard>,
    pid: Pid,
    (client, output): (Input, Pipe),
    mut signals: Signals,
    events: &Sender<Event>,
) -> io::Result<()> {
    start("to-server", guard, events, move |guard, tell| {
        let answer = || {
            if guard.over.load(Ordering::SeqCst) {
                guard.answer_what_is_left();
            }
        };
        carry(guard, Flow::ToServer, |direction| {
            let mut lines = direction.lines(client);
            let mut told = false;
            // What it still asks a server that takes nothing is judged, and answered when that is gone.
            while direction.carry(&mut lines, answer) == End::Receiver {
                if !std::mem::replace(&mut told, true) {
                    tell(Event::InputClosed);
                }
            }
        });
        drain(guard, Flow::ToServer);
        tell(Event::ClientEnded);
        guard.to_server.drain(None);
        guard.to_server.close();
    })?;
    start("to-client", guard, events, move |guard, tell| {
        match carry(guard, Flow::ToClient, |direction| direction.carry(&mut direction.lines(output), || {})) {
            End::Sender => drain(guard, Flow::ToClient),
            End::Receiver => tell(Event::ClientGone),
        }
        tell(Event::OutputEnded);
    })?;
    start("replies-to-server", guard, events, |guard, _| guard.to_server.write_replies())?;
    start("replies-to-client", guard, events, |guard, _| guard.to_client.write_replies())?;
    start("server-exit", guard, events, move |_, tell| {
        wait_for_exit(pid);
        tell(Event::Exited);
    })?;
    start("signals", guard, events, move |_, tell| {
        for signal in signals.forever() {
            Signal::from_named_raw(signal).into_iter().for_each(|signal| tell(Event::Signal(signal)));
        }
    })
}

/// Starts a thread. Should it fail, the guard ends: nothing passes uninspected, and nobody waits for a dead thread.
fn start(
    name: &str,
    guard: &Arc<Guard>,
    events: &Sender<Event>,
    body: impl FnOnce(&Arc<Guard>, &dyn Fn(Event)) + Send + 'static,
) -> io::Result<()> {
    let (guard, events) = (Arc::clone(guard), events.clone());
    let run = move || {
        let tell = |event| {
            // The receiver is gone when the process is about to end.
            let _ = events.send(event);
        };
        if catch_unwind(AssertUnwindSafe(|| body(&guard, &tell))).is_err() {
            tell(Event::Failed);
        }
    };
    thread::Builder::new().name(name.into()).spawn(run).map(drop)
}

/// Follows the course to its end. Returns whether a part of ourselves failed.
fn supervise(guard: &Guard, server: &Server, course: &mut Course, happened: &Receiver<Event>) -> bool {
    let (mut failed, mut written) = (false, 0);
    loop {
        let event = match course.deadline() {
            None => happened.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(deadline) => happened.recv_timeout(deadline.saturating_duration_since(Instant::now())),
        };
        let acts = match event {
            Ok(event) => {
                failed |= event == Event::Failed;
                course.on(event, Instant::now())
            }
            Err(_) => {
                let before = std::mem::replace(&mut written, guard.to_client.written());
                let progress = Progress { moved: written != before, busy: guard.to_client.is_busy() };
                course.overdue(Instant::now(), progress).into_iter().collect()
            }
        };
        for act in acts {
            match act {
                Act::CloseInput => guard.to_server.close(),
                Act::Send(signal) => server.signal(signal),
                Act::End => return failed,
            }
        }
    }
}

/// Waits until what the client has sent so far is read, unless it is gone or we were told to end.
fn hear_out(course: &mut Course, happened: &Receiver<Event>) {
    let until = Instant::now() + LAST_REQUESTS;
    while course.client_waits()
        && let Ok(event) = happened.recv_timeout(until.saturating_duration_since(Instant::now()))
    {
        course.on(event, Instant::now());
    }
}

/// Waits for the client to take the last answers, as long as it's there.
fn flush(guard: &Guard, course: &mut Course, happened: &Receiver<Event>, grace: Duration) {
    let mut until = None;
    while !guard.to_client.drain(Some(Instant::now() + LOOK)) {
        while let Ok(event) = happened.try_recv() {
            course.on(event, Instant::now());
        }
        if !course.client_waits() && Instant::now() >= *until.get_or_insert_with(|| Instant::now() + grace) {
            return;
        }
    }
}
