//! `vanguard inspect`: a verdict for each line.

mod envelope;
mod progress;
mod stats;

use crate::cli::Inspect;
use crate::exit::{FOUND, Failure, UNREAD};
use crate::lines::{LineReader, Piece, split};
use crate::output::{UNWRITTEN, tell};
use crate::terminal::{colours, expect_from_terminal, paint, visible};
use crate::{cli, judge};
use envelope::Line;
use progress::Progress;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use stats::Stats;
use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, Read, Write};
use std::time::Instant;
use vanguard_core::{Flow, Inspector, Query, Scratch, Verdict, Visibility};

/// Runs `vanguard inspect`. Returns the exit code.
pub(crate) fn run(arguments: &Inspect) -> Result<u8, Failure> {
    // What lies in a file happened when its envelopes say, not now.
    let inspector = judge::build(
        judge::builder(judge::config(&arguments.judging)?)?.replays(true).learns(arguments.learn.is_some()),
    )?;
    let (source, size): (Box<dyn Read>, _) = if arguments.file.as_os_str() == "-" {
        expect_from_terminal("one message a line");
        (Box::new(io::stdin()), None)
    } else {
        let failed = |error| Failure::io(arguments.file.display(), error);
        let file = File::open(&arguments.file).map_err(failed)?;
        let size = file.metadata().ok().filter(std::fs::Metadata::is_file).map(|about| about.len());
        (Box::new(file), size)
    };
    if arguments.semantic_dry_run && inspector.config().semantic.llm.is_none() {
        let how = "`semantic: {llm: …}` in the configuration, or VANGUARD_SEMANTIC_ENABLED=true, says whom to ask";
        return Err(Failure::Config(format!("vanguard: no model is asked: {how}")));
    }
    let stdout = io::stdout();
    let mut judge = Judge {
        flow: arguments.flow.map(|flow| match flow {
            cli::Flow::ToServer => Flow::ToServer,
            cli::Flow::ToClient => Flow::ToClient,
        }),
        visibility: if arguments.session { Visibility::Full } else { Visibility::Partial },
        json: arguments.json,
        dry_run: arguments.semantic_dry_run,
        colour: colours(&stdout),
        scratch: Scratch::new(),
        stats: arguments.stats.then(Stats::default),
        stopped: false,
        number: 0,
        out: BufWriter::new(stdout.lock()),
        inspector,
    };
    let unread = match judge.all(source, Progress::new(size)) {
        Err(Stopped::Reading(error)) => return Err(Failure::io(arguments.file.display(), error)),
        // Whoever read the verdicts has seen enough.
        Err(Stopped::Writing(error)) if error.kind() == ErrorKind::BrokenPipe => true,
        Err(Stopped::Writing(error)) => return Err(Failure::io(UNWRITTEN, error)),
        Ok(()) => false,
    };
    if let Some(stats) = &mut judge.stats {
        let sums = stats.sums();
        tell!("{}", if arguments.json { serde_json::to_string(&sums).unwrap_or_default() } else { sums.to_string() });
    }
    if let Some((path, learned)) = arguments.learn.as_ref().zip(judge.inspector.learned()) {
        std::fs::write(path, learned.to_config()).map_err(|error| Failure::io(path.display(), error))?;
    }
    if let Some(path) = &arguments.export {
        let sessions = judge.inspector.sessions();
        let lines = sessions.iter().filter_map(|session| serde_json::to_string(session).ok());
        let text: String = lines.map(|line| line + "\n").collect();
        std::fs::write(path, text).map_err(|error| Failure::io(path.display(), error))?;
    }
    Ok(match (unread, judge.stopped) {
        (true, _) => UNREAD,
        (false, true) => FOUND,
        (false, false) => 0,
    })
}

/// Why not all of it was judged.
enum Stopped {
    Reading(io::Error),
    Writing(io::Error),
}

