//! The second half of judging a message: which rules hold for which fields.

use std::cell::LazyCell;

use crate::{config::Capabilities, message::Span};

use super::{
    query::{Asked, Fact, FactSource},
    rule::{Matches, Rule},
    scan::{Filter, Found, RuleScratch},
    set::{Program, RuleSet},
};

/// A rule holds for a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Index of the rule in [`RuleSet::rules`].
    pub rule: u32,
    /// The field.
    pub field: u32,
    /// The view in which it was seen; `None` for the text as written.
    pub view: Option<u32>,
    /// The bytes of that text that show it.
    pub span: Span,
}

impl RuleSet {
    /// Evaluates the conditions of every rule of which an atom was found, and leaves the scratch empty. Hits are in
    /// the order of fields, then of rules.
    pub fn judge(&self, filter: &Filter<'_>, scratch: &mut RuleScratch, facts: &dyn FactSource, out: &mut Vec<Hit>) {
        let when = filter.bit();
        let asked = self.asked.get(when.trailing_zeros() as usize).copied().unwrap_or_default();
        if asked != Asked::default() {
            facts.facts(&asked, &mut |fact| {
                let RuleScratch { found, questions, .. } = &mut *scratch;
                let before = found.len();
                let topic = fact.fact.topic();
                let entries = self.queries.get(topic as usize).map_or(&[][..], Vec::as_slice);
                let mut ask = |number: usize| {
                    let entry = entries.get(number);
                    let entry = entry.filter(|entry| entry.gate.passes(fact.kind, fact.view.is_some(), when));
                    let Some(entry) = entry else { return };
                    let (rule, atom) = (entry.rule, entry.atom);
                    let part = fact.part;
                    // What can't hold for this message is not found in it: one `include` tool's rule must not speak of every URL.
                    let stands = LazyCell::new(|| self.rule(rule).is_some_and(|rule| applies(rule, filter)));
                    let mut tell = |span| {
                        if *stands {
                            let span = part.unwrap_or(span);
                            found.push(Found { field: fact.field, rule, view: fact.view, span, atom });
                        }
                    };
                    if entry.every {
                        entry.query.answers(&fact.fact, tell);
                    } else if let Some(span) = entry.query.answer(&fact.fact) {
                        tell(span);
                    }
                };
                match fact.fact {
                    Fact::Shell(shell) => self.shell.each(*shell, questions, ask),
                    _ => self.asking(topic, fact.kind).iter().for_each(|number| ask(*number as usize)),
                }
                found.len() > before
            });
        }
        scratch.found.sort_unstable();
        let same = |a: &Found, b: &Found| a.field == b.field && a.rule == b.rule;
        for group in scratch.found.chunk_by(same) {
            let Some(first) = group.first() else { continue };
            let Some((rule, program)) = self.rule(first.rule).zip(self.programs.get(first.rule as usize)) else {
                continue;
            };
            if applies(rule, filter) && holds(program, group) && stands(rule, first.field, facts) {
                report(rule, program, group, out);
            }
        }
        scratch.clear();
    }
}

/// The part of a scope that is asked last: it costs more than a bit test.
fn applies(rule: &Rule, filter: &Filter<'_>) -> bool {
    let methods = &rule.on.methods;
    let method = methods.is_empty() || filter.method.is_none_or(|name| methods.iter().any(|one| one.matches(name)));
    let tools = &rule.on.tools;
    let tool = tools.is_empty() || filter.tool.is_some_and(|name| tools.iter().any(|one| one.matches(name)));
    let wanted = rule.on.capabilities;
    let meets = |has: Capabilities| wanted.iter().any(|capability| has.contains(capability));
    method && tool && (wanted == Capabilities::NONE || filter.capabilities.is_none_or(meets))
}

/// Whether the field stands where the rule asks: what is done with it, and its name.
fn stands(rule: &Rule, field: u32, facts: &dyn FactSource) -> bool {
    let does = rule.on.does == Capabilities::NONE || {
        let done = facts.does(field);
        rule.on.does.iter().any(|capability| done.contains(capability))
    };
    let keys = &rule.on.keys;
    does && (keys.is_empty() || {
        let key = String::from_utf8_lossy(facts.key(field));
        keys.iter().any(|pattern| pattern.matches(&key))
    })
}

/// As deep as conditions may nest, which the loader bounds.
fn holds(program: &Program, group: &[Found]) -> bool {
    match program {
        Program::Atom(atom) => group.iter().any(|found| found.atom == *atom),
        Program::All(parts) => parts.iter().all(|part| holds(part, group)),
        Program::Any(parts) => parts.iter().any(|part| holds(part, group)),
        Program::Not(part) => !holds(part, group),
    }
}

/// The first place that speaks for the rule, or each.
fn report(rule: &Rule, program: &Program, group: &[Found], out: &mut Vec<Hit>) {
    let mut last: Option<Hit> = None;
    for found in group.iter().filter(|found| speaks(program, found.atom, true)) {
        let hit = Hit { rule: found.rule, field: found.field, view: found.view, span: found.span };
        // Several patterns of a rule may have found one thing.
        let inside = |last: Hit| last.view == hit.view && hit.span.start < last.span.end;
        match last.as_mut().filter(|last| inside(**last)) {
            Some(last) => last.span.end = last.span.end.max(hit.span.end),
            None => {
                out.extend(last.replace(hit));
            }
        }
        if rule.matches == Matches::First {
            break;
        }
    }
    out.extend(last);
}

/// Whether `atom` stands in `program` under an even number of `not`s.
pub(super) fn speaks(program: &Program, atom: u32, positive: bool) -> bool {
    match program {
        Program::Atom(own) => positive && *own == atom,
        Program::All(parts) | Program::Any(parts) => parts.iter().any(|part| speaks(part, atom, positive)),
        Program::Not(part) => speaks(part, atom, !positive),
    }
}
