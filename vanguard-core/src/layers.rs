//! The layers above L0: three short traits, sans I/O. A local layer asks nothing.

use std::fmt;
use std::time::Duration;

use crate::finding::Finding;
use crate::inspection::Inspection;

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

/// A question to someone outside: the core builds it, the host sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// What is asked, in words, for logs and `undecided`.
    pub question: String,
    /// The request's body.
    pub body: Vec<u8>,
    /// When the answer is of no use any more.
    pub deadline: Duration,
}

/// What came back: the body, or why there is none.
pub type Answer = Result<Vec<u8>, LayerError>;

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
