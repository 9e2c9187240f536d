//! A message of which drift is told: where a change stands in it, and what the rules have found there.

use std::collections::BTreeMap;

use super::Json;
use super::drift::{Drift, is_suspicious, suspect};
use crate::finding::Finding;
use crate::inspection::Inspection;
use crate::message::{NodeId, Span};

/// The message that is told of.
pub(super) struct Told<'a> {
    pub(super) inspection: &'a Inspection<'a>,
    /// What rules have found that makes a changed text suspicious, by its place.
    suspects: BTreeMap<String, Finding>,
}

impl<'a> Told<'a> {
    pub(super) fn of(inspection: &'a Inspection<'a>, findings: &[Finding]) -> Self {
        let bad = findings.iter().filter(|finding| is_suspicious(finding));
        Self { inspection, suspects: bad.map(|finding| (finding.pointer.clone(), finding.clone())).collect() }
    }

    pub(super) fn json(&self, node: NodeId) -> Json<'a> {
        Json::new(self.inspection.tape(), node, self.inspection.bytes())
    }

    /// Where a result says who the server is.
    pub(super) fn info(&self, result: NodeId) -> &'static str {
        let old = self.inspection.tape().member(result, "serverInfo").is_some();
        if old { "/serverInfo" } else { "/_meta/io.modelcontextprotocol~1serverInfo" }
    }

    /// A changed text in which a rule found something is more than other words. `place` is what the drift's pointer starts from.
    pub(super) fn suspect(&self, place: &str, drift: Drift) -> Drift {
        let place = format!("{place}{}", drift.pointer);
        let inside = format!("{place}/");
        let below = self.suspects.range(inside.clone()..).take_while(|(pointer, _)| pointer.starts_with(&inside));
        let all = self.suspects.get(&place).into_iter().chain(below.map(|(_, found)| found));
        match all.max_by_key(|found| found.severity) {
            Some(found) => suspect(drift, found),
            None => drift,
        }
    }

    /// The pointer and bytes of what `pointer` names below `node`, which stands at `place`; or of what it would stand in.
    pub(super) fn place(&self, node: NodeId, place: &str, pointer: &str) -> (String, Span) {
        let (mut at, mut place) = (self.json(node), place.to_owned());
        for step in pointer.split('/').skip(1) {
            let name = step.replace("~1", "/").replace("~0", "~");
            let is_it = |(index, element): &(usize, Json<'_>)| {
                element.member("name").and_then(Json::str) == Some(&name) || step.parse() == Ok(*index)
            };
            if let Some(member) = at.member(&name) {
                place = format!("{place}/{step}");
                at = member;
            } else if let Some((index, element)) = at.elements().enumerate().find(is_it) {
                place = format!("{place}/{index}");
                at = element;
            } else {
                break;
            }
        }
        let span = self.inspection.tape().node(at.node()).map_or(Span::default(), |node| node.source);
        (place, span)
    }
}
