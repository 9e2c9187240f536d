//! A lock held against live traffic: each introduction and each page of a listing is compared with what is locked; what changed in
//! earnest is taken out, and calls to it are refused.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde::{Deserialize, Serialize};

use super::claims::MOST;
use super::drift::{Drift, DriftKind, World, added, changed, introduction, removed, renamed};
use super::told::Told;
use super::{Claims, Digest, Document, EntryKind, Json, Lock, ServerLock};
use crate::finding::{Confidence, Finding, Layer, Severity};
use crate::inspection::Inspection;
use crate::message::{Flow, MessageKind, NodeId, NodeKind, Span};
use crate::rules::own;
use crate::session::{Knowledge, Listed, SessionKey};
use crate::verdict::Action;

/// What is done about drift.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DriftMode {
    /// It is told.
    Warn,
    /// What honest releases bring is told; what weighs more is held back.
    #[default]
    Balanced,
    /// Everything but another order is held back.
    Strict,
}

impl DriftMode {
    fn action(self, severity: Severity) -> Action {
        match self {
            Self::Strict => Action::Block,
            Self::Balanced if severity > Severity::Low => Action::Block,
            Self::Warn | Self::Balanced => Action::Warn,
        }
    }
}

/// Changes told of one definition; the weightiest.
const TOLD: usize = 8;
/// Pages whose judgement is remembered by their fingerprint.
const PAGES: usize = 32;

/// A lock, and what it takes to hold traffic against it.
#[derive(Debug)]
pub(crate) struct Watch {
    lock: Lock,
    mode: DriftMode,
    /// By server, made when it is first needed.
    worlds: BTreeMap<String, OnceLock<World>>,
    pages: Mutex<VecDeque<(Digest, Arc<Page>)>>,
}

/// What one page comes to.
#[derive(Debug, Default)]
struct Page {
    names: HashSet<String>,
    /// By entry, what changed.
    drift: Vec<(usize, Drift)>,
}

impl Watch {
    pub(crate) fn new(lock: Lock, mode: DriftMode) -> Self {
        let worlds = lock.servers.keys().map(|name| (name.clone(), OnceLock::new())).collect();
        Self { lock, mode, worlds, pages: Mutex::default() }
    }

    /// Adds what the message says that is not as locked.
    pub(crate) fn judge(
        &self,
        inspection: &Inspection<'_>,
        known: Option<(&Knowledge, SessionKey)>,
        findings: &mut Vec<Finding>,
    ) {
        for (element, envelope) in (0_u32..).zip(inspection.envelopes()) {
            let method = inspection.method(element);
            match (envelope.kind, inspection.flow()) {
                (Some(MessageKind::Result), Flow::ToClient) => {
                    let Some(result) = envelope.result else { continue };
                    let told = Told::of(inspection, findings);
                    if is_introduction(method, told.json(result)) {
                        self.introduction(&told, result, findings);
                    }
                    for kind in EntryKind::ALL {
                        if let Some(list) = listing(inspection, method, kind, result) {
                            self.listing(&told, known, (kind, result, list), findings);
                        }
                    }
                }
                (Some(MessageKind::Request), Flow::ToServer) => {
                    findings.extend(envelope.params.and_then(|params| self.used(inspection, method?, params, known)));
                }
                _ => {}
            }
        }
    }

    /// Remembers what was held back, so that it can't be used, and which pages were seen. Called once the verdict stands; `held`
    /// points to what was taken out.
    pub(crate) fn settle(
        &self,
        inspection: &Inspection<'_>,
        (knowledge, key): (&Knowledge, SessionKey),
        held: &HashSet<&str>,
    ) {
        if inspection.flow() != Flow::ToClient {
            return;
        }
        let server = self.locked(inspection.context().server);
        for (element, envelope) in (0_u32..).zip(inspection.envelopes()) {
            let Some(result) = envelope.result else { continue };
            for kind in EntryKind::ALL {
                let Some(list) = listing(inspection, inspection.method(element), kind, result) else { continue };
                let json = Json::new(inspection.tape(), list, inspection.bytes());
                let place = inspection.tape().pointer(list);
                let entries = json.elements().enumerate().filter_map(|(at, entry)| {
                    let name = entry.member(kind.key())?.str()?;
                    let locked = server.is_some_and(|server| server.claims.entries(kind).contains_key(name));
                    Some(Listed { name, held: held.contains(format!("{place}/{at}").as_str()), locked })
                });
                let last = inspection.tape().member(result, "nextCursor").is_none();
                knowledge.paged(key, kind, entries, last);
            }
        }
    }

