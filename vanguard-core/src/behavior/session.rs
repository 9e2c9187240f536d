//! What is known of one session.

use std::collections::VecDeque;

use super::act::Acts;
use super::event::{Event, Odd};
use super::flow::Flows;
use super::habit::Habit;
use super::hash::NumberMap;
use super::label::Label;
use super::progress::Progress;
use super::risk::Risk;
use super::state::Timeline;
use super::sweep::Sweeps;
use crate::message::Flow;
use crate::session::Name;

/// Requests in flight, files, addresses, streams and told flows that are remembered.
const ASKED: usize = 128;
const FILES: usize = 128;
const PLACES: usize = 1024;
const STREAMS: usize = 16;
const TOLD: usize = 64;
/// Tools that are remembered by their names; the one remembered longest makes room.
const TOOLS: usize = 32;
/// Bytes of a stream of fragments.
const STREAM: usize = 4096;
/// Stands between fragments.
pub(crate) const BREAK: char = '\u{1e}';
/// A longer text is no fragment.
pub(crate) const FRAGMENT: usize = 512;

/// A request that has not been answered, as far as its answer is judged by it.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) id: u64,
    pub(crate) digest: u64,
    pub(crate) flow: Flow,
    pub(crate) call: u32,
    /// It was seen a second time, by another hook.
    twice: bool,
    pub(crate) what: Box<What>,
}

/// What was asked for.
#[derive(Clone, Debug)]
pub(crate) struct What {
    pub(crate) server: Option<Name>,
    pub(crate) tool: Name,
    pub(crate) acts: Acts,
    pub(crate) label: Option<Label>,
}

/// A file that the session put somewhere.
#[derive(Clone, Copy, Debug)]
struct File {
    name: u64,
    downloaded: bool,
    odd: Odd,
}

/// Fragments that went to one place.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stream {
    to: u64,
    pub(crate) text: String,
    pub(crate) fragments: u32,
    /// Pieces that stood in addresses, and since when.
    pub(crate) pieces: VecDeque<(u64, u64)>,
    touched: u64,
}

/// What is known of one session.
#[derive(Clone, Debug, Default)]
pub(crate) struct Session {
    pub(crate) time: Timeline,
    /// Calls so far.
    pub(crate) calls: u32,
    pub(crate) messages: u64,
    pub(crate) blocked: u64,
    asked: VecDeque<Asked>,
    /// A short hash of the id of each, in the same order: each message looks for itself among all that wait.
    asked_ids: VecDeque<u8>,
    /// What was last answered, to be used again.
    spare: Option<Box<What>>,
    /// What the names of tools say that they do, of those called last.
    tools: Vec<(u64, Name, Acts)>,
    /// Answers that were seen, so that a second hook's copy counts for nothing.
    answered: VecDeque<(u64, u64)>,
    files: VecDeque<File>,
    /// Hosts and addresses: true if only strangers' texts have named them.
    places: NumberMap<u64, bool>,
    pub(crate) progress: Vec<Progress>,
    /// Bytes of the marks in it.
    pub(crate) progress_bytes: usize,
    pub(crate) flows: Flows,
    streams: Vec<Stream>,
    /// Flows that were told, and when.
    told: VecDeque<(u64, u64)>,
    pub(crate) sweeps: Sweeps,
    pub(crate) risk: Risk,
    /// Where something is held against what is usual, or learned.
    pub(crate) habit: Option<Box<Habit>>,
    /// Blocked messages, so that one that is tried again and again weighs once.
    refused: VecDeque<u64>,
    /// Bytes that it took when that was last worth saying.
    pub(crate) weighed: usize,
    /// How much each budget still lets it do, of those that only it can use up.
    pub(crate) room: Vec<u64>,
}

/// What a session may grow by before it is weighed anew.
const SLACK: usize = 512;

fn push<T>(ring: &mut VecDeque<T>, one: T, most: usize) {
    if ring.len() >= most {
        ring.pop_front();
    }
    ring.push_back(one);
}

impl Session {
    /// Bytes it takes, nearly.
    pub(crate) fn bytes(&self) -> usize {
        let rings = self.asked.capacity() * size_of::<Asked>()
            + self.asked.len() * (size_of::<What>() + 1)
            + self.tools.capacity() * size_of::<(u64, Name, Acts)>()
            + (self.answered.capacity() + self.told.capacity()) * 16
            + self.files.capacity() * size_of::<File>()
            + self.places.capacity() * 17
            + (self.refused.capacity() + self.room.capacity()) * 8;
        let streams: usize =
            self.streams.iter().map(|stream| stream.text.capacity() + stream.pieces.capacity() * 16 + 96).sum();
        let progress = self.progress_bytes;
        let habit = self.habit.as_ref().map_or(0, |habit| habit.bytes());
        size_of::<Self>() + habit + rings + streams + progress + self.flows.bytes() + self.sweeps.bytes()
    }

