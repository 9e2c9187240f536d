//! A model's server, for the tests of whoever asks one.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

/// No test takes this long unless something hangs.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// A request as the server saw it.
pub(crate) struct Seen {
    /// Where it was posted.
    pub(crate) path: String,
    /// Names in lower case.
    pub(crate) headers: HashMap<String, String>,
    /// As JSON.
    pub(crate) body: Value,
}

type Handler = dyn Fn(&Seen, &mut TcpStream) + Send + Sync;

/// A model's server. It runs until the tests end.
pub(crate) struct Server {
    /// Its address.
    pub(crate) url: String,
    asked: Arc<AtomicUsize>,
}

impl Server {
    /// Starts one that does this with each request.
    pub(crate) fn start(handler: impl Fn(&Seen, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (asked, handler): (Arc<AtomicUsize>, Arc<Handler>) = (Arc::default(), Arc::new(handler));
        let counted = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (handler, counted) = (Arc::clone(&handler), Arc::clone(&counted));
                thread::spawn(move || serve(stream, &*handler, &counted));
            }
        });
        Self { url, asked }
    }

    /// A server that isn't there.
    pub(crate) fn nowhere() -> Self {
        Self { url: "http://127.0.0.1:9".to_owned(), asked: Arc::default() }
    }

    /// How many requests it got.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

fn serve(mut stream: TcpStream, handler: &Handler, counted: &AtomicUsize) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        let path = line.split(' ').nth(1).unwrap().to_owned();
        let mut headers = HashMap::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            headers.insert(name.to_lowercase(), value.to_owned());
        }
        let mut body = vec![0; headers["content-length"].parse().unwrap()];
        reader.read_exact(&mut body).unwrap();
        counted.fetch_add(1, Ordering::SeqCst);
        handler(&Seen { path, headers, body: serde_json::from_slice(&body).unwrap() }, &mut stream);
    }
}

/// Sends a response.
pub(crate) fn respond(stream: &mut TcpStream, status: &str, headers: &str, body: &str) {
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n{headers}\r\n", body.len());
    // Who asked may have gone.
    let _ = stream.write_all(format!("{head}{body}").as_bytes());
}

/// An answer in the form that is asked for.
pub(crate) fn judged(score: u8, category: &str) -> String {
    json!({"score": score, "category": category, "reason": "for a test"}).to_string()
}

/// An answer as OpenAI's protocol has it.
pub(crate) fn as_openai(answer: &str) -> String {
    json!({"choices": [{"finish_reason": "stop", "message": {"role": "assistant", "content": answer}}]}).to_string()
}

/// An answer as Ollama's protocol has it.
pub(crate) fn as_ollama(answer: &str) -> String {
    json!({"message": {"role": "assistant", "content": answer}, "done": true}).to_string()
}

/// A gate that handlers wait at.
#[derive(Clone, Default)]
pub(crate) struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    /// Lets everybody through.
    pub(crate) fn open(&self) {
        *self.0.0.lock().unwrap() = true;
        self.0.1.notify_all();
    }

    /// Waits until it is open.
    pub(crate) fn pass(&self) {
        let closed = self.0.0.lock().unwrap();
        drop(self.0.1.wait_timeout_while(closed, LIMIT, |open| !*open).unwrap());
    }
}
