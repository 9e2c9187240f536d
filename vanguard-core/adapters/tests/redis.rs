//! Counters that processes share by a real Redis: they count as one, and what happens to Redis costs no count and no time.

#[expect(clippy::unwrap_used, clippy::panic, reason = "part of a test")]
mod redis_server;

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use redis::Commands;
use redis_server::{LIMIT, Server, until};
use vanguard_adapters::redis::{Event, Exchanging, Operator, RedisStore};
use vanguard_core::behavior::{CounterKey, Quota, StateStore};
use vanguard_core::config::WhenAway;
use vanguard_core::{Action, Inspector, Message};

const KEY: CounterKey = CounterKey { owner: 1, subject: 2, slot: 3 };
const HOUR: Quota = Quota { most: 1000, within: Duration::from_secs(3600), burst: None };
/// A token comes back every hour: for a test it doesn't.
const SLOW_BUCKET: Quota = Quota { most: 24, within: Duration::from_secs(86_400), burst: Some(1000) };

fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap()
}

/// One process that shares, as far as the others can tell.
struct One {
    store: Arc<RedisStore>,
    exchanging: Exchanging,
    events: Receiver<Event>,
}

impl One {
    fn at(url: &str, when_away: WhenAway) -> Self {
        let store = RedisStore::new(url, when_away).unwrap();
        let (tell, events) = channel();
        let inspector = Inspector::builder().build().unwrap();
        let exchanging = store.exchange(inspector, move |event| tell.send(event).unwrap_or(())).unwrap();
        Self { store, exchanging, events }
    }

    fn used(&self, quota: &Quota) -> u64 {
        self.store.level(KEY, quota, now()).unwrap().used
    }

    fn add(&self, quota: &Quota, amount: u64) {
        self.store.add(KEY, quota, amount, now()).unwrap();
    }

    fn comes_to(&self, quota: &Quota, used: u64) {
        until(&format!("count of {used}"), || self.used(quota) == used);
    }

    fn goes_away(&self) {
        assert!(matches!(self.events.recv_timeout(LIMIT), Ok(Event::Away(_))));
        assert!(self.store.is_away());
    }

    fn comes_back(&self) {
        assert_eq!(self.events.recv_timeout(LIMIT), Ok(Event::Back));
    }
}

#[test]
fn two_processes_and_one_that_comes_later_count_as_one() {
    let Some(server) = Server::start(false) else { return };
    for quota in [HOUR, SLOW_BUCKET] {
        let pair = [(); 2].map(|()| One::at(&server.url(), WhenAway::Local));
        pair[0].add(&quota, 7);
        pair[1].add(&quota, 5);
        pair.iter().for_each(|one| one.comes_to(&quota, 12));
        // Their last words arrive.
        pair[1].add(&quota, 8);
        pair.into_iter().for_each(|one| one.exchanging.finish());
        let later = One::at(&server.url(), WhenAway::Local);
        later.comes_to(&quota, 20);
        later.store.clear(KEY.owner, KEY.subject).unwrap();
        let another = One::at(&server.url(), WhenAway::Local);
        until("reset", || {
            let mut redis = redis::Client::open(server.url()).unwrap().get_connection().unwrap();
            !redis.exists::<_, bool>("vanguard:c:0000000000000002").unwrap()
        });
        assert_eq!((later.used(&quota), another.used(&quota)), (0, 0));
    }
}

#[test]
fn what_is_no_longer_counted_is_no_longer_kept() {
    let Some(server) = Server::start(false) else { return };
    let one = One::at(&server.url(), WhenAway::Local);
    let quota = Quota { most: 9, within: Duration::from_secs(1), burst: None };
    let mut redis = redis::Client::open(server.url()).unwrap().get_connection().unwrap();
    one.add(&quota, 4);
    until("counter", || redis.exists("vanguard:c:0000000000000002").unwrap());
    assert!((1..=2000).contains(&redis.pttl::<_, i64>("vanguard:c:0000000000000002").unwrap()));
    until("end of it", || !redis.exists::<_, bool>("vanguard:c:0000000000000002").unwrap());
    // Whatever else stands there ends, too.
    let keys: Vec<String> = redis.keys("*").unwrap();
    assert!(keys.iter().all(|key| redis.ttl::<_, i64>(key).unwrap() > 0), "{keys:?}");
}

#[test]
fn redis_is_killed_and_comes_back_and_nothing_is_lost_or_counted_twice() {
    for persists in [false, true] {
        let Some(mut server) = Server::start(persists) else { return };
        for quota in [HOUR, SLOW_BUCKET] {
            let pair = [(); 2].map(|()| One::at(&server.url(), WhenAway::Local));
            let strict = One::at(&server.url(), WhenAway::Block);
            let before = strict.used(&quota);
            pair[0].add(&quota, 3);
            pair[1].add(&quota, 4);
            pair.iter().for_each(|one| one.comes_to(&quota, before + 7));
            server.kill();
            pair.iter().chain([&strict]).for_each(One::goes_away);
            // Who may goes on from what all had come to; who may not says so.
            pair[0].add(&quota, 10);
            pair[1].add(&quota, 20);
            assert_eq!([pair[0].used(&quota), pair[1].used(&quota)], [before + 17, before + 27]);
            let error = strict.store.level(KEY, &quota, now()).unwrap_err().to_string();
            assert!(error.contains("127.0.0.1") && error.contains("is away"), "{error}");
            server.again();
            pair.iter().chain([&strict]).for_each(One::comes_back);
            pair.iter().chain([&strict]).for_each(|one| one.comes_to(&quota, before + 37));
            // It stays so: nothing is told twice.
            pair[0].add(&quota, 1);
            pair.iter().chain([&strict]).for_each(|one| one.comes_to(&quota, before + 38));
            strict.store.clear(KEY.owner, KEY.subject).unwrap();
            pair.into_iter().for_each(|one| one.exchanging.finish());
            strict.exchanging.finish();
        }
    }
}

