//! Everything a server claims: who it is, and all pages of what it has.

use super::client::{Answer, Client, wrong};
use crate::exit::Failure;
use serde::Serialize;
use serde_json::{Value, json};
use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;
use vanguard_adapters::identity::{Places, of_command};
use vanguard_core::integrity::{Claims, Drift, EntryKind, Json, Lock, ServerLock, drift, suspect};
use vanguard_core::{Action, Finding, Inspector, Message};

/// The newest version with `initialize`, and the first without.
const OLD: &str = "2025-11-25";
const NEW: &str = "2026-07-28";
/// Pages of one listing; real ones have a handful.
const PAGES: usize = 1000;

/// What a server claims, and what the rules find in it.
pub(crate) struct Survey {
    /// What is to be locked.
    pub(crate) server: ServerLock,
    /// What the rules warn of, or would stop.
    pub(crate) findings: Vec<Found>,
}

/// What a rule finds, and in what.
#[derive(Debug, Serialize)]
pub(crate) struct Found {
    /// The definition; the server's own words if absent.
    pub(crate) entry: Option<(EntryKind, String)>,
    /// Where in it.
    pub(crate) pointer: String,
    /// What was found.
    pub(crate) finding: Finding,
}

impl Survey {
    /// What changed since `name` was locked. A changed text in which a rule finds something weighs more.
    pub(crate) fn changes(&self, lock: &Lock, name: &str) -> Vec<Drift> {
        let heavier = |change: Drift| {
            let entry = change.entry.zip(change.name.clone());
            let inside = |pointer: &str| {
                let rest = pointer.strip_prefix(change.pointer.as_str());
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            };
            match self.findings.iter().find(|found| found.entry == entry && inside(&found.pointer)) {
                Some(found) => suspect(change, &found.finding),
                None => change,
            }
        };
        drift(lock, name, &self.server).into_iter().map(heavier).collect()
    }
}

/// Starts `command` and asks it for everything. `named` is the command as the user gave it, which the lock records.
pub(crate) fn survey(
    command: &[OsString],
    named: &[OsString],
    folder: Option<&Path>,
    wait: Duration,
    inspector: &Inspector,
    tell: &dyn Fn(&str),
) -> Result<Survey, Failure> {
    tell("starting the server");
    let mut asking = Asking {
        client: Client::start(command, folder, wait)?,
        inspector,
        findings: Vec::new(),
        modern: false,
        claims: Claims::default(),
    };
    asking.introduce()?;
    for kind in EntryKind::ALL {
        asking.list(kind, tell)?;
    }
    let Asking { findings, claims, .. } = asking;
    // Asked last: launchers fetch packages while they start.
    let mut server = ServerLock::default();
    (server.identity, server.claims) = (of_command(named, &Places::of_this_process()), claims);
    Ok(Survey { server, findings })
}

/// The server says no.
fn refused(method: &str, why: &str) -> Failure {
    wrong(method, &format!("the server answered with an error: {why}"))
}

struct Asking<'a> {
    client: Client,
    inspector: &'a Inspector,
    findings: Vec<Found>,
    /// The server speaks the version without `initialize`: each request says what it is.
    modern: bool,
    claims: Claims,
}

