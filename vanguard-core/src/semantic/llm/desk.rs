//! Questions under way, as a state machine without I/O or a clock: how many at once, which are the same, which are asked again, and
//! which are not asked at all. Whoever sends them over the network drives it.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use super::breaker::Breaker;
use crate::layers::{Answer, LayerError, Query, Reply};

/// How much a desk takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeskLimits {
    /// Questions that are sent at once.
    pub calls: usize,
    /// Who may wait for answers, in all; who comes after them gets none.
    pub queue: usize,
    /// How often one question is sent again.
    pub retries: u32,
}

/// What became of a question.
#[derive(Debug, PartialEq, Eq)]
pub enum Placed<W> {
    /// It will be sent.
    Queued,
    /// The same question is under way; its answer will do for both.
    Joined,
    /// The same question was answered a moment ago: who asks has looked into the cache before that.
    Known(W, Vec<u8>),
    /// It won't be sent.
    Refused(W, LayerError),
}

/// A question to send now.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sending {
    /// What to send.
    pub query: Query,
    /// How long it may take.
    pub within: Duration,
}

/// Between those who ask and the network. `W` is whatever a caller knows its questions by.
#[derive(Debug)]
pub struct Desk<W> {
    limits: DeskLimits,
    line: VecDeque<String>,
    open: HashMap<String, Job<W>>,
    sent: usize,
    waiters: usize,
    breaker: Breaker,
    /// The last answers, and when they came.
    recent: VecDeque<(String, Vec<u8>, Duration)>,
    /// Tenths of a retry that may still be spent: a tenth is earned by each question, so that a server in trouble gets hardly more.
    budget: u32,
}

#[derive(Debug)]
struct Job<W> {
    query: Query,
    until: Duration,
    waiters: Vec<W>,
    tries: u32,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// In the line, not before that time.
    Waits(Duration),
    Sent,
}

/// Retries that a desk begins with, and the most that it saves up, in tenths.
const BUDGET: (u32, u32) = (30, 100);
/// What a retry costs.
const RETRY: u32 = 10;
/// Answers that are kept for who asks at the same moment, and for how long.
const RECENT: (usize, Duration) = (32, Duration::from_secs(1));
/// Bytes of an answer that is kept so; an honest one has a few hundred.
const LONGEST: usize = 16 << 10;
/// Before the first retry; each further waits twice as long.
const PAUSE: Duration = Duration::from_millis(200);

impl<W> Desk<W> {
    /// A desk without questions.
    #[must_use]
    pub fn new(limits: DeskLimits) -> Self {
        Self {
            limits,
            line: VecDeque::new(),
            open: HashMap::new(),
            sent: 0,
            waiters: 0,
            breaker: Breaker::default(),
            recent: VecDeque::new(),
            budget: BUDGET.0,
        }
    }

    /// Takes a question at `now`, which only ever grows.
    pub fn ask(&mut self, query: Query, waiter: W, now: Duration) -> Placed<W> {
        if query.url.is_empty() {
            return Placed::Refused(waiter, LayerError::Failed("the question names nobody to be asked".to_owned()));
        }
        let fresh = |(id, _, came): &&(String, Vec<u8>, Duration)| *id == query.id && now < *came + RECENT.1;
        if let Some((_, body, _)) = self.recent.iter().find(fresh) {
            return Placed::Known(waiter, body.clone());
        }
        if self.waiters >= self.limits.queue {
            return Placed::Refused(waiter, LayerError::Failed("too many wait for answers already".to_owned()));
        }
        if let Some(job) = self.open.get_mut(&query.id) {
            job.waiters.push(waiter);
            self.waiters += 1;
            return Placed::Joined;
        }
        if !self.breaker.lets_pass(now) {
            let why = "it failed too often, and is left alone for a while";
            return Placed::Refused(waiter, LayerError::Failed(why.to_owned()));
        }
        self.waiters += 1;
        self.budget = (self.budget + 1).min(BUDGET.1);
        self.line.push_back(query.id.clone());
        let job = Job { until: now + query.deadline, waiters: vec![waiter], tries: 0, state: State::Waits(now), query };
        self.open.insert(job.query.id.clone(), job);
        Placed::Queued
    }

    /// A question to send now, if there is one and not too many are under way. Each must be followed by [`Desk::done`].
    pub fn next(&mut self, now: Duration) -> Option<Sending> {
        if self.sent >= self.limits.calls {
            return None;
        }
        let ready = |id: &String| {
            let job = self.open.get(id);
            job.is_some_and(|job| matches!(job.state, State::Waits(from) if from <= now) && job.until > now)
        };
        let at = self.line.iter().position(ready)?;
        let job = self.open.get_mut(&self.line.remove(at)?)?;
        job.state = State::Sent;
        job.tries += 1;
        self.sent += 1;
        Some(Sending { query: job.query.clone(), within: job.until.saturating_sub(now) })
    }

