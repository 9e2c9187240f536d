//! Building an inspector: everything that can be wrong is reported at once, here, and never later.

use std::sync::Arc;
use std::time::Duration;

use crate::behavior::{Behavior, MemoryStore, StateStore, check_sequences};
use crate::config::{self, Config, ConfigError};
use crate::inspector::{Engine, Inspector};
use crate::integrity::{DriftMode, Lock, Watch};
use crate::layers::{BehaviorLayer, RuleLayer, SemanticLayer};
use crate::listings::Listings;
use crate::message::{FieldTable, Limits};
use crate::policy::{Policy, Profile};
use crate::redact::{Canaries, custom_rules, type_of};
use crate::resolver::PathResolver;
use crate::rules::RuleSet;
use crate::scratch::Pool;
use crate::semantic::llm::{Entropy, Scorer};
use crate::session::Knowledge;
use crate::signed::{self, Pack};
use crate::verdict::{DenyAs, Versions};

/// Collects what an inspector is made of. [`Inspector::builder`] starts one.
#[derive(Debug, Default)]
pub struct InspectorBuilder {
    config: Config,
    texts: Vec<(String, String)>,
    packs: Vec<Pack>,
    overrides: Vec<Override>,
    rule_layers: Vec<Arc<dyn RuleLayer>>,
    semantic_layers: Vec<Arc<dyn SemanticLayer>>,
    entropy: Option<Entropy>,
    behavior_layers: Vec<Arc<dyn BehaviorLayer>>,
    store: Option<Arc<dyn StateStore>>,
    replays: bool,
    learns: bool,
    resolver: Option<Arc<dyn PathResolver>>,
    lock: Option<(Lock, DriftMode)>,
    check_schemas: bool,
    knowledge: Option<Arc<Knowledge>>,
    clock: Option<fn() -> Duration>,
}

/// What code says after the configuration has been read: it wins.
#[derive(Debug)]
enum Override {
    Profile(Profile),
    DenyAs(DenyAs),
    Limits(Limits),
    SafeZone(String),
}

impl Inspector {
    /// Starts building an inspector with the built-in rules and the profile `balanced`.
    #[must_use]
    pub fn builder() -> InspectorBuilder {
        InspectorBuilder::default()
    }
}

impl InspectorBuilder {
    /// Takes a configuration that has been loaded. [`InspectorBuilder::config_text`] reads one instead.
    #[must_use]
    pub fn config(mut self, config: Config) -> Self {
        self.config = config;
        self
    }

    /// Adds the text of a configuration file, YAML, TOML or JSON by its name; later ones win where they speak of the same.
    #[must_use]
    pub fn config_text(mut self, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.texts.push((name.into(), text.into()));
        self
    }

    /// Adds a rule pack: a name for error messages, and its YAML.
    #[must_use]
    pub fn pack(mut self, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.packs.push(Pack { name: name.into(), text: text.into(), signature: None });
        self
    }

    /// Adds a rule pack with the signature beside it, which a configuration that names `rules.trusted_keys` asks for.
    #[must_use]
    pub fn signed_pack(
        mut self,
        name: impl Into<String>,
        text: impl Into<String>,
        signature: impl Into<String>,
    ) -> Self {
        self.packs.push(Pack { name: name.into(), text: text.into(), signature: Some(signature.into()) });
        self
    }

    /// Sets the profile, whatever the configuration says.
    #[must_use]
    pub fn profile(mut self, profile: Profile) -> Self {
        self.overrides.push(Override::Profile(profile));
        self
    }

    /// Sets how blocked requests are answered, whatever the configuration says.
    #[must_use]
    pub fn deny_as(mut self, deny_as: DenyAs) -> Self {
        self.overrides.push(Override::DenyAs(deny_as));
        self
    }

