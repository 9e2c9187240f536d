//! The kernel's word on where a path leads, for a server that runs on this machine and sees its files as we do.
//!
//! The text of `/srv/project/notes` stays in `/srv/project`; if `notes` is a link to `/etc`, what is opened does not. [`Jail`]
//! asks Linux (5.6 or later) by `openat2` with `RESOLVE_BENEATH` and `RESOLVE_NO_MAGICLINKS`. What the kernel refuses is walked
//! name by name to learn where it leads: an absolute link within the zone is honest, and a file that does not exist yet
//! counts where it would be made.
//!
//! It sees what is there now. A server that changes a link between this look and its own is stopped by confining it.
//!
//! ```no_run
//! use vanguard_adapters::jail::Jail;
//! use vanguard_core::Inspector;
//!
//! let inspector = Inspector::builder().safe_zone("/srv/project").path_resolver(Jail::new()?).build()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(target_os = "linux")]
mod walk;

use std::path::PathBuf;

use vanguard_core::{PathResolver, Resolved};

/// A [`PathResolver`] that asks the Linux kernel. Cheap to make; keeps no file open.
#[derive(Clone, Debug)]
pub struct Jail {
    folder: Option<PathBuf>,
    home: Option<PathBuf>,
}

/// This system can't say where a path leads.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this system has no `openat2` to follow links with ({0}); Linux has it from 5.6 on")]
pub struct NoJail(String);

impl Jail {
    /// A resolver; `~` is the folder that `HOME` names.
    ///
    /// # Errors
    /// If the system has no `openat2`, or forbids it.
    pub fn new() -> Result<Self, NoJail> {
        #[cfg(target_os = "linux")]
        walk::probe().map_err(|error| NoJail(error.to_string()))?;
        #[cfg(not(target_os = "linux"))]
        return Err(NoJail(std::env::consts::OS.to_owned()));
        #[cfg(target_os = "linux")]
        Ok(Self { folder: None, home: std::env::var_os("HOME").map(PathBuf::from).filter(|home| home.is_absolute()) })
    }

    /// Says which folder the server starts in. Relative paths are then also followed from there, and lead out of the zones
    /// if it lies in none; otherwise they are followed from each zone alone.
    #[must_use]
    pub fn starting_in(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// Says what `~` stands for.
    #[must_use]
    pub fn home(mut self, folder: impl Into<PathBuf>) -> Self {
        self.home = Some(folder.into());
        self
    }
}

impl PathResolver for Jail {
    #[cfg(target_os = "linux")]
    fn resolve(&self, path: &[u8], zones: &[&[u8]]) -> Resolved {
        walk::resolve(self, path, zones)
    }

    #[cfg(not(target_os = "linux"))]
    fn resolve(&self, _: &[u8], _: &[&[u8]]) -> Resolved {
        Resolved::Unknown("this system can't say".to_owned())
    }
}
