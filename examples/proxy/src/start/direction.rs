//! One direction: read a line, ask, record, pass on or answer.

use super::recorder::Recorder;
use super::sink::{Gone, Sink};
use crate::lines::{LineReader, Piece, split};
use std::borrow::Cow;
use std::io::{self, Read, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};
use vanguard_core::exchange::Ticket;
use vanguard_core::message::HeadScan;
use vanguard_core::{Answers, Exchange, Flow, Outcome, Profile, Query};

/// What one direction works with.
pub(crate) struct Direction<'a, A, B> {
    /// Where its messages travel.
    pub(crate) flow: Flow,
    /// What decides.
    pub(crate) exchange: &'a Exchange,
    /// Where decisions are written.
    pub(crate) recorder: &'a Recorder,
    /// Where messages go on.
    pub(crate) ahead: &'a Sink<A>,
    /// Where replies go back.
    pub(crate) back: &'a Sink<B>,
    /// Who sends the questions that a message waits for.
    pub(crate) ask: &'a dyn Fn(Ticket, Vec<Query>),
    /// Held from a message's judgement until it is on its way: what answers let go and what comes after it keep their order.
    pub(crate) order: &'a Mutex<()>,
}

/// How a direction ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The sender has closed its output.
    Sender,
    /// The receiver takes nothing any more.
    Receiver,
}

impl<A: Write + Send, B: Write + Send> Direction<'_, A, B> {
    /// The lines of `source`, as [`Direction::carry`] takes them.
    pub(crate) fn lines<R: Read>(&self, source: R) -> LineReader<R> {
        LineReader::new(source, self.exchange.inspector().limits().message)
    }

    /// Carries lines until one side ends, and calls `after` behind each. An error in reading counts as the end of the stream. Called again
    /// once the receiver has ended, it judges what is still to come and passes nothing on.
    pub(crate) fn carry(&self, lines: &mut LineReader<impl Read>, after: impl Fn()) -> End {
        loop {
            let result = match lines.next() {
                Ok(Some(Piece::Line(line))) => self.line(line),
                Ok(Some(Piece::Long)) => match self.long(lines) {
                    Ok(result) => result,
                    Err(_) => return End::Sender,
                },
                Ok(None) | Err(_) => return End::Sender,
            };
            after();
            if result == Err(Gone) {
                return End::Receiver;
            }
        }
    }

    fn line(&self, line: &[u8]) -> Result<(), Gone> {
        let (message, terminator) = split(line);
        if message.trim_ascii().is_empty() {
            return self.ahead.write(line);
        }
        let order = self.order();
        let outcome = self.recorded(self.exchange.handle(self.flow, message));
        if let Some(ticket) = outcome.hold.filter(|_| !outcome.asks.is_empty()) {
            drop(order);
            (self.ask)(ticket, outcome.asks);
            return Ok(());
        }
        self.answer(outcome.reply);
        if outcome.forward.is_some() {
            // What was let go before is written first.
            self.ahead.drain_forwards();
        }
        match outcome.forward {
            None => Ok(()),
            // The message as it came, terminator and all.
            Some(Cow::Borrowed(_)) => self.ahead.write(line),
            Some(Cow::Owned(mut edited)) => {
                edited.extend_from_slice(if terminator.is_empty() { b"\n" } else { terminator });
                self.ahead.write(&edited)
            }
        }
    }

    /// A line above the cap: refused by what a scan of it in passing finds, or, where nothing is ever refused, passed on
    /// in passing. Either way in the memory that it has already taken.
    fn long(&self, lines: &mut LineReader<impl Read>) -> io::Result<Result<(), Gone>> {
        let mut scan = HeadScan::new();
        if self.exchange.inspector().profile() == Profile::Monitor {
            return self.stream(lines, scan);
        }
        while let Some(bytes) = lines.rest()? {
            scan.push(bytes);
        }
        let outcome = self.recorded(self.exchange.oversized(self.flow, &scan));
        self.answer(outcome.reply);
        Ok(match outcome.forward {
            None => Ok(()),
            Some(message) => self.ahead.write(&[&*message, b"\n"].concat()),
        })
    }

    /// Passes a line on in pieces, with what its beginning shows on record before the first of them.
    fn stream(&self, lines: &mut LineReader<impl Read>, mut scan: HeadScan) -> io::Result<Result<(), Gone>> {
        let mut failure = None;
        let result = self.ahead.hold(|out| {
            loop {
                match lines.rest() {
                    Ok(Some(bytes)) => {
                        let first = scan.bytes() == 0;
                        scan.push(bytes);
                        if first {
                            self.recorded(self.exchange.oversized(self.flow, &scan));
                        }
                        if bytes.ends_with(b"\n") {
                            self.exchange.streamed(self.flow, &scan);
                        }
                        out.write(bytes)?;
                    }
                    Ok(None) => {
                        // A last line without its newline.
                        self.exchange.streamed(self.flow, &scan);
                        return Ok(());
                    }
                    Err(error) => {
                        failure = Some(error);
                        return Ok(());
                    }
                }
            }
        });
        failure.map_or(Ok(result), Err)
    }

    /// The answers of a model are there: what becomes of the message that waited for them, and of those behind it. Another thread than
    /// the one that carries this direction calls it, so nothing here waits for the reader ahead.
    pub(crate) fn answered(&self, ticket: Ticket, answers: &Answers) {
        let order = self.order();
        let mut further = Vec::new();
        for outcome in self.exchange.answered(ticket, answers) {
            let outcome = self.recorded(outcome);
            if let Some(ticket) = outcome.hold.filter(|_| !outcome.asks.is_empty()) {
                further.push((ticket, outcome.asks));
                continue;
            }
            self.answer(outcome.reply);
            if let Some(message) = outcome.forward {
                self.ahead.post_forward([&*message, b"\n"].concat());
            }
        }
        drop(order);
        further.into_iter().for_each(|(ticket, asks)| (self.ask)(ticket, asks));
    }

    fn order(&self) -> MutexGuard<'_, ()> {
        self.order.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, reply: Option<Vec<u8>>) {
        if let Some(mut reply) = reply {
            reply.push(b'\n');
            self.back.post(reply);
        }
    }

    /// The outcome, with its decision on record; if it can't be recorded, what the exchange makes of that.
    fn recorded<'m>(&self, outcome: Outcome<'m>) -> Outcome<'m> {
        let Some(record) = &outcome.record else { return outcome };
        match self.recorder.put(record) {
            Ok(()) => outcome,
            Err(error) => {
                self.recorder.warn(&error);
                self.exchange.unrecorded(outcome)
            }
        }
    }
}
