//! `vanguard rules`.

use clap::{Args, Subcommand, ValueHint};
use std::path::PathBuf;

/// `vanguard rules`.
#[derive(Debug, Subcommand)]
pub(crate) enum Rules {
    /// List the rules that would be used
    #[command(after_help = RULES_LIST)]
    List(RuleFiles),
    /// Show one rule in full, what it looks for, and what that costs
    #[command(after_help = RULES_SHOW)]
    Show {
        /// The rule's id.
        id: String,
        /// Where to look.
        #[command(flatten)]
        files: RuleFiles,
    },
    /// Run the examples that every rule carries
    #[command(after_help = RULES_TEST)]
    Test(RuleFiles),
    /// Report what is wrong with rules though they can be used: cost, gaps, missing examples
    #[command(after_help = RULES_LINT)]
    Lint {
        /// Warnings count as errors
        #[arg(long)]
        strict: bool,
        /// Where to look.
        #[command(flatten)]
        files: RuleFiles,
    },
    /// Print which entries of the lists of threats have rules, and which have none
    #[command(after_help = RULES_COVERAGE)]
    Coverage(RuleFiles),
}

/// Rule files of a `vanguard rules` command.
#[derive(Debug, Args)]
pub(crate) struct RuleFiles {
    /// Rule packs, `-` for stdin [default: the built-in ones]
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) files: Vec<PathBuf>,
    /// One JSON object a line instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

const RULES_LIST: &str = "\
Examples:
  vanguard rules list
  vanguard rules list --json my-rules.yaml";

const RULES_SHOW: &str = "\
Examples:
  vanguard rules show CMD-DOWNLOAD-EXEC
  vanguard rules show MY-RULE my-rules.yaml";

const RULES_TEST: &str = "\
Examples:
  vanguard rules test
  vanguard rules test my-rules.yaml
  cat *.yaml | vanguard rules test -

Exit codes: 0 every example came out right, 1 one did not, 3 a file is wrong, 4 a file can't be read.";

const RULES_COVERAGE: &str = "\
An entry without a rule is not always a gap: some are met by lists, limits, locks and records, and some no firewall can see.

Examples:
  vanguard rules coverage
  vanguard rules coverage --json | jq -r 'select(.rules == []) | .id'

Exit codes: 0 printed, 3 a file is wrong, 4 a file can't be read.";

const RULES_LINT: &str = "\
Examples:
  vanguard rules lint
  vanguard rules lint --strict my-rules.yaml

Errors: a pattern that requires no literal (it is tried at every place of every message) or only very common ones; a rule whose work grows faster than a text that is made of its own words; an id that is taken; whatever keeps a pack from being read.
Warnings: common literals; gaps without bound or over 200 bytes; rules that are costly on such a text; a pattern that stands in two rules or that no example shows; fewer than three hits or near misses.
Work is counted in steps, not in time: the same rules are judged alike on every machine. `vanguard rules test` runs the examples.

Exit codes: 0 no errors, 1 errors (with --strict also warnings), 4 a file can't be read.";
