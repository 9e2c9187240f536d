//! What came of it, for people and as JSON.

use super::survey::{Found, Survey};
use crate::cli::Asked;
use crate::output::{self, say, tell};
use crate::terminal::{colours, visible};
use serde_json::json;
use std::io;
use vanguard_core::Severity;
use vanguard_core::integrity::{Drift, EntryKind};

/// A step that was taken, on stderr.
pub(crate) fn progress(text: &str) {
    tell!("vanguard: {text}");
}

/// A server that was locked.
pub(crate) fn locked(asked: &Asked, name: &str, found: &Survey, neighbours: &[Drift]) {
    let Survey { server, findings } = found;
    let count = |kind| server.claims.entries(kind).len();
    if asked.json {
        let counts: serde_json::Map<_, _> =
            EntryKind::ALL.iter().map(|kind| (kind.list().to_owned(), count(*kind).into())).collect();
        let fingerprint = server.digest();
        say!(
            "{}",
            json!({"server": name, "locked": true, "fingerprint": fingerprint, "counts": counts, "identity": server.identity,
                "findings": findings, "neighbours": neighbours})
        );
        return;
    }
    say!(
        "locked `{}` in {}: {} tools, {} prompts, {} resource templates",
        visible(name),
        asked.file.display(),
        count(EntryKind::Tool),
        count(EntryKind::Prompt),
        count(EntryKind::ResourceTemplate)
    );
    match (&server.identity.package, &server.identity.executable) {
        (Some(package), _) => {
            let version = package.version.as_deref().unwrap_or("(version not found)");
            let hash = package.sha256.map_or_else(|| "content not found".to_owned(), |digest| digest.to_string());
            say!("  package {} {version}, {hash}", visible(&package.name));
        }
        (None, Some(program)) => say!("  program {}", visible(&program.path)),
        (None, None) => {}
    }
    if !findings.is_empty() {
        say!("look at these before you trust it:");
        findings.iter().for_each(|finding| say!("  {}", visible(&told(finding))));
    }
    if !neighbours.is_empty() {
        say!("beside the other servers of this lock:");
        neighbours.iter().for_each(|change| say!("  {}", line(change)));
    }
}

fn told(found: &Found) -> String {
    let Found { entry, pointer, finding } = found;
    let name = entry.as_ref().map_or("the server itself", |(_, name)| name);
    format!("{name}{pointer}: {} [{}] saw `{}`", finding.reason, finding.rule, finding.evidence)
}

/// A server that was locked before, and what changed since, in numbers.
pub(crate) fn counted(asked: &Asked, name: &str, changes: &[Drift]) {
    if asked.json || changes.is_empty() {
        return self::changes(asked, name, changes);
    }
    let heavy = changes.iter().filter(|change| change.severity > Severity::Low).count();
    say!(
        "`{}` is locked in {} and has changed since: {}, {heavy} of weight; `vanguard diff` shows them, `--update` accepts them",
        visible(name),
        asked.file.display(),
        count(changes.len())
    );
}

/// What changed.
pub(crate) fn changes(asked: &Asked, name: &str, changes: &[Drift]) {
    if asked.json {
        say!("{}", json!({"server": name, "changes": changes}));
        return;
    }
    if changes.is_empty() {
        say!("`{}` is as it was locked", visible(name));
        return;
    }
    let mut rest = changes;
    while let Some(first) = rest.first() {
        let same = rest.iter().take_while(|change| (change.entry, &change.name) == (first.entry, &first.name)).count();
        let (own, others) = rest.split_at(same);
        output::print(group(&own.iter().collect::<Vec<_>>()));
        rest = others;
    }
    let heavy = changes.iter().filter(|change| change.severity > Severity::Low).count();
    say!("{}, {heavy} of weight", count(changes.len()));
}

fn count(changes: usize) -> String {
    format!("{changes} change{}", if changes == 1 { "" } else { "s" })
}

/// What was accepted and what was not.
pub(crate) fn updated(asked: &Asked, name: &str, accepted: usize, left: &[Drift]) {
    if asked.json {
        say!("{}", json!({"server": name, "accepted": accepted, "left": left}));
    } else {
        say!("`{}`: {} accepted, {} left", visible(name), count(accepted), left.len());
    }
}

/// The changes of one definition, or of the server itself.
pub(crate) fn group(changes: &[&Drift]) -> String {
    let Some(first) = changes.first() else { return String::new() };
    let head = match (first.entry, &first.name) {
        (Some(kind), Some(name)) => format!("{} {}", kind.as_str(), visible(name)),
        _ => "the server itself".to_owned(),
    };
    let lines = changes.iter().map(|change| {
        let mut text = format!("  {}\n", line(change));
        for (sign, part) in [("-", &change.before), ("+", &change.after)] {
            if !part.is_empty() {
                text += &format!("      {sign} {}\n", visible(part));
            }
        }
        text
    });
    format!("{head}\n{}", lines.collect::<String>())
}

fn line(change: &Drift) -> String {
    let weight = change.severity.as_str();
    let colour = match change.severity {
        Severity::Info | Severity::Low => "2",
        Severity::Medium => "33",
        Severity::High | Severity::Critical => "31",
    };
    let weight =
        if colours(&io::stdout()) { format!("\u{1b}[{colour}m{weight:6}\u{1b}[0m") } else { format!("{weight:6}") };
    let place = if change.pointer.is_empty() { String::new() } else { format!(" ({})", visible(&change.pointer)) };
    format!("{weight} {}: {}{place}", change.kind.as_str(), visible(&change.reason))
}