    /// Sets the limits on messages, whatever the configuration says.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.overrides.push(Override::Limits(limits));
        self
    }

    /// Adds a directory that tools may read and write; with one, paths outside all of them are blocked.
    #[must_use]
    pub fn safe_zone(mut self, directory: impl Into<String>) -> Self {
        self.overrides.push(Override::SafeZone(directory.into()));
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

    /// The bytes that the marks around texts are made from which a model is asked about. Nobody else may know them: by default they
    /// come from the system. For tests and for what has to be the same twice.
    #[must_use]
    pub fn entropy(mut self, entropy: [u8; 32]) -> Self {
        self.entropy = Some(Entropy(entropy));
        self
    }

    /// Adds a layer to L3.
    #[must_use]
    pub fn behavior_layer(mut self, layer: impl BehaviorLayer + 'static) -> Self {
        self.behavior_layers.push(Arc::new(layer));
        self
    }

    /// Keeps counters of behaviour in `store`, which other inspectors may share, in place of this inspector's own memory.
    #[must_use]
    pub fn state_store(mut self, store: Arc<dyn StateStore>) -> Self {
        self.store = Some(store);
        self
    }

    /// Says that what is judged was recorded: time comes with the messages, never from the clock; without it, it stands still.
    #[must_use]
    pub fn replays(mut self, replays: bool) -> Self {
        self.replays = replays;
        self
    }

    /// Learns from what it judges what is usual: [`Inspector::learned`] tells it.
    #[must_use]
    pub fn learns(mut self, learns: bool) -> Self {
        self.learns = learns;
        self
    }

    /// Asks `resolver` where each path leads that lies in a safe zone by its text. For hosts on the same file system as the
    /// server.
    #[must_use]
    pub fn path_resolver(mut self, resolver: impl PathResolver + 'static) -> Self {
        self.resolver = Some(Arc::new(resolver));
        self
    }

    /// Holds what servers claim against `lock`: messages name their server with [`crate::Message::server`]. What changed is told, and
    /// by `mode` taken out of listings or blocked; calls to what was taken out are refused.
    #[must_use]
    pub fn lock(mut self, lock: Lock, mode: DriftMode) -> Self {
        self.lock = Some((lock, mode));
        self
    }

    /// Warns of arguments and results that are not what the tool's own schemas say, once its listing was seen. Off unless asked for:
    /// each call then costs a walk over its schema, and each listing a copy of its schemas.
    #[must_use]
    pub fn check_schemas(mut self, check: bool) -> Self {
        self.check_schemas = check;
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
        let mut config = self.config;
        if !self.texts.is_empty() {
            config = config::load(self.texts.iter().map(|(name, text)| (name.as_str(), text.as_str())))?;
        }
        for change in self.overrides {
            match change {
                Override::Profile(profile) => config.profile = profile,
                Override::DenyAs(deny_as) => config.deny_as = deny_as,
                Override::Limits(limits) => config.limits = limits,
                Override::SafeZone(zone) => {
                    let zones = config.safe_zones.get_or_insert_default();
                    zones.read.push(zone.clone());
                    zones.write.push(zone);
                }
            }
        }
        let unsigned = signed::check(&config, &self.packs);
        if unsigned.has_errors() {
            return Err(ConfigError::new(unsigned));
        }
        let rules = rules(&config, self.packs)?;
        let types: Vec<_> = rules.ids().map(type_of).collect();
        let problems = config.redaction.check(&types);
        if problems.has_errors() {
            return Err(ConfigError::new(problems));
        }
        let problems = check_sequences(&config.behavior);
        if problems.has_errors() {
            return Err(ConfigError::new(problems));
        }
        let store = self.store.unwrap_or_else(|| Arc::new(MemoryStore::default()));
        let behavior = config.behavior.is_on().then(|| Behavior::new(&config, store, (self.replays, self.learns)));
        let scorer = config
            .semantic
            .llm
            .clone()
            .map(|llm| Scorer::new(llm, self.entropy.unwrap_or_else(Entropy::of_this_process)));
        let versions = Arc::new(Versions::new(rules.pack_version().to_owned(), config.hash()));
        Ok(Inspector::new(Engine {
            table: FieldTable::mcp(),
            canaries: Canaries::of(&config.redaction),
            rules,
            policy: Policy::new(config)?,
            rule_layers: self.rule_layers,
            semantic_layers: self.semantic_layers,
            scorer,
            behavior_layers: self.behavior_layers,
            behavior,
            resolver: self.resolver,
            versions,
            listings: Listings::default(),
            observes: self.check_schemas,
            watch: self.lock.map(|(lock, mode)| Watch::new(lock, mode)),
            knowledge: self.knowledge.unwrap_or_default(),
            clock: self.clock.or(default_clock()),
            pool: Pool::default(),
        }))
    }
}

/// The built-in packs and those given, without the rules that are switched off.
fn rules(config: &Config, packs: Vec<Pack>) -> Result<RuleSet, ConfigError> {
    let mut builder = RuleSet::builder().builtin().rules(custom_rules(&config.redaction));
    for Pack { name, text, .. } in packs {
        builder = builder.pack(name, text);
    }
    for disabled in &config.disabled {
        builder = builder.disable(disabled.rule.clone());
    }
    builder.build()
}

#[cfg(feature = "std-clock")]
fn default_clock() -> Option<fn() -> Duration> {
    Some(|| std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default())
}

#[cfg(not(feature = "std-clock"))]
fn default_clock() -> Option<fn() -> Duration> {
    None
}
