//! What tools had said, held against what leaves: which flow it is, and how much it weighs.

use super::{HOUR, Outgoing, Outward, PRIVATE, SECRET, Way};
use crate::behavior::drip::domain;
use crate::behavior::event::Payload;
use crate::behavior::flow::decode::Spelling;
use crate::behavior::flow::{Source, Trace};
use crate::behavior::hash::hash_all;
use crate::behavior::label::Label;
use crate::behavior::session::Session;
use crate::finding::{Confidence, Finding, Severity};
use crate::rules::own;
use crate::session::Name;

/// Letters and digits of anything that are met before it is said.
const PLAIN: usize = 96;
/// Texts of a call up to which each is read with its letters moved on by any number.
const FEW: usize = 32;

impl Outward<'_> {
    pub(super) fn flows(
        &self,
        (payload, way): (&Payload, Way),
        text: &str,
        findings: &mut Vec<Finding>,
        outgoing: &mut Outgoing,
    ) {
        // Of an address what stands behind the host is what it carries.
        let carried = if payload.address { behind_host(text) } else { text };
        let since = self.now.saturating_sub(self.config.memory.forget_after.saturating_mul(1_000_000));
        let told = [Some(self.session), self.owner].into_iter().flatten();
        for session in told {
            let before = findings.len();
            if carried.len() >= SECRET {
                let mut traces = session.flows.trace(carried.as_bytes(), since);
                if self.event.payloads.len() <= FEW {
                    traces.extend(session.flows.turned(carried.as_bytes(), since));
                }
                for trace in traces {
                    let Some(source) = session.flows.sources.get(trace.source) else { continue };
                    self.flow((payload, way), &trace, source, findings, outgoing);
                }
            }
            if payload.address && findings.len() == before && session.flows.has_secrets() {
                self.names((payload, way), text, (session, since), findings, outgoing);
            }
            // What both know is told once.
            if findings.len() > before {
                return;
            }
        }
    }

    /// What stands before a host's domain: labels of its own, somebody's name and password. Where the same text names the host too, it is an address that
    /// was told as it is.
    fn names(
        &self,
        (payload, way): (&Payload, Way),
        address: &str,
        (session, since): (&Session, u64),
        findings: &mut Vec<Finding>,
        outgoing: &mut Outgoing,
    ) {
        let authority = authority_of(address);
        let host = authority.rsplit('@').next().unwrap_or(authority);
        let names = authority.get(..authority.len().saturating_sub(domain(host).len())).unwrap_or_default();
        if names.len() < SECRET {
            return;
        }
        let whole = session.flows.trace(authority.as_bytes(), since);
        for trace in session.flows.trace(names.as_bytes(), since) {
            let Some(source) = session.flows.sources.get(trace.source) else { continue };
            let knows = whole.iter().any(|all| all.source == trace.source && all.matched > trace.matched.max(trace.of));
            if source.label == Label::Secret && !knows {
                self.flow((payload, way), &trace, source, findings, outgoing);
            }
        }
    }

    fn flow(
        &self,
        (payload, way): (&Payload, Way),
        trace: &Trace,
        source: &Source,
        findings: &mut Vec<Finding>,
        outgoing: &mut Outgoing,
    ) {
        let server = self.inspection.context().server;
        let crosses = source.server.as_ref().map(Name::as_str) != server;
        let host = self.event.destination.as_ref().filter(|to| to.host);
        let told = host.is_some_and(|to| self.session.is_told(to.hash()));
        let unusual = !trace.spelling.is_usual();
        let elsewhere = crosses && source.server.is_some() && server.is_some();
        let (rule, severity, confidence, why) = match source.label {
            label if way != Way::Sent && (label != Label::Secret || trace.matched < SECRET) => return,
            Label::Secret if matches!(way, Way::Told | Way::Handed) && !(source.certain && elsewhere) => return,
            Label::Secret if way == Way::Handed => (
                own::FLOW_CROSS,
                Severity::Medium,
                Confidence::Medium,
                "what is secret is given to a tool of another server",
            ),
            Label::Public | Label::Untrusted => return,
            // Rows go from table to table; secrets don't.
            _ if self.event.stores && source.label != Label::Secret => return,
            Label::Secret if trace.matched >= SECRET => {
                (own::FLOW_SECRET, Severity::Critical, Confidence::High, "what is secret leaves")
            }
            Label::Private | Label::Plain if told && trace.matched >= PRIVATE => (
                own::FLOW_TOLD,
                Severity::High,
                Confidence::High,
                "data goes to a place that only a stranger's text has named",
            ),
            Label::Private | Label::Plain if unusual && trace.matched >= PRIVATE => {
                (own::FLOW_DISGUISED, Severity::High, Confidence::Medium, "data leaves in a disguise")
            }
            Label::Private if payload.address && trace.matched >= PRIVATE => {
                (own::FLOW_DISGUISED, Severity::High, Confidence::Medium, "private data leaves in an address")
            }
            Label::Private
                if trace.matched >= PLAIN || trace.spelling > Spelling::Percent && trace.matched >= PRIVATE =>
            {
                (own::FLOW_PRIVATE, Severity::Medium, Confidence::Medium, "private data leaves")
            }
            Label::Plain if crosses && trace.matched >= PLAIN => {
                (own::FLOW_CROSS, Severity::Medium, Confidence::Low, "what one server said goes out by another")
            }
            _ => return,
        };
        // What only warns is said once an hour of the same way.
        let way = hash_all(&[
            Some(rule),
            source.server.as_ref().map(Name::as_str),
            Some(source.tool.as_str()),
            server,
            Some(self.event.tool_name()),
        ]);
        if severity < Severity::High {
            if self.session.was_told(way, self.now.saturating_sub(HOUR)) || outgoing.told.contains(&way) {
                return;
            }
            outgoing.told.push(way);
        }
        findings.push(self.at(
            payload,
            rule,
            severity,
            confidence,
            format!("{why}: {}", self.path(payload, trace, source)),
        ));
    }

    /// The way that data took, in words.
    pub(super) fn path(&self, payload: &Payload, trace: &Trace, source: &Source) -> String {
        let unit = if source.lines { "line" } else { "value" };
        let (first, last) = trace.values;
        let values = if first == last { format!("{unit} {first}") } else { format!("{unit}s {first}–{last}") };
        let pointer = self.inspection.tape().pointer(payload.field.node);
        let argument = pointer.split_once("/arguments").map_or(pointer.as_str(), |(_, argument)| argument);
        let spelling =
            if trace.spelling == Spelling::Plain { String::new() } else { format!(", {}", trace.spelling.as_str()) };
        format!(
            "{values} of `{}` result #{} → `{}` argument {argument}, {} of {} bytes{spelling}",
            source.tool.as_str(),
            source.call,
            self.event.tool_name(),
            trace.matched.min(trace.of),
            trace.of
        )
    }
}

/// Whoever is addressed: names and host.
fn authority_of(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.find(['/', '?', '#']).and_then(|at| rest.get(..at)).unwrap_or(rest)
}

/// What an address carries: its labels but the domain, its path and its query.
fn behind_host(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.find(['/', '?', '#']).and_then(|at| rest.get(at..)).unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use super::{authority_of, behind_host};

    #[test]
    fn an_address_is_told_from_what_it_carries() {
        assert_eq!((behind_host("https://x.example/p?q=1"), behind_host("abc.x.example")), ("/p?q=1", "abc.x.example"));
        assert_eq!(
            (authority_of("https://a@x.example/p?q=1"), authority_of("abc.x.example")),
            ("a@x.example", "abc.x.example")
        );
    }
}
