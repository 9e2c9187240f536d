//! The configuration as the engine uses it: typed, checked, compiled.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::config::access::{NameKind, NameList, ServerConfig};
use crate::config::bars::{BarOverrides, Bars};
use crate::config::behavior::BehaviorConfig;
use crate::config::destination::Destinations;
use crate::config::exception::Exception;
use crate::config::pattern::Pattern;
use crate::config::problem::{Problems, quoted};
use crate::config::redaction::Redaction;
use crate::config::semantic::Semantic;
use crate::config::suggest::closest;
use crate::config::tree::Source;
use crate::message::{Limits, Span};
use crate::normalize::ViewLimits;
use crate::policy::{Poisoned, Profile};
use crate::rules::own_rules;
use crate::verdict::{Action, DenyAs};

/// Everything a configuration says. [`load`](crate::config::load) makes one from text; the default is what an empty file says.
///
/// Two are equal if they come to the same, however they were written.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Config {
    /// The set of defaults.
    pub profile: Profile,
    /// How a blocked request is answered.
    pub deny_as: DenyAs,
    /// What becomes of a listing with an entry that may not pass.
    pub poisoned: Poisoned,
    /// `Allow`, `Review` or `Block`; `None` leaves it to the profile. See [`Config::undecided`].
    pub when_undecided: Option<Action>,
    /// The thresholds it sets itself. [`Config::bars`] has those that hold.
    pub thresholds: BarOverrides,
    /// Files of further rules.
    pub packs: Vec<PackFile>,
    /// Who may have signed them. With none, they need no signature.
    pub trusted_keys: Vec<TrustedKey>,
    /// Rules that are switched off.
    pub disabled: Vec<RuleRef>,
    /// JSON-RPC methods that may be used.
    pub methods: NameList,
    /// Tools that may be used.
    pub tools: NameList,
    /// Resources that may be used.
    pub resources: NameList,
    /// Prompts that may be used.
    pub prompts: NameList,
    /// What differs for a server, by its configured name.
    pub servers: BTreeMap<String, ServerConfig>,
    /// Findings that are honest here.
    pub exceptions: Vec<Exception>,
    /// Directories that tools may touch; `None` means no path jail. [`Config::zones`] has those of a server.
    pub safe_zones: Option<SafeZones>,
    /// Hosts that tools may reach.
    pub destinations: Destinations,
    /// How large a message may be.
    pub limits: Limits,
    /// How much may be decoded.
    pub views: ViewLimits,
    /// Where the proxy puts decisions on record.
    pub audit: Audit,
    /// What a server that the proxy confines may touch.
    pub sandbox: Sandbox,
    /// What tools can do, by pattern over their name. [`Config::capabilities_of`] has those of a tool.
    pub capabilities: Vec<(Pattern, Capabilities)>,
    /// What happens to secrets.
    pub redaction: Redaction,
    /// What is judged over a session.
    pub behavior: BehaviorConfig,
    /// What judges texts by their meaning.
    pub semantic: Semantic,
    pub(crate) warnings: Problems,
}

/// A file that a configuration names: rules, a record, what a server may touch. The core opens none: the carrier does, relative to the
/// directory of `declared_in`.
#[derive(Clone, Debug)]
pub struct PackFile {
    /// As written.
    pub path: String,
    /// The name of the configuration file that asks for it.
    pub declared_in: Arc<str>,
    pub(crate) place: Option<Place>,
}

/// Two are the same file wherever in the configuration they are named.
impl PartialEq for PackFile {
    fn eq(&self, other: &Self) -> bool {
        (&self.path, &self.declared_in) == (&other.path, &other.declared_in)
    }
}

impl Eq for PackFile {}

impl PackFile {
    /// Where it lies: relative to the folder of the configuration file that names it.
    #[must_use]
    pub fn resolved(&self) -> PathBuf {
        Path::new(&*self.declared_in).parent().unwrap_or(Path::new("")).join(&self.path)
    }
}

/// A key that may sign rule packs: its SubjectPublicKeyInfo in base64.
#[derive(Clone, Debug)]
pub struct TrustedKey {
    /// As written.
    pub key: String,
    pub(crate) place: Option<Place>,
}

/// Rules by id or pattern, and where the configuration says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleRef {
    /// The ids meant.
    pub rule: Pattern,
    pub(crate) place: Option<Place>,
}

impl RuleRef {
    /// The rules that `rule` matches.
    #[must_use]
    pub fn new(rule: Pattern) -> Self {
        Self { rule, place: None }
    }
}

/// Where in which file something was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) source: Source,
    pub(crate) span: Span,
}

/// Directories that tools may touch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SafeZones {
    /// May be read only.
    pub read: Vec<String>,
    /// May be read and written.
    pub write: Vec<String>,
    /// In place of these for some tools, by pattern over the tool's name or over `tool/argument`: the first that matches.
    pub tools: Vec<(Pattern, ToolZones)>,
}

/// Directories that some tools may touch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToolZones {
    /// May be read only.
    pub read: Vec<String>,
    /// May be read and written.
    pub write: Vec<String>,
}

