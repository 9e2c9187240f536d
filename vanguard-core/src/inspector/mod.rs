//! The inspector: the one place that knows all the layers and their order.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `begin` | a message read, and the built-in L1 |
//! | `start_up` | what is written to a shell's start-up file |
//! | `finish` | policy, then what follows from the verdict |

mod begin;
mod finish;
mod start_up;

use std::sync::Arc;
use std::time::Duration;

use crate::behavior::{Baseline, Behavior, BehaviorExport};
use crate::config::Config;
use crate::config::problem::Problems;
use crate::consult::{Asking, Step, layer_failed};
use crate::finding::{Finding, Layer};
use crate::inspection::Inspection;
use crate::integrity::Watch;
use crate::layers::{Answer, BehaviorLayer, Query, RuleLayer, SemanticLayer};
use crate::listings::Listings;
use crate::message::{FieldTable, Limits, Message};
use crate::policy::{Policy, Profile};
use crate::redact::Canaries;
use crate::resolver::PathResolver;
use crate::rules::RuleSet;
use crate::scratch::{Pool, Scratch};
use crate::semantic::llm::Scorer;
use crate::session::{Knowledge, SessionKey};
use crate::verdict::{Undecided, Verdict, Versions};

/// Looks at every message and says what happens to it. Immutable, `Send + Sync`, cheap to clone; never panics, never
/// blocks, does no I/O. (A [`PathResolver`] that the host gives does what it does.)
///
/// ```
/// use vanguard_core::{Inspector, Message};
/// let inspector = Inspector::builder().build()?;
/// let verdict = inspector.inspect(&Message::to_server(br#"{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}"#));
/// assert!(verdict.is_blocked());
/// assert_eq!(verdict.findings[0].rule, "L0-DUPLICATE-KEY");
/// # Ok::<(), vanguard_core::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Inspector {
    engine: Arc<Engine>,
}

#[derive(Debug)]
pub(crate) struct Engine {
    pub(crate) table: FieldTable,
    pub(crate) canaries: Option<Canaries>,
    pub(crate) rules: RuleSet,
    pub(crate) policy: Policy,
    pub(crate) rule_layers: Vec<Arc<dyn RuleLayer>>,
    pub(crate) semantic_layers: Vec<Arc<dyn SemanticLayer>>,
    pub(crate) scorer: Option<Scorer>,
    pub(crate) behavior_layers: Vec<Arc<dyn BehaviorLayer>>,
    pub(crate) behavior: Option<Behavior>,
    pub(crate) resolver: Option<Arc<dyn PathResolver>>,
    pub(crate) versions: Arc<Versions>,
    pub(crate) listings: Listings,
    pub(crate) watch: Option<Watch>,
    /// Whether arguments and results are held against what tools declare.
    pub(crate) observes: bool,
    pub(crate) knowledge: Arc<Knowledge>,
    pub(crate) clock: Option<fn() -> Duration>,
    pub(crate) pool: Pool,
}

/// Whether a verdict changes what is known.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effects {
    Kept,
    None,
}

impl Inspector {
    pub(crate) fn new(engine: Engine) -> Self {
        Self { engine: Arc::new(engine) }
    }

    /// Judges a message and remembers what its answer will need. Buffers come from the inspector's pool.
    #[must_use]
    pub fn inspect(&self, message: &Message<'_>) -> Verdict {
        let (slot, mut scratch) = self.engine.pool.take();
        let verdict = self.inspect_with(&mut scratch, message);
        self.engine.pool.put(slot, scratch);
        verdict
    }

    /// As [`Inspector::inspect`], in buffers of the caller's.
    #[must_use]
    pub fn inspect_with(&self, scratch: &mut Scratch, message: &Message<'_>) -> Verdict {
        self.engine.inspect(scratch, message, Effects::Kept)
    }

    /// The verdict that [`Inspector::inspect`] would give; changes no state.
    #[must_use]
    pub fn preview(&self, message: &Message<'_>) -> Verdict {
        self.engine.inspect(&mut Scratch::new(), message, Effects::None)
    }
}

impl Inspector {
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// What was learned from traffic; clones of this inspector share it.
    #[must_use]
    pub fn knowledge(&self) -> &Arc<Knowledge> {
        &self.engine.knowledge
    }

    /// What is known of every session: counts, levels and names, no content.
    #[must_use]
    pub fn sessions(&self) -> Vec<BehaviorExport> {
        self.sessions_since(Duration::ZERO)
    }

    /// The same of those that were heard of since `at`, by the clock that messages come by.
    #[must_use]
    pub fn sessions_since(&self, at: Duration) -> Vec<BehaviorExport> {
        let since = u64::try_from(at.as_micros()).unwrap_or(u64::MAX);
        self.engine.behavior.as_ref().map(|behavior| behavior.export(since)).unwrap_or_default()
    }

    /// What is usual, as far as it was learned: nothing unless [`crate::InspectorBuilder::learns`] asks for it.
    #[must_use]
    pub fn learned(&self) -> Option<Baseline> {
        self.engine.behavior.as_ref().and_then(Behavior::learned)
    }