    fn locked(&self, server: Option<&str>) -> Option<&ServerLock> {
        self.lock.servers.get(server?)
    }

    fn world(&self, server: Option<&str>) -> Option<&World> {
        let server = server?;
        Some(self.worlds.get(server)?.get_or_init(|| World::of(&self.lock, server)))
    }

    fn introduction(&self, told: &Told<'_>, result: NodeId, findings: &mut Vec<Finding>) {
        let server = told.inspection.context().server;
        let place = told.inspection.tape().pointer(result);
        let Some((locked, world)) = self.locked(server).zip(self.world(server)) else {
            let name = server.unwrap_or("");
            let reason = format!("the server `{name}` is not in the lock");
            let drift = Drift::new(DriftKind::Added, Severity::Low, "", reason);
            findings.push(self.finding(told, (result, &place), drift, server));
            return;
        };
        let mut now = Claims::default();
        now.introduce(told.json(result));
        for drift in introduction(world, &locked.claims, &now) {
            let drift = Drift { pointer: drift.pointer.replacen("/serverInfo", told.info(result), 1), ..drift };
            let drift = told.suspect(&place, drift);
            findings.push(self.finding(told, (result, &place), drift, server));
        }
    }

    fn listing(
        &self,
        told: &Told<'_>,
        known: Option<(&Knowledge, SessionKey)>,
        (kind, result, list): (EntryKind, NodeId, NodeId),
        findings: &mut Vec<Finding>,
    ) {
        let server = told.inspection.context().server;
        let place = told.inspection.tape().pointer(list);
        let entries: Vec<NodeId> = told.inspection.tape().elements(list).collect();
        if entries.len() > MOST {
            let reason = format!("it lists more than {MOST} {}", kind.list());
            let drift = Drift::new(DriftKind::Added, Severity::Medium, "", reason);
            findings.push(self.finding(told, (list, &place), drift, server));
            return;
        }
        let page = self.page(told, server, kind, list);
        let last = told.inspection.tape().member(result, "nextCursor").is_none();
        // Of a name that is not on this page, only the end of the listing tells that it is gone.
        let is_there = |name: &str| {
            page.names.contains(name)
                || !known.is_some_and(|(knowledge, key)| last && !knowledge.was_paged(key, kind, name))
        };
        let nowhere = World::default();
        let world = self.world(server).unwrap_or(&nowhere);
        for (at, drift) in &page.drift {
            let Some(entry) = entries.get(*at) else { continue };
            let place = format!("{place}/{at}");
            let drift = told.suspect(&place, renamed(world, drift.clone(), is_there));
            findings.push(self.finding(told, (*entry, &place), drift, server));
        }
        let locked = self.locked(server).map(|server| server.claims.entries(kind));
        let (Some((knowledge, key)), Some(locked)) = (known.filter(|_| last), locked) else { return };
        let gone =
            locked.keys().filter(|name| !page.names.contains(name.as_str()) && !knowledge.was_paged(key, kind, name));
        for name in gone {
            findings.push(self.finding(told, (list, &place), removed(kind, name), server));
        }
    }

    /// What a page comes to: by its fingerprint, if it was seen before.
    fn page(&self, told: &Told<'_>, server: Option<&str>, kind: EntryKind, list: NodeId) -> Arc<Page> {
        let json = told.json(list);
        let head = format!("{} {}\n", kind.list(), serde_json::Value::from(server));
        let digest = Digest::of_parts([head.as_bytes(), json.source()]);
        let pages = || self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = pages().iter().find(|(page, _)| *page == digest).map(|(_, page)| Arc::clone(page));
        if let Some(page) = seen {
            return page;
        }
        let page = Arc::new(self.compare(json, server, kind));
        let mut pages = pages();
        pages.truncate(PAGES - 1);
        pages.push_front((digest, Arc::clone(&page)));
        page
    }

