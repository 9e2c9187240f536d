//! Questions to someone outside, and the desk that they go over.

use std::time::Duration;

use napi::bindgen_prelude::Buffer;
use napi_derive::napi;
use vanguard_core::semantic::llm::{DeskLimits, Placed};
use vanguard_core::{Answer, Answers, LayerError, Reply};

use crate::verdict::Verdict;
use crate::{Result, argument};

/// A question to someone outside.
#[napi]
pub struct NativeQuery {
    core: vanguard_core::Query,
}

impl From<vanguard_core::Query> for NativeQuery {
    fn from(core: vanguard_core::Query) -> Self {
        Self { core }
    }
}

#[napi]
impl NativeQuery {
    /// What is asked, in words.
    #[napi(getter)]
    pub fn question(&self) -> String {
        self.core.question.clone()
    }

    /// Where to POST it; empty where the layer leaves that to the answerer.
    #[napi(getter)]
    pub fn url(&self) -> String {
        self.core.url.clone()
    }

    /// Headers to send, without the key's, as pairs.
    #[napi(getter)]
    pub fn headers(&self) -> Vec<Vec<String>> {
        self.core.headers.iter().map(|(name, value)| vec![name.clone(), value.clone()]).collect()
    }

    /// The key to send along: the environment variable that holds it, the header it goes into, and what stands before it there.
    #[napi(getter)]
    pub fn key(&self) -> Option<Vec<String>> {
        self.core.key.as_ref().map(|key| vec![key.variable.clone(), key.header.clone(), key.prefix.clone()])
    }

    /// The body to send.
    #[napi(getter)]
    pub fn body(&self) -> Buffer {
        self.core.body.clone().into()
    }

    /// Seconds after which the answer is of no use.
    #[napi(getter)]
    pub fn deadline(&self) -> f64 {
        self.core.deadline.as_secs_f64()
    }

    /// Two with the same id are the same question.
    #[napi(getter)]
    pub fn id(&self) -> String {
        self.core.id.clone()
    }
}

/// What came back for a question: a body, or why there is none.
#[napi(object)]
pub struct NativeAnswer {
    /// The question's id.
    pub id: String,
    /// What came back.
    pub body: Option<Buffer>,
    /// Why nothing did; without it and a body, the deadline has passed.
    pub failed: Option<String>,
}

pub(crate) fn answers(given: Vec<NativeAnswer>) -> Answers {
    let mut answers = Answers::default();
    for one in given {
        answers.put_by_id(one.id, answer(one.body, one.failed));
    }
    answers
}

fn answer(body: Option<Buffer>, failed: Option<String>) -> Answer {
    match (body, failed) {
        (Some(body), _) => Ok(body.to_vec()),
        (None, Some(failed)) => Err(LayerError::Failed(failed)),
        (None, None) => Err(LayerError::Deadline),
    }
}

/// The verdict, or what there is to ask first.
#[napi]
pub struct NativeConsultation {
    pub(crate) verdict: Option<Verdict>,
    pub(crate) queries: Vec<vanguard_core::Query>,
}

#[napi]
impl NativeConsultation {
    /// The verdict, if it stands; it can be taken once.
    #[napi]
    pub fn take_verdict(&mut self) -> Option<Verdict> {
        self.verdict.take()
    }

    /// The questions; they can be taken once.
    #[napi]
    pub fn take_queries(&mut self) -> Vec<NativeQuery> {
        std::mem::take(&mut self.queries).into_iter().map(NativeQuery::from).collect()
    }
}

/// One who waited, and the answer.
#[napi(object)]
pub struct NativeAnswered {
    /// Who waited.
    pub waiter: u32,
    /// What came back.
    pub body: Option<Buffer>,
    /// Why nothing did; without it and a body, the deadline has passed.
    pub failed: Option<String>,
}

fn answered((waiter, answer): (u32, Answer)) -> NativeAnswered {
    let (body, failed) = match answer {
        Ok(body) => (Some(body.into()), None),
        Err(LayerError::Deadline) => (None, None),
        Err(error) => (None, Some(error.to_string())),
    };
    NativeAnswered { waiter, body, failed }
}

/// A question to send now.
#[napi]
pub struct NativeSending {
    query: Option<vanguard_core::Query>,
    /// How many seconds it may take.
    #[napi(readonly)]
    pub within: f64,
}

#[napi]
impl NativeSending {
    /// What to send; it can be taken once.
    #[napi]
    pub fn take_query(&mut self) -> Option<NativeQuery> {
        self.query.take().map(NativeQuery::from)
    }
}

/// Questions under way: how many at once, which are the same, which are asked again, and which not at all. Times are seconds that only grow.
#[napi]
pub struct NativeDesk {
    core: vanguard_core::semantic::llm::Desk<u32>,
}

#[napi]
impl NativeDesk {
    /// A desk that sends so many at once, lets so many wait, and sends one again so often.
    #[napi(constructor)]
    pub fn new(calls: u32, queue: u32, retries: u32) -> Self {
        let limits = DeskLimits { calls: calls as usize, queue: queue as usize, retries };
        Self { core: vanguard_core::semantic::llm::Desk::new(limits) }
    }

    /// Takes a question for `waiter`. Gives its answer if that came a moment ago, or what stands for its not being sent.
    #[napi]
    pub fn ask(&mut self, query: &NativeQuery, waiter: u32, now: f64) -> Result<Option<NativeAnswered>> {
        Ok(match self.core.ask(query.core.clone(), waiter, time(now)?) {
            Placed::Queued | Placed::Joined => None,
            Placed::Known(waiter, body) => Some(answered((waiter, Ok(body)))),
            Placed::Refused(waiter, error) => Some(answered((waiter, Err(error)))),
        })
    }

    /// A question to send now. Each is to be followed by `done`.
    #[napi]
    pub fn next(&mut self, now: f64) -> Result<Option<NativeSending>> {
        let sending = self.core.next(time(now)?);
        Ok(sending.map(|sending| NativeSending { query: Some(sending.query), within: sending.within.as_secs_f64() }))
    }

    /// What came back: a response's status, header `retry-after` and body. Gives those who waited.
    #[napi]
    pub fn done(
        &mut self,
        query: &NativeQuery,
        now: f64,
        status: u16,
        retry_after: Option<String>,
        body: Buffer,
    ) -> Result<Vec<NativeAnswered>> {
        let reply = vanguard_core::Query::reply(status, retry_after.as_deref(), body.to_vec());
        Ok(self.core.done(&query.core.id, reply, time(now)?).into_iter().map(answered).collect())
    }

    /// Nothing came back: it took too long, or there was no connection. Gives those who waited.
    #[napi]
    pub fn lost(&mut self, query: &NativeQuery, now: f64, late: bool) -> Result<Vec<NativeAnswered>> {
        // A server that can't be reached may be back in a moment.
        let reply = if late { Reply::Failed(LayerError::Deadline) } else { Reply::Again(None) };
        Ok(self.core.done(&query.core.id, reply, time(now)?).into_iter().map(answered).collect())
    }

    /// Those whose answers did not come in time.
    #[napi]
    pub fn expired(&mut self, now: f64) -> Result<Vec<NativeAnswered>> {
        Ok(self.core.expired(time(now)?).into_iter().map(answered).collect())
    }

    /// When to look at `expired` and `next` again.
    #[napi]
    pub fn wake(&self) -> Option<f64> {
        self.core.wake().map(|at| at.as_secs_f64())
    }
}

fn time(now: f64) -> Result<Duration> {
    Duration::try_from_secs_f64(now).map_err(|_| argument("now", &now.to_string()))
}