impl SafeZones {
    /// All that may be read.
    pub fn readable(&self) -> impl Iterator<Item = &str> {
        self.read.iter().chain(&self.write).map(String::as_str)
    }
}

/// Where the proxy puts decisions on record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Audit {
    /// The file, as written; relative to the directory of the file that says so.
    pub file: Option<PackFile>,
    /// Whether plain allows are written too.
    pub all: bool,
}

/// What a confined server may touch beyond its safe zones and what it needs to start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sandbox {
    /// Whether servers are confined without being told to on the command line.
    pub enabled: bool,
    /// May be read and run.
    pub read: Vec<PackFile>,
    /// May be read, written and run.
    pub write: Vec<PackFile>,
    /// TCP ports to connect to.
    pub connect: Ports,
    /// TCP ports to listen on.
    pub bind: Ports,
}

/// TCP ports that may be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ports {
    /// These.
    Only(BTreeSet<u16>),
    /// All.
    Any,
}

impl Default for Ports {
    fn default() -> Self {
        Self::Only(BTreeSet::new())
    }
}

/// Something a tool can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Capability {
    /// Reads local data.
    Read,
    /// Changes local data.
    Write,
    /// Runs commands or code.
    Exec,
    /// Reaches other machines.
    Network,
    /// Sends something to people.
    Message,
    /// Queries a database.
    Database,
}

impl Capability {
    /// Every capability.
    pub const ALL: [Self; 6] = [Self::Read, Self::Write, Self::Exec, Self::Network, Self::Message, Self::Database];

    /// The word used in config, rules and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Exec => "exec",
            Self::Network => "network",
            Self::Message => "message",
            Self::Database => "database",
        }
    }
}

/// A set of capabilities.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Capabilities(u8);

impl Capabilities {
    /// Nothing.
    pub const NONE: Self = Self(0);

    /// The set with `capability` in it.
    #[must_use]
    pub const fn with(self, capability: Capability) -> Self {
        Self(self.0 | 1 << capability as u8)
    }

    /// The set with `capability` taken out.
    #[must_use]
    pub const fn without(self, capability: Capability) -> Self {
        Self(self.0 & !(1 << capability as u8))
    }

    /// Whether `capability` is in it.
    #[must_use]
    pub const fn contains(self, capability: Capability) -> bool {
        self.0 & (1 << capability as u8) != 0
    }

    /// Both sets together.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in it, in declaration order.
    pub fn iter(self) -> impl Iterator<Item = Capability> {
        Capability::ALL.into_iter().filter(move |capability| self.contains(*capability))
    }
}

impl Config {
    /// The thresholds that hold: the profile's with this configuration's in place.
    #[must_use]
    pub fn bars(&self) -> Bars {
        self.thresholds.under(self.profile)
    }

    /// What happens to a message when a layer would have asked someone and nobody could be asked.
    #[must_use]
    pub fn undecided(&self) -> Action {
        self.when_undecided.unwrap_or(match self.profile {
            Profile::Monitor | Profile::Balanced => Action::Allow,
            Profile::Strict => Action::Review,
        })
    }

    /// The list of names of a kind.
    #[must_use]
    pub fn names(&self, kind: NameKind) -> &NameList {
        match kind {
            NameKind::Methods => &self.methods,
            NameKind::Tools => &self.tools,
            NameKind::Resources => &self.resources,
            NameKind::Prompts => &self.prompts,
        }
    }

    /// The directories that tools of `server` may touch; `None` means no path jail.
    #[must_use]
    pub fn zones(&self, server: Option<&str>) -> Option<&SafeZones> {
        let own = server.and_then(|name| self.servers.get(name)).and_then(|server| server.safe_zones.as_ref());
        own.or(self.safe_zones.as_ref())
    }

    /// What the configuration says `tool` can do: all that match, together. `None` if it says nothing of it.
    #[must_use]
    pub fn capabilities_of(&self, tool: &str) -> Option<Capabilities> {
        let stated = self.capabilities.iter().filter(|(pattern, _)| pattern.matches(tool));
        stated.map(|(_, capabilities)| *capabilities).reduce(Capabilities::union)
    }

    /// What is probably not meant: what loading noticed, and, given the time, exceptions that have expired. `now` counts from the Unix epoch.
    #[must_use]
    pub fn warnings(&self, now: Option<Duration>) -> Problems {
        let mut problems = self.warnings.clone();
        for exception in self.exceptions.iter().filter(|exception| now.is_some_and(|now| exception.has_expired(now))) {
            exception.report(
                &mut problems,
                "the exception has expired and no longer applies",
                "remove it, or set a later date",
            );
        }
        problems
    }