    fn compare(&self, list: Json<'_>, server: Option<&str>, kind: EntryKind) -> Page {
        let (empty, nowhere) = (ServerLock::default(), World::default());
        let locked = self.locked(server).unwrap_or(&empty).claims.entries(kind);
        let world = self.world(server).unwrap_or(&nowhere);
        let mut page = Page::default();
        for (at, entry) in list.elements().enumerate() {
            let Some(name) = entry.member(kind.key()).and_then(Json::str) else {
                let reason = format!("a {} without `{}`", kind.as_str(), kind.key());
                page.drift.push((at, Drift::new(DriftKind::Added, Severity::Medium, "", reason)));
                continue;
            };
            let mut drift = match locked.get(name) {
                Some(document) => {
                    let now = Document::of(entry);
                    if now == **document { Vec::new() } else { changed(world, kind, name, document.json(), entry) }
                }
                None => added(world, kind, name, entry),
            };
            drift.sort_by_key(|drift| std::cmp::Reverse(drift.severity));
            page.names.insert(name.to_owned());
            page.drift.extend(drift.into_iter().take(TOLD).map(|drift| (at, drift)));
        }
        page
    }

    /// The use of something that was held back, or (`strict`) that is not in the lock.
    fn used(
        &self,
        inspection: &Inspection<'_>,
        method: &str,
        params: NodeId,
        known: Option<(&Knowledge, SessionKey)>,
    ) -> Option<Finding> {
        let kind = match method {
            "tools/call" => EntryKind::Tool,
            "prompts/get" => EntryKind::Prompt,
            _ => return None,
        };
        let tape = inspection.tape();
        let node = tape.member(params, "name")?;
        let name = tape.string(node)?;
        let server = inspection.context().server;
        let is_locked = self.locked(server).is_some_and(|server| server.claims.entries(kind).contains_key(name));
        let held = known.is_some_and(|(knowledge, key)| knowledge.is_held(key, kind, name, is_locked));
        let word = kind.as_str();
        let reason = if held {
            format!("the {word} was taken out of the listing since it is not as it was locked")
        } else if self.mode == DriftMode::Strict && !is_locked {
            format!("the {word} is not in the lock")
        } else {
            return None;
        };
        let span = tape.node(node).map_or(Span::default(), |node| node.source);
        let mut finding = Finding::new(own::INTEGRITY_HELD, Layer::Policy, Severity::High, Confidence::High)
            .because(reason)
            .at(tape.pointer(node), span)
            .seeing(name.as_bytes());
        finding.action = if self.mode == DriftMode::Warn { Action::Warn } else { Action::Block };
        finding.allow = how_to_accept(Some(name), server);
        Some(finding)
    }

    fn finding(&self, told: &Told<'_>, (node, place): (NodeId, &str), drift: Drift, server: Option<&str>) -> Finding {
        let (pointer, span) = told.place(node, place, &drift.pointer);
        let name = drift.name.as_deref();
        let reason = match (drift.entry, name) {
            (Some(kind), Some(name)) if drift.kind.is_change() => {
                format!("the {} `{name}` is not as it was locked: {}", kind.as_str(), drift.reason)
            }
            (None, _) if drift.kind.is_change() => format!("the server is not as it was locked: {}", drift.reason),
            _ => drift.reason,
        };
        let mut finding = Finding::new(drift.kind.rule(), Layer::Policy, drift.severity, Confidence::High)
            .because(reason)
            .at(pointer, span);
        finding.action = self.mode.action(drift.severity);
        finding.allow = how_to_accept(name, server);
        finding
    }
}

/// The command that accepts a change.
fn how_to_accept(name: Option<&str>, server: Option<&str>) -> String {
    // In a shell's quotes, whatever an attacker put into a name.
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
    let what = name.map_or_else(|| "--accept-server".to_owned(), |name| format!("--accept {}", quoted(name)));
    let server = server.map_or_else(String::new, |server| format!(" --name {}", quoted(server)));
    format!("look at it with `vanguard diff`, then `vanguard lock --update {what}{server} -- COMMAND`")
}

/// Whether a result introduces the server.
fn is_introduction(method: Option<&str>, result: Json<'_>) -> bool {
    match method {
        Some(method) => matches!(method, "initialize" | "server/discover"),
        None => result.member("serverInfo").is_some() && result.member("protocolVersion").is_some(),
    }
}

/// The list that a result carries, if it is a listing of `kind`. Where nobody knows what was asked, its shape says so.
fn listing(inspection: &Inspection<'_>, method: Option<&str>, kind: EntryKind, result: NodeId) -> Option<NodeId> {
    let list = inspection.tape().member(result, kind.list())?;
    let is_list = inspection.tape().node(list).is_some_and(|node| node.kind == NodeKind::Array);
    (is_list && method.is_none_or(|method| method == kind.method())).then_some(list)
}
