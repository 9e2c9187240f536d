//! What a change can be.

use serde::{Deserialize, Serialize};

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $word:literal, $rule:literal;)*) => {
        /// What a change is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum DriftKind {
            $($(#[$doc])* #[serde(rename = $word)] $kind,)*
        }

        impl DriftKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$kind),*];

            /// The word used in JSON and reports.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$kind => $word,)* }
            }

            /// The id of the finding that a live server's change is.
            #[must_use]
            pub const fn rule(self) -> &'static str {
                match self { $(Self::$kind => $rule,)* }
            }
        }
    };
}

kinds! {
    /// Another program, package or address than the one that was locked.
    Identity = "identity", "INTEGRITY-IDENTITY";
    /// The same version of a package with other content.
    Artifact = "artifact", "INTEGRITY-ARTIFACT";
    /// Another version of the program or package, or another build.
    Version = "version", "INTEGRITY-VERSION";
    /// Another protocol version.
    Protocol = "protocol", "INTEGRITY-PROTOCOL";
    /// Other capabilities.
    Capabilities = "capabilities", "INTEGRITY-CAPABILITIES";
    /// Other instructions for the model.
    Instructions = "instructions", "INTEGRITY-INSTRUCTIONS";
    /// Something that was not there.
    Added = "added", "INTEGRITY-ADDED";
    /// Something that is no longer there.
    Removed = "removed", "INTEGRITY-REMOVED";
    /// A new name that is, or looks like, one that is locked.
    Lookalike = "lookalike", "INTEGRITY-LOOKALIKE";
    /// A new name that is, or looks like, a tool of another server.
    Collision = "collision", "INTEGRITY-COLLISION";
    /// A tool that does what one of another server does, under another name.
    Equivalent = "equivalent", "INTEGRITY-EQUIVALENT";
    /// A new parameter that can't carry text of any kind.
    Parameter = "parameter-added", "INTEGRITY-PARAMETER";
    /// A new parameter that takes any text.
    FreeText = "free-text-parameter", "INTEGRITY-FREE-TEXT";
    /// A new parameter that asks for the conversation, the prompt or the like.
    Context = "context-parameter", "INTEGRITY-CONTEXT";
    /// A parameter that is no longer there.
    ParameterRemoved = "parameter-removed", "INTEGRITY-PARAMETER-REMOVED";
    /// A parameter with another name.
    ParameterRenamed = "parameter-renamed", "INTEGRITY-PARAMETER-RENAMED";
    /// A parameter that takes values of another type.
    Type = "type-changed", "INTEGRITY-TYPE";
    /// A constraint that lets more through.
    Loosened = "constraint-loosened", "INTEGRITY-LOOSENED";
    /// A constraint that lets less through.
    Tightened = "constraint-tightened", "INTEGRITY-TIGHTENED";
    /// Another value where none is given.
    Default = "default-changed", "INTEGRITY-DEFAULT";
    /// A schema that refers to one elsewhere.
    Reference = "external-reference", "INTEGRITY-REFERENCE";
    /// A schema composed in another way.
    Schema = "schema-changed", "INTEGRITY-SCHEMA";
    /// Another output schema.
    OutputSchema = "output-schema-changed", "INTEGRITY-OUTPUT-SCHEMA";
    /// The tool no longer says that it only reads.
    ReadOnly = "read-only-withdrawn", "INTEGRITY-READ-ONLY";
    /// The tool says otherwise whether it destroys.
    Destructive = "destructive-changed", "INTEGRITY-DESTRUCTIVE";
    /// Another claim of what the tool does.
    Hint = "hint-changed", "INTEGRITY-HINT";
    /// A text that names a host which the server has not named before.
    Domain = "new-domain", "INTEGRITY-DOMAIN";
    /// A text that now names another tool of the server.
    NamesTool = "names-tool", "INTEGRITY-NAMES-TOOL";
    /// A text that now names a tool of another server.
    Steering = "names-other-server", "INTEGRITY-STEERING";
    /// A changed text in which a rule found something.
    Suspicious = "suspicious-text", "INTEGRITY-SUSPICIOUS";
    /// Other words, and nothing else.
    Wording = "wording", "INTEGRITY-WORDING";
    /// Another member that no reader of the protocol acts on.
    Other = "other", "INTEGRITY-OTHER";
}

impl DriftKind {
    /// Whether something that was there is another now; otherwise it came or went.
    pub(crate) const fn is_change(self) -> bool {
        !matches!(self, Self::Added | Self::Removed | Self::Lookalike | Self::Collision | Self::Equivalent)
    }
}