    /// Warnings for every disabled rule and every exception that names no rule: a misspelt id would silently do nothing. `packs` are
    /// the ids of the packs' rules; what the engine finds by itself is known and can be excepted, but not switched off.
    #[must_use]
    pub fn unknown_rules<'r>(&self, packs: impl Iterator<Item = &'r str> + Clone) -> Problems {
        let mut problems = Problems::new();
        for RuleRef { rule, place } in &self.disabled {
            if packs.clone().any(|id| rule.matches(id)) {
                continue;
            }
            if let Some(id) = own_rules().find(|id| rule.matches(id)) {
                Place::warn(
                    place.as_ref(),
                    &mut problems,
                    format!("`{id}` is no rule of a pack, so it can't be switched off"),
                )
                .help("let what it finds pass with an entry under `exceptions`");
            } else {
                unknown(rule, place.as_ref(), "rules.disable", packs.clone(), &mut problems);
            }
        }
        let known = packs.chain(own_rules().map(|id| -> &'r str { id }));
        for Exception { rule, rule_place, .. } in &self.exceptions {
            if !known.clone().any(|id| rule.matches(id)) {
                unknown(rule, rule_place.as_ref(), "exceptions", known.clone(), &mut problems);
            }
        }
        problems
    }
}

fn unknown<'r>(
    rule: &Pattern,
    place: Option<&Place>,
    key: &str,
    known: impl Iterator<Item = &'r str>,
    problems: &mut Problems,
) {
    let message = format!("no rule is called {}, so this entry of `{key}` does nothing", quoted(rule.as_str()));
    let problem = Place::warn(place, problems, message);
    if let Some(name) = closest(rule.as_str(), known) {
        problem.help(format!("did you mean `{name}`?"));
    }
}

impl Place {
    /// Reports a warning here, or overall if the place is not known (what was set by code was written nowhere).
    pub(crate) fn warn<'p>(
        place: Option<&Self>,
        problems: &'p mut Problems,
        message: impl Into<String>,
    ) -> &'p mut crate::config::problem::Problem {
        match place {
            Some(place) => {
                problems.enter(place.source.clone());
                problems.warning(place.span, message)
            }
            None => {
                problems.leave();
                problems.warning_overall(message)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Capabilities, Capability, Config};
    use crate::config::load;
    use crate::policy::Profile;
    use crate::verdict::Action;

    fn config(text: &str) -> Config {
        load([("vanguard.yaml", text)]).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn the_profile_fills_what_is_not_said() {
        assert_eq!(Config::default().undecided(), Action::Allow);
        assert_eq!(config("profile: strict").undecided(), Action::Review);
        assert_eq!(config("profile: strict\nwhen_undecided: block").undecided(), Action::Block);
        assert_eq!(config("").profile, Profile::Balanced);
    }

    #[test]
    fn what_is_judged_over_sessions_is_switched_by_a_word() {
        for off in ["behavior: off", "behavior: false", "behavior: 'off'"] {
            assert!(!config(off).behavior.is_on(), "{off}");
        }
        for on in ["behavior: on", "behavior: true", "behavior: {}", ""] {
            assert!(config(on).behavior.is_on(), "{on}");
        }
        // A later file has the last word; what else an earlier one says stays.
        let files = [
            ("a.yaml", "behavior: {detectors: {risk: warn}, costs: {a: 7}}"),
            ("b.json", r#"{"behavior": "off"}"#),
            ("c.toml", "behavior = true"),
        ];
        let both = load(files[..2].iter().copied()).unwrap();
        assert!(!both.behavior.is_on() && both.behavior.cost("a") == 7);
        assert_eq!(load(files).unwrap().behavior.detectors, Config::default().behavior.detectors);
        let error = load([("a.yaml", "behavior: []")]).unwrap_err().to_string();
        assert!(error.contains("expected a map or `on` or `off` or `true` or `false`"), "{error}");
    }

    #[test]
    fn capabilities_of_all_matching_patterns_add_up() {
        let config = config("capabilities:\n  'read_*': read\n  '/mail/': [message, network]\n  noop: []\n");
        let of =
            |tool: &str| config.capabilities_of(tool).map(|set| set.iter().map(Capability::as_str).collect::<Vec<_>>());
        assert_eq!(of("read_mail"), Some(vec!["read", "network", "message"]));
        assert_eq!((of("noop"), of("other")), (Some(vec![]), None));
        assert_eq!(Capabilities::NONE.with(Capability::Exec).union(Capabilities::NONE).iter().count(), 1);
    }

    #[test]
    fn a_servers_zones_replace_the_general_ones() {
        let config = config("safe_zones: /srv\nservers:\n  a: {safe_zones: {read: /a}}\n  b: {}\n");
        assert_eq!(config.zones(Some("a")).unwrap().read, ["/a"]);
        assert!(config.zones(Some("a")).unwrap().write.is_empty());
        assert_eq!(config.zones(Some("b")).unwrap().write, ["/srv"]);
        assert_eq!(config.zones(None), config.zones(Some("unheard")));
    }

    #[test]
    fn misspelt_rules_are_told() {
        let config = config(concat!(
            "rules: {disable: [CMD-*, CDM-EXEC, 'L0-*']}\n",
            "exceptions:\n- {rule: PATH-X, reason: x}\n- {rule: L0-NUMBERS, reason: x}\n- {rule: 'LIMIT-*', reason: x}\n",
        ));
        insta::assert_snapshot!(config.unknown_rules(["CMD-EXEC", "PATH-ESCAPE"].into_iter()));
    }
}