/// Carries bytes to a server and back; answers wait at a gate.
struct Relay {
    port: u16,
    gate: Arc<(Mutex<bool>, Condvar)>,
}

impl Relay {
    fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let own = listener.local_addr().unwrap().port();
        let gate = Arc::new((Mutex::new(true), Condvar::new()));
        let open = Arc::clone(&gate);
        thread::spawn(move || {
            for client in listener.incoming() {
                let (client, server) = (client.unwrap(), TcpStream::connect(("127.0.0.1", port)).unwrap());
                let (requests, answers) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                thread::spawn(move || carry(requests, server, || {}));
                let open = Arc::clone(&open);
                let wait = move || drop(open.1.wait_while(open.0.lock().unwrap(), |open| !*open).unwrap());
                thread::spawn(move || carry(answers, client, wait));
            }
        });
        Self { port: own, gate }
    }

    fn set(&self, open: bool) {
        *self.gate.0.lock().unwrap() = open;
        self.gate.1.notify_all();
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream, before: impl Fn()) {
    let mut bytes = [0; 4096];
    while let Ok(read) = from.read(&mut bytes) {
        before();
        if read == 0 || to.write_all(&bytes[..read]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}

#[test]
fn a_redis_that_answers_too_late_holds_nobody_up_and_counts_nothing_twice() {
    let Some(server) = Server::start(false) else { return };
    let relay = Relay::to(server.port());
    let url = format!("redis://127.0.0.1:{}", relay.port);
    for quota in [HOUR, SLOW_BUCKET] {
        let (one, other) = (One::at(&url, WhenAway::Local), One::at(&server.url(), WhenAway::Local));
        one.add(&quota, 2);
        other.comes_to(&quota, 2);
        // What it tells arrives, and it doesn't hear that it does: it tells it again and again.
        relay.set(false);
        let begun = Instant::now();
        for _ in 0..500 {
            one.used(&quota);
            one.add(&quota, 1);
        }
        assert!(begun.elapsed() < Duration::from_millis(900), "{:?}", begun.elapsed());
        one.goes_away();
        one.add(&quota, 30);
        relay.set(true);
        one.comes_back();
        for one in [&one, &other] {
            one.comes_to(&quota, 532);
        }
        other.store.clear(KEY.owner, KEY.subject).unwrap();
        one.exchanging.finish();
        other.exchanging.finish();
    }
}

#[test]
fn a_message_is_judged_by_what_all_have_let_pass_and_an_operator_resets_it() {
    let Some(server) = Server::start(false) else { return };
    let call =
        br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read_file","arguments":{"path":"a.txt"}}}"#;
    let budget = "behavior: {budgets: [{per: session, of: requests, most: 6, within: 3600}]}";
    let inspectors = [(); 2].map(|()| {
        let store = RedisStore::new(&server.url(), WhenAway::Local).unwrap();
        let inspector =
            Inspector::builder().config_text("c.yaml", budget).state_store(Arc::clone(&store) as _).build().unwrap();
        let exchanging = store.exchange(inspector.clone(), |_| {}).unwrap();
        (inspector, store, exchanging)
    });
    let judge = |which: usize, number: usize| {
        let bytes = String::from_utf8_lossy(call).replace(":1,", &format!(":{number},"));
        let message = Message::to_server(bytes.as_bytes()).tenant("t").principal("ann").session("s").at(now());
        inspectors[which].0.inspect(&message).action
    };
    assert!((0..5).all(|number| judge(0, number) == Action::Allow));
    // The other has not heard of the session: the first one passes. The next are judged by what both let pass.
    assert_eq!(judge(1, 10), Action::Allow);
    let mut number = 20;
    let mut is = |which: usize, action| {
        until(&format!("{action:?}"), || {
            number += 1;
            judge(which, number) == action
        });
    };
    is(1, Action::Block);
    is(0, Action::Block);
    let mut operator = Operator::connect(&server.url()).unwrap();
    let mut id = String::new();
    until("session of two processes", || {
        let sessions = operator.sessions().unwrap();
        id = sessions.first().map(|shared| shared.session.id.clone()).unwrap_or_default();
        matches!(&sessions[..], [one] if one.processes == 2 && one.session.principal.as_deref() == Some("ann"))
    });
    assert!(!operator.reset("00000000deadbeef").unwrap());
    assert!(operator.reset(&id).unwrap());
    is(0, Action::Allow);
    is(1, Action::Allow);
}
