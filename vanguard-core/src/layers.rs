//! The layers above L0: three short traits, sans I/O. A local layer asks nothing.

use std::fmt;
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::finding::Finding;
use crate::inspection::Inspection;
use crate::verdict::Verdict;

/// L1: what is wrong with the message by itself, deterministically.
pub trait RuleLayer: fmt::Debug + Send + Sync {
    /// What it has to ask before it can judge. Most ask nothing.
    fn plan(&self, inspection: &Inspection<'_>) -> Vec<Query> {
        let _ = inspection;
        Vec::new()
    }
    /// Its findings, given one answer for each query of `plan`.
    ///
    /// # Errors
    /// A failure inside; policy blocks (in `monitor` it warns) with a finding that says so.
    fn judge(&self, inspection: &Inspection<'_>, answers: &[Answer]) -> Result<Vec<Finding>, LayerError>;
}

/// L2: what the message means. It sees L1's findings; it may add to them, never take away.
pub trait SemanticLayer: fmt::Debug + Send + Sync {
    /// What it has to ask before it can judge. Most ask nothing.
    fn plan(&self, inspection: &Inspection<'_>) -> Vec<Query> {
        let _ = inspection;
        Vec::new()
    }
    /// Its findings, given one answer for each query of `plan`.
    ///
    /// # Errors
    /// A failure inside; policy blocks (in `monitor` it warns) with a finding that says so.
    fn judge(&self, inspection: &Inspection<'_>, answers: &[Answer]) -> Result<Vec<Finding>, LayerError>;
}

/// L3: what the message is after the ones before it.
pub trait BehaviorLayer: fmt::Debug + Send + Sync {
    /// What it has to ask before it can judge. Most ask nothing.
    fn plan(&self, inspection: &Inspection<'_>) -> Vec<Query> {
        let _ = inspection;
        Vec::new()
    }
    /// Its findings, given one answer for each query of `plan`. It must not count anything yet: the verdict is still open.
    ///
    /// # Errors
    /// A failure inside; policy blocks (in `monitor` it warns) with a finding that says so.
    fn judge(&self, inspection: &Inspection<'_>, answers: &[Answer]) -> Result<Vec<Finding>, LayerError>;
    /// The verdict stands: count what has to be counted. A blocked request counts only as a blocked attempt.
    /// Not called by `preview`.
    fn settle(&self, inspection: &Inspection<'_>, blocked: bool) {
        let _ = (inspection, blocked);
    }
}

/// A question to someone outside: the core builds it, the host sends it and brings the answer.
///
/// `Debug` shows neither what is asked nor where a key goes; no key is ever in it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Query {
    /// What is asked, in words, for logs and `undecided`.
    pub question: String,
    /// Where to POST it. Empty where the layer leaves that to the host.
    pub url: String,
    /// Headers to send, without the key's.
    pub headers: Vec<(String, String)>,
    /// The key to send along, by the name of the environment variable that holds it.
    pub key: Option<KeyHeader>,
    /// The request's body.
    pub body: Vec<u8>,
    /// When, counted from the question, the answer is of no use any more.
    pub deadline: Duration,
    /// Two with the same id are the same question.
    pub id: String,
}

/// A header that takes a key: `header: prefix` and the key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyHeader {
    /// The environment variable that holds the key.
    pub variable: String,
    /// The header's name.
    pub header: String,
    /// What stands before the key.
    pub prefix: String,
}

impl Query {
    /// A question to whomever the host knows.
    #[must_use]
    pub fn new(question: impl Into<String>, body: Vec<u8>, deadline: Duration) -> Self {
        let question = question.into();
        let digest = Sha256::new().chain_update(&question).chain_update([0]).chain_update(&body).finalize();
        let id = data_encoding::HEXLOWER.encode(digest.get(..16).unwrap_or_default());
        Self { question, url: String::new(), headers: Vec::new(), key: None, body, deadline, id }
    }

    /// The question of this id, to be posted to `url`.
    pub(crate) fn to(self, url: String, headers: Vec<(String, String)>, key: Option<KeyHeader>, id: String) -> Self {
        Self { url, headers, key, id, ..self }
    }

    /// What an HTTP response means: `retry_after` is the header of that name, if there was one.
    #[must_use]
    pub fn reply(status: u16, retry_after: Option<&str>, body: Vec<u8>) -> Reply {
        match status {
            200 => Reply::Answer(body),
            408 | 425 | 429 | 500 | 502..=504 | 529 => {
                Reply::Again(retry_after.and_then(|text| text.trim().parse().ok()).map(Duration::from_secs))
            }
            401 | 403 => Reply::Failed(LayerError::Failed(format!("its server refused the key ({status})"))),
            _ => Reply::Failed(LayerError::Failed(format!("its server answered {status}"))),
        }
    }
}

impl fmt::Debug for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { question, url, deadline, id, .. } = self;
        let mut out = f.debug_struct("Query");
        out.field("question", question).field("url", url).field("deadline", deadline).field("id", id);
        out.finish_non_exhaustive()
    }
}

/// What came of sending a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// A response to read.
    Answer(Vec<u8>),
    /// Nothing this time; it may be asked again, after so long if the server says so.
    Again(Option<Duration>),
    /// Nothing, and asking again won't help.
    Failed(LayerError),
}

/// What came back: the body, or why there is none.
pub type Answer = Result<Vec<u8>, LayerError>;

/// Answers to the questions about one message, for [`crate::Inspector::consult`].
#[derive(Clone, Debug, Default)]
pub struct Answers {
    known: Vec<(String, Answer)>,
}

/// Questions that one message may cost. What its layers ask beyond that stays undecided.
const MOST: usize = 16;

impl Answers {
    /// Takes the answer to a question.
    pub fn put(&mut self, query: &Query, answer: Answer) {
        self.put_by_id(query.id.clone(), answer);
    }

    /// Takes the answer to the question of this id.
    pub fn put_by_id(&mut self, id: impl Into<String>, answer: Answer) {
        if self.known.len() < MOST {
            self.known.push((id.into(), answer));
        }
    }

    pub(crate) fn to(&self, query: &Query) -> Option<&Answer> {
        self.known.iter().find(|(id, _)| *id == query.id).map(|(_, answer)| answer)
    }

    /// Whether no more may be asked.
    pub(crate) fn is_full(&self) -> bool {
        self.known.len() >= MOST
    }
}

/// What came of an inspection that may ask.
#[derive(Clone, Debug)]
pub enum Consultation {
    /// The verdict stands.
    Decided(Box<Verdict>),
    /// It depends on these questions. Nothing was counted yet: inspect the message again with the answers.
    Asks(Vec<Query>),
}

/// Why a layer could not judge.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LayerError {
    /// No answer within the deadline.
    #[error("no answer within the deadline")]
    Deadline,
    /// The layer or its source failed.
    #[error("{0}")]
    Failed(String),
}
