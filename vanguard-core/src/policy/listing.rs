//! Listings: an entry that may not pass is taken out; the rest of the listing, its order and its cursor stay.

use serde::{Deserialize, Serialize};

use crate::finding::{Finding, Layer};
use crate::inspection::Inspection;
use crate::message::{MessageKind, NodeKind, Span};
use crate::verdict::{Action, Edit};

/// The lists that MCP's listings carry.
const LISTS: [&str; 4] = ["tools", "prompts", "resources", "resourceTemplates"];

/// What becomes of a listing with an entry that may not pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Poisoned {
    /// The entry is taken out; the rest of the listing passes.
    #[default]
    Remove,
    /// The listing is blocked.
    Block,
    /// The listing passes, with a warning on record. What a list of names or a lock holds back is taken out all the same.
    Warn,
}

impl Poisoned {
    /// Every choice.
    pub const ALL: [Self; 3] = [Self::Remove, Self::Block, Self::Warn];

    /// The word used in config.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Remove => "remove",
            Self::Block => "block",
            Self::Warn => "warn",
        }
    }
}

/// Whether a pointer leads into an entry of a listing.
pub(super) fn holds(pointer: &str) -> bool {
    let list = pointer.strip_prefix("/result/").and_then(|rest| rest.split_once('/'));
    list.is_some_and(|(name, _)| LISTS.contains(&name))
}

/// Turns findings that block one entry of a listing into the removal of that entry: their action becomes `Edit`.
/// Findings elsewhere in the message keep theirs. In a batch nothing is removed: it is judged as a whole.
pub(super) fn remove_entries(inspection: &Inspection<'_>, poisoned: Poisoned, findings: &mut [Finding]) -> Vec<Edit> {
    let mut edits = Vec::new();
    if inspection.kind() != Some(MessageKind::Result) || !findings.iter().any(|finding| finding.action > Action::Warn) {
        return edits;
    }
    let tape = inspection.tape();
    for name in LISTS {
        let prefix = format!("/result/{name}/");
        let Some(list) = tape
            .path(0, &["result", name])
            .filter(|list| tape.node(*list).is_some_and(|node| node.kind == NodeKind::Array))
        else {
            continue;
        };
        let mut removed: Vec<usize> = Vec::new();
        for finding in findings.iter_mut() {
            let below = finding.pointer.strip_prefix(&prefix).map(|rest| rest.split_once('/').unwrap_or((rest, "")));
            // By a placeholder nothing can be called.
            let is_name = below.is_some_and(|(_, field)| field == "name") && matches!(name, "tools" | "prompts");
            let goes = removes(finding) || finding.action > Action::Warn && is_name;
            let Some(entry) = below.filter(|_| goes).and_then(|(entry, _)| entry.parse().ok()) else { continue };
            // A list of names and a lock say by themselves what becomes of an entry.
            match poisoned {
                Poisoned::Block if finding.layer != Layer::Policy && finding.action > Action::Edit => {}
                Poisoned::Warn if finding.layer != Layer::Policy && finding.action > Action::Edit => {
                    finding.action = Action::Warn;
                }
                _ => {
                    removed.push(entry);
                    finding.action = Action::Edit;
                }
            }
        }
        removed.sort_unstable();
        removed.dedup();
        let spans: Vec<Span> =
            tape.elements(list).filter_map(|element| tape.node(element)).map(|node| node.source).collect();
        edits.extend(
            removed
                .iter()
                .filter_map(|at| Some(Edit::remove(format!("{prefix}{at}"), entry_span(&spans, &removed, *at)?))),
        );
    }
    edits.sort_by_key(|edit| edit.span);
    edits
}

/// Whether a finding takes the entry out that it is in. What is redacted in an entry stays.
fn removes(finding: &Finding) -> bool {
    finding.action > Action::Warn && !(finding.action == Action::Edit && finding.held.is_some())
}

/// The bytes to take out for entry `at`: with the comma after it, or before it where everything behind it goes too.
fn entry_span(spans: &[Span], removed: &[usize], at: usize) -> Option<Span> {
    let own = spans.get(at)?;
    let tail = (at..spans.len()).all(|later| removed.binary_search(&later).is_ok());
    let before = at.checked_sub(1).and_then(|before| spans.get(before));
    match (spans.get(at + 1), before) {
        (Some(next), _) if !tail => Some(Span::new(own.start, next.start)),
        (_, Some(before)) if tail => Some(Span::new(before.end, own.end)),
        _ => Some(*own),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_choice_of_entries_leaves_valid_json() {
        let text = b"[ 1 , 22,  333 ,4444 ]";
        let spans = [Span::new(2, 3), Span::new(6, 8), Span::new(11, 14), Span::new(16, 20)];
        for choice in 0u32..16 {
            let removed: Vec<usize> = (0..4).filter(|at| choice & (1 << at) != 0).collect();
            let mut out = Vec::new();
            let mut at = 0;
            for entry in &removed {
                let span = entry_span(&spans, &removed, *entry).unwrap();
                assert!(span.start as usize >= at, "{removed:?}");
                out.extend_from_slice(&text[at..span.start as usize]);
                at = span.end as usize;
            }
            out.extend_from_slice(&text[at..]);
            let left: Vec<u32> = serde_json::from_slice(&out)
                .unwrap_or_else(|error| panic!("{removed:?} {error} {}", String::from_utf8_lossy(&out)));
            let expected: Vec<u32> = [1, 22, 333, 4444]
                .into_iter()
                .enumerate()
                .filter(|(i, _)| !removed.contains(i))
                .map(|(_, v)| v)
                .collect();
            assert_eq!(left, expected);
        }
    }
}