struct Judge<W: Write> {
    inspector: Inspector,
    flow: Option<Flow>,
    visibility: Visibility,
    json: bool,
    /// Show what a model would be asked.
    dry_run: bool,
    colour: bool,
    scratch: Scratch,
    stats: Option<Stats>,
    /// A message would have been stopped.
    stopped: bool,
    number: u64,
    out: BufWriter<W>,
}

/// A question as it would be sent, with the name of the variable in place of the key.
fn sent(query: &Query) -> Value {
    let plain = query.headers.iter().map(|(name, value)| (name.clone(), value.clone()));
    let key = query.key.iter().map(|key| (key.header.clone(), format!("{}${}", key.prefix, key.variable)));
    let headers: serde_json::Map<_, _> = plain.chain(key).map(|(name, value)| (name, value.into())).collect();
    let body: Value = serde_json::from_slice(&query.body).unwrap_or_default();
    json!({"method": "POST", "url": query.url, "headers": headers, "body": body})
}

/// A verdict as it is printed: its id in front, and what was wrong with its envelope.
#[derive(Serialize)]
struct Judged<'a> {
    id: &'a RawValue,
    #[serde(flatten)]
    verdict: &'a Verdict,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<&'a str>,
}

impl<W: Write> Judge<W> {
    fn all(&mut self, source: impl Read, mut progress: Progress) -> Result<(), Stopped> {
        // Room for the largest message as base64, and the envelope around it.
        let cap = self.inspector.limits().message.saturating_mul(2).saturating_add(64 * 1024);
        let mut lines = LineReader::new(source, cap);
        loop {
            let long = match lines.next().map_err(Stopped::Reading)? {
                None => return self.out.flush().map_err(Stopped::Writing),
                Some(Piece::Line(line)) => {
                    progress.add(line.len());
                    self.line(split(line).0).map_err(Stopped::Writing)?;
                    false
                }
                Some(Piece::Long) => true,
            };
            // What has been read of a longer one is above the message limit: the inspector says so.
            if long && let Some(bytes) = lines.rest().map_err(Stopped::Reading)? {
                self.line(bytes).map_err(Stopped::Writing)?;
            }
            // Who pipes lines in one by one sees each verdict at once.
            if !lines.has_line() {
                self.out.flush().map_err(Stopped::Writing)?;
            }
        }
    }

    fn line(&mut self, text: &[u8]) -> io::Result<()> {
        self.number += 1;
        if text.trim_ascii().is_empty() {
            return Ok(());
        }
        let line = Line::read(text);
        let headers = line.headers();
        let message = line.inspected(self.flow).headers(&headers).visibility(self.visibility);
        let asks = if self.dry_run { self.inspector.questions(&message) } else { Vec::new() };
        let begun = Instant::now();
        let verdict = self.inspector.inspect_with(&mut self.scratch, &message);
        let took = begun.elapsed();
        self.stopped |= verdict.is_blocked();
        if let Some(stats) = &mut self.stats {
            stats.add(&verdict, message.bytes().len(), took);
        }
        let number = self.number.to_string();
        let id = line.id.map_or(number.as_str(), RawValue::get);
        if self.dry_run {
            if asks.is_empty() {
                return Ok(());
            }
            let id: &RawValue = serde_json::from_str(id)?;
            serde_json::to_writer(
                &mut self.out,
                &json!({"id": id, "asks": asks.iter().map(sent).collect::<Vec<_>>()}),
            )?;
        } else if self.json {
            let id: &RawValue = serde_json::from_str(id)?;
            serde_json::to_writer(&mut self.out, &Judged { id, verdict: &verdict, problem: line.problem.as_deref() })?;
        } else {
            let text = verdict.to_string();
            let text = visible(&text);
            let text = if self.colour { paint(&text) } else { text.into_owned() };
            write!(self.out, "{}  {text}", visible(id))?;
            if let Some(problem) = &line.problem {
                write!(self.out, " ({})", visible(problem))?;
            }
        }
        self.out.write_all(b"\n")
    }
}
