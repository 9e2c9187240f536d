//! [`Guard`]: what every hook for messages has in common.

use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::BuildHasher;
use std::io;
use std::sync::Arc;

use vanguard_core::{Exchange, Flow, Framing, Inspector, Origin, Outcome, Record, Session};

type Audit = dyn Fn(&Record) -> io::Result<()> + Send + Sync;

/// Carries the messages of an SDK or of an HTTP server past an inspector, and does what its verdicts say.
///
/// A refused request is answered with a JSON-RPC error on its id (or an `isError` result: `DenyAs::ToolResult`), a refused answer
/// becomes an error for who asked, a refused notification is dropped; secrets are redacted. What passes without edits passes as
/// it is. Cheap to clone.
///
/// ```
/// use vanguard_adapters::Guard;
/// use vanguard_core::Inspector;
///
/// let inspector = Inspector::builder().safe_zone("/srv/project").build()?;
/// let guard = Guard::new(inspector).server("files").audit(|record| {
///     eprintln!("{}", record.json());
///     Ok(())
/// });
/// # Ok::<(), vanguard_core::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct Guard {
    inspector: Inspector,
    about: Session,
    audit: Option<Arc<Audit>>,
    #[cfg(feature = "tower")]
    pub(crate) principal_of: Option<Arc<PrincipalOf>>,
}

#[cfg(feature = "tower")]
type PrincipalOf = dyn Fn(&http::request::Parts) -> Option<String> + Send + Sync;

impl Guard {
    /// A guard that `inspector` decides for.
    #[must_use]
    pub fn new(inspector: Inspector) -> Self {
        Self {
            inspector,
            about: Session { framing: Framing::Body, ..Session::default() },
            audit: None,
            #[cfg(feature = "tower")]
            principal_of: None,
        }
    }

    /// The server's configured name.
    #[must_use]
    pub fn server(mut self, name: impl Into<String>) -> Self {
        self.about.server = Some(name.into());
        self
    }

    /// The session that every message belongs to; by default each connection is one of its own.
    #[must_use]
    pub fn session(mut self, name: impl Into<String>) -> Self {
        self.about.session = Some(name.into());
        self
    }

    /// The tenant, where one host serves many.
    #[must_use]
    pub fn tenant(mut self, name: impl Into<String>) -> Self {
        self.about.tenant = Some(name.into());
        self
    }

    /// The authenticated user or agent.
    #[must_use]
    pub fn principal(mut self, name: impl Into<String>) -> Self {
        self.about.principal = Some(name.into());
        self
    }

    /// Who is authenticated, as the parts of an HTTP request say (what a layer outside has put into its extensions, say); [`Guard::principal`] holds
    /// where they say nothing.
    #[cfg(feature = "tower")]
    #[must_use]
    pub fn principal_of(
        mut self,
        principal: impl Fn(&http::request::Parts) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.principal_of = Some(Arc::new(principal));
        self
    }

    /// Takes each decision other than a plain allow before it takes effect. Where that fails, the message is refused: a decision that
    /// nobody can look up later is not carried out.
    #[must_use]
    pub fn audit(mut self, audit: impl Fn(&Record) -> io::Result<()> + Send + Sync + 'static) -> Self {
        self.audit = Some(Arc::new(audit));
        self
    }

    /// Plain allows are recorded too.
    #[must_use]
    pub fn record_allows(mut self) -> Self {
        self.about.record_allows = true;
        self
    }

    /// The inspector that decides.
    #[must_use]
    pub const fn inspector(&self) -> &Inspector {
        &self.inspector
    }

    /// What carries a connection; `partial` if only some of its messages are seen. What is named here wins.
    pub(crate) fn carrier(&self, session: Option<String>, principal: Option<String>, partial: bool) -> Carrier {
        let mut about = self.about.clone();
        about.session = session.or(about.session).or_else(|| Some(name()));
        about.principal = principal.or(about.principal);
        about.partial = partial;
        Carrier { exchange: Exchange::new(self.inspector.clone(), about), audit: self.audit.clone() }
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard").field("inspector", &self.inspector).field("about", &self.about).finish_non_exhaustive()
    }
}

/// One connection.
pub(crate) struct Carrier {
    pub(crate) exchange: Exchange,
    audit: Option<Arc<Audit>>,
}

impl Carrier {
    /// What becomes of a message, its decision being on record.
    pub(crate) fn handle<'a>(&self, flow: Flow, message: &'a [u8], origin: Option<&Origin>) -> Outcome<'a> {
        self.recorded(match origin {
            Some(origin) => self.exchange.handle_reply(flow, message, origin),
            None => self.exchange.handle(flow, message),
        })
    }

    /// The same for the body of a request that came with these headers.
    #[cfg(feature = "tower")]
    pub(crate) fn handle_post<'a>(&self, message: &'a [u8], headers: &http::HeaderMap) -> Outcome<'a> {
        // What is no text equals nothing that a message could say.
        let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), text(value))).collect();
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.recorded(self.exchange.handle_post(message, &headers))
    }

    /// The outcome once it is on record, or what takes its place.
    pub(crate) fn recorded<'a>(&self, outcome: Outcome<'a>) -> Outcome<'a> {
        match (&self.audit, &outcome.record) {
            (Some(audit), Some(record)) if audit(record).is_err() => self.exchange.unrecorded(outcome),
            _ => outcome,
        }
    }
}

impl fmt::Debug for Carrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.exchange.fmt(f)
    }
}

/// A name that no other session has: std seeds each `RandomState` anew.
fn name() -> String {
    let word = || RandomState::new().hash_one(std::process::id());
    format!("{:016x}{:016x}", word(), word())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_are_sessions_of_their_own() {
        assert_ne!(name(), name());
    }

    #[test]
    fn what_is_not_recorded_is_refused() {
        let guard = Guard::new(Inspector::builder().build().unwrap()).record_allows();
        let ping = br#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
        let passes =
            |guard: &Guard| guard.carrier(None, None, false).handle(Flow::ToServer, ping, None).forward.is_some();
        assert!(passes(&guard));
        assert!(!passes(&guard.audit(|_| Err(io::Error::other("the disk is full")))));
    }
}
