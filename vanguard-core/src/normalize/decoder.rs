//! The ways a text can be written otherwise than its reader reads it, and which kinds of field they matter for.

use crate::message::{FieldKind, FieldKinds};

/// What made a view of its parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Decoder {
    /// The neighbourhoods of what may be encoded in a long text. Its view holds no bytes: only views made from it do.
    Excerpt,
    /// `%XX`, also repeated, overlong and `%uXXXX`.
    Percent,
    /// HTML character references.
    Entities,
    /// Backslash escapes of JSON, JavaScript and C.
    Escapes,
    /// Characters nobody sees are taken out.
    Visible,
    /// NFKC and case fold of what is not ASCII.
    Unicode,
    /// Tag characters read as the ASCII they spell.
    Tags,
    /// Look-alike letters in words that mix scripts, as their prototypes (UTS 39).
    Skeleton,
    /// Runs of base64, standard and URL alphabet.
    Base64,
    /// Runs of base32.
    Base32,
    /// Runs of hexadecimal digits.
    Hex,
    /// Digits and signs that stand for letters.
    Leet,
    /// Letters spaced apart.
    Spacing,
    /// Runs of base85, and uuencoded files.
    Ascii85,
    /// Lists of the numbers of characters.
    Numbers,
    /// Morse code.
    Morse,
    /// Words cut into groups of one length.
    Groups,
    /// Braille, small capitals, letters upside down.
    Glyphs,
    /// Marks heaped on Latin letters.
    Marks,
    /// Markup that shows nothing, within a word.
    Joints,
}

/// Everything but opaque values, which nobody interprets.
const READ: FieldKinds = FieldKinds::of(&[
    FieldKind::Path,
    FieldKind::Url,
    FieldKind::Host,
    FieldKind::Command,
    FieldKind::Code,
    FieldKind::Sql,
    FieldKind::Text,
    FieldKind::Identifier,
    FieldKind::Metadata,
    FieldKind::Unknown,
]);
/// What may pass through an HTML parser.
const MARKUP: FieldKinds =
    FieldKinds::of(&[FieldKind::Url, FieldKind::Code, FieldKind::Text, FieldKind::Metadata, FieldKind::Unknown]);
/// What may hold string literals. Not paths: a backslash is a separator there.
const LITERALS: FieldKinds = FieldKinds::of(&[
    FieldKind::Command,
    FieldKind::Code,
    FieldKind::Sql,
    FieldKind::Text,
    FieldKind::Metadata,
    FieldKind::Unknown,
]);
/// What may carry a payload.
const CARRIERS: FieldKinds = FieldKinds::of(&[
    FieldKind::Url,
    FieldKind::Command,
    FieldKind::Code,
    FieldKind::Sql,
    FieldKind::Text,
    FieldKind::Metadata,
    FieldKind::Unknown,
]);
/// What a person or a model reads as language.
const PROSE: FieldKinds = FieldKinds::of(&[FieldKind::Text, FieldKind::Metadata, FieldKind::Unknown]);

impl Decoder {
    /// The kinds of field whose readers may undo this encoding.
    ///
    /// | decoder | kinds |
    /// | --- | --- |
    /// | percent, visible, Unicode, tags, skeleton | all but opaque |
    /// | entities | url, code, text, metadata, unknown |
    /// | escapes | command, code, sql, text, metadata, unknown |
    /// | base64, base32, hex | url, command, code, sql, text, metadata, unknown |
    /// | all others | text, metadata, unknown |
    #[must_use]
    pub const fn kinds(self) -> FieldKinds {
        match self {
            Self::Excerpt
            | Self::Leet
            | Self::Spacing
            | Self::Ascii85
            | Self::Numbers
            | Self::Morse
            | Self::Groups
            | Self::Glyphs
            | Self::Marks
            | Self::Joints => PROSE,
            Self::Percent | Self::Visible | Self::Unicode | Self::Tags | Self::Skeleton => READ,
            Self::Entities => MARKUP,
            Self::Escapes => LITERALS,
            Self::Base64 | Self::Base32 | Self::Hex => CARRIERS,
        }
    }

    /// The word used in verdicts and rules.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Excerpt => "excerpt",
            Self::Percent => "percent",
            Self::Entities => "entities",
            Self::Escapes => "escapes",
            Self::Visible => "visible",
            Self::Unicode => "unicode",
            Self::Tags => "tags",
            Self::Skeleton => "skeleton",
            Self::Base64 => "base64",
            Self::Base32 => "base32",
            Self::Hex => "hex",
            Self::Leet => "leet",
            Self::Spacing => "spacing",
            Self::Ascii85 => "ascii85",
            Self::Numbers => "numbers",
            Self::Morse => "morse",
            Self::Groups => "groups",
            Self::Glyphs => "glyphs",
            Self::Marks => "marks",
            Self::Joints => "joints",
        }
    }
}
