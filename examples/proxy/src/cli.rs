//! The command line: what can be said, and its help.

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;
use vanguard_core::config::Ports;

/// A firewall for MCP traffic: guards a server, inspects recorded messages, checks rules and configuration.
#[derive(Debug, Parser)]
#[command(name = "vanguard", after_help = EXIT_CODES, max_term_width = 100)]
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

/// `vanguard keygen`.
#[derive(Debug, Args)]
#[command(after_help = KEYGEN)]
pub(crate) struct Keygen {
    /// The private key's file; the public key's is the same with `.pub`
    #[arg(long, value_name = "FILE", default_value = "vanguard.key", value_hint = ValueHint::FilePath)]
    pub(crate) out: PathBuf,
}

/// `vanguard sign`.
#[derive(Debug, Args)]
#[command(after_help = SIGN)]
pub(crate) struct Sign {
    /// The private key
    #[arg(long, value_name = "FILE", default_value = "vanguard.key", value_hint = ValueHint::FilePath)]
    pub(crate) key: PathBuf,
    /// Locks and rule packs; the signature of each is written beside it, as FILE.sig
    #[arg(required = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) files: Vec<PathBuf>,
}

/// `vanguard verify`.
#[derive(Debug, Args)]
#[command(after_help = VERIFY)]
pub(crate) struct Verify {
    /// A public key that is trusted; of several, one has to have signed
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    #[cfg_attr(feature = "sigstore", arg(required_unless_present = "bundle"))]
    #[cfg_attr(not(feature = "sigstore"), arg(required = true))]
    pub(crate) key: Vec<PathBuf>,
    /// In place of keys: the Sigstore bundle that came with the files, whatever they are
    #[cfg(feature = "sigstore")]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires_all = ["identity", "issuer"], conflicts_with = "key")]
    pub(crate) bundle: Option<PathBuf>,
    /// Who has to have signed: a mail address, or the URI of a workflow
    #[cfg(feature = "sigstore")]
    #[arg(long, value_name = "NAME", requires = "bundle")]
    pub(crate) identity: Option<String>,
    /// Who has to vouch for that: the URL of an OpenID Connect provider
    #[cfg(feature = "sigstore")]
    #[arg(long, value_name = "URL", requires = "bundle")]
    pub(crate) issuer: Option<String>,
    /// What it has to be built from: the URL of a repository, as the certificate says or the statement that it signs
    #[cfg(feature = "sigstore")]
    #[arg(long, value_name = "URL", requires = "bundle")]
    pub(crate) source_repository: Option<String>,
    /// The branch or tag that it has to be built from: refs/tags/v1.2.0
    #[cfg(feature = "sigstore")]
    #[arg(long, value_name = "REF", requires = "bundle")]
    pub(crate) source_ref: Option<String>,
    /// The commit that it has to be built from
    #[cfg(feature = "sigstore")]
    #[arg(long, value_name = "HASH", requires = "bundle")]
    pub(crate) source_commit: Option<String>,
    /// Who has to have built it, as its SLSA provenance says
    #[cfg(feature = "sigstore")]
    #[arg(long, value_name = "ID", requires = "bundle")]
    pub(crate) builder: Option<String>,
    /// What kind of statement has to be signed: https://slsa.dev/provenance/v1
    #[cfg(feature = "sigstore")]
    #[arg(long, value_name = "TYPE", requires = "bundle")]
    pub(crate) predicate_type: Option<String>,
    /// A `trusted_root.json` in place of that of Sigstore's public instance
    #[cfg(feature = "sigstore")]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "bundle")]
    pub(crate) roots: Option<PathBuf>,
    /// Locks and rule packs, with their signature beside them as FILE.sig
    #[arg(required = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) files: Vec<PathBuf>,
    /// One JSON object a line instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

/// `vanguard diff`.
#[derive(Debug, Args)]
#[command(after_help = DIFF, override_usage = "vanguard diff [OPTIONS] --server <COMMAND>\n       vanguard diff [OPTIONS] -- <COMMAND>...")]
pub(crate) struct Diff {
    /// The server.
    #[command(flatten)]
    pub(crate) asked: Asked,
}

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

/// `vanguard session`.
#[derive(Debug, Subcommand)]
pub(crate) enum Session {
    /// List sessions, the riskiest first
    #[command(after_help = SESSION)]
    List(Known),
    /// Show all that is known of a session
    #[command(after_help = SESSION)]
    Show {
        /// Its id, as `list` prints it.
        id: String,
        /// Where it is known.
        #[command(flatten)]
        known: Known,
    },
    /// Forget sessions: their counts, their risk, what their tools said
    #[command(after_help = SESSION)]
    Reset {
        /// Their ids, as `list` prints them.
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
        /// Where they are known.
        #[command(flatten)]
        known: Known,
    },
}

/// Where sessions are known.
#[derive(Debug, Args)]
pub(crate) struct Known {
    /// The state that guards share (`redis://…`, as `vanguard start --state`), or a file that `vanguard inspect --export` wrote
    #[arg(long, value_name = "URL|FILE", env = "VANGUARD_STATE", hide_env_values = true)]
    pub(crate) state: String,
    /// One JSON object a line instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

/// `vanguard inspect`.
#[derive(Debug, Args)]
#[command(after_help = INSPECT)]
pub(crate) struct Inspect {
    /// Messages, one a line; `-` is stdin
    #[arg(default_value = "-", value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,
    /// What judges.
    #[command(flatten)]
    pub(crate) judging: Judging,
    /// One JSON object a line instead of text
    #[arg(long)]
    pub(crate) json: bool,
    /// Sum up on stderr at the end
    #[arg(long)]
    pub(crate) stats: bool,
    /// The file is a replay: every message of its sessions, in order; what answers what is known
    #[arg(long)]
    pub(crate) session: bool,
    /// At the end, write what was usual in the sessions to this file, as a configuration: look at it, and give it to --config
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "session")]
    pub(crate) learn: Option<PathBuf>,
    /// At the end, write what is known of each session to this file, one JSON object a line
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) export: Option<PathBuf>,
    /// Judge nothing; show what would be sent to the model that `semantic.llm` names, and nothing is sent: one JSON line for each message
    /// that leaves a question open
    #[arg(long, conflicts_with_all = ["json", "stats"])]
    pub(crate) semantic_dry_run: bool,
    /// Which way bare messages travel [default: as their method or shape says]
    #[arg(long, value_enum)]
    pub(crate) flow: Option<Flow>,
}

