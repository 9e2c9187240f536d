//! The order of an ending (MCP's stdio shutdown): what to do when the client leaves, the server ends or a signal comes. Without I/O.

use rustix::process::Signal;
use std::time::{Duration, Instant};

/// From SIGTERM to SIGKILL. Below the two seconds that the SDKs' clients give us between their own SIGTERM and SIGKILL: if
/// they killed us first, a stubborn server would be left behind.
pub(crate) const TERM_TO_KILL: Duration = Duration::from_millis(1500);
/// How long a killed process may take to be gone before we leave without it.
const KILL_TO_LEAVE: Duration = Duration::from_secs(1);

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// The client has closed its output, and everything it sent has been passed on. It may still read.
    ClientEnded,
    /// The client takes nothing any more.
    ClientGone,
    /// The server takes nothing any more.
    InputClosed,
    /// The server has closed its output, and everything it sent has been passed on.
    OutputEnded,
    /// The server's process has ended.
    Exited,
    /// We got a signal.
    Signal(Signal),
    /// A part of ourselves failed.
    Failed,
}

/// What to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// Close the server's input.
    CloseInput,
    /// Send this to the server's group.
    Send(Signal),
    /// All is over.
    End,
}

/// Where we are.
#[derive(Debug)]
pub(crate) struct Course {
    grace: Duration,
    stage: Stage,
    exited: bool,
    output_ended: bool,
    client_ended: bool,
    /// Nobody waits for answers any more: the client is gone, or we were told to end.
    alone: bool,
}

/// What the client's side did since the last deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Progress {
    /// Lines were written to it.
    pub(crate) moved: bool,
    /// A line is being written: it reads slowly, or not at all.
    pub(crate) busy: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Running,
    /// The server is asked to end by the end of its input, or has ended and its output is still to come.
    Leaving(Instant),
    Terminating(Instant),
    Killing(Instant),
}

impl Course {
    /// Everything runs; an ending server gets `grace` to do so by itself.
    pub(crate) fn new(grace: Duration) -> Self {
        Self { grace, stage: Stage::Running, exited: false, output_ended: false, client_ended: false, alone: false }
    }

    /// Whether the client can be expected to take its last answers, however slowly.
    pub(crate) fn client_waits(&self) -> bool {
        !self.client_ended && !self.alone
    }

