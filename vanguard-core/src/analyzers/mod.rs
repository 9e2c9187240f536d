//! Structures: what a value is to its reader, parsed once, so that rules speak about the parse and not the spelling.
//!
//! | module | what it reads |
//! | --- | --- |
//! | `shell` | command lines: POSIX shells, PowerShell, `cmd.exe` |
//! | `sql` | SQL, and values that break out into it |
//! | `code` | source code that will be run |
//! | `path` | file paths |
//! | `network` | hosts and URLs |
//! | `glob` | patterns over names |

pub mod code;
pub mod glob;
pub mod network;
pub mod path;
pub mod shell;
pub mod sql;
mod words;
