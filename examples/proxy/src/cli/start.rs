//! `vanguard start` and `vanguard confine`.

use super::{Judging, seconds};
use clap::{Args, ValueEnum, ValueHint};
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;
use vanguard_core::config::Ports;

/// `vanguard start`.
#[derive(Debug, Args)]
#[command(after_help = START, override_usage = "vanguard start [OPTIONS] --server <COMMAND>\n       vanguard start [OPTIONS] -- <COMMAND>...")]
pub(crate) struct Start {
    /// The server's command line, split into words as a shell does (quotes, backslashes), but run without one
    #[arg(long, value_name = "COMMAND", value_hint = ValueHint::CommandString, conflicts_with = "command", required_unless_present = "command")]
    pub(crate) server: Option<String>,
    /// The server's command line as separate arguments
    #[arg(last = true, value_name = "COMMAND", value_hint = ValueHint::CommandWithArguments)]
    pub(crate) command: Vec<OsString>,
    /// What this session is for; a model that is asked (`semantic.llm`) is told
    #[arg(long, value_name = "TEXT")]
    pub(crate) intent: Option<String>,
    /// What judges.
    #[command(flatten)]
    pub(crate) judging: Judging,
    /// The server's name in rules, exceptions and records [default: that of its package or script, or of its program]
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// A folder of this machine that tools may touch, with all below it; several may be named. Paths that lead elsewhere are blocked. In place of the configuration's
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) safe_zone: Vec<PathBuf>,
    /// Let the kernel (Landlock, Linux 6.7 and later) confine the server to its safe zones and what it needs to start; `--sandbox=explain` shows what that is, and starts nothing
    #[arg(long, value_enum, value_name = "HOW", num_args = 0..=1, require_equals = true, default_missing_value = "on")]
    pub(crate) sandbox: Option<Sandbox>,
    /// A further file or folder that the confined server may read and run
    #[arg(long, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(crate) sandbox_read: Vec<PathBuf>,
    /// A further file or folder that it may read, write and run, such as a cache
    #[arg(long, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(crate) sandbox_write: Vec<PathBuf>,
    /// TCP ports that it may connect to: `443`, `80,443` or `any` [default: none]
    #[arg(long, value_name = "PORTS", value_parser = ports)]
    pub(crate) sandbox_connect: Option<Ports>,
    /// TCP ports that it may listen on [default: none]
    #[arg(long, value_name = "PORTS", value_parser = ports)]
    pub(crate) sandbox_bind: Option<Ports>,
    /// Hold what the server claims against this lock (`vanguard lock` writes one): what is not as it was locked is taken out of listings, and calls to it are refused
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) lock: Option<PathBuf>,
    /// What to do about a change
    #[arg(long, value_enum, value_name = "MODE", default_value = "balanced", requires = "lock")]
    pub(crate) lock_mode: DriftMode,
    /// A public key: the lock must carry a signature of it (`vanguard sign`); of several keys, one has to have signed
    #[arg(long, value_name = "FILE", requires = "lock", value_hint = ValueHint::FilePath)]
    pub(crate) lock_key: Vec<PathBuf>,
    /// Lock the server if it is not in the lock: what it claims now is what is trusted
    #[arg(long, requires = "lock", conflicts_with = "lock_key")]
    pub(crate) lock_trust_first: bool,
    /// Warn of arguments and results that are not what the tool's own schemas say
    #[arg(long)]
    pub(crate) check_schemas: bool,
    /// The tenant that the server is used for, in budgets, rules and records
    #[arg(long)]
    pub(crate) tenant: Option<String>,
    /// The user or agent that it is used by: what they use in several sessions adds up
    #[arg(long)]
    pub(crate) principal: Option<String>,
    /// Share what budgets count with others that name the same Redis or Valkey
    #[cfg(feature = "redis")]
    #[arg(long, value_name = "URL", env = "VANGUARD_STATE", hide_env_values = true)]
    pub(crate) state: Option<String>,
    /// Append decisions to this file, one JSON object a line; overrides the configuration [default: one readable line each on stderr]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) audit: Option<PathBuf>,
    /// Record messages that are simply allowed, too
    #[arg(long)]
    pub(crate) audit_all: bool,
    /// How long the server may stay silent, once asked to end, before it is sent SIGTERM, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = seconds)]
    pub(crate) grace: Duration,
    /// The words that start this command anew.
    #[arg(skip)]
    pub(crate) again: Vec<OsString>,
}

/// What to do about a change since a server was locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DriftMode {
    /// Tell it
    Warn,
    /// Tell what honest releases bring (other words, new tools, optional parameters), hold back what weighs more
    Balanced,
    /// Hold back everything but another order
    Strict,
}

/// What to do about a sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Sandbox {
    /// Confine the server
    On,
    /// Show what it would be confined to
    Explain,
}

