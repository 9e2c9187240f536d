//! One question over HTTP.

use std::fmt;
use std::io::Read;
use std::time::Duration;

use ureq::http::{HeaderName, HeaderValue};
use vanguard_core::{LayerError, Query, Reply};

/// Bytes of a response; no answer is as long.
const LONGEST: u64 = 1 << 20;

/// Where a key comes from, by the name of its variable.
type Keys = Box<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// Sends questions: rustls, no redirects (a key goes to nobody but the server that was named), no cookies.
pub struct Client {
    agent: ureq::Agent,
    keys: Keys,
}

impl Client {
    /// A client that takes keys from `keys`, by the names that questions give (`|name| std::env::var(name).ok()`).
    #[must_use]
    pub fn new(keys: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        let config = ureq::Agent::config_builder()
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .user_agent(concat!("vanguard/", env!("CARGO_PKG_VERSION")))
            .build();
        Self { agent: config.into(), keys: Box::new(keys) }
    }

    /// Sends a question and waits for what comes back, at most `within`.
    #[must_use]
    pub fn send(&self, query: &Query, within: Duration) -> Reply {
        let mut request = self.agent.post(&query.url);
        for (name, value) in &query.headers {
            request = request.header(name, value);
        }
        if let Some(key) = &query.key {
            let Some(secret) = (self.keys)(&key.variable) else {
                return failed(format!("no key: the environment variable {} is not set", key.variable));
            };
            let header = HeaderName::try_from(&key.header).ok();
            let value = HeaderValue::try_from(format!("{}{}", key.prefix, secret.trim())).ok();
            let Some((header, mut value)) = header.zip(value) else {
                return failed(format!("what {} holds can't be a key", key.variable));
            };
            value.set_sensitive(true);
            request = request.header(header, value);
        }
        let response = request.config().timeout_global(Some(within)).build().send(&query.body[..]);
        let mut response = match response {
            Ok(response) => response,
            Err(error) => return lost(&error),
        };
        let status = response.status().as_u16();
        let retry = response.headers().get("retry-after").and_then(|value| value.to_str().ok()).map(str::to_owned);
        let mut body = Vec::new();
        match response.body_mut().as_reader().take(LONGEST + 1).read_to_end(&mut body) {
            Ok(_) if body.len() as u64 > LONGEST => failed("its server sent more than an answer".to_owned()),
            Ok(_) => Query::reply(status, retry.as_deref(), body),
            Err(error) if error.kind() == std::io::ErrorKind::TimedOut => Reply::Failed(LayerError::Deadline),
            Err(_) => Reply::Again(None),
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

/// No response: a connection that failed may succeed the next time, a name that isn't one won't.
fn lost(error: &ureq::Error) -> Reply {
    match error {
        ureq::Error::Timeout(_) => Reply::Failed(LayerError::Deadline),
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => failed("its address can't be used".to_owned()),
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => failed("its server could not be trusted (TLS)".to_owned()),
        _ => Reply::Again(None),
    }
}

const fn failed(why: String) -> Reply {
    Reply::Failed(LayerError::Failed(why))
}
