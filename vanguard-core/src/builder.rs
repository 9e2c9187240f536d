//! Building an inspector: everything that can be wrong is reported at once, here, and never later.

use std::sync::Arc;
use std::time::Duration;

use crate::config::ConfigError;
use crate::inspector::{Engine, Inspector};
use crate::layers::{BehaviorLayer, RuleLayer, SemanticLayer};
use crate::message::{FieldTable, Limits};
use crate::policy::{Policy, Profile};
use crate::scratch::Pool;
use crate::session::Knowledge;
use crate::verdict::{Action, DenyAs, Versions};

/// Collects what an inspector is made of. [`Inspector::builder`] starts one.
#[derive(Debug, Default)]
pub struct InspectorBuilder {
    profile: Profile,
    deny_as: DenyAs,
    limits: Limits,
    rule_layers: Vec<Arc<dyn RuleLayer>>,
    semantic_layers: Vec<Arc<dyn SemanticLayer>>,
    behavior_layers: Vec<Arc<dyn BehaviorLayer>>,
    knowledge: Option<Arc<Knowledge>>,
    clock: Option<fn() -> Duration>,
}

impl Inspector {
    /// Starts building an inspector with the built-in rules and the profile `balanced`.
    #[must_use]
    pub fn builder() -> InspectorBuilder {
        InspectorBuilder::default()
    }
}

impl InspectorBuilder {
    /// Sets the profile.
    #[must_use]
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// Sets how blocked requests are answered.
    #[must_use]
    pub fn deny_as(mut self, deny_as: DenyAs) -> Self {
        self.deny_as = deny_as;
        self
    }

    /// Sets the limits on messages.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Adds a layer to L1; it runs after the built-in rules.
    #[must_use]
    pub fn rule_layer(mut self, layer: impl RuleLayer + 'static) -> Self {
        self.rule_layers.push(Arc::new(layer));
        self
    }

    /// Adds a layer to L2.
    #[must_use]
    pub fn semantic_layer(mut self, layer: impl SemanticLayer + 'static) -> Self {
        self.semantic_layers.push(Arc::new(layer));
        self
    }

    /// Adds a layer to L3.
    #[must_use]
    pub fn behavior_layer(mut self, layer: impl BehaviorLayer + 'static) -> Self {
        self.behavior_layers.push(Arc::new(layer));
        self
    }

    /// Goes on with what another inspector learned, as after a reload of the configuration.
    #[must_use]
    pub fn knowledge(mut self, knowledge: Arc<Knowledge>) -> Self {
        self.knowledge = Some(knowledge);
        self
    }

    /// Where the time comes from for messages that carry none: since the Unix epoch.
    #[must_use]
    pub fn clock(mut self, clock: fn() -> Duration) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Builds the inspector.
    ///
    /// # Errors
    /// Every problem of configuration and rule packs, with its place.
    pub fn build(self) -> Result<Inspector, ConfigError> {
        let versions = Arc::new(Versions::new(String::new(), String::new()));
        let policy = Policy {
            profile: self.profile,
            thresholds: self.profile.thresholds(),
            deny_as: self.deny_as,
            when_undecided: Action::Allow,
        };
        Ok(Inspector::new(Engine {
            limits: self.limits,
            table: FieldTable::mcp(),
            policy,
            rule_layers: self.rule_layers,
            semantic_layers: self.semantic_layers,
            behavior_layers: self.behavior_layers,
            versions,
            knowledge: self.knowledge.unwrap_or_default(),
            clock: self.clock.or(default_clock()),
            pool: Pool::default(),
        }))
    }
}

#[cfg(feature = "std-clock")]
fn default_clock() -> Option<fn() -> Duration> {
    Some(|| std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default())
}

#[cfg(not(feature = "std-clock"))]
fn default_clock() -> Option<fn() -> Duration> {
    None
}