    /// What came back for a question of [`Desk::next`]: who waited for it, each with the answer. Nobody if it is asked again.
    pub fn done(&mut self, id: &str, reply: Reply, now: Duration) -> Vec<(W, Answer)> {
        self.sent = self.sent.saturating_sub(1);
        match &reply {
            // It answers: that this question was wrong is not the server's fault.
            Reply::Answer(_) | Reply::Failed(LayerError::Failed(_)) => self.breaker.answered(),
            Reply::Again(_) | Reply::Failed(_) => self.breaker.failed(now),
        }
        let Some(job) = self.open.get_mut(id).filter(|job| job.state == State::Sent) else { return Vec::new() };
        let answer = match reply {
            Reply::Answer(body) => {
                if body.len() <= LONGEST {
                    self.recent.truncate(RECENT.0 - 1);
                    self.recent.push_front((id.to_owned(), body.clone(), now));
                }
                Ok(body)
            }
            Reply::Failed(error) => Err(error),
            Reply::Again(wanted) => {
                let pause = wanted.unwrap_or(PAUSE * (1 << (job.tries - 1).min(6)));
                let allowed = job.tries <= self.limits.retries && self.budget >= RETRY && now + pause < job.until;
                if allowed {
                    self.budget -= RETRY;
                    job.state = State::Waits(now + pause);
                    self.line.push_back(id.to_owned());
                    return Vec::new();
                }
                if let Some(wanted) = wanted {
                    self.breaker.pause(now, wanted);
                }
                Err(LayerError::Failed("its server is overloaded or failed".to_owned()))
            }
        };
        self.close(id, &answer)
    }

    /// Who waited for answers that didn't come in time.
    pub fn expired(&mut self, now: Duration) -> Vec<(W, Answer)> {
        let late: Vec<String> =
            self.open.iter().filter(|(_, job)| job.until <= now).map(|(id, _)| id.clone()).collect();
        let mut out = Vec::new();
        for id in late {
            if self.open.get(&id).is_some_and(|job| job.state != State::Sent) {
                self.breaker.forgotten();
            }
            out.extend(self.close(&id, &Err(LayerError::Deadline)));
        }
        self.line.retain(|id| self.open.contains_key(id));
        out
    }

    /// Nothing is sent any more: who still waits, each without an answer.
    pub fn end(&mut self) -> Vec<(W, Answer)> {
        self.line.clear();
        let ids: Vec<String> = self.open.keys().cloned().collect();
        let why = Err(LayerError::Failed("nobody asks it any more".to_owned()));
        ids.iter().flat_map(|id| self.close(id, &why)).collect()
    }

    /// When to look at [`Desk::expired`] and [`Desk::next`] again, if nothing else happens before.
    #[must_use]
    pub fn wake(&self) -> Option<Duration> {
        let times = self.open.values().flat_map(|job| match job.state {
            State::Waits(from) => [Some(from), Some(job.until)],
            State::Sent => [None, Some(job.until)],
        });
        times.flatten().min()
    }

    /// How many wait for answers.
    #[must_use]
    pub const fn waiting(&self) -> usize {
        self.waiters
    }

