//! What a call does, and to what: read from its tool's name, its arguments, and what L1 found in them.

use std::cell::LazyCell;

use super::marks::{KeyMarks, is_page};
use super::places::{Destination, first_host, host_of, is_odd, is_odd_place};
use super::script::is_risky;
use super::secrets::{asks_secrets, changes_rows, names_secret, takes_session};
use super::{Event, Odd, Payload};
use crate::behavior::act::{Act, Acts};
use crate::behavior::command::{self, name_of};
use crate::behavior::hash::{hash, mix};
use crate::behavior::label::Label;
use crate::behavior::words;
use crate::config::Config;
use crate::finding::Finding;
use crate::inspection::Inspection;
use crate::message::{Field, FieldKind, NodeKind};

/// Letters of an argument's name from which on it may be a message.
const NAME: usize = 14;

impl Event<'_> {
    /// Reads a call. `known` are the acts of a tool by its name.
    pub(super) fn read_call(
        &mut self,
        inspection: &Inspection<'_>,
        config: &Config,
        findings: &[Finding],
        known: impl Fn(&[u8], u64) -> Option<Acts>,
    ) {
        let tape = inspection.tape;
        let name = self.tool;
        self.tool_hash = hash(name);
        if self.method == b"resources/read" {
            self.acts = Acts::of(Act::Read);
            self.acts.add(Act::Untrusted, name.starts_with(b"http"));
        } else {
            let by_name = known(name, self.tool_hash).unwrap_or_else(|| {
                let acts = words::by_name(name);
                self.by_name = Some(acts);
                acts
            });
            let stated = (!config.capabilities.is_empty()).then(|| config.capabilities_of(self.tool_name()));
            self.acts = words::acts(by_name, stated.flatten());
        }
        self.acts.add(Act::Call, true);
        if !config.behavior.labels.is_empty() {
            self.label = config.behavior.label(inspection.context().server, self.tool_name());
        }
        let (mut body, mut post, mut invites, mut target) = (false, false, false, self.tool_hash);
        let writes = self.acts.has(Act::Write);
        let params = inspection.envelopes.get(self.element as usize).and_then(|envelope| envelope.params);
        let arguments = params.and_then(|params| tape.member(params, "arguments"));
        let given = arguments.or_else(|| params.and_then(|params| tape.member(params, "uri")));
        let given = given.and_then(|given| Some(given..tape.node(given)?.end)).unwrap_or_default();
        let mut secret = false;
        for field in inspection.fields.iter().filter(|field| given.contains(&field.node)) {
            if tape.node(field.node).is_none_or(|node| node.kind != NodeKind::String) {
                continue;
            }
            let key = tape.key_of(field.node);
            let raw = field.text.of(tape.arena());
            let text = LazyCell::new(|| std::str::from_utf8(raw).unwrap_or_default());
            target = mix(target, hash(raw.get(..raw.len().min(512)).unwrap_or_default()));
            let marks = KeyMarks::of(key);
            let address = matches!(field.kind, FieldKind::Url | FieldKind::Host)
                || raw.starts_with(b"http://")
                || raw.starts_with(b"https://");
            post |= marks.method && matches!(text.to_ascii_uppercase().as_str(), "POST" | "PUT" | "PATCH");
            match field.kind {
                FieldKind::Command | FieldKind::Code if raw.len() < 1 << 16 => {
                    let deeds = command::read(&text);
                    self.acts = self.acts.union(deeds.acts);
                    self.tells |= deeds.tells;
                    if !(deeds.downloads.is_empty() && deeds.writes.is_empty() && deeds.runs.is_empty()) {
                        let files = self.put();
                        files.downloads.extend(deeds.downloads);
                        files.writes.extend(deeds.writes.into_iter().map(|name| (name, Odd::place(is_odd(&text)))));
                        files.runs.extend(deeds.runs);
                    }
                    if self.destination.is_none() && self.acts.has(Act::Network) {
                        self.destination = first_host(&text);
                    }
                }
                FieldKind::Sql => {
                    self.stores |= changes_rows(&text);
                    secret |= asks_secrets(&text);
                }
                FieldKind::Path if self.acts.has(Act::Execute) => self.put().runs.extend(name_of(&text)),
                FieldKind::Path if self.acts.has(Act::Download) => self.put().downloads.extend(name_of(&text)),
                FieldKind::Path if writes => {
                    let odd = Odd::place(is_odd_place(&text));
                    self.put().writes.extend(name_of(&text).map(|name| (name, odd)));
                }
                FieldKind::Path => self.acts.add(Act::Read, !self.acts.has(Act::NetworkSend)),
                _ => {}
            }
            if address {
                self.acts.add(Act::Network, true);
                if self.acts.has(Act::Download) {
                    self.put().downloads.extend(name_of(&text));
                }
                if self.destination.is_none() {
                    self.destination = host_of(&text).or_else(|| first_host(&text));
                }
            } else if marks.recipient && !raw.is_empty() {
                self.destination
                    .get_or_insert_with(|| Destination { name: text.trim().to_ascii_lowercase(), host: false });
            }
            if writes && (marks.body || raw.len() > 200) && is_risky(&text) {
                self.acts.add(Act::RiskyWrite, true);
            }
            body |= marks.body && !raw.is_empty();
            invites |= marks.invited && raw.contains(&b'@');
            secret |= marks.kind && raw.len() <= 40 && names_secret(raw);
            self.payloads.push(Payload {
                address,
                credential: marks.credential,
                file: marks.file,
                aside: marks.recipient || marks.method || marks.kind,
                ..Payload::of(*field)
            });
        }
        // The path may stand behind the content.
        let risky = self.acts.has(Act::RiskyWrite);
        let content = if risky { Odd::Content } else { Odd::Nothing };
        let written = self.files.iter_mut().flat_map(|files| &mut files.writes);
        written.for_each(|(_, odd)| *odd = content.max(*odd));
        if let Some(arguments) = arguments {
            self.read_numbers(inspection, arguments);
        }
        let network = self.acts.has(Act::Network) || self.destination.as_ref().is_some_and(|to| to.host);
        self.acts.add(Act::NetworkSend, network && (post || body) && !writes);
        // Who is invited is told.
        self.acts.add(Act::Message, writes && invites && body);
        self.acts.add(Act::NetworkSend, self.acts.has(Act::Message));
        if self.leaves() {
            self.read_names(inspection, given);
        }
        // Tickets and pages of a service that is reached over the net are sent there.
        let runs = self.files.as_ref().is_some_and(|files| !files.runs.is_empty());
        self.acts.add(Act::Execute, runs);
        self.target = target;
        for finding in findings {
            if !self.is_mine(inspection, &finding.pointer) {
                continue;
            }
            let rule = finding.rule.as_str();
            let secret = matches!(
                rule,
                "PATH-PROJECT-SECRETS"
                    | "PATH-CREDENTIALS"
                    | "PATH-HISTORY"
                    | "PATH-NAMED"
                    | "CMD-READ-CREDENTIALS"
                    | "SQL-CREDENTIALS"
                    | "CMD-DUMP-CREDENTIALS"
                    | "CMD-READ-ACCOUNTS"
            );
            self.acts.add(Act::SensitiveRead, secret && !writes && !self.acts.has(Act::NetworkSend));
        }
        self.acts.add(Act::SensitiveRead, self.label == Some(Label::Secret));
        let reads = self.acts.has(Act::Read) || self.acts.has(Act::Execute);
        self.acts.add(Act::SensitiveRead, secret && !writes && !self.stores && !self.acts.has(Act::NetworkSend));
        let session = |payload: &Payload| takes_session(payload.field.text.of(tape.arena()));
        self.acts.add(Act::SensitiveRead, self.acts.has(Act::Execute) && self.payloads.iter().any(session));
        let secret_path = |payload: &Payload| {
            payload.field.kind == FieldKind::Path && names_secret(payload.field.text.of(tape.arena()))
        };
        let sensitive = reads && !writes && self.payloads.iter().any(secret_path);
        self.acts.add(Act::SensitiveRead, sensitive);
    }

    /// Long names of arguments, which say something of their own.
    fn read_names(&mut self, inspection: &Inspection<'_>, given: std::ops::Range<u32>) {
        let tape = inspection.tape;
        let objects = given.filter(|at| tape.node(*at).is_some_and(|node| node.kind == NodeKind::Object));
        for (key, value) in objects.flat_map(|object| tape.members(object)) {
            let Some(text) = tape.node(key).map(|node| node.text).filter(|text| text.len() >= NAME) else { continue };
            let field = Field { node: value, text, kind: FieldKind::Identifier, element: self.element };
            self.payloads.push(Payload { name: true, ..Payload::of(field) });
        }
    }

    fn read_numbers(&mut self, inspection: &Inspection<'_>, arguments: u32) {
        let tape = inspection.tape;
        for (key, value) in tape.members(arguments).take(32) {
            let Some(node) = tape.node(value) else { continue };
            let text = match node.kind {
                NodeKind::Number => node.source.of(inspection.bytes()),
                NodeKind::String => tape.text(value),
                _ => continue,
            };
            // `user-17`, `/users/17`: what is swept stands at the end.
            let digits = text.len() - text.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
            let (lead, number) = text.split_at_checked(digits).unwrap_or((text, b""));
            if number.is_empty() {
                continue;
            }
            let number = std::str::from_utf8(number).ok();
            if let Some(number) = number.and_then(|digits| digits.parse::<i64>().ok())
                && !is_page(tape.text(key))
            {
                self.numbers.push((mix(hash(tape.text(key)), hash(lead)), number));
            }
        }
    }
}
