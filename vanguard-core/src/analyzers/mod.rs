//! Structures: what a value is to its reader, parsed once, so that rules speak about the parse and not the spelling.
//!
//! | module | what it reads |
//! | --- | --- |
//! | `shell` | command lines: POSIX shells, PowerShell, `cmd.exe` |
//! | `sql` | SQL, and values that break out into it |
//! | `code` | source code that will be run |
//! | `pii` | personal data in a text |
//! | `path` | file paths |
//! | `network` | hosts and URLs |
//! | `secret` | whether what looks like a secret is one |
//! | `found` | what analyzers find, and how rules ask for it |
//! | `glob` | patterns over names |
//! | `markup` | the values that stand in XML and HTML |

pub mod code;
pub mod found;
pub mod glob;
mod markup;
pub mod network;
pub mod path;
pub mod pii;
pub mod secret;
pub mod shell;
pub mod sql;
mod words;