    fn close(&mut self, id: &str, answer: &Answer) -> Vec<(W, Answer)> {
        let Some(job) = self.open.remove(id) else { return Vec::new() };
        self.waiters = self.waiters.saturating_sub(job.waiters.len());
        job.waiters.into_iter().map(|waiter| (waiter, answer.clone())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: DeskLimits = DeskLimits { calls: 2, queue: 6, retries: 1 };

    fn query(name: &str) -> Query {
        let mut query = Query::new(name, name.as_bytes().to_vec(), ms(1000));
        query.url = "http://model.example".to_owned();
        query
    }

    fn ms(count: u64) -> Duration {
        Duration::from_millis(count)
    }

    fn sent(desk: &mut Desk<u32>, now: u64) -> Option<String> {
        desk.next(ms(now)).map(|sending| sending.query.question)
    }

    #[test]
    fn equal_questions_are_asked_once_and_few_at_a_time() {
        let mut desk = Desk::new(LIMITS);
        assert_eq!(desk.ask(query("a"), 1, ms(0)), Placed::Queued);
        assert_eq!(desk.ask(query("a"), 2, ms(0)), Placed::Joined);
        for (at, name) in (3..).zip(["b", "c", "d", "e"]) {
            assert_eq!(desk.ask(query(name), at, ms(0)), Placed::Queued);
        }
        assert!(matches!(desk.ask(query("f"), 9, ms(0)), Placed::Refused(9, _)));
        assert_eq!((sent(&mut desk, 1).as_deref(), sent(&mut desk, 1).as_deref()), (Some("a"), Some("b")));
        assert_eq!(sent(&mut desk, 1), None);
        let answered = desk.done(&query("a").id, Reply::Answer(b"x".to_vec()), ms(2));
        assert_eq!(answered, [(1, Ok(b"x".to_vec())), (2, Ok(b"x".to_vec()))]);
        assert_eq!((desk.waiting(), sent(&mut desk, 2).as_deref()), (4, Some("c")));
        assert_eq!(desk.ask(query("a"), 7, ms(3)), Placed::Known(7, b"x".to_vec()));
        assert_eq!(desk.ask(query("a"), 8, ms(1100)), Placed::Queued);
    }

    #[test]
    fn a_question_is_asked_again_within_its_time_and_no_more_often_than_that() {
        let mut desk = Desk::new(LIMITS);
        desk.ask(query("a"), 1, ms(0));
        assert!(sent(&mut desk, 0).is_some());
        assert!(desk.done(&query("a").id, Reply::Again(Some(ms(300))), ms(10)).is_empty());
        assert_eq!((sent(&mut desk, 100), desk.wake()), (None, Some(ms(310))));
        assert!(sent(&mut desk, 310).is_some());
        let failed = desk.done(&query("a").id, Reply::Again(None), ms(320));
        assert!(matches!(failed.as_slice(), [(1, Err(LayerError::Failed(_)))]));
    }

    #[test]
    fn who_asks_to_be_left_alone_for_longer_than_the_deadline_is() {
        let mut desk = Desk::new(LIMITS);
        desk.ask(query("a"), 1, ms(0));
        assert!(sent(&mut desk, 0).is_some());
        assert_eq!(desk.done(&query("a").id, Reply::Again(Some(ms(9000))), ms(10)).len(), 1);
        assert!(matches!(desk.ask(query("b"), 2, ms(20)), Placed::Refused(2, _)));
        assert_eq!(desk.ask(query("b"), 2, ms(9010)), Placed::Queued);
    }

    #[test]
    fn retries_are_rationed() {
        let mut desk = Desk::new(DeskLimits { calls: 2, queue: 6, retries: 9 });
        desk.ask(query("a"), 1, ms(0));
        let mut tries = 0;
        for now in 0..1000 {
            if sent(&mut desk, now).is_some() {
                tries += 1;
                desk.done(&query("a").id, Reply::Again(Some(ms(1))), ms(now));
            }
        }
        assert_eq!(tries, 4);
    }

    #[test]
    fn what_is_late_is_given_up_wherever_it_is() {
        let mut desk = Desk::new(DeskLimits { calls: 1, ..LIMITS });
        desk.ask(query("a"), 1, ms(0));
        desk.ask(query("b"), 2, ms(500));
        assert!(sent(&mut desk, 500).is_some());
        assert_eq!(desk.expired(ms(999)), []);
        assert_eq!(desk.expired(ms(1000)), [(1, Err(LayerError::Deadline))]);
        // It is still being sent; the next waits for that.
        assert_eq!(sent(&mut desk, 1000), None);
        assert_eq!(desk.expired(ms(1500)), [(2, Err(LayerError::Deadline))]);
        assert_eq!(desk.done(&query("a").id, Reply::Answer(Vec::new()), ms(1600)), []);
        assert_eq!((desk.waiting(), desk.wake(), sent(&mut desk, 1600)), (0, None, None));
    }

    #[test]
    fn a_server_that_fails_is_left_alone_then_tried_by_one() {
        let mut desk = Desk::new(DeskLimits { calls: 9, queue: 99, retries: 0 });
        for at in 0..5 {
            desk.ask(query(&at.to_string()), at, ms(0));
            assert!(sent(&mut desk, 0).is_some());
            desk.done(&query(&at.to_string()).id, Reply::Again(None), ms(1));
        }
        assert!(matches!(desk.ask(query("x"), 7, ms(2)), Placed::Refused(7, _)));
        assert_eq!(desk.ask(query("x"), 7, ms(31_000)), Placed::Queued);
        assert!(matches!(desk.ask(query("y"), 8, ms(31_000)), Placed::Refused(8, _)));
        assert!(sent(&mut desk, 31_000).is_some());
        assert_eq!(desk.done(&query("x").id, Reply::Answer(Vec::new()), ms(31_001)).len(), 1);
        assert_eq!(desk.ask(query("y"), 8, ms(31_002)), Placed::Queued);
    }
}
