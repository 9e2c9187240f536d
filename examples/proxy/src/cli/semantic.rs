//! `vanguard semantic`.

use super::Profile;
use clap::{Args, Subcommand, ValueEnum, ValueHint};
use std::path::PathBuf;

/// `vanguard semantic`.
#[derive(Debug, Subcommand)]
pub(crate) enum Semantic {
    /// What the embedded model makes of a text: score and band of each head. Exits with 1 if it would warn
    Score(SemanticText),
    /// The same with the window that says so and the words that weighed most
    Explain(SemanticText),
    /// AUC, and recall at 1, 0.5 and 0.1 % false positives, by kind and language, over labelled texts
    Eval {
        /// A JSON object a line: `text`, `label` (1 for an attack), and where known `kind` and `lang`; `-` is stdin
        #[arg(value_hint = ValueHint::FilePath)]
        file: PathBuf,
        /// One JSON object a line instead of text
        #[arg(long)]
        json: bool,
    },
}

/// A text for the embedded model.
#[derive(Debug, Args)]
pub(crate) struct SemanticText {
    /// The text; `-` is stdin
    #[arg(default_value = "-", value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,
    /// Where it would stand
    #[arg(long, value_enum, default_value = "result")]
    pub(crate) at: At,
    /// Whose thresholds hold [default: balanced]
    #[arg(long, value_enum)]
    pub(crate) profile: Option<Profile>,
    /// One JSON object a line instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

/// Where a text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum At {
    /// What a server answers
    Result,
    /// Prose in a call's arguments
    Argument,
    /// A description
    Metadata,
}
