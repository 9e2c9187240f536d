//! The condition a rule puts on SQL. Plain data, written as YAML.
//!
//! ```yaml
//! sql: {fact: [break_out, tautology]}                 # any of these
//! sql: {all: [stacked, destructive]}                  # all of these
//! sql: {verb: [drop, truncate]}                       # some statement begins so
//! sql: {call: ["xp_*", load_file]}                    # some function is called
//! sql: {name: ["mysql.user", "information_schema.*"]} # some table or column is named
//! ```

use super::{Fact, Sql};
use crate::analyzers::found::Evidence;
use crate::analyzers::shell::Glob;
use crate::message::Span;
use serde::{Deserialize, Serialize};

/// A condition on a text read as SQL. Every key that is given must hold; a query without any key matches nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SqlQuery {
    /// One of these facts holds.
    pub fact: Vec<Fact>,
    /// All of these facts hold.
    pub all: Vec<Fact>,
    /// None of these facts holds.
    pub none: Vec<Fact>,
    /// Some statement does this: its verb, as a pattern without regard to case.
    pub verb: Vec<Glob>,
    /// Some function of this name is called, dotted as written.
    pub call: Vec<Glob>,
    /// Some table or column of this name is used, dotted as written.
    pub name: Vec<Glob>,
}

impl SqlQuery {
    /// The place in the text of what the query asks for, or `None` if it is not there.
    #[must_use]
    pub fn matches(&self, sql: &Sql<'_>) -> Option<Span> {
        let sql = *sql;
        let among = |patterns: &[Glob], spans: &[Span]| {
            spans.iter().copied().find(|span| patterns.iter().any(|pattern| pattern.matches(span.of(sql.text()))))
        };
        let is = |verb: &str| self.verb.iter().any(|pattern| pattern.matches(verb.as_bytes()));
        let mut evidence = Evidence::of(sql.found(), &self.fact, &self.all, &self.none);
        evidence.ask(!self.verb.is_empty(), || {
            sql.statements().iter().find(|statement| is(statement.verb.as_str())).map(|statement| statement.span)
        });
        evidence.ask(!self.call.is_empty(), || among(&self.call, sql.calls()));
        evidence.ask(!self.name.is_empty(), || among(&self.name, sql.names()));
        evidence.shown()
    }
}
