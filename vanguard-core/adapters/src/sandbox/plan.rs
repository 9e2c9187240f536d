//! What a confined server may do, as data.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use vanguard_core::config::Ports;

use super::level::{Level, NEVER};

/// What is done with a file, or with a folder and all below it. Each includes the ones before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Read and listed.
    Read,
    /// Run.
    Run,
    /// Changed, made and removed. No devices are made.
    Write,
}

/// One thing that is allowed, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The file or folder. It is there.
    pub path: PathBuf,
    /// What may be done with it.
    pub access: Access,
    /// Why, in words.
    pub why: String,
}

/// All that a server may do. What is not here is refused by the kernel, as far as its [`Level`] reaches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Files and folders.
    pub grants: Vec<Grant>,
    /// Where it may connect to.
    pub connect: Ports,
    /// Where it may listen.
    pub bind: Ports,
}

impl Plan {
    /// Allows something, unless it is allowed already.
    pub fn allow(&mut self, path: impl Into<PathBuf>, access: Access, why: impl Into<String>) {
        let path = path.into();
        if !self.allows(&path, access) {
            self.grants.retain(|grant| grant.access > access || !grant.path.starts_with(&path));
            self.grants.push(Grant { path, access, why: why.into() });
        }
    }

    /// Whether something is allowed, by its path alone.
    #[must_use]
    pub fn allows(&self, path: &Path, access: Access) -> bool {
        self.grants.iter().any(|grant| grant.access >= access && path.starts_with(&grant.path))
    }

    /// The plan in words, with what a kernel of this level makes of it.
    #[must_use]
    pub fn explain(&self, level: Level) -> String {
        let mut out = String::new();
        let width = self.grants.iter().map(|grant| grant.path.to_string_lossy().chars().count()).max().unwrap_or(0);
        for (access, what) in [
            (Access::Write, "May read, write and run:"),
            (Access::Run, "May read and run:"),
            (Access::Read, "May read:"),
        ] {
            let mut grants = self.grants.iter().filter(|grant| grant.access == access).peekable();
            if grants.peek().is_none() {
                continue;
            }
            let _ = writeln!(out, "{what}");
            for grant in grants {
                let _ = writeln!(out, "  {:width$}  {}", grant.path.to_string_lossy(), grant.why);
            }
        }
        let _ = writeln!(out, "TCP:\n  may connect to {}\n  may listen on {}", said(&self.connect), said(&self.bind));
        if self.connect != Ports::Any || self.bind != Ports::Any {
            let udp = if self.connect == Ports::default() { "" } else { ", and UDP, by which names are looked up" };
            let _ = writeln!(out, "Other sockets: local ones{udp}. No io_uring, no 32-bit programs.");
        }
        let _ = writeln!(out, "Gains no privileges by what it runs (no_new_privs).");
        let _ = writeln!(out, "This kernel has {level}. It enforces:");
        level.enforced().for_each(|what| {
            let _ = writeln!(out, "  {what}");
        });
        if level.missing().next().is_some() {
            let _ = writeln!(out, "It does not enforce, as later kernels do:");
            level.missing().for_each(|(linux, what)| {
                let _ = writeln!(out, "  {what} (Linux {linux})");
            });
        }
        let _ = writeln!(out, "No kernel so far restricts by Landlock:");
        NEVER.iter().for_each(|what| {
            let _ = writeln!(out, "  {what}");
        });
        out
    }
}

fn said(ports: &Ports) -> String {
    match ports {
        Ports::Any => "any port".to_owned(),
        Ports::Only(ports) if ports.is_empty() => "no port".to_owned(),
        Ports::Only(ports) => {
            let ports: Vec<_> = ports.iter().map(u16::to_string).collect();
            format!("port {}", ports.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Access, Level, Plan, Ports};
    use std::path::Path;

    #[test]
    fn what_a_wider_grant_covers_is_not_said_twice() {
        let mut plan = Plan::default();
        plan.allow("/usr/bin/x", Access::Run, "the program");
        plan.allow("/usr", Access::Run, "the system");
        plan.allow("/usr/lib", Access::Read, "libraries");
        plan.allow("/usrlocal", Access::Read, "another");
        plan.allow("/usr/cache", Access::Write, "a cache");
        let grants: Vec<_> = plan.grants.iter().map(|grant| (grant.path.to_str().unwrap(), grant.access)).collect();
        assert_eq!(grants, [("/usr", Access::Run), ("/usrlocal", Access::Read), ("/usr/cache", Access::Write)]);
        assert!(
            plan.allows(Path::new("/usr/bin/x"), Access::Run) && !plan.allows(Path::new("/usr/bin/x"), Access::Write)
        );
        assert!(!plan.allows(Path::new("/etc"), Access::Read));
        // A narrower grant of more stays beside a wider one of less.
        plan.allow("/", Access::Read, "all");
        assert!(plan.allows(Path::new("/usr/cache/x"), Access::Write) && plan.allows(Path::new("/usr/x"), Access::Run));
    }

    #[test]
    fn a_plan_says_what_holds_and_what_does_not() {
        let mut plan = Plan { connect: Ports::Only([443, 80].into()), ..Plan::default() };
        plan.allow("/srv/project", Access::Write, "--safe-zone");
        plan.allow("/usr", Access::Run, "programs and libraries of the system");
        plan.allow("/dev/urandom", Access::Read, "random numbers");
        let text = plan.explain(Level::of_abi(4));
        assert_eq!(
            text,
            "\
May read, write and run:
  /srv/project  --safe-zone
May read and run:
  /usr          programs and libraries of the system
May read:
  /dev/urandom  random numbers
TCP:
  may connect to port 80, 443
  may listen on no port
Other sockets: local ones, and UDP, by which names are looked up. No io_uring, no 32-bit programs.
Gains no privileges by what it runs (no_new_privs).
This kernel has Landlock as of Linux 6.7 (ABI 4). It enforces:
  reading, writing, running, listing, making and removing files
  moving and linking files from folder to folder (before: never allowed)
  truncating files
  TCP: which ports it connects to and listens on
It does not enforce, as later kernels do:
  commands to devices (ioctl) (Linux 6.10)
  signals to processes outside; abstract UNIX sockets of others (Linux 6.12)
  UNIX sockets of others that have a path (Linux 7.1)
No kernel so far restricts by Landlock:
  whether a file exists, its size and dates
  owner, mode and dates of the user's own files (chmod, utime)
  files that are already open when it starts
"
        );
        assert!(!plan.explain(Level::NEWEST).contains("It does not enforce"));
    }
}
