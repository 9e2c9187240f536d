//! Hosts and URLs judged: what a rule can ask about where a program would connect to.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `class` | classes of hosts, by address and by name |
//! | `table` | metadata services, sinks, schemes, endings: as data |

mod class;
mod table;

use serde::{Deserialize, Serialize};

pub use class::{HostClass, HostClasses};

use super::glob::NameGlob;
use crate::message::Span;
use crate::normalize::flags::{Flags, flag};
use crate::normalize::host::{HostReading, UrlFacts, UrlNotes};

/// What a rule asks about a URL or host. Every key that is given must hold; those about the host in one and the same
/// reading of it. Within a list one entry is enough.
///
/// ```yaml
/// host: {class: [metadata]}
/// host: {class: [loopback, private], notes: [ip_obfuscated, parsers_disagree]}
/// host: {dangerous_scheme: true}
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HostQuery {
    /// The host is of one of these classes: `[metadata, link_local]`.
    pub class: HostClasses,
    /// The scheme, or the one behind a wrapper such as `jar:`, matches one of these patterns: `[ftp, "git+*"]`.
    pub scheme: Vec<NameGlob>,
    /// `true`: the scheme reaches files, other protocols or an interpreter: `gopher`, `dict`, `file`, `php`, `data`, …
    pub dangerous_scheme: bool,
    /// The canonical host matches one of these patterns: `["*.example.com"]`. Addresses are in their usual form.
    pub host: Vec<NameGlob>,
    /// One of these stands out in the spelling: `[ip_obfuscated]`.
    pub notes: UrlNotes,
    /// The last name of the path matches one of these patterns: `["*.php"]`.
    pub file: Vec<NameGlob>,
    /// One of these ports was written.
    pub port: Vec<u16>,
    /// The port is of one of these kinds: `[unsaid, system]`.
    pub port_kind: Flags<PortKind>,
}

/// What kind of port was written. Developers' servers listen on high ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PortKind {
    /// None was written.
    Unsaid,
    /// One below 1024.
    System,
    /// One on which a database, a cache or a machine's control listens by habit.
    Service,
    /// Another.
    Other,
}

flag!(PortKind: Unsaid, System, Service, Other);

impl PortKind {
    fn of(port: Option<u16>) -> Self {
        match port {
            None => Self::Unsaid,
            Some(..1024) => Self::System,
            Some(port) if table::is_service(port) => Self::Service,
            Some(_) => Self::Other,
        }
    }
}

impl HostQuery {
    /// Whether nothing is asked; such a query holds for every text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Where the URL is as asked. See [`HostQuery::matches_view`].
    #[must_use]
    pub fn matches(&self, facts: &UrlFacts<'_>) -> Option<Span> {
        self.matches_view(&UrlView::new(*facts))
    }

    /// Where the URL is as asked: the host as typed if the host decided, else the whole text.
    #[must_use]
    pub fn matches_view(&self, view: &UrlView<'_>) -> Option<Span> {
        // Most hosts have no class, and most questions want one.
        if !self.class.is_empty() && !self.class.meets(view.all) {
            return None;
        }
        let facts = view.facts;
        let schemes = [facts.scheme(), facts.inner_scheme()];
        let mut written = schemes.into_iter().filter(|scheme| !scheme.is_empty());
        let about_all = (self.notes.is_empty() || self.notes.meets(facts.notes()))
            && (self.scheme.is_empty()
                || written.clone().any(|scheme| self.scheme.iter().any(|glob| glob.matches(scheme))))
            && (self.file.is_empty() || self.file.iter().any(|glob| glob.matches(facts.file())))
            && (!self.dangerous_scheme || written.any(table::is_dangerous));
        if !about_all {
            return None;
        }
        if self.class.is_empty() && self.host.is_empty() && self.port.is_empty() && self.port_kind.is_empty() {
            return Some(facts.source_span());
        }
        let mut hosts = facts.hosts().zip(view.classes);
        hosts.find(|(reading, classes)| self.holds(*reading, *classes)).map(|(reading, _)| reading.typed())
    }

    fn holds(&self, reading: HostReading<'_>, classes: HostClasses) -> bool {
        (self.class.is_empty() || self.class.meets(classes))
            && (self.host.is_empty() || self.host.iter().any(|glob| glob.matches(reading.text())))
            && (self.port_kind.is_empty() || self.port_kind.has(PortKind::of(reading.port())))
            && (self.port.is_empty() || reading.port().is_some_and(|port| self.port.contains(&port)))
    }
}

/// The most hosts that readers see in one text.
const MAX_HOSTS: usize = 6;

/// A URL with the classes of its hosts, so that many queries share one lookup.
#[derive(Clone, Copy, Debug)]
pub struct UrlView<'s> {
    facts: UrlFacts<'s>,
    classes: [HostClasses; MAX_HOSTS],
    /// The classes of all of them.
    all: HostClasses,
}

impl<'s> UrlView<'s> {
    /// Looks the hosts' classes up.
    #[must_use]
    pub fn new(facts: UrlFacts<'s>) -> Self {
        let mut classes = [HostClasses::none(); MAX_HOSTS];
        for (slot, reading) in classes.iter_mut().zip(facts.hosts()) {
            *slot = class::of(reading, facts);
        }
        let all = classes.iter().fold(HostClasses::none(), |all, classes| all.union(*classes));
        Self { facts, classes, all }
    }

    /// The same URL where it is known that its hosts may be reached: they have no class then.
    #[must_use]
    pub fn trusted(self) -> Self {
        Self { classes: [HostClasses::none(); MAX_HOSTS], all: HostClasses::none(), ..self }
    }

    /// The URL.
    #[must_use]
    pub fn facts(&self) -> UrlFacts<'s> {
        self.facts
    }

    /// The classes of the host, in any reading.
    #[must_use]
    pub fn classes(&self) -> HostClasses {
        self.all
    }

    /// Whether the scheme, or the one behind a wrapper, reaches files, other protocols or an interpreter.
    #[must_use]
    pub fn has_dangerous_scheme(&self) -> bool {
        table::is_dangerous(self.facts.scheme()) || table::is_dangerous(self.facts.inner_scheme())
    }
}

#[cfg(test)]
mod tests;
