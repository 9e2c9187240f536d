//! From a string to its views: what an attacker hid, as its reader would understand it.
//!
//! [`triggers()`] says in one pass what a string contains; [`expand()`] makes the views those marks call for into a reused
//! [`ViewPool`], each aligned byte by byte to the string it came from. A string without marks has no views. Caps on number,
//! depth and total size ([`ViewLimits`]) bound the work on every input, and say so when they are hit.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `triggers`, `digits` | the one pass over every string |
//! | `expand` | which decoders run, in which order |
//! | `excerpt` | what of a long text is decoded at all |
//! | `decoder` | the decoders' names, and the kinds of field each is for |
//! | `limits`, `notes` | the caps; what was noticed |
//! | `pool`, `writer` | views, their alignment, and the pen that writes both |
//! | `cursor` | reading bytes and characters at an offset |
//! | `percent`, `entities`, `escapes` | percent-encoding, HTML, string literals |
//! | `base`, `ascii85` | base64, base32, hexadecimal; base85 and uuencode |
//! | `numbers`, `morse` | characters by their numbers, and in dots and dashes |
//! | `host` | URLs and hosts as their readers would connect to them |
//! | `invisible`, `unicode`, `confusable` | what isn't seen, NFKC and case fold, look-alikes |
//! | `leet`, `spacing`, `groups`, `joints` | how people disguise words |
//! | `glyphs`, `marks` | braille and its like; letters under heaps of marks |
//! | `path`, `flags` | paths as the most generous reader would read them, and what is odd about them |

mod ascii85;
mod base;
mod confusable;
mod cursor;
mod decoder;
mod digits;
mod entities;
mod escapes;
mod excerpt;
mod expand;
pub mod flags;
mod glyphs;
mod groups;
pub mod host;
mod invisible;
mod joints;
mod leet;
mod limits;
mod marks;
mod morse;
mod notes;
mod numbers;
pub mod path;
mod percent;
mod pool;
mod spacing;
#[cfg(test)]
mod testing;
mod triggers;
mod unicode;
mod writer;

pub(crate) use base::holds_text;
pub(crate) use cursor::char_at;
pub use decoder::Decoder;
pub(crate) use entities::plain as without_references;
pub use expand::expand;
pub use limits::{Expansion, ViewLimits};
pub use notes::Notes;
pub use pool::{Run, SEPARATOR, Unit, View, ViewPool};
pub use triggers::{Triggers, triggers};
