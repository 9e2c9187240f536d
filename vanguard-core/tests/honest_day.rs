//! Long honest days: twenty sessions of agents at work, made by a generator, the same each time. None of their messages is blocked, and
//! hardly any is told of for what the session did.
//!
//! Five each of coding, research, data analysis and operations, with 200 to 2,000 calls over a working day, to servers whose tools and
//! arguments are those that public servers list (`honest_day/servers.yaml`): each server is greeted and lists all its tools first. A piece of
//! work is one to 25 calls, a third of them at once and answered in another order; 20 to 80 seconds lie between two. Results are source files,
//! diffs, logs, stack traces, tables, pages, pictures and errors of 10 bytes to 400 KB, and one file of a megabyte in each session.
//!
//! Every run takes the beginning of a session of each kind; `cargo test --release -p vanguard-core --test honest_day -- --ignored` takes all.

#[path = "honest_day/random.rs"]
mod random;
#[path = "honest_day/results.rs"]
mod results;
#[path = "honest_day/servers.rs"]
mod servers;
#[path = "honest_day/work.rs"]
mod work;

use std::collections::BTreeMap;
use std::time::Duration;

use random::Random;
use serde_json::{Value, json};
use servers::Servers;
use vanguard_core::{Action, Inspector, Layer, Message, Visibility};
use work::{Call, Said};

pub(crate) struct Day<'s> {
    inspector: Inspector,
    servers: &'s Servers,
    session: String,
    at: f64,
    id: u64,
    calls: usize,
    bytes: usize,
    /// What was put on record, and how often.
    told: BTreeMap<(Layer, String), usize>,
    /// What was stopped.
    stopped: Vec<String>,
}

impl<'s> Day<'s> {
    fn begin(inspector: &Inspector, servers: &'s Servers, number: usize) -> Self {
        let mut day = Self {
            inspector: inspector.clone(),
            servers,
            session: format!("day-{number}"),
            at: 1_767_000_000.0,
            id: 0,
            calls: 0,
            bytes: 0,
            told: BTreeMap::new(),
            stopped: Vec::new(),
        };
        for server in work::servers(number % 4) {
            let client = json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "agent", "version": "1"}});
            let about = json!({"protocolVersion": "2025-11-25", "capabilities": {"tools": {}}, "serverInfo": {"name": server, "version": "1"}});
            day.ask(server, "initialize", &client, &about);
            day.show(server, true, &json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
            day.ask(server, "tools/list", &json!({}), &servers.listing(server));
        }
        day
    }

    fn show(&mut self, server: &str, to_server: bool, message: &Value) {
        let bytes = message.to_string();
        self.bytes += bytes.len();
        let shown = if to_server { Message::to_server(bytes.as_bytes()) } else { Message::to_client(bytes.as_bytes()) };
        let shown = shown.server(server).session(&self.session).visibility(Visibility::Full);
        let verdict = self.inspector.inspect(&shown.at(Duration::from_secs_f64(self.at)));
        if verdict.action > Action::Edit {
            self.stopped.push(format!("{} call {}: {verdict}\n{bytes:.600}", self.session, self.calls));
        }
        for finding in verdict.findings.iter().filter(|finding| finding.action >= Action::Warn) {
            *self.told.entry((finding.layer, finding.rule.clone())).or_default() += 1;
        }
    }

    fn ask(&mut self, server: &str, method: &str, params: &Value, result: &Value) {
        self.id += 1;
        let id = self.id;
        self.show(server, true, &json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        self.show(server, false, &json!({"jsonrpc": "2.0", "id": id, "result": result}));
    }

    /// Asks all at once, and has the last answered first.
    pub(crate) fn at_once(&mut self, calls: Vec<Call>) {
        let mut asked = Vec::new();
        for (server, tool, arguments, said) in calls {
            self.servers.check(server, tool, &arguments);
            self.id += 1;
            self.calls += 1;
            self.at += 0.05;
            let params = json!({"name": tool, "arguments": arguments});
            self.show(
                server,
                true,
                &json!({"jsonrpc": "2.0", "id": self.id, "method": "tools/call", "params": params}),
            );
            asked.push((server, self.id, said));
        }
        for (server, id, said) in asked.into_iter().rev() {
            self.at += 0.3;
            let (content, is_error) = match said {
                Said::Text(text) => (json!([{"type": "text", "text": text}]), false),
                Said::Error(text) => (json!([{"type": "text", "text": text}]), true),
                Said::Picture(data) => (json!([{"type": "image", "data": data, "mimeType": "image/png"}]), false),
                Said::Nothing => (json!([]), false),
            };
            self.show(
                server,
                false,
                &json!({"jsonrpc": "2.0", "id": id, "result": {"content": content, "isError": is_error}}),
            );
        }
    }
}

fn days(calls: impl Fn(usize) -> usize, sessions: usize) {
    let (inspector, servers) = (Inspector::builder().build().unwrap(), Servers::read());
    let (mut all, mut bytes, mut told, mut stopped) = (0, 0, BTreeMap::new(), Vec::new());
    for number in 0..sessions {
        let (mut random, mut day) = (Random::new(number as u64), Day::begin(&inspector, &servers, number));
        let most = calls(number);
        for step in 0.. {
            work::work(number % 4, step, &mut day, &mut random);
            if step == 3 {
                day.at_once(vec![work::large(&mut random)]);
            }
            day.at += 20.0 + random.below(60) as f64;
            if day.calls >= most {
                break;
            }
        }
        stopped.extend(day.stopped);
        // What a session does is told of twice, and once more in 25 calls: short sessions meet each way between servers for the first time.
        let of_session: usize =
            day.told.iter().filter(|((layer, _), _)| *layer == Layer::L3).map(|(_, count)| count).sum();
        if of_session * 25 > day.calls + 50 {
            stopped.push(format!("day {number}: {of_session} of {} calls are told of: {:?}", day.calls, day.told));
        }
        (all, bytes) = (all + day.calls, bytes + day.bytes);
        for (rule, count) in day.told {
            *told.entry(rule).or_insert(0) += count;
        }
    }
    println!("{sessions} sessions, {all} calls, {} MB, {} stopped, told: {told:?}", bytes / 1_000_000, stopped.len());
    assert!(
        stopped.is_empty(),
        "{} stopped:\n{}",
        stopped.len(),
        stopped.iter().take(12).cloned().collect::<Vec<_>>().join("\n\n")
    );
    for session in inspector.sessions() {
        assert!(session.bytes <= 320 << 10, "{session:?}");
        assert_eq!((session.blocked, session.risk.as_str()), (0, "normal"), "{session:?}");
    }
    assert!(inspector.sessions().len() == sessions && told.values().sum::<usize>() * 20 <= all, "{told:?}");
}

#[test]
fn the_beginning_of_an_honest_day_is_let_alone() {
    days(|_| 60, 4);
}

#[test]
#[ignore = "takes minutes where nothing is optimised: `cargo test --release -p vanguard-core --test honest_day -- --ignored`"]
fn long_honest_days_are_let_alone() {
    days(|number| 200 + 95 * number, 20);
}
