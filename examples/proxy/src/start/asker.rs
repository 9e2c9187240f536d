//! Messages that wait for a model's answers: who asks for them, and how many there are.

use crate::exit::Failure;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
#[cfg(feature = "http")]
use vanguard_adapters::http::{Answerer, Client};
use vanguard_core::config::Llm;
use vanguard_core::{Answers, Flow, Query};

/// Sends questions, and knows how many messages of each direction wait for answers.
#[derive(Debug)]
pub(crate) struct Asker {
    #[cfg(feature = "http")]
    answerer: Answerer,
    waiting: Mutex<Waiting>,
    fewer: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    to_server: usize,
    to_client: usize,
}

impl Waiting {
    const fn of(&mut self, flow: Flow) -> &mut usize {
        match flow {
            Flow::ToServer => &mut self.to_server,
            Flow::ToClient => &mut self.to_client,
        }
    }
}

impl Asker {
    /// Who asks this model.
    ///
    /// # Errors
    /// If this program can't ask over the network, or the process can't have more threads.
    #[cfg(feature = "http")]
    pub(crate) fn start(llm: &Llm) -> Result<Self, Failure> {
        let client = Client::new(|name| std::env::var(name).ok());
        let answerer = Answerer::start(client, llm.limits()).map_err(|error| Failure::io("start", error))?;
        Ok(Self { answerer, waiting: Mutex::default(), fewer: Condvar::new() })
    }

    /// As above: to be asked for a judgement and to pass messages without one would weaken every verdict.
    #[cfg(not(feature = "http"))]
    pub(crate) fn start(llm: &Llm) -> Result<Self, Failure> {
        let how = "this `vanguard` was built without `--features http`";
        Err(Failure::Config(format!("{} can't be asked (`semantic.llm`): {how}", llm.model())))
    }

    /// Asks; `done` gets the answers on another thread, or at once if nobody can be asked.
    #[cfg(feature = "http")]
    pub(crate) fn ask(&self, flow: Flow, queries: Vec<Query>, done: impl FnOnce(Answers) + Send + 'static) {
        *self.waiting().of(flow) += 1;
        self.answerer.ask(queries, done);
    }

    /// As above; there is no such program.
    #[cfg(not(feature = "http"))]
    pub(crate) fn ask(&self, flow: Flow, _: Vec<Query>, done: impl FnOnce(Answers) + Send + 'static) {
        *self.waiting().of(flow) += 1;
        done(Answers::default());
    }

    /// What waited has become what it becomes.
    pub(crate) fn finished(&self, flow: Flow) {
        *self.waiting().of(flow) -= 1;
        self.fewer.notify_all();
    }

    /// Waits until nothing of a direction waits any more: at most as long as a model may take.
    pub(crate) fn drain(&self, flow: Flow) {
        let mut waiting = self.waiting();
        while *waiting.of(flow) > 0 {
            waiting = self.fewer.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