/// `vanguard confine`.
#[derive(Debug, Args)]
pub(crate) struct Confine {
    /// What may be read.
    #[arg(long)]
    pub(crate) read: Vec<PathBuf>,
    /// What may be read and run.
    #[arg(long)]
    pub(crate) run: Vec<PathBuf>,
    /// What may be read, written and run.
    #[arg(long)]
    pub(crate) write: Vec<PathBuf>,
    /// TCP ports to connect to.
    #[arg(long, value_parser = ports)]
    pub(crate) connect: Option<Ports>,
    /// TCP ports to listen on.
    #[arg(long, value_parser = ports)]
    pub(crate) bind: Option<Ports>,
    /// The program's file.
    #[arg(long)]
    pub(crate) program: PathBuf,
    /// Its own name, and its arguments.
    #[arg(last = true, required = true)]
    pub(crate) words: Vec<OsString>,
}

fn ports(text: &str) -> Result<Ports, String> {
    if text == "any" {
        return Ok(Ports::Any);
    }
    let port = |text: &str| text.trim().parse().ok().filter(|port| *port != 0);
    let ports: Option<_> = text.split(',').map(port).collect();
    ports.map(Ports::Only).ok_or_else(|| "port numbers, such as 443 or 80,443, or `any`".to_owned())
}

const START: &str = "\
Examples:
  vanguard start --server \"npx -y @modelcontextprotocol/server-filesystem /srv/project\"
  vanguard start --config vanguard.yaml --audit audit.jsonl -- python3 server.py --name 'a b'
  vanguard start --safe-zone ~/project -- npx -y @modelcontextprotocol/server-filesystem ~/project
  vanguard start --profile monitor --server \"sh -c 'exec ./server --port $PORT 2>>log'\"

The command runs without a shell: pipes, redirections, variables and globs need one, as in the last example. In a client's configuration `vanguard` becomes the command and the server its arguments:
  \"command\": \"vanguard\", \"args\": [\"start\", \"--\", \"npx\", \"-y\", \"some-server\"]

A request that is stopped is answered with an error on its id that says which rule stopped it, why, and how to allow it. A decision that can't be written to the audit file is not carried out: the message is refused (profile monitor: it passes, with a warning on stderr).

--safe-zone holds the paths that a request names by their text and by where the kernel says they lead (Linux 5.6 and later): a link out of the zone, `..` behind a link, a link of /proc. A file that doesn't exist yet counts where it would be made. The server starts in the first zone, unless the current folder lies in one. What it opens by itself, or after a link has changed, this can't see.

--sandbox closes that gap: the kernel refuses, at the moment of use, whatever is not in a zone or part of what the server needs to start: the system's programs and libraries, its own program with its packages and interpreters, files named on its command line, a few devices. TCP is refused but for the ports that are named, all else of the net too unless something may be connected to (then UDP, by which names are looked up, is free), and nothing that it runs gains privileges. The server's code, caches and configuration outside the zones must be named (--sandbox-read, --sandbox-write). A server that its package manager fetches at each start needs the manager's cache and port 443; install it first, and it needs neither. Where the kernel can't enforce this, the server is not started.
  vanguard start --sandbox=explain --safe-zone ~/project --sandbox-read /srv/mcp -- python3 /srv/mcp/server.py

--lock compares each introduction and each page of a listing with what was locked, at every listing anew. `vanguard diff` shows what changed and how it weighs, `vanguard lock --update` accepts it. Another program or package than the one that was locked is not started (exit code 124), and neither is anything with a lock that can't be read or was edited. --lock-trust-first starts the server once more, before, to ask it what it claims.
  vanguard start --lock vanguard.lock --lock-trust-first --name files -- npx -y @modelcontextprotocol/server-filesystem ~/project

--state lets several guards count as one: of the same principal, tenant and server, and of what is reset by `vanguard session`. Each judges by its own memory, tells Redis all 100 ms what it counted and hears what all have: of a budget, what the others let pass in two such exchanges may go beyond it. While Redis doesn't answer, a guard says so on stderr and counts alone, or with `behavior: {when_away: block}` (in `strict` by default) blocks. A password in the URL is better kept in the environment, as VANGUARD_STATE.
  vanguard start --state redis://localhost --principal ann --config vanguard.yaml -- python3 server.py

When the client closes its end, so is the server's input; once it has said nothing for --grace, the server gets SIGTERM, 1.5 s later SIGKILL, with all its children. SIGINT, SIGTERM and SIGHUP are passed on to it.

Exit codes:
  the server's own, or 128 + N if signal N ended it
  2    the command line is wrong
  3    a configuration or rule file is wrong
  4    a file can't be read or written
  70   the guard itself failed
  124  the server is not the one that was locked; it was not started
  125  the server can't be confined as --sandbox asks; it was not started
  126  the server can't be run
  127  the server was not found";
