//! The restriction itself.

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, NetPort, PathBeneath, PathFd, Ruleset,
    RulesetAttr, RulesetCreatedAttr, RulesetStatus, Scope,
};
use vanguard_core::config::Ports;

use super::SandboxError;
use super::level::Level;
use super::plan::{Access, Plan};
use super::sockets;

/// What the running kernel has, found by asking for what each level brought.
pub(super) fn level() -> Level {
    let hard = || Ruleset::default().set_compatibility(CompatLevel::HardRequirement);
    let has = |level: u8| match level {
        4 => hard().handle_access(AccessNet::from_all(ABI::V4)).is_ok(),
        6 => hard().scope(Scope::from_all(ABI::V6)).is_ok(),
        level => hard().handle_access(AccessFs::from_all(abi(level))).is_ok(),
    };
    let level = [9, 6, 5, 4, 3, 2, 1].into_iter().find(|level| has(*level));
    Level::of_abi(level.unwrap_or(0))
}

fn abi(level: u8) -> ABI {
    ABI::from(i32::from(level))
}

/// What an access comes to on files and folders, for a kernel of this interface.
fn rights(access: Access, abi: ABI) -> BitFlags<AccessFs> {
    let read = AccessFs::ReadFile | AccessFs::ReadDir;
    match access {
        Access::Read => read,
        Access::Run => read | AccessFs::Execute,
        // A device file in a zone would be a door out of it, and so would commands to one.
        Access::Write => AccessFs::from_all(abi) & !(AccessFs::MakeChar | AccessFs::MakeBlock | AccessFs::IoctlDev),
    }
}

impl Plan {
    /// Restricts the calling thread to the plan, for good, with everything it starts from now on. Other threads of the process
    /// are not touched: call it where there are none.
    ///
    /// # Errors
    /// If the kernel can't enforce the plan, or something that is allowed can't be opened. Then nothing is promised, and the
    /// process should end.
    pub fn confine(&self) -> Result<(), SandboxError> {
        let level = Level::here();
        self.check(level)?;
        let sockets = sockets::filter(self)?;
        let abi = abi(level.abi());
        // Everything is required: the level says that it is there.
        let mut ruleset = Ruleset::default()
            .set_compatibility(CompatLevel::HardRequirement)
            .handle_access(AccessFs::from_all(abi))
            .map_err(refused)?;
        for (ports, access) in [(&self.connect, AccessNet::ConnectTcp), (&self.bind, AccessNet::BindTcp)] {
            if *ports != Ports::Any {
                ruleset = ruleset.handle_access(access).map_err(refused)?;
            }
        }
        let scopes = Scope::from_all(abi);
        if !scopes.is_empty() {
            ruleset = ruleset.scope(scopes).map_err(refused)?;
        }
        let mut ruleset = ruleset.create().map_err(refused)?;
        for grant in &self.grants {
            let lost = |why: String| SandboxError::Path { path: grant.path.display().to_string(), why };
            let opened = PathFd::new(&grant.path).map_err(|error| lost(error.to_string()))?;
            let folder = std::fs::metadata(&grant.path).map_err(|error| lost(error.to_string()))?.is_dir();
            let rights = rights(grant.access, abi);
            let rights = if folder { rights } else { rights & AccessFs::from_file(abi) };
            ruleset = ruleset.add_rule(PathBeneath::new(opened, rights)).map_err(|error| lost(error.to_string()))?;
        }
        for (ports, access) in [(&self.connect, AccessNet::ConnectTcp), (&self.bind, AccessNet::BindTcp)] {
            let Ports::Only(ports) = ports else { continue };
            for port in ports {
                ruleset = ruleset.add_rule(NetPort::new(*port, access)).map_err(refused)?;
            }
        }
        let status = ruleset.restrict_self().map_err(refused)?;
        if status.ruleset != RulesetStatus::FullyEnforced || !status.no_new_privs {
            return Err(SandboxError::Kernel("only a part of it is in force".to_owned()));
        }
        if let Some(filter) = sockets {
            seccompiler::apply_filter(&filter).map_err(refused)?;
        }
        Ok(())
    }
}

fn refused(error: impl std::fmt::Display) -> SandboxError {
    SandboxError::Kernel(error.to_string())
}
