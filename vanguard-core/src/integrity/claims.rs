//! What a server says of itself, collected from its answers: protocol, capabilities, instructions, and the definitions of its
//! tools, prompts and resource templates.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use super::{Document, Json};

/// What is defined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// A tool.
    Tool,
    /// A prompt.
    Prompt,
    /// A resource template.
    ResourceTemplate,
}

impl EntryKind {
    /// Every kind, in the order of a lock.
    pub const ALL: [Self; 3] = [Self::Tool, Self::Prompt, Self::ResourceTemplate];

    /// The method that lists them.
    #[must_use]
    pub const fn method(self) -> &'static str {
        match self {
            Self::Tool => "tools/list",
            Self::Prompt => "prompts/list",
            Self::ResourceTemplate => "resources/templates/list",
        }
    }

    /// The member of a listing, and of a lock, that holds them.
    #[must_use]
    pub const fn list(self) -> &'static str {
        match self {
            Self::Tool => "tools",
            Self::Prompt => "prompts",
            Self::ResourceTemplate => "resourceTemplates",
        }
    }

    /// The member of a definition that tells it from others.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Tool | Self::Prompt => "name",
            Self::ResourceTemplate => "uriTemplate",
        }
    }

    /// The word for one of them.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tool => "tool",
            Self::Prompt => "prompt",
            Self::ResourceTemplate => "resource template",
        }
    }
}

/// Definitions by name.
pub type Entries = BTreeMap<String, Arc<Document>>;

/// What a server says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Claims {
    /// The protocol version that was negotiated.
    pub protocol: Option<String>,
    /// Its name and version (`serverInfo`).
    pub server: Option<Arc<Document>>,
    /// What it offers.
    pub capabilities: Option<Arc<Document>>,
    /// What it has the client tell the model.
    pub instructions: Option<String>,
    /// Tools by name.
    pub tools: Entries,
    /// Prompts by name.
    pub prompts: Entries,
    /// Resource templates by URI template.
    pub resource_templates: Entries,
}

/// Definitions of one kind that are taken from a server; real ones have some hundreds.
pub(super) const MOST: usize = 10_000;

/// Why an answer can't be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClaimError {
    /// Two definitions of one name: a client might take either.
    #[error("the server defines the {kind} `{name}` twice", kind = .0.as_str(), name = .1)]
    Twice(EntryKind, String),
    /// A definition without a name.
    #[error("the server lists a {kind} without `{key}`", kind = .0.as_str(), key = .0.key())]
    Nameless(EntryKind),
    /// The answer is no listing.
    #[error("the answer to `{method}` has no list `{list}`", method = .0.method(), list = .0.list())]
    NoList(EntryKind),
    /// More than anybody needs.
    #[error("the server lists more than {MOST} {list}", list = .0.list())]
    TooMany(EntryKind),
}

impl Claims {
    /// The definitions of one kind.
    #[must_use]
    pub const fn entries(&self, kind: EntryKind) -> &Entries {
        match kind {
            EntryKind::Tool => &self.tools,
            EntryKind::Prompt => &self.prompts,
            EntryKind::ResourceTemplate => &self.resource_templates,
        }
    }

    /// The definitions of one kind, to change them.
    pub const fn entries_mut(&mut self, kind: EntryKind) -> &mut Entries {
        match kind {
            EntryKind::Tool => &mut self.tools,
            EntryKind::Prompt => &mut self.prompts,
            EntryKind::ResourceTemplate => &mut self.resource_templates,
        }
    }

    /// Takes what the result of `initialize` or `server/discover` says.
    pub fn introduce(&mut self, result: Json<'_>) {
        let document = |value| Arc::new(Document::of(value));
        let text = |name| result.member(name).and_then(Json::str).map(str::to_owned);
        self.protocol = text("protocolVersion");
        self.instructions = text("instructions");
        self.capabilities = result.member("capabilities").map(document);
        let meta = || result.member("_meta")?.member("io.modelcontextprotocol/serverInfo");
        self.server = result.member("serverInfo").or_else(meta).map(document);
    }

    /// Takes one page of a listing. Returns the cursor of the next page, if there is one.
    ///
    /// # Errors
    /// What makes the listing one that clients might read differently.
    pub fn list(&mut self, kind: EntryKind, result: Json<'_>) -> Result<Option<String>, ClaimError> {
        let list = result.member(kind.list()).ok_or(ClaimError::NoList(kind))?;
        let entries = self.entries_mut(kind);
        for definition in list.elements() {
            let name = definition.member(kind.key()).and_then(Json::str).ok_or(ClaimError::Nameless(kind))?;
            if entries.len() >= MOST {
                return Err(ClaimError::TooMany(kind));
            }
            let taken = entries.insert(name.to_owned(), Arc::new(Document::of(definition)));
            if taken.is_some() {
                return Err(ClaimError::Twice(kind, name.to_owned()));
            }
        }
        Ok(result.member("nextCursor").and_then(Json::str).map(str::to_owned))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(claims: &mut Claims, text: &str) -> Result<Option<String>, ClaimError> {
        claims.list(EntryKind::Tool, Document::parse(text).unwrap().json())
    }

    #[test]
    fn pages_add_up_and_doubtful_ones_are_refused() {
        let mut claims = Claims::default();
        assert_eq!(list(&mut claims, r#"{"tools":[{"name":"a"}],"nextCursor":"2"}"#), Ok(Some("2".to_owned())));
        assert_eq!(list(&mut claims, r#"{"tools":[{"name":"b"}]}"#), Ok(None));
        assert_eq!(claims.tools.keys().collect::<Vec<_>>(), ["a", "b"]);
        let error = list(&mut claims, r#"{"tools":[{"name":"a"}]}"#).unwrap_err();
        assert_eq!(error.to_string(), "the server defines the tool `a` twice");
        let error = list(&mut claims, r#"{"tools":[{}]}"#).unwrap_err();
        assert_eq!(error.to_string(), "the server lists a tool without `name`");
        let error = list(&mut claims, r#"{"prompts":[]}"#).unwrap_err();
        assert_eq!(error.to_string(), "the answer to `tools/list` has no list `tools`");
    }

    #[test]
    fn an_introduction_of_either_era_is_read() {
        let mut claims = Claims::default();
        let old = r#"{"protocolVersion":"2025-11-25","serverInfo":{"name":"s"},"capabilities":{"tools":{}},"instructions":"i"}"#;
        claims.introduce(Document::parse(old).unwrap().json());
        assert_eq!((claims.protocol.as_deref(), claims.instructions.as_deref()), (Some("2025-11-25"), Some("i")));
        assert_eq!(claims.server.as_ref().unwrap().text(), r#"{"name":"s"}"#);
        let new = r#"{"supportedVersions":["2026-07-28"],"capabilities":{},"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"n"}}}"#;
        claims.introduce(Document::parse(new).unwrap().json());
        assert_eq!(claims.server.unwrap().text(), r#"{"name":"n"}"#);
    }
}
