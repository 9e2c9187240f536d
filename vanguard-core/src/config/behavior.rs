//! What is judged over a session: which detectors act, budgets, sequences, labels.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::behavior::{Baseline, Label, Quota, Sequence};
use crate::config::model::Place;
use crate::config::pattern::Pattern;
use crate::finding::Severity;
use crate::policy::Profile;

/// A detector of behaviour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Detector {
    /// How often and how much.
    Budgets,
    /// One thing after another.
    Sequences,
    /// What a tool said turns up in what another is told.
    Flows,
    /// Ciphertext, keys and archives on their way out.
    Entropy,
    /// Data that leaves in pieces: fragments, host names, query strings.
    Dripping,
    /// Many distinct things asked for: ids, hosts, ports, secrets.
    Enumeration,
    /// What is not as it was learned. Nothing, where nothing was.
    Anomaly,
    /// What was found before weighs on what comes.
    Risk,
}

impl Detector {
    /// Every detector.
    pub const ALL: [Self; 8] = [
        Self::Budgets,
        Self::Sequences,
        Self::Flows,
        Self::Entropy,
        Self::Dripping,
        Self::Enumeration,
        Self::Anomaly,
        Self::Risk,
    ];

    /// The word used in config.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Budgets => "budgets",
            Self::Sequences => "sequences",
            Self::Flows => "flows",
            Self::Entropy => "entropy",
            Self::Dripping => "dripping",
            Self::Enumeration => "enumeration",
            Self::Anomaly => "anomaly",
            Self::Risk => "risk",
        }
    }
}

/// What a detector does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Setting {
    /// Nothing.
    Off,
    /// What it finds is put on record, and passes.
    Warn,
    /// What it finds is judged as any finding. The default of every detector in every profile; `monitor` stops nothing.
    #[default]
    Act,
}

impl Setting {
    /// Every setting.
    pub const ALL: [Self; 3] = [Self::Off, Self::Warn, Self::Act];

    /// The word used in config.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Warn => "warn",
            Self::Act => "act",
        }
    }
}

/// Whose use is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Per {
    /// A session: what the carrier calls one, or else a principal with a server.
    Session,
    /// A principal, over all sessions.
    Principal,
    /// A tenant, over all principals.
    Tenant,
    /// A server, over all who use it.
    Server,
    /// A tool, within a session.
    Tool,
    /// A method, within a session.
    Method,
}

impl Per {
    /// Every one.
    pub const ALL: [Self; 6] = [Self::Session, Self::Principal, Self::Tenant, Self::Server, Self::Tool, Self::Method];

    /// The word used in config.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Principal => "principal",
            Self::Tenant => "tenant",
            Self::Server => "server",
            Self::Tool => "tool",
            Self::Method => "method",
        }
    }
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Measure {
    /// Calls of tools and reads of resources that passed; per method, requests of any.
    Requests,
    /// Bytes told to servers.
    BytesOut,
    /// Bytes that servers said.
    BytesIn,
    /// The same, blocked.
    Blocked,
    /// Estimated cost of the calls that passed, by `behavior.costs`.
    Cost,
}

impl Measure {
    /// Every measure.
    pub const ALL: [Self; 5] = [Self::Requests, Self::BytesOut, Self::BytesIn, Self::Blocked, Self::Cost];

    /// The word used in config.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::BytesOut => "bytes_out",
            Self::BytesIn => "bytes_in",
            Self::Blocked => "blocked",
            Self::Cost => "cost",
        }
    }
}

/// How much of something one may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Whose use is counted.
    pub per: Per,
    /// What is counted.
    pub of: Measure,
    /// Only calls of these tools.
    pub tool: Option<Pattern>,
    /// How much there may be.
    pub quota: Quota,
}

impl Budget {
    const fn of(per: Per, of: Measure, most: u64, seconds: u64, burst: Option<u64>) -> Self {
        Self { per, of, tool: None, quota: Quota { most, within: Duration::from_secs(seconds), burst } }
    }

    /// The budgets that hold where the configuration sets none of the same kind. An agent that reads with dozens of parallel calls
    /// and works all day comes to a tenth of them.
    #[must_use]
    pub const fn defaults() -> [Self; 3] {
        [
            Self::of(Per::Session, Measure::Requests, 1_200, 60, Some(1_000)),
            Self::of(Per::Principal, Measure::Requests, 4_800, 60, Some(4_000)),
            Self::of(Per::Session, Measure::Blocked, 120, 600, None),
        ]
    }
}

