//! Which methods, tools, resources and prompts may be used.

use crate::config::destination::Destinations;
use crate::config::model::{Config, SafeZones};
use crate::config::pattern::Pattern;

/// The kinds of names there are lists for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NameKind {
    /// JSON-RPC methods.
    Methods,
    /// Tools, by name.
    Tools,
    /// Resources, by URI.
    Resources,
    /// Prompts, by name.
    Prompts,
}

impl NameKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Methods, Self::Tools, Self::Resources, Self::Prompts];

    /// The key of its list.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Methods => "methods",
            Self::Tools => "tools",
            Self::Resources => "resources",
            Self::Prompts => "prompts",
        }
    }
}

/// Names that may and that may not be used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameList {
    /// If there are any, only what one of them matches may be used.
    pub allow: Vec<Pattern>,
    /// What may not be used, whatever is allowed.
    pub deny: Vec<Pattern>,
}

/// What differs for one server. Its `allow` lists stand in place of the general ones; its `deny` lists are added to them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerConfig {
    /// JSON-RPC methods.
    pub methods: NameList,
    /// Tools, by name.
    pub tools: NameList,
    /// Resources, by URI.
    pub resources: NameList,
    /// Prompts, by name.
    pub prompts: NameList,
    /// In place of the general ones.
    pub safe_zones: Option<SafeZones>,
    /// Hosts that this server's tools may reach.
    pub destinations: Destinations,
}

impl ServerConfig {
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
}

/// Whether a name may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access<'c> {
    /// It may.
    Allowed,
    /// This pattern of a `deny` list matches it.
    Denied(&'c Pattern),
    /// There is an `allow` list and nothing on it matches.
    Unlisted,
}

impl Config {
    /// Whether the lists let `name` be used with `server`. Linear in the name for each pattern; allocates nothing.
    #[must_use]
    pub fn access(&self, kind: NameKind, server: Option<&str>, name: &str) -> Access<'_> {
        let general = self.names(kind);
        let own = server.and_then(|server| self.servers.get(server)).map(|server| server.names(kind));
        let denied = own.into_iter().chain([general]).flat_map(|list| &list.deny);
        if let Some(pattern) = denied.into_iter().find(|pattern| pattern.matches(name)) {
            return Access::Denied(pattern);
        }
        let allow = own.map(|list| &list.allow).filter(|allow| !allow.is_empty()).unwrap_or(&general.allow);
        if allow.is_empty() || allow.iter().any(|pattern| pattern.matches(name)) {
            Access::Allowed
        } else {
            Access::Unlisted
        }
    }

    /// Whether there is any list of this kind for `server`: if not, names need not even be looked at.
    #[must_use]
    pub fn restricts(&self, kind: NameKind, server: Option<&str>) -> bool {
        let general = self.names(kind);
        let own = server.and_then(|server| self.servers.get(server)).map(|server| server.names(kind));
        own.into_iter().chain([general]).any(|list| !list.allow.is_empty() || !list.deny.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::{Access, NameKind};
    use crate::config::load;

    #[test]
    fn deny_wins_and_a_servers_allow_stands_in_place_of_the_general_one() {
        let text = "
tools: {allow: [read_*, list_*], deny: '*_secret'}
servers:
  files: {tools: {allow: write_*, deny: write_root}}
  quiet: {prompts: {deny: '*'}}
";
        let config = load([("c.yaml", text)]).unwrap();
        let allowed = |server, name| config.access(NameKind::Tools, server, name) == Access::Allowed;
        assert!(allowed(None, "read_file") && !allowed(None, "write_file") && !allowed(None, "read_secret"));
        assert!(allowed(Some("files"), "write_file") && !allowed(Some("files"), "read_file"));
        assert!(!allowed(Some("files"), "write_root") && !allowed(Some("files"), "write_secret"));
        assert!(allowed(Some("quiet"), "read_file") && !allowed(Some("quiet"), "write_file"));
        assert!(matches!(config.access(NameKind::Tools, None, "x"), Access::Unlisted));
        assert!(
            matches!(config.access(NameKind::Tools, None, "a_secret"), Access::Denied(p) if p.as_str() == "*_secret")
        );
        assert!(config.restricts(NameKind::Prompts, Some("quiet")) && !config.restricts(NameKind::Prompts, None));
    }
}
