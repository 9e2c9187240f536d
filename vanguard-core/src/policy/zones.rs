//! Safe zones of the configuration, and what a tool can do by its configuration or its name.

use std::collections::BTreeMap;

use super::Policy;
use crate::analyzers::path::{Zone, Zones};
use crate::config::problem::Problems;
use crate::config::{Capabilities, Capability, Config, ConfigError, SafeZones};

/// The zones for every server, and those of servers that have their own.
pub(super) fn read(config: &Config) -> Result<(Zones, BTreeMap<String, Zones>), ConfigError> {
    let mut problems = Problems::new();
    let mut compile = |zones: &SafeZones| {
        let mut compiled = Zones::none();
        let mut zone = |text: &String| match Zone::new(text) {
            Ok(zone) => Some(zone),
            Err(error) => {
                problems.error_overall(error.to_string()).help("write the folder's absolute path");
                None
            }
        };
        for readable in zones.read.iter().filter_map(&mut zone) {
            compiled = compiled.read(readable);
        }
        for writable in zones.write.iter().filter_map(&mut zone) {
            compiled = compiled.write(writable);
        }
        compiled
    };
    let general = config.safe_zones.as_ref().map(&mut compile).unwrap_or_default();
    let own = config.servers.iter().filter_map(|(name, server)| Some((name.clone(), server.safe_zones.as_ref()?)));
    let servers = own.map(|(name, zones)| (name, compile(zones))).collect();
    if problems.has_errors() { Err(ConfigError::new(problems)) } else { Ok((general, servers)) }
}

impl Policy {
    /// The zones that paths given to `server` must lie in.
    pub(crate) fn zones(&self, server: Option<&str>) -> &Zones {
        server.and_then(|server| self.server_zones.get(server)).unwrap_or(&self.zones)
    }

    /// What a tool can do: as configured, else by its name where that says it plainly. `None`: nobody knows, so that
    /// rules which ask for a capability judge it all the same.
    pub(crate) fn capabilities(&self, tool: &str) -> Option<Capabilities> {
        let reads = || reads_only(tool).then_some(Capabilities::NONE.with(Capability::Read));
        self.config.capabilities_of(tool).or_else(reads)
    }
}

/// Whether a tool's first word says that it only looks: `read_file`, `listDirectory`.
fn reads_only(tool: &str) -> bool {
    const LOOKS: [&str; 9] = ["read", "get", "list", "stat", "view", "find", "cat", "head", "tail"];
    const CHANGES: [&str; 14] = [
        "write", "creat", "delet", "updat", "remov", "mov", "edit", "set", "put", "append", "sav", "renam", "patch",
        "modif",
    ];
    let holds =
        |word: &&str| tool.as_bytes().windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()));
    let changes = CHANGES.iter().any(holds);
    !changes
        && LOOKS.iter().any(|word| {
            let rest = tool
                .get(..word.len())
                .filter(|start| start.eq_ignore_ascii_case(word))
                .and_then(|_| tool.get(word.len()..));
            rest.is_some_and(|rest| !rest.starts_with(|char: char| char.is_ascii_lowercase()))
        })
}

#[cfg(test)]
mod tests {
    use super::reads_only;

    #[test]
    fn the_first_word_of_a_name_says_what_it_does() {
        for name in ["read_file", "listDirectory", "get-info", "cat"] {
            assert!(reads_only(name), "{name}");
        }
        for name in
            ["write_file", "readjust", "get_or_create_file", "read_and_delete", "catalogue_add", "create_list", "", "é"]
        {
            assert!(!reads_only(name), "{name}");
        }
    }
}