/// A sequence of one's own.
#[derive(Clone, Debug)]
pub struct SequenceRule {
    /// The id of what it finds.
    pub id: String,
    /// What happens one after another.
    pub when: Sequence,
    /// How bad it is.
    pub severity: Severity,
    /// Why, in words.
    pub reason: String,
    /// Sequences of events that must be found: words with commas between.
    pub hit: Vec<String>,
    /// Sequences that must not.
    pub miss: Vec<String>,
    pub(crate) place: Option<Place>,
}

/// What to do while the place where several processes share their counters does not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenAway {
    /// Count alone, going on from what was known. The default of `monitor` and `balanced`.
    Local,
    /// Judge no session: what belongs to one is blocked. The default of `strict`.
    Block,
}

impl WhenAway {
    /// Every one.
    pub const ALL: [Self; 2] = [Self::Local, Self::Block];

    /// The word used in config.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Block => "block",
        }
    }
}

/// How much is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BehaviorMemory {
    /// Bytes of one session. An idle one keeps at most 8 KiB of them.
    pub session: usize,
    /// Bytes of all sessions together.
    pub all: usize,
    /// Seconds after which what a tool said no longer marks what is sent.
    pub forget_after: u64,
}

impl Default for BehaviorMemory {
    fn default() -> Self {
        Self { session: 256 << 10, all: 1 << 30, forget_after: 3600 }
    }
}

/// What is judged over a session.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct BehaviorConfig {
    /// What detectors do that don't do as their default says.
    pub detectors: BTreeMap<Detector, Setting>,
    /// Budgets that are set.
    pub budgets: Vec<Budget>,
    /// What a call costs, by pattern over the tool's name: the first that matches; else 1.
    pub costs: Vec<(Pattern, u32)>,
    /// What tools say is, by pattern over `tool` or `server/tool`: the first that matches.
    pub labels: Vec<(Pattern, Label)>,
    /// Sequences of one's own.
    pub sequences: Vec<SequenceRule>,
    /// How much is remembered.
    pub memory: BehaviorMemory,
    /// What is usual, where that was learned.
    pub baseline: Option<Baseline>,
    /// What to do while a shared state is away, where that is said. [`BehaviorConfig::when_away`] tells what holds.
    pub away: Option<WhenAway>,
}

impl BehaviorConfig {
    /// What a detector does.
    #[must_use]
    pub fn setting(&self, detector: Detector) -> Setting {
        self.detectors.get(&detector).copied().unwrap_or_default()
    }

    /// What to do while a shared state is away.
    #[must_use]
    pub fn when_away(&self, profile: Profile) -> WhenAway {
        self.away.unwrap_or(if profile == Profile::Strict { WhenAway::Block } else { WhenAway::Local })
    }

    /// Whether any detector does anything.
    #[must_use]
    pub fn is_on(&self) -> bool {
        Detector::ALL.into_iter().any(|detector| self.setting(detector) != Setting::Off)
    }

    /// The budgets that hold: those that are set, and the defaults of which none of the same kind is.
    #[must_use]
    pub fn budgets(&self) -> Vec<Budget> {
        let is_set = |default: &Budget| {
            self.budgets.iter().any(|own| (own.per, own.of) == (default.per, default.of) && own.tool.is_none())
        };
        let defaults = Budget::defaults().into_iter().filter(|default| !is_set(default));
        self.budgets.iter().cloned().chain(defaults).collect()
    }

    /// What a call of `tool` costs.
    #[must_use]
    pub fn cost(&self, tool: &str) -> u32 {
        self.costs.iter().find(|(pattern, _)| pattern.matches(tool)).map_or(1, |(_, cost)| *cost)
    }

    /// What the configuration says of what `tool` of `server` says.
    #[must_use]
    pub fn label(&self, server: Option<&str>, tool: &str) -> Option<Label> {
        if self.labels.is_empty() {
            return None;
        }
        let full = format!("{}/{tool}", server.unwrap_or_default());
        let matches = |pattern: &Pattern| pattern.matches(tool) || pattern.matches(&full);
        self.labels.iter().find(|(pattern, _)| matches(pattern)).map(|(_, label)| *label)
    }
}
