//! The condition a rule puts on code. Plain data, written as YAML.
//!
//! ```yaml
//! code: {fact: [decoded_eval, inline_import]}       # any of these
//! code: {all: [template, escape]}                   # all of these
//! code: {call: ["os.system", "*.readObject"]}       # something of this name is called: `object.name`, or the name alone
//! code: {import: [child_process, "node:*"]}         # some module is imported
//! ```

use super::{Code, Fact};
use crate::analyzers::found::Evidence;
use crate::analyzers::shell::Glob;
use crate::message::Span;
use serde::{Deserialize, Serialize};

/// A condition on a text read as code. Every key that is given must hold; a query without any key matches nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CodeQuery {
    /// One of these facts holds.
    pub fact: Vec<Fact>,
    /// All of these facts hold.
    pub all: Vec<Fact>,
    /// None of these facts holds.
    pub none: Vec<Fact>,
    /// Something of this name is called: `object.name`, or the name alone, as patterns.
    pub call: Vec<Glob>,
    /// Some module of this name is imported.
    pub import: Vec<Glob>,
}

impl CodeQuery {
    /// The place in the text of what the query asks for, or `None` if it is not there.
    #[must_use]
    pub fn matches(&self, code: &Code<'_>) -> Option<Span> {
        let code = *code;
        let mut evidence = Evidence::of(code.found(), &self.fact, &self.all, &self.none);
        evidence.ask(!self.call.is_empty(), || self.called(code));
        evidence.ask(!self.import.is_empty(), || {
            let is = |span: &&Span| self.import.iter().any(|pattern| pattern.matches(span.of(code.text())));
            code.imports().iter().find(is).copied()
        });
        evidence.shown()
    }

    fn called(&self, code: Code<'_>) -> Option<Span> {
        let mut whole = Vec::new();
        let found = code.calls().iter().find(|call| {
            let name = call.name.of(code.text());
            whole.clear();
            if let Some(object) = call.object {
                whole.extend_from_slice(object.of(code.text()));
                whole.push(b'.');
            }
            whole.extend_from_slice(name);
            self.call.iter().any(|pattern| pattern.matches(&whole))
        });
        found.map(|call| {
            call.object.map_or(call.name, |object| Span::new(object.start.min(call.name.start), call.name.end))
        })
    }
}
