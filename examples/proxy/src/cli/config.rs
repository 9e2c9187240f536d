//! `vanguard config`.

use clap::{Subcommand, ValueHint};
use std::path::PathBuf;

/// `vanguard config`.
#[derive(Debug, Subcommand)]
pub(crate) enum Config {
    /// Report every problem of the given files, with its place
    #[command(after_help = CONFIG_CHECK)]
    Check {
        /// Configuration files; of several, a later one has the last word.
        #[arg(required = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
        files: Vec<PathBuf>,
        /// One JSON object a line, for each problem and warning, instead of text
        #[arg(long)]
        json: bool,
    },
    /// Show the configuration that results from the given files
    #[command(after_help = CONFIG_SHOW)]
    Show {
        /// Configuration files; none shows the defaults.
        #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
        files: Vec<PathBuf>,
    },
    /// Print the JSON Schema of the configuration
    #[command(after_help = CONFIG_SCHEMA)]
    Schema,
}

const CONFIG_CHECK: &str = "\
Examples:
  vanguard config check vanguard.yaml
  vanguard config check base.yaml team.toml
  vanguard config check --json vanguard.yaml | jq -r '\"\\(.file):\\(.line): \\(.message)\"'

Exit codes: 0 no problems, 3 problems, 4 a file can't be read.";

const CONFIG_SHOW: &str = "\
Examples:
  vanguard config show
  vanguard config show base.yaml team.toml";

const CONFIG_SCHEMA: &str = "\
Example:
  vanguard config schema > vanguard.schema.json

An editor with a YAML language server (the YAML extension of VS Code, say) checks a file that begins with this line:
  # yaml-language-server: $schema=vanguard.schema.json";