impl Asking<'_> {
    fn introduce(&mut self) -> Result<(), Failure> {
        let who = json!({"name": "vanguard", "version": env!("CARGO_PKG_VERSION")});
        let params = json!({"protocolVersion": OLD, "capabilities": {}, "clientInfo": who});
        let old = self.ask("initialize", params)?;
        if old.error.is_none() {
            self.take(&old, |claims, result| claims.introduce(result))?;
            return self.client.tell("notifications/initialized");
        }
        self.modern = true;
        let new = self.ask("server/discover", json!({}))?;
        match (&new.error, &old.error) {
            (None, _) => {
                self.take(&new, |claims, result| claims.introduce(result))?;
                self.claims.protocol = Some(NEW.to_owned());
                Ok(())
            }
            (_, Some(why)) => Err(refused("initialize", why)),
            (Some(why), None) => Err(refused("server/discover", why)),
        }
    }

    fn list(&mut self, kind: EntryKind, tell: &dyn Fn(&str)) -> Result<(), Failure> {
        let capability = match kind {
            EntryKind::Tool => "tools",
            EntryKind::Prompt => "prompts",
            EntryKind::ResourceTemplate => "resources",
        };
        let offered = self.claims.capabilities.as_ref().is_some_and(|all| all.json().member(capability).is_some());
        let mut cursor: Option<String> = None;
        for page in 1..=PAGES {
            let params = cursor.as_ref().map_or_else(|| json!({}), |cursor| json!({"cursor": cursor}));
            // Some servers have tools and don't say so; a client finds out by asking.
            let answer = self.ask(kind.method(), params)?;
            match &answer.error {
                Some(_) if !offered && page == 1 => return Ok(()),
                Some(why) => return Err(refused(kind.method(), why)),
                None => {}
            }
            let next = self.take(&answer, |claims, result| claims.list(kind, result))?;
            let next = next.map_err(|error| wrong(kind.method(), &error.to_string()))?;
            let count = self.claims.entries(kind).len();
            tell(&format!("{}: {count} on {page} {}", kind.method(), if page == 1 { "page" } else { "pages" }));
            match next {
                None => return Ok(()),
                Some(next) if cursor.as_ref() == Some(&next) => {
                    return Err(wrong(kind.method(), "the next page is the one that was asked for"));
                }
                next => cursor = next,
            }
        }
        Err(wrong(kind.method(), &format!("more than {PAGES} pages")))
    }

    fn ask(&mut self, method: &str, mut params: Value) -> Result<Answer, Failure> {
        if self.modern {
            params["_meta"] = json!({
                "io.modelcontextprotocol/protocolVersion": NEW,
                "io.modelcontextprotocol/clientCapabilities": {},
                "io.modelcontextprotocol/clientInfo": {"name": "vanguard", "version": env!("CARGO_PKG_VERSION")},
            });
        }
        self.client.ask(method, params)
    }

    /// Takes what an answer says, and notes what the rules find in it.
    fn take<T>(&mut self, answer: &Answer, take: impl FnOnce(&mut Claims, Json<'_>) -> T) -> Result<T, Failure> {
        let asked = self.inspector.inspect(&Message::to_server(&answer.question));
        let mut message = Message::to_client(&answer.line);
        if let Some(origin) = &asked.origin {
            message = message.in_reply_to(origin);
        }
        let verdict = self.inspector.inspect(&message);
        let result = Json::new(&answer.tape, 0, &answer.line).member("result");
        let result = result.ok_or_else(|| wrong("result", "the answer has neither result nor error"))?;
        let findings = verdict.findings.into_iter().filter(|finding| finding.action > Action::Allow);
        self.findings.extend(findings.map(|finding| found(result, finding)));
        Ok(take(&mut self.claims, result))
    }
}

/// In which definition of a result a finding lies.
fn found(result: Json<'_>, finding: Finding) -> Found {
    let inner = finding.pointer.strip_prefix("/result").unwrap_or(&finding.pointer).to_owned();
    let of = |kind: EntryKind| {
        let rest = inner.strip_prefix('/')?.strip_prefix(kind.list())?.strip_prefix('/')?;
        let (index, pointer) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let entry = result.member(kind.list())?.elements().nth(index.parse().ok()?)?;
        Some(((kind, entry.member(kind.key())?.str()?.to_owned()), pointer.to_owned()))
    };
    match EntryKind::ALL.into_iter().find_map(of) {
        Some((entry, pointer)) => Found { entry: Some(entry), pointer, finding },
        None => Found { entry: None, pointer: inner, finding },
    }
}
