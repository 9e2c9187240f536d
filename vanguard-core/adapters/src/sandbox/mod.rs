//! Confining a server to its zones by Landlock, so that it can't touch what its tools may not, whatever it is told and however
//! quickly a link is swapped: the kernel judges at the very moment of use.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `plan` | what a server may do, as data |
//! | `runtime` | what a program needs to start |
//! | `level` | what each kernel can enforce, and what none can |
//! | `kernel` | the restriction itself |
//! | `sockets` | what goes around Landlock's ports, closed by seccomp |
//!
//! A plan is data: it can be shown ([`Plan::explain`]) and held against a kernel ([`Plan::check`]) before anything is
//! restricted. [`Plan::confine`] restricts the calling thread for good and everything it starts; the way to use it is a
//! small process of one thread that confines itself and then becomes the server.

//!
//! ```no_run
//! use std::{env, os::unix::process::CommandExt, path::Path, process::Command};
//! use vanguard_adapters::sandbox::{Access, Level, Plan, Program, RealFiles};
//!
//! // In a process of its own, before it has threads.
//! let (search, folder) = (env::var_os("PATH").unwrap_or_default(), Path::new("/srv/project"));
//! let server = Program::find(&["my-server".into()], &search, folder, &RealFiles)?;
//! let mut plan = Plan::default();
//! plan.allow(folder, Access::Write, "the project");
//! plan.allow_start(&server, &search, folder, &RealFiles);
//! eprintln!("{}", plan.explain(Level::here()));
//! plan.confine()?;
//! let error = Command::new(&server.file).args(&server.words[1..]).exec();
//! eprintln!("the server could not be started: {error}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(target_os = "linux")]
mod kernel;
mod level;
mod plan;
mod runtime;
#[cfg(target_os = "linux")]
mod sockets;

pub use level::{Level, Refused};
pub use plan::{Access, Grant, Plan};
pub use runtime::{Files, NotFound, Program, RealFiles};

#[cfg(not(target_os = "linux"))]
impl Plan {
    /// Nothing here can.
    ///
    /// # Errors
    /// Always.
    pub fn confine(&self) -> Result<(), SandboxError> {
        Ok(self.check(Level::here())?)
    }
}

/// A plan that could not be put into force.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SandboxError {
    /// The kernel can't do what is asked.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// What is allowed is not there, or can't be opened.
    #[error("`{path}` can't be allowed: {why}")]
    Path {
        /// As the plan has it.
        path: String,
        /// What the system says.
        why: String,
    },
    /// The kernel refused the restriction.
    #[error("the kernel refused the restriction: {0}")]
    Kernel(String),
}
