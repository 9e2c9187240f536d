//! The native module of `vanguard-mcp`: the engine with Node's types. What a user sees stands in `lib/`.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `inspector` | `Inspector` |
//! | `hot` | what judges one message after the other |
//! | `verdict` | `Verdict`, `Origin` |
//! | `exchange` | `Exchange`, `Outcome`: for what carries messages |
//! | `ask` | questions to someone outside, and the desk that they go over |
//! | `layer` | JavaScript functions as layers |
//! | `semantic` | the embedded model's scores |
//! | `command` | the command `vanguard` |

mod ask;
mod command;
mod exchange;
mod hot;
mod inspector;
mod layer;
mod semantic;
mod verdict;

/// An error whose `code` says what is wrong: `CONFIG` (the reason is JSON), `DECODE` or `ARGUMENT`.
pub(crate) type Result<T> = std::result::Result<T, napi::Error<&'static str>>;

/// The same where an error has no code of its own: the code stands before the reason.
pub(crate) fn coded(error: napi::Error<&'static str>) -> napi::Error {
    napi::Error::new(napi::Status::InvalidArg, format!("{}: {}", error.status, error.reason))
}

/// The error for an argument that is none of its words.
pub(crate) fn argument(what: &str, given: &str) -> napi::Error<&'static str> {
    napi::Error::new("ARGUMENT", format!("`{what}` can't be `{given}`"))
}

/// A direction.
pub(crate) fn flow(given: &str) -> Result<vanguard_core::Flow> {
    match given {
        "to_server" => Ok(vanguard_core::Flow::ToServer),
        "to_client" => Ok(vanguard_core::Flow::ToClient),
        other => Err(argument("flow", other)),
    }
}

/// A profile.
pub(crate) fn profile(given: &str) -> Result<vanguard_core::Profile> {
    let profile = vanguard_core::Profile::ALL.into_iter().find(|profile| profile.as_str() == given);
    profile.ok_or_else(|| argument("profile", given))
}

/// How messages are framed.
pub(crate) fn framing(given: Option<&str>) -> Result<vanguard_core::Framing> {
    match given {
        None | Some("body") => Ok(vanguard_core::Framing::Body),
        Some("line") => Ok(vanguard_core::Framing::Line),
        Some(other) => Err(argument("framing", other)),
    }
}