/// The two directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum Flow {
    /// From the client to the server
    ToServer,
    /// From the server to the client
    ToClient,
}

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
    /// Rule packs [default: the built-in ones]
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) files: Vec<PathBuf>,
    /// One JSON object a line instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

/// `vanguard config`.
#[derive(Debug, Subcommand)]
pub(crate) enum Config {
    /// Report every problem of the given files, with its place
    #[command(after_help = CONFIG_CHECK)]
    Check {
        /// Configuration files; of several, a later one has the last word.
        #[arg(required = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
        files: Vec<PathBuf>,
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

fn ports(text: &str) -> Result<Ports, String> {
    if text == "any" {
        return Ok(Ports::Any);
    }
    let port = |text: &str| text.trim().parse().ok().filter(|port| *port != 0);
    let ports: Option<_> = text.split(',').map(port).collect();
    ports.map(Ports::Only).ok_or_else(|| "port numbers, such as 443 or 80,443, or `any`".to_owned())
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "a number of seconds, such as 5 or 0.5".to_owned())?;
    Duration::try_from_secs_f64(seconds)
        .ok()
        .filter(|time| time.as_secs() <= 3600)
        .ok_or_else(|| "from 0 to 3600".to_owned())
}

const EXIT_CODES: &str = "\
Exit codes:
  0  done, nothing found
  1  done, and something was found: a message that would be stopped, a rule's example that fails, a rule that lint objects to
  2  the command line is wrong
  3  a configuration or rule file is wrong
  4  a file can't be read or written
141  nobody reads on what it prints (`| head`)
`vanguard start` ends with the server's own code; see `vanguard start --help`.";

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

const INSPECT: &str = "\
Examples:
  vanguard inspect traffic.jsonl
  echo '{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}' | vanguard inspect
  vanguard inspect --json --stats --profile strict traffic.jsonl > verdicts.jsonl
  vanguard inspect --session day.jsonl

A line is a JSON-RPC message, or an envelope around one:
  {\"id\": any, \"flow\": \"to_server\" or \"to_client\", \"message\": {…} or \"raw\": base64,
   \"server\", \"session\", \"principal\", \"tenant\", \"version\": text, \"at\": seconds since 1970}
`direction` (`request`, `response`) stands for `flow`; other keys are ignored. Lines with the same server and session share what was learned: tool schemas, pending requests. A verdict has its envelope's id, or its line's number.

Lines with the same session, whatever their server, also share what it did: what its tools said and where that is sent, one step after another, budgets (`behavior` in the configuration). Several sessions may be mixed in one file. Time is what `at` says and never the clock's: a file comes to the same verdicts each time. Without `at` time stands still and nothing counts as too often. --session says that no message is missing, so that a result is known by the request that it answers.

Exit codes:
  0  nothing would be stopped
  1  a message would be stopped (block or review)
  2  the command line is wrong
  3  a configuration or rule file is wrong
  4  a file can't be read";

const SESSION: &str = "\
Examples:
  vanguard session list --state redis://localhost
  vanguard session reset --state redis://localhost 3f6c0b1d2e4a5968
  vanguard inspect --session --export sessions.jsonl day.jsonl; vanguard session list --state sessions.jsonl

Of a session are told its names, how many messages, calls and blocked ones it had, and its risk; no content. Guards tell a shared state of their sessions each second, and it lists them for a day. A reset reaches them within a second: what budgets counted of the session, its risk, its steps and what its tools said are forgotten; what its principal, tenant and server have used is not. State that is not shared belongs to its process and ends with it.

Exit codes:
  0  done
  1  there is no such session
  2  the command line is wrong
  4  the state can't be read";

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

Exit codes: 0 every example came out right, 1 one did not, 3 a file is wrong, 4 a file can't be read.";

const RULES_COVERAGE: &str = "\
An entry without a rule is not always a gap: some are met by lists, limits, locks and records, and some no firewall can see.

Examples:
  vanguard rules coverage
  vanguard rules coverage --json | jq -r 'select(.rules == []) | .id'

Exit codes: 0 printed, 3 a file is wrong, 4 a file can't be read.";

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

const KEYGEN: &str = "\
Examples:
  vanguard keygen
  vanguard keygen --out ~/.config/vanguard/team.key

An Ed25519 key, as PEM (PKCS #8), not encrypted, readable by its owner alone; `openssl pkey` reads it. A file that is there is never overwritten. Keep the private key where locks are accepted, give the public one to those who use them.

Exit codes: 0 done, 4 a file can't be written, or is there already.";

const SIGN: &str = "\
Examples:
  vanguard sign vanguard.lock
  vanguard sign --key ~/.config/vanguard/team.key rules/*.yaml

The signature is a DSSE envelope around an in-toto statement: the file's name, its SHA-256, and whether it is a lock or a rule pack. A file that is neither, or is wrong, is not signed. Any change to the file needs another signature.

Exit codes: 0 signed, 3 a file or key is wrong, 4 a file can't be read or written.";

const VERIFY: &str = "\
Examples:
  vanguard verify --key vanguard.key.pub vanguard.lock
  vanguard verify --key old.pub --key new.pub rules/*.yaml && vanguard start --config vanguard.yaml …
  vanguard start --lock vanguard.lock --lock-key vanguard.key.pub -- …

Exit codes: 0 all are signed by one of the keys, 1 one is not, 3 a file or key is wrong, 4 a file can't be read.";

const DIFF: &str = "\
Examples:
  vanguard diff --name files -- npx -y @modelcontextprotocol/server-filesystem /srv/project
  vanguard diff --json --server \"python3 server.py\" | jq -r '.changes[] | select(.severity != \"low\") | .reason'

Each change is told by what it means and weighed: low is what honest releases bring (other words, new tools, optional parameters, wider lists); medium and more is what `vanguard start --lock` holds back (any text where there was none, a constraint that is gone, a hint that was withdrawn, a new host, another server's tool). Another order is no change.

Exit codes: 0 nothing changed, 1 something changed; otherwise as `vanguard lock`.";

const RULES_LINT: &str = "\
Examples:
  vanguard rules lint
  vanguard rules lint --strict my-rules.yaml

Errors: a pattern that requires no literal (it is tried at every place of every message) or only very common ones; a rule whose work grows faster than a text that is made of its own words; an id that is taken; whatever keeps a pack from being read.
Warnings: common literals; gaps without bound or over 200 bytes; rules that are costly on such a text; a pattern that stands in two rules or that no example shows; fewer than three hits or near misses.
Work is counted in steps, not in time: the same rules are judged alike on every machine. `vanguard rules test` runs the examples.

Exit codes: 0 no errors, 1 errors (with --strict also warnings), 4 a file can't be read.";

const CONFIG_CHECK: &str = "\
Examples:
  vanguard config check vanguard.yaml
  vanguard config check base.yaml team.toml

Exit codes: 0 no problems, 3 problems, 4 a file can't be read.";

const CONFIG_SHOW: &str = "\
Examples:
  vanguard config show
  vanguard config show base.yaml team.toml";

const CONFIG_SCHEMA: &str = "\
Example:
  vanguard config schema > vanguard.schema.json";

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