    /// Forgets what a session did, by the id in its export: its counts, its risk, what its tools said. Returns whether it was known.
    pub fn clear_session(&self, id: &str) -> bool {
        self.engine.behavior.as_ref().is_some_and(|behavior| behavior.clear(id, true))
    }

    /// As [`Inspector::clear_session`], but for its counters: for hosts whose [`crate::behavior::StateStore`] was told by others to forget it.
    pub fn forget_session(&self, id: &str) -> bool {
        self.engine.behavior.as_ref().is_some_and(|behavior| behavior.clear(id, false))
    }

    /// The profile it judges by.
    #[must_use]
    pub fn profile(&self) -> Profile {
        self.engine.policy.config.profile
    }

    /// The configuration it judges by.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.engine.policy.config
    }

    /// What is probably not meant in its configuration: what [`Config::warnings`] says, and names of rules that nothing
    /// has: neither a pack nor the engine. A layer that the host added may find under names of its own.
    #[must_use]
    pub fn warnings(&self, now: Option<Duration>) -> Problems {
        let mut problems = self.config().warnings(now);
        problems.extend(self.config().unknown_rules(self.rules().ids()));
        problems
    }

    /// The rules it judges by.
    #[must_use]
    pub fn rules(&self) -> &RuleSet {
        &self.engine.rules
    }

    /// The limits it reads by.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.engine.policy.config.limits
    }

    /// The time of its clock since the Unix epoch, if it has one.
    #[must_use]
    pub fn clock(&self) -> Option<Duration> {
        self.engine.clock.map(|clock| clock())
    }

    /// The versions its verdicts carry.
    #[must_use]
    pub fn versions(&self) -> &Arc<Versions> {
        &self.engine.versions
    }
}

/// What an inspection has come to so far.
pub(crate) struct Judged {
    pub(crate) findings: Vec<Finding>,
    pub(crate) undecided: Vec<Undecided>,
    key: Option<SessionKey>,
}

impl Engine {
    /// The verdict on a message, or on the call that it stands for.
    fn inspect(&self, scratch: &mut Scratch, message: &Message<'_>, effects: Effects) -> Verdict {
        // Where nobody may be asked, nothing is.
        self.consult(scratch, message, Asking::No, effects)
            .unwrap_or_else(|_| self.finish(self.begin(scratch, message), scratch, message, effects))
    }

    /// The layers in their order: L1, L2, L3.
    pub(crate) fn steps(&self) -> impl Iterator<Item = Step<'_>> {
        let before = self.rule_layers.len() + self.semantic_layers.len();
        let after = (before..before + self.behavior_layers.len()).map(Step::Layer);
        (0..before).map(Step::Layer).chain(self.scorer.as_ref().map(Step::Scorer)).chain(after)
    }

    pub(crate) fn layer(&self, at: usize) -> Layer {
        match at {
            at if at < self.rule_layers.len() => Layer::L1,
            at if at < self.rule_layers.len() + self.semantic_layers.len() => Layer::L2,
            _ => Layer::L3,
        }
    }

    pub(crate) fn inspection<'a>(
        scratch: &'a Scratch,
        message: &'a Message<'a>,
        findings: &'a [Finding],
    ) -> Inspection<'a> {
        let Scratch { tape, envelopes, origins, fields, .. } = scratch;
        Inspection { message, tape, envelopes, origins, fields, findings }
    }

    /// What the layer at `at` wants to ask; the layers stand in the order L1, L2, L3.
    pub(crate) fn plan(&self, at: usize, scratch: &Scratch, message: &Message<'_>, judged: &Judged) -> Vec<Query> {
        let inspection = Self::inspection(scratch, message, &judged.findings);
        let (semantic, behavior) = (
            at.wrapping_sub(self.rule_layers.len()),
            at.wrapping_sub(self.rule_layers.len() + self.semantic_layers.len()),
        );
        if let Some(layer) = self.rule_layers.get(at) {
            layer.plan(&inspection)
        } else if let Some(layer) = self.semantic_layers.get(semantic) {
            layer.plan(&inspection)
        } else {
            self.behavior_layers.get(behavior).map_or_else(Vec::new, |layer| layer.plan(&inspection))
        }
    }

    pub(crate) fn judge(
        &self,
        at: usize,
        answers: &[Answer],
        scratch: &Scratch,
        message: &Message<'_>,
        judged: &mut Judged,
    ) {
        let inspection = Self::inspection(scratch, message, &judged.findings);
        let (semantic, behavior) = (
            at.wrapping_sub(self.rule_layers.len()),
            at.wrapping_sub(self.rule_layers.len() + self.semantic_layers.len()),
        );
        let found = if let Some(layer) = self.rule_layers.get(at) {
            layer.judge(&inspection, answers)
        } else if let Some(layer) = self.semantic_layers.get(semantic) {
            layer.judge(&inspection, answers)
        } else {
            self.behavior_layers.get(behavior).map_or_else(|| Ok(Vec::new()), |layer| layer.judge(&inspection, answers))
        };
        match found {
            Ok(found) => judged.findings.extend(found),
            Err(error) => judged.findings.push(layer_failed(self.layer(at), &error)),
        }
    }

    pub(crate) fn now(&self, message: &Message<'_>) -> Option<Duration> {
        message.context().at.or_else(|| self.clock.map(|clock| clock()))
    }
}
