//! L2, the embedded model: what a text tries to do with the model that reads it, judged by its words.
//!
//! A linear score over hashed words, pairs and triples, trained by `vanguard-core/training` and shipped as a table of bytes. It knows
//! wording and no meaning: it raises the price of an attack and is no boundary. `training/CARD.md` says what it was trained on, how
//! often it is right and what it can't see.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `characters` | what a character is to a token |
//! | `split` | text to tokens |
//! | `model` | weights, windows, scores |
//! | `thresholds` | what a score means, by place and profile |
//! | `explain` | which words weighed most |
//! | `judge` | scores to findings |
//! | `llm` | a model that is asked, where the case is open |

mod characters;
mod explain;
mod judge;
pub mod llm;
mod model;
mod split;
mod thresholds;

pub use explain::{Weighed, explain};
pub(crate) use judge::{Judge, is_read, place};
pub(crate) use model::Scorer;
pub use model::{Best, score};
pub use thresholds::{Band, Place, Threshold, likelihood, threshold};

/// What the model looks for. Each has weights and thresholds of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Head {
    /// A text that tells the reading model what to do.
    Injection,
    /// A prompt that argues a model out of its limits.
    Jailbreak,
    /// A tool's description that instructs the model behind the user's back.
    Poisoned,
}

impl Head {
    /// Every head, in the order of the weights.
    pub const ALL: [Self; 3] = [Self::Injection, Self::Jailbreak, Self::Poisoned];
    /// How many there are.
    pub const COUNT: usize = Self::ALL.len();

    /// The word used in output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Injection => "injection",
            Self::Jailbreak => "jailbreak",
            Self::Poisoned => "poisoned",
        }
    }
}
