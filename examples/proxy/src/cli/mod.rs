//! The command line: what can be said, and its help. A file for each group of commands.

mod config;
mod inspect;
mod lock;
mod rules;
mod semantic;
mod signing;
mod start;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use std::path::PathBuf;
use std::time::Duration;

pub(crate) use config::Config;
pub(crate) use inspect::{Flow, Inspect, Known, Session};
pub(crate) use lock::{Asked, Diff, Lock};
pub(crate) use rules::{RuleFiles, Rules};
pub(crate) use semantic::{At, Semantic, SemanticText};
pub(crate) use signing::{Keygen, Sign, Verify};
pub(crate) use start::{Confine, DriftMode, Sandbox, Start};

/// A firewall for MCP traffic: guards a server, inspects recorded messages, checks rules and configuration.
#[derive(Debug, Parser)]
#[command(name = "vanguard", after_help = FIRST_STEPS, max_term_width = 100, override_usage = "vanguard <COMMAND>")]
#[command(arg_required_else_help = true, args_conflicts_with_subcommands = true)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    /// Print the versions of the program and of its rules
    #[arg(short = 'V', long)]
    pub(crate) version: bool,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start an MCP server over stdio and guard it
    Start(Box<Start>),
    /// Restrict this process, then become a program: what `start --sandbox` runs
    #[command(hide = true)]
    Confine(Confine),
    /// Judge recorded messages, one a line
    Inspect(Inspect),
    /// Record what a server claims, so that a later change is noticed
    Lock(Lock),
    /// Show what changed since a server was locked
    Diff(Diff),
    /// Make a key to sign locks and rule packs with
    Keygen(Keygen),
    /// Sign locks and rule packs
    Sign(Sign),
    /// Check who signed locks and rule packs
    Verify(Verify),
    /// List, show and test rules
    #[command(subcommand)]
    Rules(Rules),
    /// List, show and reset what is known of sessions
    #[command(subcommand)]
    Session(Session),
    /// Score texts with the embedded model, and ask why
    #[command(subcommand)]
    Semantic(Semantic),
    /// Check and show configuration
    #[command(subcommand)]
    Config(Config),
    /// Print a completion script for a shell
    #[command(after_help = COMPLETIONS)]
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

/// What every judging command takes.
#[derive(Debug, Args)]
pub(crate) struct Judging {
    /// Configuration file (YAML, TOML or JSON); of several, a later one has the last word
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) config: Vec<PathBuf>,
    /// How strictly to judge; overrides the configuration
    #[arg(long, value_enum)]
    pub(crate) profile: Option<Profile>,
}

/// The profiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Profile {
    /// Look and report; nothing is stopped or changed
    Monitor,
    /// Stop what is clearly an attack (the default)
    Balanced,
    /// Stop what may be an attack
    Strict,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "a number of seconds, such as 5 or 0.5".to_owned())?;
    Duration::try_from_secs_f64(seconds)
        .ok()
        .filter(|time| time.as_secs() <= 3600)
        .ok_or_else(|| "from 0 to 3600".to_owned())
}

const FIRST_STEPS: &str = "\
Examples:
  vanguard start -- npx -y @modelcontextprotocol/server-filesystem ~/project
  vanguard start --profile monitor -- python3 server.py     looks, and stops nothing
  vanguard rules show CMD-DOWNLOAD-EXEC                     what a rule that stopped something looks for
  vanguard config check vanguard.yaml                       every problem of a configuration at once

Exit codes:
  0  done, nothing found
  1  done, and something was found: a message that would be stopped, a rule's example that
     fails, a rule that lint objects to, a change since a server was locked
  2  the command line is wrong
  3  a configuration or rule file is wrong
  4  a file can't be read or written
  5  the server that `lock` or `diff` asks doesn't answer as it should
141  nobody reads on what it prints (`| head`)
`vanguard start` ends with the server's own code; see `vanguard start --help`.";

const COMPLETIONS: &str = "\
Examples:
  vanguard completions bash > ~/.local/share/bash-completion/completions/vanguard
  vanguard completions zsh > \"${fpath[1]}/_vanguard\"
  vanguard completions fish > ~/.config/fish/completions/vanguard.fish";

#[cfg(test)]
mod tests {
    use super::{Cli, Command};
    use clap::{CommandFactory, Parser};

    #[test]
    fn the_definition_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_server_comes_as_a_string_or_as_words() {
        let start = |words: &[&str]| match Cli::try_parse_from(["vanguard", "start"].iter().chain(words)) {
            Ok(Cli { command: Some(Command::Start(start)), .. }) => Ok((start.server, start.command)),
            Ok(_) => panic!("not start"),
            Err(error) => Err(error.exit_code()),
        };
        assert_eq!(start(&["--server", "a b"]).unwrap().0.unwrap(), "a b");
        assert_eq!(start(&["--grace", "0.5", "--", "a", "--config", "x"]).unwrap().1, ["a", "--config", "x"]);
        for wrong in [
            &[][..],
            &["--server", "a", "--", "b"],
            &["a"],
            &["--grace", "-1", "--", "a"],
            &["--grace", "soon", "--", "a"],
        ] {
            assert_eq!(start(wrong).unwrap_err(), 2, "{wrong:?}");
        }
    }
}
