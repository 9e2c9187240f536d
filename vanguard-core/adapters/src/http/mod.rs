//! Sends the questions that an engine asks, over HTTP, from threads of its own: whoever asks goes on at once.
//!
//! [`Answerer`] drives the core's [`Desk`] (how many at once, coalescing, retries, the breaker) and brings all answers to one message
//! together. Keys come from a look-up and go into the one header that they are for; nothing here shows them.

mod client;

pub use client::Client;

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use vanguard_core::semantic::llm::{Desk, DeskLimits, Placed};
use vanguard_core::{Answer, Answers, Query};

/// What is called, on a thread of the answerer's, once every question of a message has its answer.
pub type Done = Box<dyn FnOnce(Answers) + Send>;

/// Sends questions and brings answers. Dropping it waits for the questions that are being sent.
pub struct Answerer {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

struct Shared {
    client: Client,
    begun: Instant,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    desk: Desk<Waiter>,
    next: u64,
    cases: HashMap<u64, Case>,
    ending: bool,
}

/// A question of a message that waits.
type Waiter = (u64, Query);

/// A message that waits.
struct Case {
    left: usize,
    answers: Answers,
    done: Done,
}

impl Answerer {
    /// Starts the threads: one for each question that may be under way, and one that keeps the time.
    ///
    /// # Errors
    /// If the process can't have more threads.
    pub fn start(client: Client, limits: DeskLimits) -> io::Result<Self> {
        let state = State { desk: Desk::new(limits), next: 0, cases: HashMap::new(), ending: false };
        let shared =
            Arc::new(Shared { client, begun: Instant::now(), state: Mutex::new(state), changed: Condvar::new() });
        let mut answerer = Self { shared, threads: Vec::new() };
        for at in 0..=limits.calls {
            let shared = Arc::clone(&answerer.shared);
            let thread = thread::Builder::new().name("answers".to_owned());
            let body = move || if at == 0 { shared.keep_time() } else { shared.send() };
            answerer.threads.push(thread.spawn(body)?);
        }
        Ok(answerer)
    }

    /// Asks, and returns at once. `done` gets an answer to each question, or why there is none; never later than the last deadline, and
    /// on this very thread if none of them can be asked.
    pub fn ask(&self, queries: Vec<Query>, done: impl FnOnce(Answers) + Send + 'static) {
        let now = self.shared.now();
        let mut state = self.shared.state();
        let case = state.next;
        state.next += 1;
        state.cases.insert(case, Case { left: queries.len(), answers: Answers::default(), done: Box::new(done) });
        let mut ready = Vec::new();
        for query in queries {
            match state.desk.ask(query.clone(), (case, query), now) {
                Placed::Queued | Placed::Joined => {}
                Placed::Known(waiter, body) => ready.push((waiter, Ok(body))),
                Placed::Refused(waiter, error) => ready.push((waiter, Err(error))),
            }
        }
        let finished = state.take_in(ready);
        drop(state);
        self.shared.changed.notify_all();
        finish(finished);
    }

    /// How many questions wait for answers.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.shared.state().desk.waiting()
    }
}

impl Drop for Answerer {
    fn drop(&mut self) {
        self.shared.state().ending = true;
        self.shared.changed.notify_all();
        let own = thread::current().id();
        for thread in self.threads.drain(..).filter(|thread| thread.thread().id() != own) {
            // A callback that panicked has ended its thread.
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Answerer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answerer").field("threads", &self.threads.len()).finish_non_exhaustive()
    }
}

impl State {
    /// Takes answers in; gives the messages that have all of theirs.
    fn take_in(&mut self, answers: Vec<(Waiter, Answer)>) -> Vec<Case> {
        let mut finished = Vec::new();
        for ((id, query), answer) in answers {
            let Some(case) = self.cases.get_mut(&id) else { continue };
            case.answers.put(&query, answer);
            case.left = case.left.saturating_sub(1);
            if case.left == 0 {
                finished.extend(self.cases.remove(&id));
            }
        }
        finished
    }
}

fn finish(cases: Vec<Case>) {
    cases.into_iter().for_each(|case| (case.done)(case.answers));
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Duration {
        self.begun.elapsed()
    }

    /// Sends one question after another. The body of each sending thread.
    fn send(&self) {
        let mut state = self.state();
        while !state.ending {
            let Some(sending) = state.desk.next(self.now()) else {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            drop(state);
            let reply = self.client.send(&sending.query, sending.within);
            state = self.state();
            let answers = state.desk.done(&sending.query.id, reply, self.now());
            let finished = state.take_in(answers);
            drop(state);
            self.changed.notify_all();
            finish(finished);
            state = self.state();
        }
    }

    /// Gives up what is late, and wakes the others for what is to be asked again.
    fn keep_time(&self) {
        let mut state = self.state();
        while !state.ending {
            let now = self.now();
            let late = state.desk.expired(now);
            if !late.is_empty() {
                let finished = state.take_in(late);
                drop(state);
                finish(finished);
                state = self.state();
                continue;
            }
            state = match state.desk.wake() {
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(at) if at > now => {
                    self.changed.wait_timeout(state, at - now).unwrap_or_else(PoisonError::into_inner).0
                }
                // Something is ready to be sent, and every sender is busy or about to look.
                Some(_) => {
                    self.changed.notify_all();
                    let pause = Duration::from_millis(50);
                    self.changed.wait_timeout(state, pause).unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
        // Nobody is left waiting for what will not be sent.
        let left = state.desk.end();
        let finished = state.take_in(left);
        drop(state);
        finish(finished);
    }
}
