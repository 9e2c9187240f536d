//! `vanguard lock` and `vanguard diff`.

use super::{Judging, seconds};
use clap::{Args, ValueHint};
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// A server that is started to be asked.
#[derive(Debug, Args)]
pub(crate) struct Asked {
    /// The server's command line, split into words as a shell does, but run without one
    #[arg(long, value_name = "COMMAND", value_hint = ValueHint::CommandString, conflicts_with = "command", required_unless_present = "command")]
    pub(crate) server: Option<String>,
    /// The server's command line as separate arguments
    #[arg(last = true, value_name = "COMMAND", value_hint = ValueHint::CommandWithArguments)]
    pub(crate) command: Vec<OsString>,
    /// The server's name in the lock [default: that of its package or script, or of its program]
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// The lock
    #[arg(long, value_name = "FILE", default_value = "vanguard.lock", value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,
    /// How long to wait for each answer, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    pub(crate) timeout: Duration,
    /// One JSON object instead of text
    #[arg(long)]
    pub(crate) json: bool,
    /// What judges the answers.
    #[command(flatten)]
    pub(crate) judging: Judging,
}

/// `vanguard lock`.
#[derive(Debug, Args)]
#[command(after_help = LOCK, override_usage = "vanguard lock [OPTIONS] --server <COMMAND>\n       vanguard lock [OPTIONS] -- <COMMAND>...")]
pub(crate) struct Lock {
    /// The server.
    #[command(flatten)]
    pub(crate) asked: Asked,
    /// Accept what changed since the server was locked; on a terminal each change is shown and asked for
    #[arg(long)]
    pub(crate) update: bool,
    /// Accept the changes of this tool, prompt or resource template; several may be named
    #[arg(long, value_name = "NAME", requires = "update")]
    pub(crate) accept: Vec<String>,
    /// Accept another program, version, protocol, other capabilities and instructions
    #[arg(long, requires = "update")]
    pub(crate) accept_server: bool,
    /// Accept every change
    #[arg(long, requires = "update")]
    pub(crate) accept_all: bool,
}

/// `vanguard diff`.
#[derive(Debug, Args)]
#[command(after_help = DIFF, override_usage = "vanguard diff [OPTIONS] --server <COMMAND>\n       vanguard diff [OPTIONS] -- <COMMAND>...")]
pub(crate) struct Diff {
    /// The server.
    #[command(flatten)]
    pub(crate) asked: Asked,
}

const LOCK: &str = "\
Examples:
  vanguard lock --name files -- npx -y @modelcontextprotocol/server-filesystem /srv/project
  vanguard lock --update --accept read_file --name files -- npx -y @modelcontextprotocol/server-filesystem /srv/project
  vanguard start --lock vanguard.lock --name files -- npx -y @modelcontextprotocol/server-filesystem /srv/project

The server is started, asked who it is and for all pages of its tools, prompts and resource templates, and ended. What it says is written into the lock in full, with fingerprints (SHA-256 over RFC 8785 canonical JSON), beside its program's file and hash and the npm or PyPI package that it comes from, where that can be found. Values of options that look like credentials are left out. Commit the lock; several servers share one. What the rules find in the answers is shown: look at it before you trust the lock.

A server that is locked already is not locked anew: its changes are counted, and `vanguard diff` shows them. --update accepts them, one definition at a time.

Exit codes:
  0    locked, or nothing changed
  1    something changed, or was not accepted
  2    the command line is wrong
  3    a lock or configuration file is wrong
  4    a file can't be read or written
  5    the server doesn't answer as it should
  126  the server can't be run
  127  its program is not there";

const DIFF: &str = "\
Examples:
  vanguard diff --name files -- npx -y @modelcontextprotocol/server-filesystem /srv/project
  vanguard diff --json --server \"python3 server.py\" | jq -r '.changes[] | select(.severity != \"low\") | .reason'

Each change is told by what it means and weighed: low is what honest releases bring (other words, new tools, optional parameters, wider lists); medium and more is what `vanguard start --lock` holds back (any text where there was none, a constraint that is gone, a hint that was withdrawn, a new host, another server's tool). Another order is no change.

Exit codes: 0 nothing changed, 1 something changed; otherwise as `vanguard lock`.";