    /// When [`Course::overdue`] is to be called.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        match self.stage {
            Stage::Running => None,
            Stage::Leaving(until) | Stage::Terminating(until) | Stage::Killing(until) => Some(until),
        }
    }

    /// What to do, in this order.
    pub(crate) fn on(&mut self, event: Event, now: Instant) -> Vec<Act> {
        match event {
            Event::ClientEnded => {
                self.client_ended = true;
                self.leave(now);
                vec![]
            }
            Event::ClientGone => {
                self.alone = true;
                self.leave(now);
                vec![]
            }
            Event::InputClosed => {
                self.leave(now);
                vec![]
            }
            Event::OutputEnded => {
                self.output_ended = true;
                self.leave(now);
                if self.exited { vec![Act::End] } else { vec![Act::CloseInput] }
            }
            Event::Exited => {
                self.exited = true;
                self.leave(now);
                if self.output_ended { vec![Act::End] } else { vec![] }
            }
            Event::Signal(signal) => {
                self.alone = true;
                self.leave(now);
                if signal == Signal::TERM {
                    self.terminate(now);
                }
                vec![Act::Send(signal), Act::CloseInput]
            }
            Event::Failed => {
                self.alone = true;
                self.terminate(now);
                vec![Act::CloseInput, Act::Send(Signal::TERM)]
            }
        }
    }

    /// What to do when the deadline has passed.
    pub(crate) fn overdue(&mut self, now: Instant, progress: Progress) -> Option<Act> {
        // A server that still answers is not stuck, and last words wait for a client that is slow but there.
        let answers = progress.moved || (self.exited && progress.busy && !self.client_ended);
        match self.stage {
            Stage::Leaving(_) if answers && !self.alone => {
                self.stage = Stage::Leaving(now + self.grace);
                None
            }
            Stage::Running => None,
            Stage::Leaving(_) => {
                self.terminate(now);
                Some(Act::Send(Signal::TERM))
            }
            Stage::Terminating(_) => {
                self.stage = Stage::Killing(now + KILL_TO_LEAVE);
                Some(Act::Send(Signal::KILL))
            }
            Stage::Killing(_) => Some(Act::End),
        }
    }

    fn leave(&mut self, now: Instant) {
        if self.stage == Stage::Running {
            self.stage = Stage::Leaving(now + self.grace);
        }
    }

    fn terminate(&mut self, now: Instant) {
        if matches!(self.stage, Stage::Running | Stage::Leaving(_)) {
            self.stage = Stage::Terminating(now + TERM_TO_KILL);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Act, Course, Event, Progress, TERM_TO_KILL};
    use rustix::process::Signal;
    use std::time::{Duration, Instant};

    const GRACE: Duration = Duration::from_secs(5);
    const STILL: Progress = Progress { moved: false, busy: false };
    const BUSY: Progress = Progress { moved: false, busy: true };
    const MOVED: Progress = Progress { moved: true, busy: false };

    #[test]
    fn a_good_server_ends_when_its_input_does() {
        let (mut course, now) = (Course::new(GRACE), Instant::now());
        assert_eq!(course.deadline(), None);
        assert_eq!(course.on(Event::ClientEnded, now), []);
        assert_eq!(course.deadline(), Some(now + GRACE));
        assert_eq!(course.on(Event::OutputEnded, now), [Act::CloseInput]);
        assert_eq!(course.on(Event::Exited, now), [Act::End]);
    }

    #[test]
    fn a_stubborn_one_is_terminated_then_killed_then_left() {
        let (mut course, now) = (Course::new(GRACE), Instant::now());
        course.on(Event::ClientEnded, now);
        assert_eq!(course.overdue(now + GRACE, BUSY), Some(Act::Send(Signal::TERM)));
        assert_eq!(course.deadline(), Some(now + GRACE + TERM_TO_KILL));
        assert_eq!(course.overdue(now, MOVED), Some(Act::Send(Signal::KILL)));
        assert_eq!(course.overdue(now, MOVED), Some(Act::End));
    }

    #[test]
    fn a_server_that_still_answers_is_not_stuck_unless_nobody_listens() {
        let (mut course, now) = (Course::new(GRACE), Instant::now());
        course.on(Event::ClientEnded, now);
        assert_eq!(course.overdue(now + GRACE, MOVED), None);
        assert_eq!(course.deadline(), Some(now + GRACE + GRACE));
        course.on(Event::ClientGone, now);
        assert_eq!(course.overdue(now + GRACE + GRACE, MOVED), Some(Act::Send(Signal::TERM)));
    }

    #[test]
    fn last_words_wait_for_a_slow_client_but_not_for_a_gone_one() {
        let (mut course, now) = (Course::new(GRACE), Instant::now());
        assert_eq!(course.on(Event::Exited, now), []);
        assert!(course.client_waits());
        assert_eq!(course.overdue(now + GRACE, BUSY), None);
        assert_eq!(course.deadline(), Some(now + GRACE + GRACE));
        course.on(Event::ClientGone, now);
        assert!(!course.client_waits());
        assert_eq!(course.overdue(now + GRACE + GRACE, BUSY), Some(Act::Send(Signal::TERM)));
        assert_eq!(course.on(Event::OutputEnded, now), [Act::End]);
    }

    #[test]
    fn what_never_moves_again_ends() {
        let (mut course, now) = (Course::new(GRACE), Instant::now());
        course.on(Event::Exited, now);
        assert_eq!(course.overdue(now + GRACE, STILL), Some(Act::Send(Signal::TERM)));
    }

    #[test]
    fn signals_are_passed_on_and_term_starts_the_clock_to_kill() {
        let (mut course, now) = (Course::new(GRACE), Instant::now());
        assert_eq!(course.on(Event::Signal(Signal::INT), now), [Act::Send(Signal::INT), Act::CloseInput]);
        assert_eq!(course.deadline(), Some(now + GRACE));
        course.on(Event::Signal(Signal::TERM), now);
        assert_eq!(course.deadline(), Some(now + TERM_TO_KILL));
        // A second one is passed on, too, and doesn't move the deadline.
        assert_eq!(course.on(Event::Signal(Signal::TERM), now + GRACE), [Act::Send(Signal::TERM), Act::CloseInput]);
        assert_eq!(course.deadline(), Some(now + TERM_TO_KILL));
    }
}
