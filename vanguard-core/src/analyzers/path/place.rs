//! Classes of places that matter to an attacker.

use serde::{Deserialize, Serialize};

use crate::normalize::flags::{Flags, flag};

/// Why a place is sensitive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Place {
    /// Passwords and tokens of a person or machine: `~/.netrc`, `~/.docker/config.json`, password stores, unattended set-up.
    Credentials,
    /// Private keys and wallets: `~/.ssh`, `~/.gnupg`, host keys, keytabs.
    Keys,
    /// Files with a private key's usual name or ending, outside the folders tests keep them in: `server.key`, `*.ppk`.
    KeyFiles,
    /// Secrets a project keeps beside its code: `.env`, `wp-config.php`, `terraform.tfstate`. Developers do open these.
    ProjectSecrets,
    /// A browser's passwords, cookies, profile.
    Browser,
    /// Cloud and cluster credentials: `~/.aws`, `~/.config/gcloud`, `~/.kube/config`, mounted service accounts.
    Cloud,
    /// What was typed, and where to: shell histories, `known_hosts`, `~/.ssh/config`.
    History,
    /// Memory, environment and arguments of processes under `/proc`.
    ProcSecrets,
    /// Accounts and their hashes: `/etc/passwd`, `/etc/shadow`, `SAM`, `NTDS.dit`, sudoers.
    SystemAccounts,
    /// Files that only those who test for a hole still open: `boot.ini`, `win.ini`, `C:\WINNT`, `/etc/subuid-`.
    Probes,
    /// Files whose first line an attacker tries to see to prove a hole: `/etc/hosts`, `/etc/issue`.
    System,
    /// Configuration and logs of web, database and file servers, and their usual installation folders: what file-inclusion
    /// attacks try next. Honest to open for whoever runs the server.
    ServerFiles,
    /// What is run later, or lets somebody in: shell profiles, `authorized_keys`, cron, units, autostart, Git hooks. Matters
    /// when written.
    Persistence,
    /// Settings of editors and tools that can make them run something: `~/.gitconfig`, `~/.vimrc`. Matters when written,
    /// but people do ask for it.
    ToolSettings,
    /// Raw disks, memory, network pseudo-devices, container engines' sockets, the Windows device namespace.
    Devices,
    /// What steers agents and editors: MCP and permission settings, rules files. Matters when written.
    AgentConfig,
    /// What agents read as their orders at each start: `CLAUDE.md`, `AGENTS.md`. Matters when written, and is written often.
    AgentText,
    /// What steers builds: workflow and pipeline files. Matters when written.
    Ci,
}

flag!(Place: Credentials, Keys, KeyFiles, ProjectSecrets, Browser, Cloud, History, ProcSecrets, SystemAccounts, Probes, System, ServerFiles, Persistence,
    ToolSettings, Devices, AgentConfig, AgentText, Ci);

/// A set of classes.
pub type Places = Flags<Place>;