    /// Bytes it takes, if that is worth saying: a call adds little, an answer may add much.
    pub(crate) fn weigh(&mut self, answered: bool) -> Option<usize> {
        if !answered && self.messages >= 8 && !self.messages.is_multiple_of(8) {
            return None;
        }
        let bytes = self.bytes();
        let worth = bytes.abs_diff(self.weighed) >= SLACK;
        if worth {
            self.weighed = bytes;
        }
        worth.then_some(bytes)
    }

    /// Makes room for how far it has come in so many sequences.
    pub(crate) fn follow(&mut self, sequences: usize) {
        if self.progress.len() != sequences {
            self.progress.resize(sequences, Progress::default());
            self.progress_bytes = self.progress.iter().map(Progress::bytes).sum();
        }
    }

    /// Gives back what an idle session doesn't need: at most 8 KiB stay.
    pub(crate) fn rest(&mut self, since: u64) {
        self.flows.forget(since, true);
        let begun = self.asked.len().saturating_sub(8);
        self.asked.drain(..begun);
        self.asked_ids.drain(..begun);
        self.asked.shrink_to_fit();
        self.asked_ids.shrink_to_fit();
        self.spare = None;
        self.tools = Vec::new();
        self.answered = VecDeque::new();
        self.refused = VecDeque::new();
        self.told = VecDeque::new();
        self.streams = Vec::new();
        self.sweeps = Sweeps::default();
        self.files.truncate(16);
        self.files.shrink_to_fit();
        self.places = NumberMap::default();
        self.progress.iter_mut().for_each(Progress::rest);
        self.progress_bytes = self.progress.iter().map(Progress::bytes).sum();
    }

    /// Whether a second hook shows what has just been seen.
    pub(crate) fn is_copy(&self, event: &Event<'_>) -> bool {
        if event.id == 0 {
            return false;
        }
        match event.kind {
            super::event::Kind::Answer => self.answered.contains(&(event.id, event.digest)),
            _ => self.waiting(event.id).any(|asked| asked.is(event) && !asked.twice),
        }
    }

    /// The requests that wait under such an id: those whose short hash is its, which a few others share.
    fn waiting(&self, id: u64) -> impl Iterator<Item = &Asked> {
        let (first, second) = self.asked_ids.as_slices();
        let behind = first.len();
        let places = memchr::memchr_iter(short(id), first);
        let places = places.chain(memchr::memchr_iter(short(id), second).map(move |at| behind + at));
        places.filter_map(|at| self.asked.get(at))
    }

    /// Notes a copy: the next one is a message of its own.
    pub(crate) fn copied(&mut self, event: &Event<'_>) {
        if let Some(asked) = self.asked.iter_mut().find(|asked| asked.is(event) && !asked.twice) {
            asked.twice = true;
        }
        self.answered.retain(|seen| *seen != (event.id, event.digest));
    }

    /// The request that an answer is to.
    pub(crate) fn asked(&self, event: &Event<'_>) -> Option<&Asked> {
        self.asked.iter().rev().find(|asked| asked.id == event.id && asked.flow == event.flow.reverse())
    }

    /// Notes a request that is on its way.
    pub(crate) fn ask(&mut self, event: &Event<'_>, server: Option<&str>) {
        if self.asked.len() >= ASKED {
            self.spare = self.forget(0);
        }
        let (acts, label) = (event.acts, event.label);
        let what = match self.spare.take() {
            Some(mut spare) => {
                // Mostly the same tool of the same server was asked before.
                if spare.server.as_ref().map(Name::as_bytes) != server.map(str::as_bytes) {
                    spare.server = server.map(Name::new);
                }
                if spare.tool.as_bytes() != event.tool {
                    spare.tool = Name::new(event.tool_name());
                }
                (spare.acts, spare.label) = (acts, label);
                spare
            }
            None => Box::new(What { server: server.map(Name::new), tool: Name::new(event.tool_name()), acts, label }),
        };
        self.asked_ids.push_back(short(event.id));
        self.asked.push_back(Asked {
            id: event.id,
            digest: event.digest,
            flow: event.flow,
            call: self.calls,
            twice: false,
            what,
        });
    }

    fn forget(&mut self, at: usize) -> Option<Box<What>> {
        self.asked_ids.remove(at);
        self.asked.remove(at).map(|asked| asked.what)
    }

    /// What a tool's name says that it does, if it was called lately.
    pub(crate) fn acts_of(&self, tool: &[u8], hashed: u64) -> Option<Acts> {
        let known = self.tools.iter().find(|(known, name, _)| *known == hashed && name.as_bytes() == tool);
        known.map(|(_, _, acts)| *acts)
    }

