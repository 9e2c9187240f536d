//! `vanguard inspect` and `vanguard session`.

use super::Judging;
use clap::{Args, Subcommand, ValueEnum, ValueHint};
use std::path::PathBuf;

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

const INSPECT: &str = "\
Examples:
  vanguard inspect traffic.jsonl
  echo '{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}' | vanguard inspect
  vanguard inspect --json --stats --profile strict traffic.jsonl > verdicts.jsonl
  vanguard inspect --session day.jsonl

A line is a JSON-RPC message, or an envelope around one:
  {\"id\": any, \"flow\": \"to_server\" or \"to_client\", \"message\": {…} or \"raw\": base64,
   \"server\", \"session\", \"principal\", \"tenant\", \"version\": text, \"at\": seconds since 1970,
   \"headers\": {name: text or list of texts}, those of the HTTP request that brought it}
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