    /// Remembers what a tool's name says that it does.
    pub(crate) fn know_tool(&mut self, tool: &str, hashed: u64, acts: Acts) {
        if self.acts_of(tool.as_bytes(), hashed).is_some() {
            return;
        }
        if self.tools.len() >= TOOLS {
            self.tools.remove(0);
        }
        self.tools.push((hashed, Name::new(tool), acts));
    }

    /// Notes that a request has its answer.
    pub(crate) fn answer(&mut self, event: &Event<'_>) {
        let at = self.asked.iter().rposition(|asked| asked.id == event.id && asked.flow == event.flow.reverse());
        if let Some(at) = at {
            self.spare = self.forget(at);
        }
        push(&mut self.answered, (event.id, event.digest), 32);
    }

    /// Notes files that a call brings or writes.
    pub(crate) fn put_files(&mut self, event: &Event<'_>) {
        let Some(files) = &event.files else { return };
        for name in &files.downloads {
            push(&mut self.files, File { name: *name, downloaded: true, odd: Odd::Place }, FILES);
        }
        for (name, odd) in files.writes.iter().filter(|(name, _)| !files.downloads.contains(name)) {
            push(&mut self.files, File { name: *name, downloaded: false, odd: *odd }, FILES);
        }
    }

    /// Whether a call runs a file that the session has downloaded; what is to wonder at in those that it runs and has written.
    pub(crate) fn runs(&self, event: &Event<'_>) -> (bool, Odd) {
        let Some(put) = event.files.as_deref().filter(|put| !put.runs.is_empty()) else {
            return (false, Odd::Nothing);
        };
        let last = |name: &u64| self.files.iter().rev().find(|file| file.name == *name).copied();
        // What a command line brings, it may run itself.
        let own = |name: &u64| put.downloads.contains(name);
        let files: Vec<_> = put.runs.iter().filter_map(last).collect();
        (
            files.iter().any(|file| file.downloaded) || put.runs.iter().any(own),
            files.iter().filter(|file| !file.downloaded).map(|file| file.odd).max().unwrap_or_default(),
        )
    }

    /// Notes a place that a text names. `stranger`: a stranger's.
    pub(crate) fn name_place(&mut self, place: u64, stranger: bool) {
        if self.places.len() >= PLACES && !self.places.contains_key(&place) {
            return;
        }
        let told = self.places.entry(place).or_insert(stranger);
        *told &= stranger;
    }

    /// Whether only strangers have named a place.
    pub(crate) fn is_told(&self, place: u64) -> bool {
        self.places.get(&place).copied().unwrap_or(false)
    }

    /// What went to a place in fragments.
    pub(crate) fn stream(&self, to: u64) -> Option<&Stream> {
        self.streams.iter().find(|stream| stream.to == to)
    }

    /// The same, to add to; the one untouched longest makes room.
    pub(crate) fn stream_mut(&mut self, to: u64, now: u64) -> Option<&mut Stream> {
        let at = match self.streams.iter().position(|stream| stream.to == to) {
            Some(at) => at,
            None => {
                if self.streams.len() >= STREAMS {
                    let idlest =
                        self.streams.iter().enumerate().min_by_key(|(_, stream)| stream.touched).map(|(at, _)| at);
                    idlest.map(|at| self.streams.swap_remove(at));
                }
                self.streams.push(Stream { to, ..Stream::default() });
                self.streams.len() - 1
            }
        };
        let stream = self.streams.get_mut(at)?;
        stream.touched = now;
        Some(stream)
    }

    /// Whether a flow was told since `since`.
    pub(crate) fn was_told(&self, flow: u64, since: u64) -> bool {
        self.told.iter().any(|(known, at)| *known == flow && *at >= since)
    }

    /// Notes that a flow is told.
    pub(crate) fn tell(&mut self, flow: u64, now: u64) {
        push(&mut self.told, (flow, now), TOLD);
    }

    /// Whether this message was blocked before; notes that it was.
    pub(crate) fn refuse(&mut self, digest: u64) -> bool {
        let known = self.refused.contains(&digest);
        if !known {
            push(&mut self.refused, digest, 64);
        }
        known
    }
}

/// What of an id's hash is looked at first.
const fn short(id: u64) -> u8 {
    id as u8
}

impl Asked {
    fn is(&self, event: &Event<'_>) -> bool {
        (self.id, self.digest, self.flow) == (event.id, event.digest, event.flow)
    }
}

impl Stream {
    /// Adds a fragment; the oldest make room.
    pub(crate) fn add(&mut self, fragment: &str) {
        self.fragments = self.fragments.saturating_add(1);
        self.text.push_str(fragment);
        self.text.push(BREAK);
        if self.text.len() > STREAM {
            let cut =
                (self.text.len() - STREAM..=self.text.len()).find(|at| self.text.is_char_boundary(*at)).unwrap_or(0);
            self.text.drain(..cut);
        }
    }
}
